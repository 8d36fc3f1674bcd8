//! The readers, one for each format.

mod form;
mod json;
mod php;
mod print_r;
mod xml;

use crate::{Document, Format, Limits, WireError};

/// Reads a body as one format.
pub fn parse<'a>(format: Format, body: &'a [u8], limits: &Limits) -> Result<Document<'a>, WireError> {
    let _ = (format, body, limits);
    Err(WireError::new(0, crate::WireErrorKind::Empty))
}

/// Reads a body as the one of these formats that it looks like.
pub fn parse_any<'a>(formats: &[Format], body: &'a [u8], limits: &Limits) -> Result<Document<'a>, WireError> {
    let _ = (formats, body, limits);
    Err(WireError::new(0, crate::WireErrorKind::Empty))
}
