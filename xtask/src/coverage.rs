//! How much of the documents the specs cover, and how much of the specs the sandbox answers, as a table in CONTRIBUTING.md.

use std::fs;
use std::path::Path;

use hostkit_codegen::{Coverage, coverage_table};

use crate::workspace::{read, root, write};

const OPEN: &str = "<!-- coverage -->";
const CLOSE: &str = "<!-- /coverage -->";
/// The sandbox has a folder for each API that it simulates here.
const SITES: &str = "crates/hostkit-sandbox/src/sites";

/// Writes the table or, with `check`, compares it; prints documented calls without a spec and returns the
/// findings.
pub(crate) fn run(mut all: Vec<Coverage>, check: bool) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    for coverage in &mut all {
        let unanswered = count_sandbox(coverage)?;
        let unanswered = unanswered.into_iter().map(|spec| format!("{spec}: the sandbox does not answer it"));
        if check {
            findings.extend(unanswered)
        } else {
            unanswered.for_each(|line| println!("{line}"))
        }
        coverage.missing.iter().for_each(|missing| println!("{}: missing: {missing}", coverage.api));
    }
    let path = root().join("CONTRIBUTING.md");
    let present = read(&path)?.replace("\r\n", "\n");
    let wanted = with_table(&present, &coverage_table(&all))?;
    if present != wanted {
        if check {
            findings.push("the table in CONTRIBUTING.md is out of date: run `cargo xtask codegen`".to_owned());
        } else {
            write(&path, &wanted)?;
        }
    }
    for coverage in &all {
        for id in &coverage.nowhere {
            findings.push(format!("{}: no quirk or note covers the inconsistency {id}", coverage.api));
        }
        findings.extend(coverage.unknown.iter().cloned());
    }
    Ok(findings)
}

/// Counts the specs with an arm in the API's site and returns the others; `tests/promises/sandbox_answers.rs` tests
/// that the arms work.
fn count_sandbox(coverage: &mut Coverage) -> Result<Vec<String>, String> {
    let folder = root().join(SITES).join(&coverage.api);
    if !folder.is_dir() {
        // An API that is not simulated is answered from its examples.
        coverage.in_sandbox = coverage.types.len();
        return Ok(Vec::new());
    }
    let site = texts(&folder)?;
    let is_answered = |name: &str| {
        let arm = format!("Request::{name}");
        site.match_indices(&arm).any(|(at, _)| !site[at + arm.len()..].starts_with(char::is_alphanumeric))
    };
    let (answered, others): (Vec<_>, Vec<_>) = coverage.types.iter().partition(|(_, name)| is_answered(name));
    coverage.in_sandbox = answered.len();
    Ok(others.into_iter().map(|(spec, _)| spec.clone()).collect())
}

/// All source files of a folder as one text.
fn texts(folder: &Path) -> Result<String, String> {
    let mut text = String::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            text += &read(&path)?;
        }
    }
    Ok(text)
}

/// The page with this table between its markers.
fn with_table(page: &str, table: &str) -> Result<String, String> {
    let block = format!("{OPEN}\n{table}{CLOSE}");
    match page.split_once(OPEN).and_then(|(before, rest)| Some((before, rest.split_once(CLOSE)?.1))) {
        Some((before, after)) => Ok(format!("{before}{block}{after}")),
        None => Err(format!("CONTRIBUTING.md: `{OPEN}` and `{CLOSE}` are missing or out of order")),
    }
}

#[cfg(test)]
mod tests {
    use super::with_table;

    #[test]
    fn a_table_replaces_what_is_between_the_markers() {
        let readme = "# A\n\n<!-- coverage -->\nold\n<!-- /coverage -->\n\nmore\n";
        let wanted = "# A\n\n<!-- coverage -->\n| new |\n<!-- /coverage -->\n\nmore\n";
        assert_eq!(with_table(readme, "| new |\n").unwrap(), wanted);
        assert_eq!(with_table(wanted, "| new |\n").unwrap(), wanted, "the same again");
    }

    #[test]
    fn half_a_pair_of_markers_is_an_error() {
        assert!(with_table("# A\n", "t\n").is_err());
        assert!(with_table("<!-- coverage -->\n", "t\n").is_err());
        assert!(with_table("<!-- /coverage -->\n<!-- coverage -->\n", "t\n").is_err());
    }
}
