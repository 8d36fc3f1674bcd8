//! A shop with three calls as the site under test, a client that speaks in bytes, and one that is typed at both ends.
// Each test file uses a part of this one, and a test that cannot go on should panic.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use hostkit::protocol::{RateRule, RawAnswer, RequestParts, Session, Verdict};
use hostkit::{Api, BaseUrl, Effect, Endpoint, Format, UnknownFields};
use hostkit_sandbox::site::{Call, Operation, Refusal, Reply, Site, answer};
use hostkit_sandbox::world::{NewServer, TokenState, World};
use hostkit_sandbox::{ApiName, Sandbox};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

pub const SIGN_IN: &str = "sign_in";
pub const LIST: &str = "list_orders";
pub const ORDER: &str = "create_order";
pub const DELETE_ZONE: &str = "delete_zone";
pub const DELETE_RECORD: &str = "delete_record";

const JSON: &str = "application/json";

pub struct Shop;

impl Site for Shop {
    fn api(&self) -> ApiName {
        ApiName::CLODO
    }

    fn recognise(&self, call: &Call) -> Operation {
        let (name, effect): (_, _) = match (call.method.clone(), call.path.as_str()) {
            (Method::GET, "/") => (SIGN_IN, Effect::Safe),
            (Method::GET, "/orders") => (LIST, Effect::Safe),
            (Method::POST, "/orders") => (ORDER, Effect::Spends),
            (Method::DELETE, "/zone") if call.body.is_empty() => (DELETE_ZONE, Effect::Destructive),
            (Method::DELETE, "/zone") => (DELETE_RECORD, Effect::Destructive),
            _ => return Operation::UNKNOWN,
        };
        Operation { name, effect, rates: if name == ORDER { &["post"] } else { &[] } }
    }

    fn handle(&self, call: &Call, world: &mut World) -> Reply {
        let operation = self.recognise(call);
        if operation.name == SIGN_IN {
            return sign_in(call, world);
        }
        let state = world.sessions.check(call.header("x-token").unwrap_or_default(), call.now);
        let TokenState::Good(account) = state else {
            return self.refuse(call, Refusal::TokenExpired);
        };
        world.note_credentials(true);
        match operation.name {
            LIST => {
                let numbers: Vec<_> = world.servers(&account).iter().map(|server| server.number.to_string()).collect();
                Reply::done(json(200, &format!("{{\"orders\":[{}]}}", numbers.join(","))))
            }
            ORDER => {
                let name = String::from_utf8_lossy(&call.body).into_owned();
                let new = NewServer { name, plan: 1, image: Some(1), install: true, ..NewServer::default() };
                match world.order(&account, new) {
                    Ok(number) => Reply::done(json(201, &format!("{{\"order\":{number}}}"))),
                    Err(error) => Reply::refused(json(409, "{\"error\":\"no\"}"), error.to_string()),
                }
            }
            _ => Reply::done(answer(204, "", Vec::new())),
        }
    }

    fn refuse(&self, _: &Call, refusal: Refusal) -> Reply {
        match refusal {
            Refusal::TokenExpired | Refusal::WrongCredentials => {
                Reply::denied(json(401, "{\"error\":\"token\"}"), "Unauthorized")
            }
            Refusal::RateLimited => Reply::refused(json(429, "{\"error\":\"rate\"}"), "OverLimit"),
            _ => Reply::refused(json(500, "{\"error\":\"inner\"}"), "InternalError"),
        }
    }

    fn rates(&self) -> &'static [RateRule] {
        const RULES: &[RateRule] = &[RateRule { name: "post", count: 3, window: Duration::from_secs(60) }];
        RULES
    }
}

fn json(status: u16, body: &str) -> http::Response<Vec<u8>> {
    answer(status, JSON, body.as_bytes().to_vec())
}

fn sign_in(call: &Call, world: &mut World) -> Reply {
    let token = world.sessions.issue("TEST_", World::ACCOUNT, call.now, Some(Duration::from_secs(1200)));
    let mut answer = answer(204, "", Vec::new());
    for (name, value) in [("x-auth-token", token.as_str()), ("x-base-url", call.base.as_str())] {
        answer.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    }
    Reply::done(answer)
}

pub fn start() -> Sandbox {
    let sandbox = Sandbox::builder().site(Shop).start().unwrap();
    sandbox.world(ApiName::CLODO, |world| world.sessions.add("good", World::ACCOUNT)).unwrap();
    sandbox
}

/// How a conversation ended for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Closed,
    Reset,
    /// Nothing came for a while, and the connection is open.
    Silent,
}

/// What a client got.
#[derive(Debug, Clone)]
pub struct Got {
    pub bytes: Vec<u8>,
    pub end: End,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn status(&self) -> Option<u16> {
        self.text().strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
    }

    pub fn body(&self) -> &[u8] {
        let at = self.bytes.windows(4).position(|window| window == b"\r\n\r\n");
        at.map_or(&[], |at| &self.bytes[at + 4..])
    }
}

pub fn connect(sandbox: &Sandbox) -> TcpStream {
    let stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads until the connection ends or is silent for `patience`, at most so long in all.
pub fn listen(stream: &mut TcpStream, patience: Duration, most: Duration) -> Got {
    stream.set_read_timeout(Some(patience)).unwrap();
    let until = Instant::now() + most;
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    let end = loop {
        match stream.read(&mut chunk) {
            Ok(0) => break End::Closed,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break End::Reset,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break End::Silent,
            Err(error) => panic!("{error}"),
        }
        if Instant::now() > until {
            break End::Silent;
        }
    };
    Got { bytes, end }
}

/// Sends bytes on a new connection and reads what comes.
pub fn talk(sandbox: &Sandbox, request: &[u8]) -> Got {
    let mut stream = connect(sandbox);
    // A server that resets early may make this fail; what was read is what counts.
    let _ = stream.write_all(request);
    listen(&mut stream, Duration::from_millis(400), Duration::from_secs(2))
}

pub fn request(method: &str, target: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {target} HTTP/1.1\r\nHost: x\r\nX-Token: good\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

pub fn order() -> Vec<u8> {
    request("POST", "/clodo/orders", "Connection: close\r\n", "web1")
}

/// Calls an endpoint; a no is its status and its code.
pub fn ask<E: Endpoint>(
    sandbox: &Sandbox,
    base: &str,
    format: Format,
    credentials: &<E::Api as Api>::Credentials,
    session: &Session,
    call: &E,
) -> Result<E::Output, (u16, String)> {
    let base: BaseUrl = base.parse().unwrap();
    let info = E::INFO;
    let mut parts = RequestParts::new(&info, &<E::Api as Api>::INFO, format, "");
    call.encode(&mut parts).unwrap();
    if info.authorised {
        E::Api::authorise(credentials, session, &mut parts).unwrap();
    }
    let request = parts.finish(&base).unwrap();
    let target = request.uri().path_and_query().unwrap();
    let mut bytes = format!("{} {target} HTTP/1.1\r\nHost: {}\r\n", request.method(), sandbox.address()).into_bytes();
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != "content-length") {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = request.body().len();
    bytes.extend(format!("Content-Length: {length}\r\nConnection: close\r\n\r\n").into_bytes());
    bytes.extend_from_slice(request.body());
    let got = talk(sandbox, &bytes);
    let text = got.text();
    let mut headers = HeaderMap::new();
    for line in text.split("\r\n\r\n").next().unwrap().lines().skip(1) {
        let (name, value) = line.split_once(": ").unwrap();
        headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let status = got.status().unwrap();
    let answer = RawAnswer::new(&info, &<E::Api as Api>::INFO, status, &headers, got.body());
    let answer = answer.with_unknown_fields(UnknownFields::Deny);
    match E::Api::verdict(&answer) {
        Verdict::Success | Verdict::Accepted(_) => {
            Ok(E::decode(&answer).unwrap_or_else(|error| panic!("{} {format}: {error} in {text}", info.name)))
        }
        Verdict::Fault(fault) => {
            Err((fault.status, fault.code.map(|code| format!("{code:?}")).unwrap_or(fault.message)))
        }
        Verdict::Unclear(_) | Verdict::Unrecognised => panic!("{} {format}: {text}", info.name),
    }
}
