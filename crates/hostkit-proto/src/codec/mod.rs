//! What generated decoders and encoders are made of: accessors over the wire tree, and their reverse.

mod encode_error;
mod error;
mod fields;
mod limit;
mod name;
mod object;
mod reader;
mod report;
mod scalar;
mod shape;
mod text;
mod tree;

pub use encode_error::EncodeError;
pub use error::DecodeError;
pub use fields::Fields;
pub(crate) use limit::number;
pub use limit::{InputLimit, Limited};
pub use name::Name;
pub use object::{AsText, DateForm, Object, Switch, number_or_text};
pub use reader::Reader;
pub use report::{Report, UnknownFields};
pub use shape::TextShape;
pub use text::{FromText, ToText};
pub(crate) use tree::copy;

use hostkit_wire::{Format, Node, Value};

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
