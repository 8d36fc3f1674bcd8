//! A received answer: its verdict and its value are read directly from the body if that is regular, else from a tree that
//! is parsed once for both.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use hostkit_wire::{Cursor, Document, Format, Kind, Limits, Node, WireError, WireErrorKind};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use crate::codec::{
    At, DecodeError, Field, FromText, FromWire, HEADER, How, Name, Note, Notes, Reader, Report, Table, ToText,
    UnknownFields, describe, shorten,
};
use crate::info::{ApiInfo, CallFacts, EndpointInfo, Flag};
use crate::place::{below, unwrapped};
use crate::value::Currency;

/// A received answer, not decoded yet.
#[derive(Debug)]
pub struct RawAnswer<'a> {
    facts: CallFacts<'static>,
    /// Success statuses that say all there is to say, for a call that may have no body.
    bodiless: &'static [u16],
    /// Whether no error quotes the body, which holds secrets or personal data.
    is_withheld: bool,
    api: &'static ApiInfo,
    formats: &'static [Format],
    status: u16,
    phrase: &'a str,
    headers: &'a HeaderMap,
    body: &'a [u8],
    limits: Limits,
    max_items: Option<usize>,
    currency: Option<Currency>,
    unknown: UnknownFields,
    document: OnceCell<Result<Document<'a>, WireError>>,
    report: RefCell<Report>,
    /// What the envelope says, if the value was read without a tree.
    notes: RefCell<Option<Notes<'a>>>,
}

/// How much of a body is looked at to tell a page from data.
const PAGE_START: usize = 64;

impl<'a> RawAnswer<'a> {
    /// An answer to a call of `endpoint`.
    pub fn new(
        endpoint: &EndpointInfo,
        api: &'static ApiInfo,
        status: u16,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Self {
        Self {
            facts: CallFacts {
                endpoint: endpoint.name,
                acts: endpoint.effect.acts(),
                may_lack_marker: endpoint.may_lack_marker,
                is_each: endpoint.is_each,
                is_raw: endpoint.is_raw,
                statuses: [endpoint.statuses, api.statuses],
                phrase: "",
            },
            bodiless: endpoint.bodiless,
            is_withheld: status < 300 && (endpoint.has(Flag::SecretResponse) || endpoint.has(Flag::Pii)),
            api,
            formats: if endpoint.formats.is_empty() { api.formats } else { endpoint.formats },
            status,
            phrase: "",
            headers,
            body,
            limits: Limits::DEFAULT,
            max_items: None,
            currency: api.currency,
            unknown: UnknownFields::default(),
            document: OnceCell::new(),
            report: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// Sets the treatment of fields that the spec does not know.
    pub fn with_unknown_fields(mut self, unknown: UnknownFields) -> Self {
        self.unknown = unknown;
        self
    }

    /// Sets the reason phrase of the status line. One that is not the usual one is the text of a fault without another.
    pub fn with_phrase(mut self, phrase: &'a str) -> Self {
        self.phrase = phrase;
        self
    }

    /// Sets the limits of the tree.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the most items of each list, in place of what its spec allows.
    pub fn with_max_items(mut self, max_items: Option<usize>) -> Self {
        self.max_items = max_items;
        self
    }

    /// Sets the currency of amounts that the answer itself gives none, in place of the API's: that of its host.
    pub fn with_currency(mut self, currency: Option<Currency>) -> Self {
        self.currency = currency;
        self
    }

    /// The name of the endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.facts.endpoint
    }

    /// What a verdict has to know about the call.
    pub fn facts(&self) -> CallFacts<'a> {
        self.facts.with_phrase(self.status, self.phrase)
    }

    /// The API that answered.
    pub(crate) fn api(&self) -> &'static ApiInfo {
        self.api
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Whether the body has nothing but white space.
    pub fn is_empty(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// The body as a tree, in whichever of the API's formats it is.
    pub fn document(&self) -> Result<&Document<'a>, &WireError> {
        let parse = || match self.foreign_charset() {
            Some(charset) => Err(WireError::encoding(charset)),
            None => hostkit_wire::parse_any(self.formats, self.body, &self.limits).map_err(|error| self.told(error)),
        };
        self.document.get_or_init(parse).as_ref()
    }

    /// Where the answer begins: the root of its tree, or what stands below it by the API's spec.
    pub fn top(&self) -> Option<Node<'_>> {
        let root = self.document().ok()?.root();
        below(root, self.api.top.path(root.format()))
    }

    /// The error of a body, with what the headers say about it, and without what must not be quoted.
    #[cold]
    fn told(&self, error: WireError) -> WireError {
        let coding = self.header(CONTENT_ENCODING.as_str()).filter(|coding| !coding.eq_ignore_ascii_case("identity"));
        match (coding, error.kind()) {
            (Some(coding), WireErrorKind::NotUtf8(_)) => WireError::compressed(coding),
            (_, WireErrorKind::TextBefore) if self.is_withheld => error.map_quote(|_| None),
            // A text may be a secret that a server gives back, whole or in part.
            (_, WireErrorKind::ExpectedFormat(_)) => error.map_quote(|_| None),
            _ => error,
        }
    }

    /// Why this is no document of its API.
    #[cold]
    pub(crate) fn foreign(&self) -> DecodeError {
        let endpoint = self.endpoint();
        let document = match self.document() {
            Ok(document) => document,
            Err(error) => return DecodeError::unreadable(endpoint, error.clone()),
        };
        let format = document.format();
        let Some(root) = self.top() else {
            let found = format!("the {format} has no `{}`", self.api.top.path(format));
            return DecodeError::new(endpoint, "answer", "a document of this API", found);
        };
        let marker = self.api.leniency.envelope.first();
        let found = match (root.kind(), marker) {
            (Kind::Map, Some(marker)) => match root.get(marker) {
                Some(node) => format!("`{marker}` is {} under status {}", describe(node), self.status),
                None => format!("the {format} has no `{marker}`"),
            },
            (Kind::Map, None) => format!("the {format} is not its document of an error"),
            _ => format!("the {format} is {}", if root.kind() == Kind::List { "a list" } else { "a single value" }),
        };
        DecodeError::new(endpoint, "answer", "a document of this API", found)
    }

    /// Whether the document is plainly that of another API: an object that has none of the names of this one.
    #[cold]
    pub(crate) fn is_of_another_api(&self) -> bool {
        let is_known = |key: &str| self.api.leniency.envelope.contains(&key) || self.api.answer_fields.contains(&key);
        let Some(root) = self.top() else { return false };
        if self.api.answer_fields.is_empty() {
            return false;
        }
        root.kind() == Kind::Map && !root.is_empty() && !root.entries().any(|(key, _)| is_known(key))
    }

    /// The charset that the headers name, if the body is something else in it than in UTF-8.
    fn foreign_charset(&self) -> Option<&'a str> {
        let parameters = self.headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').skip(1);
        let mut names = parameters.filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then_some(value.trim().trim_matches('"'))
        });
        let charset = names.next()?;
        let is_utf_8 = ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known));
        // The first 128 characters are the same in all charsets that hosters use.
        (!is_utf_8 && !self.body.is_ascii()).then_some(charset)
    }

    /// Whether the body was parsed into a tree: somebody asked for one, or it is not regular enough to be read without.
    pub fn is_parsed(&self) -> bool {
        self.document.get().is_some()
    }

    /// Unknown and unreadable fields found while decoding this answer.
    pub fn report(&self) -> Report {
        self.report.borrow().clone()
    }

    /// A header as text; `None` if it is absent, not text, or repeated.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        if values.next().is_some() {
            return None;
        }
        first.to_str().ok()
    }

    /// A required header.
    pub fn required_header<T: FromText>(&self, name: &'static str) -> Result<T, DecodeError> {
        let found = self.header(name);
        let error = || {
            let found = match (found, self.headers.get_all(name).iter().count()) {
                (_, 0) => "no such header".to_owned(),
                (Some(text), _) => format!("{:?}", shorten(text)),
                (None, 1) => "characters that are not ASCII".to_owned(),
                (None, count) => format!("it {count} times"),
            };
            DecodeError::new(self.endpoint(), format!("{HEADER}{name}"), T::EXPECTED, found)
        };
        found.and_then(T::from_text).ok_or_else(error)
    }

    /// A header that may be absent. One that is there and cannot be read is reported.
    pub fn optional_header<T: FromText>(&self, name: &'static str) -> Option<T> {
        if !self.headers.contains_key(name) {
            return None;
        }
        self.required_header(name).map_err(|error| self.report.borrow_mut().add_defect(error)).ok()
    }

    /// Reads the value directly from the body, or, if that is not regular, from its tree.
    fn read<T>(&self, read: impl Fn(&mut Reader<'_>) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        match self.read_directly(&read) {
            Some(value) => Ok(value),
            None => self.read_tree(|reader| read(reader)),
        }
    }

    /// `None` if the body is not regular, if there is a tree already, or if the call acts: more rules hold for it, and
    /// its answer is short.
    fn read_directly<T>(&self, read: impl FnOnce(&mut Reader<'_>) -> Result<T, DecodeError>) -> Option<T> {
        if self.is_parsed()
            || self.facts.acts
            || self.foreign_charset().is_some()
            || !self.api.leniency.scalar.is_empty()
            // The verdict needs the tree, which also says whether each step to the value is there.
            || !self.api.leniency.marker.is_empty()
        {
            return None;
        }
        let cursor = Cursor::open(self.formats, self.body, &self.limits)?;
        if !self.api.top.path(cursor.format()).is_empty() {
            return None;
        }
        let mut reader = self.reader(At::Body(cursor));
        let value = read(&mut reader).ok().filter(|_| reader.is_finished())?;
        self.keep(std::mem::take(&mut reader.report));
        if !self.api.leniency.envelope.is_empty() {
            *self.notes.borrow_mut() = Some(reader.into_notes());
        }
        Some(value)
    }

    fn read_tree<'t, T>(
        &'t self,
        read: impl FnOnce(&mut Reader<'t>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let document = self.document().map_err(|error| DecodeError::unreadable(self.endpoint(), error.clone()))?;
        let path = self.api.top.path(document.format());
        let Some(top) = below(document.root(), path) else {
            return Err(DecodeError::new(self.endpoint(), "answer", format!("`{path}`"), "nothing of that name"));
        };
        let mut reader = self.reader(At::Node(unwrapped(top, self.api.leniency.scalar)));
        let value = read(&mut reader)?;
        reader.check_doubts()?;
        self.keep(reader.report);
        Ok(value)
    }

    /// Keeps what was found while the value was read. Under 206 it is a part, which shows nothing of the rest.
    fn keep(&self, found: Report) {
        let mut report = self.report.borrow_mut();
        if !found.is_empty() {
            report.merge(found);
        }
        if self.status == StatusCode::PARTIAL_CONTENT.as_u16() {
            report.add_left_out(DecodeError::new(self.endpoint(), "answer", "all of it", "a part, by the status 206"));
        }
    }

    fn reader<'r>(&self, at: At<'r>) -> Reader<'r> {
        let mut reader = Reader::new(self.endpoint(), "answer", &self.api.leniency, self.unknown, at);
        reader.max_items = self.max_items;
        reader.currency = self.currency;
        reader.others = self.facts.acts.then_some(self.api.answer_fields);
        reader
    }

    /// Forgets what was reported, since the value is not used.
    pub(crate) fn drop_report(&self) {
        *self.report.borrow_mut() = Report::default();
    }

    /// What the envelope says under this key, where the value was read without a tree, and `None` where it was not.
    pub(crate) fn noted<T>(&self, key: &str, see: impl FnOnce(&Note<'_>) -> T) -> Option<T> {
        let notes = self.notes.borrow();
        let envelope = self.api.leniency.envelope;
        notes.as_ref()?.at(envelope, key).map(see)
    }

    /// The one field of a table, as `T` or whatever it is read into.
    fn under<T>(
        &self,
        root: &Table,
        blank: impl Fn() -> T,
        read: impl Fn(&mut Reader<'_>, &mut T) -> Result<(), DecodeError>,
    ) -> Result<T, DecodeError> {
        self.read(|reader| {
            let mut value = blank();
            reader.object(root, &mut |_, reader| read(reader, &mut value))?;
            Ok(value)
        })
    }

    /// The value under one root name: that of the one field of a table.
    pub fn value<T: FromWire>(&self, root: &Table) -> Result<T, DecodeError> {
        self.under(root, T::blank, |reader, value| reader.required(value))
    }

    /// The value under one root name, if there is one: in the answer to a read, null, an empty element and an object with
    /// nothing but the marker of a success are none, and so is nothing where the marker may be absent.
    ///
    /// # Errors
    /// An unreadable value, and null in the answer to a call that acts. A 200 without a body, because a proxy may have lost
    /// it: only another success status means "no value". For APIs with an envelope, an answer without it.
    pub fn optional_value<T: FromWire>(&self, root: &Name) -> Result<Option<T>, DecodeError> {
        let envelope = self.api.leniency.envelope;
        let has_envelope = !envelope.is_empty();
        if self.is_empty() && !has_envelope {
            return self.no_value();
        }
        self.read_tree(|reader| {
            let has_key = |node: Node<'_>| node.entries().any(|(key, _)| envelope.contains(&key));
            if has_envelope && !reader.node().is_some_and(has_key) {
                return Err(reader.error(format!("`{}`", envelope[0]), "nothing"));
            }
            let mut fields = reader.fields("")?;
            // Where nothing need say that a read succeeded, nothing may stand where the value would.
            if !has_envelope && !self.facts.acts && self.facts.may_lack_marker && fields.lacks(root)? {
                fields.finish()?;
                return Ok(None);
            }
            // A present value has to be readable, or this is the answer to another call. Without an envelope, so is a
            // document without the root.
            let mut value = None;
            if fields.has_value(root)? || !has_envelope {
                fields.fill(&Field::named(*root, How::Required), None, &mut |reader| {
                    // The root is what says that the call was carried out.
                    let is_nothing = matches!(reader.kind(), Kind::Null | Kind::Text) && reader.format() != Format::Xml;
                    if self.facts.acts && is_nothing {
                        return Err(reader.expected("a value"));
                    }
                    let node = reader.node();
                    if self.facts.acts || !(T::is_absent(reader) || reader.is_marker_alone::<T>(node.into_iter())) {
                        value = Some(reader.value()?);
                    }
                    Ok(())
                })?;
            }
            fields.finish()?;
            Ok(value)
        })
    }

    /// The list under one root name, as [`RawAnswer::value`].
    pub fn list<T: FromWire>(&self, root: &Table, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.under(root, Vec::new, |reader, items| reader.required_list(items, max_items))
    }

    /// The results under one root name, each of which has a marker of its own: all that there are, whatever repeats on the
    /// way to them. Some APIs answer each of the operations of one request in an object of its own.
    pub fn each<T: FromWire>(&self, root: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.read_tree(|reader| {
            let mut items = Vec::new();
            reader.each(&mut items, root, max_items)?;
            Ok(items)
        })
    }

    /// The map under one root name, as [`RawAnswer::value`].
    pub fn map<K: FromText + Ord, V: FromWire>(&self, root: &Table) -> Result<BTreeMap<K, V>, DecodeError> {
        self.under(root, BTreeMap::new, |reader, map| reader.required_map(map))
    }

    /// The whole document as one value.
    pub fn whole<T: FromWire>(&self) -> Result<T, DecodeError> {
        self.read(|reader| reader.value())
    }

    /// The whole document as one value, if there is one: null in the answer to a read is none.
    ///
    /// # Errors
    /// As those of [`RawAnswer::optional_value`].
    pub fn optional_whole<T: FromWire>(&self) -> Result<Option<T>, DecodeError> {
        if self.is_empty() {
            return self.no_value();
        }
        self.read(|reader| match T::is_absent(reader) {
            true if self.facts.acts => Err(reader.expected("a value")),
            true => reader.pass().map(|()| None),
            false => reader.value().map(Some),
        })
    }

    /// An optional value where there is no body.
    fn no_value<T>(&self) -> Result<Option<T>, DecodeError> {
        let found = format!("an empty body under status {}", self.status);
        let error = || DecodeError::new(self.endpoint(), "answer", "a body or another status", found);
        if self.may_be_bodiless() { Ok(None) } else { Err(error()) }
    }

    /// The whole document as a list.
    pub fn whole_list<T: FromWire>(&self, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.read(|reader| {
            let mut items = Vec::new();
            reader.whole_list(&mut items, max_items)?;
            Ok(items)
        })
    }

    /// The whole document as a list, each of whose items is the entry of an object under this key.
    pub fn items<T: FromWire>(&self, key: &'static str, max_items: usize) -> Result<Vec<T>, DecodeError> {
        self.read_tree(|reader| {
            let mut items = Vec::new();
            reader.wrapped_list(&mut items, key, max_items)?;
            Ok(items)
        })
    }

    /// The map under one root name, whose items each have their key as a field of their own.
    ///
    /// # Errors
    /// An item whose own field differs from its key: a lookup by key would return the wrong item.
    pub fn map_by<K: FromText + ToText + Ord, V: FromWire>(
        &self,
        root: &Table,
        own: impl Fn(&V) -> Option<&K>,
    ) -> Result<BTreeMap<K, V>, DecodeError> {
        self.under(root, BTreeMap::new, |reader, map| {
            reader.required_map(map)?;
            match map.iter().find_map(|(key, item)| own(item).filter(|id| *id != key).map(|id| (key, id))) {
                Some((key, id)) => Err(reader.error(format!("the item {0} under {0}", id.to_text()), key.to_text())),
                None => Ok(()),
            }
        })
    }

    /// Whether the status says that there is no body to expect. A 200 never does: a proxy may have lost its body.
    fn may_be_bodiless(&self) -> bool {
        self.status != 200 && (self.bodiless.is_empty() || self.bodiless.contains(&self.status))
    }

    /// The body as one text, without a line break at its end.
    ///
    /// # Errors
    /// A body that is empty, no UTF-8, a page in HTML, or no value of this type.
    pub fn text<T: FromText>(&self) -> Result<T, DecodeError> {
        self.text_by(T::from_text)
    }

    /// The same of a date, in one of the API's `strptime` patterns.
    ///
    /// # Errors
    /// As those of [`RawAnswer::text`].
    pub fn text_in<T: FromText>(&self, forms: &[&str], parse: fn(&str, &str) -> Option<T>) -> Result<T, DecodeError> {
        self.text_by(|text| forms.iter().find_map(|form| parse(form, text)))
    }

    fn text_by<T: FromText>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<T, DecodeError> {
        let wrong = |found: String| DecodeError::new(self.endpoint(), "answer", T::EXPECTED, found);
        let text = match (self.foreign_charset(), std::str::from_utf8(self.body)) {
            (Some(charset), _) => return Err(wrong(format!("a body in {charset}"))),
            (None, Err(error)) => return Err(wrong(format!("no UTF-8 at byte {}", error.valid_up_to()))),
            (None, Ok(text)) => text.strip_prefix('\u{FEFF}').unwrap_or(text),
        };
        let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        if self.is_empty() {
            return Err(wrong("an empty body".to_owned()));
        }
        if self.is_page(text) {
            return Err(wrong("an HTML page".to_owned()));
        }
        let quoted = || if self.is_withheld { "something else".to_owned() } else { format!("{:?}", shorten(text)) };
        // A call that acts answers with the number of what it made, so not with 0.
        if self.facts.acts && u64::from_text(text) == Some(0) {
            return Err(DecodeError::new(self.endpoint(), "answer", "a number of at least 1", quoted()));
        }
        read(text).ok_or_else(|| wrong(quoted()))
    }

    /// The body as it came, within the limits of the answer.
    ///
    /// # Errors
    /// A body that is empty, or a page in HTML where none was asked for: a proxy's, or one to sign in.
    pub fn bytes(&self) -> Result<Vec<u8>, DecodeError> {
        let start = self.body.get(..self.body.len().min(PAGE_START)).unwrap_or_default();
        let found = match String::from_utf8_lossy(start) {
            _ if self.body.is_empty() => "an empty body",
            start if self.is_page(&start) => "an HTML page",
            _ => return Ok(self.body.to_vec()),
        };
        Err(DecodeError::new(self.endpoint(), "answer", "bytes", found))
    }

    /// Whether headers or text say that it is a page for people.
    fn is_page(&self, text: &str) -> bool {
        let media_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
        let start: String = text.trim_start().chars().take(PAGE_START).collect::<String>().to_ascii_lowercase();
        media_type.starts_with("text/html") || start.starts_with("<!doctype html") || start.starts_with("<html")
    }

    /// Checks that null stands at a place, or is the whole answer: so some APIs say that a call was carried out.
    ///
    /// # Errors
    /// Anything else, or nothing.
    pub fn null(&self, name: Option<&Name>) -> Result<(), DecodeError> {
        self.read_tree(|reader| {
            let Some(name) = name else {
                return if reader.kind() == Kind::Null { Ok(()) } else { Err(reader.expected("null")) };
            };
            let mut fields = reader.fields("")?;
            let is_null = fields.found(name)?.is_some_and(|node| node.kind() == Kind::Null);
            fields.finish()?;
            if is_null { Ok(()) } else { Err(reader.error("null", "another value or none")) }
        })
    }

    /// Checks that the object under one root name is there, with a marker of success and nothing else.
    ///
    /// # Errors
    /// Anything else.
    pub fn nothing_under(&self, root: &Name) -> Result<(), DecodeError> {
        self.read_tree(|reader| {
            let mut fields = reader.fields("")?;
            let found = fields.found(root)?;
            fields.finish()?;
            match found {
                Some(node) => nothing_but_markers(reader, node),
                None => Err(reader.error("an object with the marker of a success", "nothing")),
            }
        })
    }

    /// Checks that the answer has no value.
    ///
    /// For APIs with an envelope, the envelope is required and must hold no object or list, which would be another
    /// call's answer. Otherwise the body has to be empty under a success status that the spec documents; never under
    /// 200, because a proxy may have lost the body.
    ///
    /// # Errors
    /// Anything else.
    pub fn nothing(&self) -> Result<(), DecodeError> {
        let envelope = self.api.leniency.envelope;
        if !self.api.leniency.marker.is_empty() {
            return self.read_tree(|reader| {
                let root = reader.fields("")?.node();
                nothing_but_markers(reader, root)
            });
        }
        if envelope.is_empty() {
            let (expected, found) = match self.is_empty() {
                true if self.may_be_bodiless() => return Ok(()),
                true => ("a status that says that there is no content", format!("an empty body under {}", self.status)),
                false => ("an empty body", format!("{} bytes", self.body.len())),
            };
            return Err(DecodeError::new(self.endpoint(), "answer", expected, found));
        }
        // Only the keys of the envelope, and no data under them.
        self.read_tree(|reader| {
            let root = reader.fields("")?.node();
            if !envelope.iter().any(|key| root.get(key).is_some()) {
                return Err(reader.error(format!("`{}`", envelope[0]), "nothing"));
            }
            let has_data = |node: Node<'_>| matches!(node.kind(), Kind::Map | Kind::List) && !node.is_empty();
            let mut data = root.entries().filter(|(_, node)| has_data(*node));
            if let Some((key, node)) = data.find(|(_, node)| !reader.is_ignored(*node)) {
                return Err(reader.expected_at(format!("no data in `{key}`"), node));
            }
            for (key, node) in root.entries().filter(|(key, _)| !envelope.contains(key)) {
                reader.unknown_field(key, node)?;
            }
            for key in envelope {
                reader.only(root, key);
            }
            Ok(())
        })
    }
}

/// Checks that all below a node is a marker, or leads to one; the readers limit the depth.
fn nothing_but_markers(reader: &mut Reader<'_>, node: Node<'_>) -> Result<(), DecodeError> {
    for item in node.items() {
        nothing_but_markers(reader, item)?;
    }
    for (key, inner) in node.entries() {
        match inner.kind() {
            _ if reader.is_ignored(inner) => {}
            Kind::Map | Kind::List => nothing_but_markers(reader, inner)?,
            _ => reader.unknown_field(key, inner)?,
        }
    }
    Ok(())
}
