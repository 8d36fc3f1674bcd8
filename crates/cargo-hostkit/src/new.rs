//! Starts APIs and endpoints.

use std::path::Path;

use hostkit_codegen::{service_skeleton, skeleton};

use crate::{Error, Layout, Workspace, files, read, write};

/// Starts an API: its crate in `folder` with a `service.toml`, and returns the files.
///
/// # Errors
/// The name or the folder is taken, or a file cannot be written.
pub fn new_api(workspace: &Workspace, api: &str, folder: &str) -> Result<Vec<String>, Error> {
    if !is_name(api) {
        return Err(Error::new(format!("`{api}` is no name of an API: expected small letters, digits and `_`")));
    }
    if workspace.layouts().iter().any(|layout| layout.api == api) {
        return Err(Error::new(format!("there is an API `{api}` already")));
    }
    if workspace.root().join(folder).exists() {
        return Err(Error::new(format!("{folder} already exists")));
    }
    let root = read(&workspace.root().join("Cargo.toml"))?;
    let package = format!("{}-proto", api.replace('_', "-"));
    let library = format!("{}_proto", api);
    let written = [
        ("Cargo.toml".to_owned(), manifest(api, &package, &root)),
        ("README.md".to_owned(), format!("# {package}\n\nThe calls of {api} and their values, without IO.\n")),
        ("src/lib.rs".to_owned(), LIBRARY.replace("NAME", api)),
        ("tests/examples.rs".to_owned(), EXAMPLES.replace("NAME", &library)),
        (format!("specs/{api}/service.toml"), service_skeleton(api)),
    ];
    for (file, text) in &written {
        write(&workspace.root().join(folder).join(file), text)?;
    }
    Ok(written.into_iter().map(|(file, _)| format!("{folder}/{file}")).collect())
}

const LIBRARY: &str = "//! The API of NAME: its calls and their values, without IO.\n\nmod generated;\n\npub use generated::*;\n";

const EXAMPLES: &str = r#"//! Every wire example of the specs, through both halves of the crate.

#![cfg(feature = "server")]

use hostkit_proto::server::checks::Checks;

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::new(env!("CARGO_MANIFEST_DIR"));
    NAME::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("{examples} examples");
}
"#;

/// The manifest of an API's crate, with what its workspace says of all packages.
fn manifest(api: &str, package: &str, root: &str) -> String {
    let mut text = format!("[package]\nname = \"{package}\"\ndescription = \"The API of {api}: its calls and their values.\"\n");
    let own = [("version", "version = \"0.1.0\""), ("edition", "edition = \"2024\"")];
    let inherited = ["version", "edition", "rust-version", "license", "authors"];
    let shared = section(root, "[workspace.package]");
    for key in inherited {
        let is_shared = shared.lines().any(|line| line.split('=').next().is_some_and(|name| name.trim() == key));
        match own.iter().find(|(name, _)| *name == key) {
            _ if is_shared => text.push_str(&format!("{key}.workspace = true\n")),
            Some((_, line)) => text.push_str(&format!("{line}\n")),
            None => {}
        }
    }
    text.push_str("publish = false\n\n");
    text.push_str(&METADATA.replace("NAME", api));
    if root.contains("[workspace.lints") {
        text.push_str("\n[lints]\nworkspace = true\n");
    }
    text
}

const METADATA: &str = r#"# Paths from here. `code = "OUT_DIR"` where a build script generates.
[package.metadata.hostkit]
api = "NAME"
specs = "specs"
code = "src/generated"
reference = "docs/reference"
openapi = "docs/openapi"

[features]
# The other half: reading requests, writing answers.
server = ["hostkit-proto/server"]
# `serde::Serialize` for all values; secrets are redacted.
serde = ["dep:serde", "hostkit-proto/serde"]

[dependencies]
hostkit-proto.workspace = true
serde = { version = "1", features = ["derive"], optional = true }

[dev-dependencies]
# The examples of the documentation are made through a client whose transport answers from a script.
hostkit.workspace = true
hostkit-testing.workspace = true
hostkit-ureq.workspace = true
"#;

/// The lines behind a header of a TOML file, up to the next one.
fn section<'t>(text: &'t str, header: &str) -> &'t str {
    let behind = text.split_once(&format!("{header}\n")).map_or("", |(_, behind)| behind);
    behind.find("\n[").map_or(behind, |end| &behind[..end])
}

/// Writes a skeleton of an endpoint at `place`, such as `servers/get_server`, and returns its path.
///
/// # Errors
/// The place is malformed or taken, or the file cannot be written.
pub fn new_endpoint(workspace: &Workspace, layout: &Layout, place: &str) -> Result<String, Error> {
    let parts = place.split_once('/').filter(|(module, name)| is_name(module) && is_name(name));
    let Some((_, name)) = parts else {
        return Err(Error::new(format!("`{place}` is not of the form `module/endpoint`, such as `servers/get_server`")));
    };
    let folder = format!("{}/{}", layout.specs, layout.api);
    let path = format!("{folder}/{place}.toml");
    if workspace.root().join(&path).exists() {
        return Err(Error::new(format!("{path} already exists")));
    }
    let elsewhere = format!("/{name}.toml");
    let specs = files(&workspace.root().join(Path::new(&folder)))?;
    if let Some(other) = specs.iter().find(|file| file.ends_with(&elsewhere) && !file.starts_with("types/")) {
        return Err(Error::new(format!("{folder}/{other} already has that name, and names are unique in an API")));
    }
    write(&workspace.root().join(&path), &skeleton(name))?;
    Ok(path)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::manifest;

    #[test]
    fn a_manifest_inherits_what_the_workspace_says() {
        let root = "[workspace]\nmembers = []\n\n[workspace.package]\nedition = \"2024\"\n\n[workspace.dependencies]\nlicense = \"1\"\n";
        let text = manifest("shop", "shop-proto", root);
        assert!(text.contains("version = \"0.1.0\"\nedition.workspace = true\npublish"), "{text}");
        assert!(!text.contains("license.workspace") && !text.contains("[lints]"), "{text}");
        assert!(manifest("shop", "shop-proto", "[workspace.lints.rust]\n").ends_with("[lints]\nworkspace = true\n"));
    }
}
