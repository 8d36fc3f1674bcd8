//! The manifests of the workspace's members.

use toml::Table;

use crate::workspace::{read, root};

/// The parts of a `Cargo.toml` that the jobs need.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    /// The folder, relative to the root.
    pub(crate) folder: String,
    pub(crate) name: String,
    /// All features but `default`.
    pub(crate) features: Vec<String>,
    /// Names of direct dependencies of every kind.
    pub(crate) dependencies: Vec<String>,
    /// Whether it may be published.
    pub(crate) is_published: bool,
    pub(crate) table: Table,
}

/// Every member of the workspace.
pub(crate) fn members() -> Result<Vec<Manifest>, String> {
    let root_manifest: Table =
        read(&root().join("Cargo.toml"))?.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let members =
        root_manifest.get("workspace").and_then(|table| table.get("members")).and_then(|list| list.as_array());
    let mut folders = Vec::new();
    for member in members.into_iter().flatten().filter_map(|member| member.as_str()) {
        match member.strip_suffix("/*") {
            None => folders.push(member.to_owned()),
            Some(parent) => {
                let entries = std::fs::read_dir(root().join(parent)).map_err(|error| format!("{parent}: {error}"))?;
                for entry in entries {
                    let entry = entry.map_err(|error| format!("{parent}: {error}"))?;
                    folders.push(format!("{parent}/{}", entry.file_name().to_string_lossy()));
                }
            }
        }
    }
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let path = root().join(&folder).join("Cargo.toml");
        if path.exists() {
            found.push(parse(&folder, &read(&path)?)?);
        }
    }
    Ok(found)
}

/// Reads one manifest.
pub(crate) fn parse(folder: &str, text: &str) -> Result<Manifest, String> {
    let table: Table = text.parse().map_err(|error| format!("{folder}/Cargo.toml: {error}"))?;
    let package = table.get("package").and_then(|package| package.as_table());
    let name = package.and_then(|package| package.get("name")).and_then(|name| name.as_str()).unwrap_or_default();
    let is_published =
        package.and_then(|package| package.get("publish")).and_then(|flag| flag.as_bool()) != Some(false);
    let keys = |table: &Table, key: &str| -> Vec<String> {
        table.get(key).and_then(|table| table.as_table()).into_iter().flat_map(Table::keys).cloned().collect()
    };
    let targets = table.get("target").and_then(|targets| targets.as_table());
    let of_targets = targets.into_iter().flat_map(|targets| targets.values().filter_map(|target| target.as_table()));
    let mut dependencies = Vec::new();
    for table in of_targets.chain([&table]) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            dependencies.extend(keys(table, kind));
        }
    }
    dependencies.sort();
    dependencies.dedup();
    Ok(Manifest {
        folder: folder.to_owned(),
        name: name.to_owned(),
        features: keys(&table, "features").into_iter().filter(|feature| feature != "default").collect(),
        dependencies,
        is_published,
        table,
    })
}
