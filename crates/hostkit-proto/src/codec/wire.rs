//! Decoding of values from an answer and encoding into a tree.

use hostkit_wire::{Format, Node, Value};

use super::{DecodeError, Field, Reader};

/// Reads a value from where the reader stands: a node of a tree, or a place in the body.
pub trait FromWire: Sized {
    /// The fields of an object, or of the objects in a list or map; other values have none.
    const FIELDS: &'static [Field] = &[];

    /// Whether it is never read from an object, so that an object here may stand for a scalar.
    const IS_SCALAR: bool = false;

    /// Decodes the value.
    ///
    /// # Errors
    /// There is no such value. Pass an error on: the reader's position is undefined after it. To read one of several
    /// types, ask [`Reader::kind`] first.
    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The value, if the body has it in its usual spelling, which never means "absent"; the reader has then passed it.
    #[inline]
    fn plain(_: &mut Reader<'_>) -> Option<Self> {
        None
    }

    /// Decodes an optional field. An unreadable one counts as absent and is reported as a defect.
    ///
    /// # Errors
    /// As [`FromWire::from_wire`], where that is no defect.
    #[inline]
    fn optional(place: &mut Option<Self>, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        reader.optional_by_plain(place)
    }

    /// A placeholder until the value is read. It must not leave the codec.
    fn blank() -> Self;

    /// Whether there is no value where the field is optional.
    fn is_absent(reader: &Reader<'_>) -> bool {
        reader.is_absent()
    }

    /// Whether this item, alone in its list and with nothing but a marker, may say that there is none.
    fn may_be_none(_: Node<'_>) -> bool {
        true
    }

    /// Decodes one item of a list.
    fn push(items: &mut Vec<Self>, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        items.push(reader.value()?);
        Ok(())
    }
}

/// Encodes a value as a tree.
pub trait ToWire {
    /// Of an object in one text: a name of the part that needs none.
    #[doc(hidden)]
    const NAMELESS: Option<&'static str> = None;

    /// Encodes the value; `None` omits the field.
    fn to_wire(&self, format: Format) -> Option<Value>;
}
