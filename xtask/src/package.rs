//! The job `package`: every crate that may go to a registry can be packed, and its metadata is complete.

use crate::command::{cargo, run};
use crate::manifest::{Manifest, members};
use crate::workspace::{Outcome, root};

/// What the page of a crate in a registry is made of.
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

/// Checks the metadata, then packs all crates; nothing is uploaded, and no network is used.
pub(crate) fn run_job() -> Outcome {
    let members = members()?;
    let mut findings: Vec<String> = members.iter().filter(|member| member.is_published).flat_map(missing).collect();
    for member in members.iter().filter(|member| member.is_published) {
        let readme = root().join(&member.folder).join("README.md");
        if !readme.exists() {
            findings.push(format!("{}/README.md is missing", member.folder));
        }
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        if !root().join(licence).exists() {
            findings.push(format!("{licence} is missing"));
        }
    }
    if !findings.is_empty() {
        return Err(findings.join("\n"));
    }
    let mut arguments = vec!["package", "--workspace", "--no-verify", "--allow-dirty", "--offline", "--quiet"];
    for member in members.iter().filter(|member| !member.is_published) {
        arguments.extend(["--exclude", member.name.as_str()]);
    }
    run(&mut cargo(&arguments))
}

fn missing(manifest: &Manifest) -> Vec<String> {
    let package = manifest.table.get("package").and_then(|package| package.as_table());
    let lacks = KEYS.iter().filter(|key| !package.is_some_and(|package| package.contains_key(**key)));
    lacks.map(|key| format!("{}/Cargo.toml: `{key}` is missing", manifest.folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::missing;
    use crate::manifest::parse;

    #[test]
    fn what_is_missing_is_named() {
        let text = "[package]\nname = \"a\"\nversion.workspace = true\n";
        let found = missing(&parse("crates/a", text).unwrap());
        assert!(found.contains(&"crates/a/Cargo.toml: `description` is missing".to_owned()), "{found:?}");
        assert!(!found.iter().any(|line| line.contains("`version`")), "{found:?}");
    }
}
