//! Scripts of values: a call, and the value that it is answered with, through the server half of its API.

use hostkit::protocol::RequestParts;
use hostkit::protocol::server::example::incoming;
use hostkit::protocol::server::{Serve, WrittenAnswer};
use hostkit::{Api, BaseUrl, Format};
use http::{HeaderMap, Request};

/// A call and its answer, in each format in which the API can be asked.
pub(crate) struct Exchange {
    endpoint: &'static str,
    path: &'static str,
    written: Vec<Written>,
    rewrite: Rewrite,
}

/// What the client half writes for a request, below the base URL and in a format, that the server half has read.
type Rewrite = fn(&Request<Vec<u8>>, &str, Format) -> Result<Request<Vec<u8>>, String>;

struct Written {
    format: Format,
    request: Request<Vec<u8>>,
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What the client half writes for a call, without credentials.
fn encode<E: Serve>(call: &E, format: Format) -> Result<Request<Vec<u8>>, String> {
    let base: BaseUrl = "http://127.0.0.1".parse().map_err(|error| format!("{error}"))?;
    let mut parts = RequestParts::new(&E::INFO, &<E::Api as Api>::INFO, format, "");
    call.encode(&mut parts).and_then(|()| parts.finish(&base)).map_err(|error| error.to_string())
}

impl Exchange {
    pub(crate) fn of<E: Serve>(call: &E, value: &E::Output) -> Self {
        let formats = if E::INFO.formats.is_empty() { <E::Api as Api>::INFO.formats } else { E::INFO.formats };
        let written = formats.iter().map(|format| {
            let request = encode(call, *format).unwrap_or_else(|error| panic!("{error}"));
            let mut answer = WrittenAnswer::for_endpoint::<E>(*format, 200);
            E::answer(value, &mut answer);
            let body = answer.body().unwrap_or_else(|error| panic!("the answer to {}: {error}", E::INFO.name));
            // Some APIs take an empty answer for a success under certain statuses only.
            let bodiless = E::INFO.bodiless;
            let status = match bodiless.iter().find(|status| **status == 204).or(bodiless.first()) {
                Some(status) if body.is_empty() && answer.status == 200 => *status,
                _ => answer.status,
            };
            Written { format: *format, request, status, headers: answer.headers, body }
        });
        Self {
            endpoint: E::INFO.name,
            path: E::INFO.path,
            written: written.collect(),
            rewrite: |request, target, format| {
                let received = incoming(request.method().as_str(), target, request.headers(), request.body());
                encode(&E::parse(&received).map_err(|error| error.to_string())?, format)
            },
        }
    }

    fn written(&self, format: Format) -> Option<&Written> {
        self.written.iter().find(|written| written.format == format).or(self.written.first())
    }

    /// Whether a request is this call, or else why not.
    pub(crate) fn check(&self, request: &Request<Vec<u8>>, format: Format) -> Result<(), String> {
        let Some(expected) = self.written(format).map(|written| &written.request) else {
            return Err("the API has no format".to_owned());
        };
        let path = below_base(request.uri().path(), self.path);
        let target = request.uri().query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        let came = (self.rewrite)(request, &target, format)?;
        let same = came.method() == expected.method() && came.uri() == expected.uri() && came.body() == expected.body();
        // The headers that the call sets: those of HTTP are the same for all calls.
        if same && came.headers() == expected.headers() {
            return Ok(());
        }
        let shown = |request: &Request<Vec<u8>>| {
            let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
            format!("{} {target} {}", request.method(), String::from_utf8_lossy(request.body()))
        };
        Err(format!("it is `{}`, not `{}`", shown(&came).trim_end(), shown(expected).trim_end()))
    }

    /// Status, headers and body of the answer.
    pub(crate) fn answer(&self, format: Format) -> (u16, HeaderMap, Vec<u8>) {
        let written = self.written(format);
        written.map(|written| (written.status, written.headers.clone(), written.body.clone())).unwrap_or_default()
    }

    pub(crate) fn endpoint(&self) -> &'static str {
        self.endpoint
    }
}

/// The path without that of the base URL: it has as many segments as the endpoint's.
fn below_base<'p>(path: &'p str, template: &str) -> &'p str {
    let whole = path.trim_end_matches('/');
    let segments = template.split('/').filter(|segment| !segment.is_empty()).count();
    let start =
        (0..segments).fold(whole.len(), |end, _| whole.get(..end).and_then(|head| head.rfind('/')).unwrap_or(0));
    match whole.get(start..) {
        None | Some("") => "/",
        Some(below) => below,
    }
}
