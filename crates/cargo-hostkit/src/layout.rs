//! Finds the APIs of a workspace: its members with a `[package.metadata.hostkit]`.

use std::path::{Component, Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Commands, Error, Layout, Workspace};

/// What `code` says where a build script generates.
const OUT_DIR: &str = "OUT_DIR";

/// The keys of `[package.metadata.hostkit]`.
const KEYS: [&str; 5] = ["api", "specs", "code", "reference", "openapi"];

impl Layout {
    /// Reads the metadata of a package, whose folder is relative to the root.
    fn read(package: &str, folder: &str, features: Vec<String>, metadata: &Value) -> Result<Self, Error> {
        let wrong = |what: String| Error::new(format!("{folder}/Cargo.toml: [package.metadata.hostkit]: {what}"));
        let table = metadata.as_object().ok_or_else(|| wrong("is no table".to_owned()))?;
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(wrong(format!("`{key}` is no key; there are: {}", KEYS.join(", "))));
        }
        let text = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(other) => Err(wrong(format!("`{key}` is {other}, not a text"))),
        };
        let place = |path: &str| joined(folder, path).ok_or_else(|| wrong(format!("{path:?} leaves the workspace")));
        let code = text("code")?.unwrap_or("src/generated");
        Ok(Self {
            api: text("api")?.map_or_else(|| package.trim_end_matches("-proto").replace('-', "_"), str::to_owned),
            package: package.to_owned(),
            folder: folder.to_owned(),
            specs: place(text("specs")?.unwrap_or("specs"))?,
            code: if code == OUT_DIR { None } else { Some(place(code)?) },
            reference: text("reference")?.map(&place).transpose()?,
            openapi: text("openapi")?.map(&place).transpose()?,
            features,
        })
    }
}

/// The features of `hostkit-proto` that a package asks for.
fn features(package: &Value) -> Vec<String> {
    let all = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let ours = all.filter(|one| one.get("name").and_then(Value::as_str) == Some("hostkit-proto"));
    let features = ours.filter_map(|one| one.get("features").and_then(Value::as_array)).flatten();
    features.filter_map(|feature| feature.as_str().map(str::to_owned)).collect()
}

/// A path below a folder, without `.` and `..`; `None` if it leads out of the root.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in Path::new(folder).join(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => drop(parts.pop()?),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

impl Workspace {
    /// The workspace that a folder belongs to, as cargo finds it, with all its APIs.
    ///
    /// # Errors
    /// There is no workspace, or a `[package.metadata.hostkit]` is malformed.
    pub fn find(folder: &Path, commands: Commands) -> Result<Self, Error> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(folder);
        let output = command.output().map_err(|error| Error::of(Path::new("cargo"), &error))?;
        if !output.status.success() {
            return Err(Error::new(String::from_utf8_lossy(&output.stderr).trim_end().to_owned()));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::new(format!("cargo metadata: expected JSON, found: {error}")))?;
        Self::read(&metadata, commands)
    }

    fn read(metadata: &Value, commands: Commands) -> Result<Self, Error> {
        let path = |key: &str| {
            let text = metadata.get(key).and_then(Value::as_str);
            text.map(PathBuf::from).ok_or_else(|| Error::new(format!("cargo metadata: `{key}` is missing")))
        };
        let (root, target) = (path("workspace_root")?, path("target_directory")?);
        let mut layouts = Vec::new();
        for package in metadata.get("packages").and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
            let Some(ours) = package.get("metadata").and_then(|metadata| metadata.get("hostkit")) else { continue };
            let manifest = Path::new(text("manifest_path"));
            let folder = manifest.parent().and_then(|folder| folder.strip_prefix(&root).ok());
            let folder = folder.map(|folder| folder.to_string_lossy().replace('\\', "/"));
            let folder =
                folder.ok_or_else(|| Error::new(format!("{}: outside of the workspace", manifest.display())))?;
            layouts.push(Layout::read(text("name"), &folder, features(package), ours)?);
        }
        layouts.sort_by(|a, b| a.api.cmp(&b.api));
        if let Some(pair) = layouts.windows(2).find(|pair| pair[0].api == pair[1].api) {
            let (api, one, other) = (&pair[0].api, &pair[0].package, &pair[1].package);
            return Err(Error::new(format!("the packages {one} and {other} are both of the API `{api}`")));
        }
        Ok(Self { root, kept: target.join("codegen"), commands, layouts })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Commands, Layout, Workspace};

    fn read(packages: Value) -> Result<Vec<Layout>, String> {
        let metadata = json!({ "workspace_root": "/w", "target_directory": "/w/target", "packages": packages });
        let workspace = Workspace::read(&metadata, Commands::HOSTKIT);
        workspace.map(|workspace| workspace.layouts).map_err(|error| error.to_string())
    }

    fn package(name: &str, hostkit: Value) -> Value {
        let manifest = format!("/w/crates/{name}/Cargo.toml");
        json!({ "name": name, "manifest_path": manifest, "metadata": { "hostkit": hostkit } })
    }

    #[test]
    fn what_is_not_said_has_a_usual_place() {
        let others = json!([package("my-shop-proto", json!({})), { "name": "other", "metadata": null }]);
        let [layout] = &read(others).unwrap()[..] else { panic!("one API") };
        assert_eq!((layout.api.as_str(), layout.specs.as_str()), ("my_shop", "crates/my-shop-proto/specs"));
        assert_eq!(layout.code.as_deref(), Some("crates/my-shop-proto/src/generated"));
        assert_eq!((&layout.reference, &layout.openapi), (&None, &None));
    }

    #[test]
    fn places_may_be_anywhere_in_the_workspace() {
        let said = json!({ "api": "shop", "specs": "../../specs", "code": "OUT_DIR", "openapi": "../../docs" });
        let [layout] = &read(json!([package("a", said)])).unwrap()[..] else { panic!("one API") };
        assert_eq!((layout.api.as_str(), layout.specs.as_str(), &layout.code), ("shop", "specs", &None));
        assert_eq!(layout.openapi.as_deref(), Some("docs"));
    }

    #[test]
    fn features_are_those_of_the_protocol() {
        let mut one = package("a", json!({}));
        one["dependencies"] =
            json!([{ "name": "serde", "features": ["derive"] }, { "name": "hostkit-proto", "features": ["signing"] }]);
        let [layout] = &read(json!([one])).unwrap()[..] else { panic!("one API") };
        assert_eq!(layout.features, ["signing"]);
    }

    #[test]
    fn what_is_malformed_names_the_manifest() {
        for (wrong, words) in [
            (json!({ "spec": "x" }), "`spec` is no key; there are: api, specs"),
            (json!({ "specs": 7 }), "`specs` is 7, not a text"),
            (json!({ "specs": "../../../x" }), "\"../../../x\" leaves the workspace"),
            (json!({ "code": "/x" }), "\"/x\" leaves the workspace"),
        ] {
            let error = read(json!([package("a", wrong)])).unwrap_err();
            assert!(error.starts_with("crates/a/Cargo.toml: ") && error.contains(words), "{error}");
        }
        let twice = json!([package("a", json!({ "api": "x" })), package("b", json!({ "api": "x" }))]);
        assert_eq!(read(twice).unwrap_err(), "the packages a and b are both of the API `x`");
    }
}
