//! The generator's output: files by path.

use std::collections::BTreeMap;

/// Files by path, relative to the root of the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Every file with its text, ordered by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Adds a file.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// Adds the files of another tree.
    pub fn merge(&mut self, other: Tree) {
        self.files.extend(other.files);
    }

    /// The files below a folder.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let is_below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let files = self.files.iter().filter(|(path, _)| is_below(path));
        Self { files: files.map(|(path, text)| (path.clone(), text.clone())).collect() }
    }

    /// The same files, with the prefix `from` of their paths replaced by `to`.
    #[must_use]
    pub fn moved(self, from: &str, to: &str) -> Self {
        let files = self.files.into_iter().map(|(path, text)| match path.strip_prefix(from) {
            Some(rest) => (format!("{to}{rest}"), text),
            None => (path, text),
        });
        Self { files: files.collect() }
    }

    /// The text of one file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}
