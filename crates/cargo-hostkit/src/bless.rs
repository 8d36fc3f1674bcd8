//! Blessing: runs the tests of wire examples so that they record their results.

use std::path::Path;
use std::process::Command;

use crate::{Error, Layout, Workspace, outputs};

/// Generates the code of these APIs and runs the test `examples` of each package with `HOSTKIT_BLESS` set; a person reviews
/// what they record.
///
/// # Errors
/// What is wrong with the specs, or some examples do not decode; the others are recorded.
pub fn bless(workspace: &Workspace, layouts: &[&Layout]) -> Result<(), Error> {
    // The tests would run the code of older specs otherwise, and fail for reasons that are in no spec.
    workspace.refresh(&outputs(workspace, layouts, false)?.folders, false)?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root()).env("HOSTKIT_BLESS", "1");
    // A package whose examples do not decode must not keep the next one from being recorded.
    command.args(["test", "--quiet", "--no-fail-fast", "--test", "examples", "--all-features"]);
    for layout in layouts {
        command.args(["--package", &layout.package]);
    }
    let status = command.status().map_err(|error| Error::of(Path::new("cargo"), &error))?;
    if !status.success() {
        return Err(Error::new(
            "the tests above failed: where examples do not decode, what did is recorded; where the code does not compile, nothing is",
        ));
    }
    Ok(())
}
