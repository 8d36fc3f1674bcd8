//! Running other programs.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::workspace::{Outcome, root};

/// A `cargo` of the toolchain that runs this, in the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs a program with its output as it comes.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("{}: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command))) }
}

/// Runs a program and gives what it wrote to its output.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{}: {error}", line(command)))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}` ended with {}:\n{error}", line(command), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program and keeps its last lines back until it has ended and `before_last` has said its word: so the
/// program's own lines are the last ones of the output.
pub(crate) fn run_to_its_last_line(command: &mut Command, before_last: impl FnOnce(bool)) -> Outcome {
    const KEPT: usize = 4;
    let name = line(command);
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let (reader, writer) = std::io::pipe().map_err(failed)?;
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer).stdin(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    // The ends that this process holds would keep the pipe open for ever.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut kept = std::collections::VecDeque::new();
    for bytes in BufReader::new(reader).split(b'\n') {
        kept.push_back(bytes.map_err(failed)?);
        if kept.len() > KEPT {
            print(kept.pop_front().as_deref());
        }
    }
    let status = child.wait().map_err(failed)?;
    before_last(status.success());
    kept.iter().for_each(|bytes| print(Some(bytes)));
    if status.success() { Ok(()) } else { Err(format!("`{name}` ended with {status}")) }
}

fn print(bytes: Option<&[u8]>) {
    let mut out = std::io::stdout().lock();
    // Nobody to tell, if the output is closed.
    let _ = out.write_all(bytes.unwrap_or_default()).and_then(|()| out.write_all(b"\n"));
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}
