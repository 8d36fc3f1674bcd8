//! `promises`: runs the test of every promise and prints what was tried; or breaks the code behind one on purpose.
//!
//! What is deliberately not here: the promises' text, and the tests. A test prints a line `P8: 1280 cases, …, 3.2 s`.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::command::cargo;
use crate::workspace::{Outcome, root};

/// A promise and the tests that hold it.
struct Promise {
    id: &'static str,
    /// Package, test binary (`lib` for the tests inside), and a filter of the names; empty for all.
    tests: &'static [(&'static str, &'static str, &'static str)],
    /// Whether there is a switch that breaks it.
    is_breakable: bool,
}

const MONEY: &str = "promise_money";
const EXAMPLES: &str = "hostkit-examples";

const fn money(id: &'static str, tests: &'static [(&'static str, &'static str, &'static str)]) -> Promise {
    Promise { id, tests, is_breakable: true }
}

const fn fixed(id: &'static str, tests: &'static [(&'static str, &'static str, &'static str)]) -> Promise {
    Promise { id, tests, is_breakable: false }
}

const PROMISES: &[Promise] = &[
    money("P1", &[(EXAMPLES, MONEY, "p1_"), (EXAMPLES, "unresolved", "p02_")]),
    money("P2", &[("hostkit", "properties", ""), (EXAMPLES, MONEY, "p1_"), (EXAMPLES, "unresolved", "p02_")]),
    money("P4", &[(EXAMPLES, MONEY, "p4_")]),
    money("P5", &[(EXAMPLES, MONEY, "p5_")]),
    money("P6", &[(EXAMPLES, MONEY, "p6_")]),
    money("P8", &[("hostkit", "lib", "session_cell"), (EXAMPLES, MONEY, "p8_")]),
    fixed("P9", &[("hostkit", "session", "")]),
    money("P10", &[(EXAMPLES, MONEY, "p10_")]),
    money("P11", &[(EXAMPLES, MONEY, "p11_")]),
    fixed("P7", &[(EXAMPLES, "promise_p7", "")]),
    fixed("P12", &[(EXAMPLES, "promise_p12", "")]),
    fixed("P13", &[(EXAMPLES, "promise_p13", "")]),
    fixed("P14", &[(EXAMPLES, "promise_p14", "")]),
    fixed("P15", &[(EXAMPLES, "promise_p15", "")]),
    fixed("P16", &[(EXAMPLES, "promise_p16", "")]),
    fixed("P17", &[(EXAMPLES, "promise_p17", "")]),
    fixed("P18", &[(EXAMPLES, "promise_p18", "")]),
    fixed("P19", &[(EXAMPLES, "promise_p19", "")]),
    fixed("P20", &[(EXAMPLES, "promise_p20", "")]),
    fixed("P21", &[(EXAMPLES, "promise_p21", "")]),
    money("P22", &[(EXAMPLES, MONEY, "p22_")]),
    money("P24", &[(EXAMPLES, MONEY, "p24_")]),
    money("P26", &[(EXAMPLES, MONEY, "p26_")]),
    money("P30", &[(EXAMPLES, MONEY, "p30_")]),
    fixed("P31", &[(EXAMPLES, "promise_p31", "")]),
];

struct Row {
    id: &'static str,
    cases: Option<u64>,
    result: String,
    took: Duration,
    figures: Vec<String>,
}

/// Runs all promises, or breaks one (or `all`) and wants its test to fail.
pub(crate) fn execute(one: Option<&str>, long: bool, sabotage: Option<&str>) -> Outcome {
    let wanted = sabotage.filter(|id| *id != "all").or(one);
    let promises: Vec<_> = PROMISES
        .iter()
        .filter(|promise| wanted.is_none_or(|id| promise.id.eq_ignore_ascii_case(id)))
        .filter(|promise| sabotage.is_none() || promise.is_breakable)
        .collect();
    if promises.is_empty() {
        return Err("there is no such promise, or no switch that breaks it".to_owned());
    }
    let mut rows = Vec::new();
    for promise in promises {
        eprintln!("promises: {}", promise.id);
        rows.push(match sabotage {
            None => run(promise, long),
            Some(_) => break_it(promise),
        });
    }
    print(&rows);
    let failed: Vec<_> = rows.iter().filter(|row| row.result.starts_with("FAILED")).map(|row| row.id).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("promises: failed: {}", failed.join(", "))) }
}

fn exists(package: &str, test: &str) -> bool {
    let folder = if package == EXAMPLES { root().join("examples/tests") } else { root().join("crates/hostkit/tests") };
    test == "lib" || folder.join(format!("{test}.rs")).exists() || folder.join(test).join("main.rs").exists()
}

fn command(package: &str, test: &str) -> Command {
    let mut command = cargo(&["test", "--quiet", "--package", package]);
    match test {
        "lib" => command.arg("--lib"),
        _ => command.args(["--test", test]),
    };
    command
}

fn run(promise: &'static Promise, long: bool) -> Row {
    let start = Instant::now();
    let mut row =
        Row { id: promise.id, cases: None, result: "ok".to_owned(), took: Duration::ZERO, figures: Vec::new() };
    for (package, test, filter) in promise.tests {
        if !exists(package, test) {
            row.result = "no test".to_owned();
            continue;
        }
        let mut command = command(package, test);
        if long {
            command.env("HOSTKIT_PROMISE_SIZE", "long");
        }
        let output = command.args(["--", "--nocapture", filter]).output();
        match output {
            Ok(output) => take(&mut row, &output),
            Err(error) => row.result = format!("FAILED: {error}"),
        }
    }
    row.took = start.elapsed();
    row
}

/// Takes over what a run printed.
fn take(row: &mut Row, output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines() {
        // The harness may have begun the line.
        if let Some((_, figures)) = line.split_once(&format!("{}: ", row.id)) {
            // A promise may have several tests, each with its line.
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
    } else if ran(&text) == 0 {
        row.result = "FAILED: no test ran".to_owned();
    }
}

/// How many tests passed, by the harness's own words.
fn ran(text: &str) -> u64 {
    let passed = |line: &str| line.split_once("ok. ")?.1.split(' ').next()?.parse::<u64>().ok();
    text.lines().filter(|line| line.contains("test result: ok.")).filter_map(passed).sum()
}

/// Builds with the switches, and wants the promise's tests to pass without a broken promise and to fail with it.
fn break_it(promise: &'static Promise) -> Row {
    let start = Instant::now();
    let mut is_red = false;
    let mut result = String::new();
    for (package, test, filter) in promise.tests.iter().filter(|(package, test, _)| exists(package, test)) {
        let sabotaged = || {
            let mut command = command(package, test);
            command.env("RUSTFLAGS", "--cfg hostkit_sabotage").env("CARGO_TARGET_DIR", root().join("target/sabotage"));
            command
        };
        // A build that fails is no test that fails.
        match sabotaged().arg("--no-run").status() {
            Ok(status) if status.success() => {}
            _ => result = "FAILED: it does not build".to_owned(),
        }
        let mut broken = sabotaged();
        broken.env("HOSTKIT_SABOTAGE", promise.id).env("RUST_BACKTRACE", "0").args(["--", "--nocapture", filter]);
        if let Ok(output) = broken.output() {
            is_red |= !output.status.success();
        }
    }
    if result.is_empty() {
        result = if is_red { "red, as it should be" } else { "FAILED: broken, and nobody noticed" }.to_owned();
    }
    Row { id: promise.id, cases: None, result, took: start.elapsed(), figures: Vec::new() }
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

#[cfg(test)]
mod tests {
    use super::{PROMISES, ran};

    #[test]
    fn ids_are_there_once() {
        let ids: std::collections::BTreeSet<_> = PROMISES.iter().map(|promise| promise.id).collect();
        assert_eq!(ids.len(), PROMISES.len());
    }

    #[test]
    fn a_run_of_nothing_is_seen() {
        assert_eq!(ran("test result: ok. 0 passed; 0 failed; 1 ignored"), 0);
        assert_eq!(ran("x\ntest result: ok. 3 passed; 0 failed; 1 ignored\n"), 3);
    }
}
