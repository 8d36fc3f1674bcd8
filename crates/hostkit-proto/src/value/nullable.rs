//! A value that may be null where null is something else than absent.

use std::borrow::Cow;

use hostkit_wire::{Format, Kind, Value};

use crate::codec::{DatePattern, DecodeError, Field, FromText, FromWire, Reader, ToText, ToWire};

/// What is said of an input that may be null: null, which clears it at the hoster, or a value. What is said of an input
/// that may be left out, too, is an `Option` of this.
///
/// ```
/// use hostkit_proto::Nullable;
///
/// let note: Option<Nullable<String>> = Some("lent".to_owned().into());
/// assert_eq!(note, Some(Nullable::Value("lent".to_owned())));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Nullable<T> {
    /// Null.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it is not null.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: FromWire> FromWire for Nullable<T> {
    const FIELDS: &'static [Field] = T::FIELDS;
    const IS_SCALAR: bool = T::IS_SCALAR;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.kind() {
            Kind::Null => reader.pass().map(|()| Self::Null),
            _ => T::from_wire(reader).map(Self::Value),
        }
    }

    fn optional(place: &mut Option<Self>, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        reader.present(place, Self::from_wire)
    }

    fn blank() -> Self {
        Self::Null
    }

    /// What is there is said, null too.
    fn is_absent(_: &Reader<'_>) -> bool {
        false
    }
}

impl<T: ToWire> ToWire for Nullable<T> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        match self {
            Self::Null => Some(Value::Null),
            Self::Value(value) => value.to_wire(format),
        }
    }
}

impl<T> ToWire for DatePattern<'_, Nullable<T>>
where
    for<'v> DatePattern<'v, T>: ToWire,
{
    fn to_wire(&self, format: Format) -> Option<Value> {
        match self.0 {
            Nullable::Null => Some(Value::Null),
            Nullable::Value(value) => DatePattern(value, self.1).to_wire(format),
        }
    }
}

/// Null is an empty text, for tickets and conditions: an input that is read back from one is null where it is empty.
impl<T: ToText> ToText for Nullable<T> {
    fn to_text(&self) -> Cow<'_, str> {
        self.value().map_or(Cow::Borrowed(""), T::to_text)
    }
}

impl<T: FromText> FromText for Nullable<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_text(text: &str) -> Option<Self> {
        if text.is_empty() { Some(Self::Null) } else { T::from_text(text).map(Self::Value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_written_and_no_other_text_is_read_for_it() {
        let [null, value] = [Nullable::Null, Nullable::Value(7_u64)];
        assert_eq!(Some(null).to_wire(Format::Json), Some(Value::Null));
        assert_eq!(Some(value).to_wire(Format::Json), Some(Value::Number("7".to_owned())));
        assert_eq!(None::<Nullable<u64>>.to_wire(Format::Json), None);
        for known in [null, value] {
            assert_eq!(Nullable::from_text(&known.to_text()), Some(known), "as a ticket keeps it");
        }
        assert_eq!(Nullable::<u64>::from_text("x"), None);
    }
}
