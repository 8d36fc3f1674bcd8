//! Checks of wire examples, for the tests that are generated from the specs.
//!
//! Every check panics with the reason: it is meant for tests alone.

use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use hostkit_wire::{Format, Limits, Node};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{ReceivedRequest, Serve, WrittenAnswer};
use crate::answer::RawAnswer;
use crate::api::Api;
use crate::base_url::BaseUrl;
use crate::codec::DecodeError;
use crate::codec::UnknownFields;
use crate::fault::Verdict;
use crate::judgement::{Judgement, Why, judge};
use crate::request::RequestParts;

/// Where the files of an example are.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The root of the workspace: the specs are below it, in `specs/`.
    pub root: &'static str,
    /// The folder of the endpoint's examples, below `specs/`.
    pub folder: &'static str,
    /// The name of the case.
    pub case: &'static str,
}

/// Set to write the expected values instead of comparing with them.
const BLESS: &str = "HOSTKIT_BLESS";

impl Place {
    fn path(&self, ending: &str) -> PathBuf {
        PathBuf::from(self.root).join("specs").join(self.folder).join(format!("{}.{ending}", self.case))
    }

    fn read(&self, ending: &str) -> Vec<u8> {
        let path = self.path(ending);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Compares with the recorded value, or records it.
    fn expect(&self, ending: &str, value: &impl Debug) {
        let path = self.path(&format!("{ending}.value"));
        let found = format!("{value:#?}\n");
        if std::env::var_os(BLESS).is_some() {
            fs::write(&path, &found).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            return;
        }
        let expected = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask spec bless` records it", path.display()));
        let help = "if what is found is right, `cargo xtask spec bless` records it";
        assert!(expected == found, "{} differs; {help}.\nexpected:\n{expected}\nfound:\n{found}", path.display());
    }
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Xml => "xml",
        Format::Json => "json",
        Format::Php => "php",
        Format::PrintR => "print_r",
        Format::Form => "form",
    }
}

/// Head and body of a file in which heads end in LF.
struct Message {
    first: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

fn split(bytes: &[u8]) -> Message {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |at| at + 2);
    let head = std::str::from_utf8(&bytes[..end]).expect("a head is ASCII");
    let mut lines = head.lines();
    let first = lines.next().expect("a head has a first line").trim_end().to_owned();
    let mut headers = HeaderMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} is no header"));
        let name = HeaderName::from_bytes(name.trim().as_bytes()).expect("a header name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a header value"));
    }
    Message { first, headers, body: bytes[end..].to_vec() }
}

fn decode<E: Serve>(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<E::Output, String> {
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, headers, body)
        .with_unknown_fields(UnknownFields::Deny);
    match judge::<E>(&answer) {
        Judgement::Done(value) | Judgement::Accepted(value, _) | Judgement::Nothing(value) => Ok(value),
        Judgement::Rejected(no_value) | Judgement::Open(no_value) => Err(match no_value.why {
            Why::Fault(fault) => format!("a fault: {fault}"),
            Why::Unreadable(error) => error.to_string(),
            Why::Unrecognised => format!("status {status}, neither a success nor a fault"),
        }),
    }
}

fn decode_or_panic<E: Serve>(place: &Place, status: u16, headers: &HeaderMap, body: &[u8]) -> E::Output {
    decode::<E>(status, headers, body).unwrap_or_else(|error| panic!("{} {}: {error}", place.folder, place.case))
}

/// An answer without a head: it decodes to the recorded value, and so does what the server half makes of that value.
pub fn answer<E: Serve>(place: &Place, format: Format, status: u16)
where
    E::Output: Debug + PartialEq,
{
    let bytes = place.read(&format!("answer.{}", ending(format)));
    let value = decode_or_panic::<E>(place, status, &HeaderMap::new(), &bytes);
    place.expect(&format!("answer.{}", ending(format)), &value);
    again::<E>(place, &value, format, status);
}

/// An answer with its head.
pub fn answer_with_head<E: Serve>(place: &Place)
where
    E::Output: Debug + PartialEq,
{
    let message = split(&place.read("answer.http"));
    let value = decode_or_panic::<E>(place, status(&message), &message.headers, &message.body);
    place.expect("answer.http", &value);
    let formats = if E::INFO.formats.is_empty() { <E::Api as Api>::INFO.formats } else { E::INFO.formats };
    again::<E>(place, &value, formats[0], status(&message));
}

fn status(message: &Message) -> u16 {
    message.first.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
}

/// What the server half writes for a value.
pub fn encode<E: Serve>(value: &E::Output, format: Format, status: u16) -> (u16, Vec<u8>) {
    let (status, _, body) = encode_all::<E>(value, format, status);
    (status, body)
}

fn encode_all<E: Serve>(value: &E::Output, format: Format, status: u16) -> (u16, HeaderMap, Vec<u8>) {
    let mut out = WrittenAnswer::for_endpoint::<E>(format, status);
    E::answer(value, &mut out);
    let body = out.body().unwrap_or_else(|error| panic!("{}: {error}", E::INFO.name));
    (out.status, out.headers, body)
}

fn again<E: Serve>(place: &Place, value: &E::Output, format: Format, status: u16)
where
    E::Output: Debug + PartialEq,
{
    // A fault that stands for "nothing" is not what a server half writes.
    let status = if (200..300).contains(&status) { status } else { 200 };
    let (status, headers, body) = encode_all::<E>(value, format, status);
    let shown = String::from_utf8_lossy(&body);
    let second = decode::<E>(status, &headers, &body).unwrap_or_else(|error| {
        panic!("{} {}: what the server half wrote: {error}\n{shown}", place.folder, place.case)
    });
    assert!(
        second == *value,
        "{} {}: the server half wrote another value:\n{shown}\n{second:#?}",
        place.folder,
        place.case
    );
}

/// The answers of one case in several formats are the same value.
pub fn formats_agree<E: Serve>(place: &Place, formats: &[Format], status: u16)
where
    E::Output: Debug + PartialEq,
{
    let mut values = formats.iter().map(|format| {
        let bytes = place.read(&format!("answer.{}", ending(*format)));
        decode_or_panic::<E>(place, status, &HeaderMap::new(), &bytes)
    });
    let first = values.next().expect("at least one format");
    for (value, format) in values.zip(&formats[1..]) {
        assert_eq!(value, first, "{} {}: {format:?} differs", place.folder, place.case);
    }
}

/// A fault without a head.
pub fn fault<E: Serve>(place: &Place, format: Format, status: u16) {
    let bytes = place.read(&format!("fault.{}", ending(format)));
    expect_fault::<E>(place, &format!("fault.{}", ending(format)), status, &HeaderMap::new(), &bytes);
}

/// A fault with its head.
pub fn fault_with_head<E: Serve>(place: &Place) {
    let message = split(&place.read("fault.http"));
    expect_fault::<E>(place, "fault.http", status(&message), &message.headers, &message.body);
}

fn expect_fault<E: Serve>(place: &Place, ending: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, headers, body);
    match <E::Api as Api>::verdict(&answer) {
        Verdict::Fault(fault) => place.expect(ending, &fault),
        other => panic!("{} {}: expected a fault, found {other:?}", place.folder, place.case),
    }
}

/// A request with its head: the server half reads it under Deny, and the client half writes the same bytes again.
pub fn request<E: Serve + Debug>(place: &Place) {
    let message = split(&place.read("request.http"));
    let mut first = message.first.split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let call = parse::<E>(place, method, target, &message.headers, &message.body);
    place.expect("request.http", &call);
    let format = match message.headers.get(http::header::ACCEPT).map(HeaderValue::as_bytes) {
        Some(b"application/json") => Format::Json,
        Some(b"application/xml") => Format::Xml,
        _ => <E::Api as Api>::INFO.formats[0],
    };
    let written = write(place, &call, format);
    let target_written = written.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    assert_eq!(written.method().as_str(), method, "{} {}", place.folder, place.case);
    assert_eq!(target_written, target, "{} {}", place.folder, place.case);
    let (body, expected) = (String::from_utf8_lossy(written.body()), String::from_utf8_lossy(&message.body));
    assert_eq!(body.trim_end(), expected.trim_end(), "{} {}", place.folder, place.case);
    for (name, value) in &message.headers {
        let found = written.headers().get(name);
        let is_same = found == Some(value);
        assert!(is_same, "{} {}: {name} is {value:?}, the call writes {found:?}", place.folder, place.case);
    }
}

/// The document's example of a body: it reads as this call, and the client half writes the same tree.
pub fn request_body<E: Serve + Debug>(place: &Place, format: Format, target: &str) {
    let bytes = place.read(&format!("request.{}", ending(format)));
    let call = parse::<E>(place, E::INFO.method.as_str(), target, &HeaderMap::new(), &bytes);
    place.expect(&format!("request.{}", ending(format)), &call);
    let written = write(place, &call, format);
    let tree = |bytes: &[u8]| {
        let mut leaves = Vec::new();
        if bytes.is_empty() {
            return leaves;
        }
        let document = hostkit_wire::parse(format, bytes, &Limits::DEFAULT).expect("a readable body");
        flatten(document.root(), String::new(), &mut leaves);
        let credentials = <E::Api as Api>::INFO.request_keys;
        leaves.retain(|(path, _)| !credentials.iter().any(|key| path == &format!(".{key}")));
        leaves.sort();
        leaves
    };
    assert_eq!(tree(written.body()), tree(&bytes), "{} {}", place.folder, place.case);
}

/// The call of a request example.
pub fn call<E: Serve>(place: &Place) -> E {
    let message = split(&place.read("request.http"));
    let mut first = message.first.split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    parse::<E>(place, method, target, &message.headers, &message.body)
}

/// The bytes of an answer example.
pub fn bytes(place: &Place, format: Format) -> Vec<u8> {
    place.read(&format!("answer.{}", ending(format)))
}

/// The recorded value of an answer example, as `{:#?}` writes it.
pub fn recorded(place: &Place, format: Format) -> String {
    String::from_utf8_lossy(&place.read(&format!("answer.{}.value", ending(format)))).into_owned()
}

/// Every scalar with its path; numbers and text with the same characters are the same.
fn flatten(node: Node<'_>, path: String, leaves: &mut Vec<(String, String)>) {
    let mut is_leaf = true;
    for (key, child) in node.entries() {
        is_leaf = false;
        flatten(child, format!("{path}.{key}"), leaves);
    }
    for (index, child) in node.items().enumerate() {
        is_leaf = false;
        flatten(child, format!("{path}[{index}]"), leaves);
    }
    if is_leaf {
        leaves.push((path, node.as_str().unwrap_or_default().to_owned()));
    }
}

fn parse<E: Serve>(place: &Place, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> E {
    let request = incoming(method, target, headers, body);
    E::parse(&request).unwrap_or_else(|error: DecodeError| panic!("{} {}: {error}", place.folder, place.case))
}

/// A request as a server sees it, with unknown fields denied.
pub fn incoming<'a>(method: &str, target: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> ReceivedRequest<'a> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = match hostkit_wire::parse(Format::Form, query.as_bytes(), &Limits::DEFAULT) {
        Ok(document) => {
            let text = |node: Node<'_>| node.as_str().unwrap_or_default().to_owned();
            document.root().entries().map(|(key, node)| (key.to_owned(), text(node))).collect()
        }
        Err(_) => Vec::new(),
    };
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
    ReceivedRequest { method, path, query, headers, body, unknown: UnknownFields::Deny }
}

fn write<E: Serve>(place: &Place, call: &E, format: Format) -> http::Request<Vec<u8>> {
    let api = <E::Api as Api>::INFO;
    let base: BaseUrl = "http://127.0.0.1".parse().expect("a base URL");
    let mut out = RequestParts::new(&E::INFO, &api, format, api.hosts.first().map_or("", |host| host.name));
    let result = call.encode(&mut out).and_then(|()| out.finish(&base));
    result.unwrap_or_else(|error| panic!("{} {}: {error}", place.folder, place.case))
}
