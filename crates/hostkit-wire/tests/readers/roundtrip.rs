//! What a writer writes, the reader of the format reads: the same value, but for what the format cannot hold.

use std::borrow::Cow;

use hostkit_wire::{Format, Value, write};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::tree::{any_number, any_text, any_value, mapped, read, value_of};

fn again(format: Format, value: &Value) -> Value {
    match write(format, value) {
        Ok(bytes) => read(format, &bytes),
        Err(error) => panic!("{format:?}: {error}"),
    }
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any_number().prop_map(Value::Number),
        any_text().prop_map(Value::Text),
    ]
    .boxed()
}

/// Every scalar as the text that XML and forms make of it.
fn texts(value: Value) -> Value {
    mapped(value, &|leaf| {
        Value::Text(match leaf {
            Value::Null => String::new(),
            Value::Bool(value) => u8::from(value).to_string(),
            Value::Number(text) | Value::Text(text) => text,
            other => panic!("{other:?} is not made"),
        })
    })
}

/// PHP has one type for lists and maps: keys 0, 1, 2, … in order are a list.
#[cfg(feature = "server")]
fn as_php_array(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(as_php_array).collect()),
        Value::Map(entries) if entries.iter().enumerate().all(|(index, (key, _))| *key == index.to_string()) => {
            Value::List(entries.into_iter().map(|(_, item)| as_php_array(item)).collect())
        }
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(key, item)| (key, as_php_array(item))).collect()),
        scalar => scalar,
    }
}

/// An element of XML: a scalar, or attributes with a text, or attributes with children.
fn element() -> BoxedStrategy<Value> {
    let attribute = ("@[a-zя_][a-z0-9.-]{0,3}", xml_scalar(any_text()));
    let attributes = vec(attribute, 0..3).boxed();
    let text = xml_scalar(any_text());
    let leaf =
        (attributes.clone(), text.clone()).prop_map(|(attributes, text)| map(attributes, vec![("$text".into(), text)]));
    prop_oneof![text, leaf]
        .prop_recursive(3, 24, 4, move |inner| {
            let child = prop_oneof![inner.clone(), vec(inner, 0..3).prop_map(Value::List)];
            (attributes.clone(), vec(("[a-zя_][a-z0-9.-]{0,3}", child), 0..4))
                .prop_map(|(attributes, children)| map(attributes, children))
        })
        .boxed()
}

fn map(attributes: Vec<(String, Value)>, children: Vec<(String, Value)>) -> Value {
    let mut seen = std::collections::HashSet::new();
    let attributes = attributes.into_iter().filter(|(key, _)| seen.insert(key.clone()));
    let entries: Vec<_> = attributes.chain(children).map(|(key, value)| (Cow::Owned(key), value)).collect();
    Value::Map(entries)
}

/// Without the control characters that XML cannot hold.
fn xml_scalar(text: BoxedStrategy<String>) -> BoxedStrategy<Value> {
    let text = text.prop_map(|text| Value::Text(text.replace(|char: char| char < ' ' && !"\t\n\r".contains(char), "")));
    prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::Bool), any_number().prop_map(Value::Number), text]
        .boxed()
}

/// What the XML reader makes of an element: texts without the white space around them, null where there is nothing,
/// and a list as its items one after another.
fn as_element(value: Value) -> Value {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    match value {
        Value::Map(entries) => {
            let mut out = Vec::new();
            for (key, value) in entries {
                match value {
                    Value::List(items) => out.extend(items.into_iter().map(|item| (key.clone(), as_element(item)))),
                    value if key.starts_with('@') => out.push((key, texts(value))),
                    value => out.push((key, as_element(value))),
                }
            }
            out.retain(|(key, value)| key != "$text" || *value != Value::Null);
            match out.as_slice() {
                [] => Value::Null,
                [(key, text)] if key == "$text" => text.clone(),
                _ => Value::Map(out),
            }
        }
        scalar => match texts(scalar) {
            Value::Text(text) if text.trim_matches(SPACE).is_empty() => Value::Null,
            Value::Text(text) => Value::Text(text.trim_matches(SPACE).to_owned()),
            other => other,
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn json(value in any_value()) {
        prop_assert_eq!(again(Format::Json, &value), value);
    }

    #[test]
    fn form(entries in vec((any_text(), scalar()), 0..6)) {
        // A pair with an empty name and an empty value is `=`, which is a pair; nothing is lost.
        let value = Value::Map(entries.into_iter().map(|(key, value)| (Cow::Owned(key), value)).collect());
        prop_assert_eq!(again(Format::Form, &value), texts(value));
    }

    #[test]
    fn xml(root in element()) {
        let value = |root| Value::Map(vec![("root".into(), root)]);
        prop_assert_eq!(again(Format::Xml, &value(root.clone())), value(as_element(root)));
    }

    #[cfg(feature = "server")]
    #[test]
    fn php(value in any_value()) {
        let expected = crate::tree::same_floats(as_php_array(value.clone()));
        prop_assert_eq!(crate::tree::same_floats(again(Format::Php, &value)), expected);
    }

    /// Without line ends, nothing in a text can be taken for syntax; blanks at its end do not count.
    #[cfg(feature = "server")]
    #[test]
    fn print_r(items in vec(value_of(line(), line()), 0..4)) {
        let value = Value::List(items);
        let expected = crate::tree::without_types(as_php_array(value.clone()));
        prop_assert_eq!(crate::tree::without_types(again(Format::PrintR, &value)), expected);
    }

    /// Whatever the bytes are, a reader answers.
    #[test]
    fn noise(text in "[\\[\\](){}=> :;\"Arayisd0-9E\n\t.&%+Object\\PC]{0,60}") {
        for format in [Format::Php, Format::PrintR, Format::Form] {
            let _ = hostkit_wire::parse(format, text.as_bytes(), &hostkit_wire::Limits::DEFAULT);
            for start in ["Array\n(\n    [0] => ", "Array ( [0] => ", "[0] => Array ( ", "a:1:{i:0;", "O:1:\"A\":1:{"] {
                let body = format!("{start}{text}");
                let _ = hostkit_wire::parse(format, body.as_bytes(), &hostkit_wire::Limits::DEFAULT);
            }
        }
    }
}

#[cfg(feature = "server")]
fn line() -> BoxedStrategy<String> {
    any_text()
        .prop_map(|text| text.replace(['\n', '\r'], " ").replace("] =>", "]").trim_end_matches([' ', '\t']).to_owned())
        .boxed()
}

#[test]
fn what_a_format_cannot_hold_is_an_error() {
    let list = Value::List(vec![Value::Null]);
    assert!(write(Format::Form, &list).is_err());
    assert!(write(Format::Xml, &list).is_err());
    assert!(write(Format::Json, &Value::Number("INF".into())).is_err());
    let _ = value_of(any_text(), any_text());
}
