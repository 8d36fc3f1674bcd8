//! Untyped values: copies of the wire tree.

use std::collections::{BTreeMap, HashSet};

use hostkit_wire::{Format, Node, Value};

use super::fields::key_twice;
use super::{DecodeError, FromWire, Reader, ToText, ToWire};

impl FromWire for Value {
    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.node() {
            Some(node) => {
                // In XML, elements of one name are a list.
                if reader.format() != Format::Xml {
                    note_keys_twice(reader, node);
                }
                Ok(node.into())
            }
            None => {
                let value = reader.raw_value()?.value().ok_or_else(|| reader.expected("a value"))?;
                // The tree says where.
                if reader.format() != Format::Xml && has_key_twice(&value) {
                    return Err(reader.expected("each key once"));
                }
                Ok(value)
            }
        }
    }

    fn blank() -> Self {
        Self::Null
    }
}

/// Reports each object with a key that is there twice. The readers limit the depth, so this recursion is as shallow as
/// they allow.
fn note_keys_twice<'r>(reader: &mut Reader<'r>, node: Node<'r>) {
    if let Some(key) = key_twice(node) {
        reader.only(node, key);
    }
    for (_, inner) in node.entries() {
        note_keys_twice(reader, inner);
    }
    for inner in node.items() {
        note_keys_twice(reader, inner);
    }
}

fn has_key_twice(value: &Value) -> bool {
    match value {
        Value::Map(entries) => {
            let mut seen = HashSet::new();
            entries.iter().any(|(key, inner)| !seen.insert(key) || has_key_twice(inner))
        }
        Value::List(items) => items.iter().any(has_key_twice),
        _ => false,
    }
}

impl ToWire for Value {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(self.clone())
    }
}

impl<T: ToWire> ToWire for Option<T> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        self.as_ref().and_then(|value| value.to_wire(format))
    }
}

impl<T: ToWire> ToWire for Vec<T> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        Some(Value::List(self.iter().filter_map(|item| item.to_wire(format)).collect()))
    }
}

impl<K: ToText + Ord, V: ToWire> ToWire for BTreeMap<K, V> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        let entries =
            self.iter().filter_map(|(key, value)| Some((key.to_text().into_owned().into(), value.to_wire(format)?)));
        Some(Value::Map(entries.collect()))
    }
}

impl<T: ToWire + ?Sized> ToWire for &T {
    fn to_wire(&self, format: Format) -> Option<Value> {
        (**self).to_wire(format)
    }
}

#[cfg(test)]
mod tests {
    use hostkit_wire::{Format, Limits, parse};

    use super::Value;

    #[test]
    fn a_copy_takes_no_room_for_more() {
        let body = format!(r#"{{"list": [{}0], "map": {{{}"k": 0}}}}"#, "{},".repeat(1000), r#""k": 0,"#.repeat(40));
        let document = parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
        let Value::Map(top) = Value::from(document.root()) else { panic!("an object") };
        let rooms = top.iter().map(|(_, value)| match value {
            Value::List(items) => (items.len(), items.capacity()),
            Value::Map(entries) => (entries.len(), entries.capacity()),
            other => panic!("{other:?}"),
        });
        assert_eq!(rooms.collect::<Vec<_>>(), [(1001, 1001), (41, 41)]);
    }
}
