//! One writer per format, from the owned tree to bytes.
//!
//! What a format cannot represent is an error; nothing is changed to make it fit. Input is checked: a key cannot become
//! markup, and a number lexeme nothing but a number.

mod check;
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

/// Writes a value in a format.
///
/// # Errors
///
/// A value that the format cannot represent: for XML anything but a map with one entry, for a form anything but a map
/// of scalars, an invalid number or name, a control character that the format does not allow, more than 128 levels. PHP
/// and `print_r` need the feature `server`.
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

#[cfg(test)]
mod tests {
    use super::*;

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
