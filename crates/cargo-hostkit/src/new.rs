//! Starts APIs and endpoints.

use std::path::Path;

use hostkit_codegen::{service_skeleton, skeleton};

use crate::{Error, Layout, Workspace, files, read, write};

/// Starts an API: its crate in `folder`, which becomes a member, with a `service.toml` in its folder below `specs`, and
/// returns the files. Both folders are relative to the root.
///
/// # Errors
/// The name or the folder is taken, or a file cannot be written.
pub fn new_api(workspace: &Workspace, api: &str, folder: &str, specs: &str) -> Result<Vec<String>, Error> {
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
    let (package, library) = (package(api), format!("{api}_proto"));
    let from_here = relative(folder, specs);
    let examples = EXAMPLES.replace("NAME", &library).replace("SPECS", &from_here);
    let written = [
        (format!("{folder}/Cargo.toml"), manifest(workspace, api, folder, &from_here, &root)),
        (format!("{folder}/README.md"), format!("# {package}\n\nThe calls of {api} and their values, without IO.\n")),
        (format!("{folder}/src/lib.rs"), LIBRARY.replace("NAME", api)),
        (format!("{folder}/tests/examples.rs"), examples),
        (format!("{specs}/{api}/service.toml"), service_skeleton(api)),
    ];
    for (file, text) in &written {
        write(&workspace.root().join(file), text)?;
    }
    if let Some(root) = with_member(&root, folder) {
        write(&workspace.root().join("Cargo.toml"), &root)?;
    }
    Ok(written.into_iter().map(|(file, _)| file).collect())
}

/// The manifest of a workspace with one more member; `None` if a pattern of its members has that already.
fn with_member(root: &str, folder: &str) -> Option<String> {
    let pattern = format!("\"{}/*\"", folder.rsplit_once('/').map_or("", |(parent, _)| parent));
    let (before, list) = root.split_once("members = [")?;
    let (inside, _) = list.split_once(']')?;
    if inside.contains(&pattern) {
        return None;
    }
    let separator = if inside.trim().is_empty() { "" } else { ", " };
    Some(format!("{before}members = [\"{folder}\"{separator}{list}"))
}

/// The way from one folder to another one, both relative to the root.
fn relative(from: &str, to: &str) -> String {
    let parts = |path: &'_ str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(shared).map(|_| "..".to_owned());
    up.chain(to.iter().skip(shared).cloned()).collect::<Vec<_>>().join("/")
}

const LIBRARY: &str =
    "//! The API of NAME: its calls and their values, without IO.\n\nmod generated;\n\npub use generated::*;\n";

const EXAMPLES: &str = r#"//! Every wire example of the specs, through both halves of the crate.

#![cfg(feature = "server")]

use hostkit_proto::server::checks::Checks;

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::below(concat!(env!("CARGO_MANIFEST_DIR"), "/SPECS"));
    NAME::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("{examples} examples");
}
"#;

/// The manifest of an API's crate, with what its workspace says of all packages.
fn manifest(workspace: &Workspace, api: &str, folder: &str, specs: &str, root: &str) -> String {
    let package = package(api);
    let mut text =
        format!("[package]\nname = \"{package}\"\ndescription = \"The API of {api}: its calls and their values.\"\n");
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
    // The pages stand beside those of other APIs, if there are any.
    let is_shared = workspace.root().join("docs/reference").is_dir();
    let docs = if is_shared { relative(folder, "docs") } else { "docs".to_owned() };
    let is_shared = section(root, "[workspace.dependencies]").lines().any(|line| line.starts_with("serde ="));
    let serde = if is_shared { "workspace = true" } else { "version = \"1\", features = [\"derive\"]" };
    text.push_str(
        &METADATA.replace("NAME", api).replace("SPECS", specs).replace("DOCS", &docs).replace("SERDE", serde),
    );
    if root.contains("[workspace.lints") {
        text.push_str("\n[lints]\nworkspace = true\n");
    }
    text
}

const METADATA: &str = r#"# Paths from here. `code = "OUT_DIR"` where a build script generates.
[package.metadata.hostkit]
api = "NAME"
specs = "SPECS"
code = "src/generated"
reference = "DOCS/reference"
openapi = "DOCS/openapi"

[features]
# The other half: reading requests, writing answers.
server = ["hostkit-proto/server"]
# serde's traits for all values; a secret is written redacted, and then no longer known.
serde = ["dep:serde", "hostkit-proto/serde"]

[dependencies]
hostkit-proto.workspace = true
serde = { SERDE, optional = true }

[dev-dependencies]
# The examples of the documentation are made through a client whose transport answers from a script.
hostkit.workspace = true
hostkit-sandbox.workspace = true
hostkit-testing.workspace = true
hostkit-ureq.workspace = true
"#;

/// The package of an API.
fn package(api: &str) -> String {
    format!("{}-proto", api.replace('_', "-"))
}

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
        return Err(Error::new(format!(
            "`{place}` is not of the form `module/endpoint`, such as `servers/get_server`"
        )));
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
    use super::{manifest, relative, with_member};
    use crate::Workspace;

    #[test]
    fn a_member_is_added_unless_a_pattern_has_it() {
        let with = |members: &str, folder: &str| with_member(&format!("[workspace]\nmembers = [{members}]\n"), folder);
        assert_eq!(with("", "shop").as_deref(), Some("[workspace]\nmembers = [\"shop\"]\n"));
        assert_eq!(with("\"a\"", "x/shop").as_deref(), Some("[workspace]\nmembers = [\"x/shop\", \"a\"]\n"));
        assert_eq!(with("\"a\", \"x/*\"", "x/shop"), None);
    }

    #[test]
    fn a_way_leads_from_one_folder_to_another() {
        assert_eq!(relative("shop-proto", "shop-proto/specs"), "specs");
        assert_eq!(relative("crates/shop-proto", "specs"), "../../specs");
    }

    #[test]
    fn a_manifest_inherits_what_the_workspace_says() {
        let root = "[workspace]\nmembers = []\n\n[workspace.package]\nedition = \"2024\"\n\n[workspace.dependencies]\nlicense = \"1\"\n";
        let workspace = Workspace::new("/nowhere", "/nowhere");
        let manifest = |root: &str| manifest(&workspace, "shop", "shop-proto", "specs", root);
        let text = manifest(root);
        assert!(text.contains("version = \"0.1.0\"\nedition.workspace = true\npublish"), "{text}");
        assert!(!text.contains("license.workspace") && !text.contains("[lints]"), "{text}");
        assert!(manifest("[workspace.lints.rust]\n").ends_with("[lints]\nworkspace = true\n"));
    }
}
