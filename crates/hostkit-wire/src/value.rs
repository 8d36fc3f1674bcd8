//! The owned tree that the writers take.

#[cfg(feature = "serde")]
mod serialised;

use std::borrow::Cow;

use crate::{Kind, Node};

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

impl From<Node<'_>> for Value {
    /// A copy of what was read. The readers limit the depth, so this recursion is as shallow as they allow.
    fn from(node: Node<'_>) -> Self {
        match node.kind() {
            Kind::Null => Self::Null,
            Kind::Bool => Self::Bool(node.as_bool() == Some(true)),
            Kind::Number => Self::Number(node.as_str().unwrap_or_default().to_owned()),
            Kind::Text => Self::Text(node.as_str().unwrap_or_default().to_owned()),
            Kind::List => Self::List(exactly(node.items().count(), node.items().map(Self::from))),
            Kind::Map => {
                let entries = node.entries().map(|(key, value)| (Cow::Owned(key.to_owned()), value.into()));
                Self::Map(exactly(node.entries().count(), entries))
            }
        }
    }
}

/// Collects with exact capacity: a growing vector briefly takes three times the memory of its items.
fn exactly<T>(count: usize, items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::with_capacity(count);
    all.extend(items);
    all
}
