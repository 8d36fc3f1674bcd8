//! Command `ci`: runs every CI job in order, each against a time budget.
//!
//! The tests run last, so that the output ends with cargo's own test summary.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::command::{cargo, run, run_to_its_last_line};
use crate::{api, bench, codegen, features, openapi, package, promises, real, tidy};

/// Budget for all jobs together, on two cores and from a fresh clone.
const TOTAL: Duration = Duration::from_secs(1_500);

/// How a job ended that did not fail.
enum End {
    Done,
    /// Not run, with the reason.
    Skipped(String),
}

struct Job {
    name: &'static str,
    /// Seconds.
    budget: u64,
    run: fn() -> Result<End, String>,
}

const JOBS: &[Job] = &[
    Job { name: "fmt", budget: 5, run: || done(run(&mut cargo(&["fmt", "--all", "--check"]))) },
    Job { name: "tidy", budget: 8, run: || done(tidy::run(false)) },
    Job { name: "codegen", budget: 5, run: || done(codegen::run(true)) },
    Job { name: "openapi", budget: 15, run: || done(openapi::run()) },
    Job { name: "clippy", budget: 125, run: clippy },
    // After `clippy`, which has checked what the copy depends on.
    Job { name: "sabotage", budget: 60, run: || done(promises::check_copy()) },
    Job { name: "features", budget: 45, run: || done(features::run_job()) },
    Job { name: "doc", budget: 45, run: doc },
    // After `doc`, which has compiled what rustdoc reads.
    Job { name: "api", budget: 25, run: || skipped(api::run_job()?) },
    Job { name: "package", budget: 5, run: || done(package::run_job()) },
    Job { name: "deny", budget: 10, run: deny },
    // In release, which no other job is.
    Job { name: "instructions", budget: 240, run: || skipped(bench::run_job()?) },
    Job { name: "real", budget: 260, run: real },
    Job { name: TEST, budget: 320, run: || Ok(End::Done) },
];

const TEST: &str = "test";

/// Names of the jobs, in running order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    JOBS.iter().map(|job| job.name)
}

/// The README's test command.
const TEST_COMMAND: &[&str] = &["test", "--workspace"];

/// Runs all jobs, or the one of this name. A failed job does not stop the others, so that one run shows every failure.
pub(crate) fn execute(one: Option<&str>) -> Result<(), String> {
    let (mut times, mut failed) = (Vec::new(), Vec::new());
    for job in JOBS.iter().filter(|job| one.is_none_or(|one| job.name == one)) {
        eprintln!("ci: {}", job.name);
        let start = Instant::now();
        if job.name == TEST {
            let result = run_to_its_last_line(&mut cargo(TEST_COMMAND), &mut std::io::stdout(), |out, passed| {
                times.push((job, start.elapsed(), if passed { "" } else { "failed" }.to_owned()));
                print_times(out, &times);
            });
            if let Err(message) = result {
                eprintln!("{message}");
                failed.push(job.name);
            }
            continue;
        }
        match (job.run)() {
            Ok(End::Done) => times.push((job, start.elapsed(), String::new())),
            Ok(End::Skipped(why)) => {
                eprintln!("ci: {} SKIPPED: {why}", job.name);
                times.push((job, start.elapsed(), format!("SKIPPED: {why}")));
            }
            Err(message) => {
                eprintln!("{message}\nci: {} failed", job.name);
                times.push((job, start.elapsed(), "failed".to_owned()));
                failed.push(job.name);
            }
        }
        if one.is_some() {
            print_times(&mut std::io::stdout(), &times);
        }
    }
    if !failed.is_empty() {
        return Err(format!("ci: failed: {}; one alone: cargo xtask ci {}", failed.join(", "), failed[0]));
    }
    let total: Duration = times.iter().map(|(_, time, _)| *time).sum();
    if total > TOTAL {
        Err(format!("ci: {} s, over the budget of {} s", total.as_secs(), TOTAL.as_secs()))
    } else {
        Ok(())
    }
}

fn print_times(out: &mut dyn Write, times: &[(&Job, Duration, String)]) {
    // A closed output leaves nowhere to report the error.
    let _ = out.write_all(table(times).as_bytes());
}

fn table(times: &[(&Job, Duration, String)]) -> String {
    let mut text = format!("\n{:<12}{:>10}{:>10}\n", "job", "seconds", "budget");
    for (job, time, remark) in times {
        let over = if *time > Duration::from_secs(job.budget) { "over the budget " } else { "" };
        let line = format!("{:<12}{:>10.1}{:>10}  {over}{remark}", job.name, time.as_secs_f64(), job.budget);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let total: Duration = times.iter().map(|(_, time, _)| *time).sum();
    text.push_str(&format!("{:<12}{:>10.1}{:>10}\n\n", "together", total.as_secs_f64(), TOTAL.as_secs()));
    text
}

fn done(result: Result<(), String>) -> Result<End, String> {
    result.map(|()| End::Done)
}

fn skipped(why: Option<String>) -> Result<End, String> {
    Ok(why.map_or(End::Done, End::Skipped))
}

fn clippy() -> Result<End, String> {
    // All features: the server halves are code, too.
    done(run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])))
}

fn doc() -> Result<End, String> {
    // Programs and tests, which no crate depends on, have no readers of their docs.
    let without = ["hostkit-examples", "hostkit-tests", "xtask"].map(|package| format!("--exclude={package}"));
    let mut command = cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
    command.args(without);
    done(run(command.env("RUSTDOCFLAGS", "-D warnings")))
}

fn real() -> Result<End, String> {
    let skipped = real::run()?;
    Ok(if skipped.is_empty() { End::Done } else { End::Skipped(skipped.join("; ")) })
}

fn deny() -> Result<End, String> {
    let is_there = cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success());
    if !is_there {
        return Ok(End::Skipped("cargo-deny is not installed".to_owned()));
    }
    // Advisories need a database from the network.
    done(run(&mut cargo(&["deny", "--workspace", "--all-features", "check", "licenses", "bans", "sources"])))
}

#[cfg(test)]
mod tests {
    use super::{JOBS, TEST, TOTAL};

    #[test]
    fn the_budgets_fit_into_the_total() {
        let sum: u64 = JOBS.iter().map(|job| job.budget).sum();
        assert!(sum <= TOTAL.as_secs(), "{sum} s");
    }

    #[test]
    fn the_tests_come_last() {
        assert_eq!(JOBS.last().map(|job| job.name), Some(TEST));
    }
}
