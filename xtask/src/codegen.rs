//! Command `codegen`: writes or compares everything that is generated from the specs.

use std::io::IsTerminal;
use std::panic::resume_unwind;

use cargo_hostkit::{Folder, Workspace};
use hostkit_codegen::{Coverage, Sources, Specs, Tree};

use crate::coverage;
use crate::workspace::{apis, root};

/// Whether an API is one that nobody offers, and that only the generator's own tests use.
pub(crate) fn is_obstacle(api: &str) -> bool {
    api == "obstacle" || api.starts_with("obstacle-")
}

/// The workspace, with its cache of rustfmt output in the target folder.
pub(crate) fn workspace() -> Workspace {
    Workspace::new(root(), root().join("target/codegen"))
}

/// The specs of one API with their examples.
pub(crate) fn sources(api: &str) -> Result<Sources, String> {
    workspace().sources(api).map_err(|error| error.to_string())
}

/// The specs of one API resolved, or its diagnostics as text.
fn resolved<'s>(api: &str, sources: &'s Sources) -> Result<Specs<'s>, String> {
    Specs::read(api, sources).map_err(|found| found.render(sources, std::io::stderr().is_terminal()))
}

/// Reports everything that is wrong with the specs of all APIs.
pub(crate) fn check_specs(one: Option<&str>) -> Result<(), String> {
    let apis = match one {
        None => workspace().apis().map_err(|error| error.to_string())?,
        Some(api) if is_obstacle(api) => vec![api.to_owned()],
        one => apis(one)?,
    };
    let check = |api: &String| resolved(api, &sources(api)?).map(drop);
    let errors: Vec<String> = apis.iter().filter_map(|api| check(api).err()).collect();
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    println!("no problems in the specs of {}", apis.join(", "));
    Ok(())
}

/// Everything that the specs produce: the generated folders, and their coverage.
struct Outputs {
    folders: Vec<Folder>,
    coverage: Vec<Coverage>,
}

/// What the specs of one API produce.
struct Output {
    /// The folder of its code.
    root: String,
    rust: Tree,
    /// Reference, OpenAPI and coverage.
    others: Option<(Tree, Tree, Coverage)>,
}

fn output(api: &str) -> Result<Output, String> {
    let sources = sources(api)?;
    let specs = resolved(api, &sources)?;
    if is_obstacle(api) {
        let rust = specs.rust().moved(&format!("crates/{api}-proto/"), &format!("codegen/{api}/"));
        return Ok(Output { root: format!("codegen/{api}/src/generated"), rust, others: None });
    }
    let others = Some((specs.reference(), specs.openapi(), specs.coverage()));
    Ok(Output { root: format!("crates/{api}-proto/src/generated"), rust: specs.rust(), others })
}

/// Resolves each API once and produces all outputs. The obstacle APIs have code only.
fn outputs(workspace: &Workspace) -> Result<Outputs, String> {
    let (mut code, mut reference, mut openapi) = (Tree::default(), Tree::default(), Tree::default());
    let (mut roots, mut coverage) = (Vec::new(), Vec::new());
    let apis = workspace.apis().map_err(|error| error.to_string())?;
    // The APIs do not depend on each other.
    let results: Vec<Result<Output, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = apis.iter().map(|api| scope.spawn(|| output(api))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    for result in results {
        let Output { root, rust, others } = result?;
        code.merge(rust);
        roots.push(root);
        if let Some((pages, document, counted)) = others {
            reference.merge(pages);
            openapi.merge(document);
            coverage.push(counted);
        }
    }
    let code = workspace.formatted(code).map_err(|error| error.to_string())?;
    let mut folders: Vec<Folder> = roots.into_iter().map(|path| Folder { wanted: code.below(&path), path }).collect();
    let others =
        [("specs/schema", hostkit_codegen::schemas()), ("docs/reference", reference), ("docs/openapi", openapi)];
    folders.extend(others.map(|(path, wanted)| Folder { path: path.to_owned(), wanted }));
    Ok(Outputs { folders, coverage })
}

/// Generates or, with `check`, compares everything: code, schemas, reference, OpenAPI and the README's table.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let workspace = workspace();
    let Outputs { folders, coverage } = outputs(&workspace)?;
    let mut findings = Vec::new();
    if check {
        let stale = workspace.stale(&folders).map_err(|error| error.to_string())?;
        findings.extend(stale.iter().map(|stale| stale.describe()));
        if !findings.is_empty() {
            let help = "Change the spec, not the generated file; `cargo xtask codegen` writes what is missing.";
            findings.push(help.to_owned());
        }
    } else {
        let written = workspace.mend(&folders).map_err(|error| error.to_string())?;
        println!(
            "{}",
            if written == 0 { "up to date".to_owned() } else { format!("{written} files written or removed") }
        );
    }
    findings.extend(coverage::run(coverage, check)?);
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::{outputs, workspace};

    #[test]
    fn what_is_in_the_tree_is_what_the_specs_give() {
        let workspace = workspace();
        let outputs = outputs(&workspace).unwrap_or_else(|error| panic!("{error}"));
        let files: usize = outputs.folders.iter().map(|folder| folder.wanted.files().count()).sum();
        assert!(files > 400, "{files} files");
        let stale = workspace.stale(&outputs.folders).expect("generated folders");
        let stale: Vec<String> = stale.iter().map(|stale| stale.describe()).collect();
        assert!(stale.is_empty(), "run `cargo xtask codegen`:\n{}", stale.join("\n"));
    }
}
