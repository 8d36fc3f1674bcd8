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
    left_out: Vec<DecodeError>,
    /// The number of all, kept or not: a hostile answer must not fill memory with them.
    total: usize,
}

/// The most of each kind that a report keeps.
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

    pub(crate) fn add_left_out(&mut self, error: DecodeError) {
        self.total += 1;
        if self.left_out.len() < KEPT {
            self.left_out.push(error);
        }
    }

    pub(crate) fn merge(&mut self, other: Report) {
        self.total += other.total;
        self.unknown.extend(other.unknown.into_iter().take(KEPT.saturating_sub(self.unknown.len())));
        self.defects.extend(other.defects.into_iter().take(KEPT.saturating_sub(self.defects.len())));
        self.left_out.extend(other.left_out.into_iter().take(KEPT.saturating_sub(self.left_out.len())));
    }

    /// Whether everything found was kept.
    pub(crate) fn is_complete(&self) -> bool {
        self.total == self.unknown.len() + self.defects.len() + self.left_out.len()
    }

    /// Paths of fields that the spec does not know, at most 100.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Optional fields that could not be read and are absent in the value, at most 100.
    pub fn defects(&self) -> &[DecodeError] {
        &self.defects
    }

    /// Items of lists and maps that could not be read and are not in the value, at most 100: what the value does not have
    /// may be there all the same. An optional list that could not be read at all is one of them, and so is an answer that
    /// is a part: a list with fewer items than the answer says that there are, or anything under status 206.
    pub fn left_out(&self) -> &[DecodeError] {
        &self.left_out
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many there were, also beyond those that are kept.
    pub fn total(&self) -> usize {
        self.total
    }
}
