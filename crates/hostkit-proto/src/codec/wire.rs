//! What every value of an answer or a request can do: be read from the wire tree, and be written into one.

use hostkit_wire::{Format, Node, Value};

use super::{DecodeError, Reader};

/// Reads a value from a node of the wire tree.
pub trait FromWire: Sized {
    /// Reads it.
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Whether the node stands for "no value" where the field is optional.
    fn is_absent(node: Node<'_>, reader: &Reader<'_>) -> bool {
        reader.is_absent(node)
    }
}

/// Turns a value into a tree that the writers take; `None` leaves the field out.
pub trait ToWire {
    /// Turns it.
    fn to_wire(&self, format: Format) -> Option<Value>;
}
