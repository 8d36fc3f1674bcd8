//! Command `openapi --client`: a third-party generator makes a client from an OpenAPI document, which must work in the
//! sandbox.
//!
//! Installs into `target/` only; without Python or a registry it prints that it was skipped.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::command::{cargo, output, run};
use crate::workspace::{root, write};

/// The generator, from PyPI.
const GENERATOR: &str = "openapi-python-client";
const VERSION: &str = "0.29.1";
const DOCUMENT: &str = "docs/openapi/macloud.json";
const PROGRAM: &str = "xtask/openapi_client.py";
/// Name of the document's API in the sandbox.
const API: &str = "macloud";
/// The package that the program imports.
const PACKAGE: &str = "macloud_client";

/// Generates the client, starts the sandbox, and runs the program against it.
pub(crate) fn run_client() -> Result<(), String> {
    let profile = profile()?;
    let folder = profile.with_file_name("openapi-client");
    let python = match install(&folder) {
        Ok(python) => python,
        Err(why) => {
            // pip's output is long; its last line has the reason.
            let why = why.trim_end().lines().last().unwrap_or_default();
            println!("openapi: the generated client SKIPPED: no {GENERATOR} {VERSION} here: {why}");
            return Ok(());
        }
    };
    generate(&python, &folder)?;
    let sandbox = Sandbox::start(&profile)?;
    let mut program = Command::new(&python);
    // `-B` keeps Python from writing a folder of compiled code beside the committed program.
    program.arg("-B").arg(root().join(PROGRAM)).args([&sandbox.url, &sandbox.token]).env("PYTHONPATH", &folder);
    run(&mut program)?;
    println!("openapi: the client that {GENERATOR} {VERSION} generates from {DOCUMENT} works in the sandbox");
    Ok(())
}

/// Folder of debug builds: this program's own folder, or beside it for a release build.
fn profile() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().ok_or("this program is in no folder")?;
    Ok(folder.with_file_name("debug"))
}

/// Creates a virtual environment with the generator if there is none; returns its Python, or why it has none.
fn install(folder: &Path) -> Result<PathBuf, String> {
    let environment = folder.join(format!("{GENERATOR}-{VERSION}"));
    let python = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let python = environment.join(python);
    let code = format!("from importlib.metadata import version; assert version('{GENERATOR}') == '{VERSION}'");
    if output(Command::new(&python).args(["-c", &code])).is_ok() {
        return Ok(python);
    }
    output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    pip.args(["--retries", "1", "--timeout", "20"]).arg(format!("{GENERATOR}=={VERSION}"));
    output(&mut pip)?;
    Ok(python)
}

/// Runs the generator; a warning is a failure, because it means that a part of the document was left out.
fn generate(python: &Path, folder: &Path) -> Result<(), String> {
    // Formatting takes time and needs a program on the PATH, for code that is used once.
    let settings = folder.join("settings.json");
    write(&settings, "{\"post_hooks\": []}\n")?;
    let mut command = Command::new(python);
    command.args(["-m", "openapi_python_client", "generate", "--meta", "none", "--overwrite", "--fail-on-warning"]);
    command.arg("--path").arg(root().join(DOCUMENT)).arg("--output-path").arg(folder.join(PACKAGE));
    output(command.arg("--config").arg(settings)).map(drop)
}

/// The sandbox process; killed on drop.
struct Sandbox {
    child: Child,
    url: String,
    token: String,
}

impl Sandbox {
    fn start(profile: &Path) -> Result<Self, String> {
        run(&mut cargo(&[
            "build",
            "--quiet",
            "--package",
            "hostkit-sandbox",
            "--features",
            "program",
            "--bin",
            "hostkit-sandbox",
        ]))?;
        let program = profile.join("hostkit-sandbox").with_extension(std::env::consts::EXE_EXTENSION);
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut child = Command::new(&program).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let out = child.stdout.take();
        let mut sandbox = Self { child, url: String::new(), token: String::new() };
        let mut lines = BufReader::new(out.ok_or("the sandbox has no output")?);
        (sandbox.url, sandbox.token) = find(&mut lines)?;
        drain(lines);
        Ok(sandbox)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Base URL and token from the list that the sandbox prints first: `macloud  URL  token TOKEN`.
fn find(lines: &mut impl BufRead) -> Result<(String, String), String> {
    for line in lines.lines() {
        let line = line.map_err(|error| format!("the sandbox: {error}"))?;
        let mut words = line.split_whitespace();
        if words.next() == Some(API)
            && let (Some(url), Some("token"), Some(token)) = (words.next(), words.next(), words.next())
        {
            return Ok((url.to_owned(), token.to_owned()));
        }
    }
    Err(format!("the sandbox printed no address for {API}"))
}

/// Keeps reading, so that a full pipe does not block the sandbox.
fn drain(mut lines: BufReader<ChildStdout>) {
    std::thread::spawn(move || {
        let mut block = [0; 4096];
        while lines.read(&mut block).is_ok_and(|count| count > 0) {}
    });
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_address_is_found_in_the_list() {
        let list = "Base URLs:\n  clodo  http://h/clodo  login a, key b\n  macloud   http://h/macloud   token abc\n";
        assert_eq!(find(&mut list.as_bytes()), Ok(("http://h/macloud".to_owned(), "abc".to_owned())));
        assert!(find(&mut "  macloud  http://h/macloud\n".as_bytes()).is_err());
        assert!(find(&mut "".as_bytes()).is_err());
    }
}
