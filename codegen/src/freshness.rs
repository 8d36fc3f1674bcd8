//! What the generated files in the tree are, compared with what the specs give: a pure comparison, so that the command
//! and the tests ask the same question.

use std::collections::BTreeMap;

use crate::tree::Tree;

/// One file that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// The specs give the file, and it is not there.
    Missing(String),
    /// The file is there, and no spec makes it.
    Stray(String),
    /// The file was edited by hand, or a spec was changed without generating.
    Differs(String),
}

impl Stale {
    /// The file.
    pub fn path(&self) -> &str {
        match self {
            Self::Missing(path) | Self::Stray(path) | Self::Differs(path) => path,
        }
    }
}

/// Compares what the specs give with what is there, by path.
///
/// Line ends do not count: a checkout may have turned them around.
pub fn stale<'f>(wanted: &Tree, present: impl IntoIterator<Item = (&'f str, &'f str)>) -> Vec<Stale> {
    let present: BTreeMap<&str, &str> = present.into_iter().collect();
    let mut found = Vec::new();
    for (path, text) in wanted.files() {
        match present.get(path) {
            None => found.push(Stale::Missing(path.to_owned())),
            Some(there) if there.replace("\r\n", "\n") != text => found.push(Stale::Differs(path.to_owned())),
            Some(_) => {}
        }
    }
    let strays = present.keys().filter(|path| wanted.get(path).is_none());
    found.extend(strays.map(|path| Stale::Stray((*path).to_owned())));
    found.sort_by(|a, b| a.path().cmp(b.path()));
    found
}

#[cfg(test)]
mod tests {
    use super::{Stale, stale};
    use crate::tree::Tree;

    fn wanted() -> Tree {
        let mut tree = Tree::default();
        tree.add("src/a.rs", "one\ntwo\n");
        tree.add("src/b.rs", "three\n");
        tree
    }

    #[test]
    fn the_same_is_fresh() {
        assert!(stale(&wanted(), [("src/b.rs", "three\n"), ("src/a.rs", "one\r\ntwo\r\n")]).is_empty());
    }

    #[test]
    fn a_space_a_stray_and_a_gap_are_found() {
        let present = [("src/a.rs", "one \ntwo\n"), ("src/c.rs", "")];
        let expected = ["src/a.rs", "src/b.rs", "src/c.rs"].map(str::to_owned);
        let [a, b, c] = expected;
        assert_eq!(stale(&wanted(), present), [Stale::Differs(a), Stale::Missing(b), Stale::Stray(c)]);
    }
}
