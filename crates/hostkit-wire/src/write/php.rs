//! Writes what PHP's `serialize()` writes, through serde_php, so that our reader is tested against an independent
//! writer.
//!
//! As in PHP, a list has the keys 0, 1, 2, …, and a key that is a canonical decimal integer is an integer. An integer
//! that fits 64 bits is `i:`, any other number `d:` with the shortest digits. serde_php writes all of it but floats
//! that PHP writes with an exponent, and those that are not finite: `1e25` becomes 26 digits there. For these it gets a
//! null, which [`Sink`] replaces by the float.
//!
//! A duplicate key in a map is an error: a PHP array cannot hold it.

use std::cell::Cell;
use std::io;

use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::check::{deeper, is_number, unique};
use super::php_float;
use crate::{Value, WriteError};

pub(super) fn write(value: &Value) -> Result<Vec<u8>, WriteError> {
    let aside = Aside::default();
    let mut sink = Sink { bytes: Vec::new(), aside: &aside };
    let entry = Entry { value, depth: 0, aside: &aside };
    match serde_php::to_writer(&mut sink, &entry) {
        Ok(()) => Ok(sink.bytes),
        Err(error) => Err(aside.error.take().unwrap_or_else(|| WriteError::new(error.to_string()))),
    }
}

/// What is passed around serde_php.
#[derive(Default)]
struct Aside {
    /// The text that replaces the next null.
    instead: Cell<Option<String>>,
    /// Our own error, since serde_php reports every error of a caller as a failed deserialisation.
    error: Cell<Option<WriteError>>,
}

impl Aside {
    fn refuse<E: Error>(&self, error: WriteError) -> E {
        let passed = E::custom(&error);
        self.error.set(Some(error));
        passed
    }
}

struct Sink<'v> {
    bytes: Vec<u8>,
    aside: &'v Aside,
}

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.aside.instead.take() {
            Some(float) if bytes == b"N;" => self.bytes.extend_from_slice(float.as_bytes()),
            Some(_) => return Err(io::Error::other("serde_php writes a null in several parts")),
            None => self.bytes.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Entry<'v> {
    value: &'v Value,
    depth: usize,
    aside: &'v Aside,
}

impl<'v> Entry<'v> {
    fn inside(&self, value: &'v Value) -> Self {
        Self { value, depth: self.depth + 1, aside: self.aside }
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if matches!(self.value, Value::List(_) | Value::Map(_)) {
            deeper(self.depth).map_err(|error| self.aside.refuse(error))?;
        }
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(lexeme) => match (lexeme.parse::<i64>(), number(lexeme)) {
                (Ok(integer), Some(_)) if lexeme != "-0" => serializer.serialize_i64(integer),
                (_, Some(float)) => {
                    let printed = php_float::shortest(float);
                    if printed == float.to_string() {
                        return serializer.serialize_f64(float);
                    }
                    self.aside.instead.set(Some(format!("d:{printed};")));
                    serializer.serialize_unit()
                }
                (_, None) => Err(self.aside.refuse(WriteError::new(format!("{lexeme:?} is not a number")))),
            },
            Value::Text(text) | Value::Markup(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&self.inside(item))?;
                }
                list.end()
            }
            Value::Map(entries) => {
                unique(entries.iter().map(|(key, _)| &**key)).map_err(|error| self.aside.refuse(error))?;
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    match integer_key(key) {
                        Some(integer) => map.serialize_entry(&integer, &self.inside(value))?,
                        None => map.serialize_entry(&**key, &self.inside(value))?,
                    }
                }
                map.end()
            }
        }
    }
}

/// Parses a number, including those that only PHP has.
fn number(lexeme: &str) -> Option<f64> {
    match lexeme {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NAN" => Some(f64::NAN),
        _ if is_number(lexeme) => lexeme.parse().ok(),
        _ => None,
    }
}

/// The integer that PHP makes of a key, which is so only for the exact digits that it would print.
fn integer_key(key: &str) -> Option<i64> {
    key.parse::<i64>().ok().filter(|integer| integer.to_string() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value) -> String {
        match write(value) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn numbers() {
        for (lexeme, php) in [
            ("7", "i:7;"),
            ("-9223372036854775808", "i:-9223372036854775808;"),
            ("9223372036854775808", "d:9.223372036854776E+18;"),
            ("-0", "d:-0;"),
            ("17.550", "d:17.55;"),
            ("1.0", "d:1;"),
            ("1e25", "d:1.0E+25;"),
            ("0.00001", "d:1.0E-5;"),
            ("1e999", "d:INF;"),
            ("-INF", "d:-INF;"),
            ("NAN", "d:NAN;"),
            ("+7", "error: \"+7\" is not a number"),
        ] {
            assert_eq!(written(&Value::Number(lexeme.into())), php.to_owned(), "{lexeme}");
        }
    }

    #[test]
    fn arrays() {
        let float = || Value::Number("1e25".into());
        assert_eq!(written(&Value::List(vec![float(), Value::Null])), "a:2:{i:0;d:1.0E+25;i:1;N;}");
        let keys = ["7", "-7", "07", "-0", "9223372036854775808", "я"];
        let map = Value::Map(keys.iter().map(|key| ((*key).into(), Value::Bool(true))).collect());
        assert_eq!(
            written(&map),
            "a:6:{i:7;b:1;i:-7;b:1;s:2:\"07\";b:1;s:2:\"-0\";b:1;s:19:\"9223372036854775808\";b:1;s:2:\"я\";b:1;}"
        );
        let twice = Value::Map(vec![("a".into(), Value::Null), ("a".into(), Value::Null)]);
        assert!(written(&twice).contains("twice"), "{}", written(&twice));
    }
}
