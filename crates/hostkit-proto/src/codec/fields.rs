//! The fields of one object of a tree, looked up by name in any order.
//!
//! A lookup starts after the previous hit: answers mostly keep the order of their spec, so an object is usually read in
//! one pass.

mod finish;
mod lists;
mod maps;
mod seen;
#[cfg(feature = "server")]
mod server;
mod total;

use std::collections::HashSet;

use hostkit_wire::{Key, Lookup, Node};

use super::fill::{Field, How};
use super::reader::{At, Reader, Step};
use super::{DecodeError, Name};
use crate::leniency::Leniency;
pub(crate) use lists::Items;
use seen::Seen;

/// An object that is being read.
#[derive(Debug)]
pub struct Fields<'a, 'r> {
    node: Node<'r>,
    reader: &'a mut Reader<'r>,
    lookup: Lookup<'r>,
    seen: Seen,
    /// Whether some key is there twice, as only the elements of a list in XML may be.
    has_twice: bool,
    /// Whether the object is kept as received, so that none of its fields is unknown.
    is_kept: bool,
    /// The spec of the object around this one.
    outer_spec: &'static str,
    /// Keys that are not fields: the envelope, where the data are at the top level.
    envelope: &'static [&'static str],
    /// Intermediate objects on the paths of fields: name, object, and the key that a field looked up in it. Several
    /// fields may share one; keys that no field looked up are unknown.
    between: Vec<(&'static str, Node<'r>, &'static str)>,
}

impl<'a, 'r> Fields<'a, 'r> {
    pub(crate) fn new(node: Node<'r>, reader: &'a mut Reader<'r>, outer_spec: &'static str) -> Self {
        let envelope = if node.index() == reader.top { reader.envelope } else { &[] };
        Self {
            node,
            lookup: node.lookup(),
            seen: Seen::default(),
            has_twice: key_twice(node).is_some(),
            is_kept: false,
            reader,
            outer_spec,
            envelope,
            between: Vec::new(),
        }
    }

    /// Finds one field and reads it, if it is there. Of a list or map whose `total` is 0, nothing need be there.
    pub(crate) fn fill(
        &mut self,
        field: &Field,
        total: Option<u64>,
        read: &mut dyn FnMut(&mut Reader<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let name = &field.name;
        let at = match field.how {
            How::Raw => {
                self.is_kept = true;
                return read(self.reader);
            }
            How::Made => {
                for (position, _) in self.node.entries().enumerate().filter(|(_, (key, _))| field.has_made(key)) {
                    self.seen.set(position);
                }
                return read(self.reader);
            }
            How::List | How::RequiredList => match self.find_items(name)? {
                Items::Absent => None,
                items => Some(At::Items(items)),
            },
            How::Required | How::Optional | How::RequiredMap => {
                self.find(name)?.map(|node| At::Node(self.reader.unwrapped(node)))
            }
        };
        let at = at.filter(|at| total != Some(0) || !at.is_nothing());
        let Some(at) = at else {
            return match field.how {
                _ if total == Some(0) => Ok(()),
                How::Required => Err(self.missing(name, "a value")),
                How::RequiredMap => Err(self.missing(name, "a map")),
                How::RequiredList => Err(self.missing(name, "a list")),
                How::Optional | How::List | How::Raw | How::Made => Ok(()),
            };
        };
        let step = self.step(name);
        let outer = std::mem::replace(&mut self.reader.at, at);
        let result = self.reader.within(step, read);
        self.reader.at = outer;
        result
    }

    #[cold]
    fn missing(&mut self, name: &Name, expected: &'static str) -> DecodeError {
        let (step, offset) = (self.step(name), self.node.offset());
        let error = self.reader.within(step, |reader| reader.error(expected, "nothing"));
        if expected == "a value" { error.at(offset) } else { error }
    }

    /// What stands at a place.
    pub(crate) fn found(&mut self, name: &Name) -> Result<Option<Node<'r>>, DecodeError> {
        self.find(name)
    }

    /// Finds the entry of a field by its names, along its path in this format.
    #[inline]
    fn find(&mut self, name: &Name) -> Result<Option<Node<'r>>, DecodeError> {
        if name.is_plain() { Ok(self.find_plain(name)) } else { self.find_below_or_beside(name) }
    }

    #[inline(never)]
    fn find_plain(&mut self, name: &Name) -> Option<Node<'r>> {
        self.take(name.key(self.node.format()))
    }

    #[inline(never)]
    fn find_below_or_beside(&mut self, name: &Name) -> Result<Option<Node<'r>>, DecodeError> {
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
    fn find_alias(&mut self, name: &Name) -> Option<Node<'r>> {
        name.aliases().iter().find_map(|alias| self.take(&Key::new(alias)))
    }

    /// Finds the next entry with this key, from the last hit on and then from the start, and marks it as seen.
    #[inline(always)]
    fn take(&mut self, key: &Key<'_>) -> Option<Node<'r>> {
        let (position, node) = self.lookup.find(key)?;
        self.seen.set(position);
        if self.has_twice { self.take_last(key) } else { Some(node) }
    }

    #[inline(never)]
    fn take_last(&mut self, key: &Key<'_>) -> Option<Node<'r>> {
        for (position, _) in self.node.entries().enumerate().filter(|(_, (name, _))| *name == key.text()) {
            self.seen.set(position);
        }
        self.reader.only(self.node, key.text())
    }

    #[inline(never)]
    fn descend(
        &mut self,
        first: &'static str,
        mut node: Node<'r>,
        rest: &'static [&'static str],
    ) -> Result<Option<Node<'r>>, DecodeError> {
        let mut name = first;
        for key in rest {
            self.between.push((name, node, key));
            let Some(next) = self.reader.only(node, key) else {
                return Ok(None);
            };
            (name, node) = (key, next);
        }
        Ok(Some(node))
    }

    #[inline]
    fn step(&self, name: &Name) -> Step<'r> {
        Step::Name(name.first(self.node.format()))
    }

    /// The object.
    pub(crate) fn node(&self) -> Node<'r> {
        self.node
    }

    /// Whether nothing stands in the object in which a field would be the last step of its path.
    pub(crate) fn lacks(&mut self, name: &Name) -> Result<bool, DecodeError> {
        let (steps, before) = (name.rest(self.node.format()).len(), self.between.len());
        if steps == 0 || self.find(name)?.is_some() {
            return Ok(false);
        }
        let is_reached = self.between.len() == before + steps;
        Ok(is_reached && self.between.last().is_some_and(|(_, object, _)| Leniency::is_nothing(*object)))
    }

    /// Whether a field has a value, readable or not.
    pub(crate) fn has_value(&mut self, name: &Name) -> Result<bool, DecodeError> {
        let found = self.find(name)?;
        Ok(found.is_some_and(|node| !self.reader.leniency.is_absent(self.reader.unwrapped(node))))
    }
}

/// Keys that are compared with each other one by one.
const FEW: usize = 16;

/// A key that is there twice.
pub(crate) fn key_twice(node: Node<'_>) -> Option<&str> {
    let mut keys = node.entries().map(|(key, _)| key).enumerate();
    if node.entries().nth(FEW).is_none() {
        let is_again = |(position, key): &(usize, &str)| node.entries().take(*position).any(|(other, _)| other == *key);
        return keys.find(is_again).map(|(_, key)| key);
    }
    let mut seen = HashSet::new();
    keys.find(|(_, key)| !seen.insert(*key)).map(|(_, key)| key)
}

#[cfg(test)]
mod tests;
