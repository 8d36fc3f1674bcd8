//! The files of one API, both specs and wire examples, and places in them.

use std::collections::BTreeMap;
use std::ops::Range;

/// Identifies a file of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub(crate) usize);

/// Spec files and wire examples, by path relative to `specs/`.
#[derive(Debug, Clone, Default, Hash)]
pub struct Sources {
    files: Vec<File>,
    names: Names,
}

/// How messages and generated files name the user's commands and folders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Names {
    /// The folder that holds that of the API, such as `specs`.
    pub folder: String,
    /// The command that generates.
    pub generate: String,
    /// The command that explains a code, which follows it.
    pub explain: String,
}

impl Default for Names {
    fn default() -> Self {
        let name = str::to_owned;
        Self { folder: name("specs"), generate: name("cargo hostkit codegen"), explain: name("cargo hostkit explain") }
    }
}

#[derive(Debug, Clone, Hash)]
struct File {
    path: String,
    /// Text for diagnostics: in an example, each non-UTF-8 byte becomes `?`, so that offsets stay valid.
    text: String,
    /// Bytes of an example; `None` for a spec.
    bytes: Option<Vec<u8>>,
}

impl Sources {
    /// Sources of spec files, in any order.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::default().with_specs(files)
    }

    /// Adds spec files.
    #[must_use]
    pub fn with_specs(self, files: impl IntoIterator<Item = (String, String)>) -> Self {
        self.with(files.into_iter().map(|(path, text)| File { path, text, bytes: None }))
    }

    /// Adds wire examples, as bytes: PHP counts bytes, and an answer may be in any encoding.
    #[must_use]
    pub fn with_examples(self, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        self.with(files.into_iter().map(|(path, bytes)| File { path, text: shown(&bytes), bytes: Some(bytes) }))
    }

    /// Sets how messages and generated files name commands and folders.
    #[must_use]
    pub fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    fn with(self, more: impl Iterator<Item = File>) -> Self {
        let all = self.files.into_iter().chain(more);
        let sorted: BTreeMap<String, File> = all.map(|file| (file.path.clone(), file)).collect();
        Self { files: sorted.into_values().collect(), names: self.names }
    }

    /// Every spec file with its path.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &str, &str)> {
        let specs = self.files.iter().enumerate().filter(|(_, file)| file.bytes.is_none());
        specs.map(|(index, file)| (FileId(index), file.path.as_str(), file.text.as_str()))
    }

    /// Every wire example with its path and bytes.
    pub fn examples(&self) -> impl Iterator<Item = (FileId, &str, &[u8])> {
        let files = self.files.iter().enumerate();
        files.filter_map(|(index, file)| Some((FileId(index), file.path.as_str(), file.bytes.as_deref()?)))
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| file.path.as_str())
    }

    /// The text of a file, as diagnostics show it.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| file.text.as_str())
    }
}

fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    pub(crate) file: FileId,
    pub(crate) range: Range<usize>,
}

/// A value with its place in the spec.
#[derive(Debug, Clone, Default)]
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
