//! Generates in a build script, for crates that keep no generated code.

use std::path::{Path, PathBuf};

use crate::folders::{sources, write};
use crate::outputs::resolved;
use crate::{Error, Layout};

/// Generates the code of the specs in a folder, such as `specs/shop`, into the file `<api>.rs` of a build script's
/// `OUT_DIR`, and returns its path.
///
/// The crate takes it by `include!(concat!(env!("OUT_DIR"), "/shop.rs"));`.
///
/// # Errors
/// This is no build script, a file cannot be read or written, or what is wrong with the specs.
pub fn build(specs: impl AsRef<Path>) -> Result<PathBuf, Error> {
    let folder = specs.as_ref();
    println!("cargo::rerun-if-changed={}", folder.display());
    let name = folder.file_name().and_then(|name| name.to_str());
    let api = name.ok_or_else(|| Error::new(format!("{}: expected the folder of an API", folder.display())))?;
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| Error::new("OUT_DIR is not set: this is no build script"))?;
    let above = folder.parent().unwrap_or(Path::new(""));
    let layout = Layout {
        api: api.to_owned(),
        package: String::new(),
        folder: String::new(),
        specs: above.to_string_lossy().into_owned(),
        code: None,
        reference: None,
        openapi: None,
        // Here the compiler says what is missing.
        features: vec!["signing".to_owned(), "patterns".to_owned()],
    };
    let sources = sources(above, api)?.with_names(hostkit_codegen::Names {
        folder: layout.specs.clone(),
        generate: "cargo build".to_owned(),
        ..hostkit_codegen::Names::default()
    });
    let text = resolved(&layout, &sources)?.rust_in_one_file();
    let path = Path::new(&out).join(format!("{api}.rs"));
    write(&path, &text)?;
    Ok(path)
}
