//! Values of several parts in one text: lists, objects and maps as `name=value`, and JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hostkit_wire::{Format, Irregular, Limits, Value};

use super::text::parts;
use super::{DecodeError, Field, FromWire, Reader, ToText, ToWire};
use crate::leniency::Leniency;
use crate::value::{Csv, Joined, JsonText, Nullable};

/// What stands between a name and its value.
const IS: char = '=';

/// The name that a part without one has in its object.
const NAMELESS: &str = ".";

/// A value of several parts in one text, each of which is to be read back.
pub trait InOneText {
    /// The first part that could not be: its position in a list, and what is wrong with it.
    fn unreadable(&self) -> Option<(Option<usize>, String)>;
}

/// What is wrong with the text of a part; it is not shown, since it may be a secret.
fn wrong(text: &str, apart: &[char]) -> Option<String> {
    if let Some(found) = text.chars().find(|found| apart.contains(found)) {
        return Some(format!("has `{found}` in it, which stands between the parts of this text"));
    }
    (text.trim() != text).then(|| "has a blank around it, which is no part of it where it is read".to_owned())
}

impl<T: ToText, const SEPARATOR: char> InOneText for Csv<T, SEPARATOR> {
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        self.0.iter().enumerate().find_map(|(index, item)| {
            let text = item.to_text();
            let is_lost = text.is_empty() && (SEPARATOR == ' ' || self.0.len() == 1);
            let rule =
                if is_lost { Some("is empty, and would be no part".to_owned()) } else { wrong(&text, &[SEPARATOR]) };
            Some((Some(index), rule?))
        })
    }
}

impl<T: ToWire, const SEPARATOR: char> InOneText for Joined<T, SEPARATOR> {
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        let wrong = |(name, text): (Cow<'static, str>, String)| {
            if let Cow::Owned(key) = &name {
                let key_wrong = if key.is_empty() { Some("is empty".to_owned()) } else { wrong(key, &[SEPARATOR, IS]) };
                if let Some(what) = key_wrong {
                    return Some((None, format!("has a key that {what}")));
                }
            }
            let (part, is_nameless) = (format!("`{name}`"), is_nameless_part(&name));
            let part = if is_nameless { "the part without a name" } else { &part };
            // Behind a name, another `=` is a part of the value; so it is written under the name that it has.
            let apart: &[char] = if is_nameless && T::NAMELESS.is_none() { &[SEPARATOR, IS] } else { &[SEPARATOR] };
            match is_nameless && text.is_empty() {
                true => Some((None, format!("{part} is empty, and would be none"))),
                false => Some((None, format!("{part} {}", wrong(&text, apart)?))),
            }
        };
        self.pairs().into_iter().find_map(wrong)
    }
}

impl<T: ToWire> InOneText for JsonText<T> {
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        let error = hostkit_wire::write(Format::Json, &self.0.to_wire(Format::Json)?).err()?;
        Some((None, format!("cannot be JSON: {error}")))
    }
}

impl<T: InOneText> InOneText for Option<T> {
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        self.as_ref().and_then(T::unreadable)
    }
}

/// Null is not in one text.
impl<T: InOneText> InOneText for Nullable<T> {
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        self.value().and_then(T::unreadable)
    }
}

impl<K, T: InOneText> InOneText for BTreeMap<K, T> {
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        self.values().find_map(T::unreadable)
    }
}

impl<T: ToWire, const SEPARATOR: char> Joined<T, SEPARATOR> {
    /// The names and texts of the fields that are there.
    fn pairs(&self) -> Vec<(Cow<'static, str>, String)> {
        // In a form each scalar is one text.
        let Some(Value::Map(entries)) = self.0.to_wire(Format::Form) else { return Vec::new() };
        let text = |value| match value {
            Value::Text(text) | Value::Number(text) | Value::Markup(text) => Some(text),
            Value::Bool(flag) => Some(flag.to_text().into_owned()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        };
        entries.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()
    }
}

impl<T: ToWire, const SEPARATOR: char> ToWire for Joined<T, SEPARATOR> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        let (nameless, named): (Vec<_>, Vec<_>) =
            self.pairs().into_iter().partition(|(name, _)| is_nameless_part(name));
        let pairs = nameless.into_iter().chain(named);
        let pairs = pairs.map(|(name, text)| match T::NAMELESS.filter(|_| text.contains(IS)) {
            Some(other) if is_nameless_part(&name) => format!("{other}{IS}{text}"),
            None if is_nameless_part(&name) => text,
            _ => format!("{name}{IS}{text}"),
        });
        Some(Value::Text(pairs.collect::<Vec<String>>().join(&SEPARATOR.to_string())))
    }
}

impl<T: ToWire, const SEPARATOR: char> ToText for Joined<T, SEPARATOR> {
    fn to_text(&self) -> Cow<'_, str> {
        match self.to_wire(Format::Form) {
            Some(Value::Text(text)) => text.into(),
            _ => "".into(),
        }
    }
}

impl<T: FromWire, const SEPARATOR: char> FromWire for Joined<T, SEPARATOR> {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        const EXPECTED: &str = "texts with their names, as `a=1`";
        // Its errors name a place of the tree.
        reader.node().ok_or(Irregular)?;
        let text = reader.scalar(EXPECTED)?;
        let mut entries = Vec::new();
        for part in parts(&text, SEPARATOR).filter(|part| !part.is_empty()) {
            // Behind others, it may be the rest of the one before it.
            let may_be_nameless =
                entries.is_empty() && T::FIELDS.iter().any(|field| field.name.first(Format::Json) == NAMELESS);
            let nameless = may_be_nameless.then_some((NAMELESS, part));
            // The part may be a secret, so no error shows it.
            let Some((name, text)) = part.split_once(IS).or(nameless) else {
                return Err(reader.error(EXPECTED, "a part without a name"));
            };
            // Written without its name, it would be none.
            if text.trim().is_empty() && is_nameless::<T>(name.trim()) {
                return Err(reader.error(EXPECTED, "nothing in a part that may have no name"));
            }
            let (name, text) = (name.trim(), Value::Text(text.trim().to_owned()));
            // A name that is the value of another field says both.
            match T::FIELDS.iter().find(|field| field.is_called(name)) {
                Some(field) if !T::FIELDS.iter().any(|field| field.may_be_under(name, Format::Json)) => {
                    entries.push((field.caller.into(), Value::Text(name.to_owned())));
                    entries.push((field.name.first(Format::Json).into(), text));
                }
                _ => entries.push((name.to_owned().into(), text)),
            }
        }
        let leniency = Leniency { loose_scalars: true, loose_flags: true, ..*reader.leniency };
        read_parts(reader, &Value::Map(entries), &leniency).map(Self)
    }

    fn blank() -> Self {
        Self(T::blank())
    }
}

/// Whether a part has no name: a key of a map is one, even if it is a dot.
#[allow(clippy::ptr_arg, reason = "the name of a field is borrowed, a key of a map is not")]
fn is_nameless_part(name: &Cow<'static, str>) -> bool {
    matches!(name, Cow::Borrowed(name) if *name == NAMELESS)
}

impl<T: ToWire> ToWire for JsonText<T> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        let value = self.0.to_wire(Format::Json)?;
        let bytes = hostkit_wire::write(Format::Json, &value).unwrap_or_default();
        Some(Value::Text(String::from_utf8(bytes).unwrap_or_default()))
    }
}

impl<T: ToWire> ToText for JsonText<T> {
    fn to_text(&self) -> Cow<'_, str> {
        match self.to_wire(Format::Json) {
            Some(Value::Text(text)) => text.into(),
            _ => "null".into(),
        }
    }
}

impl<T: FromWire> FromWire for JsonText<T> {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        const EXPECTED: &str = "JSON in one text";
        // Its errors name a place of the tree.
        reader.node().ok_or(Irregular)?;
        let text = reader.scalar(EXPECTED)?;
        read_document(reader, text.as_bytes(), reader.leniency, EXPECTED).map(Self)
    }

    fn blank() -> Self {
        Self(T::blank())
    }
}

/// Whether this is a name of the field whose part may have none.
fn is_nameless<T: FromWire>(name: &str) -> bool {
    let is_it = |field: &Field| field.name.first(Format::Json) == NAMELESS && field.name.aliases().contains(&name);
    T::FIELDS.iter().any(is_it)
}

/// Reads a value that was put together, which is written as a small document for that.
pub(super) fn read_parts<T: FromWire>(
    reader: &mut Reader<'_>,
    value: &Value,
    leniency: &Leniency,
) -> Result<T, DecodeError> {
    let wrong = |what: String| DecodeError::new(reader.endpoint, reader.path_text(), "parts of one value", what);
    let bytes = hostkit_wire::write(Format::Json, value).map_err(|error| wrong(error.to_string()))?;
    read_document(reader, &bytes, leniency, "parts of one value")
}

/// Reads a document of its own, whose value belongs to where the reader stands.
fn read_document<T: FromWire>(
    reader: &mut Reader<'_>,
    bytes: &[u8],
    leniency: &Leniency,
    expected: &'static str,
) -> Result<T, DecodeError> {
    let limits = Limits::DEFAULT;
    // The document may be a secret, so no error shows it.
    let wrong = |error: hostkit_wire::WireError| reader.error(expected, format!("a text that is none: {error}"));
    let document = hostkit_wire::parse(Format::Json, bytes, &limits).map_err(wrong)?;
    let mut inner = reader.inner(document.root(), leniency);
    let value = T::from_wire(&mut inner)?;
    let report = inner.report;
    reader.report.merge(report);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::FromText;

    fn list<const SEPARATOR: char>(text: &str) -> Option<Vec<String>> {
        Csv::<String, SEPARATOR>::from_text(text).map(|list| list.0)
    }

    fn rule<const SEPARATOR: char>(items: &[&str]) -> Option<(usize, String)> {
        let list: Csv<String, SEPARATOR> = items.iter().map(|item| (*item).to_owned()).collect();
        let (index, rule) = list.unreadable()?;
        Some((index?, rule))
    }

    #[test]
    fn each_separator_has_its_items() {
        let both = Some(vec!["a".to_owned(), "b".to_owned()]);
        for found in [list::<','>("a, b"), list::<';'>("a;b"), list::<'|'>(" a|b "), list::<' '>("a  b ")] {
            assert_eq!(found, both);
        }
        assert_eq!(list::<';'>("a,b"), Some(vec!["a,b".to_owned()]));
        assert_eq!(list::<' '>("  "), Some(Vec::new()));
        assert_eq!(list::<','>("a,,b").map(|list| list.len()), Some(3), "an empty text is one");
        assert_eq!(Csv::<u64, '|'>(vec![1, 2]).to_text(), "1|2");
    }

    #[test]
    fn an_item_that_would_not_be_read_back_is_found_and_not_shown() {
        assert_eq!(rule::<','>(&["a", "b c", "", "d"]), None);
        assert_eq!(rule::<';'>(&["a,b", "c"]), None);
        for (found, index) in [
            (rule::<','>(&["a", "hunter2,b"]), 1),
            (rule::<' '>(&["hunter2 b"]), 0),
            (rule::<' '>(&["a", ""]), 1),
            (rule::<','>(&[""]), 0),
            (rule::<'|'>(&["a", "b", " hunter2"]), 2),
        ] {
            let (at, rule) = found.expect("it would be read as something else");
            assert!(at == index && !rule.contains("hunter2"), "{at}: {rule}");
        }
    }
}
