//! Reads spec folders, and reads and writes files.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use hostkit_codegen::Sources;

use crate::Error;

/// The specs of one API with their examples, from its folder below `specs`.
pub(crate) fn sources(specs: &Path, api: &str) -> Result<Sources, Error> {
    let folder = specs.join(api);
    if !folder.is_dir() {
        return Err(Error::new(format!("{}: there is no such folder of specs", folder.display())));
    }
    let (mut texts, mut examples) = (Vec::new(), Vec::new());
    for file in files(&folder)? {
        let (path, full) = (format!("{api}/{file}"), folder.join(&file));
        if file.ends_with(".toml") {
            texts.push((path, read(&full)?));
        } else {
            examples.push((path, fs::read(&full).map_err(|error| Error::of(&full, &error))?));
        }
    }
    Ok(Sources::new(texts).with_examples(examples))
}

/// All files below a folder, relative to it, with `/` as the separator; none if the folder is missing.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            // A folder that is generated may not be there yet, or be a file.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(Error::of(&next, &error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| Error::of(&next, &error))?.path();
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

/// Reads a text file.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::of(path, &error))
}

/// Writes a file, creating its parent folders.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::of(folder, &error))?;
    }
    fs::write(path, text).map_err(|error| Error::of(path, &error))
}
