//! Command `promises`: runs the tests of the promises and prints their figures, or seeds the defects that they must
//! detect.
//!
//! The promises' text and the tests are elsewhere. A test prints a line `P8: 1280 cases, …, 3.2 s`.

mod list;
mod page;
mod sabotage;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::command::{cargo, passed_tests};
use list::{PROMISES, Promise, Test};

pub(crate) use page::check as check_page;
pub(crate) use sabotage::{check as check_defects, check_copy};

struct Row {
    id: &'static str,
    cases: Option<u64>,
    result: String,
    took: Duration,
    figures: Vec<String>,
}

/// Ids of all promises.
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    PROMISES.iter().map(|promise| promise.id)
}

/// Runs the tests of all promises or one, or with `sabotage` seeds the defects of one (or `all`).
pub(crate) fn execute(one: Option<&str>, long: bool, sabotage: Option<&str>) -> Result<(), String> {
    let wanted = sabotage.filter(|id| !id.eq_ignore_ascii_case("all")).or(one);
    let is_wanted = |promise: &&Promise| wanted.is_none_or(|id| promise.id.eq_ignore_ascii_case(id));
    let promises: Vec<_> = PROMISES.iter().filter(is_wanted).collect();
    if sabotage.is_some() {
        return sabotage::execute(&promises);
    }
    let mut rows = Vec::new();
    for promise in promises {
        eprintln!("promises: {}", promise.id);
        rows.push(run(promise, long));
    }
    print(&rows);
    let failed: Vec<_> = rows.iter().filter(|row| row.result.starts_with("FAILED")).map(|row| row.id).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("promises: failed: {}", failed.join(", "))) }
}

fn command(test: &Test, long: bool) -> Command {
    let mut command = cargo(&["test", "--quiet"]);
    if long {
        command.env("HOSTKIT_PROMISE_SIZE", "long");
    }
    if long && test.is_heavy {
        command.args(["--profile", "long"]);
    }
    match test.binary {
        "lib" => command.args(["--package", test.package, "--lib"]),
        "bin" => command.args(["--package", test.package, "--bins"]),
        // The whole workspace, so that features unify as in `cargo test --workspace`.
        binary => command.args(["--workspace", "--test", binary]),
    };
    command
}

fn run(promise: &'static Promise, long: bool) -> Row {
    let start = Instant::now();
    let mut row =
        Row { id: promise.id, cases: None, result: "ok".to_owned(), took: Duration::ZERO, figures: Vec::new() };
    for test in promise.tests {
        if !test.exists() {
            row.result = format!("FAILED: no test {} in {}", test.binary, test.folder());
            continue;
        }
        let output = command(test, long).args(["--", "--nocapture", test.filter]).output();
        match output {
            Ok(output) => take(&mut row, &output),
            Err(error) => row.result = format!("FAILED: {error}"),
        }
    }
    if row.cases.is_none() && row.result == "ok" {
        row.result = "FAILED: no figure".to_owned();
    }
    row.took = start.elapsed();
    row
}

/// Adds the output of a run to the row.
fn take(row: &mut Row, output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines() {
        // The harness may have written the start of the line.
        if let Some((_, figures)) = line.split_once(&format!("{}: ", row.id)) {
            // Each of a promise's tests prints a line of its own.
            let cases = figures.split(' ').next().and_then(|word| word.parse::<u64>().ok());
            row.cases = match (row.cases, cases) {
                (Some(sum), Some(cases)) => Some(sum + cases),
                (sum, cases) => sum.or(cases),
            };
            row.figures.push(figures.to_owned());
        }
    }
    if !output.status.success() {
        row.result = "FAILED".to_owned();
        eprintln!("{text}{}", String::from_utf8_lossy(&output.stderr));
    } else if passed_tests(&text) == 0 {
        row.result = "FAILED: no test ran".to_owned();
    }
}

fn print(rows: &[Row]) {
    println!("\n{:<8} {:>8}  {:<36} {:>8}", "promise", "cases", "result", "seconds");
    for row in rows {
        let cases = row.cases.map_or_else(|| "-".to_owned(), |cases| cases.to_string());
        println!("{:<8} {cases:>8}  {:<36} {:>8.1}", row.id, row.result, row.took.as_secs_f64());
    }
    println!();
    for row in rows {
        for figures in &row.figures {
            println!("{}: {figures}", row.id);
        }
    }
}
