//! CI job and command `features`: checks what the crates need, and that they build without their features.
//!
//! The job checks all crates in one build without features, the command each crate alone with no, each and all of its
//! features.

use crate::command::{cargo, output};
use crate::manifest::{Manifest, members};

/// Crates that may have the server half's writers in their normal dependency tree.
const SERVERS: &[&str] = &["hostkit-sandbox"];

/// The crate that `cargo xtask` has just built, without features, to run the job.
const OF_XTASK: &str = "cargo-hostkit";

/// The CI job: the dependency trees, and one build without features. The job `clippy` checks all features together.
pub(crate) fn run_job() -> Result<(), String> {
    let members = members()?;
    trees(&members)?;
    // One that needs the server halves would turn them on in the others.
    let is_of_the_build =
        |manifest: &&Manifest| is_checked(manifest) && !is_server(manifest) && manifest.name != OF_XTASK;
    let names: Vec<&str> = members.iter().filter(is_of_the_build).map(|manifest| manifest.name.as_str()).collect();
    check(&names, &["--no-default-features"])
}

/// The command: each crate alone with no, each and all of its features, so that none builds only because of another.
pub(crate) fn execute() -> Result<(), String> {
    let members = members()?;
    trees(&members)?;
    for manifest in members.iter().filter(|manifest| is_checked(manifest)) {
        let name = [manifest.name.as_str()];
        check(&name, &["--no-default-features"])?;
        for feature in &manifest.features {
            check(&name, &["--no-default-features", "--features", feature])?;
        }
        if manifest.features.len() > 1 {
            check(&name, &["--all-features"])?;
        }
    }
    Ok(())
}

fn is_checked(manifest: &Manifest) -> bool {
    manifest.folder.starts_with("crates/")
}

fn is_server(manifest: &Manifest) -> bool {
    SERVERS.contains(&manifest.name.as_str())
}

/// Checks that an API's crate needs the protocol alone, and that `server` reaches only crates that enable it.
fn trees(members: &[Manifest]) -> Result<(), String> {
    for manifest in members.iter().filter(|manifest| is_of_an_api(&manifest.name)) {
        protocol_alone(&manifest.name)?;
    }
    let is_free = |manifest: &&Manifest| is_checked(manifest) && !is_server(manifest);
    members.iter().filter(is_free).try_for_each(|manifest| leak(&manifest.name))
}

fn check(packages: &[&str], arguments: &[&str]) -> Result<(), String> {
    let arguments_line = arguments.join(" ");
    match packages {
        [name] => eprintln!("features: {name} {arguments_line}"),
        _ => eprintln!("features: {} crates {arguments_line}", packages.len()),
    }
    let mut all = vec!["check", "--quiet"];
    all.extend(packages.iter().flat_map(|package| ["--package", package]));
    all.extend(arguments);
    // `RUSTFLAGS` with `-D warnings` would rebuild every dependency.
    let output = cargo(&all).output().map_err(|error| format!("cargo: {error}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && !stderr.contains("warning") {
        return Ok(());
    }
    Err(format!("{stderr}\nno build without warnings with {arguments_line} of {}", packages.join(", ")))
}

/// `serde_php`, the PHP writer, is in a tree only where the feature `server` is on.
fn leak(name: &str) -> Result<(), String> {
    let tree = output(&mut cargo(&["tree", "--package", name, "--edges", "normal", "--prefix", "none"]))?;
    if tree.lines().any(|line| line.starts_with("serde_php ")) {
        return Err(format!("{name}: the feature `server` is on without being enabled (serde_php is in its tree)"));
    }
    Ok(())
}

fn is_of_an_api(name: &str) -> bool {
    name.ends_with("-proto") && name != "hostkit-proto"
}

/// Checks that an API's crate, with all features, depends on neither the engine nor its event and tracing libraries.
fn protocol_alone(name: &str) -> Result<(), String> {
    let arguments = ["tree", "--package", name, "--edges", "normal", "--all-features", "--prefix", "depth"];
    let tree = output(&mut cargo(&arguments))?;
    let found = strangers(&tree);
    if found.is_empty() {
        return Ok(());
    }
    Err(format!("{name}: may depend only on hostkit-proto and its dependencies, but depends on {}", found.join(", ")))
}

/// Crates that must not be in the tree of an API's crate; workspace members are recognised by their path.
fn strangers(tree: &str) -> Vec<&str> {
    let lines = tree.lines().filter_map(|line| {
        let depth = line.bytes().take_while(u8::is_ascii_digit).count();
        let (depth, package) = line.split_at_checked(depth)?;
        let name = package.split(' ').next()?;
        Some((depth, name, package.contains(" (/") || package.contains(":\\")))
    });
    lines
        .filter(|(depth, name, is_member)| match *name {
            "hostkit" | "event-listener" | "tracing" | "tracing-core" => true,
            "hostkit-proto" => false,
            _ => *depth == "1" && *is_member,
        })
        .map(|(_, name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{is_of_an_api, protocol_alone, strangers};
    use crate::manifest::members;

    #[test]
    fn every_api_stands_on_the_protocol_alone() {
        let members = members().expect("the manifests");
        let names: Vec<_> =
            members.iter().map(|member| member.name.as_str()).filter(|name| is_of_an_api(name)).collect();
        assert!(names.contains(&"obstacle-proto") && names.len() > 1, "{names:?}");
        for name in names {
            assert_eq!(protocol_alone(name), Ok(()));
        }
    }

    #[test]
    fn what_is_not_the_protocol_is_found() {
        let good = "0shop-proto v0.1.0 (/x/shop-proto)\n1hostkit-proto v0.1.0 (/x/p)\n2hostkit-wire v0.1.0 (/x/w)\n1serde v1.0.0\n";
        assert_eq!(strangers(good), Vec::<&str>::new());
        let bad = "1hostkit v0.1.0 (/x/h)\n2event-listener v5.4.0\n3tracing v0.1.0\n1hostkit-wire v0.1.0 (/x/w)\n";
        assert_eq!(strangers(&format!("{good}{bad}")), ["hostkit", "event-listener", "tracing", "hostkit-wire"]);
    }
}
