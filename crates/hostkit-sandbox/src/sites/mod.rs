//! The sites of the APIs, each on the generated server half of its proto crate.

pub mod clodo;
pub mod inferno;
pub mod macloud;
pub mod rootpanel;

use hostkit::Format;
use hostkit::protocol::Value;

/// The `Content-Type` that a PHP site gives a document.
pub(crate) const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Xml => "application/xml; charset=UTF-8",
        Format::Json => "application/json; charset=UTF-8",
        Format::Php | Format::PrintR | Format::Form => "text/html; charset=UTF-8",
    }
}

/// Adds these keys as null to a map, or to each map of a list, if they are not there.
pub(crate) fn nulls(value: &mut Value, keys: &[&'static str]) {
    match value {
        Value::Map(entries) => {
            for key in keys {
                if entries.iter().all(|(name, _)| name != key) {
                    entries.push(((*key).into(), Value::Null));
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| nulls(item, keys)),
        _ => {}
    }
}
