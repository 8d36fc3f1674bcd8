//! Checks signatures of requests: the API's own `authorise` says what is signed, and the request which time and nonce.

use hostkit::Format;
use hostkit::protocol::wire::{Document, Limits, Node, parse};
use hostkit_proto::signing::{Place, Signature};
use hostkit_proto::{RequestParts, Stamp};
use http::{Request, Uri};

use crate::site::{Call, pairs};

/// A time and a nonce that nothing else in a request has.
const UNLIKELY: Stamp = Stamp { millis: 7_258_118_400_123, nonce: 17_291_729_172_917_291_729 };

/// Time and nonce of a request, found where `authorise` puts unlikely ones; `None` if it carries neither.
pub(super) fn stamp(
    call: &Call,
    authorise: impl FnOnce(&mut RequestParts) -> bool,
    mut parts: RequestParts,
) -> Option<Stamp> {
    parts.stamp(UNLIKELY);
    authorise(&mut parts).then_some(())?;
    drop(parts.take_signature());
    let expected = parts.finish(&call.base.parse().ok()?).ok()?;
    let (expected, given) = (values(&expected), given(call));
    let number = |unlikely: u64| {
        let unlikely = unlikely.to_string();
        expected.iter().find_map(|(name, text)| {
            let (before, _) = text.split_once(&unlikely)?;
            let (_, text) = given.iter().find(|(given, text)| given == name && text.starts_with(before))?;
            let digits = text.strip_prefix(before)?;
            let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
            digits.get(..end)?.parse::<u64>().ok()
        })
    };
    // Seconds are also the first digits of milliseconds.
    let millis = number(UNLIKELY.millis).or_else(|| number(UNLIKELY.millis / 1000)?.checked_mul(1000));
    let nonce = number(UNLIKELY.nonce);
    (millis.is_some() || nonce.is_some())
        .then_some(Stamp { millis: millis.unwrap_or_default(), nonce: nonce.unwrap_or_default() })
}

/// Whether a request has the signature that it should have.
pub(super) fn is_signed(call: &Call, signature: &Signature) -> bool {
    let origin = call.base.rsplit_once('/').map_or(call.base.as_str(), |(origin, _)| origin);
    let prefix = call.base.strip_prefix(origin).unwrap_or_default();
    let body = String::from_utf8_lossy(&call.body);
    let (query, form) = match signature.place {
        Place::Header(_) => (call.raw_query.clone(), None),
        Place::Query(name) => (without(&call.raw_query, name), None),
        Place::Body(name) => (call.raw_query.clone(), Some(without(&body, name))),
    };
    let mark = if query.is_empty() { "" } else { "?" };
    let path = if call.path == "/" && !prefix.is_empty() { "" } else { &call.path };
    let Ok(uri) = format!("{origin}{prefix}{path}{mark}{query}").parse::<Uri>() else { return false };
    let body = form.as_ref().map_or(call.body.as_slice(), String::as_bytes);
    let expected = signature.of(call.method.as_str(), &uri, body);
    let found = match signature.place {
        Place::Header(name) => call.header(name).map(str::to_owned),
        Place::Query(name) => call.parameter(name).map(str::to_owned),
        Place::Body(name) => call.form().into_iter().find(|(key, _)| key == name).map(|(_, value)| value),
    };
    found.as_deref() == Some(expected.expose())
}

/// The pairs without those of one name.
fn without(pairs: &str, name: &str) -> String {
    let others = pairs.split('&').filter(|pair| pair.split('=').next() != Some(name));
    others.collect::<Vec<_>>().join("&")
}

/// The texts of a request by name: headers, query and body.
fn values(request: &Request<Vec<u8>>) -> Vec<(String, String)> {
    let headers =
        request.headers().iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    let query = pairs(request.uri().query().unwrap_or_default());
    headers.chain(query).chain(fields(request.body())).collect()
}

fn given(call: &Call) -> Vec<(String, String)> {
    let headers =
        call.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    headers.chain(call.query.iter().cloned()).chain(fields(&call.body)).collect()
}

/// The scalars of a body with their paths, whatever its format is.
pub(super) fn fields(body: &[u8]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some((_, document)) = document(body) {
        scalars(document.root(), "", &mut all);
    }
    all
}

/// A body in the first format in which it can be read.
pub(super) fn document(body: &[u8]) -> Option<(Format, Document<'_>)> {
    let formats = [Format::Json, Format::Xml, Format::Form];
    formats.into_iter().find_map(|format| Some((format, parse(format, body, &Limits::DEFAULT).ok()?)))
}

fn scalars(node: Node<'_>, path: &str, all: &mut Vec<(String, String)>) {
    if let Some(text) = node.as_str() {
        all.push((path.to_owned(), text.to_owned()));
    }
    for (key, below) in node.entries() {
        scalars(below, &if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") }, all);
    }
    for below in node.items() {
        scalars(below, path, all);
    }
}
