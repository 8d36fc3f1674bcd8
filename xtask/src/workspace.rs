//! Where things are in the workspace, and reading and writing them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a verb gives: nothing, or the message to fail with.
pub(crate) type Outcome = Result<(), String>;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The APIs that have specs: folders of `specs/` with a service.
pub(crate) fn apis(one: Option<&str>) -> Result<Vec<String>, String> {
    let specs = root().join("specs");
    let mut apis = Vec::new();
    for entry in fs::read_dir(&specs).map_err(|error| format!("{}: {error}", specs.display()))? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("service.toml").exists() && name != "obstacle" {
            apis.push(name);
        }
    }
    apis.sort();
    match one {
        None => Ok(apis),
        Some(one) if apis.iter().any(|api| api == one) => Ok(vec![one.to_owned()]),
        Some(one) => Err(format!("there is no API `{one}`; there are: {}", apis.join(", "))),
    }
}

/// Every file below a folder, relative to it, with `/` as the separator.
pub(crate) fn files(folder: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            // A folder that is generated may not be there yet.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{}: {error}", next.display())),
        };
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file and the folders that it stands in.
pub(crate) fn write(path: &Path, text: &str) -> Outcome {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
