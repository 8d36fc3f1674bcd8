//! `openapi`: independent validators over the OpenAPI documents and the wire examples.

use std::process::Command;

use crate::command::output;
use crate::workspace::{Outcome, files, root};

const FOLDER: &str = "docs/openapi";
/// Holds the JSON examples against the schemas.
const EXAMPLES: &str = "xtask/openapi_examples.py";

/// Validates the documents, where the validator is there.
pub(crate) fn run() -> Outcome {
    let documents = files(&root().join(FOLDER))?.into_iter().map(|file| format!("{FOLDER}/{file}"));
    let documents: Vec<String> = documents.collect();
    if documents.is_empty() {
        return Err(format!("there is nothing in {FOLDER}: run `cargo xtask codegen`"));
    }
    validate(&documents)?;
    validate_examples(&documents)
}

/// Every JSON body of the specs has to fit the schema of its place.
fn validate_examples(documents: &[String]) -> Outcome {
    let Some(version) = version("openapi-schema-validator") else {
        println!("openapi: examples SKIPPED: openapi-schema-validator (of PyPI) is not installed");
        return Ok(());
    };
    let mut command = Command::new("python3");
    // Without `-B` there would be a folder of compiled code beside it.
    command.args(["-B", EXAMPLES]).args(documents).current_dir(root());
    let said = output(&mut command).map_err(|error| format!("examples do not fit docs/openapi: {error}"))?;
    println!("openapi: {} (openapi-schema-validator {version})", said.trim());
    Ok(())
}

/// The version of a package of PyPI, where Python and it are installed.
fn version(package: &str) -> Option<String> {
    let code = format!("from importlib.metadata import version; print(version('{package}'))");
    // Without either, there is an error that says no more than that.
    output(Command::new("python3").args(["-c", &code])).ok().map(|version| version.trim().to_owned())
}

fn validate(documents: &[String]) -> Outcome {
    let Some(version) = version("openapi-spec-validator") else {
        println!("openapi: validation SKIPPED: openapi-spec-validator (of PyPI) is not installed");
        return Ok(());
    };
    for document in documents {
        let mut command = Command::new("python3");
        command.args(["-m", "openapi_spec_validator", "--schema", "3.1", document]).current_dir(root());
        output(&mut command).map_err(|error| format!("{document} is not valid: {error}"))?;
    }
    println!("openapi: {} documents, valid for openapi-spec-validator {version}", documents.len());
    Ok(())
}
