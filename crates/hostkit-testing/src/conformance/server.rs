//! A loopback server with one fault that records the requests it receives.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::fault::{After, Fault};
use hostkit::BaseUrl;

/// Limits every wait, so that a test ends.
const PATIENCE: Duration = Duration::from_secs(8);

/// A request that arrived, at least in part.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The number of its connection.
    pub connection: usize,
    /// The first line and the headers, as far as they were read.
    pub head: String,
}

/// A server with one fault. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    is_tls: bool,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    fault: Fault,
    arrivals: Mutex<Vec<Arrival>>,
    contact: OnceLock<Instant>,
    open: AtomicUsize,
    /// Whether the calls are over: nothing is held back from then on.
    is_released: AtomicBool,
    is_over: AtomicBool,
}

impl Server {
    /// Listens on a free loopback port, or reserves one that refuses connections.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(fault: Fault) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let is_tls = matches!(fault, Fault::StallHandshake);
        let is_refused = matches!(fault, Fault::Refused);
        let shared = Arc::new(Shared {
            fault,
            arrivals: Mutex::default(),
            contact: OnceLock::new(),
            open: AtomicUsize::new(0),
            is_released: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        if !is_refused {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.listen(&listener));
        }
        Ok(Self { address, is_tls, shared })
    }

    /// Its base URL.
    pub fn base_url(&self) -> BaseUrl {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}", self.address).parse().unwrap_or_else(|error| panic!("{}: {error}", self.address))
    }

    /// A URL on this server to redirect to.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that arrived, in order.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.arrivals().clone()
    }

    /// When the first connection was accepted.
    pub fn contact(&self) -> Option<Instant> {
        self.shared.contact.get().copied()
    }

    /// Whether all connections are closed within `patience`, once all calls are over.
    pub fn is_quiet(&self, patience: Duration) -> bool {
        self.shared.is_released.store(true, Ordering::SeqCst);
        let end = Instant::now() + patience;
        while self.shared.open.load(Ordering::SeqCst) > 0 {
            if Instant::now() > end {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener, which blocks in `accept`.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn arrivals(&self) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: Arc<Self>, listener: &TcpListener) {
        for (number, stream) in listener.incoming().enumerate() {
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let Ok(stream) = stream else { continue };
            self.contact.get_or_init(Instant::now);
            let shared = Arc::clone(&self);
            shared.open.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                // Errors are expected, since most faults make the client disconnect.
                let _ = shared.serve(&stream, number);
                drop(stream);
                shared.open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    }

    fn serve(&self, stream: &TcpStream, connection: usize) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        if self.fault.is_deaf() {
            return self.hold(stream);
        }
        if let Some(amount) = self.fault.reads() {
            // What is left unread resets the connection.
            self.arrivals().push(Arrival { connection, head: String::new() });
            io::copy(&mut stream.take(amount), &mut io::sink())?;
            return self.fault.play(&mut Pen(stream), 1).map(drop);
        }
        loop {
            let Some((head, length)) = see_request(stream)? else {
                return Ok(());
            };
            let order = {
                let mut arrivals = self.arrivals();
                arrivals.push(Arrival { connection, head });
                arrivals.len()
            };
            // Closing a socket with a byte unread resets the connection.
            let read = length.saturating_sub(self.fault.unread(length));
            io::copy(&mut stream.take(read as u64), &mut io::sink())?;
            match self.fault.play(&mut Pen(stream), order)? {
                After::Go => {}
                After::Close => return Ok(()),
                After::Hold => return self.hold(stream),
            }
        }
    }

    /// Sends nothing until the peer disconnects, and reads so slowly that nothing large arrives in time.
    fn hold(&self, mut stream: &TcpStream) -> io::Result<()> {
        let start = Instant::now();
        let mut piece = vec![0; 1 << 10];
        while start.elapsed() < PATIENCE && stream.read(&mut piece)? > 0 {
            if self.is_released.load(Ordering::SeqCst) || self.is_over.load(Ordering::SeqCst) {
                // Fast enough to see the end of the connection.
                piece.resize(1 << 20, 0);
            } else {
                thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    }
}

/// Writes to the client in the ways that faults need.
pub(super) struct Pen<'a>(&'a TcpStream);

impl Pen<'_> {
    pub(super) fn write(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.0.write_all(text.as_ref())
    }

    /// Writes one byte at a time, until the client disconnects or [`PATIENCE`] is over.
    pub(super) fn drip(&mut self, byte: u8, pause: Duration) -> io::Result<()> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            self.write([byte])?;
            thread::sleep(pause);
        }
        Ok(())
    }
}

/// Waits for a whole request without reading it; returns its head and its length in bytes.
fn see_request(stream: &TcpStream) -> io::Result<Option<(String, usize)>> {
    let mut buffer = vec![0; 1 << 16];
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let seen = match stream.peek(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(seen) => String::from_utf8_lossy(buffer.get(..seen).unwrap_or_default()).into_owned(),
            Err(error) => return Err(error),
        };
        if let Some((head, body)) = seen.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let length: usize = length.unwrap_or(0);
            if body.len() >= length {
                return Ok(Some((head.to_owned(), head.len() + 4 + length)));
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err(io::ErrorKind::TimedOut.into())
}
