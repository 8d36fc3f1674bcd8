//! The wire examples of an API, for tests that send or read them.
//!
//! The public functions panic on errors: they are meant for tests only.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use hostkit_wire::{Format, Limits, Node};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::every::Examples;
use super::values::{FILE, Values};
use super::{ReceivedRequest, Serve, WrittenAnswer};
use crate::answer::RawAnswer;
use crate::api::Api;
use crate::base_url::BaseUrl;
use crate::codec::UnknownFields;
use crate::info::{ApiInfo, EndpointInfo};
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

impl Place {
    fn folder(&self) -> PathBuf {
        Path::new(self.root).join("specs").join(self.folder)
    }

    fn read(&self, ending: &str) -> Vec<u8> {
        let path = self.folder().join(format!("{}.{ending}", self.case));
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn refuse(&self, error: impl Display) -> ! {
        panic!("{} {}: {error}", self.folder, self.case)
    }
}

/// The call of a request example.
pub fn call<E: Serve>(place: &Place) -> E {
    let message = Message::of(&place.read("request.http")).unwrap_or_else(|error| place.refuse(error));
    message.call().unwrap_or_else(|error| place.refuse(error))
}

/// The bytes of an answer example.
pub fn bytes(place: &Place, format: Format) -> Vec<u8> {
    place.read(&format!("answer.{}", ending(format)))
}

/// The recorded value of an answer example, as `{:#?}` writes it.
pub fn recorded(place: &Place, format: Format) -> String {
    let path = place.folder().join(FILE);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = format!("{}.answer.{}", place.case, ending(format));
    match Values::of(&text).get(&name) {
        Some(value) => value.to_owned(),
        None => panic!("{}: there is no {name}", path.display()),
    }
}

/// What the server half writes for a value.
pub fn encode<E: Serve>(value: &E::Output, format: Format, status: u16) -> (u16, Vec<u8>) {
    let answer = written_answer::<E>(value, format, status);
    let (status, _, body) = answer.unwrap_or_else(|error| panic!("{}: {error}", E::INFO.name));
    (status, body)
}

/// The calls of an endpoint's request examples with a head, by their cases.
///
/// # Errors
/// A file cannot be read, or is no request of the endpoint.
pub fn calls<E: Serve>(specs: &Path, examples: &Examples) -> Result<Vec<(&'static str, E)>, String> {
    let read = |case: &&'static str| {
        let path = specs.join(examples.folder).join(format!("{case}.request.http"));
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let call = Message::of(&bytes)?.call().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok((*case, call))
    };
    examples.requests.iter().map(read).collect()
}

/// A recorded answer.
#[derive(Debug, Clone)]
pub struct RecordedAnswer {
    /// The name of the case; empty if it is no example.
    pub case: &'static str,
    /// The format of the body; `None` if the file has a head, in which a header may say it.
    pub format: Option<Format>,
    /// The HTTP status.
    pub status: u16,
    /// The reason phrase of the status line, if the file has a head.
    pub phrase: String,
    /// Headers, if the file has a head.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl RecordedAnswer {
    /// The answer as a client gets it.
    pub fn received<'a>(&'a self, endpoint: &EndpointInfo, api: &'static ApiInfo) -> RawAnswer<'a> {
        RawAnswer::new(endpoint, api, self.status, &self.headers, &self.body).with_phrase(&self.phrase)
    }
}

/// The answers of an endpoint, and the faults, from the files of its examples below the folder `specs`.
///
/// # Errors
/// A file cannot be read, or its head is malformed.
pub fn answers(specs: &Path, examples: &Examples) -> Result<(Vec<RecordedAnswer>, Vec<RecordedAnswer>), String> {
    let read = |case: &str, kind: &str, ending: &str| {
        let path = specs.join(examples.folder).join(format!("{case}.{kind}.{ending}"));
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let all = |kind: &str, plain: &[(&'static str, Format, u16)], with_head: &[&'static str]| {
        let plain = plain.iter().map(|(case, format, status)| {
            let body = read(case, kind, ending(*format))?;
            let (phrase, headers) = (String::new(), HeaderMap::new());
            Ok(RecordedAnswer { case, format: Some(*format), status: *status, phrase, headers, body })
        });
        let with_head = with_head.iter().map(|case| {
            let message = Message::of(&read(case, kind, "http")?)?;
            let (status, phrase) = (message.status()?, message.phrase().to_owned());
            let Message { headers, body, .. } = message;
            Ok(RecordedAnswer { case, format: None, status, phrase, headers, body })
        });
        plain.chain(with_head).collect::<Result<Vec<_>, String>>()
    };
    let answers = all("answer", examples.answers, examples.answers_with_head)?;
    Ok((answers, all("fault", examples.faults, examples.faults_with_head)?))
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

/// The file extension of a format.
pub(super) fn ending(format: Format) -> &'static str {
    match format {
        Format::Xml => "xml",
        Format::Json => "json",
        Format::Php => "php",
        Format::PrintR => "print_r",
        Format::Form => "form",
    }
}

/// A recorded message with its head; lines end in LF.
pub(super) struct Message {
    pub(super) first: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn of(bytes: &[u8]) -> Result<Self, String> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |at| at + 2);
        let head = std::str::from_utf8(&bytes[..end]).map_err(|error| format!("the head is no text: {error}"))?;
        let mut lines = head.lines();
        let first = lines.next().ok_or("there is no head")?.trim_end().to_owned();
        let mut headers = HeaderMap::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let header = line.split_once(':').and_then(|(name, value)| {
                let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
                Some((name, HeaderValue::from_str(value.trim()).ok()?))
            });
            let (name, value) = header.ok_or_else(|| format!("{line:?} is no header"))?;
            headers.append(name, value);
        }
        Ok(Self { first, headers, body: bytes[end..].to_vec() })
    }

    /// The verb and the path with query of a request.
    pub(super) fn request_line(&self) -> (&str, &str) {
        let mut words = self.first.split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// The status of an answer.
    pub(super) fn status(&self) -> Result<u16, String> {
        let status = self.first.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.ok_or_else(|| format!("{:?} is no status line", self.first))
    }

    /// The reason phrase of an answer.
    pub(super) fn phrase(&self) -> &str {
        self.first.splitn(3, ' ').nth(2).unwrap_or_default()
    }

    /// The call that the server half reads from a request.
    pub(super) fn call<E: Serve>(&self) -> Result<E, String> {
        let (method, target) = self.request_line();
        // A file may end in a line break that the request has not: in a form it would belong to the last value.
        let body = self.body.trim_ascii_end();
        E::parse(&incoming(method, target, &self.headers, body)).map_err(|error| error.to_string())
    }
}

/// What the client half writes for a call.
pub(super) fn written_call<E: Serve>(call: &E, format: Format) -> Result<http::Request<Vec<u8>>, String> {
    let api = <E::Api as Api>::INFO;
    let base: BaseUrl = "http://127.0.0.1".parse().map_err(|error| format!("{error}"))?;
    let mut out = RequestParts::new(&E::INFO, &api, format, api.hosts.first().map_or("", |host| host.name));
    call.encode(&mut out).and_then(|()| out.finish(&base)).map_err(|error| error.to_string())
}

/// What the server half writes for a value: status, headers, body.
pub(super) fn written_answer<E: Serve>(
    value: &E::Output,
    format: Format,
    status: u16,
) -> Result<(u16, HeaderMap, Vec<u8>), String> {
    let mut out = WrittenAnswer::for_endpoint::<E>(format, status);
    E::answer(value, &mut out);
    let body = out.body().map_err(|error| error.to_string())?;
    Ok((out.status, out.headers, body))
}
