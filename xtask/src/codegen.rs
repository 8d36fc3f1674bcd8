//! Command `codegen`: writes or compares everything that is generated from the specs.

use cargo_hostkit::{Folder, Workspace};
use hostkit_codegen::Coverage;

use crate::workspace::workspace;
use crate::{apis, coverage};

/// Everything that the specs produce: the generated folders, and their coverage. With `anew`, nothing of it is taken from
/// the last time.
pub(crate) fn outputs(workspace: &Workspace, anew: bool) -> Result<(Vec<Folder>, Vec<Coverage>), String> {
    let layouts: Vec<_> = workspace.layouts().iter().collect();
    let outputs = cargo_hostkit::outputs(workspace, &layouts, anew).map_err(|error| error.to_string())?;
    let mut folders = outputs.folders;
    folders.push(Folder { path: "specs/schema".to_owned(), wanted: hostkit_codegen::schemas() });
    folders.push(apis::folder(workspace, &outputs.names)?);
    Ok((folders, outputs.coverage))
}

/// Generates or, with `check`, compares everything: code, schemas, reference, OpenAPI and the table of coverage.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let workspace = workspace()?;
    let (folders, coverage) = outputs(&workspace, check)?;
    let mut findings = Vec::new();
    match workspace.refresh(&folders, check) {
        Ok(done) => println!("{done}"),
        Err(error) => findings.push(error.to_string()),
    }
    findings.extend(coverage::run(coverage, check)?);
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::outputs;
    use crate::workspace::workspace;

    #[test]
    fn what_is_in_the_tree_is_what_the_specs_give() {
        let workspace = workspace().unwrap_or_else(|error| panic!("{error}"));
        let (folders, _) = outputs(&workspace, true).unwrap_or_else(|error| panic!("{error}"));
        let files: usize = folders.iter().map(|folder| folder.wanted.files().count()).sum();
        assert!(files > 400, "{files} files");
        workspace.refresh(&folders, true).unwrap_or_else(|stale| panic!("{stale}"));
    }

    #[test]
    fn the_index_names_the_reference_of_every_api() {
        let workspace = workspace().unwrap_or_else(|error| panic!("{error}"));
        let index = std::fs::read_to_string(workspace.root().join("docs/README.md")).expect("an index");
        let layouts = workspace.layouts().iter().filter(|layout| layout.reference.is_some());
        for api in layouts.map(|layout| &layout.api) {
            for page in ["README", "types", "recovery"] {
                for language in ["en", "ru"] {
                    let link = format!("(reference/{language}/{api}/{page}.md)");
                    assert!(index.contains(&link), "{link} is missing");
                }
            }
        }
    }

    #[test]
    fn every_folder_of_specs_is_that_of_a_crate() {
        let workspace = workspace().unwrap_or_else(|error| panic!("{error}"));
        let known = |name: &str| workspace.layouts().iter().any(|layout| layout.specs == "specs" && layout.api == name);
        let entries = std::fs::read_dir(workspace.root().join("specs")).expect("a folder");
        let folders =
            entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("service.toml").exists());
        let names: Vec<String> =
            folders.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into()).collect();
        assert!(names.len() > 3 && names.iter().all(|name| known(name)), "{names:?}: {:?}", workspace.layouts());
    }
}
