//! A copy of the workspace with changes of its own, below the target folder.
//!
//! It shares the target folder, so that external dependencies are not rebuilt. Its crates have another version
//! (`0.1.0+sabotage`), because cargo would otherwise confuse them with the workspace's, which have the same relative
//! paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::tidy::paths;
use crate::workspace::{root, target};

/// Updates the copy of this name and returns its path. Unchanged files are not rewritten, so that cargo rebuilds only
/// what changed.
pub(crate) fn sync(name: &str, changed: &BTreeMap<String, String>) -> Result<PathBuf, String> {
    let tree = std::path::absolute(target().join(name).join("tree")).map_err(|error| error.to_string())?;
    mirror(&root(), &tree, |path, bytes| match path {
        "Cargo.toml" => marked(&bytes, name),
        _ => Ok(changed.get(path).map_or(bytes, |text| text.clone().into_bytes())),
    })?;
    Ok(tree)
}

/// Makes `to` a copy of `from`, with each file passed through `edit`.
fn mirror(from: &Path, to: &Path, edit: impl Fn(&str, Vec<u8>) -> Result<Vec<u8>, String>) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let wanted = paths(from)?;
    for path in &wanted {
        let failed = |error: std::io::Error| format!("{path}: {error}");
        let (source, place) = (from.join(path), to.join(path));
        let bytes = edit(path, fs::read(source).map_err(failed)?)?;
        if fs::read(&place).is_ok_and(|found| found == bytes) {
            continue;
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&place, bytes).map_err(failed)?;
    }
    let wanted: BTreeSet<String> = wanted.into_iter().collect();
    for path in paths(to)?.into_iter().filter(|path| !wanted.contains(path)) {
        fs::remove_file(to.join(&path)).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// The root's manifest with a version of its own, which satisfies the same requirements as the original.
fn marked(manifest: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(manifest);
    let version = text.lines().find(|line| line.starts_with("version = \"") && line.ends_with('"'));
    let version = version.ok_or("Cargo.toml: no line `version = \"…\"` for the workspace")?;
    let other = format!("{}+{name}\"", version.trim_end_matches('"'));
    Ok(text.replacen(version, &other, 1).into_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

    use super::{marked, mirror};
    use crate::workspace::target;

    #[test]
    fn only_what_changed_is_written() {
        let folder = target().join("sabotage").join(format!("test-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        let make = || mirror(&from, &to, |_, bytes| Ok([bytes, b"!".to_vec()].concat())).unwrap();
        fs::create_dir_all(from.join("a")).unwrap();
        fs::write(from.join("a/b"), "1").unwrap();
        fs::write(from.join("c"), "1").unwrap();
        make();
        let old = SystemTime::UNIX_EPOCH;
        for path in ["a/b", "c"] {
            assert_eq!(fs::read(to.join(path)).unwrap(), b"1!");
            fs::File::options().write(true).open(to.join(path)).unwrap().set_modified(old).unwrap();
        }
        fs::write(from.join("c"), "2").unwrap();
        fs::write(to.join("stray"), "").unwrap();
        make();
        assert_eq!(fs::metadata(to.join("a/b")).unwrap().modified().unwrap(), old);
        assert_eq!(fs::read(to.join("c")).unwrap(), b"2!");
        assert!(!to.join("stray").exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_copy_has_a_version_of_its_own() {
        let text = "[workspace.package]\nversion = \"0.1.0\"\n[workspace.dependencies]\na = { version = \"0.1.0\" }\n";
        let copy = marked(text.as_bytes(), "sabotage").unwrap();
        assert_eq!(String::from_utf8(copy).unwrap(), text.replacen("0.1.0", "0.1.0+sabotage", 1));
        assert!(marked(b"[workspace]\n", "sabotage").is_err());
    }
}
