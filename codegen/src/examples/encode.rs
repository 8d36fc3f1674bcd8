//! Writes a request from what its example says, as the generated code does: an example that is written otherwise would fail
//! the crate's own test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use hostkit_proto::codec::{FromText, Names, ToText, number_or_text};
use hostkit_proto::{Currency, Date, DateTime, Decimal, IpBlock, ListShape, UnixTime, place};
use hostkit_wire::{Format, Kind, Limits, Node, Value};

use super::files::wire_format;
use super::message::Message;
use super::problem::Problem;
use super::scalar::Scalars;
use crate::model::{Endpoint, Field, ITSELF, Model, OneOf, Type, TypeKind, Variant, WireName, called, caller};
use crate::surface::{Constant, IdKind, Word};

/// Entries of an object that is being written.
type Entries = Vec<(Cow<'static, str>, Value)>;

/// Variants of the groups that an example has, by the names of the groups.
pub(super) type Chosen = BTreeMap<String, usize>;

/// Compares an example with its head with what is written for it, byte by byte.
pub(super) fn compare(
    model: &Model,
    endpoint: &Endpoint,
    chosen: &Chosen,
    message: &Message<'_>,
) -> Result<(), Problem> {
    let (asked, format) = formats(model, message);
    let writer = Writer { model, endpoint, chosen, format };
    let different =
        |what: &str, offset: usize, given: &str, written: &str| different(endpoint, what, offset, given, written);
    let mut words = message.first.split(' ');
    let (verb, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    different("the address", verb.len() + 1, target, &writer.target(target))?;
    let body = std::str::from_utf8(message.body).unwrap_or_default();
    let written = writer.body(body.trim_ascii_end().as_bytes())?;
    different("the body", message.body_start, body.trim_end(), written.trim_end())?;
    for (name, value) in &message.headers {
        let found = writer.header(name, value, asked, !written.is_empty());
        if found.as_deref() != Some(*value) {
            let wanted = found.map_or_else(|| "nothing".to_owned(), |found| format!("`{found}`"));
            return Err(problem(
                endpoint,
                format!("the header `{name}` is written otherwise"),
                0,
                format!("the spec writes {wanted}"),
            ));
        }
    }
    Ok(())
}

/// The formats of the answer that an example asks for, and of its body.
fn formats(model: &Model, message: &Message<'_>) -> (Format, Format) {
    let service = &model.service;
    let asked = match message.header("accept") {
        Some("application/json") => Format::Json,
        Some("application/xml") => Format::Xml,
        _ => service.formats.first().map_or(Format::Json, |format| wire_format(format)),
    };
    (asked, service.request_format.as_deref().map_or(asked, wire_format))
}

/// What an example says of one input.
pub(super) struct Said<'m> {
    pub(super) field: &'m Field,
    pub(super) value: Value,
    /// Of a flag.
    pub(super) is_on: bool,
    /// Where it stands in the body, if it does.
    pub(super) offset: Option<usize>,
}

impl Said<'_> {
    /// The text that is sent, or those of the items.
    pub(super) fn sent(&self) -> Vec<String> {
        match &self.value {
            Value::List(_) | Value::Map(_) => self.texts(),
            value => vec![plain(value)],
        }
    }

    /// Its text, or those of its items.
    pub(super) fn texts(&self) -> Vec<String> {
        let ty = if let Type::Nullable(item) = &self.field.ty { item } else { &self.field.ty };
        match (&self.value, ty) {
            (Value::List(items), _) => items.iter().map(plain).collect(),
            (Value::Map(entries), _) => entries.iter().map(|(_, value)| plain(value)).collect(),
            (value, Type::Csv(_, separator)) => {
                let text = plain(value);
                let parts = text.split(*separator).map(str::trim).filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
            // Limits are those of the plain text.
            (value, Type::Coded(coding)) => coding.plain(&plain(value)).into_iter().collect(),
            (value, _) => vec![plain(value)],
        }
    }
}

/// What an example with its head says of each input.
pub(super) fn said<'m>(
    model: &'m Model,
    endpoint: &'m Endpoint,
    chosen: &'m Chosen,
    message: &Message<'_>,
) -> Vec<Said<'m>> {
    let writer = Writer { model, endpoint, chosen, format: formats(model, message).1 };
    let target = message.first.split(' ').nth(1).unwrap_or_default();
    let of_head = endpoint.headers.iter().filter_map(|field| {
        let text = writer.text(&field.ty, None, message.header(field.wire())?)?;
        Some(writer.said(field, Value::Text(text), None))
    });
    let of_body = writer.said_by_body(message.body.trim_ascii_end());
    writer.said_by_address(target).into_iter().chain(of_head).chain(of_body).collect()
}

/// The same for an example that is a body alone.
pub(super) fn said_without_head<'m>(
    model: &'m Model,
    endpoint: &'m Endpoint,
    chosen: &'m Chosen,
    target: &str,
    (format, bytes): (Format, &[u8]),
) -> Vec<Said<'m>> {
    let writer = Writer { model, endpoint, chosen, format };
    writer.said_by_address(target).into_iter().chain(writer.said_by_body(bytes.trim_ascii_end())).collect()
}

/// Compares an example that is a body alone: the same scalars at the same places, in any order.
pub(super) fn compare_body(
    model: &Model,
    endpoint: &Endpoint,
    chosen: &Chosen,
    format: Format,
    bytes: &[u8],
) -> Result<(), Problem> {
    if let Some(other) = model.service.request_format.as_deref().map(wire_format).filter(|other| *other != format) {
        return Err(other_format(endpoint, other));
    }
    let writer = Writer { model, endpoint, chosen, format };
    let written = writer.body(bytes.trim_ascii_end())?;
    let keys = model.service.request_keys();
    let (given, written) = (leaves(bytes, format, &keys), leaves(written.as_bytes(), format, &keys));
    let is_there = |all: &[(String, String)], one: &(String, String)| all.contains(one);
    // Null and an empty text may stand for an input that is not given.
    let lost = given.iter().find(|one| {
        let may_be_absent = one.1.is_empty() && !written.iter().any(|(path, _)| *path == one.0);
        !may_be_absent && !is_there(&written, one)
    });
    let Some((path, text)) = lost.or_else(|| written.iter().find(|one| !is_there(&given, one))) else { return Ok(()) };
    let found = written.iter().find(|(known, _)| known == path);
    let label =
        found.map_or_else(|| "the spec does not write it".to_owned(), |(_, text)| format!("the spec writes `{text}`"));
    let message = format!("`{}` is written otherwise than `{text}`", path.trim_start_matches('/'));
    Err(problem(endpoint, message, 0, label))
}

fn problem(endpoint: &Endpoint, message: String, offset: usize, label: String) -> Problem {
    let help = format!(
        "{} says how it is written: keys in its order, values as their types are; correct the spec, or the example",
        endpoint.spec
    );
    Problem { code: "E0306", offset, message, label, help }
}

fn other_format(endpoint: &Endpoint, format: Format) -> Problem {
    problem(endpoint, "the body is written in another format".to_owned(), 0, format!("the spec writes {format}"))
}

/// The most bytes of a text in a message.
const SHOWN: usize = 40;

fn different(endpoint: &Endpoint, what: &str, offset: usize, given: &str, written: &str) -> Result<(), Problem> {
    let Some(place) =
        (0..=given.len().max(written.len())).find(|at| given.as_bytes().get(*at) != written.as_bytes().get(*at))
    else {
        return Ok(());
    };
    let place = (0..=place).rev().find(|at| written.is_char_boundary(*at) && given.is_char_boundary(*at)).unwrap_or(0);
    let rest = &written[place..];
    let end = rest.char_indices().map(|(at, _)| at).find(|at| *at >= SHOWN).unwrap_or(rest.len());
    let label = match &rest[..end] {
        "" => "the spec writes no more".to_owned(),
        rest => format!("the spec writes `{}` here", rest.replace('\n', "\\n")),
    };
    Err(problem(endpoint, format!("{what} is written otherwise"), offset + place, label))
}

/// Every scalar of a body with its path, without what clients put there; a number and a text of the same characters are
/// equal.
fn leaves(bytes: &[u8], format: Format, keys: &[String]) -> Vec<(String, String)> {
    let mut leaves = Vec::new();
    if let Ok(document) = hostkit_wire::parse(format, bytes, &Limits::DEFAULT) {
        flatten(document.root(), String::new(), &mut leaves);
    }
    let is_of = |path: &str, key: &String| match key.starts_with('@') {
        true => path.matches('/').count() == 2 && path.ends_with(&format!("/{key}")),
        false => path.strip_prefix('/') == Some(key),
    };
    leaves.retain(|(path, _)| !keys.iter().any(|key| is_of(path, key)));
    leaves
}

fn flatten(node: Node<'_>, path: String, leaves: &mut Vec<(String, String)>) {
    let entries = node.entries().map(|(key, child)| (format!("{path}/{key}"), child));
    let items = node.items().enumerate().map(|(index, child)| (format!("{path}/{index}"), child));
    let inner: Vec<_> = entries.chain(items).collect();
    if inner.is_empty() {
        leaves.push((path, node.as_str().unwrap_or_default().to_owned()));
    }
    inner.into_iter().for_each(|(path, child)| flatten(child, path, leaves));
}

/// A text of a query, with everything escaped but letters, digits and `-._~`.
fn escaped(text: &str) -> String {
    escaped_but(text, b"-._~")
}

fn escaped_but(text: &str, plain: &[u8]) -> String {
    let byte = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || plain.contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A text without its escapes.
pub(super) fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, behind @ ..] = rest {
        let escape = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

struct Writer<'m> {
    model: &'m Model,
    endpoint: &'m Endpoint,
    chosen: &'m Chosen,
    /// The format of bodies.
    format: Format,
}

impl<'m> Writer<'m> {
    fn scalars(&self) -> Scalars<'m> {
        Scalars { model: self.model }
    }

    /// Path and query.
    fn target(&self, given: &str) -> String {
        let (path, query) = given.split_once('?').unwrap_or((given, ""));
        let wanted = self.endpoint.path.split('/');
        let steps = wanted.zip(path.split('/').chain(std::iter::repeat(""))).map(|(wanted, given)| {
            let name = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            match self.endpoint.path_parameters.iter().find(|field| Some(field.wire()) == name) {
                Some(field) => {
                    let pattern = field.surface.pattern.as_deref();
                    let text = self.text(&field.ty, pattern, &unescaped(given)).unwrap_or_default();
                    escaped_but(&text, b"-._~:@")
                }
                None => wanted.to_owned(),
            }
        });
        let mut target = steps.collect::<Vec<_>>().join("/");
        for (place, (name, text)) in self.query(query).into_iter().enumerate() {
            target.push(if place == 0 { '?' } else { '&' });
            target.push_str(&format!("{}={}", escaped(&name), escaped(&text)));
        }
        target
    }

    fn said<'f>(&self, field: &'f Field, value: Value, offset: Option<usize>) -> Said<'f> {
        let ty = if let Type::Nullable(inner) = &field.ty { inner } else { &field.ty };
        let on = self.written(ty, "1", None, field.surface.is_quoted());
        let is_on = matches!(ty, Type::Flag | Type::Worded(_)) && on.is_some_and(|on| plain(&on) == plain(&value));
        Said { field, value, is_on, offset }
    }

    fn said_by_address(&self, given: &str) -> Vec<Said<'m>> {
        let endpoint: &'m Endpoint = self.endpoint;
        let (path, query) = given.split_once('?').unwrap_or((given, ""));
        let steps = endpoint.path.split('/').zip(path.split('/'));
        let mut said: Vec<Said<'m>> = steps
            .filter_map(|(wanted, given)| {
                let name = wanted.strip_prefix('{')?.strip_suffix('}')?;
                let field = endpoint.path_parameters.iter().find(|field| field.wire() == name)?;
                let text = self.text(&field.ty, field.surface.pattern.as_deref(), &unescaped(given))?;
                Some(self.said(field, Value::Text(text), None))
            })
            .collect();
        let Ok(document) = hostkit_wire::parse(Format::Form, query.as_bytes(), &Limits::DEFAULT) else {
            return said;
        };
        for field in &endpoint.query {
            let value = match field.names() {
                Some(names) => self.parts(field, &names, document.root()),
                None => {
                    let text = document.root().get(field.wire()).and_then(Node::as_str);
                    let text = text.and_then(|text| self.text(&field.ty, field.surface.pattern.as_deref(), text));
                    text.map(Value::Text)
                }
            };
            said.extend(value.map(|value| self.said(field, value, None)));
        }
        said
    }

    fn said_by_body(&self, given: &[u8]) -> Vec<Said<'m>> {
        let endpoint: &'m Endpoint = self.endpoint;
        let Ok(document) = hostkit_wire::parse(self.format, given, &Limits::DEFAULT) else { return Vec::new() };
        let Some(object) = self.inner(document.root()) else { return Vec::new() };
        let variants = endpoint.one_of.iter().filter_map(|group| self.variant(group));
        let fields = endpoint.body.iter().chain(variants.flat_map(|variant| &variant.fields));
        let said = fields.filter_map(|field| {
            let value = match field.names() {
                Some(names) => self.parts(field, &names, object),
                None => self.field(field, object),
            };
            let node = self.path(&field.name).iter().try_fold(object, |node, step| node.get(step));
            Some(self.said(field, value?, node.map(Node::offset)))
        });
        said.collect()
    }

    /// The items of a value whose parts have names of their own, if there are any.
    fn parts(&self, field: &Field, names: &Names<'_>, object: Node<'_>) -> Option<Value> {
        let item = match &field.ty {
            Type::Map(_, item) | Type::List(item) => item,
            item => item,
        };
        let values = self.items_by_name(field, names, object).into_iter().map(|(_, parts)| {
            let whole = parts.first().filter(|_| self.model.fields(item).is_none());
            whole.and_then(|(_, node)| self.value(item, *node)).unwrap_or(Value::Null)
        });
        let values: Vec<Value> = values.collect();
        (!values.is_empty()).then_some(Value::List(values))
    }

    /// What stands below the root of the body.
    fn inner<'t>(&self, top: Node<'t>) -> Option<Node<'t>> {
        self.root().iter().try_fold(top, |node, step| node.get(step))
    }

    /// The steps to where the inputs of the body stand.
    fn root(&self) -> Vec<&str> {
        let root = &self.endpoint.surface.request_root;
        let root = if self.format == Format::Xml { root.xml.as_deref() } else { root.json.as_deref() };
        root.iter().flat_map(|root| root.split('/')).collect()
    }

    fn variant(&self, group: &'m OneOf) -> Option<&'m Variant> {
        self.chosen.get(&group.rust).and_then(|index| group.variants.get(*index))
    }

    fn query(&self, given: &str) -> Vec<(String, String)> {
        let Ok(document) = hostkit_wire::parse(Format::Form, given.as_bytes(), &Limits::DEFAULT) else {
            return Vec::new();
        };
        let root = document.root();
        let constants =
            self.endpoint.fixed_query.iter().map(|one| (one.behind, vec![(one.key.value.clone(), one.text.clone())]));
        let inputs = self.endpoint.query.iter().enumerate().map(|(place, field)| {
            let pairs = match field.names() {
                Some(names) => {
                    let mut parts = Entries::new();
                    self.made(&mut parts, field, &names, root);
                    parts.into_iter().map(|(name, value)| (name.into_owned(), plain(&value))).collect()
                }
                None => {
                    let text = root.get(field.wire()).and_then(Node::as_str);
                    let text = text.and_then(|text| self.text(&field.ty, field.surface.pattern.as_deref(), text));
                    text.map(|text| (field.wire().to_owned(), text)).into_iter().collect()
                }
            };
            (place, pairs)
        });
        let mut all: Vec<(usize, Vec<(String, String)>)> = constants.chain(inputs).collect();
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().flat_map(|(_, pairs)| pairs).collect()
    }

    /// The header of this name as it is written.
    fn header(&self, name: &str, given: &str, answers: Format, has_body: bool) -> Option<String> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let text = |format: Format| match format {
            Format::Xml => "application/xml",
            Format::Json => "application/json",
            Format::Form => "application/x-www-form-urlencoded",
            Format::Php | Format::PrintR => "text/plain",
        };
        let constant = self.endpoint.fixed_headers.iter().find(|one| is_it(&one.key)).map(|one| one.text.clone());
        let input = self.endpoint.headers.iter().find(|field| is_it(field.wire()));
        let input = input.and_then(|field| self.text(&field.ty, None, given));
        let media = match name.to_ascii_lowercase().as_str() {
            "accept" if self.model.service.negotiates => Some(text(answers).to_owned()),
            "content-type" if has_body => Some(match self.format {
                Format::Xml | Format::Json => format!("{}; charset=UTF-8", text(self.format)),
                other => text(other).to_owned(),
            }),
            _ => None,
        };
        constant.or(input).or(media)
    }

    /// The body.
    fn body(&self, given: &[u8]) -> Result<String, Problem> {
        let endpoint = self.endpoint;
        let is_empty = given.is_empty();
        let (format, bytes) = if is_empty { (Format::Json, &b"{}"[..]) } else { (self.format, given) };
        let document =
            hostkit_wire::parse(format, bytes, &Limits::DEFAULT).map_err(|_| other_format(endpoint, self.format))?;
        let mut body = None;
        if !endpoint.fixed_body.is_empty() || endpoint.surface.has_body {
            let steps: Vec<String> = self.root().into_iter().map(str::to_owned).collect();
            let entries = self.inner(document.root()).map(|inner| self.inputs(inner)).unwrap_or_default();
            if !steps.is_empty() {
                let mut outer = Entries::new();
                put(&mut outer, &steps, self.format, Value::Map(entries));
                body = Some(outer);
            } else if !entries.is_empty() {
                body = Some(entries);
            }
        }
        for constant in endpoint.fixed_top.iter().rev() {
            self.put_around(&mut body, constant);
        }
        let Some(entries) = body else { return Ok(String::new()) };
        // What cannot be written is not what was read.
        let written = hostkit_wire::write(self.format, &Value::Map(entries)).unwrap_or_default();
        Ok(String::from_utf8_lossy(&written).into_owned())
    }

    /// A constant of the service, before everything else; an attribute is one of the root element.
    fn put_around(&self, body: &mut Option<Entries>, constant: &Constant) {
        let entry = (Cow::Owned(constant.key.value.clone()), value_of(constant));
        match body {
            Some(entries) if constant.key.starts_with('@') => {
                let Some((_, root)) = entries.first_mut() else { return };
                let mut inner = match std::mem::replace(root, Value::Null) {
                    Value::Map(inner) => inner,
                    Value::Null => Entries::new(),
                    text => vec![("$text".into(), text)],
                };
                inner.insert(0, entry);
                *root = Value::Map(inner);
            }
            Some(entries) => entries.insert(0, entry),
            None if constant.key.starts_with('@') => {}
            None => *body = Some(vec![entry]),
        }
    }

    /// The inputs and constants of the body, in their order.
    fn inputs(&self, object: Node<'_>) -> Entries {
        enum Part<'e> {
            Constant(&'e Constant),
            Input(&'e Field),
        }
        let endpoint = self.endpoint;
        let constants = endpoint.fixed_body.iter().map(|one| (one.behind, one.key.as_str(), Part::Constant(one)));
        let inputs = endpoint.body.iter().enumerate().map(|(place, field)| (place, field.wire(), Part::Input(field)));
        let mut all: Vec<_> = constants.chain(inputs).collect();
        all.sort_by_key(|(place, ..)| *place);
        let mut entries = Entries::new();
        for (_, key, part) in all {
            self.groups(&mut entries, object, Some(key));
            match part {
                Part::Constant(constant) => self.constant(&mut entries, constant),
                Part::Input(field) => self.input(&mut entries, field, object),
            }
        }
        self.groups(&mut entries, object, None);
        entries
    }

    fn groups(&self, entries: &mut Entries, object: Node<'_>, before: Option<&str>) {
        let groups = self.endpoint.one_of.iter().filter(|group| group.before.as_deref() == before);
        for group in groups {
            self.group(entries, object, group);
        }
    }

    fn group(&self, entries: &mut Entries, object: Node<'_>, group: &'m OneOf) {
        let Some(variant) = self.variant(group) else { return };
        let mut constants = variant.fixed.iter().peekable();
        for (place, field) in variant.fields.iter().enumerate() {
            while let Some(constant) = constants.next_if(|constant| constant.behind <= place) {
                self.constant(entries, constant);
            }
            self.input(entries, field, object);
        }
        constants.for_each(|constant| self.constant(entries, constant));
    }

    fn constant(&self, entries: &mut Entries, constant: &Constant) {
        let path: Vec<String> = constant.key.split('/').map(str::to_owned).collect();
        put(entries, &path, self.format, value_of(constant));
    }

    /// An input of the body.
    fn input(&self, entries: &mut Entries, field: &Field, object: Node<'_>) {
        if let Some(names) = field.names() {
            return self.made(entries, field, &names, object);
        }
        if let Some(value) = self.field(field, object) {
            self.set(entries, field, value);
        }
    }

    fn set(&self, entries: &mut Entries, field: &Field, value: Value) {
        let value = match (&field.name.item, value) {
            (Some(key), Value::List(items)) if self.format != Format::Xml => {
                let item = |item| Value::Map(vec![(Cow::Owned(key.clone()), item)]);
                Value::List(items.into_iter().map(item).collect())
            }
            (_, value) => value,
        };
        put(entries, self.path(&field.name), self.format, value);
    }

    fn path<'n>(&self, name: &'n WireName) -> &'n [String] {
        if self.format == Format::Xml { &name.xml } else { &name.json }
    }

    /// What an object has for a field; `None` is not written, as an empty list or map that need not be given is not.
    fn field(&self, field: &Field, object: Node<'_>) -> Option<Value> {
        let is_empty = |value: &Value| match (&field.ty, value) {
            (Type::List(_), Value::List(items)) => items.is_empty(),
            (Type::Map(..), Value::Map(entries)) => entries.is_empty(),
            _ => false,
        };
        self.found(field, object).filter(|value| field.is_required() || !is_empty(value))
    }

    fn found(&self, field: &Field, object: Node<'_>) -> Option<Value> {
        let path = self.path(&field.name);
        if let (Type::List(item), Format::Xml) = (&field.ty, object.format()) {
            let (last, parents) = path.split_last()?;
            let parent = parents.iter().try_fold(object, |node, step| node.get(step));
            let nodes = parent.into_iter().flat_map(Node::entries).filter(|(key, _)| key == last);
            return Some(Value::List(nodes.filter_map(|(_, node)| self.value(item, node)).collect()));
        }
        let found = path.iter().try_fold(object, |node, step| node.get(step));
        let found = found.or_else(|| field.name.also.iter().find_map(|name| object.get(name)));
        let found = found.map(|node| place::unwrapped(node, self.model.service.scalar()));
        let is_null = |node: &Node<'_>| matches!(field.ty, Type::Nullable(_)) && node.kind() == Kind::Null;
        let is_there =
            |node: &Node<'_>| field.is_required() || is_null(node) || !self.scalars().is_absent(&field.ty, *node);
        let found = found.filter(is_there);
        match (&field.ty, found) {
            (Type::List(item), found) => {
                let nodes = found.map(|node| self.items(node, field)).unwrap_or_default();
                Some(Value::List(nodes.into_iter().filter_map(|node| self.value(item, node)).collect()))
            }
            (Type::Map(..), None) => Some(Value::Map(Entries::new())),
            (_, None) => None,
            // A flag that is as where nothing is said is not written.
            (_, Some(node))
                if field.surface.absent.as_ref().is_some_and(|absent| self.says(field, node, absent.value)) =>
            {
                None
            }
            (ty, Some(node)) => self.one(ty, node, Some(field)),
        }
    }

    /// Whether this flag stands there.
    fn says(&self, field: &Field, node: Node<'_>, flag: bool) -> bool {
        let found = self.one(&field.ty, node, Some(field));
        let said = if flag { "1" } else { "0" };
        found.is_some() && found == self.written(&field.ty, said, None, field.surface.is_quoted())
    }

    /// The items of a list in other formats than XML.
    fn items<'t>(&self, node: Node<'t>, field: &Field) -> Vec<Node<'t>> {
        let nodes: Vec<Node<'t>> = match self.model.service.lenient.list(node) {
            Some(ListShape::Items) => node.items().collect(),
            Some(ListShape::Values) => node.entries().map(|(_, node)| node).collect(),
            Some(ListShape::Item) => vec![node],
            Some(ListShape::Nothing) | None => Vec::new(),
        };
        match &field.name.item {
            Some(key) => nodes.into_iter().filter_map(|node| node.get(key)).collect(),
            None => nodes,
        }
    }

    fn value(&self, ty: &Type, node: Node<'_>) -> Option<Value> {
        self.one(ty, place::unwrapped(node, self.model.service.scalar()), None)
    }

    fn one(&self, ty: &Type, node: Node<'_>, field: Option<&Field>) -> Option<Value> {
        let kind = match ty {
            Type::Named(name) => self.model.types.get(name).map(|entry| (&entry.kind, entry.keep_raw)),
            _ => None,
        };
        match (ty, kind) {
            (Type::List(item), _) => {
                Some(Value::List(node.items().filter_map(|node| self.value(item, node)).collect()))
            }
            (Type::Map(key, item), _) => {
                let entries = node
                    .entries()
                    .filter_map(|(name, node)| Some((self.text(key, None, name)?, self.value(item, node)?)));
                Some(Value::Map(self.sorted(key, entries.collect())))
            }
            (Type::Any, _) | (_, Some((_, true))) => Some(Value::from(node)),
            (Type::Html, _) => {
                let markup = node.inner_xml().map(|markup| markup.to_owned());
                markup.or_else(|| scalar_text(node).map(str::to_owned)).map(Value::Markup)
            }
            (_, Some((TypeKind::Struct(fields), _))) => {
                let mut entries = Entries::new();
                for field in fields.iter().filter(|field| field.surface.header.is_none()) {
                    if let Some(value) = self.field(field, node) {
                        self.set(&mut entries, field, value);
                    }
                }
                Some(Value::Map(entries))
            }
            (_, Some((TypeKind::Union { number, scalar, object, list }, _))) => {
                let shape = match node.kind() {
                    Kind::Number if number.is_some() => number,
                    Kind::Text | Kind::Number | Kind::Bool => scalar,
                    Kind::Map => object,
                    Kind::List => list,
                    Kind::Null => return None,
                };
                self.one(shape.as_ref()?, node, field)
            }
            (_, Some((TypeKind::Objects(objects), _))) => {
                self.one(self.scalars().one_object(objects, node).ok()?, node, field)
            }
            (Type::Csv(item, separator), _) if node.kind() == Kind::List => {
                let texts = node.items().map(|node| self.text(item, None, scalar_text(node)?));
                Some(Value::Text(texts.collect::<Option<Vec<_>>>()?.join(&separator.to_string())))
            }
            (Type::Nullable(_), _) if node.kind() == Kind::Null => Some(Value::Null),
            (Type::Nullable(inner), _) => self.one(inner, node, field),
            _ => {
                let text = match node.as_bool() {
                    Some(flag) => {
                        if flag {
                            "true"
                        } else {
                            "false"
                        }
                    }
                    None => scalar_text(node)?,
                };
                let text = if field.is_some_and(|field| field.surface.trim) { text.trim() } else { text };
                let pattern = field.and_then(|field| field.surface.pattern.as_deref());
                self.written(ty, text, pattern, field.is_some_and(|field| field.surface.is_quoted()))
            }
        }
    }

    /// The entries of a map in the order of their keys.
    fn sorted(&self, key: &Type, mut entries: Vec<(String, Value)>) -> Entries {
        let number = |text: &str| text.parse::<i128>().ok();
        entries.sort_by(|(one, _), (other, _)| match (number(one), number(other)) {
            (Some(one), Some(other)) if crate::resolve::is_copy(self.model, key) => one.cmp(&other),
            _ => one.cmp(other),
        });
        entries.into_iter().map(|(key, value)| (Cow::Owned(key), value)).collect()
    }

    /// A scalar of a body.
    fn written(&self, ty: &Type, text: &str, pattern: Option<&str>, is_text: bool) -> Option<Value> {
        let has_flags = matches!(self.format, Format::Json | Format::Php);
        if let Type::Worded(words) = ty {
            let flag = flag(words, text)?;
            return match words.first()?.get(usize::from(flag))? {
                Word::Text(text) if text.is_empty() && !flag => None,
                Word::Text(text) => Some(Value::Text(text.clone())),
                Word::Number(number) => Some(Value::Number(number.clone())),
                Word::Flag(word) if has_flags => Some(Value::Bool(*word)),
                word => Some(Value::Text(word.plain())),
            };
        }
        let written = match (ty, pattern) {
            (Type::DateTime, pattern) => {
                let time = self.datetime(text)?;
                let pattern = pattern.unwrap_or("%Y-%m-%d %H:%M:%S");
                let written = time.format(pattern);
                // A time that the pattern would cut has its seconds.
                match pattern.ends_with("%H:%M") && DateTime::parse(pattern, &written) != Some(time) {
                    true => time.format(&format!("{pattern}:%S")),
                    false => written,
                }
            }
            (Type::Date, pattern) => self.date(text)?.format(pattern.unwrap_or("%Y-%m-%d")),
            (ty, pattern) => self.text(ty, pattern, text)?,
        };
        let is_number = match ty {
            Type::UnixTime => pattern.is_none(),
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Enumeration { is_number: true, .. }) if !is_text => {
                    return Some(number_or_text(written));
                }
                Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)) => true,
                _ => false,
            },
            ty => ty.is_number(),
        };
        Some(match ty {
            Type::Flag if has_flags && !is_text => Value::Bool(written == "1"),
            _ if is_number && !is_text => Value::Number(written),
            _ => Value::Text(written),
        })
    }

    fn datetime(&self, text: &str) -> Option<DateTime> {
        let patterns = &self.model.service.datetime_patterns;
        let usual = patterns.is_empty().then_some("%Y-%m-%d %H:%M:%S");
        usual.into_iter().chain(patterns.iter().map(String::as_str)).find_map(|one| DateTime::parse(one, text.trim()))
    }

    fn date(&self, text: &str) -> Option<Date> {
        let patterns = &self.model.service.date_patterns;
        let usual = patterns.is_empty().then_some("%Y-%m-%d");
        usual.into_iter().chain(patterns.iter().map(String::as_str)).find_map(|one| Date::parse(one, text.trim()))
    }

    /// The text of a scalar as it is written in a path, a query, a header or a name.
    fn text(&self, ty: &Type, pattern: Option<&str>, text: &str) -> Option<String> {
        match ty {
            Type::Int => same::<i64>(text),
            Type::Uint | Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => same::<u64>(text),
            Type::Decimal | Type::Money => same::<Decimal>(text),
            Type::Currency => same::<Currency>(text),
            Type::Flag => same::<bool>(text),
            Type::Worded(words) => Some(words.first()?.get(usize::from(flag(words, text)?))?.plain()),
            Type::DateTime => match pattern {
                Some(pattern) => Some(DateTime::parse(pattern, text)?.format(pattern)),
                None => same::<DateTime>(text),
            },
            Type::Date => match pattern {
                Some(pattern) => Some(Date::parse(pattern, text)?.format(pattern)),
                None => same::<Date>(text),
            },
            Type::UnixTime => match pattern {
                Some(pattern) => Some(UnixTime::from_text(text)?.format(pattern)),
                None => same::<UnixTime>(text),
            },
            Type::Ip => same::<IpAddr>(text),
            Type::IpBlock => same::<IpBlock>(text),
            Type::Csv(..) if text.trim().is_empty() => Some(String::new()),
            Type::Csv(item, separator) => {
                let parts = text.split(*separator).map(|part| self.text(item, None, part.trim()));
                Some(parts.collect::<Option<Vec<_>>>()?.join(&separator.to_string()))
            }
            Type::Coded(coding) => coding.written(text),
            Type::Joined(item, separator) => Some(self.joined(item, *separator, text)),
            Type::Json(item) => {
                let document = hostkit_wire::parse(Format::Json, text.as_bytes(), &Limits::DEFAULT).ok()?;
                let value = Self { format: Format::Json, ..*self }.value(item, document.root())?;
                String::from_utf8(hostkit_wire::write(Format::Json, &value).ok()?).ok()
            }
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)) => same::<u64>(text),
                Some(TypeKind::Enumeration { is_number: true, .. }) => {
                    Some(text.parse::<i64>().map_or_else(|_| text.to_owned(), |number| number.to_string()))
                }
                _ => Some(text.to_owned()),
            },
            _ => Some(text.to_owned()),
        }
    }

    /// An object in one text: its parts in the order of the fields, then those of a map or without a field.
    fn joined(&self, item: &Type, separator: char, text: &str) -> String {
        if let Type::Map(key, item) = item {
            let parts = text.split(separator).filter_map(|part| part.split_once('='));
            let pair = |(name, value): (&str, &str)| {
                Some((self.text(key, None, name.trim())?, Value::Text(self.text(item, None, value.trim())?)))
            };
            let parts = self.sorted(key, parts.filter_map(pair).collect());
            let parts: Vec<String> = parts.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
            return parts.join(&separator.to_string());
        }
        let fields = self.model.fields(item).unwrap_or_default();
        let is_called =
            |field: &Field, name: &str| field.wire_in_json() == name || field.name.also.iter().any(|it| it == name);
        let place = |name: &str| fields.iter().position(|field| is_called(field, name)).unwrap_or(fields.len());
        let parts = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
        let parts = parts.map(|part| part.split_once('=').unwrap_or((ITSELF, part)));
        // A part that is called by the value of another field says both.
        let parts = parts.flat_map(|(name, value)| match called(self.model, fields, name.trim()) {
            Some((field, caller)) => vec![(caller.wire_in_json(), name), (field.wire_in_json(), value)],
            None => vec![(name, value)],
        });
        let mut parts: Vec<(&str, String)> = parts
            .map(|(name, value)| {
                let field = fields.get(place(name.trim()));
                let written = field.and_then(|field| self.text(&field.ty, None, value.trim()));
                let name = field.map_or(name.trim(), Field::wire_in_json);
                (name, written.unwrap_or_else(|| value.trim().to_owned()))
            })
            .collect();
        let rank = |name: &str| (name != ITSELF, place(name));
        parts.sort_by(|(one, _), (other, _)| (rank(one), one).cmp(&(rank(other), other)));
        for field in fields {
            let Some((by, values)) = caller(self.model, fields, field) else { continue };
            let at = |wire: &str| parts.iter().position(|(name, _)| *name == wire);
            let (Some(own), Some(place)) = (at(field.wire_in_json()), at(by.wire_in_json())) else { continue };
            if let Some(word) =
                values.iter().find(|value| parts.get(place).is_some_and(|(_, text)| *text == value.wire))
            {
                let (_, value) = parts.remove(own);
                if let Some(part) = parts.get_mut(place - usize::from(own < place)) {
                    *part = (&word.wire, value);
                }
            }
        }
        let other =
            fields.iter().find(|field| field.wire_in_json() == ITSELF).and_then(|field| field.name.also.first());
        let written = |(name, value): (&str, String)| match other.filter(|_| value.contains('=')) {
            Some(other) if name == ITSELF => format!("{other}={value}"),
            None if name == ITSELF => value,
            _ => format!("{name}={value}"),
        };
        let parts: Vec<String> = parts.into_iter().map(written).collect();
        parts.join(&separator.to_string())
    }

    /// A value whose parts have names of their own.
    fn made(&self, entries: &mut Entries, field: &Field, names: &Names<'_>, object: Node<'_>) {
        let item = match &field.ty {
            Type::Map(_, item) | Type::List(item) => item,
            item => item,
        };
        let known = self.model.fields(item).unwrap_or_default();
        let from = field.surface.from.as_ref().map_or(1, |from| from.value);
        for (place, (item_name, parts)) in self.items_by_name(field, names, object).into_iter().enumerate() {
            let filled = match &field.ty {
                Type::List(_) => (place as i64 + from).to_string(),
                _ => item_name,
            };
            let template = field.surface.names.as_ref().map(|names| names.value.clone()).unwrap_or_default();
            let name = |inner: &str| {
                Cow::Owned(template.replace("{field}", inner).replace("{index}", &filled).replace("{key}", &filled))
            };
            if known.is_empty() {
                let value = parts.first().and_then(|(_, node)| self.value(item, *node));
                entries.extend(value.map(|value| (name(""), value)));
            }
            for inner in known {
                let node = parts.iter().find(|(part, _)| part == inner.wire_in_json()).map(|(_, node)| *node);
                let node = node.filter(|node| inner.is_required() || !self.scalars().is_absent(&inner.ty, *node));
                let value = node.and_then(|node| self.one(&inner.ty, node, Some(inner)));
                entries.extend(value.map(|value| (name(inner.wire_in_json()), value)));
            }
        }
    }

    /// The items of such a value in their order: what the name says of each, and its parts with the names of their fields.
    fn items_by_name<'t>(
        &self,
        field: &Field,
        names: &Names<'_>,
        object: Node<'t>,
    ) -> Vec<(String, Vec<(String, Node<'t>)>)> {
        let (key, item) = match &field.ty {
            Type::Map(key, item) => (Some(&**key), &**item),
            Type::List(item) => (None, &**item),
            item => (None, item),
        };
        let known = self.model.fields(item).unwrap_or_default();
        let mut items: Vec<(String, Vec<(String, Node<'_>)>)> = Vec::new();
        let repeats =
            matches!(field.ty, Type::List(_)) && field.surface.names.as_ref().is_some_and(|it| !it.contains('{'));
        for (name, node) in object.entries() {
            let Some(filled) = names.read(name, known.iter().map(Field::wire_in_json)) else { continue };
            if key.is_some_and(|key| !self.scalars().fits(key, filled.item)) {
                continue;
            }
            let part = (filled.field.to_owned(), node);
            match items.iter_mut().find(|(item, _)| *item == filled.item && !repeats) {
                Some((_, parts)) => parts.push(part),
                None => items.push((filled.item.to_owned(), vec![part])),
            }
        }
        match &field.ty {
            Type::List(_) => items.sort_by_key(|(item, _)| item.parse::<u64>().unwrap_or(0)),
            Type::Map(key, _) => items.sort_by(|(one, _), (other, _)| {
                let number =
                    |text: &str| text.parse::<i128>().ok().filter(|_| crate::resolve::is_copy(self.model, key));
                number(one).cmp(&number(other)).then_with(|| one.cmp(other))
            }),
            _ => {}
        }
        items
    }
}

/// The text of a value that is read from a text.
fn same<T: FromText + ToText>(text: &str) -> Option<String> {
    T::from_text(text).map(|value| value.to_text().into_owned())
}

fn scalar_text(node: Node<'_>) -> Option<&str> {
    hostkit_proto::Leniency::scalar_text(node)
}

fn flag(words: &[[Word; 2]], text: &str) -> Option<bool> {
    let is_word = |flag: bool| words.iter().any(|pair| pair[usize::from(flag)].plain() == text);
    [true, false].into_iter().find(|flag| is_word(*flag)).or_else(|| bool::from_text(text))
}

fn value_of(constant: &Constant) -> Value {
    match constant.is_number {
        true => Value::Number(constant.text.clone()),
        false => Value::Text(constant.text.clone()),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Number(text) | Value::Markup(text) => text.clone(),
        Value::Bool(flag) => flag.to_text().into_owned(),
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// Puts a value at a path, in the objects that are there.
fn put(entries: &mut Entries, path: &[String], format: Format, value: Value) {
    let Some((last, between)) = path.split_last() else { return };
    let mut target = entries;
    for key in between {
        let found = target.iter().position(|(name, value)| name == key && matches!(value, Value::Map(_)));
        let found = found.unwrap_or_else(|| {
            target.push((Cow::Owned(key.clone()), Value::Map(Entries::new())));
            target.len() - 1
        });
        let Some((_, Value::Map(inner))) = target.get_mut(found) else { return };
        target = inner;
    }
    // An empty list of XML leaves its wrapper empty.
    let is_nothing = matches!(&value, Value::List(items) if items.is_empty());
    if !(is_nothing && format == Format::Xml && !between.is_empty()) {
        target.push((Cow::Owned(last.clone()), value));
    }
}
