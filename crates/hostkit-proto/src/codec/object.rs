//! Builds an object to write, with the names that its fields have in one format.

use std::borrow::Cow;

use hostkit_wire::{Format, Value};

use super::{Name, Names, ToText, ToWire};
use crate::value::{Date, DateTime, UnixTime};

/// An object that is being written.
#[derive(Debug, Clone)]
pub struct Object {
    format: Format,
    entries: Vec<(Cow<'static, str>, Value)>,
}

impl Object {
    /// Creates an object without fields.
    pub fn new(format: Format) -> Self {
        Self { format, entries: Vec::new() }
    }

    /// The format that it is written for.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether no field was set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sets a field; an absent value leaves it out.
    ///
    /// ```
    /// use hostkit_proto::Format;
    /// use hostkit_proto::codec::{Name, Object};
    ///
    /// let mut body = Object::new(Format::Json);
    /// body.set("vps_memory", &512_u32);
    /// body.set(Name::new("vps_os").xml("os"), &"debian".to_owned());
    /// ```
    pub fn set(&mut self, name: impl Into<Name>, value: &impl ToWire) {
        if let Some(value) = value.to_wire(self.format) {
            self.set_value(name, value);
        }
    }

    /// Sets a field that is a list or a map; an empty one counts as not given and is left out.
    pub fn set_filled(&mut self, name: impl Into<Name>, value: &impl ToWire) {
        match value.to_wire(self.format) {
            Some(Value::List(items)) if items.is_empty() => {}
            Some(Value::Map(entries)) if entries.is_empty() => {}
            Some(value) => self.set_value(name, value),
            None => {}
        }
    }

    /// Sets a field; an absent value is written as `null`.
    pub fn set_or_null(&mut self, name: impl Into<Name>, value: &impl ToWire) {
        let value = value.to_wire(self.format).unwrap_or(Value::Null);
        self.set_value(name, value);
    }

    /// Sets a field to a value that is a tree already.
    pub fn set_value(&mut self, name: impl Into<Name>, value: Value) {
        self.put(&name.into(), value);
    }

    fn put(&mut self, name: &Name, value: Value) {
        let value = match name.item_in(self.format) {
            Some(key) => wrapped(key, value),
            None => value,
        };
        let first = name.first(self.format);
        match name.rest(self.format).split_last() {
            None => self.entries.push((first.into(), value)),
            Some((last, between)) => {
                let mut target = child(&mut self.entries, first);
                for key in between {
                    target = child(target, key);
                }
                // An empty XML list leaves its wrapper empty.
                if !matches!(&value, Value::List(items) if items.is_empty() && self.format == Format::Xml) {
                    target.push((Cow::Borrowed(last), value));
                }
            }
        }
    }

    /// Sets each part of a list, a map or an object under a name of its own.
    pub fn set_names(&mut self, names: &Names<'_>, value: &impl ToWire) {
        if let Some(value) = value.to_wire(self.format) {
            names.each(value, &mut |name, value| self.entries.push((name.into(), value)));
        }
    }

    /// Sets a field of an object in one text whose part is called by the value of another field, which is set before: of one
    /// that the spec does not know, both are written under their own names.
    pub fn set_called(&mut self, caller: &str, is_known: fn(&str) -> bool, name: &'static str, value: &impl ToWire) {
        let Some(value) = value.to_wire(self.format) else { return };
        let by = self.entries.iter().enumerate().find_map(|(place, (key, text))| match text {
            Value::Text(text) | Value::Number(text) if key == caller && is_known(text) => Some((place, text.clone())),
            _ => None,
        });
        let Some((place, word)) = by else { return self.entries.push((name.into(), value)) };
        self.entries.remove(place);
        // What has no name is written first.
        let place = if caller == "." { 0 } else { place };
        self.entries.insert(place, (word.into(), value));
    }

    /// The finished tree.
    pub fn into_value(self) -> Value {
        Value::Map(self.entries)
    }
}

/// Each item of a list in an object, under this key.
pub(crate) fn wrapped(key: &'static str, list: Value) -> Value {
    match list {
        Value::List(items) => Value::List(items.into_iter().map(|item| Value::Map(vec![(key.into(), item)])).collect()),
        other => other,
    }
}

/// The map under `key`, created if it does not exist.
fn child<'o>(
    entries: &'o mut Vec<(Cow<'static, str>, Value)>,
    key: &'static str,
) -> &'o mut Vec<(Cow<'static, str>, Value)> {
    let position = entries.iter().position(|(name, value)| name == key && matches!(value, Value::Map(_)));
    let position = position.unwrap_or_else(|| {
        entries.push((key.into(), Value::Map(Vec::new())));
        entries.len() - 1
    });
    match &mut entries[position].1 {
        Value::Map(inner) => inner,
        // The entry at `position` was found or added as a map.
        _ => unreachable!("the entry at {position} is a map"),
    }
}

/// Writes a value as text where the API wants a number in quotes.
#[derive(Debug, Clone, Copy)]
pub struct AsText<'v, T>(pub &'v T);

impl<T: ToText> ToWire for AsText<'_, T> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.0.to_text().into_owned()))
    }
}

impl<T: ToText> ToWire for AsText<'_, Option<T>> {
    fn to_wire(&self, format: Format) -> Option<Value> {
        self.0.as_ref().and_then(|value| AsText(value).to_wire(format))
    }
}

/// Writes a date in a pattern other than the default; a time that the pattern would cut, with its seconds.
#[derive(Debug, Clone, Copy)]
pub struct DatePattern<'v, T>(pub &'v T, pub &'static str);

impl ToWire for DatePattern<'_, DateTime> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        let Self(time, pattern) = *self;
        let text = time.format(pattern);
        // A hoster that wants no seconds says so; one that gets another time than was meant says nothing.
        let is_cut = pattern.ends_with("%H:%M") && DateTime::parse(pattern, &text) != Some(*time);
        Some(Value::Text(if is_cut { time.format(&format!("{pattern}:%S")) } else { text }))
    }
}

impl ToWire for DatePattern<'_, Date> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.0.format(self.1)))
    }
}

impl ToWire for DatePattern<'_, UnixTime> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.0.format(self.1)))
    }
}

impl<T> ToWire for DatePattern<'_, Option<T>>
where
    for<'v> DatePattern<'v, T>: ToWire,
{
    fn to_wire(&self, format: Format) -> Option<Value> {
        self.0.as_ref().and_then(|value| DatePattern(value, self.1).to_wire(format))
    }
}

/// An integer as a number, anything else as text: for open enumerations of numbers.
pub fn number_or_text(text: String) -> Value {
    if text.parse::<i64>().is_ok() { Value::Number(text) } else { Value::Text(text) }
}
