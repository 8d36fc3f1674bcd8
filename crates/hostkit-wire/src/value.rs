//! The owned tree that the writers take.

use std::borrow::Cow;

/// A value to write.
///
/// In XML a key `@name` is an attribute, `$text` is the element's own text, and a list under a key is that element
/// repeated.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON `null`, PHP `N;`, `<x/>`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number as its lexeme: digits are never recomputed.
    Number(String),
    /// Text.
    Text(String),
    /// Markup: written verbatim into XML, as text elsewhere.
    Markup(String),
    /// A sequence.
    List(Vec<Value>),
    /// Keys with values, in order.
    Map(Vec<(Cow<'static, str>, Value)>),
}

#[cfg(feature = "serde")]
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{SerializeMap, SerializeSeq};
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            // A lexeme that is not an `i64` is serialised as text, so that no digit changes.
            Self::Number(lexeme) => match lexeme.parse::<i64>() {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_str(lexeme),
            },
            Self::Text(text) | Self::Markup(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
