//! Answers as the values that they give, and calls as the inputs that their requests have.

use hostkit::protocol::RequestParts;
use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::{Judgement, judge};
use hostkit::protocol::server::example::RecordedAnswer;
use hostkit::protocol::server::{Serve, WrittenAnswer};
use hostkit::{Api, Endpoint, Format};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};

use crate::site::{Call, pairs};
use crate::sites::signed::fields;

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

/// The path of a call, and its inputs in headers, query and body.
pub(super) fn asked<E: Endpoint>(call: &E, format: Format) -> Result<(String, Vec<(String, String)>), String> {
    let api = <E::Api as Api>::INFO;
    let mut out = RequestParts::new(&E::INFO, &api, format, api.hosts.first().map_or("", |host| host.name));
    call.encode(&mut out).map_err(|error| error.to_string())?;
    let base = "http://127.0.0.1".parse().map_err(|error| format!("{error}"))?;
    let request = out.finish(&base).map_err(|error| error.to_string())?;
    let query = request.uri().query().unwrap_or_default();
    Ok((request.uri().path().to_owned(), inputs(request.headers(), query, request.body())))
}

/// The same of a request.
pub(super) fn given(call: &Call) -> (String, Vec<(String, String)>) {
    (call.path.clone(), inputs(&call.headers, &call.raw_query, &call.body))
}

/// What clients write by themselves.
const OF_CLIENTS: [HeaderName; 3] = [ACCEPT, CONTENT_LENGTH, CONTENT_TYPE];

/// The headers and the pairs of a query, and the scalars of a body with their paths.
fn inputs(headers: &HeaderMap, query: &str, body: &[u8]) -> Vec<(String, String)> {
    let headers = headers.iter().filter(|(name, _)| !OF_CLIENTS.contains(name));
    let headers = headers.filter_map(|(name, value)| Some((format!("header.{name}"), value.to_str().ok()?.to_owned())));
    headers.chain(pairs(query)).chain(fields(body)).collect()
}
