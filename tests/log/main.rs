//! P12: no secret in Debug, Display, error chains, tracing events, log lines or URLs. A canary stands for every secret:
//! the credentials, the token, the secret inputs and the secret fields of answers; every endpoint is called by both
//! clients under a set of faults, and whatever can be seen afterwards is searched.
//!
//! A panic prints what Debug prints. An error quotes text found in the place of an object, so a server that sends
//! nothing but a secret is not among the faults. What a caller requests explicitly (`Secret::expose`, `Error::body`,
//! the bytes of `RawBody`) is not searched.
//!
//! A separate program, because it listens to the log of the whole process.

use std::error::Error as _;
use std::fmt::Debug;
use std::thread::{Scope, ScopedJoinHandle};

use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::protocol::{EndpointInfo, Flag, Value};
use hostkit::time::ManualClock;
use hostkit::{Api, Call, CallOptions, Endpoint, Error, Format, Outcome, Perform, UnixTime};
use hostkit_apis::ForEach;
use hostkit_tests::canary::{COOKIE, CORE, Listener, SECRET, search};
use hostkit_tests::clients::{Client, runtime};
use hostkit_tests::raw_server::RawServer;
use hostkit_tests::{canary, entries, sign_in, size};

/// The names of secret fields in the specs.
const SECRET_KEYS: &[&str] = &[
    "adminPass",
    "key",
    "storagekey",
    "token",
    "users_profile_bank",
    "users_profile_bik",
    "users_profile_korrschet",
    "users_profile_passportdate",
    "users_profile_passportnumber",
    "users_profile_passportseries",
    "users_profile_passportwho",
    "users_profile_raschschet",
    "vps_root_pass",
    "vps_user_pass",
    "vps_vnc_pass",
    "pass",
    "vps_password",
    "password",
    "serverpassword",
    "wss_url",
    "link",
    "paylink",
];

fn is_secret(key: &str) -> bool {
    SECRET_KEYS.contains(&key.trim_start_matches('@'))
}

/// The example's answer with `secret` in the place of its secrets.
fn planted(format: Format, bytes: &[u8], secret: &Value) -> Vec<u8> {
    let Some(mut tree) = entries::tree(format, bytes) else { return bytes.to_vec() };
    entries::visit(&mut tree, "", &mut |key, node| {
        // The visit also reaches the planted text.
        let is_planted = matches!(node, Value::Text(text) if [SECRET, COOKIE].contains(&text.as_str()));
        if is_secret(key) && !is_planted && matches!(node, Value::Text(_) | Value::Null | Value::Number(_)) {
            *node = secret.clone();
        }
    });
    if let Value::Map(fields) = &mut tree {
        fields.push(("field_of_tomorrow".into(), Value::Text(SECRET.to_owned())));
    }
    hostkit::protocol::wire::write(format, &tree).unwrap_or_else(|_| bytes.to_vec())
}

fn answer(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A document that is a fault of each API, with what the server was sent in all its texts.
fn echo(status: u16, secret: &str) -> Vec<u8> {
    let said = serde_json::to_string(&format!("no {secret}\r\n\u{1b}[31m")).expect("a text");
    let code = serde_json::to_string(secret).expect("a text");
    let marks = format!(r#""result":"fail","status":"error","code":{status},"errorCode":{code},"status_code":{code}"#);
    let words =
        ["message", "details", "msg", "errorMsg", "status_msg", "description"].map(|key| format!("{key:?}:{said}"));
    answer(status, format!("{{{marks},{},\"data\":{{{code}:[{said}]}}}}", words.join(",")).as_bytes())
}

/// The answers of the server, by the name of the fault.
fn faults(format: Format, status: u16, bytes: &[u8], secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = Value::Text(secret.to_owned());
    let right = planted(format, bytes, &text);
    let as_object = planted(format, bytes, &Value::Map(vec![("x".into(), text.clone())]));
    let as_list = planted(format, bytes, &Value::List(vec![text.clone(), Value::List(vec![text])]));
    let page = format!("<html><body><form action=\"/?key={CORE}\"><input value=\"{CORE}\"></form></body></html>");
    // Errors quote a hundred characters of a title, and sixty of a value.
    let title = format!("<html><title>{}{secret}</title></html>", "x".repeat(86));
    let value = serde_json::to_string(&format!("{}{secret}", "x".repeat(50))).expect("a text");
    let marker = format!(r#"{{"result":{value},"status":{value},"error":{value},"code":{value}}}"#);
    let half = right.get(..right.len() / 2).unwrap_or_default();
    let mut cut = answer(status, &right);
    cut.truncate(cut.len() - right.len() / 2 - 1);
    let redirect =
        format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/?key={CORE}\r\nContent-Length: 0\r\n\r\n");
    vec![
        ("right", answer(status, &right)),
        ("a rejection that repeats", echo(400, secret)),
        ("a failure that repeats", echo(500, secret)),
        ("secrets are objects", answer(status, &as_object)),
        ("secrets are lists", answer(status, &as_list)),
        ("half the document", answer(status, half)),
        ("garbage after", answer(status, &[&right[..], CORE.as_bytes()].concat())),
        ("a page", answer(200, page.as_bytes())),
        ("a title that is cut", answer(500, title.as_bytes())),
        ("a value that is cut", answer(200, marker.as_bytes())),
        ("a text", answer(200, CORE.as_bytes())),
        ("401 with the answer", answer(401, &right)),
        ("404 with the answer", answer(404, &right)),
        ("429 with the answer", answer(429, &right)),
        ("500 with the answer", answer(500, &right)),
        ("500 with a page", answer(500, page.as_bytes())),
        ("a redirect", redirect.into_bytes()),
        ("the connection closes", Vec::new()),
        ("half a head", format!("HTTP/1.1 200 OK\r\nX-Auth-Token: {CORE}").into_bytes()),
        ("a header that is none", format!("HTTP/1.1 200 OK\r\n{CORE} {CORE}\r\n\r\n").into_bytes()),
        ("no HTTP", format!("{CORE}\r\n\r\n").into_bytes()),
        (
            "a chunk that is none",
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{CORE}\r\n").into_bytes(),
        ),
        ("half the body", cut),
    ]
}

struct Pass<A: Api> {
    /// The secret in its credentials.
    secret: &'static str,
    server: RawServer,
    clients: [Client<A>; 2],
    /// Whether the spec says that the API takes these credentials in the query alone.
    has_secret_query: bool,
    calls: usize,
}

/// Searches an error in all its shapes.
fn search_error<C: hostkit::FaultCode>(at: &str, error: &Error<C>) {
    search(&format!("{at}: Display"), &error.to_string());
    search(&format!("{at}: Debug"), &format!("{error:?}"));
    search(&format!("{at}: Debug, in full"), &format!("{error:#?}"));
    let mut source = error.source();
    while let Some(error) = source {
        search(&format!("{at}: a source"), &format!("{error} {error:?}"));
        source = error.source();
    }
    if let Some(ticket) = error.ticket() {
        search(&format!("{at}: a ticket"), &format!("{ticket} {ticket:?} {:?}", ticket.save()));
        search(&format!("{at}: a ticket as text"), &ticket.save().to_string());
    }
}

fn search_result<const N: usize, C: hostkit::FaultCode>(at: &str, result: Result<[String; N], Error<C>>) {
    match result {
        Ok(shapes) => shapes.iter().for_each(|shape| search(at, shape)),
        Err(error) => search_error(at, &error),
    }
}

/// A request and its body with canaries in its secrets; `None` where the body is no document.
fn with_secrets<A: Api>(request: http::Request<Vec<u8>>) -> Option<(http::Request<Vec<u8>>, Vec<u8>)> {
    let format = match (A::INFO.request_format, request.body().first()?) {
        (Some(format), _) => format,
        (None, b'<') => Format::Xml,
        (None, _) => Format::Json,
    };
    let mut tree = entries::tree(format, request.body())?;
    entries::visit(&mut tree, "", &mut |key, node| {
        if is_secret(key) {
            *node = Value::Text(SECRET.to_owned());
        }
    });
    let body = hostkit::protocol::wire::write(format, &tree).ok()?;
    Some((request, body))
}

impl<A: Served> Pass<A> {
    fn new(credentials: A::Credentials, secret: &'static str) -> Self {
        let server = RawServer::start();
        server.script().sign_in = sign_in::answer::<A>(&credentials, &server.url, secret);
        search("credentials", &format!("{credentials:?}"));
        let has_secret_query = sign_in::query::<A>(&credentials).iter().any(|(_, value)| canary::is_in(value));
        let clock = || ManualClock::new(UnixTime(1_327_363_202));
        let url = || server.url.parse().expect("a base URL");
        let builder = hostkit_ureq::Client::builder(credentials.clone()).base_url(url()).clock(clock());
        let blocking = builder.build().expect("a blocking client");
        let builder = hostkit_reqwest::Client::builder(credentials).base_url(url()).clock(clock());
        let asynchronous = builder.build().expect("an async client");
        let clients = [Client::Blocking(blocking), Client::Async(asynchronous, runtime())];
        Self { secret, server, clients, has_secret_query, calls: 0 }
    }

    /// The call of an example, with canaries in its secret inputs.
    fn request<E: Serve + Debug>(folder: &'static str, case: &'static str) -> E {
        let call: E = example::call(&entries::place(folder, case));
        let request = entries::written(&call, A::INFO.formats[0]).ok().filter(|_| E::INFO.has(Flag::SecretRequest));
        let Some((request, body)) = request.and_then(with_secrets::<A>) else { return call };
        let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        E::parse(&example::incoming(request.method().as_str(), &target, request.headers(), &body)).unwrap_or(call)
    }

    fn each<E: Serve + Debug>(&mut self, examples: &Examples, run: impl Fn(&Client<A>, &E, &str))
    where
        E::Output: Debug,
    {
        let Some(case) = examples.requests.first() else { return };
        let call: E = Self::request(examples.folder, case);
        search(&format!("{}: a request", examples.folder), &format!("{call:?}"));
        self.faults_of(examples, &E::INFO, &|client, at| run(client, &call, at));
    }

    fn faults_of(&mut self, examples: &Examples, info: &EndpointInfo, run: &dyn Fn(&Client<A>, &str)) {
        let first = if size::is_long() { examples.answers.len() } else { 1 };
        for (case, format, status) in examples.answers.iter().take(first) {
            let bytes = example::bytes(&entries::place(examples.folder, case), *format);
            let bytes = if info.has(Flag::SecretResponse) { bytes } else { self.without_secrets(*format, bytes) };
            let few = size::size(4, usize::MAX, usize::MAX);
            for (fault, answer) in faults(*format, *status, &bytes, self.secret).into_iter().take(few) {
                self.server.script().answer = answer;
                self.by_both(run, &format!("{}: {fault}", examples.folder));
            }
        }
        // The server echoes the request with its credentials.
        self.server.script().is_echo = true;
        self.by_both(run, &format!("{}: an echo", examples.folder));
        self.server.script().is_echo = false;
        let targets = std::mem::take(&mut self.server.script().targets);
        for target in targets.iter().filter(|_| !self.has_secret_query) {
            search(&format!("{}: a URL", examples.folder), target);
        }
    }

    fn by_both(&mut self, run: &dyn Fn(&Client<A>, &str), at: &str) {
        for client in &self.clients {
            client.reset_session();
            run(client, at);
            self.calls += 1;
        }
    }

    /// For calls whose spec has no secret in the answer; there, names of secrets mean something else.
    fn without_secrets(&self, format: Format, bytes: Vec<u8>) -> Vec<u8> {
        let Some(mut tree) = entries::tree(format, &bytes) else { return bytes };
        let mut is_ambiguous = false;
        entries::visit(&mut tree, "", &mut |key, _| is_ambiguous |= is_secret(key));
        if is_ambiguous { Vec::new() } else { bytes }
    }
}

impl<A: Served> Visitor for Pass<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |client, call, at| {
            search_result(at, client.call_full(call).map(|reply| shapes(&reply)));
            if let Some(client) = client.blocking() {
                search_result(&format!("{at}: raw"), client.call_raw(call).map(|reply| shapes(&reply)));
            }
        });
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |client, call, at| {
            let outcome = client.with(unread()).perform_full(call);
            shapes(&outcome).iter().for_each(|shape| search(at, shape));
            if let Outcome::Rejected(rejection) = &outcome {
                search(&format!("{at}: a rejection"), &rejection.to_string());
            }
            search_result(at, outcome.into_result().map(|_| []));
        });
    }
}

/// What `Debug` prints.
fn shapes(value: &dyn Debug) -> [String; 2] {
    [format!("{value:?}"), format!("{value:#?}")]
}

/// The servers of this test answer the call alone, and no look before it.
fn unread() -> CallOptions {
    CallOptions::new().unread()
}

/// The passes over all APIs, one for each kind of credentials.
struct Passes<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    handles: Vec<ScopedJoinHandle<'s, usize>>,
}

impl ForEach for Passes<'_, '_> {
    fn api<A: Served>(&mut self) {
        for (credentials, in_cookie) in A::credentials_with(SECRET).into_iter().zip(A::credentials_with(COOKIE)) {
            // What would end a cookie is refused before there is a client.
            let builder = hostkit_ureq::Client::<A>::builder(credentials.clone());
            let fits = builder.base_url("http://127.0.0.1:1".parse().expect("a base URL")).build().is_ok();
            let (credentials, secret) = if fits { (credentials, SECRET) } else { (in_cookie, COOKIE) };
            self.handles.push(self.scope.spawn(move || {
                let mut pass = Pass::<A>::new(credentials, secret);
                A::every(&mut pass);
                pass.calls
            }));
        }
    }
}

#[test]
fn no_secret_is_seen() {
    // The controls: the search finds every spelling.
    for leak in [
        SECRET,
        "p\"<&",
        "Secret(\"p\\\"<&\")",
        "%43%34%4E%34%52%59%78%37%71",
        "p%22%3C%26C4N4RYx7q%25",
        "&quot;&lt;&amp;C4N4RYx7q",
    ] {
        assert!(canary::is_in(leak), "{leak:?} is not found");
    }
    assert!(canary::is_in(&format!("{:?}", SECRET.as_bytes())) && canary::is_in("cCI8JkM0TjRSWXg3cSUrLz0nXHo="));
    assert!(!canary::is_in("nothing of the kind"));
    Listener::start();

    // Each pass has its own server and mostly waits for it, so they run side by side.
    let calls: usize = std::thread::scope(|scope| {
        let mut passes = Passes { scope, handles: Vec::new() };
        hostkit_apis::each(&mut passes);
        passes.handles.into_iter().map(|pass| pass.join().expect("a pass")).sum()
    });

    let (artefacts, hits) = canary::found();
    println!("P12: {artefacts} cases, artefacts of {calls} calls searched, {} hits", hits.len());
    let mut shown = hits.clone();
    shown.dedup_by(|a, b| a.split(": ").nth(1) == b.split(": ").nth(1));
    assert!(hits.is_empty(), "{}", shown.iter().take(25).cloned().collect::<Vec<_>>().join("\n\n"));
    assert!(artefacts > size::size(1_000, 50_000, 100_000), "{artefacts} artefacts");
}
