//! `openapi`: one OpenAPI 3.1 document for each API, and independent validators over them and the wire examples.

use std::io::IsTerminal;
use std::process::Command;

use crate::codegen::{settle, sources};
use crate::command::output;
use crate::workspace::{Outcome, apis, root};

const FOLDER: &str = "docs/openapi";
/// Holds the JSON examples against the schemas.
const EXAMPLES: &str = "xtask/openapi_examples.py";

/// Writes the documents, or with `check` compares; then validates them, where the validator is there.
pub(crate) fn run(check: bool) -> Outcome {
    let mut all = hostkit_codegen::Tree::default();
    for api in apis(None)? {
        let sources = sources(&api)?;
        let render = |found: hostkit_codegen::Diagnostics| found.render(&sources, std::io::stderr().is_terminal());
        all.merge(hostkit_codegen::openapi(&api, &sources).map_err(render)?);
    }
    let documents: Vec<String> = all.files().map(|(path, _)| path.to_owned()).collect();
    settle(vec![(FOLDER.to_owned(), all)], check, "openapi")?;
    validate(&documents)?;
    validate_examples(&documents)
}

/// Every JSON body of the specs has to fit the schema of its place.
fn validate_examples(documents: &[String]) -> Outcome {
    let python = ["-c", "from importlib.metadata import version; print(version('openapi-schema-validator'))"];
    let Ok(version) = output(Command::new("python3").args(python)) else {
        println!("openapi: examples SKIPPED: openapi-schema-validator (of PyPI) is not installed");
        return Ok(());
    };
    let mut command = Command::new("python3");
    // Without `-B` there would be a folder of compiled code beside it.
    command.args(["-B", EXAMPLES]).args(documents).current_dir(root());
    let said = output(&mut command).map_err(|error| format!("examples do not fit docs/openapi: {error}"))?;
    println!("openapi: {} (openapi-schema-validator {})", said.trim(), version.trim());
    Ok(())
}

fn validate(documents: &[String]) -> Outcome {
    let python = ["-c", "from importlib.metadata import version; print(version('openapi-spec-validator'))"];
    let version = match output(Command::new("python3").args(python)) {
        Ok(version) => version.trim().to_owned(),
        Err(_) => {
            println!("openapi: validation SKIPPED: openapi-spec-validator (of PyPI) is not installed");
            return Ok(());
        }
    };
    for document in documents {
        let mut command = Command::new("python3");
        command.args(["-m", "openapi_spec_validator", "--schema", "3.1", document]).current_dir(root());
        output(&mut command).map_err(|error| format!("{document} is not valid: {error}"))?;
    }
    println!("openapi: {} documents, valid for openapi-spec-validator {version}", documents.len());
    Ok(())
}
