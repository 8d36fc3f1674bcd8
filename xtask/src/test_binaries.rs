//! Test binaries of a copy of the workspace: building them, and running one with a time limit.

use std::collections::BTreeMap;
use std::io::Read;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use crate::command::cargo;
use crate::workspace::target;

/// Paths of test binaries.
pub(crate) struct Binaries {
    tree: PathBuf,
    /// By package folder and binary name.
    places: BTreeMap<(String, String), PathBuf>,
}

/// Output of a test binary.
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) is_success: bool,
}

/// `cargo` in a copy of the workspace, with the workspace's target folder: external dependencies are shared.
pub(crate) fn cargo_in(tree: &Path, arguments: &[&str]) -> Result<Command, String> {
    let target = std::path::absolute(target()).map_err(|error| format!("the target folder: {error}"))?;
    let mut command = cargo(arguments);
    // No debugger: debug info would be wasted.
    command.current_dir(tree).env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "false");
    Ok(command)
}

impl Binaries {
    /// Builds what `command`, a `cargo test --no-run --message-format json-render-diagnostics`, builds.
    pub(crate) fn build(tree: &Path, command: &mut Command) -> Result<Self, String> {
        let output = command.output().map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            return Err(format!("{}\nthe copy does not build", String::from_utf8_lossy(&output.stderr)));
        }
        let lines = String::from_utf8_lossy(&output.stdout);
        let places = lines.lines().filter_map(|line| executable(tree, line)).collect();
        Ok(Self { tree: tree.to_owned(), places })
    }

    /// Whether there is this binary of the package in this folder; the library's unit tests have its crate's name.
    pub(crate) fn has(&self, folder: &str, name: &str) -> bool {
        self.places.contains_key(&(folder.to_owned(), name.to_owned()))
    }

    /// Runs a binary of the package in this folder; `None` if it did not end within `patience`.
    pub(crate) fn run(
        &self,
        (folder, name): (&str, &str),
        arguments: &[&str],
        variables: &[(&str, &str)],
        patience: Duration,
    ) -> Result<Option<Run>, String> {
        let program = self.places.get(&(folder.to_owned(), name.to_owned()));
        let mut command = command(program.ok_or_else(|| format!("there is no `{name}` of {folder}"))?);
        command.args(arguments).current_dir(self.tree.join(folder)).stdin(Stdio::null());
        command.env("HOSTKIT_PROMISE_SIZE", "small").env("RUST_BACKTRACE", "0").envs(variables.iter().copied());
        let failed = |error: std::io::Error| format!("{name}: {error}");
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        command.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
        let mut child = command.spawn().map_err(failed)?;
        // The pipe would never close while this process holds its write ends.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // A test that prints without end fills the pipe instead of the memory.
            let result = reader.take(MOST_OUTPUT).read_to_end(&mut bytes);
            // The receiver is gone after a time-out.
            let _ = sender.send(result.map(|_| String::from_utf8_lossy(&bytes).into_owned()));
        });
        let Ok(text) = receiver.recv_timeout(patience) else {
            child.kill().and_then(|()| child.wait()).map_err(failed)?;
            return Ok(None);
        };
        let text = text.map_err(failed)?;
        Ok(Some(Run { text, is_success: child.wait().map_err(failed)?.success() }))
    }
}

/// The most output that is kept of a run.
const MOST_OUTPUT: u64 = 64 << 20;

/// A program that may take so much address space that an endless list ends it before the machine.
#[cfg(unix)]
fn command(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 12000000; exec \"$0\" \"$@\""]).arg(program);
    command
}

#[cfg(not(unix))]
fn command(program: &Path) -> Command {
    Command::new(program)
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

/// Runs the jobs on all cores and returns their results in order.
pub(crate) fn in_parallel<J: Sync, R: Send>(jobs: &[J], run: impl Fn(&J) -> R + Sync) -> Vec<R> {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{executable, in_parallel};

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
}
