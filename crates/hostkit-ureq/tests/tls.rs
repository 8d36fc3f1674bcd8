//! TLS against a server on loopback: a certificate that is trusted on request, one that is not, and one of another name.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use hostkit::testing::conformance::{Code, GetItem, KEY, Order, Shop};
use hostkit::{BaseUrl, Error, Outcome, Phase, Secret, TransportErrorKind};
use hostkit_ureq::{Client, UreqTransport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Made for `localhost`, good for a hundred years. Its key is public: it proves nothing elsewhere.
const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.pem");
const KEY_OF_IT: &[u8] = include_bytes!("tls/key.pem");

/// How many bytes of requests the server saw behind the handshake.
static SEEN: AtomicUsize = AtomicUsize::new(0);

/// One test at a time: they share the count.
static ALONE: Mutex<()> = Mutex::new(());

/// Listens, answers every request, and says on which port.
fn serve() -> u16 {
    let key = PrivateKeyDer::from_pem_slice(KEY_OF_IT).expect("the key is one");
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("the certificate is one");
    let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring has them").with_no_client_auth();
    let config = Arc::new(builder.with_single_cert(vec![certificate], key).expect("they belong together"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("the configuration is fine");
            let mut stream = StreamOwned::new(connection, socket);
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(amount @ 1..) = stream.read(&mut buffer) {
                    SEEN.fetch_add(amount, Ordering::SeqCst);
                    if buffer[..amount].ends_with(b"\r\n\r\n") || buffer[..amount].ends_with(b"}") {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"id\":7}");
                    }
                }
            });
        }
    });
    port
}

fn client(host: &str, port: u16, roots: &[u8]) -> Client<Shop> {
    let base: BaseUrl = format!("https://{host}:{port}").parse().expect("it is a base URL");
    let transport = UreqTransport::setup().root_certificates(roots).build().expect("the certificate is one");
    Client::builder(Secret::new(KEY)).base_url(base).transport(transport).build().expect("the client can be made")
}

fn get(client: &Client<Shop>) -> Result<u64, Error<Code>> {
    client.call(&GetItem)
}

fn order(client: &Client<Shop>) -> Outcome<u64, Code> {
    client.perform(&Order { note: 0 })
}

#[test]
fn a_certificate_decides_before_a_byte_is_sent() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    SEEN.store(0, Ordering::SeqCst);
    let port = serve();
    for (host, roots) in [("localhost", &b""[..]), ("127.0.0.1", CERTIFICATE)] {
        let client = client(host, port, roots);
        let error = get(&client).expect_err("nobody vouches for it");
        let transport = error.transport().expect("the transport failed");
        assert_eq!(transport.phase(), Phase::Connect, "{error}");
        assert_eq!(transport.kind(), TransportErrorKind::Tls, "{error}");
        assert!(matches!(order(&client), Outcome::NotSent(_)), "{host}");
    }
    assert_eq!(SEEN.load(Ordering::SeqCst), 0);

    let client = client("localhost", port, CERTIFICATE);
    for _ in 0..3 {
        assert_eq!(get(&client).expect("it is trusted"), 7);
        assert!(order(&client).is_done());
    }
    assert!(SEEN.load(Ordering::SeqCst) > 0);
}

#[test]
fn what_is_no_certificate_is_refused() {
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(UreqTransport::setup().root_certificates(broken).build().is_err());
}

/// Listens at another address of the same port, and keeps what it hears.
fn overhear(port: u16) -> Option<Arc<Mutex<Vec<u8>>>> {
    let listener = TcpListener::bind(("127.0.0.2", port)).ok()?;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut buffer = [0; 4096];
            let amount = socket.read(&mut buffer).unwrap_or(0);
            sink.lock().expect("nobody panics").extend_from_slice(&buffer[..amount]);
        }
    });
    Some(heard)
}

/// The name leads elsewhere at first, and home then: elsewhere nobody hears more than a greeting.
#[test]
fn a_name_that_leads_elsewhere_gets_no_key() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = serve();
    let Some(heard) = overhear(port) else {
        println!("skipped: this machine has no 127.0.0.2");
        return;
    };
    let asked = AtomicU8::new(0);
    let setup = UreqTransport::setup().root_certificates(CERTIFICATE).lookup(move |_| {
        let last = if asked.fetch_add(1, Ordering::SeqCst) < 2 { 2 } else { 1 };
        Ok(vec![IpAddr::from([127, 0, 0, last])])
    });
    let base: BaseUrl = format!("https://localhost:{port}").parse().expect("it is a base URL");
    let builder = Client::builder(Secret::new(KEY)).base_url(base).transport(setup.build().expect("a transport"));
    let client = builder.build().expect("the client can be made");
    for _ in 0..2 {
        assert!(matches!(order(&client), Outcome::NotSent(_)));
    }
    assert!(order(&client).is_done());
    let heard = heard.lock().expect("nobody panics");
    assert!(heard.len() > 100, "nobody came: this test is deaf");
    assert!(!heard.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
}
