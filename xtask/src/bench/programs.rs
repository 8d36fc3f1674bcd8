//! Building and running the programs of `bench/`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::command::{cargo, output, run};
use crate::workspace::root;

/// Builds and runs a measuring program, and returns what it printed; its notices pass through.
pub(super) fn program(package: &str, binary: &str, arguments: &[&str]) -> Result<String, String> {
    build(&["--release", "--package", package])?;
    output(Command::new(executable(binary)).args(arguments).stderr(Stdio::inherit()))
}

/// Builds programs of `bench/`, which is a separate workspace.
pub(super) fn build(arguments: &[&str]) -> Result<(), String> {
    run(cargo(&["build", "--quiet"]).args(arguments).current_dir(root().join("bench")))
}

/// Checks a package of `bench/`.
pub(super) fn check(arguments: &[&str]) -> Result<(), String> {
    run(cargo(&["check", "--quiet"]).args(arguments).current_dir(root().join("bench")))
}

/// A program of `bench/` that was built.
pub(super) fn executable(name: &str) -> PathBuf {
    target().join("release").join(name)
}

/// The target folder of `bench/`.
pub(super) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("bench/target"), PathBuf::from)
}
