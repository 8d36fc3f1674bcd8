//! The sites of the APIs, each on the generated server half of its proto crate.

pub mod clodo;
pub mod inferno;
pub mod macloud;
pub mod rootpanel;

use hostkit::Format;

/// The `Content-Type` that a PHP site gives a document.
pub(crate) const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Xml => "application/xml; charset=UTF-8",
        Format::Json => "application/json; charset=UTF-8",
        Format::Php | Format::PrintR | Format::Form => "text/html; charset=UTF-8",
    }
}
