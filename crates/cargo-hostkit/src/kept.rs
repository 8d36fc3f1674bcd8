//! What the generator makes of an API, kept below the target folder until its specs or the generator change.
//!
//! Printing takes most of the time of generating, and an edit is of one API.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use hostkit_codegen::{Sources, Tree};

use crate::{Error, Layout, Workspace, write};

/// The place of an API's files, and what they are generated from.
pub(crate) struct Kept {
    path: PathBuf,
    key: String,
}

impl Kept {
    /// Those of these sources at these places by this build of the generator.
    pub(crate) fn of(workspace: &Workspace, layout: &Layout, sources: &Sources) -> Result<Self, Error> {
        let mut hasher = DefaultHasher::new();
        sources.hash(&mut hasher);
        layout.hash(&mut hasher);
        let generator = std::env::current_exe().map_err(|error| Error::new(format!("this program: {error}")))?;
        let built = std::fs::metadata(&generator).and_then(|built| Ok((built.modified()?, built.len())));
        built.map_err(|error| Error::of(&generator, &error))?.hash(&mut hasher);
        let path = workspace.kept.join(format!("{}.outputs", layout.api));
        Ok(Self { path, key: format!("{:016x}", hasher.finish()) })
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
    pub(crate) fn keep(&self, tree: &Tree) -> Result<(), Error> {
        let mut text = format!("{}\n", self.key);
        for (path, file) in tree.files() {
            text.push_str(&format!("{} {path}\n{file}", file.len()));
        }
        // Moved there at once: another process may read it meanwhile.
        let copy = self.path.with_extension(std::process::id().to_string());
        write(&copy, &text)?;
        std::fs::rename(&copy, &self.path).map_err(|error| Error::of(&copy, &error))
    }
}

#[cfg(test)]
mod tests {
    use hostkit_codegen::{Sources, Tree};

    use super::Kept;
    use crate::{Layout, Workspace};

    fn sources(text: &str) -> Sources {
        Sources::new([("shop/service.toml".to_owned(), text.to_owned())])
    }

    #[test]
    fn files_are_those_of_the_same_sources() {
        let folder = std::env::temp_dir().join(format!("hostkit-kept-{}", std::process::id()));
        let workspace = Workspace::new(&folder, &folder);
        let layout = Layout {
            api: "shop".to_owned(),
            package: "shop-proto".to_owned(),
            folder: String::new(),
            specs: "specs".to_owned(),
            code: None,
            reference: None,
            openapi: None,
            features: Vec::new(),
        };
        let of = |text| Kept::of(&workspace, &layout, &sources(text)).expect("a key");
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
