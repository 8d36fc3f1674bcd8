//! Limits the crates that come with a proto crate, alone and with each client, so that a new dependency is a decision.

use std::collections::BTreeSet;

use crate::command::{cargo, output};
use crate::workspace::apis;

/// A client, or none, and the most crates that a proto crate's normal tree may have with it.
const AIMS: [(Option<&str>, usize); 3] = [(None, 30), (Some("hostkit-ureq"), 55), (Some("hostkit-reqwest"), 140)];

/// A proto crate, perhaps a client, and the number of crates in their tree.
struct Tree {
    name: String,
    count: usize,
    aim: usize,
}

/// Trees above their limit.
pub(super) fn check() -> Result<Vec<String>, String> {
    Ok(trees()?.iter().filter_map(finding).collect())
}

fn finding(tree: &Tree) -> Option<String> {
    let Tree { name, count, aim } = tree;
    (count > aim).then(|| format!("{name}: {count} crates in the normal tree, more than {aim}; see `cargo tree`"))
}

fn trees() -> Result<Vec<Tree>, String> {
    let mut trees = Vec::new();
    for proto in apis()?.into_iter().map(|layout| layout.package) {
        for (client, aim) in AIMS {
            let mut command =
                cargo(&["tree", "--locked", "--edges", "normal", "--prefix", "none", "--package", &proto]);
            if let Some(client) = client {
                command.args(["--package", client]);
            }
            let count = count(&output(&mut command)?);
            trees.push(Tree { name: client.map_or(proto.clone(), |client| format!("{proto} + {client}")), count, aim });
        }
    }
    Ok(trees)
}

/// Number of distinct crates in a tree, including itself, by the first two words of a line: name and version.
fn count(tree: &str) -> usize {
    let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    tree.lines().filter(|line| !line.is_empty()).map(name).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_once() {
        let tree = "a-proto v0.1.0 (/a)\nhttp v1.3.1\nbytes v1.10.0\n\nbytes v1.10.0 (*)\nbytes v0.5.0\n";
        assert_eq!(count(tree), 4);
    }

    #[test]
    fn a_crate_too_many_is_a_finding() {
        let tree = |count| Tree { name: "a-proto".to_owned(), count, aim: 30 };
        assert_eq!(finding(&tree(30)), None);
        assert!(finding(&tree(31)).is_some_and(|finding| finding.starts_with("a-proto: 31 crates")));
    }
}
