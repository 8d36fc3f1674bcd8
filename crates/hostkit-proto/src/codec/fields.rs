//! The fields of one object, looked up by name in any order.
//!
//! A lookup starts after the previous hit: answers mostly keep the order of their spec, so an object is usually read in
//! one pass. Generic functions are compiled once per field type and API, so they are short, and error paths are
//! outlined.

mod finish;
mod lists;
mod maps;
mod seen;
#[cfg(feature = "server")]
mod server;
mod trimmed;

use hostkit_wire::{Key, Lookup, Node};

use super::reader::{Reader, Step};
use super::{DecodeError, FromWire, Name};
use crate::codec::Raw;
use crate::codec::UnknownFields;
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
    /// Keys that are not fields: the envelope, where the data are at the top level.
    envelope: &'static [&'static str],
    /// Intermediate objects on the paths of fields: name, object, and the key that a field looked up in it. Several
    /// fields may share one; keys that no field looked up are unknown.
    between: Vec<(&'static str, Node<'t>, &'static str)>,
}

impl<'t, 'a, 'r> Fields<'t, 'a, 'r> {
    pub(crate) fn new(node: Node<'t>, reader: &'a mut Reader<'r>, outer_spec: &'static str) -> Self {
        let envelope = if node.index() == 0 { reader.envelope } else { &[] };
        Self { node, lookup: node.lookup(), seen: Seen::default(), reader, outer_spec, envelope, between: Vec::new() }
    }

    /// Finds the entry of a field by its names, along its path in this format.
    #[inline]
    fn find(&mut self, name: &Name) -> Result<Option<Node<'t>>, DecodeError> {
        if name.is_plain() { Ok(self.find_plain(name)) } else { self.find_below_or_beside(name) }
    }

    #[inline(never)]
    fn find_plain(&mut self, name: &Name) -> Option<Node<'t>> {
        self.take(name.key(self.node.format()))
    }

    #[inline(never)]
    fn find_below_or_beside(&mut self, name: &Name) -> Result<Option<Node<'t>>, DecodeError> {
        let format = self.node.format();
        if let Some(node) = self.take(name.key(format)) {
            let rest = name.rest(format);
            if rest.is_empty() {
                return Ok(Some(node));
            }
            if let Some(found) = self.descend(name.first(format), node, rest)? {
                return Ok(Some(found));
            }
        }
        Ok(if name.aliases().is_empty() { None } else { self.find_alias(name) })
    }

    #[inline(never)]
    fn find_alias(&mut self, name: &Name) -> Option<Node<'t>> {
        name.aliases().iter().find_map(|alias| self.take(&Key::new(alias)))
    }

    /// Finds the next entry with this key, from the last hit on and then from the start, and marks it as seen.
    #[inline(always)]
    fn take(&mut self, key: &Key<'_>) -> Option<Node<'t>> {
        let (position, node) = self.lookup.find(key)?;
        self.seen.set(position);
        Some(node)
    }

    #[inline(never)]
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

    #[inline]
    fn step(&self, name: &Name) -> Step {
        Step::Name(name.first(self.node.format()))
    }

    /// Decodes a required field.
    pub fn required<T: FromWire>(&mut self, name: &Name) -> Result<T, DecodeError> {
        match self.find(name)? {
            Some(node) => {
                let step = self.step(name);
                self.reader.within(step, |reader| T::from_wire(node, reader))
            }
            None => Err(self.missing(name)),
        }
    }

    #[cold]
    fn missing(&mut self, name: &Name) -> DecodeError {
        let (step, offset) = (self.step(name), self.node.offset());
        self.reader.within(step, |reader| reader.error("a value", "nothing").at(offset))
    }

    /// Decodes an optional field. An unreadable one counts as absent and is reported as a defect.
    pub fn optional<T: FromWire>(&mut self, name: &Name) -> Result<Option<T>, DecodeError> {
        let Some(node) = self.find(name)? else {
            return Ok(None);
        };
        if T::is_absent(node, self.reader) {
            return Ok(None);
        }
        let (step, spec) = (self.step(name), self.reader.spec);
        match self.reader.within(step, |reader| T::from_wire(node, reader)) {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                self.defect(error, spec)?;
                Ok(None)
            }
        }
    }

    /// Reports an unreadable field; `spec` is that of this object.
    #[cold]
    fn defect(&mut self, error: DecodeError, spec: &'static str) -> Result<(), DecodeError> {
        self.reader.spec = spec;
        self.reader.defect(error)
    }

    /// Whether a field has a value, readable or not.
    pub(crate) fn has_value(&mut self, name: &Name) -> Result<bool, DecodeError> {
        let found = self.find(name)?;
        Ok(found.is_some_and(|node| !self.reader.is_absent(node)))
    }

    /// Decodes a field with a default.
    pub fn or<T: FromWire>(&mut self, name: &Name, absent: T) -> Result<T, DecodeError> {
        Ok(self.optional(name)?.unwrap_or(absent))
    }

    /// The whole undecoded object; none of its fields then counts as unknown.
    pub fn raw(&mut self) -> Raw {
        for position in 0..self.node.entries().count() {
            self.seen.set(position);
        }
        Raw::read(self.reader.source(self.node), self.node)
    }
}

#[cfg(test)]
mod tests;
