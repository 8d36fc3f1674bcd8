//! What an API adds to the sandbox: one site per API, over the generated server half of its proto crate.

use hostkit::protocol::RateRule;
use hostkit::protocol::server::ReceivedRequest;
use hostkit::{Effect, UnknownFields};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::api_name::ApiName;
use crate::clock::Moment;
use crate::rates::Used;
use crate::world::World;

/// A request below the prefix of its API.
#[derive(Debug, Clone)]
pub struct Call {
    /// The API.
    pub api: ApiName,
    /// The verb; HEAD comes as GET.
    pub method: Method,
    /// The path below the prefix, with its slash, still percent-encoded: `/v1/servers`.
    pub path: String,
    /// The decoded query.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The base URL of the API at which the client reached it, without a slash at its end: for answers that name URLs.
    pub base: String,
    /// When it came.
    pub now: Moment,
    /// What is used up of the API's rate limits, this call included.
    pub used: Vec<Used>,
}

impl Call {
    /// The request for a generated router.
    pub fn incoming(&self, unknown: UnknownFields) -> ReceivedRequest<'_> {
        self.incoming_below("", unknown)
    }

    /// The same, with a further prefix of the path taken off where it is there, such as `/v1`.
    pub fn incoming_below(&self, prefix: &str, unknown: UnknownFields) -> ReceivedRequest<'_> {
        let path = self.path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        ReceivedRequest {
            method: self.method.clone(),
            path: path.map_or(self.path.as_str(), |rest| if rest.is_empty() { "/" } else { rest }),
            query: self.query.clone(),
            headers: &self.headers,
            body: &self.body,
            unknown,
        }
    }

    /// The body as the pairs of a form; what is no UTF-8 is replaced.
    pub fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The pairs of a query, decoded; what is no UTF-8 is replaced.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pair = |pair: &str| pair.split_once('=').map_or((decode(pair), String::new()), |(k, v)| (decode(k), decode(v)));
    query.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// What a site makes of a request before it carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The name of the endpoint in its spec.
    pub name: &'static str,
    /// What it may do.
    pub effect: Effect,
    /// The rate rules that count it.
    pub rates: &'static [&'static str],
}

impl Operation {
    /// A request that no endpoint fits.
    pub const UNKNOWN: Self = Self { name: "(unknown)", effect: Effect::Destructive, rates: &[] };
    /// A request that was not read.
    pub const UNREAD: Self = Self { name: "(unread)", effect: Effect::Destructive, rates: &[] };
}

/// Why a site has to say no although the request may be fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The token was good once.
    TokenExpired,
    /// The credentials are unknown.
    WrongCredentials,
    /// There were too many calls.
    RateLimited,
    /// Something failed inside.
    Internal,
    /// The API is not there for now.
    Maintenance,
}

/// How a site's answer is to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Done,
    /// No, with this code of the API.
    Refused(String),
    /// No, because the credentials or the token are not good.
    Denied(String),
}

/// What a site answers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status, headers and body; framing and connection are the server's.
    pub answer: Response<Vec<u8>>,
    /// How it is to be understood.
    pub verdict: Verdict,
}

impl Reply {
    /// A yes.
    pub fn done(answer: Response<Vec<u8>>) -> Self {
        Self { answer, verdict: Verdict::Done }
    }

    /// A no with a code of the API.
    pub fn refused(answer: Response<Vec<u8>>, code: impl Into<String>) -> Self {
        Self { answer, verdict: Verdict::Refused(code.into()) }
    }

    /// A no that is about credentials.
    pub fn denied(answer: Response<Vec<u8>>, code: impl Into<String>) -> Self {
        Self { answer, verdict: Verdict::Denied(code.into()) }
    }
}

/// Builds an answer; a status that HTTP does not have becomes 500.
pub fn answer(status: u16, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !content_type.is_empty() {
        answer.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    answer
}

/// One API of the sandbox.
///
/// `handle` either carries a call out through the methods of [`World`], which note every change, or says no and leaves
/// the world as it was. Faults, the ledger, rates and the framing are not the site's business.
pub trait Site: Send + Sync + 'static {
    /// Which API it is.
    fn api(&self) -> ApiName;

    /// The world of the API as it is when the sandbox starts.
    fn world(&self, now: Moment) -> World {
        World::new("RUB", now)
    }

    /// Says which endpoint a request is; [`Operation::UNKNOWN`] where none fits. The world is not touched.
    fn recognise(&self, call: &Call) -> Operation;

    /// Carries a call out.
    fn handle(&self, call: &Call, world: &mut World) -> Reply;

    /// Says no in the API's own words, in the format that the request asks for.
    fn refuse(&self, call: &Call, refusal: Refusal) -> Reply;

    /// The rate limits that are enforced where the sandbox is told to.
    fn rates(&self) -> &'static [RateRule] {
        &[]
    }
}
