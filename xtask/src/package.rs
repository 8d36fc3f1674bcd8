//! CI job `package`: every published crate can be packed, with complete metadata and licences.

use crate::command::{cargo, output, run};
use crate::manifest::{Manifest, members};
use crate::workspace::{read, root};

/// Manifest keys that a registry page needs.
const KEYS: &[&str] = &[
    "description",
    "version",
    "edition",
    "rust-version",
    "license",
    "documentation",
    "authors",
    "readme",
    "keywords",
    "categories",
];

/// The licence texts, which each packed crate must contain.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The CI job: checks and packs without compiling.
pub(crate) fn run_job() -> Result<(), String> {
    execute(false)
}

/// Checks the metadata and packs all crates; with `verify` also compiles each from its package, in dependency order.
/// Uploads nothing and uses no network.
pub(crate) fn execute(verify: bool) -> Result<(), String> {
    let members = members()?;
    let published: Vec<&Manifest> = members.iter().filter(|member| member.is_published).collect();
    let mut findings: Vec<String> = published.iter().flat_map(|member| missing(member)).collect();
    for member in &published {
        let folder = root().join(&member.folder);
        if !folder.join("README.md").exists() {
            findings.push(format!("{}/README.md is missing", member.folder));
        }
        for licence in LICENCES {
            // Either a symbolic link to the root's text or a copy of it.
            if std::fs::read_to_string(folder.join(licence)).ok() != Some(read(&root().join(licence))?) {
                findings.push(format!("{}/{licence}: is not the text of the root's", member.folder));
            }
        }
    }
    if !findings.is_empty() {
        return Err(findings.join("\n"));
    }
    let mut arguments = vec!["package", "--workspace", "--allow-dirty", "--offline"];
    for member in members.iter().filter(|member| !member.is_published) {
        arguments.extend(["--exclude", member.name.as_str()]);
    }
    let listed = output(cargo(&arguments).arg("--list"))?;
    // They would need the repository: specs, or files of another crate.
    if let Some(test) = listed.lines().find(|line| line.starts_with("tests/")) {
        return Err(format!("a package contains {test}: its Cargo.toml lacks `exclude = [\"/tests\"]`"));
    }
    for licence in LICENCES {
        let count = listed.lines().filter(|line| *line == licence).count();
        if count != published.len() {
            return Err(format!("{licence} is packed into {count} of {} crates", published.len()));
        }
    }
    run(cargo(&arguments).args(if verify { &[][..] } else { &["--no-verify", "--quiet"] }))
}

fn missing(manifest: &Manifest) -> Vec<String> {
    let package = manifest.table.get("package").and_then(|package| package.as_table());
    let lacks = KEYS.iter().filter(|key| !package.is_some_and(|package| package.contains_key(**key)));
    let mut findings: Vec<String> =
        lacks.map(|key| format!("{}/Cargo.toml: `{key}` is missing", manifest.folder)).collect();
    let page = package.and_then(|package| package.get("documentation")).and_then(|page| page.as_str());
    if page.is_some_and(|page| page != format!("https://docs.rs/{}", manifest.name)) {
        findings.push(format!("{}/Cargo.toml: `documentation` is not the page of this crate", manifest.folder));
    }
    let table = ["metadata", "docs", "rs"]
        .iter()
        .try_fold(package, |table, key| Some(table?.get(*key).and_then(|table| table.as_table())));
    let has_all = table.flatten().and_then(|table| table.get("all-features")).and_then(|flag| flag.as_bool());
    if has_all != Some(true) {
        findings.push(format!("{}/Cargo.toml: docs.rs does not show all features", manifest.folder));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::missing;
    use crate::manifest::parse;

    #[test]
    fn what_is_missing_is_named() {
        let text = "[package]\nname = \"a\"\nversion.workspace = true\ndocumentation = \"https://docs.rs/b\"\n";
        let found = missing(&parse("crates/a", text).unwrap());
        for finding in ["`description` is missing", "`documentation` is not the page of this crate", "all features"] {
            assert!(found.iter().any(|line| line.contains(finding)), "{finding}: {found:?}");
        }
        assert!(!found.iter().any(|line| line.contains("`version`")), "{found:?}");
        let whole = format!("{}[package.metadata.docs.rs]\nall-features = true\n", text.replace("/b", "/a"));
        let found = missing(&parse("crates/a", &whole).unwrap());
        assert!(!found.iter().any(|line| line.contains("documentation") || line.contains("docs.rs")), "{found:?}");
    }
}
