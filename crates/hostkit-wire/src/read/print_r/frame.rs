//! Shared by both forms: the head of a container, its entries while they are read, and trimming.

use crate::WireError;
use crate::builder::{Builder, Piece};

/// An array or an object whose entries are being read.
pub(super) struct Frame {
    object: bool,
    /// Entries read so far.
    pub(super) seen: usize,
    /// Whether the keys so far were 0, 1, 2, … in order.
    sequence: bool,
}

impl Frame {
    pub(super) fn open(object: bool, offset: usize, builder: &mut Builder<'_>) -> Result<Self, WireError> {
        builder.open_map(offset)?;
        Ok(Self { object, seen: 0, sequence: !object })
    }

    pub(super) fn key(&mut self, start: usize, key: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
        let mut name = key;
        if self.object {
            if let Some(owner) = name.strip_suffix(":private") {
                name = owner.split_once(':').map_or(owner, |(name, _)| name);
            } else if let Some(inner) = name.strip_suffix(":protected") {
                name = inner;
            }
        }
        // `parse` would take `+1` and `01` too.
        self.sequence = self.sequence && name.parse() == Ok(self.seen) && name.len() == digits(self.seen);
        self.seen += 1;
        builder.key(start, Piece::Body(start, start + name.len()))
    }

    pub(super) fn close(&self, builder: &mut Builder<'_>) {
        match self.sequence {
            true => builder.close_list(),
            false => builder.close(),
        }
    }
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// For the head of a container, whether it is an object; `None` for any other text.
pub(super) fn header(text: &str) -> Option<bool> {
    if text == "Array" {
        return Some(false);
    }
    let (class, what) = text.split_once(' ')?;
    let name = !class.is_empty() && class.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '\\'));
    (name && matches!(what, "Object" | "Enum" | "Enum:string" | "Enum:int")).then_some(true)
}

/// `start..end` without the blanks at its end.
pub(super) fn trimmed(body: &str, start: usize, end: usize) -> Piece<'static> {
    let text = body.get(start..end).unwrap_or("");
    Piece::Body(start, start + text.trim_end_matches([' ', '\t', '\r']).len())
}
