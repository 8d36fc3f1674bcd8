//! `real`: tests against programs that are not ours, which it installs where it can: nginx, PHP and Redis, and the system's
//! resolver.
//!
//! What is deliberately not here: the tests. They print rows `real: nginx | …`, and fail where a program is named in
//! `HOSTKIT_REAL` and cannot be run.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::command::cargo;
use crate::fixtures;
use crate::workspace::Outcome;

/// A program, and the package of Debian that it comes in.
struct Program {
    /// As the tests call it.
    name: &'static str,
    command: &'static str,
    /// What makes it say which it is.
    version: &'static str,
    package: &'static str,
}

const PROGRAMS: &[Program] = &[
    Program { name: "nginx", command: "nginx", version: "-v", package: "nginx-light" },
    Program { name: "redis", command: "redis-server", version: "-v", package: "redis-server" },
    Program { name: "php", command: "php", version: "-v", package: "php-cli" },
    // For a network of its own, in which the system's resolver asks a name server of ours.
    Program { name: "names", command: "ip", version: "-V", package: "iproute2" },
];

/// Waits for nobody who does not answer.
const APT: &[&str] =
    &["-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10", "-o", "Acquire::Retries=0"];

/// Runs what can be run, and prints the rows; gives what was skipped, in words.
pub(crate) fn run() -> Result<Vec<String>, String> {
    let (mut skipped, mut is_updated) = (Vec::new(), false);
    let mut there = Vec::new();
    for program in PROGRAMS {
        let found = find(program, &mut is_updated)
            .and_then(|version| if program.name == "names" { namespaces(version) } else { Ok(version) });
        match found {
            Ok(version) => {
                eprintln!("real: {}: {version}", program.name);
                there.push(program.name);
            }
            Err(why) => {
                println!("real: {} SKIPPED: {why}", program.name);
                skipped.push(format!("{}: {why}", program.name));
            }
        }
    }
    let mut rows = Vec::new();
    if there.iter().any(|name| *name != "redis") {
        rows.extend(test(&there, "promises", "real::")?);
    }
    if there.contains(&"redis") {
        rows.extend(test(&there, "redis_store", "")?);
    }
    if there.contains(&"php") {
        fixtures::php(true)?;
    }
    rows.sort();
    println!();
    rows.iter().for_each(|row| println!("{row}"));
    Ok(skipped)
}

/// The command: what was skipped was printed, and is no failure.
pub(crate) fn execute() -> Outcome {
    run().map(|_| ())
}

/// The version of a program that is there, or was not and now is.
fn find(program: &Program, is_updated: &mut bool) -> Result<String, String> {
    if let Some(version) = version(program) {
        return Ok(version);
    }
    let user = with_path("id").arg("-u").output().map(|output| output.stdout).unwrap_or_default();
    if user != b"0\n" {
        return Err(format!("{} is not installed, and only root can do that", program.package));
    }
    let install = |step: &[&str]| {
        let mut command = with_path("apt-get");
        command.args(APT).args(step).env("DEBIAN_FRONTEND", "noninteractive");
        command.output().is_ok_and(|output| output.status.success())
    };
    let package = ["install", "-y", "--no-install-recommends", program.package];
    eprintln!("real: apt-get install {}", program.package);
    // The lists of packages may be old, or none. A network that swallows everything is waited for once.
    if !install(&package) && !std::mem::replace(is_updated, true) {
        let _ = install(&["update"]) && install(&package);
    }
    version(program).ok_or_else(|| format!("{} is not installed, and apt-get cannot get it here", program.package))
}

fn version(program: &Program) -> Option<String> {
    let output =
        with_path(program.command).arg(program.version).output().ok().filter(|output| output.status.success())?;
    // nginx writes it to its error output.
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).lines().next().map(str::to_owned)
}

/// Whether this user may have a network and files of his own: containers and some systems forbid it.
fn namespaces(version: String) -> Result<String, String> {
    let entered = with_path("unshare").args(["--map-root-user", "--mount", "--net", "true"]).output();
    if entered.is_ok_and(|output| output.status.success()) {
        return Ok(version);
    }
    Err("namespaces are not allowed here, and the system's resolver can be led to our name server only in one"
        .to_owned())
}

/// Servers lie in folders that only root searches.
fn with_path(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", path());
    command
}

fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Runs tests with the programs that are there, and gives their rows.
fn test(there: &[&str], binary: &str, filter: &str) -> Result<Vec<String>, String> {
    let start = Instant::now();
    // All of the workspace, so that what it uses has the features that it has in `cargo test --workspace`.
    let mut command = cargo(&["test", "--quiet", "--workspace", "--test", binary]);
    command.args(["--", "--nocapture", filter]).env("HOSTKIT_REAL", there.join(" ")).env("PATH", path());
    let output = command.output().map_err(|error| format!("cargo: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("{told}{}\nreal: `{binary}` failed", String::from_utf8_lossy(&output.stderr)));
    }
    if told.contains("SKIPPED: redis") || passed(&output) == 0 {
        return Err(format!("{told}\nreal: `{binary}` ran nothing"));
    }
    Ok(rows(&told, binary, start.elapsed()))
}

fn rows(told: &str, binary: &str, took: Duration) -> Vec<String> {
    // The harness may have begun the line.
    let of_test = |line: &str| line.find("real: ").map(|at| line[at..].to_owned());
    let figures =
        |line: &str| line.contains(" processes, ").then(|| format!("real: redis | {}", line.trim_start_matches('.')));
    let mut rows: Vec<String> = told.lines().filter_map(|line| of_test(line).or_else(|| figures(line))).collect();
    rows.push(format!("real: ~ {binary} took {:.1} s with its build", took.as_secs_f64()));
    rows
}

fn passed(output: &Output) -> u64 {
    let text = String::from_utf8_lossy(&output.stdout);
    let count = |line: &str| line.split_once("ok. ")?.1.split(' ').next()?.parse::<u64>().ok();
    text.lines().filter(|line| line.contains("test result: ok.")).filter_map(count).sum()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::rows;

    #[test]
    fn rows_are_found_behind_what_the_harness_wrote() {
        let told = ".real: nginx | a\nnothing\n..4 processes, 336 calls\n";
        let found = rows(told, "x", Duration::ZERO);
        assert_eq!(found[..2], ["real: nginx | a", "real: redis | 4 processes, 336 calls"]);
        assert_eq!(found.len(), 3);
    }
}
