//! Command `advisories`: checks the dependencies against the advisory database. No job of `ci`, because the database
//! changes without a change of ours.

use crate::command::{cargo, run};

/// Runs cargo-deny, which fetches the advisory database.
pub(crate) fn execute() -> Result<(), String> {
    run(&mut cargo(&["deny", "--workspace", "--all-features", "check", "advisories"]))
}
