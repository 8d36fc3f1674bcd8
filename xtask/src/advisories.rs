//! `advisories`: what is known against the dependencies. It changes without a change of ours, so it is no job of `ci`.

use crate::command::{cargo, run};
use crate::workspace::Outcome;

/// Asks cargo-deny, which fetches the database of advisories.
pub(crate) fn execute() -> Outcome {
    run(&mut cargo(&["deny", "--workspace", "--all-features", "check", "advisories"]))
}
