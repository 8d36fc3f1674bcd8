//! Paths of the workspace, and reading and writing files.

use std::path::{Path, PathBuf};

/// The workspace root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The APIs that have specs, without the generator's test API.
pub(crate) fn apis(one: Option<&str>) -> Result<Vec<String>, String> {
    let mut apis = crate::codegen::workspace().apis().map_err(|error| error.to_string())?;
    apis.retain(|api| !crate::codegen::is_obstacle(api));
    match one {
        None => Ok(apis),
        Some(one) if apis.iter().any(|api| api == one) => Ok(vec![one.to_owned()]),
        Some(one) => Err(format!("there is no API `{one}`; there are: {}", apis.join(", "))),
    }
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
