//! Command `added-api`: one more API, added by specs and `lib.rs` alone, passes what every API has to pass.
//!
//! The API is that of `docs/own-api.md`. In a copy of the tree it is generated and checked with all others; then the
//! tests over all APIs are built for it alone, in a workspace beside the copy, so that little is compiled.

use std::fs;
use std::path::Path;

use cargo_hostkit::{Layout, Workspace};

use crate::codegen::outputs;
use crate::command::{cargo, run};
use crate::own_api::{Step, page};
use crate::workspace::{COMMANDS, read, root, target, write};
use crate::{apis, tidy};

const API: &str = "shop";
const CRATE: &str = "crates/shop-proto";

/// The modules of `tests/promises` that know no API.
const TESTS: [&str; 5] = ["confusion.rs", "every_call.rs", "one_decision.rs", "p32/mod.rs", "sandbox_answers.rs"];

/// Runs everything.
pub(crate) fn execute() -> Result<(), String> {
    let folder = target().join("added-api");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let (copy, alone) = (folder.join("tree"), folder.join("alone"));
    copy_tree(&copy)?;
    let layout = add_api(&copy)?;
    println!("added-api: generated and checked in a copy of the tree");
    build_alone(&copy, &alone, &layout)?;
    let test = |arguments: &[&str]| {
        let mut command = cargo(&["test", "--quiet", "--offline"]);
        command
            .args(arguments)
            .current_dir(&alone)
            .env("CARGO_TARGET_DIR", target())
            .env("HOSTKIT_PROMISE_SIZE", "small");
        command
    };
    run(test(&["-p", "shop-proto", "--features", "server", "--test", "examples"]).env("HOSTKIT_BLESS", "1"))?;
    run(&mut test(&["-p", "shop-proto", "--features", "server", "--test", "examples"]))?;
    run(&mut test(&["-p", "hostkit-tests", "--test", "every_api"]))
}

/// Copies every file of the repository.
fn copy_tree(copy: &Path) -> Result<(), String> {
    for path in tidy::paths(&root())? {
        let to = copy.join(&path);
        let parent = to.parent().unwrap_or(copy);
        fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        fs::copy(root().join(&path), &to).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// Adds the API to a copy of the tree, and generates everything.
fn add_api(copy: &Path) -> Result<Layout, String> {
    let text = |error: cargo_hostkit::Error| error.to_string();
    let workspace = Workspace::find(copy, COMMANDS).map_err(text)?;
    cargo_hostkit::new_api(&workspace, API, CRATE, "specs").map_err(text)?;
    for step in page()? {
        if let Step::Write(path, text) = step
            && let Some(spec) = path.strip_prefix("shop-proto/specs/")
        {
            write(&copy.join("specs").join(spec), &text)?;
        }
    }
    let workspace = Workspace::find(copy, COMMANDS).map_err(text)?;
    let (folders, coverage) = outputs(&workspace, true)?;
    workspace.refresh(&folders, false).map_err(text)?;
    workspace.refresh(&folders, true).map_err(text)?;
    for (path, wanted) in [
        ("tests/apis/src/lib.rs", "shop_proto::Shop"),
        ("tests/apis/Cargo.toml", "shop-proto = {"),
        ("docs/reference/en/shop/servers.md", "create_server"),
        ("docs/openapi/shop.json", "/servers"),
    ] {
        if !read(&copy.join(path))?.contains(wanted) {
            return Err(format!("{path}: expected {wanted:?} in it, since specs/{API} was added"));
        }
    }
    if !coverage.iter().any(|coverage| coverage.api == API) {
        return Err(format!("the coverage does not count {API}"));
    }
    workspace.chosen(Some(API)).map(|layouts| layouts[0].clone()).map_err(text)
}

/// A workspace with the API's crate, and the tests over all APIs for it alone.
fn build_alone(copy: &Path, alone: &Path, layout: &Layout) -> Result<(), String> {
    let here = root().to_string_lossy().replace('\\', "/");
    for part in [CRATE, "specs/shop"] {
        for path in tidy::paths(&copy.join(part))? {
            let text = fs::read(copy.join(part).join(&path)).map_err(|error| format!("{path}: {error}"))?;
            write(&alone.join(part).join(&path), &String::from_utf8_lossy(&text))?;
        }
    }
    let manifest = read(&root().join("Cargo.toml"))?;
    let (before, members) = manifest.split_once("members = [").ok_or("Cargo.toml has no list of members")?;
    let (_, after) = members.split_once(']').ok_or("the list of members in Cargo.toml has no end")?;
    let manifest = format!("{before}members = [\"{CRATE}\", \"tests\", \"tests/apis\"]{after}");
    let manifest = manifest.replace("path = \"crates/", &format!("path = \"{here}/crates/"));
    let manifest = manifest.replace("path = \"codegen\"", &format!("path = \"{here}/codegen\""));
    // The simulated hosters would be compiled for nothing.
    let sandbox = format!("path = \"{here}/crates/hostkit-sandbox\"");
    write(&alone.join("Cargo.toml"), &manifest.replace(&sandbox, &format!("{sandbox}, default-features = false")))?;
    fs::copy(root().join("Cargo.lock"), alone.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let name = "Shop".to_owned();
    let names = [(layout.clone(), name)];
    let names: Vec<_> = names.iter().collect();
    write(&alone.join("tests/apis/Cargo.toml"), &apis::manifest(&names))?;
    write(&alone.join("tests/apis/src/lib.rs"), &apis::library(&names))?;
    write(&alone.join("tests/Cargo.toml"), &MANIFEST.replace("HERE", &here))?;
    let modules = TESTS.map(|file| {
        let name = file.split(['/', '.']).next().unwrap_or_default();
        format!("#[path = \"{here}/tests/promises/{file}\"]\nmod {name};\n")
    });
    let main = format!("//! The tests over all APIs, for one.\n\n#![allow(dead_code)]\n\n{}", modules.concat());
    write(&alone.join("tests/main.rs"), &main)
}

const MANIFEST: &str = r#"[package]
name = "hostkit-tests"
version.workspace = true
edition.workspace = true
publish = false

[lib]
path = "HERE/tests/support/lib.rs"
test = false
doctest = false

[[test]]
name = "every_api"
path = "main.rs"

[dependencies]
hostkit = { workspace = true, features = ["server"] }
hostkit-apis.workspace = true
hostkit-codegen.workspace = true
hostkit-reqwest.workspace = true
hostkit-sandbox.workspace = true
hostkit-ureq.workspace = true
hostkit-wire.workspace = true
http.workspace = true
log = "0.4"
serde_json.workspace = true
tokio.workspace = true
tracing.workspace = true

[dev-dependencies]
hostkit-testing = { workspace = true, features = ["server"] }
"#;
