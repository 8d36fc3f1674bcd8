//! The generated files of an API, kept below the target folder until its specs or the generator change.
//!
//! Printing takes most of the time of generating, and an edit is of one API.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use cargo_hostkit::{Workspace, read, write};
use hostkit_codegen::{Sources, Tree};

/// The place of an API's files, and what they are generated from.
pub(crate) struct Kept {
    path: PathBuf,
    key: String,
}

impl Kept {
    /// Those of these sources by this build of the generator, with the settings of rustfmt.
    pub(crate) fn of(workspace: &Workspace, folder: &Path, sources: &Sources) -> Result<Self, String> {
        let mut hasher = DefaultHasher::new();
        sources.hash(&mut hasher);
        let settings = read(&workspace.root().join("rustfmt.toml")).map_err(|error| error.to_string())?;
        settings.hash(&mut hasher);
        let built = std::env::current_exe().and_then(std::fs::metadata);
        let built = built.and_then(|built| Ok((built.modified()?, built.len()))).map_err(|error| error.to_string())?;
        built.hash(&mut hasher);
        Ok(Self { path: folder.join("outputs"), key: format!("{:016x}", hasher.finish()) })
    }

    /// The files; `None` if they are not there or are of other sources.
    pub(crate) fn files(&self) -> Option<Tree> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let mut rest = text.strip_prefix(&self.key)?.strip_prefix('\n')?;
        let mut tree = Tree::default();
        while let Some((head, after)) = rest.split_once('\n') {
            let (length, path) = head.split_once(' ')?;
            let (text, after) = after.split_at_checked(length.parse().ok()?)?;
            tree.add(path, text);
            rest = after;
        }
        Some(tree)
    }

    /// Keeps the files.
    pub(crate) fn keep(&self, tree: &Tree) -> Result<(), String> {
        let mut text = format!("{}\n", self.key);
        for (path, file) in tree.files() {
            text.push_str(&format!("{} {path}\n{file}", file.len()));
        }
        write(&self.path, &text).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use hostkit_codegen::{Sources, Tree};

    use super::Kept;

    fn sources(text: &str) -> Sources {
        Sources::new([("shop/service.toml".to_owned(), text.to_owned())])
    }

    #[test]
    fn files_are_those_of_the_same_sources() {
        let folder = std::env::temp_dir().join(format!("hostkit-kept-{}", std::process::id()));
        let of = |text| Kept::of(&crate::codegen::workspace(), &folder, &sources(text)).expect("a key");
        let kept = of("a");
        assert_eq!(kept.files(), None);
        let mut tree = Tree::default();
        tree.add("src/a.rs", "один\n\n3 src/b.rs\n");
        tree.add("src/b.rs", "");
        kept.keep(&tree).expect("a folder to write in");
        let (same, other) = (of("a").files(), of("b").files());
        std::fs::remove_dir_all(&folder).expect("the folder");
        assert_eq!((same, other), (Some(tree), None));
    }
}
