//! P11: the token goes to no origin but the configured one, whatever a redirect or a sign-in says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::CallOptions;
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault, credentials};

use crate::ground::{Client, Kind, Setup, Side, Stage, Trial, lock};

/// The start of the token that is searched for at the foreign origin.
const TOKEN: &str = "CLODO_";

/// An origin that records everything it receives, and answers by a function.
struct Ear {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Ear {
    fn new(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = hear(stream, &sink, &answer);
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<u8> {
        lock(&self.heard).clone()
    }
}

fn hear(mut stream: TcpStream, sink: &Mutex<Vec<u8>>, answer: &impl Fn(&str) -> String) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => break,
            count => {
                request.extend_from_slice(&buffer[..count]);
                lock(sink).extend_from_slice(&buffer[..count]);
            }
        }
    }
    stream.write_all(answer(&String::from_utf8_lossy(&request)).as_bytes())
}

fn no_content() -> String {
    "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned()
}

/// Management URLs that lead to `place`, or to anything but their own origin.
fn lures(place: SocketAddr, own: SocketAddr) -> Vec<String> {
    let (port, home) = (place.port(), own.port());
    vec![
        format!("http://127.0.0.1:{port}/v1"),
        format!("HTTP://127.0.0.1:{port}/v1"),
        format!("http://localhost:{port}/v1"),
        format!("http://127.0.0.1:{home}@127.0.0.1:{port}/v1"),
        format!("http://user:word@127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{home}%40127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{port}\\@127.0.0.1:{home}/v1"),
        format!("http://127.0.0.1:{port}#@127.0.0.1:{home}/v1"),
        format!("http://127.0.0.1:{port}?@127.0.0.1:{home}/v1"),
        format!("http://127.1:{port}/v1"),
        format!("http://2130706433:{port}/v1"),
        format!("http://0x7f000001:{port}/v1"),
        format!("http://0177.0.0.1:{port}/v1"),
        format!("http://[::ffff:127.0.0.1]:{port}/v1"),
        format!("http://127.0.0.1.:{port}/v1"),
        format!("http://127.0.0.2:{port}/v1"),
        format!("//127.0.0.1:{port}/v1"),
        format!("https://127.0.0.1:{port}/v1"),
        format!("https://api.clodo.ru:{port}/v1"),
        format!("https://api.clodo.ru@127.0.0.1:{port}/v1"),
        format!("http://api.clodo.ru@127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{home}/../../v1/../..//127.0.0.1:{port}"),
        format!("http://127.0.0.1:{home}/%2e%2e/v1"),
        format!("ftp://127.0.0.1:{port}/v1"),
        format!("http:127.0.0.1:{port}/v1"),
        format!(" http://127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{port}/v1, http://127.0.0.1:{home}/v1"),
        "https://api.clodo.ru.example/v1".to_owned(),
        "https://evilclodo.ru/v1".to_owned(),
        "https://clodo.ru/v1".to_owned(),
        "https://api.clodo.ru:65979/v1".to_owned(),
        "https://api.clodo.ru:+443/v1".to_owned(),
        "http://127.example/v1".to_owned(),
        String::new(),
    ]
}

/// Counts the secrets in what a foreign origin received.
fn canaries(heard: &[u8]) -> usize {
    let text = String::from_utf8_lossy(heard);
    [TOKEN, credentials::CLODO_KEY, credentials::CLODO_LOGIN].iter().filter(|canary| text.contains(*canary)).count()
}

/// A careless client, which follows whatever URL the sign-in gives.
fn careless(own: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(own)?;
    write!(stream, "GET / HTTP/1.1\r\nHost: x\r\nX-Auth-Key: {}\r\nConnection: close\r\n\r\n", credentials::CLODO_KEY)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let header =
        |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    let (url, token) = (header("X-Server-Management-Url:"), header("X-Auth-Token:"));
    let place = url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let mut stream = TcpStream::connect(place)?;
    write!(stream, "GET /v1/servers HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n")
}

#[test]
fn p11_the_token_stays_at_its_origin() {
    let trial = Trial::start("P11");
    let foreign = Ear::new(|_| no_content());
    let options = || CallOptions::new().deadline(Duration::from_secs(5));
    let read = clodo_proto::billing::GetBalance::new();
    let act = clodo_proto::servers::DeleteServer::new(clodo_proto::types::ServerId::new(1));
    let (mut violations, mut cases) = (Vec::new(), 0);
    let mut check = |what: String| {
        let heard = foreign.heard();
        lock(&foreign.heard).clear();
        cases += 1;
        if !heard.is_empty() {
            violations.push(format!(
                "{what}: {} bytes at the foreign place, {} canaries",
                heard.len(),
                canaries(&heard)
            ));
        }
    };
    for kind in Kind::BOTH {
        // Every fault of identity, at the sign-in and at both kinds of call.
        for fault in Fault::all().filter(|fault| fault.group() == Group::Identity || fault.id().contains("redirect")) {
            for name in ["sign_in", "get_balance", "delete_server"] {
                let stage = Stage::new(clodo_proto::Clodo::NAME);
                stage.sandbox.faults().set(|settings| settings.foreign = format!("http://{}", foreign.address));
                stage.sandbox.faults().arm(Armed::new(fault).on(name).times(2));
                let client = Client::<clodo_proto::Clodo>::of(&stage.sandbox, kind);
                let _ = client.with(options()).call_full(&read);
                let _ = client.with(options()).perform_full(&act);
                check(format!("{kind:?} {fault} at {name}"));
            }
        }
        // Every trick with the URL in a sign-in's answer.
        let own = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("an address");
        for lure in lures(foreign.address, own) {
            let named = lure.clone();
            let home = Ear::new(move |_| sign_in(&named));
            let stage = Stage::new(clodo_proto::Clodo::NAME);
            let base = format!("http://{}", home.address).parse().expect("a base URL");
            // Names lead to no place of this test, so that asking for one already counts.
            let resolver = stage.sandbox.resolver();
            let names = Some((resolver.clone(), Duration::from_secs(1)));
            let client = Setup::<clodo_proto::Clodo> { base, names, ..Setup::of(&stage.sandbox) }.build(kind);
            let _ = client.with(options()).call_full(&read);
            let _ = client.with(options()).perform_full(&act);
            if resolver.asked() > 0 {
                lock(&foreign.heard).extend_from_slice(b"(a name was asked for)");
            }
            if String::from_utf8_lossy(&home.heard()).contains("\r\nx-auth-token: ") && !lure.contains("%2e") {
                // Its own origin may receive the token, but not if it was given along with a refused URL.
                check(format!("{kind:?} {lure:?} was taken"));
            }
            check(format!("{kind:?} {lure:?}"));
        }
    }
    // The control: a careless client's secrets are found, so the search works.
    let lure = format!("http://{}/v1", foreign.address);
    let home = Ear::new(move |_| sign_in(&lure));
    careless(home.address).expect("a careless client");
    let patience = std::time::Instant::now() + Duration::from_secs(2);
    while canaries(&foreign.heard()) == 0 && std::time::Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    let control = canaries(&foreign.heard());
    // And a name is asked for where its host is on the list.
    let stage = Stage::new(clodo_proto::Clodo::NAME);
    let home = Ear::new(|_| sign_in("https://api.clodo.ru/v1"));
    let base = format!("http://{}", home.address).parse().expect("a base URL");
    let resolver = stage.sandbox.resolver();
    let names = Some((resolver.clone(), Duration::from_secs(1)));
    let client = Setup::<clodo_proto::Clodo> { base, names, ..Setup::of(&stage.sandbox) }.build(Kind::Blocking);
    let _ = client.with(options()).call_full(&read);
    assert!(resolver.asked() > 0, "the control asked for no name: this test is deaf");
    assert!(control > 0, "the control did not leak: this test is deaf");
    let figures =
        format!("{} with bytes at the foreign place; the control that follows leaked {control}", violations.len());
    trial.end(cases, &figures, &violations);
}

/// The answer to a sign-in, with this management URL.
fn sign_in(url: &str) -> String {
    format!(
        "HTTP/1.1 204 No Content\r\nX-Auth-Token: {TOKEN}canary\r\nX-Server-Management-Url: {url}\r\nConnection: close\r\n\r\n"
    )
}
