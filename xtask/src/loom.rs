//! Command `loom`: every interleaving of threads and tasks that wait for a sign-in or a store, on loom's primitives.

use std::process::Stdio;

use crate::command::{cargo, passed_tests};
use crate::workspace::root;

/// Runs the loom models of `hostkit`; with `longer`, three preemptions instead of two.
pub(crate) fn execute(longer: bool) -> Result<(), String> {
    // The cfg reaches every crate of the tree: a separate folder preserves the builds of the other jobs.
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into).join("loom");
    let mut command = cargo(&["test", "--package", "hostkit", "--lib"]);
    command.env("RUSTFLAGS", "--cfg loom").env("CARGO_TARGET_DIR", folder).env("RUST_BACKTRACE", "0");
    if longer {
        command.env("LOOM_MAX_PREEMPTIONS", "3");
    } else {
        // Optimising takes far longer than these models.
        for name in ["hostkit", "hostkit-proto", "hostkit-wire"] {
            command.args(["--config", &format!("profile.dev.package.{name}.opt-level=0")]);
        }
        command.env("CARGO_PROFILE_DEV_DEBUG", "false");
    }
    command.args(["wakeups", "--", "--nocapture"]);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("cargo: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    match (output.status.success(), passed_tests(&text)) {
        (true, 1..) => Ok(()),
        (true, 0) => Err("loom: no model ran".to_owned()),
        (false, _) => Err(format!("loom: cargo ended with {}", output.status)),
    }
}
