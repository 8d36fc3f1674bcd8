//! `codegen`: writes what the generator gives, or says what differs.

use std::collections::BTreeMap;
use std::fs;
use std::io::IsTerminal;

use hostkit_codegen::{Diagnostics, Sources, Stale, Tree, generate, stale};

use crate::workspace::{self, Outcome, apis, files, read, root};

/// The API of nasty names, which only the generator's own tests use.
const OBSTACLE: &str = "obstacle";

/// Where the JSON Schemas of the spec files stand.
const SCHEMAS: &str = "specs/schema";

/// The specs of one API with their examples.
pub(crate) fn sources(api: &str) -> Result<Sources, String> {
    let folder = root().join("specs").join(api);
    let (mut texts, mut examples) = (Vec::new(), Vec::new());
    for file in files(&folder)? {
        let (path, full) = (format!("{api}/{file}"), folder.join(&file));
        if file.ends_with(".toml") {
            texts.push((path, read(&full)?));
        } else {
            let bytes = fs::read(&full).map_err(|error| format!("{}: {error}", full.display()))?;
            examples.push((path, bytes));
        }
    }
    Ok(Sources::new(texts).with_examples(examples))
}

/// What one of the generator's functions makes of the specs of an API, or its diagnostics as text.
pub(crate) fn made<T>(api: &str, make: fn(&str, &Sources) -> Result<T, Diagnostics>) -> Result<T, String> {
    let sources = sources(api)?;
    make(api, &sources).map_err(|found| found.render(&sources, std::io::stderr().is_terminal()))
}

/// The generated Rust of one API.
pub(crate) fn tree(api: &str) -> Result<Tree, String> {
    let tree = made(api, generate)?;
    Ok(if api == OBSTACLE { tree.moved("crates/obstacle-proto/", "codegen/obstacle/") } else { tree })
}

/// The APIs that have specs, the obstacle among them.
fn all(one: Option<&str>) -> Result<Vec<String>, String> {
    if one == Some(OBSTACLE) {
        return Ok(vec![OBSTACLE.to_owned()]);
    }
    let mut all = apis(one)?;
    if one.is_none() && root().join("specs").join(OBSTACLE).exists() {
        all.push(OBSTACLE.to_owned());
    }
    Ok(all)
}

/// Reports everything that is wrong with the specs of all APIs.
pub(crate) fn check_specs(one: Option<&str>) -> Outcome {
    let apis = all(one)?;
    let errors: Vec<String> = apis.iter().filter_map(|api| tree(api).err()).collect();
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    println!("nothing is wrong with the specs of {}", apis.join(", "));
    Ok(())
}

/// Generates, or with `check` compares.
pub(crate) fn run(one: Option<&str>, check: bool) -> Outcome {
    let mut parts = Vec::new();
    for api in all(one)? {
        let folder = if api == OBSTACLE { "codegen/obstacle".to_owned() } else { format!("crates/{api}-proto") };
        parts.push((format!("{folder}/src/generated"), tree(&api)?));
    }
    if one.is_none() {
        parts.push((SCHEMAS.to_owned(), hostkit_codegen::schemas()));
    }
    settle(parts, check, "codegen")
}

/// Makes folders what they have to be, or with `check` says what differs and by which command it is mended.
pub(crate) fn settle(parts: Vec<(String, Tree)>, check: bool, verb: &str) -> Outcome {
    let mut findings = Vec::new();
    let mut written = 0;
    for (folder, wanted) in parts {
        let present = present(&folder)?;
        let there = present.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        for finding in stale(&wanted, there) {
            if check {
                findings.push(describe(&finding, &wanted, &present));
            } else {
                mend(&finding, &wanted)?;
                written += 1;
            }
        }
    }
    if !findings.is_empty() {
        findings.push(format!("Change the spec, not the generated file; `cargo xtask {verb}` writes what is missing."));
        return Err(findings.join("\n"));
    }
    println!("{}", if written == 0 { "up to date".to_owned() } else { format!("{written} files written or removed") });
    Ok(())
}

/// The files of a generated folder, by their paths from the root.
fn present(folder: &str) -> Result<BTreeMap<String, String>, String> {
    let mut present = BTreeMap::new();
    for file in files(&root().join(folder))? {
        let path = format!("{folder}/{file}");
        // A file that is not text differs from every text.
        let bytes = fs::read(root().join(&path)).map_err(|error| format!("{path}: {error}"))?;
        present.insert(path, String::from_utf8_lossy(&bytes).into_owned());
    }
    Ok(present)
}

fn mend(finding: &Stale, wanted: &Tree) -> Outcome {
    let full = root().join(finding.path());
    match wanted.get(finding.path()) {
        Some(text) => workspace::write(&full, text),
        None => fs::remove_file(&full).map_err(|error| format!("{}: {error}", finding.path())),
    }
}

/// What is wrong with one file, with a diff where there are two texts.
fn describe(finding: &Stale, wanted: &Tree, present: &BTreeMap<String, String>) -> String {
    let path = finding.path();
    match finding {
        Stale::Missing(_) => format!("{path}: missing"),
        Stale::Stray(_) => format!("{path}: a stray file: no spec makes it"),
        Stale::Differs(_) => {
            let there = present.get(path).map(String::as_str).unwrap_or_default();
            let diff = similar::TextDiff::from_lines(there, wanted.get(path).unwrap_or_default());
            let diff = diff.unified_diff().header("in the tree", "from the specs").context_radius(1).to_string();
            format!("{path}: edited by hand, or the spec was changed without generating:\n{diff}")
        }
    }
}
