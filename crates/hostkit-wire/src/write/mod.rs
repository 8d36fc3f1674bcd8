//! The writers, one for each format: from the owned tree to a library that knows the format.
//!
//! What a format cannot hold is an error; nothing is changed to make it fit. Texts are checked, never trusted: a key
//! cannot become markup, a number cannot become anything else.

mod form;
mod json;
#[cfg(feature = "server")]
mod php;
#[cfg(feature = "server")]
mod php_float;
#[cfg(feature = "server")]
mod print_r;
mod xml;
mod xml_check;

use crate::{Format, Value, WriteError};

/// How many containers may stand inside each other. The writers recurse.
const MAX_DEPTH: usize = 128;

/// Writes a value in a format.
///
/// # Errors
///
/// A value that the format cannot hold: for XML anything but a map with one entry, for a form anything but a map of
/// scalars, a number that is none, a name that is none, a control character where the format has none, more than 128
/// levels. PHP and `print_r` need the feature `server`.
pub fn write(format: Format, value: &Value) -> Result<Vec<u8>, WriteError> {
    match format {
        Format::Xml => xml::write(value),
        Format::Json => json::write(value),
        Format::Form => form::write(value),
        #[cfg(feature = "server")]
        Format::Php => php::write(value),
        #[cfg(feature = "server")]
        Format::PrintR => print_r::write(value),
        #[cfg(not(feature = "server"))]
        Format::Php => Err(WriteError::new("PHP is written only with the feature `server` of hostkit-wire")),
        #[cfg(not(feature = "server"))]
        Format::PrintR => Err(WriteError::new("print_r is written only with the feature `server` of hostkit-wire")),
    }
}

fn deeper(depth: usize) -> Result<usize, WriteError> {
    match depth < MAX_DEPTH {
        true => Ok(depth + 1),
        false => Err(WriteError::new(format!("the value nests deeper than {MAX_DEPTH} levels"))),
    }
}

/// The lexeme, if it is a number of JSON.
fn number(lexeme: &str) -> Result<&str, WriteError> {
    match is_number(lexeme) {
        true => Ok(lexeme),
        false => Err(WriteError::new(format!("{lexeme:?} is not a number"))),
    }
}

fn is_number(lexeme: &str) -> bool {
    fn digits(text: &str) -> Option<&str> {
        let rest = text.trim_start_matches(|char: char| char.is_ascii_digit());
        (rest.len() < text.len()).then_some(rest)
    }
    let unsigned = lexeme.strip_prefix('-').unwrap_or(lexeme);
    let integer = unsigned.strip_prefix('0').or_else(|| digits(unsigned));
    let fraction = integer.and_then(|rest| rest.strip_prefix('.').map_or(Some(rest), digits));
    let exponent = fraction.and_then(|rest| match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => Some(rest),
    });
    exponent == Some("")
}

/// A PHP array holds a key once, and so must what pretends to be one.
#[cfg(feature = "server")]
fn unique<'v>(keys: impl Iterator<Item = &'v str>) -> Result<(), WriteError> {
    let mut seen = std::collections::HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            return Err(WriteError::new(format!("{key:?} is twice in a map, which PHP cannot hold")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for lexeme in ["0", "-0", "12", "17.550", "1e5", "1.0E+25", "-1.5e-10"] {
            assert!(is_number(lexeme), "{lexeme}");
        }
        for lexeme in ["", "-", "01", "+1", "1.", ".5", "1e", "1e+", "INF", "NAN", "1 ", "0x1", "1,2", "1.5.2", "٣"] {
            assert!(!is_number(lexeme), "{lexeme}");
        }
    }

    #[cfg(not(feature = "server"))]
    #[test]
    fn the_missing_feature_is_named() {
        for format in [Format::Php, Format::PrintR] {
            let error = write(format, &Value::Null).map_err(|error| error.to_string());
            assert!(error.is_err_and(|error| error.contains("feature `server`")));
        }
    }

    #[test]
    fn depth_is_limited() {
        let deep = (0..500).fold(Value::Null, |inner, _| Value::Map(vec![("a".into(), inner)]));
        for format in [Format::Xml, Format::Json, Format::Form, Format::Php, Format::PrintR] {
            assert!(write(format, &deep).is_err(), "{format:?}");
        }
    }
}
