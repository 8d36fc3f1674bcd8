//! Answers as the values that they give, and calls as the inputs that their requests have.

use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::{Judgement, judge};
use hostkit::protocol::server::example::RecordedAnswer;
use hostkit::protocol::server::{ReceivedRequest, Serve, WrittenAnswer};
use hostkit::protocol::wire::write;
use hostkit::protocol::{RequestParts, Value};
use hostkit::{Api, Endpoint, Format, UnknownFields};
use http::Request;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};

use crate::site::{Call, pairs};
use crate::sites::signed::{document, fields};

/// What an answer gives; `None` if it is no success.
pub(super) fn value<E: Endpoint>(answer: &RecordedAnswer) -> Option<E::Output> {
    match judge::<E>(&Inputs::new(), &answer.received(&E::INFO, &<E::Api as Api>::INFO)) {
        Judgement::Done(output) | Judgement::Accepted(output, _) | Judgement::Nothing(output) => Some(output),
        Judgement::Rejected(_) | Judgement::Open(_) => None,
    }
}

/// The answer that the server half writes in the place of another one.
pub(super) fn written<E: Serve>(
    output: &E::Output,
    answer: RecordedAnswer,
    format: Format,
) -> Result<RecordedAnswer, String> {
    let format = answer.format.unwrap_or(format);
    let mut out = WrittenAnswer::for_endpoint::<E>(format, answer.status);
    E::answer(output, &mut out);
    let body = out.body().map_err(|error| error.to_string())?;
    let mut headers = answer.headers;
    headers.extend(out.headers);
    Ok(RecordedAnswer { format: Some(format), status: out.status, headers, body, ..answer })
}

/// The path of a request, and its inputs in headers, query and body.
pub(super) type Asked = (String, Vec<(String, String)>);

/// What a call asks for.
pub(super) fn asked<E: Endpoint>(call: &E, format: Format) -> Result<Asked, String> {
    Ok(asked_by(&request(call, format)?))
}

fn asked_by(request: &Request<Vec<u8>>) -> Asked {
    let query = request.uri().query().unwrap_or_default();
    (request.uri().path().to_owned(), inputs(request.headers(), query, request.body()))
}

fn request<E: Endpoint>(call: &E, format: Format) -> Result<Request<Vec<u8>>, String> {
    let api = <E::Api as Api>::INFO;
    let mut out = RequestParts::new(&E::INFO, &api, format, api.hosts.first().map_or("", |host| host.name));
    call.encode(&mut out).map_err(|error| error.to_string())?;
    let base = "http://127.0.0.1".parse().map_err(|error| format!("{error}"))?;
    out.finish(&base).map_err(|error| error.to_string())
}

/// An input by which a request may differ from another one.
pub(super) struct Other {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) is_required: bool,
}

/// What a request asks for that another one to the same path does not; `None` if the path is another one.
pub(super) fn others<E: Serve>(call: &Call, (path, inputs): &Asked, format: Format) -> Option<Vec<Other>> {
    // What is written again has neither credentials nor what no call has.
    let own = E::parse(&call.incoming(UnknownFields::Ignore)).ok()?;
    let request = request(&own, format).ok()?;
    let (own_path, own) = asked_by(&request);
    let others = own.into_iter().filter(|pair| !inputs.contains(pair)).map(|(name, value)| {
        let is_required = !is_read_without::<E>(&request, &name);
        Other { name, value, is_required }
    });
    (own_path == *path).then(|| others.collect())
}

/// Whether a request without one of its inputs is still one of the same call.
fn is_read_without<E: Serve>(request: &Request<Vec<u8>>, name: &str) -> bool {
    let mut headers = request.headers().clone();
    if let Some(name) = name.strip_prefix(HEADER) {
        headers.remove(name);
    }
    let query = pairs(request.uri().query().unwrap_or_default());
    let incoming = ReceivedRequest {
        method: request.method().clone(),
        path: request.uri().path(),
        query: query.into_iter().filter(|(known, _)| known != name).collect(),
        headers: &headers,
        body: &without(request.body(), name),
        unknown: UnknownFields::Ignore,
    };
    E::parse(&incoming).is_ok()
}

/// A body without what stands at this path.
fn without(body: &[u8], path: &str) -> Vec<u8> {
    let parsed = document(body).and_then(|(format, document)| {
        let mut tree = Value::from(document.root());
        remove(&mut tree, path).then(|| write(format, &tree).ok())?
    });
    parsed.unwrap_or_else(|| body.to_vec())
}

/// Removes what stands at this path; whether something did.
fn remove(tree: &mut Value, path: &str) -> bool {
    match tree {
        Value::List(items) => items.iter_mut().filter_map(|item| remove(item, path).then_some(())).count() > 0,
        Value::Map(entries) => {
            let before = entries.len();
            entries.retain(|(key, _)| key != path);
            let is_removed = entries.len() < before;
            let below = entries.iter_mut().filter_map(|(key, below)| {
                let rest = path.strip_prefix(&**key)?.strip_prefix('/')?;
                remove(below, rest).then_some(())
            });
            below.count() > 0 || is_removed
        }
        _ => false,
    }
}

/// The same of a request as it came.
pub(super) fn given(call: &Call) -> Asked {
    (call.path.clone(), inputs(&call.headers, &call.raw_query, &call.body))
}

/// What the name of an input in a header begins with.
const HEADER: &str = "header.";

/// What clients write by themselves.
const OF_CLIENTS: [HeaderName; 3] = [ACCEPT, CONTENT_LENGTH, CONTENT_TYPE];

/// The headers and the pairs of a query, and the scalars of a body with their paths.
fn inputs(headers: &HeaderMap, query: &str, body: &[u8]) -> Vec<(String, String)> {
    let headers = headers.iter().filter(|(name, _)| !OF_CLIENTS.contains(name));
    let headers =
        headers.filter_map(|(name, value)| Some((format!("{HEADER}{name}"), value.to_str().ok()?.to_owned())));
    headers.chain(pairs(query)).chain(fields(body)).collect()
}
