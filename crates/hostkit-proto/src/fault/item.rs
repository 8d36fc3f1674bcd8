//! Items of a list that have a marker of their own: each is read and written as its value or its fault.

use hostkit_wire::{Format, Irregular, Node, Value};

use super::{Fault, FaultCode};
use crate::codec::{DecodeError, Field, FromWire, Reader, ToWire};

/// An item that has a marker of its own is its value or its fault.
impl<T: FromWire, C: FaultCode> FromWire for Result<T, Fault<C>> {
    const FIELDS: &'static [Field] = T::FIELDS;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let node = reader.node().ok_or(Irregular)?;
        match C::in_item(node) {
            None => Ok(Ok(reader.value()?)),
            Some(fault) => Ok(Err(fault)),
        }
    }

    fn blank() -> Self {
        Ok(T::blank())
    }

    fn may_be_none(node: Node<'_>) -> bool {
        C::in_item(node).is_none()
    }
}

impl<T: ToWire, C: FaultCode> ToWire for Result<T, Fault<C>> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        match self {
            Ok(value) => value.to_wire(format),
            Err(fault) => Some(C::item(fault)),
        }
    }
}
