//! The owned tree that the writers take.

#[cfg(feature = "serde")]
mod serialised;

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
