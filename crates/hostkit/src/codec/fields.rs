//! The fields of one object: each looked up by name, in whatever order they stand.
//!
//! A look-up starts behind the last hit, because answers mostly keep the order of their spec: an object is read in one
//! pass then, and in time linear in its entries in any case.

mod seen;
mod trimmed;

use std::collections::BTreeMap;

use hostkit_wire::{Kind, Lookup, Node};

#[cfg(feature = "server")]
use super::ToText;
use super::reader::{Reader, Step};
use super::{DecodeError, FromText, FromWire, Name};
use crate::answer::UnknownFields;
use crate::value::Raw;
use seen::Seen;

/// An object that is being read.
#[derive(Debug)]
pub struct Fields<'t, 'a, 'r> {
    node: Node<'t>,
    reader: &'a mut Reader<'r>,
    lookup: Lookup<'t>,
    seen: Seen,
    /// The spec of the object around this one.
    outer_spec: &'static str,
    /// Keys that are no fields: the envelope around data that stand at the top.
    envelope: &'static [&'static str],
    /// The objects between this one and its fields: name, object, and the key that a field looked for in it. What no
    /// field looked for is unknown; several fields may share such an object.
    between: Vec<(&'static str, Node<'t>, &'static str)>,
}

impl<'t, 'a, 'r> Fields<'t, 'a, 'r> {
    pub(crate) fn new(node: Node<'t>, reader: &'a mut Reader<'r>, outer_spec: &'static str) -> Self {
        let envelope = if node.index() == 0 { reader.envelope } else { &[] };
        Self { node, lookup: node.lookup(), seen: Seen::default(), reader, outer_spec, envelope, between: Vec::new() }
    }

    /// The entry with one of the field's names, along the path that the field has in this format.
    fn find(&mut self, name: &Name) -> Result<Option<Node<'t>>, DecodeError> {
        let format = self.node.format();
        if let Some(node) = self.take(name.first(format))
            && let Some(found) = self.descend(name.first(format), node, name.rest(format))?
        {
            return Ok(Some(found));
        }
        for alias in name.aliases() {
            if let Some(node) = self.take(alias) {
                return Ok(Some(node));
            }
        }
        Ok(None)
    }

    /// The next entry with this key, from the last hit on and then from the start.
    fn take(&mut self, key: &str) -> Option<Node<'t>> {
        let (position, node) = self.lookup.find(key)?;
        self.seen.set(position);
        Some(node)
    }

    fn descend(
        &mut self,
        first: &'static str,
        mut node: Node<'t>,
        rest: &'static [&'static str],
    ) -> Result<Option<Node<'t>>, DecodeError> {
        for (depth, key) in rest.iter().enumerate() {
            if depth == 0 {
                self.between.push((first, node, key));
            }
            let Some(next) = node.get(key) else {
                return Ok(None);
            };
            // Several fields may share an intermediate object, such as the attributes of an element written as one.
            if depth > 0 && self.reader.unknown != UnknownFields::Ignore {
                self.unknown_siblings(node, key)?;
            }
            node = next;
        }
        Ok(Some(node))
    }

    fn unknown_siblings(&mut self, node: Node<'t>, known: &str) -> Result<(), DecodeError> {
        for (key, sibling) in node.entries() {
            if key != known {
                self.reader.unknown_field(key, sibling)?;
            }
        }
        Ok(())
    }

    fn step(&self, name: &Name) -> Step {
        Step::Name(name.first(self.node.format()))
    }

    /// A field without which the object is not this object.
    pub fn required<T: FromWire>(&mut self, name: &Name) -> Result<T, DecodeError> {
        let step = self.step(name);
        match self.find(name)? {
            Some(node) => self.reader.within(step, |reader| T::from_wire(node, reader)),
            None => {
                let offset = self.node.offset();
                self.reader.within(step, |reader| Err(reader.error("a value", "nothing").at(offset)))
            }
        }
    }

    /// A field that may be absent. One that cannot be read is absent too, and a defect.
    pub fn optional<T: FromWire>(&mut self, name: &Name) -> Result<Option<T>, DecodeError> {
        let Some(node) = self.find(name)? else {
            return Ok(None);
        };
        if T::is_absent(node, self.reader) {
            return Ok(None);
        }
        self.lenient(name, |reader| T::from_wire(node, reader).map(Some), None)
    }

    /// Whether a field has a value, readable or not.
    pub(crate) fn has_value(&mut self, name: &Name) -> Result<bool, DecodeError> {
        let found = self.find(name)?;
        Ok(found.is_some_and(|node| !self.reader.is_absent(node)))
    }

    /// A field whose absence means a value.
    pub fn or<T: FromWire>(&mut self, name: &Name, absent: T) -> Result<T, DecodeError> {
        Ok(self.optional(name)?.unwrap_or(absent))
    }

    /// A list that may be absent, which is empty then. One that cannot be read is empty too, and a defect.
    pub fn list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        let found = self.find_items(name)?;
        match found {
            Items::Absent => Ok(Vec::new()),
            found => self.lenient(name, |reader| found.read(max_items, reader), Vec::new()),
        }
    }

    /// A list without which the object is not this object.
    pub fn required_list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        let step = self.step(name);
        let found = self.find_items(name)?;
        self.reader.within(step, |reader| found.read(max_items, reader))
    }

    /// A map that may be absent, which is empty then. One that cannot be read is empty too, and a defect.
    pub fn map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        match self.find(name)? {
            None => Ok(BTreeMap::new()),
            Some(node) => self.lenient(name, |reader| read_map(node, reader), BTreeMap::new()),
        }
    }

    /// A map without which the object is not this object.
    pub fn required_map<K: FromText + Ord, V: FromWire>(&mut self, name: &Name) -> Result<BTreeMap<K, V>, DecodeError> {
        let step = self.step(name);
        match self.find(name)? {
            None => self.reader.within(step, |reader| Err(reader.error("a map", "nothing"))),
            Some(node) => self.reader.within(step, |reader| read_map(node, reader)),
        }
    }

    /// The whole object as it came. Nothing in it is unknown then.
    pub fn raw(&mut self) -> Raw {
        for position in 0..self.node.entries().count() {
            self.seen.set(position);
        }
        Raw::new(super::tree::copy(self.node))
    }

    /// Reports what no field has taken.
    ///
    /// # Errors
    /// Under [`UnknownFields::Deny`], an unknown field. Always: an object that has fields, but none that the spec
    /// knows; it is another object.
    pub fn finish(mut self) -> Result<(), DecodeError> {
        if self.seen.is_empty() && self.node.entries().any(|(key, _)| !self.envelope.contains(&key)) {
            let found = self.node.entries().map(|(key, _)| key).find(|key| !self.envelope.contains(key));
            let found = format!("only others, such as `{}`", found.unwrap_or_default());
            return Err(self.reader.error("fields of this object", found).at(self.node.offset()));
        }
        if self.reader.unknown != UnknownFields::Ignore {
            for (position, (key, node)) in self.node.entries().enumerate() {
                if !self.seen.has(position) && !self.envelope.contains(&key) {
                    self.reader.unknown_field(key, node)?;
                }
            }
        }
        self.unknown_between()?;
        self.reader.spec = self.outer_spec;
        Ok(())
    }

    /// Reports what stands beside fields in the objects between this one and them.
    fn unknown_between(&mut self) -> Result<(), DecodeError> {
        if self.reader.unknown == UnknownFields::Ignore {
            return Ok(());
        }
        let between = std::mem::take(&mut self.between);
        for (position, (name, object, _)) in between.iter().enumerate() {
            let is_same = |other: &(&str, Node<'_>, &str)| other.1.index() == object.index();
            if between.iter().take(position).any(is_same) {
                continue;
            }
            for (key, node) in object.entries() {
                if !between.iter().any(|other| is_same(other) && other.2 == key) {
                    self.reader.within(Step::Name(name), |reader| reader.unknown_field(key, node))?;
                }
            }
        }
        Ok(())
    }

    fn lenient<T>(
        &mut self,
        name: &Name,
        read: impl FnOnce(&mut Reader<'r>) -> Result<T, DecodeError>,
        absent: T,
    ) -> Result<T, DecodeError> {
        let step = self.step(name);
        let (depth, spec) = (self.reader.path.len(), self.reader.spec);
        match self.reader.within(step, read) {
            Ok(value) => Ok(value),
            Err(error) => {
                self.reader.path.truncate(depth);
                self.reader.spec = spec;
                self.reader.defect(error)?;
                Ok(absent)
            }
        }
    }

    fn find_items(&mut self, name: &Name) -> Result<Items<'t>, DecodeError> {
        let format = self.node.format();
        if format != hostkit_wire::Format::Xml {
            return Ok(match self.find(name)? {
                Some(node) => Items::In(node, name.singular()),
                None if self.wraps_nothing(name) => Items::Elements(Vec::new()),
                None => Items::Absent,
            });
        }
        // In XML the items are the elements with the last name of the path, wherever they stand in their parent.
        let mut names = std::iter::once(name.first(format)).chain(name.rest(format).iter().copied());
        let mut last = names.next().unwrap_or_default();
        let mut parent = None;
        for next in names {
            let node = match parent {
                None => self.take(last),
                Some(parent) => Node::get(parent, last),
            };
            if let (None, Some(node)) = (parent, node) {
                self.between.push((last, node, next));
            }
            let Some(node) = node else {
                return Ok(if self.wraps_nothing(name) { Items::Elements(Vec::new()) } else { Items::Absent });
            };
            parent = Some(node);
            last = next;
        }
        let mut nodes = Vec::new();
        match parent {
            Some(parent) => {
                let is_first = self.between.last().is_some_and(|(_, first, _)| first.index() == parent.index());
                for (key, node) in parent.entries() {
                    if key == last {
                        nodes.push(node);
                    } else if !is_first {
                        // Beside the items of the outermost wrapper there may be other fields: `finish` knows.
                        self.reader.unknown_field(key, node)?;
                    }
                }
                if !matches!(parent.kind(), Kind::Map | Kind::Null) {
                    self.reader.unknown_field("$text", parent)?;
                }
            }
            None => {
                for (position, (key, node)) in self.node.entries().enumerate() {
                    if key == last {
                        self.seen.set(position);
                        nodes.push(node);
                    }
                }
                if nodes.is_empty() {
                    return Ok(Items::Absent);
                }
            }
        }
        Ok(Items::Elements(nodes))
    }

    /// Whether the outermost wrapper of a list is there and empty: `{"backups":[]}` for `backups/backup`.
    fn wraps_nothing(&self, name: &Name) -> bool {
        let format = self.node.format();
        let rules = self.reader.rules;
        let wrapper = self.node.get(name.first(format)).filter(|_| !name.rest(format).is_empty());
        wrapper.is_some_and(|wrapper| match wrapper.kind() {
            Kind::Null => rules.null_as_empty || format == hostkit_wire::Format::Xml,
            Kind::Text => rules.null_as_empty && wrapper.as_str() == Some(""),
            Kind::List => rules.list_as_empty_map && wrapper.is_empty(),
            Kind::Map => (rules.one_as_list || rules.map_as_list) && wrapper.is_empty(),
            _ => false,
        })
    }
}

/// What only a server needs: constants, variants, made keys.
#[cfg(feature = "server")]
impl<'t> Fields<'t, '_, '_> {
    /// A constant that makes this call what it is.
    ///
    /// # Errors
    /// Another text, or nothing: it is another call.
    pub fn fixed(&mut self, name: &'static str, text: &str) -> Result<(), DecodeError> {
        let found = self.take(name);
        if found.and_then(Node::as_str) == Some(text) {
            return Ok(());
        }
        let found = found.map_or_else(|| "nothing".to_owned(), super::reader::describe);
        self.reader.within(Step::Name(name), |reader| Err(reader.error(format!("{text:?}"), found)))
    }

    /// The node of a field that has to be there.
    pub(crate) fn node(&mut self, name: &Name) -> Result<Node<'t>, DecodeError> {
        let step = self.step(name);
        match self.find(name)? {
            Some(node) => Ok(node),
            None => self.reader.within(step, |reader| Err(reader.error("an object", "nothing"))),
        }
    }

    /// Whether there is an entry with one of these names.
    pub fn has_any(&self, names: &[&str]) -> bool {
        self.node.entries().any(|(key, _)| names.contains(&key))
    }

    /// Reads one variant of a group. If it does not read, its entries are free for the next one.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        let (seen, depth, spec) = (self.seen.clone(), self.reader.path.len(), self.reader.spec);
        let result = read(self);
        if result.is_err() {
            self.seen = seen;
            self.reader.path.truncate(depth);
            self.reader.spec = spec;
        }
        result
    }

    /// Items whose fields stand under made keys: the reverse of `Object::spread_map`.
    pub fn gather_map<K: FromText + ToText + Ord, V: FromWire>(
        &mut self,
        template: &str,
    ) -> Result<BTreeMap<K, V>, DecodeError> {
        let mut map = BTreeMap::new();
        for (key, item) in self.gather(template, "{key}")? {
            // `01` is no spelling of 1 here: a leading zero means something else.
            match K::from_text(&key).filter(|parsed| parsed.to_text() == key) {
                Some(parsed) => map.insert(parsed, item),
                None => return Err(self.reader.error(K::EXPECTED, format!("{key:?}"))),
            };
        }
        Ok(map)
    }

    /// Items whose fields stand under made keys: the reverse of `Object::spread_list`.
    pub fn gather_list<V: FromWire>(&mut self, template: &str) -> Result<Vec<V>, DecodeError> {
        let mut items = Vec::new();
        for (key, item) in self.gather(template, "{index}")? {
            match u32::from_text(&key) {
                Some(index) => items.push((index, item)),
                None => return Err(self.reader.error("a number", format!("{key:?}"))),
            }
        }
        items.sort_by_key(|(index, _)| *index);
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    /// The items by the text that stood in the place of `hole`.
    fn gather<V: FromWire>(&mut self, template: &str, hole: &str) -> Result<Vec<(String, V)>, DecodeError> {
        let separator = template.replace("{field}", "").replace(hole, "");
        let mut groups: BTreeMap<String, Vec<(std::borrow::Cow<'static, str>, hostkit_wire::Value)>> = BTreeMap::new();
        for (position, (name, node)) in self.node.entries().enumerate() {
            if self.seen.has(position) {
                continue;
            }
            if let Some((field, key)) = name.rsplit_once(&separator) {
                self.seen.set(position);
                groups.entry(key.to_owned()).or_default().push((field.to_owned().into(), super::tree::copy(node)));
            }
        }
        let mut items = Vec::new();
        for (key, fields) in groups {
            // The item's own reader wants a tree: a small document is made of what belongs together.
            let wrong = |what: String| DecodeError::new("request", key.clone(), "fields of one item", what);
            let bytes = hostkit_wire::write(hostkit_wire::Format::Json, &hostkit_wire::Value::Map(fields))
                .map_err(|e| wrong(e.to_string()))?;
            let limits = hostkit_wire::Limits::DEFAULT;
            let document =
                hostkit_wire::parse(hostkit_wire::Format::Json, &bytes, &limits).map_err(|e| wrong(e.to_string()))?;
            items.push((key, V::from_wire(document.root(), self.reader)?));
        }
        Ok(items)
    }
}

/// Where the items of a list are.
enum Items<'t> {
    Absent,
    /// XML: these elements.
    Elements(Vec<Node<'t>>),
    /// Other formats: whatever this node is, with the name that one item has.
    In(Node<'t>, Option<&'static str>),
}

impl Items<'_> {
    fn read<T: FromWire>(self, max_items: usize, reader: &mut Reader<'_>) -> Result<Vec<T>, DecodeError> {
        match self {
            Self::Absent => Err(reader.error("a list", "nothing")),
            Self::Elements(nodes) => read_items(nodes.len(), nodes.into_iter(), max_items, reader),
            Self::In(node, singular) => read_list(node, singular, max_items, reader),
        }
    }
}

fn read_list<T: FromWire>(
    node: Node<'_>,
    singular: Option<&'static str>,
    max_items: usize,
    reader: &mut Reader<'_>,
) -> Result<Vec<T>, DecodeError> {
    match node.kind() {
        Kind::List => read_items(0, node.items(), max_items, reader),
        Kind::Null if reader.rules.null_as_empty => Ok(Vec::new()),
        Kind::Text if reader.rules.null_as_empty && node.as_str() == Some("") => Ok(Vec::new()),
        Kind::Map if node.is_empty() && (reader.rules.one_as_list || reader.rules.map_as_list) => Ok(Vec::new()),
        Kind::Map if reader.rules.map_as_list => read_items(0, node.entries().map(|(_, node)| node), max_items, reader),
        Kind::Text | Kind::Number | Kind::Bool if reader.rules.one_as_list => {
            read_items(1, std::iter::once(node), max_items, reader)
        }
        Kind::Map if reader.rules.one_as_list => {
            let (mut entries, spec) = (node.entries(), reader.spec);
            match (entries.next(), entries.next()) {
                (Some((key, inner)), None) if Some(key) == singular => read_list(inner, None, max_items, reader),
                _ => match read_items(1, std::iter::once(node), max_items, reader) {
                    // No item: then it is the wrapper of items, with something new beside them.
                    Err(error) => match singular.and_then(|name| node.get(name)) {
                        Some(inner) => {
                            reader.spec = spec;
                            read_wrapped(node, inner, singular, max_items, reader)
                        }
                        None => Err(error),
                    },
                    items => items,
                },
            }
        }
        _ => Err(reader.expected("a list", node)),
    }
}

/// Items that stand in a wrapper beside fields that the spec does not know.
fn read_wrapped<T: FromWire>(
    wrapper: Node<'_>,
    items: Node<'_>,
    singular: Option<&'static str>,
    max_items: usize,
    reader: &mut Reader<'_>,
) -> Result<Vec<T>, DecodeError> {
    for (key, node) in wrapper.entries().filter(|(key, _)| Some(*key) != singular) {
        reader.unknown_field(key, node)?;
    }
    read_list(items, None, max_items, reader)
}

fn read_items<'t, T: FromWire>(
    capacity: usize,
    nodes: impl Iterator<Item = Node<'t>>,
    max_items: usize,
    reader: &mut Reader<'_>,
) -> Result<Vec<T>, DecodeError> {
    let mut items = Vec::with_capacity(capacity.min(max_items));
    for (index, node) in nodes.enumerate() {
        if index >= max_items {
            return Err(reader.error(format!("at most {max_items} items"), "more"));
        }
        items.push(reader.within(Step::Index(index), |reader| T::from_wire(node, reader))?);
    }
    Ok(items)
}

fn read_map<K: FromText + Ord, V: FromWire>(
    node: Node<'_>,
    reader: &mut Reader<'_>,
) -> Result<BTreeMap<K, V>, DecodeError> {
    let mut map = BTreeMap::new();
    match node.kind() {
        Kind::Map => {
            for (key, value) in node.entries() {
                let Some(parsed) = K::from_text(key) else {
                    return Err(reader.error(format!("{} as a key", K::EXPECTED), format!("{key:?}")));
                };
                let value = reader.within(Step::Key(key.to_owned()), |reader| V::from_wire(value, reader))?;
                if map.insert(parsed, value).is_some() {
                    return Err(reader.error("each key once", format!("{key:?} twice")));
                }
            }
            Ok(map)
        }
        Kind::List if node.is_empty() && reader.rules.list_as_empty_map => Ok(map),
        // PHP writes a map whose keys happen to be 0, 1, 2 … as a list: the positions are the keys.
        Kind::List if reader.rules.list_as_empty_map => {
            for (index, value) in node.items().enumerate() {
                let Some(key) = K::from_text(&index.to_string()) else {
                    return Err(reader.expected("a map", node));
                };
                let value = reader.within(Step::Index(index), |reader| V::from_wire(value, reader))?;
                map.insert(key, value);
            }
            Ok(map)
        }
        Kind::Null if reader.rules.null_as_empty || node.format() == hostkit_wire::Format::Xml => Ok(map),
        Kind::Text if reader.rules.null_as_empty && node.as_str() == Some("") => Ok(map),
        _ => Err(reader.expected("a map", node)),
    }
}

impl<T: FromWire> FromWire for Vec<T> {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_list(node, None, 1_000_000, reader)
    }
}

impl<K: FromText + Ord, V: FromWire> FromWire for BTreeMap<K, V> {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_map(node, reader)
    }
}

#[cfg(test)]
mod tests;
