//! TLS against a server on loopback: a certificate that is trusted on request, one that is not, one of another name; and
//! what a proxy on the way gets to hear.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hostkit::testing::conformance::{Code, Fault, GetItem, KEY, Order, Proxy, Server, Shop, Tunnel};
use hostkit::{BaseUrl, Error, Outcome, Phase, Secret, TransportErrorKind};
use hostkit_ureq::{Client, UreqTransport};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Made for `localhost`, good for a hundred years. Its key is public: it proves nothing elsewhere.
const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.pem");
const KEY_OF_IT: &[u8] = include_bytes!("tls/key.pem");

/// What is only for the proxy.
const PASSWORD: &str = "c4n4ry-of-a-proxy";

/// How many bytes of requests the server saw behind the handshake.
static SEEN: AtomicUsize = AtomicUsize::new(0);

/// What the server heard behind the handshake.
static HEARD: Mutex<String> = Mutex::new(String::new());

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
                    HEARD.lock().expect("nobody panics").push_str(&String::from_utf8_lossy(&buffer[..amount]));
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

fn through(proxy: &str, port: u16, deadline: Duration) -> Client<Shop> {
    let base: BaseUrl = format!("https://localhost:{port}").parse().expect("it is a base URL");
    let setup = UreqTransport::setup().root_certificates(CERTIFICATE).proxy(proxy);
    assert!(!format!("{setup:?}").contains(PASSWORD));
    let transport = setup.build().expect("a transport");
    let builder = Client::builder(Secret::new(KEY)).base_url(base).transport(transport).deadline(deadline);
    let client = builder.build().expect("the client can be made");
    assert!(!format!("{client:?}").contains(PASSWORD));
    client
}

#[test]
fn a_proxy_that_was_named_is_used_and_hears_no_key() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    HEARD.lock().expect("nobody panics").clear();
    let port = serve();
    let proxy = Proxy::start(Tunnel::Opens).expect("a proxy");
    let client = through(&proxy.url(&format!("user:{PASSWORD}")), port, Duration::from_secs(10));
    assert_eq!(get(&client).expect("through the tunnel"), 7);
    assert!(order(&client).is_done());
    let told = proxy.heard();
    assert_eq!(told.matches(&format!("CONNECT localhost:{port} HTTP/1.1\r\n")).count(), 2, "{told}");
    // user:c4n4ry-of-a-proxy
    assert_eq!(told.matches("Basic dXNlcjpjNG40cnktb2YtYS1wcm94eQ==\r\n").count(), 2, "{told}");
    assert!(!told.contains(KEY) && !told.contains("/item"), "{told}");
    let heard = HEARD.lock().expect("nobody panics").to_lowercase();
    assert!(heard.contains(KEY) && !heard.contains("proxy") && !heard.contains("basic "), "{heard}");
}

#[test]
fn a_proxy_that_opens_no_tunnel_means_not_sent() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    SEEN.store(0, Ordering::SeqCst);
    let port = serve();
    let dead = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port");
    let mut urls = vec![("nobody".to_owned(), format!("http://user:{PASSWORD}@{dead}"))];
    for tunnel in [
        Tunnel::Says(407),
        Tunnel::Says(403),
        Tunnel::Says(502),
        Tunnel::Says(302),
        Tunnel::Closes,
        Tunnel::IsSilent,
        Tunnel::Drips,
    ] {
        let proxy = Proxy::start(tunnel).expect("a proxy");
        urls.push((format!("{tunnel:?}"), proxy.url(&format!("user:{PASSWORD}"))));
    }
    for (tunnel, url) in urls {
        let deadline = Duration::from_millis(700);
        let client = through(&url, port, deadline);
        let start = Instant::now();
        let outcome = order(&client);
        let took = start.elapsed();
        assert!(took < deadline + Duration::from_millis(250), "{tunnel}: {took:?}");
        let Outcome::NotSent(error) = outcome else {
            panic!("{tunnel}: {}", outcome.as_str());
        };
        let shown = format!("{error} {error:?} {:?}", get(&client).map_err(|error| format!("{error} {error:?}")));
        assert!(!shown.contains(PASSWORD) && !shown.contains("dXNlcj"), "{tunnel}: {shown}");
    }
    assert_eq!(SEEN.load(Ordering::SeqCst), 0);
    let error = UreqTransport::setup().proxy(format!("http://user:{PASSWORD}@ho st")).build().expect_err("no URL");
    assert!(!format!("{error} {error:?}").contains(PASSWORD));
}

/// Without TLS a proxy could read the key: what is for this machine goes there directly.
#[test]
fn a_proxy_is_not_asked_for_this_machine() {
    let server = Server::start(Fault::Nothing).expect("a server");
    let proxy = Proxy::start(Tunnel::Opens).expect("a proxy");
    let transport = UreqTransport::setup().proxy(proxy.url("")).build().expect("a transport");
    let builder = Client::builder(Secret::new(KEY)).base_url(server.base_url()).transport(transport);
    let client = builder.build().expect("the client can be made");
    assert!(order(&client).is_done() && get(&client).is_ok());
    assert_eq!(proxy.heard(), "");
}

#[test]
fn a_proxy_of_the_environment_is_not_asked() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Nobody listens on port 9, so these tests fail where somebody asks.
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    for (test, variables) in [
        ("a_certificate_decides_before_a_byte_is_sent", &names[..]),
        // Nor are the exceptions that the environment makes for them.
        ("a_proxy_that_was_named_is_used_and_hears_no_key", &["NO_PROXY", "no_proxy"]),
    ] {
        let value = if variables.len() > 2 { "http://127.0.0.1:9" } else { "*" };
        let program = std::env::current_exe().expect("a test is a program");
        let mut again = Command::new(program);
        again.args(["--exact", test]).envs(variables.iter().map(|name| (name, value)));
        let output = again.output().expect("the program runs");
        assert!(output.status.success(), "{test}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
