//! Reads nested values back from the names of their parts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hostkit_wire::{Format, Value};

use super::joined::read_parts;
use super::{DecodeError, Filled, FromText, FromWire, Names, Reader, ToText};
use crate::leniency::Leniency;

/// A part of a nested value: what its name has in the holes of the template, and its value.
pub(crate) type Part<'n> = (Filled<'n>, Value);

/// The list or object of these parts; `None` without parts.
pub(crate) fn gather<T: FromWire>(
    reader: &mut Reader<'_>,
    names: &Names<'_>,
    parts: Vec<Part<'_>>,
) -> Result<Option<T>, DecodeError> {
    if parts.is_empty() {
        return Ok(None);
    }
    if !names.has_index() && parts.iter().all(|(filled, _)| filled.field.is_empty()) {
        // A name that repeats.
        let items = parts.into_iter().map(|(_, value)| value).collect();
        return gathered(reader, Value::List(items)).map(Some);
    }
    let mut items = items(reader, parts)?;
    if !names.has_index() {
        return items.pop().map(|(_, object)| gathered(reader, object)).transpose();
    }
    let mut counted = Vec::new();
    for (position, item) in items {
        let position = u64::from_text(&position).ok_or_else(|| reader.error(u64::EXPECTED, format!("{position:?}")))?;
        counted.push((position, item));
    }
    counted.sort_by_key(|(position, _)| *position);
    gathered(reader, Value::List(counted.into_iter().map(|(_, item)| item).collect())).map(Some)
}

/// The map of these parts; `None` without parts.
pub(crate) fn gather_map<K: FromText + ToText + Ord, V: FromWire>(
    reader: &mut Reader<'_>,
    parts: Vec<Part<'_>>,
) -> Result<Option<BTreeMap<K, V>>, DecodeError> {
    if parts.is_empty() {
        return Ok(None);
    }
    let mut map = BTreeMap::new();
    for (key, item) in items(reader, parts)? {
        let parsed = K::from_text(&key).ok_or_else(|| reader.error(K::EXPECTED, format!("{key:?}")))?;
        map.insert(parsed, gathered(reader, item)?);
    }
    Ok(Some(map))
}

/// The items, each under its position or key: an object of the parts with a field, or the one part without.
fn items(reader: &Reader<'_>, parts: Vec<Part<'_>>) -> Result<Vec<(String, Value)>, DecodeError> {
    let mut objects: BTreeMap<String, Vec<(Cow<'static, str>, Value)>> = BTreeMap::new();
    for (filled, value) in parts {
        objects.entry(filled.item.to_owned()).or_default().push((filled.field.to_owned().into(), value));
    }
    let item = |(item, mut parts): (String, Vec<(Cow<'static, str>, Value)>)| {
        let is_scalar = parts.iter().any(|(field, _)| field.is_empty());
        match (is_scalar, parts.len()) {
            (false, _) => Ok((item, Value::Map(parts))),
            (true, 1) => Ok((item, parts.remove(0).1)),
            (true, count) => Err(reader.error("each name once", format!("`{item}` {count} times"))),
        }
    };
    objects.into_iter().map(item).collect()
}

/// Reads a value that was put together. A format that has only text is read as such.
pub(crate) fn gathered<T: FromWire>(reader: &mut Reader<'_>, value: Value) -> Result<T, DecodeError> {
    let leniency = match reader.format() {
        Format::Json | Format::Php => *reader.leniency,
        _ => Leniency { loose_scalars: true, loose_flags: true, empty_text_is_absent: true, ..*reader.leniency },
    };
    read_parts(reader, &value, &leniency)
}
