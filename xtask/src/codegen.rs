//! `codegen`: writes what the generator gives, or says what differs.

use std::collections::BTreeSet;
use std::fs;
use std::io::IsTerminal;

use hostkit_codegen::{Sources, Tree, generate};

use crate::workspace::{self, Outcome, apis, files, read, root};

/// The spec files of one API.
pub(crate) fn sources(api: &str) -> Result<Sources, String> {
    let folder = root().join("specs").join(api);
    let mut texts = Vec::new();
    for file in files(&folder)?.into_iter().filter(|file| file.ends_with(".toml")) {
        texts.push((format!("{api}/{file}"), read(&folder.join(&file))?));
    }
    Ok(Sources::new(texts))
}

/// What the generator gives for one API, or its diagnostics as text.
pub(crate) fn tree(api: &str) -> Result<Tree, String> {
    let sources = sources(api)?;
    generate(api, &sources).map_err(|diagnostics| diagnostics.render(&sources, std::io::stderr().is_terminal()))
}

/// Reports everything that is wrong with the specs of all APIs.
pub(crate) fn check_specs(one: Option<&str>) -> Outcome {
    let errors: Vec<String> = apis(one)?.iter().filter_map(|api| tree(api).err()).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// Generates, or with `check` compares.
pub(crate) fn run(one: Option<&str>, check: bool) -> Outcome {
    let mut findings = Vec::new();
    let mut written = 0;
    for api in apis(one)? {
        let tree = tree(&api)?;
        let folder = format!("crates/{api}-proto/src/generated");
        let wanted: BTreeSet<&str> = tree.files().map(|(path, _)| path).collect();
        for (path, text) in tree.files() {
            let full = root().join(path);
            let present = fs::read_to_string(&full).ok();
            // A checkout may have turned line ends around.
            let same = present.as_ref().is_some_and(|present| present.replace("\r\n", "\n") == text);
            if same {
                continue;
            }
            if check {
                findings.push(difference(path, present.as_deref(), text));
            } else {
                workspace::write(&full, text)?;
                written += 1;
            }
        }
        for file in files(&root().join(&folder))? {
            let path = format!("{folder}/{file}");
            if wanted.contains(path.as_str()) {
                continue;
            }
            if check {
                findings.push(format!("{path}: a stray file: no spec makes it"));
            } else {
                fs::remove_file(root().join(&path)).map_err(|error| format!("{path}: {error}"))?;
                written += 1;
            }
        }
    }
    if !findings.is_empty() {
        findings
            .push("Change the spec, not the generated file; `cargo xtask codegen` writes what is missing.".to_owned());
        return Err(findings.join("\n"));
    }
    println!("{}", if written == 0 { "up to date".to_owned() } else { format!("{written} files written or removed") });
    Ok(())
}

/// What differs in one file, as a diff.
fn difference(path: &str, present: Option<&str>, wanted: &str) -> String {
    match present {
        None => format!("{path}: missing"),
        Some(present) => {
            let diff = similar::TextDiff::from_lines(present, wanted);
            let diff = diff.unified_diff().header("in the tree", "from the specs").context_radius(1).to_string();
            format!("{path}: edited by hand, or the spec was changed without generating:\n{diff}")
        }
    }
}
