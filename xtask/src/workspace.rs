//! Paths of the workspace, and reading and writing files.

use std::path::{Path, PathBuf};

use cargo_hostkit::{Commands, Layout, Workspace};

/// The workspace root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// How messages name the commands here.
pub(crate) const COMMANDS: Commands = Commands { generate: "cargo xtask codegen", spec: "cargo xtask spec" };

/// The workspace, with its cache of rustfmt output in the target folder.
pub(crate) fn workspace() -> Result<Workspace, String> {
    Workspace::find(&root(), COMMANDS).map_err(|error| error.to_string())
}

/// The target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The APIs of hosters.
pub(crate) fn apis() -> Result<Vec<Layout>, String> {
    Ok(workspace()?.layouts().iter().filter(|layout| is_of_a_hoster(layout)).cloned().collect())
}

/// Whether an API is that of a hoster: only those have a reference, and others are for the generator's tests.
pub(crate) fn is_of_a_hoster(layout: &Layout) -> bool {
    layout.reference.is_some()
}

/// Every file below a folder, relative to it, with `/` as separator.
pub(crate) fn files(folder: &Path) -> Result<Vec<String>, String> {
    cargo_hostkit::files(folder).map_err(|error| error.to_string())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    cargo_hostkit::read(path).map_err(|error| error.to_string())
}

/// Writes a file, creating its folders.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    cargo_hostkit::write(path, text).map_err(|error| error.to_string())
}
