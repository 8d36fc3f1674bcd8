//! Command `real`: tests against third-party programs, installed where possible: nginx, HAProxy, PHP, Redis, and the system's
//! resolver.
//!
//! The tests themselves are elsewhere: they print rows `real: nginx | …`, and fail if a program named in `HOSTKIT_REAL`
//! cannot be run.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::command::cargo;
use crate::fixtures;

/// A program and its Debian package.
struct Program {
    /// Name by which the tests know it.
    name: &'static str,
    command: &'static str,
    /// Argument that prints the version.
    version: &'static str,
    package: &'static str,
}

const PROGRAMS: &[Program] = &[
    Program { name: "nginx", command: "nginx", version: "-v", package: "nginx-light" },
    Program { name: "haproxy", command: "haproxy", version: "-v", package: "haproxy" },
    Program { name: "redis", command: "redis-server", version: "-v", package: "redis-server" },
    Program { name: "php", command: "php", version: "-v", package: "php-cli" },
    // `ip` sets up a network namespace in which the system's resolver asks our name server.
    Program { name: "names", command: "ip", version: "-V", package: "iproute2" },
];

/// Short time-outs, so that an unreachable mirror does not stall the run.
const APT: &[&str] =
    &["-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10", "-o", "Acquire::Retries=0"];

/// Runs the tests whose programs are available, prints their rows, and returns what was skipped with the reasons.
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

/// The command: skipped programs were printed and are no failure.
pub(crate) fn execute() -> Result<(), String> {
    run().map(|_| ())
}

/// Version of a program, installed first if necessary and possible.
fn find(program: &Program, is_updated: &mut bool) -> Result<String, String> {
    if let Some(version) = version(program) {
        return Ok(version);
    }
    let user = with_path("id").arg("-u").output().map(|output| output.stdout).unwrap_or_default();
    if user != b"0\n" {
        return Err(format!("{} is not installed, and installing it needs root", program.package));
    }
    let install = |step: &[&str]| {
        let mut command = with_path("apt-get");
        command.args(APT).args(step).env("DEBIAN_FRONTEND", "noninteractive");
        command.output().is_ok_and(|output| output.status.success())
    };
    let package = ["install", "-y", "--no-install-recommends", program.package];
    eprintln!("real: apt-get install {}", program.package);
    // The package lists may be stale or missing. They are updated at most once per run, because a network without
    // answers costs the full time-out.
    if !install(&package) && !std::mem::replace(is_updated, true) {
        let _ = install(&["update"]) && install(&package);
    }
    version(program).ok_or_else(|| format!("{} is not installed, and apt-get cannot get it here", program.package))
}

fn version(program: &Program) -> Option<String> {
    let output =
        with_path(program.command).arg(program.version).output().ok().filter(|output| output.status.success())?;
    // nginx prints its version to standard error.
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).lines().next().map(str::to_owned)
}

/// Whether this user may create network and mount namespaces: containers and some systems forbid it.
fn namespaces(version: String) -> Result<String, String> {
    let entered = with_path("unshare").args(["--map-root-user", "--mount", "--net", "true"]).output();
    if entered.is_ok_and(|output| output.status.success()) {
        return Ok(version);
    }
    Err("namespaces are not allowed here, and only in one can the system's resolver use our name server".to_owned())
}

/// Adds the folders of servers, which are often on root's PATH only.
fn with_path(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", path());
    command
}

fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Runs tests with the available programs and returns their rows.
fn test(there: &[&str], binary: &str, filter: &str) -> Result<Vec<String>, String> {
    let start = Instant::now();
    // The whole workspace, so that features unify as in `cargo test --workspace`.
    let mut command = cargo(&["test", "--quiet", "--workspace", "--test", binary]);
    command.args(["--", "--nocapture", filter]).env("HOSTKIT_REAL", there.join(" ")).env("PATH", path());
    let output = command.output().map_err(|error| format!("cargo: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("{stdout}{}\nreal: `{binary}` failed", String::from_utf8_lossy(&output.stderr)));
    }
    if stdout.contains("SKIPPED: redis") || passed(&output) == 0 {
        return Err(format!("{stdout}\nreal: `{binary}` ran nothing"));
    }
    Ok(rows(&stdout, binary, start.elapsed()))
}

fn rows(stdout: &str, binary: &str, took: Duration) -> Vec<String> {
    // The harness may have written the start of the line.
    let of_test = |line: &str| line.find("real: ").map(|at| line[at..].to_owned());
    let figures =
        |line: &str| line.contains(" processes, ").then(|| format!("real: redis | {}", line.trim_start_matches('.')));
    let mut rows: Vec<String> = stdout.lines().filter_map(|line| of_test(line).or_else(|| figures(line))).collect();
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
        let stdout = ".real: nginx | a\nnothing\n..4 processes, 336 calls\n";
        let found = rows(stdout, "x", Duration::ZERO);
        assert_eq!(found[..2], ["real: nginx | a", "real: redis | 4 processes, 336 calls"]);
        assert_eq!(found.len(), 3);
    }
}
