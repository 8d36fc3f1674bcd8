//! The files that the rules read.

use std::path::Path;

use crate::workspace::root;

/// A text file: its path from the root, and its text.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub(super) fn is_generated(&self) -> bool {
        self.path.contains("/src/generated/")
    }

    /// Wire examples are hosters' output, to which no rule applies.
    pub(super) fn is_wire_example(&self) -> bool {
        let is_spec = self.path.starts_with("specs/") && !self.path.ends_with(".toml") && !self.path.ends_with(".md");
        is_spec || self.path.contains("/tests/php/")
    }
}

/// Every text file of the repository.
pub(crate) fn files() -> Result<Vec<File>, String> {
    // Skips binary files.
    let file = |path: String| Some(File { text: std::fs::read_to_string(root().join(&path)).ok()?, path });
    Ok(paths(&root())?.into_iter().filter_map(file).collect())
}

/// Every file below a root, relative to it and sorted. Ignored folders are known by name, so that no git is needed.
pub(crate) fn paths(root: &Path) -> Result<Vec<String>, String> {
    const IGNORED: &[&str] = &[".git", "target", "tmp", "corpus", "artifacts", "node_modules"];
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let path = root.join(&folder);
        for entry in std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))? {
            let entry = entry.map_err(|error| error.to_string())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(|error| format!("{path}: {error}"))?;
            if IGNORED.contains(&name.as_str()) {
                // In a second worktree `.git` is a file.
                continue;
            } else if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
