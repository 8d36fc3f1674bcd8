//! Running other programs.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::workspace::root;

/// A `cargo` command of the toolchain that runs this program, in the workspace root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // `cargo run` sets variables for this package, and ring's build script reads them: if they reached a nested cargo,
    // ring, TLS and both clients would be rebuilt each time cargo runs with and without xtask in turn.
    let is_own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_own)) {
        command.env_remove(name);
    }
    // With it, a test of examples would record what it has to compare with.
    command.env_remove("HOSTKIT_BLESS");
    command
}

/// Runs a program and passes its output through.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{}: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command))) }
}

/// Runs a program and returns its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{}: {error}", line(command)))?;
    if !output.status.success() {
        let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(format!("`{}` ended with {}:\n{said}{error}", line(command), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program, holding its last lines back until it has ended and `before_last` has written, so that they end the
/// output.
pub(crate) fn run_to_its_last_line(
    command: &mut Command,
    out: &mut dyn Write,
    before_last: impl FnOnce(&mut dyn Write, bool),
) -> Result<(), String> {
    const KEPT: usize = 4;
    let name = line(command);
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let (reader, writer) = std::io::pipe().map_err(failed)?;
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer).stdin(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    // The pipe would never close while this process holds its write ends.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut kept = VecDeque::new();
    for bytes in BufReader::new(reader).split(b'\n') {
        kept.push_back(bytes.map_err(failed)?);
        if kept.len() > KEPT {
            print(out, kept.pop_front().as_deref());
        }
    }
    let status = child.wait().map_err(failed)?;
    before_last(out, status.success());
    kept.iter().for_each(|bytes| print(out, Some(bytes)));
    if status.success() { Ok(()) } else { Err(format!("`{name}` ended with {status}")) }
}

fn print(out: &mut dyn Write, bytes: Option<&[u8]>) {
    // A closed output leaves nowhere to report the error.
    let _ = out.write_all(bytes.unwrap_or_default()).and_then(|()| out.write_all(b"\n"));
}

/// The command as typed in a shell.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Number of passed tests, from the summary lines of `cargo test`.
pub(crate) fn passed_tests(text: &str) -> u64 {
    let passed = |line: &str| line.split_once("ok. ")?.1.split(' ').next()?.parse::<u64>().ok();
    text.lines().filter(|line| line.contains("test result: ok.")).filter_map(passed).sum()
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::{passed_tests, run_to_its_last_line};

    fn relay(script: &str) -> (String, bool) {
        let mut out = Vec::new();
        let mut command = Command::new("sh");
        let result = run_to_its_last_line(command.args(["-c", script]), &mut out, |out, passed| {
            let _ = writeln!(out, "passed: {passed}");
        });
        (String::from_utf8_lossy(&out).into_owned(), result.is_ok())
    }

    #[test]
    fn the_last_lines_are_the_programs_own() {
        let (text, passed) = relay("for i in 1 2 3 4 5; do echo out $i; done; echo err >&2");
        assert_eq!(text, "out 1\nout 2\npassed: true\nout 3\nout 4\nout 5\nerr\n");
        assert!(passed);
    }

    #[test]
    fn a_failure_is_a_failure() {
        let (text, passed) = relay("echo no; exit 3");
        assert_eq!((text.as_str(), passed), ("passed: false\nno\n", false));
    }

    #[test]
    fn a_run_of_nothing_is_seen() {
        assert_eq!(passed_tests("test result: ok. 0 passed; 0 failed; 1 ignored"), 0);
        assert_eq!(passed_tests("x\ntest result: ok. 3 passed; 0 failed; 1 ignored\n"), 3);
    }
}
