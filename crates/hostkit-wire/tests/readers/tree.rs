//! What the tests need to compare trees: the owned copy of a document.

// Not every test uses all of it.
#![allow(dead_code)]

use std::collections::HashSet;

use hostkit_wire::{Format, Kind, Limits, Node, Value, parse};
use proptest::collection::vec;
use proptest::prelude::*;

/// The value of a body; a body that cannot be read fails the test.
pub fn read(format: Format, body: &[u8]) -> Value {
    match parse(format, body, &Limits::DEFAULT) {
        Ok(document) => owned(document.root()),
        Err(error) => panic!("{format:?}: {error}\n{}", String::from_utf8_lossy(body)),
    }
}

fn owned(node: Node<'_>) -> Value {
    let text = || node.as_str().unwrap_or_default().to_owned();
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool() == Some(true)),
        Kind::Number => Value::Number(text()),
        Kind::Text => Value::Text(text()),
        Kind::List => Value::List(node.items().map(owned).collect()),
        Kind::Map => Value::Map(node.entries().map(|(key, node)| (key.to_owned().into(), owned(node))).collect()),
    }
}

/// The value with each leaf replaced.
pub fn mapped(value: Value, leaf: &dyn Fn(Value) -> Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(|item| mapped(item, leaf)).collect()),
        Value::Map(entries) => Value::Map(entries.into_iter().map(|(key, item)| (key, mapped(item, leaf))).collect()),
        scalar => leaf(scalar),
    }
}

/// Floats as the digits that they mean; integers as they are.
pub fn same_floats(value: Value) -> Value {
    mapped(value, &|leaf| match leaf {
        Value::Number(lexeme) if lexeme.parse::<i64>().is_err() || lexeme == "-0" => match lexeme.parse::<f64>() {
            Ok(float) => Value::Number(float.to_string()),
            Err(_) => Value::Number(lexeme),
        },
        other => other,
    })
}

/// What `print_r` leaves of a value: texts, and 14 digits of a number.
pub fn without_types(value: Value) -> Value {
    mapped(value, &|leaf| {
        Value::Text(match leaf {
            Value::Null | Value::Bool(false) => String::new(),
            Value::Bool(true) => "1".to_owned(),
            Value::Number(text) | Value::Text(text) => match text.parse::<f64>() {
                Ok(float) if float.is_finite() => {
                    format!("{float:.13e}").parse::<f64>().map_or(text, |rounded| rounded.to_string())
                }
                _ => text,
            },
            other => panic!("{other:?} is not read"),
        })
    })
}

/// Lexemes of JSON numbers: integers of any size, decimals, exponents.
pub fn any_number() -> BoxedStrategy<String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        (-1000_i64..1000).prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("finite", |float| float.is_finite()).prop_map(|float| format!("{float:?}")),
        (any::<i32>(), -30_i32..30).prop_map(|(digits, exponent)| format!("{digits}e{exponent}")),
        (-100_000_i64..100_000, 0_u8..100).prop_map(|(whole, cents)| format!("{whole}.{cents:02}")),
        "[1-9][0-9]{18,25}",
        Just("-0".to_owned()),
    ]
    .boxed()
}

/// Texts with whatever means something to some format.
pub fn any_text() -> BoxedStrategy<String> {
    prop_oneof![
        "\\PC{0,12}",
        "[ \\[\\](){}=>:;\"'\\\\/&+%<#,.\n\t\r@$0-9aя\u{1}\u{2028}\u{FFFD}😀]{0,16}",
        "-?[0-9]{1,20}",
        Just(String::new()),
    ]
    .boxed()
}

/// Any value whose maps have each key once.
pub fn any_value() -> BoxedStrategy<Value> {
    value_of(any_text(), any_text())
}

/// Values with such texts and such keys.
pub fn value_of(text: BoxedStrategy<String>, key: BoxedStrategy<String>) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any_number().prop_map(Value::Number),
        text.prop_map(Value::Text),
    ];
    let key = prop_oneof![key, (0_u8..4).prop_map(|key| key.to_string())].boxed();
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::List),
            vec((key.clone(), inner), 0..5).prop_map(|entries| {
                let mut seen = HashSet::new();
                let unique = entries.into_iter().filter(|(key, _)| seen.insert(key.clone()));
                Value::Map(unique.map(|(key, value)| (key.into(), value)).collect())
            }),
        ]
    })
    .boxed()
}
