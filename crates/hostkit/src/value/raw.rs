//! An object as it came, beside its typed fields.

use hostkit_wire::{Node, Value};

use crate::codec::{DecodeError, FromWire, Reader};

/// An object as it came. It may hold secrets that no spec knows, so `Debug` does not show it.
#[derive(Clone, PartialEq, Default)]
pub struct Raw(Option<Box<Value>>);

impl Raw {
    /// Wraps a tree.
    pub fn new(value: Value) -> Self {
        Self(Some(Box::new(value)))
    }

    /// The tree; `None` in a value that was not read from an answer. It may hold secrets.
    pub fn value(&self) -> Option<&Value> {
        self.0.as_deref()
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Raw([withheld])" } else { "Raw(None)" })
    }
}

impl FromWire for Raw {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Value::from_wire(node, reader).map(Self::new)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Raw {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}
