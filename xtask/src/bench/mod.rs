//! Command `bench`: the measurements of `bench/`, in release, each beside its peers in the same run.

mod edit;

use std::process::Command;

use crate::command::{cargo, run};
use crate::tidy;
use crate::workspace::{Outcome, root};

/// The measurements in running order, quick ones first.
const NAMES: [&str; 13] = [
    "dependencies",
    "errors",
    "allocations",
    "memory",
    "calls",
    "generate",
    "growth",
    "read-json",
    "read-xml",
    "read-php",
    "small",
    "edit",
    "compile",
];

/// Runs one measurement, or all of them.
pub(crate) fn bench(name: Option<&str>) -> Outcome {
    if let Some(name) = name
        && !NAMES.contains(&name)
    {
        return Err(format!("there is no measurement `{name}`; there are: {}", NAMES.join(", ")));
    }
    for known in NAMES.into_iter().filter(|known| name.is_none_or(|name| name == *known)) {
        match known {
            "dependencies" => println!("{}", tidy::trees()?),
            "allocations" | "memory" => suite(known, &[])?,
            "calls" => program("bench-calls", "bench-calls", &[])?,
            "generate" => program("bench-codegen", "bench-codegen", &[])?,
            "growth" => {
                suite("bench-suite", &["growth"])?;
                program("bench-codegen", "bench-codegen", &["growth"])?;
                program("bench-calls", "bench-calls", &["growth"])?;
            }
            "edit" => edit::run()?,
            "compile" => {
                candidates()?;
                run(in_bench(Command::new("sh").arg("measure-compile.sh")))?;
            }
            other => suite("bench-suite", &[other])?,
        }
    }
    Ok(())
}

/// Runs a program of the candidate comparison.
fn suite(binary: &str, arguments: &[&str]) -> Outcome {
    candidates()?;
    program("bench-suite", binary, arguments)
}

/// Generates the candidates' code.
fn candidates() -> Outcome {
    run(in_bench(&mut cargo(&["run", "--quiet", "--package", "bench-generate"])))
}

fn program(package: &str, binary: &str, arguments: &[&str]) -> Outcome {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", package, "--bin", binary, "--"]);
    run(in_bench(command.args(arguments)))
}

/// `bench/` is a separate workspace.
fn in_bench(command: &mut Command) -> &mut Command {
    command.current_dir(root().join("bench"))
}
