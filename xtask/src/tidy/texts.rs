//! Rules on the content of files.

use super::files::File;
use crate::manifest::Manifest;

/// Machine-specific paths, and registries other than crates.io.
pub(super) fn machine(files: &[File]) -> Vec<String> {
    // Split in two, so that this file does not match.
    const PATTERNS: &[(&str, &str)] = &[
        ("/work", "/"),
        ("/root", "/"),
        ("/home", "/"),
        ("/Users", "/"),
        ("C:\\", "Users"),
        ("/tmp", "/target"),
        ("sparse+", "http"),
        ("replace-", "with"),
        ("artifac", "tory"),
        ("registry-", "index"),
    ];
    let texts = files.iter().filter(|file| !file.is_wire_example());
    let mut findings: Vec<String> =
        texts.flat_map(|file| find(file, PATTERNS, "names a place of one machine")).collect();
    for file in files.iter().filter(|file| file.path == "Cargo.lock") {
        let foreign = file
            .text
            .lines()
            .filter(|line| line.starts_with("source = ") && !line.contains("/rust-lang/crates.io-index"));
        findings.extend(foreign.map(|line| format!("Cargo.lock: {line}: not the public registry")));
    }
    findings
}

/// Markers of unfinished code.
pub(super) fn unfinished(files: &[File]) -> Vec<String> {
    const PATTERNS: &[(&str, &str)] = &[("todo", "!("), ("unimplemented", "!("), ("FIX", "ME")];
    let ours = files.iter().filter(|file| !file.is_wire_example() && file.path != "Cargo.lock");
    ours.flat_map(|file| find(file, PATTERNS, "is not done")).collect()
}

/// Modules that do not start with a doc sentence.
pub(super) fn module_docs(files: &[File]) -> Vec<String> {
    let silent = files.iter().filter(|file| file.is_rust() && !is_snippet(file)).filter(|file| {
        let code = file.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("// "));
        !code.is_some_and(|line| line.starts_with("//!"))
    });
    silent.map(|file| format!("{}: does not start with `//!` and a sentence", file.path)).collect()
}

/// Inputs of compile-fail tests and snapshots are shown to users as they are.
fn is_snippet(file: &File) -> bool {
    file.path.contains("/tests/ui/") || file.path.contains("/tests/compile_fail/") || file.path.contains("/snapshots/")
}

/// Unsafe code, and members without the lints that forbid it.
pub(super) fn not_safe(files: &[File], members: &[Manifest]) -> Vec<String> {
    const PATTERNS: &[(&str, &str)] = &[
        ("unsafe", " {"),
        ("unsafe", " fn"),
        ("unsafe", " impl"),
        ("unsafe", " extern"),
        ("unsafe", "("),
        ("#[allow(un", "safe_code"),
    ];
    let rust = files.iter().filter(|file| file.is_rust());
    let mut findings: Vec<String> = rust.flat_map(|file| find(file, PATTERNS, "is unsafe")).collect();
    let is_forbidden = |file: &&File| file.path == "Cargo.toml" && file.text.contains("\nunsafe_code = \"forbid\"\n");
    if !files.iter().any(|file| is_forbidden(&file)) {
        findings.push("Cargo.toml: the workspace's lints do not forbid unsafe code".to_owned());
    }
    for member in members {
        let lints = member.table.get("lints").and_then(|lints| lints.get("workspace")).and_then(|flag| flag.as_bool());
        if lints != Some(true) {
            findings.push(format!(
                "{}/Cargo.toml: the workspace's lints are off (`[lints] workspace = true`)",
                member.folder
            ));
        }
    }
    findings
}

/// Hoster names in the generator, the core and the clients.
pub(super) fn hosters(files: &[File], names: &[String]) -> Vec<String> {
    let is_neutral = |path: &str| match path.strip_prefix("crates/hostkit") {
        Some(rest) => rest.contains("/src/") && !rest.starts_with("-sandbox/"),
        None => path.starts_with("codegen/"),
    };
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_neutral(&file.path)) {
        for (number, line) in (1..).zip(file.text.lines()) {
            let line = line.to_lowercase();
            for name in names.iter().filter(|name| line.contains(name.as_str())) {
                findings.push(format!("{}:{number}: names a hoster, `{name}`", file.path));
            }
        }
    }
    findings
}

/// The minimum Rust version is stated once, in the root's manifest, and other texts must agree with it.
pub(super) fn minimum_rust(files: &[File], members: &[Manifest]) -> Vec<String> {
    let root = files.iter().find(|file| file.path == "Cargo.toml");
    let said = root.and_then(|file| file.text.lines().find_map(|line| line.strip_prefix("rust-version = ")));
    let Some(said) = said.map(|said| said.trim_matches('"').to_owned()) else {
        return vec!["Cargo.toml: no `rust-version` for the workspace".to_owned()];
    };
    let mut findings = Vec::new();
    for member in members {
        let own = member.table.get("package").and_then(|package| package.get("rust-version"));
        let inherits = own.and_then(|own| own.get("workspace")).and_then(|flag| flag.as_bool()) == Some(true);
        if !inherits {
            findings
                .push(format!("{}/Cargo.toml: write `rust-version.workspace = true`, and nothing else", member.folder));
        }
    }
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if matches!(name, "clippy.toml" | "rust-toolchain" | "rust-toolchain.toml") && file.text.contains("1.") {
            findings.push(format!("{}: says a version of Rust; the root's Cargo.toml does", file.path));
        }
        if name.ends_with(".md") && !file.path.contains("CHANGELOG") {
            for (number, line) in (1..).zip(file.text.lines()) {
                let Some((before, _)) = line.split_once(" or later") else {
                    continue;
                };
                let version = before.rsplit(['(', ' ']).next().unwrap_or_default();
                if version.starts_with("1.") && before.contains("Rust") && version != said {
                    findings.push(format!("{}:{number}: says Rust {version}, Cargo.toml says {said}", file.path));
                }
            }
        }
    }
    findings
}

fn find(file: &File, patterns: &[(&str, &str)], what: &str) -> Vec<String> {
    let patterns: Vec<String> = patterns.iter().map(|(head, tail)| format!("{head}{tail}")).collect();
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        for pattern in patterns.iter().filter(|pattern| line.contains(pattern.as_str())) {
            findings.push(format!("{}:{number}: `{pattern}` {what}", file.path));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse;

    fn file(path: &str, text: &str) -> Vec<File> {
        vec![File { path: path.to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn paths_of_a_machine_are_found_but_not_in_wire_examples() {
        let text = format!("at {}/me/x\n", "/home");
        assert_eq!(machine(&file("docs/a.md", &text)).len(), 1);
        assert!(machine(&file("specs/a/b/case.answer.json", &text)).is_empty());
        let lock = "source = \"registry+https://example.org/index\"\n";
        assert_eq!(machine(&file("Cargo.lock", lock)).len(), 1);
    }

    #[test]
    fn what_is_not_done_is_found() {
        let text = format!("{}!()", "todo");
        assert_eq!(unfinished(&file("a.rs", &text)).len(), 1);
        assert!(unfinished(&file("a.rs", "a todo list")).is_empty());
    }

    #[test]
    fn a_module_without_a_sentence_is_found() {
        assert_eq!(module_docs(&file("a.rs", "use std::fmt;\n//! late\n")).len(), 1);
        assert!(module_docs(&file("a.rs", "// @generated\n\n//! What it is.\n")).is_empty());
    }

    #[test]
    fn unsafe_code_and_absent_lints_are_found() {
        let forbids = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        let with = |text: &str| [file("a.rs", text), file("Cargo.toml", forbids)].concat();
        let text = format!("{} {{ }}", "unsafe");
        assert_eq!(not_safe(&with(&text), &[]).len(), 1);
        assert!(not_safe(&with("// nothing unsafe here\n"), &[]).is_empty());
        let member = parse("crates/a", "[package]\nname = \"a\"\n").unwrap();
        assert_eq!(not_safe(&with(""), &[member]).len(), 1);
        let found = not_safe(&file("Cargo.toml", "[workspace.lints.rust]\nunsafe_code = \"deny\"\n"), &[]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn hosters_are_found_where_nobody_may_know_them() {
        let names = ["acme".to_owned()];
        for path in ["codegen/src/a.rs", "codegen/tests/a.rs", "crates/hostkit/src/a.rs", "crates/hostkit-new/src/a.rs"]
        {
            assert_eq!(hosters(&file(path, "// as ACME does\n"), &names).len(), 1, "{path}");
        }
        for path in ["crates/acme-proto/src/lib.rs", "crates/hostkit-sandbox/src/a.rs", "crates/hostkit-new/README.md"]
        {
            assert!(hosters(&file(path, "acme"), &names).is_empty(), "{path}");
        }
    }

    #[test]
    fn a_second_minimum_version_is_found() {
        let root = File { path: "Cargo.toml".to_owned(), text: "rust-version = \"1.70\"\n".to_owned() };
        let with = |path: &str, text: &str| {
            let files = vec![root.clone(), File { path: path.to_owned(), text: text.to_owned() }];
            minimum_rust(&files, &[]).len()
        };
        assert_eq!(with("README.md", "A Rust toolchain (1.70 or later).\n"), 0);
        assert_eq!(with("README.md", "It takes Rust 1.71 or later.\n"), 1);
        assert_eq!(with("DESIGN.md", "Measured with Rust 1.95.\n"), 0);
        assert_eq!(with("clippy.toml", "msrv = \"1.70\"\n"), 1);
        let member = |line: &str| parse("crates/a", &format!("[package]\nname = \"a\"\n{line}\n")).unwrap();
        assert_eq!(minimum_rust(std::slice::from_ref(&root), &[member("rust-version.workspace = true")]).len(), 0);
        assert_eq!(minimum_rust(std::slice::from_ref(&root), &[member("rust-version = \"1.70\"")]).len(), 1);
        assert_eq!(minimum_rust(&[], &[]).len(), 1);
    }
}
