//! The report of a decode: unknown fields and defects, and how to treat them.

use super::DecodeError;

/// What to do with fields that the spec does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownFields {
    /// Nothing.
    Ignore,
    /// List them in the [`Report`].
    #[default]
    Collect,
    /// Fail, also for optional fields that cannot be read. Tests use this.
    Deny,
}

/// Unknown fields and defects that a decode found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    unknown: Vec<String>,
    defects: Vec<DecodeError>,
    left_out: usize,
    /// The number of all, kept or not: a hostile answer must not fill memory with them.
    total: usize,
}

/// The most unknown fields, and the most defects, that a report keeps.
const KEPT: usize = 100;

impl Report {
    pub(crate) fn add_unknown(&mut self, path: String) {
        self.total += 1;
        if self.unknown.len() < KEPT {
            self.unknown.push(path);
        }
    }

    pub(crate) fn add_defect(&mut self, error: DecodeError) {
        self.total += 1;
        if self.defects.len() < KEPT {
            self.defects.push(error);
        }
    }

    /// Adds an item of a list or a map that could not be read.
    pub(crate) fn add_left_out(&mut self, error: DecodeError) {
        self.left_out += 1;
        self.add_defect(error);
    }

    pub(crate) fn merge(&mut self, other: Report) {
        self.total += other.total;
        self.left_out += other.left_out;
        self.unknown.extend(other.unknown.into_iter().take(KEPT.saturating_sub(self.unknown.len())));
        self.defects.extend(other.defects.into_iter().take(KEPT.saturating_sub(self.defects.len())));
    }

    /// Whether everything found was kept.
    pub(crate) fn is_complete(&self) -> bool {
        self.total == self.unknown.len() + self.defects.len()
    }

    /// Paths of fields that the spec does not know, at most 100.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Optional fields that could not be read and are absent in the value, and items that were left out, at most 100.
    pub fn defects(&self) -> &[DecodeError] {
        &self.defects
    }

    /// How many items of lists and maps could not be read: what the value does not have may be there all the same.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many there were, also beyond the 100 that are kept.
    pub fn total(&self) -> usize {
        self.total
    }
}
