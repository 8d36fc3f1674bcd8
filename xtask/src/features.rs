//! The job `features`: every crate alone with no, each and all of its features.

use crate::command::{cargo, output};
use crate::manifest::members;
use crate::workspace::Outcome;

/// Crates in whose normal tree the writers of the server half belong.
const SERVERS: &[&str] = &["hostkit-sandbox"];

/// Checks each crate, and that the server half does not leak into those that did not ask for it.
pub(crate) fn run_job() -> Outcome {
    let members = members()?;
    for manifest in members.iter().filter(|manifest| is_of_an_api(&manifest.name)) {
        protocol_alone(&manifest.name)?;
    }
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

fn is_of_an_api(name: &str) -> bool {
    name.ends_with("-proto") && name != "hostkit-proto"
}

/// The crate of an API stands on the protocol alone: with all features, neither the engine nor what it waits or logs with.
fn protocol_alone(name: &str) -> Outcome {
    let arguments = ["tree", "--package", name, "--edges", "normal", "--all-features", "--prefix", "depth"];
    let tree = output(&mut cargo(&arguments))?;
    let found = strangers(&tree);
    if found.is_empty() {
        return Ok(());
    }
    Err(format!("{name}: only hostkit-proto and what that needs may be below it, but there is {}", found.join(", ")))
}

/// What must not be in the tree of an API's crate. Members of the workspace are told by their folder.
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
