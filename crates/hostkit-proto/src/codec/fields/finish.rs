//! The end of an object: what no field has taken is unknown.

use hostkit_wire::Node;

use super::Fields;
use crate::codec::DecodeError;
use crate::codec::reader::Step;

impl<'r> Fields<'_, 'r> {
    /// Reports the entries that no field has taken.
    ///
    /// # Errors
    /// Always: an object that has fields, but none that the spec knows, and so is a different object. Under
    /// [`UnknownFields::Deny`](crate::UnknownFields::Deny): an unknown field, or a key twice. In an answer to a call that
    /// acts: a field of another call's answer, or a key twice.
    pub fn finish(mut self) -> Result<(), DecodeError> {
        // The number of entries is known once the last was taken; usually all were, and no second pass is needed.
        let is_complete = self.lookup.counted().is_some_and(|entries| self.seen.has_all(entries));
        if !is_complete {
            self.left_over()?;
        }
        if !self.between.is_empty() {
            self.unknown_between()?;
        }
        self.reader.spec = self.outer_spec;
        self.reader.check_doubts()
    }

    #[inline(never)]
    fn left_over(&mut self) -> Result<(), DecodeError> {
        if self.has_twice {
            for key in self.envelope {
                // A field of that name has reported it.
                let is_field = |(position, (name, _)): (usize, (&str, _))| name == *key && self.seen.has(position);
                if !self.node.entries().enumerate().any(is_field) {
                    self.reader.only(self.node, key);
                }
            }
        }
        if self.is_kept {
            for (position, (key, node)) in self.node.entries().enumerate() {
                if !self.seen.has(position) && !self.envelope.contains(&key) {
                    self.reader.check_foreign(key, node);
                }
            }
            return Ok(());
        }
        if self.seen.is_empty()
            && let Some(found) = self.other_key()
        {
            let found = format!("only others, such as `{found}`");
            return Err(self.reader.error("fields of this object", found).at(self.node.offset()));
        }
        if self.reader.minds_unknown_fields() {
            for (position, (key, node)) in self.node.entries().enumerate() {
                if !self.seen.has(position) && !self.envelope.contains(&key) {
                    self.reader.unknown_field(key, node)?;
                }
            }
        }
        Ok(())
    }

    /// A key that belongs neither to the envelope nor to what is ignored.
    fn other_key(&mut self) -> Option<&'r str> {
        let mut entries = self.node.entries();
        entries.find(|(key, node)| !self.envelope.contains(key) && !self.reader.is_ignored(*node)).map(|(key, _)| key)
    }

    /// Reports unknown keys of the intermediate objects.
    fn unknown_between(&mut self) -> Result<(), DecodeError> {
        if !self.reader.minds_unknown_fields() {
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
}
