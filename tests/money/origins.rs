//! P11: credentials and tokens of any API go to no origin but the configured one, whatever a redirect, a sign-in or a link
//! says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::Scope;
use std::time::Duration;

use clodo_proto::Clodo;
use hostkit::CallOptions;
use hostkit::protocol::server::every::Served;
use hostkit_apis::obstacle_signed_proto::Signed;
use hostkit_apis::{ForEach, obstacle_signed_proto};
use hostkit_sandbox::fault::Group;
use hostkit_sandbox::{Armed, Fault, Resolver, accounts_of};
use hostkit_tests::sign_in;

use crate::ground::{Client, Kind, Sample, Setup, Side, Stage, Trial, lock};

/// The token that is searched for at the foreign origin.
const TOKEN: &str = "token-canary";

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

/// Base URLs in the answer to a sign-in that lead to `place`, to anything but their own origin, or to a host that only
/// resembles the known one.
fn lures(place: SocketAddr, own: SocketAddr, known: &str) -> Vec<String> {
    let (port, home) = (place.port(), own.port());
    let parent = known.split_once('.').expect("a domain").1;
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
        format!("https://{known}:{port}/v1"),
        format!("https://{known}@127.0.0.1:{port}/v1"),
        format!("http://{known}@127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{home}/../../v1/../..//127.0.0.1:{port}"),
        format!("http://127.0.0.1:{home}/%2e%2e/v1"),
        format!("ftp://127.0.0.1:{port}/v1"),
        format!("http:127.0.0.1:{port}/v1"),
        format!(" http://127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{port}/v1, http://127.0.0.1:{home}/v1"),
        format!("https://{known}.example/v1"),
        format!("https://evil{parent}/v1"),
        format!("https://{parent}/v1"),
        format!("https://{known}:65979/v1"),
        format!("https://{known}:+443/v1"),
        "http://127.example/v1".to_owned(),
        String::new(),
    ]
}

/// A careless client, which follows whatever URL the sign-in gives.
fn careless(own: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(own)?;
    write!(stream, "GET / HTTP/1.1\r\nHost: x\r\nX-Auth-User: x\r\nX-Auth-Key: x\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let header = |name: &str| {
        let lines = answer.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect::<String>()
    };
    let (url, token) = (header("X-Server-Management-Url"), header("X-Auth-Token"));
    let place = url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let mut stream = TcpStream::connect(place)?;
    write!(stream, "GET /v1/servers HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n")
}

/// What was tried at one API, or at all of them.
#[derive(Default)]
struct Found {
    cases: u64,
    kinds: usize,
    apis: usize,
    /// APIs whose sign-in may name another origin.
    naming: usize,
    violations: Vec<String>,
}

impl Found {
    /// Adds a case; nothing may have come to the foreign origin.
    fn check(&mut self, foreign: &Ear, what: String) {
        let heard = std::mem::take(&mut *lock(&foreign.heard));
        self.cases += 1;
        if !heard.is_empty() {
            let has_token = if is_in(&heard) { "with the token" } else { "without the token" };
            self.violations.push(format!("{what}: {} bytes at the foreign place, {has_token}", heard.len()));
        }
    }
}

/// Whether the token of this test is in what was received.
fn is_in(heard: &[u8]) -> bool {
    heard.windows(TOKEN.len()).any(|some| some == TOKEN.as_bytes())
}

fn options() -> CallOptions {
    CallOptions::new().deadline(Duration::from_secs(5)).unread()
}

/// Every redirect at a read and at a call that acts, with credentials of each kind, in whichever place of a request they
/// are; and every fault of identity at a sign-in.
fn redirects<A: Side>(kind: Kind, found: &mut Found) {
    let foreign = Ear::new(|_| no_content());
    let stage = Stage::from_examples::<A>();
    stage.sandbox.faults().set(|settings| settings.foreign = format!("http://{}", foreign.address));
    let (read, act) = Sample::reading_and_acting(&Setup::<A>::of(&stage.sandbox).build(kind));
    for (index, credentials) in accounts_of::<A>().into_iter().enumerate() {
        found.kinds += 1;
        let sign_in = sign_in::needed::<A>(vec![credentials.clone()]).map(|(_, name)| name);
        let client = || Setup::<A> { credentials: credentials.clone(), ..Setup::of(&stage.sandbox) }.build(kind);
        let signed_in = client();
        let mut run = |fault: &'static Fault, client: &Client<A>, names: &[&'static str]| {
            stage.reset();
            for name in names {
                stage.sandbox.faults().arm(Armed::new(fault).on(*name).times(2));
            }
            read.iter().chain(&act).for_each(|call| drop(call.run(client, options())));
            let place = format!("{} {kind:?} {fault} at {}, credentials {index}", A::NAME, names.join(" and "));
            if stage.sandbox.ledger().entries().iter().all(|entry| entry.fault.is_none()) {
                found.violations.push(format!("{place}: it struck nothing"));
            }
            found.check(&foreign, place);
        };
        let names: Vec<_> = read.iter().chain(&act).map(|call| call.info.name).collect();
        for fault in Fault::all() {
            let is_redirect = fault.id().contains("redirect");
            if is_redirect {
                run(fault, &signed_in, &names);
            }
            if let Some(sign_in) = sign_in.filter(|_| is_redirect || fault.group() == Group::Identity) {
                run(fault, &client(), &[sign_in]);
            }
        }
    }
}

/// Every trick with the base URL in the answer to a sign-in.
fn tricks<A: Side>(kind: Kind, found: &mut Found) {
    let hosts = A::INFO.session_hosts.iter();
    let Some(known) = hosts.copied().find(|host| !host.starts_with('*')) else { return };
    found.naming += 1;
    let foreign = Ear::new(|_| no_content());
    let stage = Stage::from_examples::<A>();
    let (read, act) = Sample::reading_and_acting(&Setup::<A>::of(&stage.sandbox).build(kind));
    let calls = || read.iter().chain(&act);
    let (credentials, _) = sign_in::needed::<A>(accounts_of::<A>()).expect("a sign-in");
    let own = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("an address");
    // Names lead to no place of this test, so that asking for one already counts.
    let client = |home: &Ear, resolver: &Resolver| {
        let base = format!("http://{}", home.address).parse().expect("a base URL");
        let names = Some((resolver.clone(), Duration::from_secs(1)));
        Setup::<A> { base, names, credentials: credentials.clone(), ..Setup::of(&stage.sandbox) }.build(kind)
    };
    for lure in lures(foreign.address, own, known) {
        let home = home::<A>(&credentials, &lure);
        let resolver = stage.sandbox.resolver();
        let client = client(&home, &resolver);
        calls().for_each(|call| drop(call.run(&client, options())));
        let place = format!("{} {kind:?} {lure:?}", A::NAME);
        if resolver.asked() > 0 {
            lock(&foreign.heard).extend_from_slice(b"(a name was asked for)");
        }
        // Its own origin may receive the token, but not if it was given along with a refused URL.
        if is_in(&home.heard()) && !lure.contains("%2e") {
            found.violations.push(format!("{place} was taken"));
        }
        found.check(&foreign, place);
    }
    // The control: a name is asked for where its host is on the list.
    let (home, resolver) = (home::<A>(&credentials, &format!("https://{known}/v1")), stage.sandbox.resolver());
    let client = client(&home, &resolver);
    calls().for_each(|call| drop(call.run(&client, options())));
    assert!(resolver.asked() > 0, "{}: the control asked for no name: this test is deaf", A::NAME);
}

/// An origin that answers as to a sign-in, with this base URL.
fn home<A: Side>(credentials: &A::Credentials, url: &str) -> Ear {
    const PLACE: &str = "http://place.of.the.lure";
    let answer = sign_in::answer::<A>(credentials, PLACE, TOKEN).expect("a sign-in").bytes();
    let answer = String::from_utf8(answer).expect("a text").replace(&format!("{PLACE}/v1"), url);
    Ear::new(move |_| answer.clone())
}

/// The APIs, side by side.
struct Origins<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    found: &'e Mutex<Found>,
}

impl ForEach for Origins<'_, '_> {
    fn api<A: Served>(&mut self) {
        let found = self.found;
        self.scope.spawn(move || {
            let mut own = Found::default();
            for kind in Kind::BOTH {
                redirects::<A>(kind, &mut own);
                tricks::<A>(kind, &mut own);
            }
            let mut found = lock(found);
            found.apis += 1;
            found.cases += own.cases;
            found.kinds += own.kinds / 2;
            found.naming += own.naming / 2;
            found.violations.extend(own.violations);
        });
    }
}

#[test]
fn p11_the_token_stays_at_its_origin() {
    let trial = Trial::start("P11");
    // The control: a careless client's token is found, so the search works.
    let foreign = Ear::new(|_| no_content());
    let (credentials, _) = sign_in::needed::<Clodo>(accounts_of::<Clodo>()).expect("a sign-in");
    careless(home::<Clodo>(&credentials, &format!("http://{}/v1", foreign.address)).address)
        .expect("a careless client");
    let patience = std::time::Instant::now() + Duration::from_secs(2);
    while !is_in(&foreign.heard()) && std::time::Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(is_in(&foreign.heard()), "the control did not leak: this test is deaf");
    let found = Mutex::new(Found::default());
    std::thread::scope(|scope| hostkit_apis::each(&mut Origins { scope, found: &found }));
    let Found { cases, kinds, apis, naming, violations } = found.into_inner().expect("what was found");
    assert!(naming > 1, "{naming} APIs name an origin at their sign-in");
    let figures = format!(
        "{kinds} kinds of credentials of {apis} APIs, {naming} of which name an origin, {} with bytes at a foreign place",
        violations.len()
    );
    trial.end(cases, &figures, &violations);
}

/// A page may name the next one by a link: what is read of it is the page, and the call goes to its own origin.
#[test]
fn p11_a_link_leads_to_no_other_origin() {
    use obstacle_signed_proto::things::ListThings;

    let foreign = Ear::new(|_| no_content());
    let address = foreign.address;
    let home = Ear::new(move |request| {
        let body = match request.split(' ').nth(1).unwrap_or_default() {
            target if target.contains("/auth/time") => "1653668899".to_owned(),
            target if target.contains("page=2") => r#"{"things":[{"id":8,"name":"b"}],"links":{}}"#.to_owned(),
            _ => format!(
                r#"{{"things":[{{"id":7,"name":"a"}}],"links":{{"next":"http://{address}/1.0/things?page=2"}}}}"#
            ),
        };
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    });
    let stage = Stage::from_examples::<Signed>();
    for kind in Kind::BOTH {
        let base = format!("http://{}", home.address).parse().expect("a base URL");
        let names = Setup::<Signed> { base, ..Setup::of(&stage.sandbox) }.build(kind).items(&ListThings::new());
        assert_eq!(names.expect("two pages").len(), 2, "{kind:?}");
    }
    assert_eq!(foreign.heard(), b"");
}
