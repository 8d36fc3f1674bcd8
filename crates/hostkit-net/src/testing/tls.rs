//! The scenarios: trusted and untrusted certificates, a wrong host name, names that resolve to other machines, and what
//! a proxy gets to see.

use std::io::Read;
use std::net::{IpAddr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{BaseUrl, Outcome, SetupError};
use hostkit_testing::conformance::{Fault, KEY, Proxy, Server, Subject, Tunnel};

use super::{CERTIFICATE, Given, Made, Make, TlsServer};
use crate::Network;

/// The password of the proxy, which no one else may see.
const PASSWORD: &str = "c4n4ry-of-a-proxy";

/// Serialises the scenarios, because some are timed.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve() -> TlsServer {
    TlsServer::start().expect("a port on loopback")
}

fn trusting(roots: &[u8]) -> Network {
    Network::new().root_certificates(roots)
}

fn given(host: &str, port: u16, network: Network) -> Given {
    let base: BaseUrl = format!("https://{host}:{port}").parse().expect("a base URL");
    Given { base, deadline: Duration::from_secs(10), network }
}

fn client(make: Make<'_>, given: Given) -> Box<dyn Subject> {
    make(given).expect("a client").subject
}

/// Orders with an empty note.
fn order(client: &dyn Subject) -> Outcome<u64, hostkit_testing::conformance::Code> {
    client.order(0)
}

/// Nothing is sent to a server whose certificate is not trusted or is for another name, over each connection anew.
pub fn a_certificate_decides_before_a_byte_is_sent(make: Make<'_>) {
    let _alone = alone();
    let server = serve();
    for (host, network) in [("localhost", Network::new()), ("127.0.0.1", trusting(CERTIFICATE))] {
        let client = client(make, given(host, server.port(), network));
        let error = client.get().expect_err("the certificate is not trusted");
        let transport = error.transport().expect("the transport failed");
        assert_eq!(transport.phase(), Phase::Connect, "{error}");
        assert_eq!(transport.kind(), TransportErrorKind::Tls, "{error}");
        assert!(matches!(order(&*client), Outcome::NotSent(_)), "{host}");
    }
    assert_eq!(server.heard(), "");

    let client = client(make, given("localhost", server.port(), trusting(CERTIFICATE)));
    for _ in 0..3 {
        assert_eq!(client.get().expect("it is trusted"), 7);
        assert!(order(&*client).is_done());
    }
    assert!(server.heard().contains(KEY));
    // Each connection saw the certificate, which may be another one by then.
    assert!(!server.has_resumed());
}

/// An invalid certificate is an error of the setup.
pub fn what_is_no_certificate_is_refused(make: Make<'_>) {
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in [&broken[..], b"", b"no certificate"] {
        let made = make(given("localhost", 1, trusting(CERTIFICATE).root_certificates(pem)));
        assert!(matches!(made, Err(SetupError::Certificate(_))), "{:?}", String::from_utf8_lossy(pem));
    }
}

/// A proxy of another kind is an error of the setup, in the same words for every client.
pub fn what_is_no_http_proxy_is_refused(make: Make<'_>) {
    let words = "the proxy is not the URL of an HTTP proxy, such as http://127.0.0.1:3128";
    for url in [
        "socks5://127.0.0.1:1080",
        "socks4a://127.0.0.1:1080",
        "https://127.0.0.1:3128",
        "127.0.0.1:3128",
        "http://",
        "http://127.0.0.1:3128/path",
        "http://[::1",
        "",
    ] {
        let made = make(given("localhost", 1, Network::new().proxy(url)));
        assert_eq!(made.err().map(|error| error.to_string()).as_deref(), Some(words), "{url:?}");
    }
    for url in ["http://127.0.0.1:3128", "HTTP://user:password@proxy.example:3128/", "http://[::1]:3128"] {
        let made = make(given("localhost", 1, Network::new().proxy(url)));
        assert!(made.is_ok(), "{url:?}: {:?}", made.err());
    }
}

/// Listens on the same port of another address, and records what arrives.
fn overhear(port: u16) -> Option<Arc<Mutex<Vec<u8>>>> {
    let listener = TcpListener::bind(("127.0.0.2", port)).ok()?;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut buffer = [0; 4096];
            let amount = socket.read(&mut buffer).unwrap_or(0);
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            sink.extend_from_slice(buffer.get(..amount).unwrap_or_default());
        }
    });
    Some(heard)
}

/// The name resolves to another address at first, which must not receive more than the start of a handshake.
pub fn a_name_that_leads_elsewhere_gets_no_key(make: Make<'_>) {
    let _alone = alone();
    let server = serve();
    let Some(heard) = overhear(server.port()) else {
        println!("skipped: this machine has no 127.0.0.2");
        return;
    };
    let asked = AtomicU8::new(0);
    let lookup = move |_: &str| {
        let last = if asked.fetch_add(1, Ordering::SeqCst) < 2 { 2 } else { 1 };
        Ok(vec![IpAddr::from([127, 0, 0, last])])
    };
    let client = client(make, given("localhost", server.port(), trusting(CERTIFICATE).lookup(lookup)));
    for _ in 0..2 {
        assert!(matches!(order(&*client), Outcome::NotSent(_)));
    }
    assert!(order(&*client).is_done());
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(heard.len() > 100, "nothing arrived, so this test proves nothing");
    assert!(!heard.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
}

fn through(make: Make<'_>, proxy: String, port: u16, deadline: Duration) -> Box<dyn Subject> {
    let made = make(Given { deadline, ..given("localhost", port, trusting(CERTIFICATE).proxy(proxy)) });
    let Made { subject, shown } = made.expect("a client");
    assert!(!shown.contains(PASSWORD), "{shown}");
    subject
}

/// The proxy receives its user and password but not the key, and the server the reverse.
pub fn a_proxy_that_was_named_is_used_and_hears_no_key(make: Make<'_>) {
    let _alone = alone();
    let server = serve();
    let port = server.port();
    let proxy = Proxy::start(Tunnel::Opens).expect("a proxy");
    let client = through(make, proxy.url(&format!("user:{PASSWORD}")), port, Duration::from_secs(10));
    assert_eq!(client.get().expect("through the tunnel"), 7);
    assert!(order(&*client).is_done());
    let told = proxy.heard();
    assert_eq!(told.matches(&format!("CONNECT localhost:{port} HTTP/1.1\r\n")).count(), 2, "{told}");
    // user:c4n4ry-of-a-proxy
    assert_eq!(told.matches("Basic dXNlcjpjNG40cnktb2YtYS1wcm94eQ==\r\n").count(), 2, "{told}");
    assert!(!told.contains(KEY) && !told.contains("/item"), "{told}");
    let heard = server.heard().to_lowercase();
    assert!(heard.contains(KEY) && !heard.contains("proxy") && !heard.contains("basic "), "{heard}");
}

/// Whatever a proxy does instead of opening the tunnel, the call ends as not sent within its deadline, and no error
/// shows the proxy's password.
pub fn a_proxy_that_opens_no_tunnel_means_not_sent(make: Make<'_>) {
    let _alone = alone();
    let server = serve();
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
        let client = through(make, url, server.port(), deadline);
        let start = Instant::now();
        let outcome = order(&*client);
        let took = start.elapsed();
        assert!(took < deadline + Duration::from_millis(250), "{tunnel}: {took:?}");
        let Outcome::NotSent(error) = outcome else {
            panic!("{tunnel}: {}", outcome.as_str());
        };
        let shown = format!("{error} {error:?} {:?}", client.get().map_err(|error| format!("{error} {error:?}")));
        assert!(!shown.contains(PASSWORD) && !shown.contains("dXNlcj"), "{tunnel}: {shown}");
    }
    assert_eq!(server.heard(), "");
    let network = trusting(CERTIFICATE).proxy(format!("http://user:{PASSWORD}@ho st"));
    let made = make(given("localhost", server.port(), network));
    let error = made.err().expect("no URL");
    assert!(!format!("{error} {error:?}").contains(PASSWORD));
}

/// Requests to this machine bypass the proxy, which could read the key, as there is no TLS.
pub fn a_proxy_is_not_asked_for_this_machine(make: Make<'_>) {
    let server = Server::start(Fault::Nothing).expect("a server");
    let proxy = Proxy::start(Tunnel::Opens).expect("a proxy");
    let network = trusting(CERTIFICATE).proxy(proxy.url(""));
    let client = client(make, Given { base: server.base_url(), ..given("localhost", 1, network) });
    assert!(order(&*client).is_done() && client.get().is_ok());
    assert_eq!(proxy.heard(), "");
}

/// The first message of TLS offers neither another protocol than HTTP/1.1 nor compressed certificates, whatever features
/// of the libraries are on.
pub fn a_greeting_offers_no_more_than_is_wanted(make: Make<'_>) {
    /// Application-layer protocols, and compression of certificates (RFC 7301 and 8879).
    const UNWANTED: [u16; 2] = [16, 27];
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let greeting = thread::spawn(move || {
        let mut greeting = vec![0; 4096];
        let length = listener.accept()?.0.read(&mut greeting)?;
        greeting.truncate(length);
        std::io::Result::Ok(greeting)
    });
    let client = client(make, given("localhost", port, trusting(CERTIFICATE)));
    assert!(matches!(order(&*client), Outcome::NotSent(_)));
    let greeting = greeting.join().expect("a server").expect("a greeting");
    let offers = extensions(&greeting).expect("a greeting of TLS");
    // The name of the server is always there: the reader reads.
    assert!(offers.contains(&0) && !offers.iter().any(|offer| UNWANTED.contains(offer)), "{offers:?}");
}

/// The numbers of the extensions in a `ClientHello` (RFC 8446, 4.1.2), in their order.
fn extensions(greeting: &[u8]) -> Option<Vec<u16>> {
    fn number<'b>(bytes: &mut &'b [u8], length: usize) -> Option<usize> {
        let (number, rest): (&'b [u8], _) = bytes.split_at_checked(length)?;
        *bytes = rest;
        Some(number.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }
    fn skip(bytes: &mut &[u8], length: usize) -> Option<()> {
        *bytes = bytes.get(length..)?;
        Some(())
    }
    let mut rest = greeting;
    // The heads of record and message, the version and the random bytes.
    skip(&mut rest, 5 + 4 + 2 + 32)?;
    // The session, the cipher suites and the compression methods.
    for width in [1, 2, 1] {
        let length = number(&mut rest, width)?;
        skip(&mut rest, length)?;
    }
    let length = number(&mut rest, 2)?;
    let mut rest = rest.get(..length)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        found.push(u16::try_from(number(&mut rest, 2)?).ok()?);
        let length = number(&mut rest, 2)?;
        skip(&mut rest, length)?;
    }
    Some(found)
}

/// A second answer behind the first, in a TLS record of its own, is never taken for the answer of the next call. It may
/// come together with the first, where a full buffer splits the two at any byte, or later, between two calls.
pub fn an_answer_that_nobody_asked_for_is_nobodys(make: Make<'_>) {
    let _alone = alone();
    let answer = |id: u64, padding: usize| {
        let padding = "p".repeat(padding);
        format!("HTTP/1.1 200 OK\r\nPadding: {padding}\r\nContent-Length: 8\r\n\r\n{{\"id\":{id}}}").into_bytes()
    };
    let at_once = (3900..4100).step_by(8).map(|padding| (padding, Duration::ZERO));
    let late = [0, 4000].map(|padding| (padding, Duration::from_millis(20)));
    for (padding, pause) in at_once.chain(late) {
        let records = move |number| match number {
            0 => vec![answer(7, padding), answer(8, 0)],
            _ => vec![answer(7, 0)],
        };
        let server = TlsServer::answering(records, pause).expect("a port on loopback");
        let client = client(make, given("localhost", server.port(), trusting(CERTIFICATE)));
        for call in 0..3 {
            assert_eq!(client.get().ok(), Some(7), "call {call} behind {padding} bytes and {pause:?}");
            thread::sleep(pause * 3);
        }
    }
}

/// A connection whose end the server announced together with an answer is not kept for the next call, though its socket
/// is open: each call is sent once, and none needs a retry.
pub fn a_connection_that_the_server_ended_gets_no_call(make: Make<'_>) {
    const CALLS: usize = 20;
    let _alone = alone();
    let server = TlsServer::ending().expect("a port on loopback");
    let client = client(make, given("localhost", server.port(), trusting(CERTIFICATE)));
    for call in 0..CALLS {
        assert_eq!(client.get().ok(), Some(7), "call {call}");
        // A connection returns to its pool a moment after the answer.
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(server.heard().matches("GET /item ").count(), CALLS);
}

/// Runs two of the binary's own tests again with proxy variables set. Port 9 refuses connections, so a client that uses
/// them fails.
pub fn a_proxy_of_the_environment_is_not_asked(_: Make<'_>) {
    let _alone = alone();
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    for (test, variables, value) in [
        ("a_certificate_decides_before_a_byte_is_sent", &names[..], "http://127.0.0.1:9"),
        // The environment's exceptions must have no effect, either.
        ("a_proxy_that_was_named_is_used_and_hears_no_key", &["NO_PROXY", "no_proxy"], "*"),
    ] {
        let mut again = Command::new(std::env::current_exe().expect("a test is a program"));
        again.arg(test).envs(variables.iter().map(|name| (name, value)));
        let output = again.output().expect("the program runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{test}: {said}");
    }
}
