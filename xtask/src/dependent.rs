//! Command `dependent`: builds and runs a program outside the workspace that depends on the crates through git.
//!
//! It sees only what is committed, so a manifest that relies on the workspace's folder, or a file missing from git,
//! fails here. Registries are out of scope: `package --verify` stands in for them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{cargo, output, run};
use crate::workspace::{read, root, target, write};

/// The direct dependencies of the program; their own come from the same clone.
const CRATES: [&str; 2] = ["clodo-proto", "hostkit-ureq"];

const PROGRAM: &str = r#"fn main() -> Result<(), Box<dyn std::error::Error>> {
    let credentials = clodo_proto::Credentials::key("login", "key");
    let client = hostkit_ureq::Client::<clodo_proto::Clodo>::builder(credentials).build()?;
    println!("{client:?}");
    Ok(())
}
"#;

/// Clones the repository, builds the program against the clone, and runs it.
pub(crate) fn execute() -> Result<(), String> {
    let folder = target().join("dependent");
    let clone = folder.join("clone");
    if clone.exists() {
        fs::remove_dir_all(&clone).map_err(|error| format!("{}: {error}", clone.display()))?;
    }
    fs::create_dir_all(folder.join("src")).map_err(|error| format!("{}: {error}", folder.display()))?;
    run(Command::new("git").args(["clone", "--quiet", "--bare", "--single-branch"]).arg(root()).arg(&clone))?;
    let revision = output(Command::new("git").arg("-C").arg(&clone).args(["rev-parse", "HEAD"]))?;
    let lock = read(&root().join("Cargo.lock"))?;
    write(&folder.join("Cargo.toml"), &manifest(&read(&root().join("Cargo.toml"))?, &url(&clone), revision.trim()))?;
    write(&folder.join("Cargo.lock"), &lock)?;
    write(&folder.join("src/main.rs"), PROGRAM)?;
    run(cargo(&["run", "--quiet"]).current_dir(&folder).env("CARGO_TARGET_DIR", target()))?;
    let resolved = read(&folder.join("Cargo.lock"))?;
    let strangers: Vec<&str> = checksums(&resolved).filter(|line| !lock.contains(line)).collect();
    if strangers.is_empty() {
        println!("dependent: built and run against {}", revision.trim());
        return Ok(());
    }
    Err(format!("dependent: {} packages are not those of Cargo.lock:\n{}", strangers.len(), strangers.join("\n")))
}

/// The program's manifest, with the workspace's profiles so that compiled external dependencies are reused.
fn manifest(root: &str, url: &str, revision: &str) -> String {
    let mut text = "[package]\nname = \"dependent\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n".to_owned();
    for name in CRATES {
        text.push_str(&format!("{name} = {{ git = \"{url}\", rev = \"{revision}\" }}\n"));
    }
    let mut is_profile = false;
    for line in root.lines() {
        if line.starts_with('[') {
            is_profile = line.starts_with("[profile.");
        }
        if is_profile {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// A file URL of a path; a Windows path lacks the leading slash.
fn url(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    format!("file://{}{path}", if path.starts_with('/') { "" } else { "/" })
}

/// The checksum lines of a lock file, one per registry package.
fn checksums(lock: &str) -> impl Iterator<Item = &str> {
    lock.lines().filter(|line| line.starts_with("checksum = "))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{checksums, manifest, url};

    #[test]
    fn the_program_takes_the_profiles_and_the_revision() {
        let root = "[workspace]\nmembers = []\n\n[profile.dev]\ndebug = 0\n[lints]\na = 1\n[profile.dev.package.\"*\"]\ndebug = false\n";
        let text = manifest(root, "file:///x", "abc");
        assert!(text.contains("hostkit-ureq = { git = \"file:///x\", rev = \"abc\" }\n"), "{text}");
        let table: toml::Table = text.parse().unwrap_or_default();
        assert_eq!(table["profile"]["dev"]["package"]["*"]["debug"].as_bool(), Some(false));
        assert_eq!(table["workspace"].as_table().map(toml::Table::len), Some(0), "no part of the workspace's manifest");
        assert!(!table.contains_key("lints"), "{text}");
    }

    #[test]
    fn paths_of_both_kinds_are_urls() {
        assert_eq!(url(Path::new("/a/b")), "file:///a/b");
        assert_eq!(url(Path::new("D:\\a\\b")), "file:///D:/a/b");
    }

    #[test]
    fn packages_of_registries_are_told_by_their_checksums() {
        let lock = "name = \"a\"\n\n[[package]]\nname = \"b\"\nchecksum = \"1\"\n";
        assert_eq!(checksums(lock).collect::<Vec<_>>(), ["checksum = \"1\""]);
    }
}
