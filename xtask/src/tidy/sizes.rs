//! Rules on how long files are.

use std::collections::BTreeMap;

use crate::tidy::file::File;

/// Lines from which on a hand-written file is listed.
pub(super) const LONG: usize = 400;
/// Lines that a hand-written file may not have.
const TOO_LONG: usize = 600;
/// Percent of a proto crate's lines that may be hand-written conveniences.
const EXTENSIONS: usize = 5;

/// Hand-written Rust files that are long, and findings for those that are too long.
pub(super) fn lines(files: &[File]) -> (Vec<String>, Vec<String>) {
    let (mut long, mut findings) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.is_rust() && !file.is_generated()) {
        let count = file.text.lines().count();
        if count > TOO_LONG {
            findings.push(format!("{}: {count} lines, more than {TOO_LONG}", file.path));
        } else if count > LONG {
            long.push(format!("long: {}: {count} lines", file.path));
        }
    }
    (long, findings)
}

/// Proto crates are generated: `src/ext` is a small part of each.
pub(super) fn extensions(files: &[File]) -> Vec<String> {
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
    fn long_files_are_listed_and_too_long_ones_fail() {
        let files = [file("a.rs", 400), file("b.rs", 401), file("c.rs", 601), file("x/src/generated/d.rs", 900)];
        let (long, findings) = lines(&files);
        assert_eq!((long.len(), findings.len()), (1, 1), "{long:?} {findings:?}");
    }

    #[test]
    fn too_many_conveniences_are_found() {
        let generated = file("crates/a-proto/src/generated/mod.rs", 95);
        assert!(extensions(&[generated.clone(), file("crates/a-proto/src/ext/mod.rs", 5)]).is_empty());
        assert_eq!(extensions(&[generated, file("crates/a-proto/src/ext/mod.rs", 6)]).len(), 1);
    }
}
