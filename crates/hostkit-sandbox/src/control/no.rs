//! Refusals of the control address.

use serde_json::Value;

/// A refusal: a status, what was wrong, and what was expected.
#[derive(Debug)]
pub(super) struct No {
    pub(super) status: u16,
    pub(super) error: String,
    pub(super) expected: Value,
}

impl No {
    pub(super) fn bad(error: impl Into<String>, expected: Value) -> Self {
        Self { status: 400, error: error.into(), expected }
    }
}
