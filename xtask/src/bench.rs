//! `cargo xtask bench [NAME]`: the measurements of `bench/`, in release, each beside its peers in the same run.

use std::process::Command;

use crate::command::{cargo, run};
use crate::workspace::{Outcome, root};

/// The measurements that there are, in the order in which they run: the quick ones first.
const NAMES: [&str; 8] = ["errors", "allocations", "memory", "read-json", "read-xml", "read-php", "small", "compile"];

/// Runs one measurement, or all of them.
pub(crate) fn bench(name: Option<&str>) -> Outcome {
    if let Some(name) = name
        && !NAMES.contains(&name)
    {
        return Err(format!("there is no measurement `{name}`; there are: {}", NAMES.join(", ")));
    }
    for known in NAMES.into_iter().filter(|known| name.is_none_or(|name| name == *known)) {
        match known {
            "compile" => run(in_bench(Command::new("sh").arg("measure-compile.sh")))?,
            "allocations" | "memory" => suite(known, &[])?,
            other => suite("bench-suite", &[other])?,
        }
    }
    Ok(())
}

fn suite(binary: &str, arguments: &[&str]) -> Outcome {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "bench-suite", "--bin", binary, "--"]);
    run(in_bench(command.args(arguments)))
}

/// `bench/` is a workspace of its own.
fn in_bench(command: &mut Command) -> &mut Command {
    command.current_dir(root().join("bench"))
}
