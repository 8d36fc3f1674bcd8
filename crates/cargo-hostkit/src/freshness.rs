//! Compares generated folders with the generator's output.

use std::collections::BTreeMap;
use std::fs;

use hostkit_codegen::Tree;

use crate::{Error, Workspace, files, write};

/// A generated folder, in which files that are not in `wanted` are strays; or a generated file.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Relative to the root of the workspace.
    pub path: String,
    /// The expected contents, by path from the root.
    pub wanted: Tree,
}

/// A file that differs from the generator's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// The file is missing.
    Missing {
        /// The file.
        path: String,
    },
    /// The file exists, but no spec generates it.
    Stray {
        /// The file.
        path: String,
    },
    /// The file was edited by hand, or a spec was changed without generating.
    Differs {
        /// The file.
        path: String,
        /// Its current text.
        present: String,
        /// The expected text.
        wanted: String,
    },
}

impl Stale {
    /// The file.
    pub fn path(&self) -> &str {
        match self {
            Self::Missing { path } | Self::Stray { path } | Self::Differs { path, .. } => path,
        }
    }

    /// Describes what is wrong, with a diff if the text differs.
    pub fn describe(&self) -> String {
        match self {
            Self::Missing { path } => format!("{path}: missing"),
            Self::Stray { path } => format!("{path}: a stray file: no spec makes it"),
            Self::Differs { path, present, wanted } => {
                let diff = similar::TextDiff::from_lines(present, wanted);
                let diff = diff.unified_diff().header("in the tree", "from the specs").context_radius(1).to_string();
                format!("{path}: edited by hand, or the spec was changed without generating:\n{diff}")
            }
        }
    }
}

impl Workspace {
    /// The stale files of these folders.
    ///
    /// # Errors
    /// A folder or file cannot be read.
    pub fn stale(&self, folders: &[Folder]) -> Result<Vec<Stale>, Error> {
        let mut found = Vec::new();
        for folder in folders {
            found.extend(compare(&folder.wanted, self.present(&folder.path)?));
        }
        Ok(found)
    }

    /// Writes and removes files until the folders are fresh, and returns how many files were changed.
    ///
    /// # Errors
    /// A file cannot be read, written or removed.
    pub fn mend(&self, folders: &[Folder]) -> Result<usize, Error> {
        let stale = self.stale(folders)?;
        for finding in &stale {
            let full = self.root.join(finding.path());
            match folders.iter().find_map(|folder| folder.wanted.get(finding.path())) {
                Some(text) => write(&full, text)?,
                None => fs::remove_file(&full).map_err(|error| Error::of(&full, &error))?,
            }
        }
        Ok(stale.len())
    }

    /// Writes what is stale, and returns how much that was in words; with `check` it only compares.
    ///
    /// # Errors
    /// A file cannot be read, written or removed, or with `check` what is stale.
    pub fn refresh(&self, folders: &[Folder], check: bool) -> Result<String, Error> {
        if !check {
            return Ok(match self.mend(folders)? {
                0 => "up to date".to_owned(),
                written => format!("{written} files written or removed"),
            });
        }
        let mut findings: Vec<String> = self.stale(folders)?.iter().map(Stale::describe).collect();
        if findings.is_empty() {
            return Ok("up to date".to_owned());
        }
        let command = self.commands().generate;
        findings.push(format!("Change the spec, not the generated file; `{command}` writes what is missing."));
        Err(Error::new(findings.join("\n")))
    }

    /// The files of a generated folder, by their paths from the root.
    fn present(&self, folder: &str) -> Result<BTreeMap<String, String>, Error> {
        let mut present = BTreeMap::new();
        let is_file = self.root.join(folder).is_file();
        let below = files(&self.root.join(folder))?.into_iter().map(|file| format!("{folder}/{file}"));
        for path in below.chain(is_file.then(|| folder.to_owned())) {
            let full = self.root.join(&path);
            let bytes = fs::read(&full).map_err(|error| Error::of(&full, &error))?;
            // A file that is not text differs from every text.
            present.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        }
        Ok(present)
    }
}

/// Ignores line endings, which a checkout may have converted.
fn compare(wanted: &Tree, mut present: BTreeMap<String, String>) -> Vec<Stale> {
    let mut found = Vec::new();
    for (path, text) in wanted.files() {
        let path = path.to_owned();
        match present.remove(&path) {
            None => found.push(Stale::Missing { path }),
            Some(there) if there.replace("\r\n", "\n") != text => {
                found.push(Stale::Differs { path, present: there, wanted: text.to_owned() });
            }
            Some(_) => {}
        }
    }
    found.extend(present.into_keys().map(|path| Stale::Stray { path }));
    found.sort_by(|a, b| a.path().cmp(b.path()));
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hostkit_codegen::Tree;

    use super::{Stale, compare};

    fn wanted() -> Tree {
        let mut tree = Tree::default();
        tree.add("src/a.rs", "one\ntwo\n");
        tree.add("src/b.rs", "three\n");
        tree
    }

    fn present<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<String, String> {
        files.map(|(path, text)| (path.to_owned(), text.to_owned())).into()
    }

    #[test]
    fn the_same_is_fresh() {
        assert!(compare(&wanted(), present([("src/b.rs", "three\n"), ("src/a.rs", "one\r\ntwo\r\n")])).is_empty());
    }

    #[test]
    fn a_space_a_stray_and_a_gap_are_found() {
        let found = compare(&wanted(), present([("src/a.rs", "one \ntwo\n"), ("src/c.rs", "")]));
        let [Stale::Differs { path: a, .. }, Stale::Missing { path: b }, Stale::Stray { path: c }] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!([a, b, c], ["src/a.rs", "src/b.rs", "src/c.rs"]);
        assert!(found[0].describe().contains("-one \n+one\n"), "{}", found[0].describe());
    }
}
