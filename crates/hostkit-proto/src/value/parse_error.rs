//! The error of a text that a program or a user gave as a value.

use std::fmt;

/// A text that is no such value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    text: Box<str>,
    expected: Box<str>,
}

impl ParseError {
    /// Only for the macros that declare ids and enumerations.
    #[doc(hidden)]
    pub fn new(text: &str, expected: &str) -> Self {
        Self { text: text.chars().take(60).collect(), expected: expected.into() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {}", self.text, self.expected)
    }
}

impl std::error::Error for ParseError {}
