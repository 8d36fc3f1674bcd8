//! Command `test strangers`: public clients, published as packages, run against the sandbox.
//!
//! They are installed into `target/` in pinned versions and run on loopback with an empty home and the sandbox's made-up
//! credentials; without Python or a registry the command prints that it was skipped.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command::{cargo, output, run};
use crate::workspace::root;

/// The clients, from PyPI, and what they stand on.
const PACKAGES: [&str; 3] = ["libcloudclodoru==0.0.2", "vdsinadriver==0.0.1", "apache-libcloud==3.9.1"];
const PROGRAM: &str = "xtask/strangers.py";
/// The last line of the sandbox's `--env`.
const LAST: &str = "HOSTKIT_SANDBOX_CONTROL";

/// Installs the clients, starts the sandbox and runs the program that calls them.
pub(crate) fn run_clients() -> Result<(), String> {
    let folder = root().join("target").join("strangers");
    let python = match install(&folder) {
        Ok(python) => python,
        Err(why) => {
            let why = why.trim_end().lines().last().unwrap_or_default();
            println!("strangers: SKIPPED: {} cannot be had here: {why}", PACKAGES.join(", "));
            return Ok(());
        }
    };
    run(&mut cargo(&["build", "--quiet", "--package", "hostkit-sandbox", "--features", "program"]))?;
    let sandbox = Sandbox::start()?;
    let home = folder.join("home");
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let mut program = Command::new(&python);
    program.args(["-B", "-I"]).arg(root().join(PROGRAM)).current_dir(&home);
    // Nothing of this machine's user reaches a program that somebody else wrote.
    program.env_clear().env("HOME", &home).env("NO_PROXY", "*").envs(sandbox.variables.iter().cloned());
    run(&mut program)
}

/// A virtual environment with the clients; returns its Python.
fn install(folder: &Path) -> Result<PathBuf, String> {
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !python.exists() {
        output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    output(pip.args(["--retries", "1", "--timeout", "20"]).args(PACKAGES))?;
    Ok(python)
}

/// The sandbox process; killed on drop.
struct Sandbox {
    child: Child,
    variables: Vec<(String, String)>,
}

impl Sandbox {
    fn start() -> Result<Self, String> {
        let program = root().join("target/debug/hostkit-sandbox").with_extension(std::env::consts::EXE_EXTENSION);
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut command = Command::new(&program);
        command.args(["--env", "--seed", "demo"]).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let out = child.stdout.take();
        let mut sandbox = Self { child, variables: Vec::new() };
        for line in BufReader::new(out.ok_or("the sandbox has no output")?).lines() {
            let line = line.map_err(failed)?;
            let (name, value) = variable(&line).ok_or_else(|| format!("the sandbox printed {line:?}"))?;
            sandbox.variables.push((name.to_owned(), value.to_owned()));
            if name == LAST {
                return Ok(sandbox);
            }
        }
        Err(format!("the sandbox printed no {LAST}"))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn variable(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("export ")?.split_once('=')
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn variables_are_read() {
        assert_eq!(variable("export A_URL=http://a/b?c=d"), Some(("A_URL", "http://a/b?c=d")));
        assert_eq!(variable("A=b"), None);
    }
}
