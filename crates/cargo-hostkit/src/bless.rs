//! Blessing: runs the tests of wire examples so that they record their results.

use std::path::Path;
use std::process::Command;

use crate::{Error, Layout, Workspace};

/// Runs the test `examples` of each of these APIs' packages with `HOSTKIT_BLESS` set; a person reviews what they record.
///
/// # Errors
/// There is no code yet, or some examples do not decode; the others are recorded.
pub fn bless(workspace: &Workspace, layouts: &[&Layout]) -> Result<(), Error> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root()).env("HOSTKIT_BLESS", "1");
    // A package whose examples do not decode must not keep the next one from being recorded.
    command.args(["test", "--quiet", "--no-fail-fast", "--test", "examples", "--all-features"]);
    for layout in layouts {
        if layout.code.as_deref().is_some_and(|code| !workspace.root().join(code).exists()) {
            let (api, generate) = (&layout.api, workspace.commands.generate);
            return Err(Error::new(format!(
                "there is no code of {api} yet, so no example can be read; first `{generate}`"
            )));
        }
        command.args(["--package", &layout.package]);
    }
    let status = command.status().map_err(|error| Error::of(Path::new("cargo"), &error))?;
    if !status.success() {
        return Err(Error::new("some examples do not decode; what did is recorded"));
    }
    Ok(())
}
