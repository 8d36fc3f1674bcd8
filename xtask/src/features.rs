//! The job `features`: every crate alone with no, each and all of its features.

use crate::command::{cargo, output};
use crate::manifest::members;
use crate::workspace::Outcome;

/// Crates in whose normal tree the writers of the server half belong.
const SERVERS: &[&str] = &["hostkit-sandbox"];

/// Checks each crate, and that the server half does not leak into those that did not ask for it.
pub(crate) fn run_job() -> Outcome {
    let members = members()?;
    for manifest in members.iter().filter(|manifest| manifest.folder.starts_with("crates/")) {
        let name = manifest.name.as_str();
        check(name, &["--no-default-features"])?;
        for feature in &manifest.features {
            check(name, &["--no-default-features", "--features", feature])?;
        }
        if manifest.features.len() > 1 {
            check(name, &["--all-features"])?;
        }
        if !SERVERS.contains(&name) {
            leak(name)?;
        }
    }
    Ok(())
}

fn check(name: &str, arguments: &[&str]) -> Outcome {
    eprintln!("features: {name} {}", arguments.join(" "));
    let mut all = vec!["check", "--quiet", "--package", name];
    all.extend(arguments);
    // Denying warnings by flags would build every dependency anew.
    let output = cargo(&all).output().map_err(|error| format!("cargo: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && !told.contains("warning") {
        return Ok(());
    }
    Err(format!("{told}\n{name} does not build without warnings with {}", arguments.join(" ")))
}

/// The PHP writer is behind `server`: it is the mark that the feature is on.
fn leak(name: &str) -> Outcome {
    let tree = output(&mut cargo(&["tree", "--package", name, "--edges", "normal", "--prefix", "none"]))?;
    if tree.lines().any(|line| line.starts_with("serde_php ")) {
        return Err(format!(
            "{name}: the feature `server` is on although nobody asked for it (serde_php is in its tree)"
        ));
    }
    Ok(())
}
