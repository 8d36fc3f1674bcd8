//! The end of an object: what no field has taken is unknown.

use hostkit_wire::Node;

use super::Fields;
use crate::codec::DecodeError;
use crate::codec::UnknownFields;
use crate::codec::reader::Step;

impl<'r> Fields<'_, 'r> {
    /// Reports the entries that no field has taken.
    ///
    /// # Errors
    /// Under [`UnknownFields::Deny`], an unknown field. Always: an object that has fields, but none that the spec
    /// knows, and so is a different object.
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
        Ok(())
    }

    #[inline(never)]
    fn left_over(&mut self) -> Result<(), DecodeError> {
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
        Ok(())
    }

    pub(super) fn unknown_siblings(&mut self, node: Node<'r>, known: &str) -> Result<(), DecodeError> {
        for (key, sibling) in node.entries() {
            if key != known {
                self.reader.unknown_field(key, sibling)?;
            }
        }
        Ok(())
    }

    /// Reports unknown keys of the intermediate objects.
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
}
