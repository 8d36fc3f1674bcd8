//! rustfmt over files of a workspace: with its settings, each file once, and none but those that were given.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_hostkit::{Workspace, files};
use hostkit_codegen::Tree;

/// A folder that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("cargo-hostkit-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("rustfmt.toml"), "max_width = 40\n").expect("a file");
        Self(folder)
    }

    fn workspace(&self) -> Workspace {
        Workspace::new(&self.0, self.0.join("kept"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the system's folder of temporary files does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    files.iter().for_each(|(path, text)| tree.add(*path, *text));
    tree
}

fn kept(folder: &Path) -> Vec<String> {
    files(&folder.join("kept")).expect("a folder")
}

#[test]
fn the_settings_of_the_workspace_hold_and_modules_are_not_followed() {
    let scratch = Scratch::new("settings");
    let long = "fn sum( first: u8,second: u8 ) -> u16 { first + second }\n";
    let given = tree(&[("src/mod.rs", "mod  other;\npub mod given;\n"), ("src/given.rs", long)]);
    let formatted = scratch.workspace().formatted(given).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(formatted.get("src/mod.rs"), Some("pub mod given;\nmod other;\n"));
    let wanted = "fn sum(first: u8, second: u8) -> u16 {\n    first + second\n}\n";
    assert_eq!(formatted.get("src/given.rs"), Some(wanted));
    assert_eq!(formatted.files().count(), 2);
}

#[test]
fn a_file_is_formatted_once_whatever_else_is() {
    let scratch = Scratch::new("once");
    let workspace = scratch.workspace();
    let formatted = |path: &str, text: &str| {
        let tree = workspace.formatted(tree(&[(path, text)])).expect("formatted");
        tree.get(path).map(str::to_owned)
    };
    assert_eq!(formatted("src/a.rs", "fn  a() {}\n").as_deref(), Some("fn a() {}\n"));
    // Shows from now on whether what is kept is taken, or rustfmt is asked.
    let [kept] = &kept(&scratch.0)[..] else { panic!("one file is kept") };
    let kept = scratch.0.join("kept").join(kept);
    let marked = fs::read_to_string(&kept).expect("a file").replace("fn a", "fn kept");
    fs::write(&kept, marked).expect("a file");
    formatted("src/b.rs", "fn  b() {}\n");
    assert_eq!(formatted("src/a.rs", "fn  a() {}\n").as_deref(), Some("fn kept() {}\n"));
    fs::write(scratch.0.join("rustfmt.toml"), "max_width = 50\n").expect("a file");
    assert_eq!(formatted("src/a.rs", "fn  a() {}\n").as_deref(), Some("fn a() {}\n"), "other settings");
    assert_eq!(formatted("src/a.rs", "fn  c() {}\n").as_deref(), Some("fn c() {}\n"), "another text");
}

/// A process of rustfmt that follows `mod name;` must not touch what another one formats.
#[test]
fn a_module_and_its_files_are_formatted_apart() {
    let names: Vec<String> = (0..30).map(|number| format!("m{number}")).collect();
    let mut tree = Tree::default();
    tree.add("mod.rs", names.iter().map(|name| format!("mod {name};\n")).collect::<String>());
    for name in &names {
        tree.add(format!("{name}.rs"), "fn  one( ) {}\n".repeat(300));
    }
    for round in 0..5 {
        let scratch = Scratch::new(&format!("apart-{round}"));
        let formatted = scratch.workspace().formatted(tree.clone()).expect("rustfmt runs");
        for (path, text) in formatted.files().filter(|(path, _)| *path != "mod.rs") {
            assert_eq!(text.matches("fn one() {}").count(), 300, "{path} in round {round}");
        }
    }
}

#[test]
fn what_is_no_rust_is_an_error() {
    let scratch = Scratch::new("error");
    let error = scratch.workspace().formatted(tree(&[("a.rs", "fn fn\n")])).expect_err("no Rust");
    assert!(error.to_string().starts_with("rustfmt ended with"), "{error}");
}
