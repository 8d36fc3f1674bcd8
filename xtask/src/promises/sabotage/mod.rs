//! Command `promises --sabotage`: seeds the defects of the promises and checks that each test fails with its own
//! message.
//!
//! All defects go into one copy of the workspace, each behind a switch, so that one build serves all.

mod defects;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::list::{PROMISES, Promise, Switch, Test};
use crate::command::{output, passed_tests};
use crate::copy;
use crate::test_binaries::{Binaries, Run, cargo_in, in_parallel};
use crate::workspace::root;
use defects::{Defects, VARIABLE};

/// Time limit of one test: a test that hangs has detected nothing.
const PATIENCE: Duration = Duration::from_secs(120);

/// The copy's name.
const NAME: &str = "sabotage";

/// Findings about the defects, for `tidy`.
pub(crate) fn check() -> Vec<String> {
    let listed = PROMISES.iter().flat_map(|promise| promise.switches).map(|switch| switch.name).collect();
    match defects::load() {
        Ok(defects) => defects::findings(&defects, &listed, source),
        Err(error) => vec![error],
    }
}

/// Text of a file of the workspace.
fn source(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

/// Checks that the copy with all defects compiles: an edit may fit and yet have become wrong. `tidy` cannot tell.
pub(crate) fn check_copy() -> Result<(), String> {
    let changed = defects::apply(&defects::load()?, source).map_err(|findings| findings.join("\n"))?;
    let tree = copy::sync(NAME, &changed)?;
    // Standard error is shown only where the check fails: not every place needs the parentheses of its switch.
    output(cargo_in(&tree, &["check", "--workspace", "--all-features"])?.env("CARGO_INCREMENTAL", "0")).map(drop)
}

struct Row {
    name: &'static str,
    result: Result<String, String>,
    took: Duration,
}

/// Runs the tests of these promises under each of their defects.
pub(super) fn execute(promises: &[&'static Promise]) -> Result<(), String> {
    let start = Instant::now();
    let defects = defects::load()?;
    let changed = defects::apply(&defects, source).map_err(|findings| findings.join("\n"))?;
    let tree = copy::sync(NAME, &changed)?;
    let switches: Vec<&Switch> = promises.iter().flat_map(|promise| promise.switches).collect();
    let tests: Vec<Test> = switches.iter().map(|switch| switch.test).collect();
    let binaries = build(&tree, &tests)?;
    eprintln!("sabotage: built in {:.0} s", start.elapsed().as_secs_f64());
    let mut jobs: Vec<Job> = Vec::new();
    // Each test first runs without a defect, so that a failure is due to the defect and not to the small size or the
    // build.
    for test in tests {
        if jobs.iter().all(|job| job.test != test) {
            jobs.push(Job { test, broken: None });
        }
    }
    let controls = jobs.len();
    jobs.extend(switches.iter().map(|switch| Job { test: switch.test, broken: Some(switch.name) }));
    let results = in_parallel(&jobs, |job| {
        let start = Instant::now();
        let result = match job.broken {
            None => passes(&binaries, &job.test).map(|()| String::new()),
            Some(name) => notices(&binaries, &job.test, name, &defects),
        };
        (result, start.elapsed())
    });
    let (controls, broken) = (jobs.iter().zip(&results).take(controls), results.iter().skip(controls));
    let rows: Vec<Row> = switches
        .iter()
        .zip(broken)
        .map(|(switch, (result, took))| {
            let unsound = controls.clone().find(|(job, (result, _))| job.test == switch.test && result.is_err());
            let result = unsound.map_or(result, |(_, (result, _))| result);
            Row { name: switch.name, result: result.clone(), took: *took }
        })
        .collect();
    print(&rows);
    let failed: Vec<_> = rows.iter().filter(|row| row.result.is_err()).map(|row| row.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("sabotage: not detected: {}", failed.join(", "))) }
}

/// One run of a test, with or without a defect.
struct Job {
    test: Test,
    broken: Option<&'static str>,
}

/// Checks that a test fails under this defect, with the expected message.
fn notices(binaries: &Binaries, test: &Test, name: &str, defects: &Defects) -> Result<String, String> {
    let defect = defects.get(name).ok_or("there is no such defect")?;
    let run = run(binaries, test, Some(name))?;
    judge(&run, &defect.says)
}

/// Builds the test binaries of the copy.
fn build(tree: &Path, tests: &[Test]) -> Result<Binaries, String> {
    let names: BTreeSet<&str> = tests.iter().map(|test| test.binary).collect();
    // The whole workspace, so that external dependencies have the features of the ordinary build.
    let mut command =
        cargo_in(tree, &["test", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"])?;
    names.iter().for_each(|name| {
        command.args(["--test", name]);
    });
    // No second build: incremental data would be wasted.
    let found =
        Binaries::build(tree, command.env("CARGO_INCREMENTAL", "0")).map_err(|error| format!("sabotage: {error}"))?;
    match tests.iter().find(|test| !found.has(&test.folder(), test.binary)) {
        Some(test) => Err(format!("sabotage: cargo reported no path for `{}`", test.binary)),
        None => Ok(found),
    }
}

fn run(binaries: &Binaries, test: &Test, broken: Option<&str>) -> Result<Run, String> {
    let variables = [(VARIABLE, broken.unwrap_or_default())];
    let run = binaries.run((&test.folder(), test.binary), &["--nocapture", test.filter], &variables, PATIENCE)?;
    run.ok_or_else(|| format!("did not end within {} s", PATIENCE.as_secs()))
}

/// Checks that a test passes without a defect.
fn passes(binaries: &Binaries, test: &Test) -> Result<(), String> {
    let run = run(binaries, test, None)?;
    if run.is_success && passed_tests(&run.text) > 0 {
        return Ok(());
    }
    eprintln!("{}", run.text);
    Err("fails without a defect".to_owned())
}

/// Checks for a failure reported by the harness, with the expected message.
fn judge(run: &Run, says: &str) -> Result<String, String> {
    if run.is_success {
        return Err("passes despite the defect".to_owned());
    }
    // Figures are skipped, because every run prints them.
    let line = run.text.lines().map(str::trim).find(|line| line.contains(says) && !is_figures(line));
    match line {
        Some(line) if run.text.contains("test result: FAILED") => Ok(shorten(line)),
        _ => {
            eprintln!("{}", run.text);
            Err(format!("fails, but without the message `{says}`"))
        }
    }
}

/// Whether it is the line of figures, which every test prints with or without a defect.
fn is_figures(line: &str) -> bool {
    line.contains(" cases, ") && line.split(": ").next().is_some_and(|start| start.contains('P'))
}

fn shorten(line: &str) -> String {
    const SHOWN: usize = 90;
    let shown: String = line.chars().take(SHOWN).collect();
    if line.chars().count() > SHOWN { format!("{shown}…") } else { shown }
}

fn print(rows: &[Row]) {
    println!("\n{:<14} {:>8}  message of the failing test", "sabotage", "seconds");
    for row in rows {
        let (mark, text) = match &row.result {
            Ok(line) => ("red", line),
            Err(why) => ("FAILED", why),
        };
        println!("{:<14} {:>8.1}  {mark}: {text}", row.name, row.took.as_secs_f64());
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::{Run, judge};

    #[test]
    fn red_is_red_for_its_reason_only() {
        let run = |text: &str, is_success| Run { text: text.to_owned(), is_success };
        let figures = "P1: 8 cases, sent twice 0\n";
        let red = format!("{figures}it was sent twice\ntest result: FAILED. 0 passed");
        assert_eq!(judge(&run(&red, false), "sent twice").as_deref(), Ok("it was sent twice"));
        assert!(judge(&run(&red, false), "sent three times").is_err());
        assert!(judge(&run(&red, true), "sent twice").is_err());
        assert!(judge(&run(&format!("{figures}test result: FAILED."), false), "sent twice").is_err());
        assert!(judge(&run("it was sent twice", false), "sent twice").is_err(), "a crash is no red test");
    }
}
