//! The other half: reading requests and writing answers, for sandboxes and tests.

use std::collections::BTreeMap;

use hostkit_wire::{Document, Format, Limits, Node, Value};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::answer::UnknownFields;
use crate::api::ApiInfo;
use crate::codec::{DecodeError, FromText, FromWire, Name, Object, Reader, ToText};
use crate::endpoint::Endpoint;

/// An endpoint that a server can answer. Generated.
pub trait Serve: Endpoint + Sized {
    /// Reads the request.
    ///
    /// # Errors
    /// A request that is not this call; the router then tries the next one.
    fn parse(request: &Incoming<'_>) -> Result<Self, DecodeError>;

    /// Writes the answer.
    fn answer(output: &Self::Output, out: &mut Outgoing);
}

/// A request as it came.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The verb.
    pub method: http::Method,
    /// The path below the prefix of the base URL, still percent-encoded.
    pub path: &'a str,
    /// The decoded query.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
    /// The format that the client wants the answer in.
    pub format: Format,
    /// Whether fields that the spec does not know are an error: a router has to tell variants of one path apart.
    pub unknown: UnknownFields,
}

impl<'a> Incoming<'a> {
    /// Whether verb and path are those of a template; the path parameters are returned.
    pub fn matches(&self, method: &http::Method, template: &'static str) -> Option<BTreeMap<&'static str, String>> {
        if self.method != *method {
            return None;
        }
        let mut parameters = BTreeMap::new();
        let path = self.path.trim_end_matches('/');
        let mut given = path.split('/');
        for expected in template.trim_end_matches('/').split('/') {
            let segment = given.next()?;
            match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => {
                    let text = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
                    if text.is_empty() {
                        return None;
                    }
                    parameters.insert(name, text.into_owned());
                }
                None if expected == segment => {}
                None => return None,
            }
        }
        given.next().is_none().then_some(parameters)
    }

    /// The error that this is another call.
    pub fn other(endpoint: &'static str) -> DecodeError {
        DecodeError::new(endpoint, "request", "this call", "another one")
    }

    /// A path parameter, of those that [`Incoming::matches`] found.
    pub fn parameter<T: FromText>(
        endpoint: &'static str,
        parameters: &BTreeMap<&'static str, String>,
        name: &'static str,
    ) -> Result<T, DecodeError> {
        let found = parameters.get(name).map(String::as_str).unwrap_or_default();
        T::from_text(found).ok_or_else(|| DecodeError::new(endpoint, format!("path.{name}"), T::EXPECTED, found))
    }

    /// A query parameter.
    pub fn query<T: FromText>(&self, endpoint: &'static str, name: &'static str) -> Result<Option<T>, DecodeError> {
        let Some((_, found)) = self.query.iter().find(|(key, _)| key == name) else {
            return Ok(None);
        };
        let wrong = || DecodeError::new(endpoint, format!("query.{name}"), T::EXPECTED, found.clone());
        T::from_text(found).map(Some).ok_or_else(wrong)
    }

    /// A header.
    pub fn header<T: FromText>(&self, endpoint: &'static str, name: &'static str) -> Result<T, DecodeError> {
        let found = self.headers.get(name).and_then(|value| value.to_str().ok());
        let wrong = || DecodeError::new(endpoint, format!("header.{name}"), T::EXPECTED, "nothing of that kind");
        found.and_then(T::from_text).ok_or_else(wrong)
    }

    /// Whether the body has nothing in it.
    pub fn has_body(&self) -> bool {
        !self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// Reads the body as the API's request format.
    pub fn read<T>(
        &self,
        endpoint: &'static str,
        api: &'static ApiInfo,
        read: impl FnOnce(Node<'_>, &mut Reader<'_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let formats: &[Format] = match &api.request_format {
            Some(format) => std::slice::from_ref(format),
            None => api.formats,
        };
        let document: Document<'_>;
        let empty;
        let root = if self.has_body() {
            document = hostkit_wire::parse_any(formats, self.body, &Limits::DEFAULT)
                .map_err(|error| DecodeError::new(endpoint, "request", "a readable body", error.to_string()))?;
            document.root()
        } else {
            empty = hostkit_wire::parse(Format::Form, b"-=", &Limits::DEFAULT);
            let Ok(empty) = &empty else {
                return Err(Self::other(endpoint));
            };
            return self.read_empty(endpoint, api, empty.root(), read);
        };
        let mut reader = Reader::new(endpoint, "request", &api.rules, self.unknown);
        read(root, &mut reader)
    }

    /// A body without bytes reads like an object without fields.
    fn read_empty<T>(
        &self,
        endpoint: &'static str,
        api: &'static ApiInfo,
        root: Node<'_>,
        read: impl FnOnce(Node<'_>, &mut Reader<'_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut reader = Reader::new(endpoint, "request", &api.rules, UnknownFields::Ignore);
        read(root, &mut reader)
    }
}

/// An answer that is being written.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    format: Format,
    body: Option<Value>,
    /// Fields around the data: the envelope.
    envelope: Vec<(&'static str, Value)>,
}

impl Outgoing {
    /// An answer in a format, with the fields of the API's envelope for a success.
    pub fn new(format: Format, status: u16, envelope: Vec<(&'static str, Value)>) -> Self {
        Self { status, headers: HeaderMap::new(), format, body: None, envelope }
    }

    /// The format of the answer.
    pub fn format(&self) -> Format {
        self.format
    }

    /// An object in the format of the answer.
    pub fn object(&self) -> Object {
        Object::new(self.format)
    }

    /// Sets a header; a value that no header can hold is left out.
    pub fn header(&mut self, name: &'static str, value: &impl ToText) {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value.to_text()))
        {
            self.headers.insert(name, value);
        }
    }

    /// A value under a root name.
    pub fn value(&mut self, root: &Name, value: &impl crate::codec::ToWire) {
        let mut object = self.object();
        object.set_or_null(root, value);
        self.body = Some(object.into_value());
    }

    /// A value as the whole document.
    pub fn whole(&mut self, value: &impl crate::codec::ToWire) {
        self.body = value.to_wire(self.format);
    }

    /// The bytes of the body: nothing where there is neither data nor an envelope.
    ///
    /// # Errors
    /// A value that the format cannot hold.
    pub fn body(&self) -> Result<Vec<u8>, hostkit_wire::WriteError> {
        let mut entries: Vec<(std::borrow::Cow<'static, str>, Value)> =
            self.envelope.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
        match &self.body {
            Some(Value::Map(data)) => {
                // Data that hold a key of the envelope themselves say it once.
                entries.retain(|(key, _)| data.iter().all(|(name, _)| name != key));
                entries.extend(data.iter().cloned());
            }
            Some(other) if entries.is_empty() => return hostkit_wire::write(self.format, other),
            _ => {}
        }
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        hostkit_wire::write(self.format, &Value::Map(entries))
    }
}

/// Reads a value from text that stands alone, for examples in tests.
pub fn from_document<T: FromWire>(api: &'static ApiInfo, format: Format, body: &[u8]) -> Result<T, DecodeError> {
    let document = hostkit_wire::parse(format, body, &Limits::DEFAULT)
        .map_err(|error| DecodeError::new("document", "document", "a readable document", error.to_string()))?;
    let mut reader = Reader::new("document", "document", &api.rules, UnknownFields::Deny);
    T::from_wire(document.root(), &mut reader)
}
