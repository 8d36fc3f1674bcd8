//! Command `openapi`: runs independent validators on the OpenAPI documents and the wire examples.

use std::process::Command;

use crate::command::output;
use crate::workspace::{files, root};

const FOLDER: &str = "docs/openapi";
/// Checks the JSON examples against the schemas.
const EXAMPLES: &str = "xtask/openapi_examples.py";

/// Validates the documents if the validator is installed.
pub(crate) fn run() -> Result<(), String> {
    let documents = files(&root().join(FOLDER))?.into_iter().map(|file| format!("{FOLDER}/{file}"));
    let documents: Vec<String> = documents.collect();
    if documents.is_empty() {
        return Err(format!("there is nothing in {FOLDER}: run `cargo xtask codegen`"));
    }
    std::thread::scope(|scope| {
        let examples = scope.spawn(|| validate_examples(&documents));
        let result = validate(&documents);
        result.and(examples.join().unwrap_or_else(|_| Err("openapi: a thread panicked".to_owned())))
    })
}

/// Checks every JSON body of the specs against the schema of its place.
fn validate_examples(documents: &[String]) -> Result<(), String> {
    let Some(version) = version("openapi-schema-validator") else {
        println!("openapi: examples SKIPPED: openapi-schema-validator (of PyPI) is not installed");
        return Ok(());
    };
    let mut command = Command::new("python3");
    // `-B` keeps Python from writing a folder of compiled code beside the script.
    command.args(["-B", EXAMPLES]).args(documents).current_dir(root());
    let said = output(&mut command).map_err(|error| format!("examples do not fit docs/openapi: {error}"))?;
    println!("openapi: {} (openapi-schema-validator {version})", said.trim());
    Ok(())
}

/// Version of an installed PyPI package; `None` without Python or the package.
fn version(package: &str) -> Option<String> {
    let code = format!("from importlib.metadata import version; print(version('{package}'))");
    // A missing interpreter and a missing package mean the same here.
    output(Command::new("python3").args(["-c", &code])).ok().map(|version| version.trim().to_owned())
}

fn validate(documents: &[String]) -> Result<(), String> {
    let Some(version) = version("openapi-spec-validator") else {
        println!("openapi: validation SKIPPED: openapi-spec-validator (of PyPI) is not installed");
        return Ok(());
    };
    let one = |document: &String| {
        let mut command = Command::new("python3");
        command.args(["-m", "openapi_spec_validator", "--schema", "3.1", document]).current_dir(root());
        output(&mut command).map(|_| ()).map_err(|error| format!("{document} is not valid: {error}"))
    };
    // A process for each, side by side: the larger documents take seconds.
    let results: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = documents.iter().map(|document| scope.spawn(move || one(document))).collect();
        let panicked = |_| Err("openapi: a thread panicked".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    });
    results.into_iter().collect::<Result<(), String>>()?;
    println!("openapi: {} documents, valid for openapi-spec-validator {version}", documents.len());
    Ok(())
}
