//! Decoding of values from the wire tree and encoding into it.

use hostkit_wire::{Format, Node, Value};

use super::{DecodeError, Reader};

/// Reads a value from a node of the wire tree.
pub trait FromWire: Sized {
    /// Decodes `node`.
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Whether the node stands for "no value" where the field is optional.
    fn is_absent(node: Node<'_>, reader: &Reader<'_>) -> bool {
        reader.is_absent(node)
    }
}

/// Encodes a value as a tree.
pub trait ToWire {
    /// Encodes the value; `None` omits the field.
    fn to_wire(&self, format: Format) -> Option<Value>;
}
