//! Lists in all their wire shapes.

use std::collections::BTreeSet;

use hostkit_wire::{Format, Irregular, Key, Kind, Node, Value};

use super::{Fields, key_twice};
use crate::codec::reader::{At, Step, shorten};
use crate::codec::text::parts;
use crate::codec::{DecodeError, Field, FromText, FromWire, Name, Reader, Report, UnknownFields};
use crate::leniency::ListShape;
use crate::value::Csv;

/// Bytes reserved for each node of a list before its items are read: in a typical answer a value takes less per node,
/// and a hostile list of scalars must not reserve memory for as many objects.
const RESERVED: usize = 64;

/// Where the items of a list are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Items<'r> {
    Absent,
    /// An empty wrapper.
    Nothing,
    /// XML: `count` elements of this name in `parent`.
    Elements {
        parent: Node<'r>,
        name: &'static str,
        count: usize,
    },
    /// Other formats: this node, and the name that a single item has.
    In(Node<'r>, Option<&'static str>),
    /// The same, where each item is the entry of an object under this key.
    Wrapped(Node<'r>, &'static str),
}

impl<'r> Fields<'_, 'r> {
    pub(super) fn find_items(&mut self, name: &Name) -> Result<Items<'r>, DecodeError> {
        let format = self.node.format();
        if format != Format::Xml {
            return Ok(match self.find(name)? {
                Some(node) => match name.item_in(format) {
                    Some(key) => Items::Wrapped(node, key),
                    None => Items::In(node, name.singular()),
                },
                None if self.wraps_nothing(name) => Items::Nothing,
                None => Items::Absent,
            });
        }
        // In XML the items are the elements with the last name of the path, at any position in their parent.
        let mut names = std::iter::once(name.first(format)).chain(name.rest(format).iter().copied());
        let mut last = names.next().unwrap_or_default();
        let mut parent = None;
        for next in names {
            let node = match parent {
                None => self.take(&Key::new(last)),
                Some(parent) => self.reader.only(parent, last),
            };
            let Some(node) = node else {
                return Ok(if self.wraps_nothing(name) { Items::Nothing } else { Items::Absent });
            };
            self.between.push((last, node, next));
            parent = Some(node);
            last = next;
        }
        match parent {
            Some(parent) => self.elements_in(parent, last),
            None => Ok(self.own_elements(last)),
        }
    }

    /// The elements with this name in a wrapper.
    fn elements_in(&mut self, parent: Node<'r>, name: &'static str) -> Result<Items<'r>, DecodeError> {
        let count = parent.entries().filter(|(key, _)| *key == name).count();
        if !matches!(parent.kind(), Kind::Map | Kind::Null) {
            self.reader.unknown_field("$text", parent)?;
        }
        Ok(Items::Elements { parent, name, count })
    }

    /// The elements with this name among the fields of this object.
    fn own_elements(&mut self, name: &'static str) -> Items<'r> {
        let mut count = 0;
        for (position, (key, _)) in self.node.entries().enumerate() {
            if key == name {
                self.seen.set(position);
                count += 1;
            }
        }
        if count == 0 { Items::Absent } else { Items::Elements { parent: self.node, name, count } }
    }

    /// Whether the outermost wrapper of a list is present and empty: `{"backups":[]}` for `backups/backup`.
    fn wraps_nothing(&self, name: &Name) -> bool {
        let format = self.node.format();
        // Where results have markers, what they stand in says which call is answered: an empty packet answers none.
        let is_answer = self.node.index() == self.reader.top && !self.reader.leniency.marker.is_empty();
        if name.rest(format).is_empty() || is_answer {
            return false;
        }
        self.node.get(name.first(format)).is_some_and(|wrapper| self.reader.leniency.wraps_nothing(wrapper))
    }
}

impl<'r> Reader<'r> {
    /// Decodes an optional list, empty if absent. An unreadable one is empty too and reported as left out.
    ///
    /// # Errors
    /// More than `max_items` items, or than the option of the call; under
    /// [`UnknownFields::Deny`](crate::UnknownFields::Deny), a defect.
    pub fn list<T: FromWire>(&mut self, place: &mut Vec<T>, max_items: usize) -> Result<(), DecodeError> {
        let spec = self.spec;
        match self.required_list(place, max_items) {
            Ok(()) => Ok(()),
            Err(error) => {
                place.clear();
                self.items = None;
                self.defect_of(error, spec, Report::add_left_out)
            }
        }
    }

    /// Decodes the list that is the whole document.
    pub(crate) fn whole_list<T: FromWire>(&mut self, place: &mut Vec<T>, max_items: usize) -> Result<(), DecodeError> {
        match self.at {
            At::Body(_) => Ok(self.list_in_body(place, self.max_items.unwrap_or(max_items))?),
            _ => self.required_list(place, max_items),
        }
    }

    /// Decodes a required list.
    pub fn required_list<T: FromWire>(&mut self, place: &mut Vec<T>, max_items: usize) -> Result<(), DecodeError> {
        let max_items = self.max_items.unwrap_or(max_items);
        match self.at {
            At::Items(Items::Absent | Items::Nothing) => {
                self.items = Some(0);
                Ok(())
            }
            At::Items(Items::Elements { parent, name, count }) => {
                let elements = parent.entries().filter(|(key, _)| *key == name).map(|(_, node)| node);
                if self.is_marker_alone::<T>(elements.clone()) {
                    self.items = Some(0);
                    return Ok(());
                }
                place.reserve(reserved::<T>(count, parent).min(max_items));
                self.read_items(place, elements, max_items)
            }
            At::Items(Items::Wrapped(node, key)) => {
                let nodes: Vec<Node<'r>> = match self.leniency.list(node) {
                    Some(ListShape::Items) => node.items().collect(),
                    Some(ListShape::Values) => node.entries().map(|(_, node)| node).collect(),
                    Some(ListShape::Nothing) => Vec::new(),
                    Some(ListShape::Item) => vec![node],
                    None => return Err(self.expected_at("a list", node)),
                };
                self.read_items_by(place, nodes.into_iter(), max_items, |place, reader| reader.push_wrapped(place, key))
            }
            At::Items(Items::In(node, singular)) => self.read_list(place, node, singular, max_items),
            At::Node(node) => self.read_list(place, node, None, max_items),
            At::Body(_) => self.field_list_in_body(place, max_items),
        }
    }

    /// Decodes the list that stands here, each of whose items is the entry of an object under this key.
    pub(crate) fn wrapped_list<T: FromWire>(
        &mut self,
        place: &mut Vec<T>,
        key: &'static str,
        max_items: usize,
    ) -> Result<(), DecodeError> {
        let outer = match self.at {
            At::Node(node) => std::mem::replace(&mut self.at, At::Items(Items::Wrapped(node, key))),
            _ => return Err(Irregular.into()),
        };
        let result = self.required_list(place, max_items);
        self.at = outer;
        result
    }

    /// Decodes all that stand at a path below the object here. The object around them may be there more than once, or be a
    /// list: one for each operation of the request.
    pub(crate) fn each<T: FromWire>(
        &mut self,
        place: &mut Vec<T>,
        name: &Name,
        max_items: usize,
    ) -> Result<(), DecodeError> {
        let format = self.format();
        let first = Step::Name(name.first(format));
        let (mut nodes, mut above, mut around) = (vec![self.node().ok_or(Irregular)?], None, 1);
        let mut steps = std::iter::once(name.first(format)).chain(name.rest(format).iter().copied()).peekable();
        while let Some(step) = steps.next() {
            let (mut found, mut most) = (Vec::new(), 0);
            for node in nodes {
                let before = found.len();
                for (key, inner) in node.entries() {
                    if key != step {
                        match above {
                            Some(above) => self.within(Step::Name(above), |reader| reader.unknown_field(key, inner))?,
                            None => self.unknown_field(key, inner)?,
                        }
                    } else if steps.peek().is_none() && format != Format::Xml {
                        match self.leniency.list(inner) {
                            Some(ListShape::Items) => found.extend(inner.items()),
                            Some(ListShape::Values) => found.extend(inner.entries().map(|(_, item)| item)),
                            Some(ListShape::Item) => found.push(inner),
                            Some(ListShape::Nothing) => {}
                            None => return Err(self.within(first, |reader| reader.expected_at("a list", inner))),
                        }
                    } else if inner.kind() == Kind::List {
                        found.extend(inner.items());
                    } else {
                        found.push(inner);
                    }
                }
                most = most.max(found.len() - before);
            }
            // What stands above the results says which call is answered.
            if found.is_empty() && steps.peek().is_some() {
                return Err(self.within(first, |reader| reader.error("a list", "nothing")));
            }
            let is_last = steps.peek().is_none();
            let (expected, found_twice) = match is_last {
                // Several operations each have their own results; the copy of a part is none.
                true => ("each result once", around > 1 && most > 1 && is_any_twice(&found)),
                false => ("each key once", around > 1),
            };
            if found_twice {
                return Err(self.within(first, |reader| reader.error(expected, format!("several below `{step}`"))));
            }
            around = found.len();
            (nodes, above) = (found, Some(step));
        }
        let max_items = self.max_items.unwrap_or(max_items);
        self.within(first, |reader| match reader.is_marker_alone::<T>(nodes.iter().copied()) {
            true => Ok(()),
            false => reader.read_items(place, nodes.into_iter(), max_items),
        })
    }

    fn read_list<T: FromWire>(
        &mut self,
        place: &mut Vec<T>,
        node: Node<'r>,
        singular: Option<&'static str>,
        max_items: usize,
    ) -> Result<(), DecodeError> {
        match self.leniency.list(node) {
            Some(ListShape::Items) if self.is_marker_alone::<T>(node.items()) => {
                self.items = Some(0);
                Ok(())
            }
            Some(ListShape::Items) => {
                place.reserve(reserved::<T>(node.items().count(), node).min(max_items));
                self.read_items(place, node.items(), max_items)
            }
            Some(ListShape::Nothing) => {
                self.items = Some(0);
                Ok(())
            }
            Some(ListShape::Values) => {
                if let Some(key) = key_twice(node) {
                    self.only(node, key);
                }
                self.read_items(place, node.entries().map(|(_, node)| node), max_items)
            }
            Some(ListShape::Item) => {
                let (mut entries, spec) = (node.entries(), self.spec);
                match (entries.next(), entries.next()) {
                    (Some((key, inner)), None) if Some(key) == singular => {
                        self.read_list(place, inner, None, max_items)
                    }
                    _ => match self.read_items(place, std::iter::once(node), max_items) {
                        // Not an item: it may be the wrapper of the items, with a new field beside them.
                        Err(error) => match singular.and_then(|name| node.get(name)) {
                            Some(inner) => {
                                self.spec = spec;
                                place.clear();
                                self.read_wrapped(place, node, inner, singular, max_items)
                            }
                            None => Err(error),
                        },
                        items => items,
                    },
                }
            }
            None => Err(self.expected_at("a list", node)),
        }
    }

    /// Reads the items of a wrapper that also holds fields unknown to the spec.
    fn read_wrapped<T: FromWire>(
        &mut self,
        place: &mut Vec<T>,
        wrapper: Node<'r>,
        items: Node<'r>,
        singular: Option<&'static str>,
        max_items: usize,
    ) -> Result<(), DecodeError> {
        for (key, node) in wrapper.entries().filter(|(key, _)| Some(*key) != singular) {
            self.unknown_field(key, node)?;
        }
        self.read_list(place, items, None, max_items)
    }

    fn read_items<T: FromWire>(
        &mut self,
        place: &mut Vec<T>,
        nodes: impl Iterator<Item = Node<'r>>,
        max_items: usize,
    ) -> Result<(), DecodeError> {
        self.read_items_by(place, nodes, max_items, T::push)
    }

    /// Decodes the item under its key in the object that stands here.
    fn push_wrapped<T: FromWire>(&mut self, place: &mut Vec<T>, key: &'static str) -> Result<(), DecodeError> {
        let wrapper = self.node().filter(|node| node.kind() == Kind::Map);
        let Some((wrapper, item)) = wrapper.and_then(|wrapper| Some((wrapper, self.only(wrapper, key)?))) else {
            return Err(self.expected(format!("an object with `{key}`")));
        };
        for (other, node) in wrapper.entries().filter(|(other, _)| *other != key) {
            self.unknown_field(other, node)?;
        }
        self.within_node(Step::Name(key), item, |reader| T::push(place, reader))
    }

    fn read_items_by<T>(
        &mut self,
        place: &mut Vec<T>,
        nodes: impl Iterator<Item = Node<'r>>,
        max_items: usize,
        push: impl Fn(&mut Vec<T>, &mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let (spec, read_before) = (self.spec, place.len());
        let (mut unreadable, mut found) = (None, 0);
        for (index, node) in nodes.enumerate() {
            if index >= max_items {
                return Err(self.error(format!("at most {max_items} items (`max_items`)"), "more").over_limit());
            }
            if let Err(error) = self.within_node(Step::Index(index), node, |reader| push(place, reader)) {
                self.spec = spec;
                self.leave_out(error, &mut unreadable)?;
            }
            found = index + 1;
        }
        self.items = Some(found);
        self.finish_items(unreadable, place.len() > read_before)
    }

    /// Decodes a list that PHP sends as joined text or, if the code did not join it, as an array.
    pub(crate) fn joined<T: FromText, const SEPARATOR: char>(&mut self, node: Node<'r>) -> Result<Vec<T>, DecodeError> {
        let (mut items, mut unreadable) = (Vec::new(), None);
        let array: Option<Vec<Node<'r>>> = match (node.kind(), self.leniency.list(node)) {
            (Kind::List, _) => Some(node.items().collect()),
            // An array of PHP with gaps.
            (Kind::Map, Some(ListShape::Values)) => Some(node.entries().map(|(_, item)| item).collect()),
            _ => None,
        };
        if let Some(array) = array {
            if let Some(key) = key_twice(node) {
                self.only(node, key);
            }
            for (index, item) in array.into_iter().enumerate() {
                match self.within_node(Step::Index(index), item, Reader::text_value) {
                    Ok(item) => items.push(item),
                    Err(error) => self.leave_out(error, &mut unreadable)?,
                }
            }
        } else {
            let text = self.scalar(Csv::<T, SEPARATOR>::EXPECTED)?;
            for (index, part) in parts(&text, SEPARATOR).enumerate() {
                match T::from_text(part) {
                    Some(item) => items.push(item),
                    None => {
                        let found = format!("{:?}", shorten(part));
                        let error = self.within(Step::Index(index), |reader| reader.error(T::EXPECTED, found));
                        self.leave_out(error.at(node.offset()), &mut unreadable)?;
                    }
                }
            }
        }
        self.finish_items(unreadable, !items.is_empty())?;
        Ok(items)
    }

    /// Leaves out an item that cannot be read; the error of the first one is kept in `unreadable`.
    ///
    /// # Errors
    /// Where the rest is no use without it: under [`UnknownFields::Deny`], beyond a limit, and in the answer of a call
    /// that acts.
    pub(super) fn leave_out(
        &mut self,
        error: DecodeError,
        unreadable: &mut Option<DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.unknown == UnknownFields::Deny || self.others.is_some() || error.is_over_limit() {
            return Err(error);
        }
        if unreadable.is_some() {
            self.report.add_left_out(error);
        } else {
            *unreadable = Some(error);
        }
        Ok(())
    }

    /// Reports the first item that was left out. Where no item could be read, these are not the items of this list.
    pub(super) fn finish_items(&mut self, unreadable: Option<DecodeError>, has_items: bool) -> Result<(), DecodeError> {
        match unreadable {
            Some(error) if !has_items => return Err(error),
            Some(error) => self.report.add_left_out(error),
            None => {}
        }
        Ok(())
    }
}

/// The capacity to reserve for `count` items.
fn reserved<T>(count: usize, list: Node<'_>) -> usize {
    count.min(list.size() * RESERVED / size_of::<T>().max(1))
}

/// The most items of a list within a list.
const INNER_ITEMS: usize = 1_000_000;

impl<T: FromWire> FromWire for Vec<T> {
    const FIELDS: &'static [Field] = T::FIELDS;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut items = Self::new();
        match reader.at {
            At::Body(_) => reader.list_in_body(&mut items, INNER_ITEMS)?,
            _ => reader.required_list(&mut items, INNER_ITEMS)?,
        }
        Ok(items)
    }

    fn blank() -> Self {
        Self::new()
    }
}

/// Whether two of these nodes have the same in them.
fn is_any_twice(nodes: &[Node<'_>]) -> bool {
    let mut known = BTreeSet::new();
    nodes.iter().any(|node| !known.insert(hostkit_wire::write(Format::Json, &Value::from(*node)).unwrap_or_default()))
}
