//! A TLS server on loopback that answers every request and records the decrypted bytes.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};

use super::{CERTIFICATE, CERTIFICATE_KEY};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":7}";

/// A TLS server that listens until the program ends.
#[derive(Debug)]
pub struct TlsServer {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    /// Whether a connection saw no certificate, since it resumed the session of another.
    has_resumed: Arc<AtomicBool>,
}

impl TlsServer {
    /// Listens on a free port of loopback.
    ///
    /// # Errors
    /// No port is free, or TLS cannot be set up.
    pub fn start() -> io::Result<Self> {
        Self::answering(|_| vec![ANSWER.to_vec()], Duration::ZERO)
    }

    /// The same with answers of its own: to the request of this number on a connection, from zero, these TLS records, all
    /// at once or with a pause between them.
    ///
    /// # Errors
    /// As of [`start`](Self::start).
    pub fn answering(
        records: impl Fn(usize) -> Vec<Vec<u8>> + Clone + Send + 'static,
        pause: Duration,
    ) -> io::Result<Self> {
        Self::listen(records, pause, false)
    }

    /// Ends TLS together with the first answer of each connection, as a server that is about to stop does, and leaves the
    /// socket open.
    ///
    /// # Errors
    /// As of [`start`](Self::start).
    pub fn ending() -> io::Result<Self> {
        Self::listen(|_| vec![ANSWER.to_vec()], Duration::ZERO, true)
    }

    fn listen(
        records: impl Fn(usize) -> Vec<Vec<u8>> + Clone + Send + 'static,
        pause: Duration,
        is_ending: bool,
    ) -> io::Result<Self> {
        let key = PrivateKeyDer::from_pem_slice(CERTIFICATE_KEY).map_err(io::Error::other)?;
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE).map_err(io::Error::other)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?.with_no_client_auth();
        let config = Arc::new(builder.with_single_cert(vec![certificate], key).map_err(io::Error::other)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let server = Self { port: listener.local_addr()?.port(), heard: Arc::default(), has_resumed: Arc::default() };
        let (heard, has_resumed) = (Arc::clone(&server.heard), Arc::clone(&server.has_resumed));
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (config, heard, records) = (Arc::clone(&config), Arc::clone(&heard), records.clone());
                let has_resumed = Arc::clone(&has_resumed);
                // On any error the client sees the end of the connection.
                thread::spawn(move || serve(config, socket, (&heard, &has_resumed), &records, (pause, is_ending)));
            }
        });
        Ok(server)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All decrypted bytes received so far.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    pub(super) fn has_resumed(&self) -> bool {
        self.has_resumed.load(Ordering::SeqCst)
    }
}

fn serve(
    config: Arc<ServerConfig>,
    socket: TcpStream,
    (heard, has_resumed): (&Mutex<Vec<u8>>, &AtomicBool),
    records: &dyn Fn(usize) -> Vec<Vec<u8>>,
    (pause, is_ending): (Duration, bool),
) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, socket);
    let mut buffer = [0; 4096];
    let mut number = 0;
    while let Ok(amount @ 1..) = stream.read(&mut buffer) {
        let request = buffer.get(..amount).unwrap_or_default();
        has_resumed.fetch_or(stream.conn.handshake_kind() == Some(HandshakeKind::Resumed), Ordering::SeqCst);
        heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(request);
        if request.ends_with(b"\r\n\r\n") || request.ends_with(b"}") {
            for record in records(number) {
                stream.conn.writer().write_all(&record)?;
                if !pause.is_zero() {
                    stream.flush()?;
                    thread::sleep(pause);
                }
            }
            if is_ending {
                stream.conn.send_close_notify();
            }
            stream.flush()?;
            number += 1;
        }
    }
    Ok(())
}
