//! Sign-ins of any API: credentials for tests, and the answer that the examples give to a sign-in.

use std::path::Path;

use hostkit::UnknownFields;
use hostkit::protocol::server::ReceivedRequest;
use hostkit::protocol::server::every::{Served, list};
use hostkit::protocol::server::example::{answers, incoming};
use hostkit::protocol::{EndpointInfo, RawAnswer, RequestParts, Session, SignIn, Stamp};
use http::{HeaderMap, HeaderName, HeaderValue};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");

/// The answer to a sign-in, with a token of its own.
#[derive(Debug, Clone)]
pub struct Answer {
    pub endpoint: &'static str,
    /// The endpoint of a request.
    route: fn(&str) -> Option<&'static str>,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether this answers a request, given as text.
    pub fn is_for(&self, request: &str) -> bool {
        (self.route)(request) == Some(self.endpoint)
    }

    /// The whole message.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        if self.status != 204 {
            head.extend(format!("Content-Length: {}\r\n", self.body.len()).bytes());
        }
        [&head, &b"Connection: close\r\n\r\n"[..], &self.body].concat()
    }
}

/// The endpoint that a request calls, given as text.
fn route<A: Served>(request: &str) -> Option<&'static str> {
    let (head, body) = request.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    let request = incoming(method, target, &headers, body.as_bytes());
    let info = A::route(&ReceivedRequest { unknown: UnknownFields::Ignore, ..request }).ok()?;
    Some(info.name)
}

/// An empty request of the API, of which a sign-in is made.
fn parts<A: Served>() -> RequestParts {
    RequestParts::new(&EndpointInfo::DEFAULT, &A::INFO, A::INFO.formats[0], "")
}

/// Credentials of an API with this secret, of a kind that needs no sign-in if there is one.
pub fn credentials<A: Served>(secret: &str) -> A::Credentials {
    let needs_none = |known: &A::Credentials| !matches!(A::sign_in(known, &mut parts::<A>()), Ok(SignIn::Ask));
    let all = A::credentials_with(secret);
    all.iter().find(|known| needs_none(known)).or(all.first()).cloned().expect("a kind of credentials")
}

/// The first of these credentials that has to sign in, and the name of that call; `None` if none of them has a session.
pub fn needed<A: Served>(all: Vec<A::Credentials>) -> Option<(A::Credentials, &'static str)> {
    let sign_in = |known: A::Credentials| {
        let mut out = parts::<A>();
        matches!(A::sign_in(&known, &mut out), Ok(SignIn::Ask)).then(|| (known, out.endpoint()))
    };
    // Reading the server's clock gives no session.
    (!A::INFO.reads_clock).then(|| all.into_iter().find_map(sign_in)).flatten()
}

/// What these credentials put into the query of every request, since the spec says that the API takes it nowhere else:
/// names and values.
pub fn query<A: Served>(credentials: &A::Credentials) -> Vec<(String, String)> {
    let mut out = parts::<A>();
    out.stamp(Stamp { millis: 1_327_363_202_000, nonce: 1 });
    let base = "http://127.0.0.1".parse().expect("a base URL");
    let authorised = A::authorise(credentials, &Session::default(), &mut out);
    let request = authorised.ok().and_then(|()| out.finish(&base).ok());
    let query = request.as_ref().and_then(|request| request.uri().query()).unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The answer to a sign-in with these credentials, at the server of this base URL and with this token; `None` if they
/// need none.
pub fn answer<A: Served>(credentials: &A::Credentials, base: &str, token: &str) -> Option<Answer> {
    let mut out = parts::<A>();
    if !matches!(A::sign_in(credentials, &mut out), Ok(SignIn::Ask)) {
        return None;
    }
    let endpoint = out.endpoint();
    let (info, examples) = list::<A>().into_iter().find(|(info, _)| info.name == endpoint).expect("the sign-in");
    let (found, _) = answers(Path::new(SPECS), &examples).expect("examples");
    let first = found.into_iter().next().expect("an example of the answer to a sign-in");
    let raw = RawAnswer::new(&info, &A::INFO, first.status, &first.headers, &first.body);
    let Session { token: old, base_url, .. } = A::session(&raw).expect("a session");
    // A session may be the clock of the server alone.
    let old = old.map(|old| old.expose().to_owned());
    let replaced = |text: &str, token: &str| {
        let text = base_url.as_ref().map_or_else(|| text.to_owned(), |url| text.replace(url, &format!("{base}/v1")));
        old.as_ref().map_or_else(|| text.clone(), |old| text.replace(old, token))
    };
    let in_a_header = |value: &HeaderValue| HeaderValue::from_str(&replaced(value.to_str().expect("a text"), token));
    let headers = first.headers.iter().map(|(name, value)| (name.clone(), in_a_header(value).expect("a value")));
    let in_json = serde_json::to_string(token).expect("a text");
    let body = replaced(std::str::from_utf8(&first.body).expect("a text"), in_json.trim_matches('"')).into_bytes();
    Some(Answer { endpoint, route: route::<A>, status: first.status, headers: headers.collect(), body })
}
