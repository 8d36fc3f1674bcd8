//! Lists in all their wire shapes.

use hostkit_wire::{Format, Key, Kind, Node};

use super::Fields;
use crate::codec::reader::Step;
use crate::codec::{DecodeError, FromWire, Name, Reader};
use crate::leniency::ListShape;

/// Bytes reserved for each node of a list before its items are read: in a typical answer a value takes less per node,
/// and a hostile list of scalars must not reserve memory for as many objects.
const RESERVED: usize = 64;

/// Where the items of a list are.
enum Items<'t> {
    Absent,
    /// An empty wrapper.
    Nothing,
    /// XML: `count` elements of this name in `parent`.
    Elements {
        parent: Node<'t>,
        name: &'static str,
        count: usize,
    },
    /// Other formats: this node, and the name that a single item has.
    In(Node<'t>, Option<&'static str>),
}

impl<'t> Fields<'t, '_, '_> {
    /// Decodes an optional list, empty if absent. An unreadable one is empty too and reported as a defect.
    ///
    /// # Errors
    /// More than `max_items` items; under [`UnknownFields::Deny`](crate::UnknownFields::Deny), a defect.
    pub fn list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        let found = self.find_items(name)?;
        if matches!(found, Items::Absent) {
            return Ok(Vec::new());
        }
        let (step, spec) = (self.step(name), self.reader.spec);
        match self.reader.within(step, |reader| found.read(max_items, reader)) {
            Ok(items) => Ok(items),
            Err(error) => {
                self.defect(error, spec)?;
                Ok(Vec::new())
            }
        }
    }

    /// Decodes a required list.
    pub fn required_list<T: FromWire>(&mut self, name: &Name, max_items: usize) -> Result<Vec<T>, DecodeError> {
        let step = self.step(name);
        let found = self.find_items(name)?;
        self.reader.within(step, |reader| found.read(max_items, reader))
    }

    fn find_items(&mut self, name: &Name) -> Result<Items<'t>, DecodeError> {
        let format = self.node.format();
        if format != Format::Xml {
            return Ok(match self.find(name)? {
                Some(node) => Items::In(node, name.singular()),
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
                Some(parent) => Node::get(parent, last),
            };
            if let (None, Some(node)) = (parent, node) {
                self.between.push((last, node, next));
            }
            let Some(node) = node else {
                return Ok(if self.wraps_nothing(name) { Items::Nothing } else { Items::Absent });
            };
            parent = Some(node);
            last = next;
        }
        match parent {
            Some(parent) => self.elements_in(parent, last),
            None => Ok(self.own_elements(last)),
        }
    }

    /// The elements with this name in a wrapper.
    fn elements_in(&mut self, parent: Node<'t>, name: &'static str) -> Result<Items<'t>, DecodeError> {
        let is_first = self.between.last().is_some_and(|(_, first, _)| first.index() == parent.index());
        let mut count = 0;
        for (key, node) in parent.entries() {
            if key == name {
                count += 1;
            } else if !is_first {
                // The outermost wrapper may also hold other fields; `finish` reports the unknown ones.
                self.reader.unknown_field(key, node)?;
            }
        }
        if !matches!(parent.kind(), Kind::Map | Kind::Null) {
            self.reader.unknown_field("$text", parent)?;
        }
        Ok(Items::Elements { parent, name, count })
    }

    /// The elements with this name among the fields of this object.
    fn own_elements(&mut self, name: &'static str) -> Items<'t> {
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
        if name.rest(format).is_empty() {
            return false;
        }
        self.node.get(name.first(format)).is_some_and(|wrapper| self.reader.leniency.wraps_nothing(wrapper))
    }
}

impl Items<'_> {
    fn read<T: FromWire>(self, max_items: usize, reader: &mut Reader<'_>) -> Result<Vec<T>, DecodeError> {
        match self {
            Self::Absent => Err(reader.error("a list", "nothing")),
            Self::Nothing => Ok(Vec::new()),
            Self::Elements { parent, name, count } => {
                let elements = parent.entries().filter(|(key, _)| *key == name).map(|(_, node)| node);
                read_items(reserved::<T>(count, parent), elements, max_items, reader)
            }
            Self::In(node, singular) => read_list(node, singular, max_items, reader),
        }
    }
}

/// The capacity to reserve for `count` items.
fn reserved<T>(count: usize, list: Node<'_>) -> usize {
    count.min(list.size() * RESERVED / size_of::<T>().max(1))
}

fn read_list<T: FromWire>(
    node: Node<'_>,
    singular: Option<&'static str>,
    max_items: usize,
    reader: &mut Reader<'_>,
) -> Result<Vec<T>, DecodeError> {
    match reader.leniency.list(node) {
        Some(ListShape::Items) => {
            read_items(reserved::<T>(node.items().count(), node), node.items(), max_items, reader)
        }
        Some(ListShape::Nothing) => Ok(Vec::new()),
        Some(ListShape::Values) => read_items(0, node.entries().map(|(_, node)| node), max_items, reader),
        Some(ListShape::Item) => {
            let (mut entries, spec) = (node.entries(), reader.spec);
            match (entries.next(), entries.next()) {
                (Some((key, inner)), None) if Some(key) == singular => read_list(inner, None, max_items, reader),
                _ => match read_items(1, std::iter::once(node), max_items, reader) {
                    // Not an item: it may be the wrapper of the items, with a new field beside them.
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
        None => Err(reader.expected("a list", node)),
    }
}

/// Reads the items of a wrapper that also holds fields unknown to the spec.
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
            return Err(reader.error(format!("at most {max_items} items"), "more").over_limit());
        }
        items.push(reader.within(Step::Index(index), |reader| T::from_wire(node, reader))?);
    }
    Ok(items)
}

impl<T: FromWire> FromWire for Vec<T> {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_list(node, None, 1_000_000, reader)
    }
}
