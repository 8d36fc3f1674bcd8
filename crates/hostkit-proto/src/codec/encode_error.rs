//! The error of an input that violates its spec.

use std::borrow::Cow;
use std::fmt;

/// An input that the spec forbids, detected before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeError {
    endpoint: &'static str,
    field: Cow<'static, str>,
    rule: String,
}

impl EncodeError {
    /// `field` breaks `rule`.
    pub fn new(endpoint: &'static str, field: impl Into<Cow<'static, str>>, rule: impl Into<String>) -> Self {
        Self { endpoint, field: field.into(), rule: rule.into() }
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The field, by its name on the wire.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The violated rule, with the value unless it is a secret.
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.endpoint, self.field, self.rule)
    }
}

impl std::error::Error for EncodeError {}
