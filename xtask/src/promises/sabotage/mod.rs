//! Command `promises --sabotage`: seeds the defects of the promises and checks that each test fails with its own
//! message.
//!
//! All defects go into one copy of the workspace, each behind a switch, so that one build serves all.

mod copy;
mod defects;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use super::list::{PROMISES, Promise, Switch, Test};
use crate::command::{cargo, output, passed_tests};
use crate::workspace::{root, target};
use defects::{Defects, VARIABLE};

/// Time limit of one test: a test that hangs has detected nothing.
const PATIENCE: Duration = Duration::from_secs(120);

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
    let tree = copy::sync(&changed)?;
    let target = std::path::absolute(target()).map_err(|error| format!("the target folder: {error}"))?;
    let mut command = cargo(&["check", "--workspace", "--all-features"]);
    // Standard error is shown only where the check fails: not every place needs the parentheses of its switch.
    output(command.current_dir(tree).env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0")).map(drop)
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
    let tree = copy::sync(&changed)?;
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

/// Runs the jobs on all cores and returns their results in order.
fn in_parallel<J: Sync, R: Send>(jobs: &[J], run: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(jobs.iter().enumerate());
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || std::iter::from_fn(take).map(|(index, job)| (index, run(job))).collect::<Vec<_>>();
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let results: BTreeMap<usize, R> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        threads.into_iter().flat_map(join).collect()
    });
    results.into_values().collect()
}

/// Checks that a test fails under this defect, with the expected message.
fn notices(binaries: &Binaries, test: &Test, name: &str, defects: &Defects) -> Result<String, String> {
    let defect = defects.get(name).ok_or("there is no such defect")?;
    let run = run(binaries, test, Some(name))?;
    judge(&run, &defect.says)
}

/// Builds the test binaries of the copy and returns their paths.
fn build(tree: &Path, tests: &[Test]) -> Result<Binaries, String> {
    let names: BTreeSet<&str> = tests.iter().map(|test| test.binary).collect();
    // The whole workspace, so that external dependencies have the features of the ordinary build.
    let mut command = cargo(&["test", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"]);
    names.iter().for_each(|name| {
        command.args(["--test", name]);
    });
    let target = std::path::absolute(target()).map_err(|error| format!("the target folder: {error}"))?;
    command.current_dir(tree).env("CARGO_TARGET_DIR", target);
    // No debugger and no second build: debug info and incremental data would be wasted.
    command.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_INCREMENTAL", "0");
    let output = command.output().map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("{}\nsabotage: the copy does not build", String::from_utf8_lossy(&output.stderr)));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let places = lines.lines().filter_map(|line| executable(tree, line)).collect();
    let found = Binaries { tree: tree.to_owned(), places };
    match tests.iter().find(|test| !found.places.contains_key(&key(test))) {
        Some(test) => Err(format!("sabotage: cargo reported no path for `{}`", test.binary)),
        None => Ok(found),
    }
}

/// Paths of the copy's test binaries.
struct Binaries {
    tree: PathBuf,
    /// By package folder and binary name.
    places: BTreeMap<(String, String), PathBuf>,
}

fn key(test: &Test) -> (String, String) {
    (test.folder(), test.binary.to_owned())
}

/// The test binary that a line of cargo's JSON output names.
fn executable(tree: &Path, line: &str) -> Option<((String, String), PathBuf)> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let place = message.get("executable")?.as_str()?;
    let name = message.get("target")?.get("name")?.as_str()?.to_owned();
    let manifest = Path::new(message.get("manifest_path")?.as_str()?);
    let folder = manifest.parent()?.strip_prefix(tree).ok()?.to_str()?.replace('\\', "/");
    Some(((folder, name), PathBuf::from(place)))
}

/// Output of a test binary.
struct Run {
    text: String,
    is_success: bool,
}

fn run(binaries: &Binaries, test: &Test, broken: Option<&str>) -> Result<Run, String> {
    let program = binaries.places.get(&key(test)).ok_or_else(|| format!("there is no `{}`", test.binary))?;
    let mut command = Command::new(program);
    command.args(["--nocapture", test.filter]).current_dir(binaries.tree.join(test.folder())).stdin(Stdio::null());
    command.env("HOSTKIT_PROMISE_SIZE", "small").env("RUST_BACKTRACE", "0").env_remove(VARIABLE);
    if let Some(name) = broken {
        command.env(VARIABLE, name);
    }
    let failed = |error: std::io::Error| format!("{}: {error}", test.binary);
    let (mut reader, writer) = std::io::pipe().map_err(failed)?;
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // The pipe would never close while this process holds its write ends.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = reader.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned());
        // The receiver is gone after a time-out.
        let _ = sender.send(result);
    });
    let text = match receiver.recv_timeout(PATIENCE) {
        Ok(text) => text.map_err(failed)?,
        Err(_) => {
            child.kill().and_then(|()| child.wait()).map_err(failed)?;
            return Err(format!("did not end within {} s", PATIENCE.as_secs()));
        }
    };
    Ok(Run { text, is_success: child.wait().map_err(failed)?.success() })
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
    use std::path::Path;

    use super::{Run, executable, in_parallel, judge};

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let jobs: Vec<u64> = (0..100).collect();
        let slow_at_first = |job: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(100 - job));
            *job
        };
        assert_eq!(in_parallel(&jobs, slow_at_first), jobs);
    }

    #[test]
    fn binaries_are_found_in_what_cargo_says() {
        let tree = Path::new("/x/tree");
        let manifest = tree.join("crates/hostkit/Cargo.toml");
        let line = |executable| {
            serde_json::json!({
                "reason": "compiler-artifact",
                "manifest_path": manifest.to_str(),
                "target": { "kind": ["test"], "name": "properties" },
                "executable": executable,
            })
            .to_string()
        };
        let (key, path) = executable(tree, &line(Some("/x/properties-5c7bfbb9"))).unwrap();
        assert_eq!(key, ("crates/hostkit".to_owned(), "properties".to_owned()));
        assert_eq!(path.to_str(), Some("/x/properties-5c7bfbb9"));
        assert_eq!(executable(tree, &line(None)), None);
    }

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
