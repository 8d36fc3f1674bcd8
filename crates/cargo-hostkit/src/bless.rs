//! Blessing: runs the tests of wire examples so that they record their results.

use std::path::Path;
use std::process::Command;

use crate::{Error, Layout, Workspace};

/// Runs the test `examples` of each of these APIs' packages with `HOSTKIT_BLESS` set; a person reviews what they record.
///
/// # Errors
/// Some examples do not decode; the others are recorded.
pub fn bless(workspace: &Workspace, layouts: &[&Layout]) -> Result<(), Error> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root()).env("HOSTKIT_BLESS", "1");
    command.args(["test", "--quiet", "--test", "examples", "--all-features"]);
    for layout in layouts {
        command.args(["--package", &layout.package]);
    }
    let status = command.status().map_err(|error| Error::of(Path::new("cargo"), &error))?;
    if !status.success() {
        return Err(Error::new("some examples do not decode; what did is recorded"));
    }
    Ok(())
}
