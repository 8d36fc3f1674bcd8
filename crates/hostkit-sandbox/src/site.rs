//! The interface of an API's site, which stands on the generated server half of its proto crate.

use hostkit::protocol::codec::DecodeError;
use hostkit::protocol::server::ReceivedRequest;
use hostkit::protocol::server::every::{Served, list};
use hostkit::protocol::{EndpointInfo, RateRule};
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
    /// The query as it came, which a signature covers.
    pub raw_query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The base URL at which the client reached the API, without a trailing slash; for answers that name URLs.
    pub base: String,
    /// When it arrived.
    pub now: Moment,
    /// The usage of the API's rate limits, this call included.
    pub used: Vec<Used>,
}

impl Call {
    /// The request for a generated router.
    pub fn incoming(&self, unknown: UnknownFields) -> ReceivedRequest<'_> {
        self.incoming_below("", unknown)
    }

    /// Like [`Call::incoming`], without a further prefix of the path, such as `/v1`, if it has that.
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

    /// The body as the pairs of a form; invalid UTF-8 is replaced.
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

/// Why no endpoint takes a request, by the error of the one that came nearest.
pub(crate) fn no_endpoint(error: &DecodeError) -> String {
    match error.found() {
        "another call" => "no call has this verb and path".to_owned(),
        _ => error.to_string(),
    }
}

/// The decoded pairs of a query; invalid UTF-8 is replaced.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pair = |pair: &str| pair.split_once('=').map_or((decode(pair), String::new()), |(k, v)| (decode(k), decode(v)));
    query.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// What a site recognises in a request before it carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The name of the endpoint in its spec.
    pub name: &'static str,
    /// What it may do.
    pub effect: Effect,
    /// The rate rules that apply to it.
    pub rates: &'static [&'static str],
}

impl Operation {
    /// A request that fits no endpoint.
    pub const UNKNOWN: Self = Self { name: "(unknown)", effect: Effect::Destructive, rates: &[] };
    /// A request that was not read.
    pub const UNREAD: Self = Self { name: "(unread)", effect: Effect::Destructive, rates: &[] };
}

/// The operations of an API that a site answers.
pub fn operations<A: Served>() -> Vec<Operation> {
    let operation = |info: EndpointInfo| Operation { name: info.name, effect: info.effect, rates: info.rates };
    list::<A>().into_iter().map(|(info, _)| operation(info)).collect()
}

/// Why a site has to refuse a request that may be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The token has expired.
    TokenExpired,
    /// The credentials are unknown.
    WrongCredentials,
    /// There were too many calls.
    RateLimited,
    /// An internal error.
    Internal,
    /// The API is down for maintenance.
    Maintenance,
}

/// The meaning of a site's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The call was carried out.
    Done,
    /// The call was refused with this code of the API.
    Refused(String),
    /// The call was refused with this code because of its credentials or its token.
    Denied(String),
}

/// A site's answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status, headers and body; the server adds framing and connection headers.
    pub answer: Response<Vec<u8>>,
    /// What it means.
    pub verdict: Verdict,
}

impl Reply {
    /// The answer to a call that was carried out.
    pub fn done(answer: Response<Vec<u8>>) -> Self {
        Self { answer, verdict: Verdict::Done }
    }

    /// A refusal with a code of the API.
    pub fn refused(answer: Response<Vec<u8>>, code: impl Into<String>) -> Self {
        Self { answer, verdict: Verdict::Refused(code.into()) }
    }

    /// A refusal because of credentials.
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
/// `handle` either carries a call out through the methods of [`World`], which note every change, or refuses it and
/// leaves the world as it was. Faults, the ledger, rate limits and framing are handled outside the site.
pub trait Site: Send + Sync + 'static {
    /// The API.
    fn api(&self) -> ApiName;

    /// Another first segment of the path, at which it answers as a sister of the API does.
    fn sister(&self) -> Option<&'static str> {
        None
    }

    /// Its operations, at which faults can be aimed.
    fn operations(&self) -> Vec<Operation> {
        Vec::new()
    }

    /// The initial world of the API.
    fn world(&self, now: Moment) -> World {
        World::new("RUB", now)
    }

    /// Recognises the endpoint of a request, or [`Operation::UNKNOWN`]; the world is not changed.
    fn recognise(&self, call: &Call) -> Operation;

    /// Carries a call out.
    fn handle(&self, call: &Call, world: &mut World) -> Reply;

    /// Refuses a call with the API's own document, in the format that the request asks for.
    fn refuse(&self, call: &Call, refusal: Refusal) -> Reply;

    /// Why no endpoint takes a request, for the log; `None` if one takes it.
    fn reason(&self, _call: &Call) -> Option<String> {
        None
    }

    /// The rate limits, enforced if [`Sandbox::enforce_rates`](crate::Sandbox::enforce_rates) is on.
    fn rates(&self) -> &'static [RateRule] {
        &[]
    }
}
