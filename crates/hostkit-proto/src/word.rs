//! The words that the marker of an envelope or a flag may be.

use std::fmt;

use hostkit_wire::{Format, Kind, Node, Value};

/// A word that a marker or a flag may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// A text, in these letters.
    Text(&'a str),
    /// A number, as it is written.
    Number(&'a str),
    /// A truth value.
    Flag(bool),
}

impl Word<'_> {
    /// Whether this word stands there; formats that have nothing but text have numbers and truth values as such.
    pub fn is(self, node: Node<'_>) -> bool {
        let has_only_text = matches!(node.format(), Format::Xml | Format::PrintR | Format::Form);
        match self {
            Self::Text(text) => node.kind() == Kind::Text && node.as_str() == Some(text),
            Self::Number(number) => (node.kind() == Kind::Number || has_only_text) && node.as_str() == Some(number),
            Self::Flag(flag) if has_only_text => node.as_str() == Some(if flag { "true" } else { "false" }),
            Self::Flag(flag) => node.as_bool() == Some(flag),
        }
    }
}

impl Word<'_> {
    /// The word without quotes.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Flag(flag) => ["false", "true"][usize::from(*flag)],
        }
    }

    /// The word as it is written.
    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Number(number) => Value::Number(number.to_owned()),
            Self::Flag(flag) => Value::Bool(flag),
        }
    }
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => f.write_str(number),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}
