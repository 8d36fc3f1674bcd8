//! Command `codegen`: writes or compares everything that is generated from the specs.

use std::io::IsTerminal;
use std::panic::resume_unwind;

use cargo_hostkit::{Folder, Workspace};
use hostkit_codegen::{Coverage, Sources, Specs, Tree};

use crate::coverage;
use crate::kept::Kept;
use crate::workspace::{apis, root};

/// The API of awkward names that only the generator's own tests use.
pub(crate) const OBSTACLE: &str = "obstacle";
/// The folder of its code.
const OBSTACLE_CODE: &str = "codegen/obstacle/src/generated";

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
        Some(OBSTACLE) => vec![OBSTACLE.to_owned()],
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
    code: String,
    /// Code, reference and OpenAPI document.
    files: Tree,
    coverage: Option<Coverage>,
}

/// The outputs of one API; with `check`, all are generated anew.
fn output(api: &str, check: bool) -> Result<Output, String> {
    let sources = sources(api)?;
    let specs = resolved(api, &sources)?;
    let folder = root().join("target/codegen").join(api);
    let workspace = Workspace::new(root(), &folder);
    let kept = Kept::of(&workspace, &folder, &sources)?;
    let files = match kept.files().filter(|_| !check) {
        Some(files) => files,
        None => {
            let files = generate(api, &specs, &workspace)?;
            kept.keep(&files)?;
            files
        }
    };
    if api == OBSTACLE {
        return Ok(Output { code: OBSTACLE_CODE.to_owned(), files, coverage: None });
    }
    Ok(Output { code: format!("crates/{api}-proto/src/generated"), files, coverage: Some(specs.coverage()) })
}

/// Generates the files of one API. The obstacle API has code only.
fn generate(api: &str, specs: &Specs<'_>, workspace: &Workspace) -> Result<Tree, String> {
    let formatted = |code| workspace.formatted(code).map_err(|error| error.to_string());
    if api == OBSTACLE {
        return formatted(specs.rust().moved("crates/obstacle-proto/src/generated", OBSTACLE_CODE));
    }
    let mut files = formatted(specs.rust())?;
    files.merge(specs.reference());
    files.merge(specs.openapi());
    Ok(files)
}

/// Resolves each API and produces all outputs.
fn outputs(check: bool) -> Result<Outputs, String> {
    let (mut files, mut code, mut coverage) = (Tree::default(), Vec::new(), Vec::new());
    let apis = workspace().apis().map_err(|error| error.to_string())?;
    // The APIs do not depend on each other.
    let results: Vec<Result<Output, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = apis.iter().map(|api| scope.spawn(|| output(api, check))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    for result in results {
        let output = result?;
        files.merge(output.files);
        code.push(output.code);
        coverage.extend(output.coverage);
    }
    let documents = ["docs/reference", "docs/openapi"].map(str::to_owned);
    let folders = code.into_iter().chain(documents).map(|path| Folder { wanted: files.below(&path), path });
    let schemas = Folder { path: "specs/schema".to_owned(), wanted: hostkit_codegen::schemas() };
    Ok(Outputs { folders: folders.chain([schemas]).collect(), coverage })
}

/// Generates or, with `check`, compares everything: code, schemas, reference, OpenAPI and the README's table.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let workspace = workspace();
    let Outputs { folders, coverage } = outputs(check)?;
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
        let outputs = outputs(true).unwrap_or_else(|error| panic!("{error}"));
        let files: usize = outputs.folders.iter().map(|folder| folder.wanted.files().count()).sum();
        assert!(files > 400, "{files} files");
        let stale = workspace.stale(&outputs.folders).expect("generated folders");
        let stale: Vec<String> = stale.iter().map(|stale| stale.describe()).collect();
        assert!(stale.is_empty(), "run `cargo xtask codegen`:\n{}", stale.join("\n"));
    }
}
