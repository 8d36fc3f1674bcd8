//! The spec files of one API as text, and places in them.

use std::collections::BTreeMap;
use std::ops::Range;

/// A number that identifies a file of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) usize);

/// Spec files: path relative to `specs/`, text.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    /// Takes the files over; their order does not matter.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let sorted: BTreeMap<String, String> = files.into_iter().collect();
        Self { files: sorted.into_iter().collect() }
    }

    /// Every file with its path.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &str, &str)> {
        self.files.iter().enumerate().map(|(index, (path, text))| (FileId(index), path.as_str(), text.as_str()))
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &str {
        &self.files[file.0].0
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        &self.files[file.0].1
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub(crate) file: FileId,
    pub(crate) range: Range<usize>,
}

/// A value and the place where it is written.
#[derive(Debug, Clone)]
pub struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> std::ops::Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
