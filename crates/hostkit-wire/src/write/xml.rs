//! Writes XML 1.0 through quick-xml: a prolog, then one line.
//!
//! Null is `<x/>` and empty text is `<x></x>`, which readers do not distinguish. Truth values are `1` and `0`.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

use super::check::deeper;
use super::xml_check;
use crate::{Value, WriteError};

const PROLOG: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

pub(super) fn write(value: &Value) -> Result<Vec<u8>, WriteError> {
    let Value::Map(entries) = value else { return Err(WriteError::new("XML is written from a map with one entry")) };
    let [(name, root)] = entries.as_slice() else {
        return Err(WriteError::new("XML has one root element, so it is written from a map with one entry"));
    };
    if matches!(root, Value::List(_)) {
        return Err(WriteError::new(format!("{name:?} is the root element of XML and cannot be a list")));
    }
    let mut writer = Writer::new(PROLOG.to_vec());
    element(name, root, 0, &mut writer)?;
    Ok(writer.into_inner())
}

type Out = Writer<Vec<u8>>;

fn event(event: Event<'_>, writer: &mut Out) -> Result<(), WriteError> {
    writer.write_event(event).map_err(|error| WriteError::new(error.to_string()))
}

fn element(name: &str, value: &Value, depth: usize, writer: &mut Out) -> Result<(), WriteError> {
    xml_check::name(name)?;
    let depth = deeper(depth)?;
    let mut start = BytesStart::new(name);
    let mut content = !matches!(value, Value::Null);
    if let Value::Map(entries) = value {
        content = false;
        let mut seen = Vec::new();
        for (key, value) in entries {
            let Some(attribute) = key.strip_prefix('@') else {
                content |= !matches!(value, Value::List(items) if items.is_empty());
                continue;
            };
            xml_check::name(attribute)?;
            if seen.contains(&attribute) {
                return Err(WriteError::new(format!("{key:?} is twice on one element")));
            }
            seen.push(attribute);
            let text = scalar(value).ok_or_else(|| WriteError::new(format!("{key:?} is not a scalar")))?;
            xml_check::characters(text)?;
            start.push_attribute(Attribute { key: QName(attribute), value: escaped_attribute(text) });
        }
    }
    if !content {
        return event(Event::Empty(start), writer);
    }
    event(Event::Start(start), writer)?;
    match value {
        Value::Map(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| !key.starts_with('@')) {
                child(key, value, depth, writer)?;
            }
        }
        Value::List(_) => {
            return Err(WriteError::new(format!("{name:?} is a list within a list, which XML cannot hold")));
        }
        scalar => text(name, scalar, writer)?,
    }
    event(Event::End(BytesEnd::new(name)), writer)
}

fn child(key: &str, value: &Value, depth: usize, writer: &mut Out) -> Result<(), WriteError> {
    match value {
        _ if key == "$text" => text(key, value, writer),
        Value::List(items) => items.iter().try_for_each(|item| element(key, item, depth, writer)),
        value => element(key, value, depth, writer),
    }
}

/// Writes the content of an element: text, or well-formed markup.
fn text(key: &str, value: &Value, writer: &mut Out) -> Result<(), WriteError> {
    if let Value::Markup(markup) = value {
        xml_check::markup(markup)?;
        return event(Event::Text(BytesText::from_escaped(markup)), writer);
    }
    let text = scalar(value).ok_or_else(|| WriteError::new(format!("{key:?} is not a scalar")))?;
    xml_check::characters(text)?;
    event(Event::Text(BytesText::from_escaped(quick_xml::escape::partial_escape(text))), writer)
}

fn scalar(value: &Value) -> Option<&str> {
    match value {
        Value::Null => Some(""),
        Value::Bool(value) => Some(["0", "1"][usize::from(*value)]),
        Value::Number(text) | Value::Text(text) => Some(text),
        Value::Markup(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// Escapes line feeds and tabs as references, since a reader turns literal ones in an attribute into blanks.
fn escaped_attribute(text: &str) -> Cow<'_, str> {
    let escaped = quick_xml::escape::escape(text);
    match escaped.contains(['\n', '\t']) {
        true => Cow::Owned(escaped.replace('\n', "&#10;").replace('\t', "&#9;")),
        false => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value) -> String {
        match write(&Value::Map(vec![("r".into(), value)])) {
            Ok(bytes) => String::from_utf8_lossy(&bytes[PROLOG.len()..]).into_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    fn map(entries: &[(&'static str, Value)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| (Cow::Borrowed(*key), value.clone())).collect())
    }

    fn word(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn elements() {
        assert_eq!(written(Value::Null), "<r/>");
        assert_eq!(written(word("")), "<r></r>");
        assert_eq!(written(Value::Bool(true)), "<r>1</r>");
        assert_eq!(written(word("a<&>\"\r я")), "<r>a&lt;&amp;&gt;\"&#13; я</r>");
        assert_eq!(written(Value::Markup("<b>x</b> &amp; <br/>".into())), "<r><b>x</b> &amp; <br/></r>");
        let list = Value::List(vec![Value::Number("1.50".into()), map(&[("@n", Value::Null)]), Value::Null]);
        let value = map(&[("x", list), ("@a", word("1\n\"<")), ("y", Value::List(vec![])), ("$text", word("t"))]);
        assert_eq!(written(value), "<r a=\"1&#10;&quot;&lt;\"><x>1.50</x><x n=\"\"/><x/>t</r>");
        assert_eq!(written(map(&[("y", Value::List(vec![]))])), "<r/>");
    }

    #[test]
    fn refusals() {
        let list = |value: Value| Value::List(vec![value]);
        for (value, error) in [
            (list(Value::Null), "\"r\" is the root element of XML and cannot be a list"),
            (map(&[("x", list(list(Value::Null)))]), "\"x\" is a list within a list, which XML cannot hold"),
            (map(&[("a b", Value::Null)]), "\"a b\" is not a name in XML"),
            (map(&[("@a='1'", Value::Null)]), "\"a='1'\" is not a name in XML"),
            (map(&[("@a", list(Value::Null))]), "\"@a\" is not a scalar"),
            (map(&[("@a", Value::Null), ("@a", Value::Null)]), "\"@a\" is twice on one element"),
            (word("\u{1}"), "XML 1.0 cannot hold the character U+0001"),
            (Value::Markup("<b>".into()), "the markup is not well-formed: `<b>` is not closed"),
        ] {
            assert_eq!(written(value), format!("error: {error}"));
        }
        assert!(write(&Value::Null).is_err());
        assert!(write(&map(&[("a", Value::Null), ("b", Value::Null)])).is_err());
    }
}
