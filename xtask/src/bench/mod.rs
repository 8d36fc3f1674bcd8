//! Command `bench`: the measurements of `bench/`, in release, each beside its peers in the same run, in one table.

mod compile;
mod derives;
mod edit;
mod instructions;
mod programs;
mod table;

use programs::program;
use table::{Line, Measured};

/// The measurements in running order, those that take minutes last.
const NAMES: [&str; 8] = ["read", "memory", "calls", "generate", "growth", "edit", "compile", "program"];

/// Every name that the command takes.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(["instructions"])
}

/// Those that `--quick` leaves out.
const SLOW: [&str; 3] = ["edit", "compile", "program"];

/// The CI job: holds the instructions of the hot paths to their file; returns why it was skipped.
pub(crate) fn run_job() -> Result<Option<String>, String> {
    instructions::hold(&table::lines()?, false)
}

/// Runs one measurement, or all of them, and prints their table.
pub(crate) fn bench(name: Option<&str>, quick: bool, write: bool) -> Result<(), String> {
    let lines = table::lines()?;
    if name == Some("instructions") {
        return instructions::hold(&lines, write).map(drop);
    }
    if write {
        return Err("`--write` rewrites bench/instructions.txt: `cargo xtask bench instructions --write`".to_owned());
    }
    derives::generate()?;
    let is_wanted = |known: &&str| match name {
        Some(name) => name == *known,
        None => !(quick && SLOW.contains(known)),
    };
    let mut measured = Measured::default();
    let mut failed = Vec::new();
    for known in NAMES.into_iter().filter(is_wanted) {
        eprintln!("bench: {known}");
        if let Err(error) = measure(known, quick, &lines, &mut measured) {
            eprintln!("bench: {known}: {error}");
            failed.push(known);
        }
    }
    print!("{}", measured.table(&lines)?);
    if failed.is_empty() { Ok(()) } else { Err(format!("not measured to the end: {}", failed.join(", "))) }
}

/// Runs one measurement.
fn measure(name: &str, quick: bool, lines: &[Line], measured: &mut Measured) -> Result<(), String> {
    let seconds = if quick { "1" } else { "5" };
    match name {
        "read" => {
            measured.read(&program("bench-suite", "bench-suite", &["race", seconds])?)?;
            instructions::add("bench-suite", lines, quick, measured)
        }
        "memory" => {
            measured.read(&program("bench-suite", "memory", &[])?)?;
            measured.read(&program("bench-suite", "allocations", &[])?)
        }
        "calls" => {
            measured.read(&program("bench-calls", "bench-calls", &["race", seconds])?)?;
            instructions::add("bench-calls", lines, quick, measured)
        }
        "generate" => measured.read(&program("bench-codegen", "bench-codegen", &["generate"])?),
        "growth" => {
            measured.read(&program("bench-suite", "bench-suite", &["growth"])?)?;
            measured.read(&program("bench-codegen", "bench-codegen", &["growth"])?)?;
            measured.read(&program("bench-calls", "bench-calls", &["growth", seconds])?)
        }
        "edit" => edit::run(measured),
        "compile" => compile::types(measured),
        _ => compile::program(measured),
    }
}
