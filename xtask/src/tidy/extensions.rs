//! Limits the hand-written part of an API's crate.

use std::collections::BTreeMap;

use super::files::File;

/// Percentage of a proto crate's lines that may be hand-written in `src/ext`.
const EXTENSIONS: usize = 5;

/// Proto crates with too much hand-written code: the spec language then lacks something.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut crates: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some((name, rest)) = file.path.strip_prefix("crates/").and_then(|path| path.split_once("/src/")) else {
            continue;
        };
        if name.ends_with("-proto") {
            let (extensions, all) = crates.entry(name).or_default();
            let count = file.text.lines().count();
            *all += count;
            if rest.starts_with("ext/") || rest == "ext.rs" {
                *extensions += count;
            }
        }
    }
    let over = crates.iter().filter(|(_, (extensions, all))| extensions * 100 > all * EXTENSIONS);
    over.map(|(name, (extensions, all))| {
        format!("crates/{name}/src/ext: {extensions} of {all} lines, more than {EXTENSIONS} %: a word of the spec language is missing")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> File {
        File { path: path.to_owned(), text: "x\n".repeat(lines) }
    }

    #[test]
    fn too_many_conveniences_are_found() {
        let generated = file("crates/a-proto/src/generated/mod.rs", 95);
        assert!(check(&[generated.clone(), file("crates/a-proto/src/ext/mod.rs", 5)]).is_empty());
        assert_eq!(check(&[generated, file("crates/a-proto/src/ext/mod.rs", 6)]).len(), 1);
    }
}
