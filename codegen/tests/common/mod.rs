//! Reading folders, for the tests: the generator itself has no file system.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use hostkit_codegen::Sources;

/// The folder of the generator's package.
pub fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder by its path from there.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder).expect("a path below the folder");
            found.push((relative.to_string_lossy().replace('\\', "/"), fs::read(&path).expect("a readable file")));
        }
    }
    found.sort();
    found
}

/// The APIs of `specs/`.
pub fn apis() -> Vec<String> {
    let specs = package().join("../specs");
    let folders = fs::read_dir(&specs).expect("the folder of the specs");
    let names = folders.map(|entry| entry.expect("a folder").file_name().to_string_lossy().into_owned());
    let mut apis: Vec<String> = names.filter(|name| specs.join(name).join("service.toml").exists()).collect();
    apis.sort();
    apis
}

/// The specs of one API as spec files and example files.
pub type Split = (Vec<(String, String)>, Vec<(String, Vec<u8>)>);

/// The files of one API of `specs/`.
pub fn split(api: &str) -> Split {
    let all = files(&package().join("../specs").join(api)).into_iter();
    let (specs, examples): (Vec<_>, Vec<_>) =
        all.map(|(path, bytes)| (format!("{api}/{path}"), bytes)).partition(|(path, _)| path.ends_with(".toml"));
    let text = |(path, bytes)| (path, String::from_utf8(bytes).expect("a spec is UTF-8"));
    (specs.into_iter().map(text).collect(), examples)
}

/// The sources of one API of `specs/`.
pub fn sources(api: &str) -> Sources {
    let (specs, examples) = split(api);
    Sources::new(specs).with_examples(examples)
}
