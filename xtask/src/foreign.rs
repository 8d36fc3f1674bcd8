//! Command `foreign`, and a rule of `tidy`: the features of dependencies that another crate of a build can turn on.
//!
//! `tests/foreign` is a program with a lock file of its own that turns them on. The rule compares its lists with the
//! features that there are: each is on, or left out with a reason.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml::Table;

use crate::command::{cargo, output, run};
use crate::workspace::{read, root, target};

/// The folder of the program.
const FOLDER: &str = "tests/foreign";

/// Published crates that are part of no program that makes calls: two that generate code, and the hosters' side.
const NOT_IN_A_CLIENT: [&str; 3] = ["cargo-hostkit", "hostkit-codegen", "hostkit-sandbox"];

/// Runs the tests of the program. Its lock file has the workspace's versions, so that the same code is tested.
pub(crate) fn execute() -> Result<(), String> {
    let findings = check()?;
    if !findings.is_empty() {
        return Err(findings.join("\n"));
    }
    let mut command = cargo(&["test", "--locked", "--no-fail-fast"]);
    run(command.current_dir(root().join(FOLDER)).env("CARGO_TARGET_DIR", target()))
}

/// Features that are neither on nor left out, reasons for nothing, and packages in other versions than the workspace's.
pub(crate) fn check() -> Result<Vec<String>, String> {
    let metadata = output(&mut cargo(&["metadata", "--format-version", "1", "--all-features", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let parse = |text: &str| text.parse::<Table>().map_err(|error| format!("{FOLDER}: {error}"));
    let manifest = parse(&read(&root().join(FOLDER).join("Cargo.toml"))?)?;
    let mut findings = compare(&direct(&metadata), &manifest);
    let lock = parse(&read(&root().join("Cargo.lock"))?)?;
    findings.extend(other_versions(&lock, &parse(&read(&root().join(FOLDER).join("Cargo.lock"))?)?));
    Ok(findings)
}

/// A direct dependency of the published crates.
#[derive(Debug, Default)]
struct Dependency {
    /// All its features, with what each turns on.
    features: BTreeMap<String, Vec<String>>,
    /// Those that the published crates turn on themselves.
    used: BTreeSet<String>,
}

/// The dependencies of the published crates that reach a user's program, by name.
fn direct(metadata: &Value) -> BTreeMap<String, Dependency> {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let packages: BTreeMap<String, Value> =
        list(metadata, "packages").into_iter().map(|package| (text(&package, "id"), package)).collect();
    let members: BTreeSet<String> =
        list(metadata, "workspace_members").iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let mut found: BTreeMap<String, Dependency> = BTreeMap::new();
    for node in list(&metadata["resolve"], "nodes") {
        let id = text(&node, "id");
        let Some(package) = packages.get(&id).filter(|_| members.contains(&id)) else { continue };
        let is_published = package["publish"].as_array().is_none_or(|registries| !registries.is_empty());
        if !is_published || NOT_IN_A_CLIENT.contains(&text(package, "name").as_str()) {
            continue;
        }
        for edge in list(&node, "deps") {
            let is_normal = list(&edge, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
            let Some(other) = packages.get(&text(&edge, "pkg")).filter(|other| is_normal && !other["source"].is_null())
            else {
                continue;
            };
            let name = text(other, "name");
            let entry = found.entry(name.clone()).or_default();
            for (feature, turned_on) in other["features"].as_object().into_iter().flatten() {
                let turned_on = turned_on.as_array().into_iter().flatten();
                let turned_on = turned_on.filter_map(|name| name.as_str().map(str::to_owned)).collect();
                entry.features.insert(feature.clone(), turned_on);
            }
            let is_it = |need: &Value| text(need, "name") == name && need["kind"].is_null();
            for need in list(package, "dependencies").iter().filter(|need| is_it(need)) {
                entry.used.extend(list(need, "features").iter().filter_map(|name| name.as_str().map(str::to_owned)));
                if need["uses_default_features"] == true {
                    entry.used.insert("default".to_owned());
                }
            }
        }
    }
    found
}

/// Compares the features that there are with the lists of the program's manifest.
fn compare(direct: &BTreeMap<String, Dependency>, manifest: &Table) -> Vec<String> {
    let needs = manifest.get("dependencies").and_then(|table| table.as_table());
    let mut left_out: BTreeMap<String, bool> = BTreeMap::new();
    let mut findings = Vec::new();
    for group in groups(manifest) {
        let why = group.get("why").and_then(|why| why.as_str()).unwrap_or_default();
        for feature in texts(group, "features") {
            if why.len() < 10 {
                findings.push(format!("{FOLDER}: `{feature}` is left out without a reason"));
            }
            left_out.insert(feature, false);
        }
    }
    for (name, dependency) in direct {
        let mut on = dependency.used.clone();
        let need = needs.and_then(|needs| needs.get(name));
        let table = need.and_then(|need| need.as_table());
        on.extend(table.map(|table| texts(table, "features")).unwrap_or_default());
        let is_default = |table: &Table| table.get("default-features").and_then(|flag| flag.as_bool()) != Some(false);
        if need.is_some() && table.is_none_or(is_default) {
            on.insert("default".to_owned());
        }
        let on = closure(&dependency.features, on);
        for feature in dependency.features.keys().filter(|feature| !on.contains(*feature)) {
            let full = format!("{name}/{feature}");
            let mut is_left_out = false;
            for (pattern, is_used) in &mut left_out {
                let fits = match pattern.strip_suffix('*') {
                    Some(start) => full.starts_with(start),
                    None => full == *pattern,
                };
                is_left_out |= fits;
                *is_used |= fits;
            }
            if !is_left_out {
                findings.push(format!("{FOLDER}: `{full}` is neither on nor left out with a reason"));
            }
        }
    }
    let useless = left_out.iter().filter(|(_, is_used)| !**is_used);
    findings
        .extend(useless.map(|(pattern, _)| format!("{FOLDER}: `{pattern}` is left out, but is on or is no feature")));
    findings
}

fn groups(manifest: &Table) -> impl Iterator<Item = &Table> {
    let metadata = manifest.get("package").and_then(|package| package.get("metadata"));
    let groups = metadata.and_then(|metadata| metadata.get("left-out")).and_then(|groups| groups.as_array());
    groups.into_iter().flatten().filter_map(|group| group.as_table())
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(|list| list.as_array());
    list.into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// These features, and all that they turn on in the same package.
fn closure(features: &BTreeMap<String, Vec<String>>, on: BTreeSet<String>) -> BTreeSet<String> {
    let mut open: Vec<String> = on.into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        // `other/feature` turns an optional dependency on, and the feature of its name, but `other?/feature` does not.
        let turned_on = features.get(&name).into_iter().flatten().filter(|name| !name.contains("?/"));
        open.extend(turned_on.filter_map(|name| name.split('/').next().map(str::to_owned)));
        if !found.insert(name) {
            open.retain(|name| !found.contains(name));
        }
    }
    found
}

/// Packages of which the program's lock file lacks the version that the workspace's has.
fn other_versions(ours: &Table, theirs: &Table) -> Vec<String> {
    let versions = |lock: &Table| -> BTreeMap<String, BTreeSet<String>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in lock.get("package").and_then(|packages| packages.as_array()).into_iter().flatten() {
            let text = |key: &str| package.get(key).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
            all.entry(text("name")).or_default().insert(text("version"));
        }
        all
    };
    let (ours, theirs) = (versions(ours), versions(theirs));
    let mut findings = Vec::new();
    for (name, versions) in &theirs {
        if let Some(known) = ours.get(name).filter(|known| known.is_disjoint(versions)) {
            findings.push(format!("{FOLDER}/Cargo.lock: {name} is {versions:?}, in the workspace {known:?}"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{closure, compare, direct, other_versions};

    fn findings(manifest: &str) -> Vec<String> {
        let external = json!({ "id": "x 1", "name": "x", "source": "a registry", "dependencies": [], "features": {
            "default": ["std"], "std": ["dep:y", "z?/std"], "fast": ["std", "z/fast"], "z": ["dep:z"], "tls": [],
        } });
        let need = json!({ "name": "x", "kind": null, "features": [], "uses_default_features": true });
        let member = json!({ "id": "a 1", "name": "a", "source": null, "publish": null, "features": {}, "dependencies": [need] });
        let edge = json!({ "pkg": "x 1", "dep_kinds": [{ "kind": null }] });
        let metadata = json!({
            "packages": [external, member],
            "workspace_members": ["a 1"],
            "resolve": { "nodes": [{ "id": "a 1", "deps": [edge] }] },
        });
        compare(&direct(&metadata), &manifest.parse().unwrap())
    }

    #[test]
    fn each_feature_is_on_or_has_a_reason() {
        let on = "[dependencies]\nx = { version = \"1\", features = [\"fast\"] }\n";
        let group = |why: &str, features: &str| {
            format!("{on}[[package.metadata.left-out]]\nwhy = \"{why}\"\nfeatures = [{features}]\n")
        };
        let good = "needs a library in C";
        assert_eq!(findings(&group(good, "\"x/tls\"")), Vec::<String>::new());
        assert_eq!(findings(&group(good, "\"x/t*\"")), Vec::<String>::new());
        let said = |found: Vec<String>| -> Vec<String> {
            found.iter().map(|line| line.trim_start_matches("tests/foreign: ").to_owned()).collect()
        };
        assert_eq!(said(findings(on)), ["`x/tls` is neither on nor left out with a reason"]);
        let nothing = [
            "`x/fast` is neither on nor left out with a reason",
            "`x/tls` is neither on nor left out with a reason",
            "`x/z` is neither on nor left out with a reason",
        ];
        assert_eq!(said(findings("")), nothing, "`std` is one of ours");
        assert_eq!(said(findings(&group("", "\"x/tls\""))), ["`x/tls` is left out without a reason"]);
        for useless in ["x/fast", "x/gone"] {
            let found = said(findings(&group(good, &format!("\"x/tls\", \"{useless}\""))));
            assert_eq!(found, [format!("`{useless}` is left out, but is on or is no feature")]);
        }
    }

    #[test]
    fn features_that_turn_each_other_on_come_to_an_end() {
        let features = [("a", vec!["b"]), ("b", vec!["a", "c/d"]), ("c", vec![])];
        let features = features.map(|(name, on)| (name.to_owned(), on.into_iter().map(str::to_owned).collect()));
        let all = closure(&features.into(), ["a".to_owned()].into());
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn another_version_is_found() {
        let lock = |version: &str| format!("[[package]]\nname = \"x\"\nversion = \"{version}\"\n").parse().unwrap();
        assert_eq!(other_versions(&lock("1.0.0"), &lock("1.0.0")), Vec::<String>::new());
        assert_eq!(other_versions(&lock("1.0.0"), &lock("1.1.0")).len(), 1);
    }
}
