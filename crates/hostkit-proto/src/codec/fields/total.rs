//! Lists and maps of which the answer says how many items there are in all.
//!
//! A list with fewer items is a part. That is no bad data, so it is not an error under
//! [`UnknownFields::Deny`](crate::UnknownFields::Deny); but what a part does not have may be there all the same, so it is
//! reported with what was left out.

use hostkit_wire::Kind;

use super::{Fields, Items};
use crate::codec::fill::Field;
use crate::codec::reader::{At, Reader};
use crate::codec::{DecodeError, FromText, Name, Report, describe};
use crate::leniency::Leniency;

impl Fields<'_, '_> {
    /// Reads a list or map whose number of items stands under `name`, if the answer says it.
    pub(crate) fn fill_of_total(
        &mut self,
        field: &Field,
        name: &Name,
        read: &mut dyn FnMut(&mut Reader<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let Some(total) = self.total(name)? else { return self.fill(field, None, read) };
        // An absent list or map has no items; one that cannot be read is reported already.
        self.reader.items = Some(0);
        self.fill(field, Some(total), read)?;
        let Some(items) = self.reader.items.map(|items| items as u64).filter(|items| *items != total) else {
            return Ok(());
        };
        let (step, key) = (self.step(&field.name), name.first(self.node.format()));
        let expected = format!("{total} items, as `{key}` says");
        let error = self.reader.within(step, |reader| reader.error(expected, items.to_string()));
        if items < total {
            self.reader.report.add_left_out(error);
            return Ok(());
        }
        self.reader.defect_of(error, self.reader.spec, Report::add_defect)
    }

    /// How many items there are in all. What cannot be read may say that the list is a part.
    fn total(&mut self, name: &Name) -> Result<Option<u64>, DecodeError> {
        let Some(node) = self.find(name)? else { return Ok(None) };
        let step = self.step(name);
        let node = self.reader.within(step, |reader| reader.scalar_in(node))?;
        if self.reader.leniency.is_absent(node) {
            return Ok(None);
        }
        let is_number = node.kind() == Kind::Number || self.reader.leniency.is_loose(node);
        let total = Leniency::scalar_text(node).filter(|_| is_number).and_then(u64::from_text);
        if total.is_none() {
            let error = self.reader.within(step, |reader| reader.error("a whole number", describe(node)));
            self.reader.defect_of(error.at(node.offset()), self.reader.spec, Report::add_left_out)?;
        }
        Ok(total)
    }
}

impl At<'_> {
    /// Whether there is nothing in the place of a list or map.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            At::Node(node) | At::Items(Items::In(node, _) | Items::Wrapped(node, _)) => Leniency::is_nothing(*node),
            At::Items(Items::Absent | Items::Nothing) => true,
            At::Items(Items::Elements { count, .. }) => *count == 0,
            At::Body(_) => false,
        }
    }
}
