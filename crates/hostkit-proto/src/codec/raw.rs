//! An object as received, beside its typed fields.

use std::ops::Range;
use std::sync::Arc;

use hostkit_wire::{Format, Limits, Value, parse};

use crate::codec::{DecodeError, FromWire, Reader};

/// An object as received. It may hold secrets that the spec does not know, so `Debug` does not show it.
///
/// All objects of an answer share one copy of its text: a tree would take twenty times the memory, and twice that for
/// nested objects.
#[derive(Clone, Default)]
pub struct Raw(Kept);

#[derive(Clone, Default)]
enum Kept {
    #[default]
    Nothing,
    Tree(Arc<Value>),
    /// A piece of an answer's text, and whether it is an element of XML.
    Piece(Arc<Source>, Range<usize>, bool),
}

/// The text of an answer, and what it was read as.
#[derive(Debug)]
pub(crate) struct Source {
    format: Format,
    text: String,
}

impl Source {
    pub(crate) fn new(format: Format, text: &str) -> Self {
        Self { format, text: text.to_owned() }
    }
}

impl Raw {
    /// Wraps a tree.
    pub fn new(value: Value) -> Self {
        Self(Kept::Tree(Arc::new(value)))
    }

    pub(crate) fn piece(source: Arc<Source>, range: Range<usize>, is_element: bool) -> Self {
        Self(Kept::Piece(source, range, is_element))
    }

    /// The object as a tree, which may hold secrets; `None` for a default value. Each call parses the object's text.
    pub fn value(&self) -> Option<Value> {
        match &self.0 {
            Kept::Nothing => None,
            Kept::Tree(value) => Some(Value::clone(value)),
            Kept::Piece(source, range, is_element) => {
                // The text was already read once, under limits that are not known here.
                let limits = Limits {
                    max_bytes: usize::MAX,
                    max_nodes: usize::MAX,
                    max_items: usize::MAX,
                    max_depth: usize::MAX,
                };
                let text = source.text.get(range.clone())?;
                let document = parse(source.format, text.as_bytes(), &limits).ok()?;
                let root = document.root();
                // An element is read as a document of its own.
                Some(Value::from(if *is_element { root.entries().next()?.1 } else { root }))
            }
        }
    }

    fn is_some(&self) -> bool {
        !matches!(self.0, Kept::Nothing)
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kept::Piece(ours, at, _), Kept::Piece(theirs, there, _)) if Arc::ptr_eq(ours, theirs) && at == there => {
                true
            }
            _ => self.value() == other.value(),
        }
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_some() { "Raw([withheld])" } else { "Raw(None)" })
    }
}

impl FromWire for Raw {
    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.raw_value()
    }

    fn blank() -> Self {
        Self::default()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Raw {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self::default())
    }
}

#[cfg(test)]
mod tests {
    use hostkit_wire::Node;

    use super::*;

    /// The objects of one answer.
    fn objects(body: &str) -> Vec<Raw> {
        let document = parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
        let source = Arc::new(Source::new(Format::Json, body));
        let piece = |node: Node<'_>| node.offset()..node.offset() + node.source().unwrap().len();
        document.root().items().map(|node| Raw::piece(Arc::clone(&source), piece(node), false)).collect()
    }

    #[test]
    fn objects_are_equal_by_what_they_hold() {
        let (ours, theirs) = (objects(r#"[{"a":1},{"a":2},{"a":1}]"#), objects(r#"[{"a":1},{"b":2},{ "a": 1}]"#));
        assert_eq!(ours[0], ours[0].clone());
        assert_ne!(ours[0], ours[1], "two of one answer");
        assert_eq!(ours[0], ours[2], "two of one answer that are alike");
        assert_ne!(ours[1], theirs[1], "the same place of two answers");
        assert_eq!(ours[2], theirs[2], "another answer, written otherwise");
        assert_ne!(ours[0], Raw::default());
        assert_eq!(ours[1].value().unwrap(), Value::Map(vec![("a".into(), Value::Number("2".into()))]));
    }
}
