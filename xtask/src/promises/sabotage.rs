//! `promises --sabotage`: breaks a promise on purpose, and wants its test to fail by saying so.
//!
//! The switches are in a build with `--cfg hostkit_sabotage` only. This program makes that build by standing in for the
//! compiler of the workspace's own crates (`RUSTC_WORKSPACE_WRAPPER`): what comes from elsewhere is built once for both
//! builds, and cargo keeps the two apart by the wrapper.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::list::{PROMISES, Promise, Switch, Test};
use crate::command::{cargo, passed_tests};
use crate::workspace::{Outcome, root};

/// Set for the build with the switches, where this program is the compiler.
const BUILDS: &str = "HOSTKIT_SABOTAGE_BUILD";

/// How long one test may take: a test that hangs has noticed nothing.
const PATIENCE: Duration = Duration::from_secs(120);

/// Stands in for the compiler, if that is what this process was started for.
pub(crate) fn wrap() -> Option<ExitCode> {
    std::env::var_os(BUILDS)?;
    let mut arguments = std::env::args_os().skip(1);
    let compiler = arguments.next()?;
    let status = Command::new(compiler).args(arguments).args(["--cfg", "hostkit_sabotage"]).status();
    let is_success =
        status.inspect_err(|error| eprintln!("the compiler: {error}")).is_ok_and(|status| status.success());
    Some(if is_success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The job of the continuous integration: every promise is broken once.
pub(crate) fn run_job() -> Outcome {
    execute(&PROMISES.iter().collect::<Vec<_>>())
}

struct Row {
    name: &'static str,
    result: Result<String, String>,
    took: Duration,
}

/// Breaks each of these promises in each of its ways.
pub(super) fn execute(promises: &[&'static Promise]) -> Outcome {
    let start = Instant::now();
    let switches: Vec<&Switch> = promises.iter().flat_map(|promise| promise.switches).collect();
    let tests: Vec<Test> = switches.iter().map(|switch| switch.test).collect();
    let binaries = build(&tests)?;
    eprintln!("sabotage: built in {:.0} s", start.elapsed().as_secs_f64());
    let mut sound: Vec<Test> = Vec::new();
    let mut rows = Vec::new();
    for switch in switches {
        let start = Instant::now();
        // First as it is: red must come of what is broken, not of the small size or of the build.
        let control = if sound.contains(&switch.test) { Ok(()) } else { passes(&binaries, &switch.test) };
        let result = control.and_then(|()| {
            sound.push(switch.test);
            let run = run(&binaries, &switch.test, Some(switch.name))?;
            judge(&run, switch.says)
        });
        rows.push(Row { name: switch.name, result, took: start.elapsed() });
    }
    print(&rows);
    let failed: Vec<_> = rows.iter().filter(|row| row.result.is_err()).map(|row| row.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("sabotage: nobody noticed: {}", failed.join(", "))) }
}

/// Builds the test binaries with the switches, and says where they are.
fn build(tests: &[Test]) -> Result<Binaries, String> {
    let names: BTreeSet<&str> = tests.iter().map(|test| test.binary).collect();
    let wrapper = std::env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
    // All of the workspace, so that what comes from elsewhere has the features that it has in the ordinary build.
    let mut command = cargo(&["test", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"]);
    names.iter().for_each(|name| {
        command.args(["--test", name]);
    });
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env(BUILDS, "1");
    // Nobody steps through these, and nobody changes a line and builds again.
    command.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_INCREMENTAL", "0");
    let output = command.output().map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("{}\nsabotage: it does not build", String::from_utf8_lossy(&output.stderr)));
    }
    let found: Binaries = String::from_utf8_lossy(&output.stdout).lines().filter_map(executable).collect();
    match tests.iter().find(|test| !found.contains_key(&key(test))) {
        Some(test) => Err(format!("sabotage: cargo does not say where `{}` is", test.binary)),
        None => Ok(found),
    }
}

/// Test binaries by the folder of their package and their name.
type Binaries = BTreeMap<(String, String), PathBuf>;

fn key(test: &Test) -> (String, String) {
    (test.folder(), test.binary.to_owned())
}

/// What a line of cargo's says of a test binary.
fn executable(line: &str) -> Option<((String, String), PathBuf)> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let place = message.get("executable")?.as_str()?;
    let name = message.get("target")?.get("name")?.as_str()?.to_owned();
    let manifest = Path::new(message.get("manifest_path")?.as_str()?);
    let folder = manifest.parent()?.strip_prefix(root()).ok()?.to_str()?.replace('\\', "/");
    Some(((folder, name), PathBuf::from(place)))
}

/// What a test binary said.
struct Run {
    text: String,
    is_success: bool,
}

fn run(binaries: &Binaries, test: &Test, broken: Option<&str>) -> Result<Run, String> {
    let program = binaries.get(&key(test)).ok_or_else(|| format!("there is no `{}`", test.binary))?;
    let mut command = Command::new(program);
    command.args(["--nocapture", test.filter]).current_dir(root().join(test.folder())).stdin(Stdio::null());
    command.env("HOSTKIT_PROMISE_SIZE", "small").env("RUST_BACKTRACE", "0").env_remove("HOSTKIT_SABOTAGE");
    if let Some(name) = broken {
        command.env("HOSTKIT_SABOTAGE", name);
    }
    let failed = |error: std::io::Error| format!("{}: {error}", test.binary);
    let (mut reader, writer) = std::io::pipe().map_err(failed)?;
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // The ends that this process holds would keep the pipe open for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = reader.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned());
        // Nobody listens any more if it took too long.
        let _ = said.send(result);
    });
    let text = match heard.recv_timeout(PATIENCE) {
        Ok(text) => text.map_err(failed)?,
        Err(_) => {
            child.kill().and_then(|()| child.wait()).map_err(failed)?;
            return Err(format!("not over after {} s", PATIENCE.as_secs()));
        }
    };
    Ok(Run { text, is_success: child.wait().map_err(failed)?.success() })
}

/// Wants a test to pass with nothing broken.
fn passes(binaries: &Binaries, test: &Test) -> Outcome {
    let run = run(binaries, test, None)?;
    if run.is_success && passed_tests(&run.text) > 0 {
        return Ok(());
    }
    eprintln!("{}", run.text);
    Err("fails although nothing is broken".to_owned())
}

/// Wants a failure of the harness, and a line that says what was meant.
fn judge(run: &Run, says: &str) -> Result<String, String> {
    if run.is_success {
        return Err("broken, and nobody noticed".to_owned());
    }
    // Below this line the harness only names what failed; above it are the figures of what was tried.
    let line = run.text.lines().map(str::trim).find(|line| line.contains(says) && !is_figures(line));
    match line {
        Some(line) if run.text.contains("test result: FAILED") => Ok(shorten(line)),
        _ => {
            eprintln!("{}", run.text);
            Err(format!("red, but it does not say `{says}`"))
        }
    }
}

/// Whether it is the line that every test prints, broken or not.
fn is_figures(line: &str) -> bool {
    line.contains(" cases, ") && line.split(": ").next().is_some_and(|start| start.contains('P'))
}

fn shorten(line: &str) -> String {
    const SHOWN: usize = 90;
    let shown: String = line.chars().take(SHOWN).collect();
    if line.chars().count() > SHOWN { format!("{shown}…") } else { shown }
}

fn print(rows: &[Row]) {
    println!("\n{:<14} {:>8}  broken on purpose, its test says", "sabotage", "seconds");
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
    use super::{Run, executable, judge, root};

    #[test]
    fn binaries_are_found_in_what_cargo_says() {
        let manifest = root().join("crates/hostkit/Cargo.toml");
        let line = |executable| {
            serde_json::json!({
                "reason": "compiler-artifact",
                "manifest_path": manifest.to_str(),
                "target": { "kind": ["test"], "name": "properties" },
                "executable": executable,
            })
            .to_string()
        };
        let (key, path) = executable(&line(Some("/x/properties-5c7bfbb9"))).unwrap();
        assert_eq!(key, ("crates/hostkit".to_owned(), "properties".to_owned()));
        assert_eq!(path.to_str(), Some("/x/properties-5c7bfbb9"));
        assert_eq!(executable(&line(None)), None);
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
