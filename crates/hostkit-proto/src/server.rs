//! The server half: decodes requests and encodes answers, for sandboxes and tests.

pub mod checks;
pub mod every;
pub mod example;
pub mod simulate;
mod values;

use std::collections::BTreeMap;

use hostkit_wire::{Document, Format, Kind, Limits, Node, Value};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::api::Api;
use crate::codec::UnknownFields;
use crate::codec::{At, DecodeError, Field, Fields, FromText, FromWire, Name, Names, Object, Part, Reader, ToText};
use crate::codec::{FlagWords, Step, flag_of, gather, gather_map, gathered, is_key};
use crate::endpoint::Endpoint;
use crate::fault::Fault;
use crate::info::Top;
use crate::word::Word;
pub use simulate::Simulate;

/// An endpoint that a server can answer. Generated.
pub trait Serve: Endpoint + Sized {
    /// Reads the request.
    ///
    /// # Errors
    /// A request that is not this call; the router then tries the next one.
    fn parse(request: &ReceivedRequest<'_>) -> Result<Self, DecodeError>;

    /// Writes the answer.
    fn answer(output: &Self::Output, out: &mut WrittenAnswer);

    /// The object that the call reads by its id, as the type of the id and the id.
    fn object(&self) -> Option<(&'static str, String)> {
        None
    }

    /// The object that has to be there for the call, in the same way: the one that it reads, changes or deletes, or that
    /// its path names last.
    fn needs(&self) -> Option<(&'static str, String)> {
        self.object()
    }

    /// The objects that the call names in a list, each of which has a result of its own, in the same way.
    fn objects(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Gives the answer one result for each item of the list that the call names, of those that are missing this fault;
    /// returns whether there is such a list, and a result to begin with.
    fn results(&self, output: &mut Self::Output, missing: &[Option<Fault<<Self::Api as Api>::Code>>]) -> bool {
        let _ = (output, missing);
        false
    }
}

/// A received request.
#[derive(Debug)]
pub struct ReceivedRequest<'a> {
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
    /// What to do with fields that the spec does not know: a router has to deny them to tell variants apart.
    pub unknown: UnknownFields,
}

/// Where the fields of a body are.
#[derive(Debug, Clone, Copy)]
pub enum Root {
    /// At the top.
    None,
    /// Under this name in every format.
    Under(Name),
    /// Under this name in XML, at the top elsewhere.
    XmlOnly(Name),
}

/// The path parameters of a request.
#[derive(Debug)]
pub struct PathParameters {
    endpoint: &'static str,
    values: BTreeMap<&'static str, String>,
}

impl PathParameters {
    /// Parses one parameter.
    ///
    /// # Errors
    /// The text is not a value of this type.
    pub fn get<T: FromText>(&self, name: &'static str) -> Result<T, DecodeError> {
        let found = self.values.get(name).map(String::as_str).unwrap_or_default();
        T::from_text(found).ok_or_else(|| DecodeError::new(self.endpoint, format!("path.{name}"), T::EXPECTED, found))
    }

    /// Parses a date, in the API's `strptime` pattern.
    ///
    /// # Errors
    /// The text is not such a date.
    pub fn get_in<T: FromText>(
        &self,
        form: &str,
        parse: fn(&str, &str) -> Option<T>,
        name: &'static str,
    ) -> Result<T, DecodeError> {
        let found = self.values.get(name).map(String::as_str).unwrap_or_default();
        parse(form, found).ok_or_else(|| DecodeError::new(self.endpoint, format!("path.{name}"), T::EXPECTED, found))
    }
}

fn wrong<T: FromText>(place: &str, name: &str, found: Option<&str>) -> DecodeError {
    let found = found.map_or_else(|| "nothing".to_owned(), |found| format!("{found:?}"));
    DecodeError::new("request", format!("{place}.{name}"), T::EXPECTED, found)
}

fn wrong_constant(place: &str, name: &str, wanted: &str, found: Option<&str>) -> DecodeError {
    let found = found.map_or_else(|| "nothing".to_owned(), |found| format!("{found:?}"));
    DecodeError::new("request", format!("{place}.{name}"), format!("{wanted:?}"), found).of_constant()
}

impl<'a> ReceivedRequest<'a> {
    /// The path parameters, if verb and path are those of the endpoint; a trailing slash is ignored.
    ///
    /// # Errors
    /// The request is for another call.
    pub fn matches<E: Endpoint>(&self) -> Result<PathParameters, DecodeError> {
        let info = E::INFO;
        let other = || DecodeError::new(info.name, "request", format!("{} {}", info.method, info.path), "another call");
        if self.method != info.method {
            return Err(other());
        }
        let mut values = BTreeMap::new();
        let mut given = self.path.trim_end_matches('/').split('/');
        for expected in info.path.trim_end_matches('/').split('/') {
            let segment = given.next().ok_or_else(other)?;
            match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => {
                    let text = percent_encoding::percent_decode_str(segment).decode_utf8().map_err(|_| other())?;
                    if text.is_empty() {
                        return Err(other());
                    }
                    values.insert(name, text.into_owned());
                }
                None if expected == segment => {}
                None => return Err(other()),
            }
        }
        if given.next().is_some() {
            return Err(other());
        }
        Ok(PathParameters { endpoint: info.name, values })
    }

    fn query_text(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }

    /// An optional query parameter.
    ///
    /// # Errors
    /// The text is not a value of this type.
    pub fn query<T: FromText>(&self, name: &'static str) -> Result<Option<T>, DecodeError> {
        self.query_text(name)
            .map(|text| T::from_text(text).ok_or_else(|| wrong::<T>("query", name, Some(text))))
            .transpose()
    }

    /// A required query parameter.
    ///
    /// # Errors
    /// It is absent or not a value of this type.
    pub fn required_query<T: FromText>(&self, name: &'static str) -> Result<T, DecodeError> {
        self.query(name)?.ok_or_else(|| wrong::<T>("query", name, None))
    }

    /// An optional flag of the query that may be one of these words.
    ///
    /// # Errors
    /// The text is not a flag.
    pub fn query_flag(&self, name: &'static str, words: &FlagWords) -> Result<Option<bool>, DecodeError> {
        let read = |text| flag_of(words, text).ok_or_else(|| wrong::<bool>("query", name, Some(text)));
        self.query_text(name).map(read).transpose()
    }

    /// A required flag of the query that may be one of these words.
    ///
    /// # Errors
    /// It is absent or not a flag.
    pub fn required_query_flag(&self, name: &'static str, words: &FlagWords) -> Result<bool, DecodeError> {
        self.query_flag(name, words)?.ok_or_else(|| wrong::<bool>("query", name, None))
    }

    /// An optional date of the query, in the API's `strptime` pattern.
    ///
    /// # Errors
    /// The text is not such a date.
    pub fn query_in<T: FromText>(
        &self,
        form: &str,
        parse: fn(&str, &str) -> Option<T>,
        name: &'static str,
    ) -> Result<Option<T>, DecodeError> {
        let read = |text| parse(form, text).ok_or_else(|| wrong::<T>("query", name, Some(text)));
        self.query_text(name).map(read).transpose()
    }

    /// A required date of the query, in the API's `strptime` pattern.
    ///
    /// # Errors
    /// It is absent or not such a date.
    pub fn required_query_in<T: FromText>(
        &self,
        form: &str,
        parse: fn(&str, &str) -> Option<T>,
        name: &'static str,
    ) -> Result<T, DecodeError> {
        self.query_in(form, parse, name)?.ok_or_else(|| wrong::<T>("query", name, None))
    }

    /// An optional query parameter whose text has several parts.
    ///
    /// # Errors
    /// The text is not such a value.
    pub fn query_value<E: Endpoint, T: FromWire>(&self, name: &'static str) -> Result<Option<T>, DecodeError> {
        let Some(text) = self.query_text(name) else { return Ok(None) };
        let text = Value::Text(text.to_owned());
        self.read_query::<E, _>(|reader| reader.within(Step::Name(name), |reader| gathered(reader, text))).map(Some)
    }

    /// A required query parameter whose text has several parts.
    ///
    /// # Errors
    /// It is absent or not such a value.
    pub fn required_query_value<E: Endpoint, T: FromWire>(&self, name: &'static str) -> Result<T, DecodeError> {
        self.query_value::<E, T>(name)?.ok_or_else(|| wrong::<String>("query", name, None))
    }

    /// The list or object whose parts are query parameters with names of a template; `None` if there are no such names.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn gather_query<E: Endpoint, T: FromWire>(&self, names: &Names<'_>) -> Result<Option<T>, DecodeError> {
        self.query_parts::<E, _>(names, T::FIELDS, |_| true, |reader, parts| gather(reader, names, parts))
    }

    /// The map whose parts are query parameters with names of a template; `None` if there are no such names.
    ///
    /// # Errors
    /// A part that cannot be read.
    pub fn gather_query_map<E: Endpoint, K: FromText + ToText + Ord, V: FromWire>(
        &self,
        names: &Names<'_>,
    ) -> Result<Option<BTreeMap<K, V>>, DecodeError> {
        self.query_parts::<E, _>(names, V::FIELDS, is_key::<K>, gather_map)
    }

    fn query_parts<E: Endpoint, T>(
        &self,
        names: &Names<'_>,
        fields: &'static [Field],
        is_item: impl Fn(&str) -> bool,
        read: impl FnOnce(&mut Reader<'_>, Vec<Part<'_>>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let parts = self.query.iter().filter_map(|(name, text)| {
            let filled = names.read(name, fields.iter().map(|field| field.text()))?;
            is_item(filled.item).then(|| (filled, Value::Text(text.clone())))
        });
        self.read_query::<E, T>(|reader| read(reader, parts.collect()))
    }

    fn read_query<E: Endpoint, T>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let document = hostkit_wire::parse(Format::Form, b"", &Limits::DEFAULT)
            .map_err(|error| DecodeError::new(E::INFO.name, "query", "parameters", error.to_string()))?;
        let at = At::Node(document.root());
        read(&mut Reader::new(E::INFO.name, "query", &<E::Api as Api>::INFO.leniency, self.unknown, at))
    }

    /// Checks a constant of the query that identifies the call.
    ///
    /// # Errors
    /// The request is for another call.
    pub fn fixed_query(&self, name: &'static str, text: &str) -> Result<(), DecodeError> {
        match self.query_text(name) {
            Some(found) if found == text => Ok(()),
            found => Err(wrong_constant("query", name, text, found)),
        }
    }

    /// Checks a constant in a header that identifies the call.
    ///
    /// # Errors
    /// The request is for another call.
    pub fn fixed_header(&self, name: &'static str, text: &str) -> Result<(), DecodeError> {
        match self.header_text(name) {
            Some(found) if found == text => Ok(()),
            found => Err(wrong_constant("header", name, text, found)),
        }
    }

    fn header_text(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// An optional header.
    ///
    /// # Errors
    /// The text is not a value of this type.
    pub fn header<T: FromText>(&self, name: &'static str) -> Result<Option<T>, DecodeError> {
        self.header_text(name)
            .map(|text| T::from_text(text).ok_or_else(|| wrong::<T>("header", name, None)))
            .transpose()
    }

    /// A required header.
    ///
    /// # Errors
    /// It is absent or not a value of this type.
    pub fn required_header<T: FromText>(&self, name: &'static str) -> Result<T, DecodeError> {
        self.header(name)?.ok_or_else(|| wrong::<T>("header", name, None))
    }

    /// Whether the body is more than whitespace.
    pub fn has_body(&self) -> bool {
        !self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// Checks that the body holds only the keys that every request of the API carries.
    ///
    /// # Errors
    /// Other keys: a body can change what a call means, so this is another call.
    pub fn no_body<E: Endpoint>(&self) -> Result<(), DecodeError> {
        if self.has_body() { self.body::<E, ()>(&Root::None, |_| Ok(())) } else { Ok(()) }
    }

    /// Checks a constant at the top of the body, around its root, that identifies the call; an attribute is one of the
    /// root element.
    ///
    /// # Errors
    /// The request is for another call, or has no readable body.
    pub fn fixed_body<E: Endpoint>(&self, name: &'static str, text: &str) -> Result<(), DecodeError> {
        let document = self.document::<E>()?;
        let place = if name.starts_with('@') { document.root().entries().next() } else { Some(("", document.root())) };
        let found = place.and_then(|(_, place)| place.get(name));
        let found = found.filter(|node| matches!(node.kind(), Kind::Text | Kind::Number));
        match found.and_then(Node::as_str) {
            Some(found) if found == text => Ok(()),
            found => Err(wrong_constant("body", name, text, found)),
        }
    }

    /// The tree of the body; a body without bytes is an object without fields.
    fn document<E: Endpoint>(&self) -> Result<Document<'_>, DecodeError> {
        let api = &<E::Api as Api>::INFO;
        let formats: &[Format] = match &api.request_format {
            Some(format) => std::slice::from_ref(format),
            None => api.formats,
        };
        let (body, formats) = if self.has_body() { (self.body, formats) } else { (&b"{}"[..], &[Format::Json][..]) };
        hostkit_wire::parse_any(formats, body, &Limits::DEFAULT)
            .map_err(|error| DecodeError::new(E::INFO.name, "request", "a readable body", error.to_string()))
    }

    /// Reads the body.
    ///
    /// # Errors
    /// A body that does not fit this call.
    pub fn body<E: Endpoint, T>(
        &self,
        root: &Root,
        read: impl FnOnce(&mut Fields<'_, '_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let api = &<E::Api as Api>::INFO;
        let document = self.document::<E>()?;
        let top = document.root();
        let mut reader = Reader::new(E::INFO.name, "request", &api.leniency, self.unknown, At::Node(top));
        reader.envelope = api.request_keys;
        reader.ignore_attributes(api.request_keys, top);
        let under = match root {
            Root::Under(name) => Some(name),
            Root::XmlOnly(name) if document.format() == Format::Xml => Some(name),
            _ => None,
        };
        let Some(name) = under else {
            let mut fields = reader.fields(E::INFO.spec)?;
            let value = read(&mut fields)?;
            fields.finish()?;
            return Ok(value);
        };
        let mut outer = reader.fields(E::INFO.spec)?;
        let inner = outer.node_of(name)?;
        outer.finish()?;
        reader.envelope = &[];
        // PHP's JSON has `[]` or `{}` for an object without fields, XML an empty element; both are accepted.
        reader.at_node(inner, |reader| {
            let mut fields = reader.fields(E::INFO.spec)?;
            let value = read(&mut fields)?;
            fields.finish()?;
            Ok(value)
        })
    }
}

/// Tries the endpoints of an API on a request, one after the other.
#[derive(Debug)]
pub struct Router<'r, 'a, R> {
    request: &'r ReceivedRequest<'a>,
    found: Option<R>,
    /// The error of the endpoint that came nearest, and how near it came.
    nearest: Option<(Nearness, DecodeError)>,
}

/// How near an endpoint comes to a request that it does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// Its verb or path is another one.
    Elsewhere,
    /// A constant is another one.
    OtherCall,
    /// An input is wrong.
    WrongInput,
}

impl<'r, 'a, R> Router<'r, 'a, R> {
    /// Creates a router that has not tried any endpoint.
    pub fn new(request: &'r ReceivedRequest<'a>) -> Self {
        Self { request, found: None, nearest: None }
    }

    /// Tries one endpoint, unless another was found before.
    pub fn attempt<E: Serve>(&mut self, wrap: impl FnOnce(E) -> R) {
        if self.found.is_some() {
            return;
        }
        match E::parse(self.request) {
            Ok(call) => self.found = Some(wrap(call)),
            Err(error) => {
                let nearness = match self.request.matches::<E>() {
                    Err(_) => Nearness::Elsewhere,
                    Ok(_) if error.is_of_constant() => Nearness::OtherCall,
                    Ok(_) => Nearness::WrongInput,
                };
                if self.nearest.as_ref().is_none_or(|(nearest, _)| *nearest < nearness) {
                    self.nearest = Some((nearness, error));
                }
            }
        }
    }

    /// The call that was found.
    ///
    /// # Errors
    /// Where no endpoint took the request, the error of the one that came nearest.
    pub fn finish(self) -> Result<R, DecodeError> {
        let nearest = self.nearest;
        let error = || DecodeError::new("route", "request", "an endpoint", "none");
        self.found.ok_or_else(|| nearest.map_or_else(error, |(_, error)| error))
    }
}

/// An answer under construction.
#[derive(Debug, Clone)]
pub struct WrittenAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    format: Format,
    body: Option<Value>,
    /// A body that is no document.
    raw: Option<Vec<u8>>,
    /// Fields around the data: the envelope.
    envelope: Vec<(&'static str, Value)>,
    /// What all stands below, and the name for `*` in it.
    top: (&'static str, &'static str),
    /// The key under which each scalar is written.
    scalar: &'static str,
    /// The path to the marker of a success, and what stands there.
    mark: Option<(&'static str, Value)>,
}

impl WrittenAnswer {
    /// An answer in a format, with the fields of the API's envelope for a success.
    pub fn new(format: Format, status: u16, envelope: Vec<(&'static str, Value)>) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            format,
            body: None,
            raw: None,
            envelope,
            top: ("", ""),
            scalar: "",
            mark: None,
        }
    }

    /// An answer to one endpoint, in the API's envelope.
    pub fn for_endpoint<E: Endpoint>(format: Format, status: u16) -> Self {
        let envelope = <E::Api as Api>::INFO.success_envelope;
        let envelope = envelope.iter().map(|(key, word)| (*key, word.to_value())).collect();
        let (top, scalar) = (<E::Api as Api>::INFO.top.path(format), <E::Api as Api>::INFO.leniency.scalar);
        let scalar = if format == Format::Xml { "" } else { scalar };
        Self { top: (top, E::INFO.name), scalar, ..Self::new(format, status, envelope) }
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

    /// Sets a value as the body, under a root name.
    pub fn value(&mut self, root: impl Into<Name>, value: &impl crate::codec::ToWire) {
        let mut object = self.object();
        object.set_or_null(root, value);
        self.body = Some(object.into_value());
    }

    /// Sets an optional value as the body, under a root name. `None` gives an envelope without it or, if the API has no
    /// envelope, status 204 without a body.
    pub fn optional_value<T: crate::codec::ToWire>(&mut self, root: impl Into<Name>, value: &Option<T>) {
        match value {
            Some(value) => self.value(root, value),
            None => self.no_value(),
        }
    }

    /// Sets an optional value as the whole document. `None` gives status 204 without a body.
    pub fn optional_whole<T: crate::codec::ToWire>(&mut self, value: &Option<T>) {
        match value {
            Some(value) => self.whole(value),
            None => self.no_value(),
        }
    }

    fn no_value(&mut self) {
        if self.envelope.is_empty() && self.status == 200 {
            self.status = 204;
        }
    }

    /// Sets a list as the whole document, with each item in an object under this key.
    pub fn items(&mut self, key: &'static str, list: &impl crate::codec::ToWire) {
        self.body = list.to_wire(self.format).map(|list| crate::codec::wrapped(key, list));
    }

    /// Sets a text as the body. A reader takes off the mark of UTF-8 and the last line break, so a text that has one gets
    /// another.
    pub fn text(&mut self, value: &impl ToText) {
        self.header("Content-Type", &"text/plain; charset=UTF-8".to_owned());
        let text = value.to_text();
        let mark = if text.starts_with('\u{FEFF}') { "\u{FEFF}" } else { "" };
        let end = if text.ends_with('\n') { "\n" } else { "" };
        self.raw = Some([mark, &*text, end].concat().into_bytes());
    }

    /// Sets bytes as the body.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.header("Content-Type", &"application/octet-stream".to_owned());
        self.raw = Some(bytes.to_vec());
    }

    /// Sets the marker of a success at a path, in each item of the lists on the way.
    pub fn mark(&mut self, path: Top, word: Word<'static>) {
        self.mark = Some((path.path(self.format), word.to_value()));
    }

    /// Sets null as the whole document, or under a root name.
    pub fn null(&mut self, root: Option<Name>) {
        self.body = Some(match root {
            None => Value::Null,
            Some(root) => {
                let mut object = self.object();
                object.set_value(root, Value::Null);
                object.into_value()
            }
        });
    }

    /// Sets a value as the whole document.
    pub fn whole(&mut self, value: &impl crate::codec::ToWire) {
        self.body = value.to_wire(self.format);
    }

    /// The bytes of the body; empty if there is neither data nor an envelope.
    ///
    /// # Errors
    /// A value that the format cannot represent.
    pub fn body(&self) -> Result<Vec<u8>, hostkit_wire::WriteError> {
        if let Some(raw) = &self.raw {
            return Ok(raw.clone());
        }
        match self.tree() {
            Some(tree) => hostkit_wire::write(self.format, &tree),
            None => Ok(Vec::new()),
        }
    }

    /// Data and envelope below what all answers stand below; `None` if there is neither.
    fn tree(&self) -> Option<Value> {
        let mut entries: Vec<(std::borrow::Cow<'static, str>, Value)> =
            self.envelope.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
        let tree = match self.body.clone().map(|data| in_objects(data, self.scalar)) {
            Some(Value::Map(data)) => {
                // A key that both have is written once, with the value in the data.
                entries.retain(|(key, _)| data.iter().all(|(name, _)| name != key));
                entries.extend(data);
                Value::Map(entries)
            }
            Some(other) if entries.is_empty() => other,
            _ => Value::Map(entries),
        };
        let tree = match &self.mark {
            Some((path, word)) => marked(tree, path, word),
            None => tree,
        };
        if matches!(&tree, Value::Map(entries) if entries.is_empty()) {
            return None;
        }
        let (path, any) = self.top;
        Some(path.rsplit('/').filter(|step| !step.is_empty()).fold(tree, |tree, step| match step.parse::<usize>() {
            Ok(_) => Value::List(vec![tree]),
            Err(_) => Value::Map(vec![(if step == "*" { any } else { step }.into(), tree)]),
        }))
    }
}

/// The tree with the marker at this path; what is there of the path stays.
fn marked(tree: Value, path: &'static str, word: &Value) -> Value {
    let entries = match tree {
        Value::List(items) => return Value::List(items.into_iter().map(|item| marked(item, path, word)).collect()),
        Value::Map(entries) => entries,
        _ => Vec::new(),
    };
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    let is_there = entries.iter().any(|(name, _)| name == step);
    let below = |value: Value| if rest.is_empty() { value } else { marked(value, rest, word) };
    let new = if rest.is_empty() { word.clone() } else { marked(Value::Null, rest, word) };
    let new = (!is_there).then(|| (step.into(), new));
    let old = entries.into_iter().map(|(name, value)| if name == step { (name, below(value)) } else { (name, value) });
    Value::Map(new.into_iter().chain(old).collect())
}

/// The tree with each scalar in an object under this key, if there is one.
fn in_objects(value: Value, key: &'static str) -> Value {
    match value {
        value if key.is_empty() => value,
        Value::List(items) => Value::List(items.into_iter().map(|item| in_objects(item, key)).collect()),
        Value::Map(entries) => {
            Value::Map(entries.into_iter().map(|(name, value)| (name, in_objects(value, key))).collect())
        }
        scalar => Value::Map(vec![(key.into(), scalar)]),
    }
}
