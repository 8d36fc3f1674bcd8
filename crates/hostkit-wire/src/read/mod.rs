//! One reader per format, and the checks before any of them runs.
//!
//! A reader gets the text after the byte order mark, for JSON and XML without the whitespace around it. It must consume
//! all of its text, and itself reports what is left as [`WireErrorKind::TrailingBytes`]. Its offsets count from the
//! start of its text.

pub(crate) mod detect;
mod diagnosis;
mod form;
pub(crate) mod json;
pub(crate) mod php;
mod print_r;
pub(crate) mod xml;

use crate::builder::Builder;
use crate::{Document, Format, Limits, WireError, WireErrorKind};

/// Reads a body as one format.
///
/// Byte order marks and the ASCII whitespace before them are skipped, and so is such whitespace around JSON and XML. An empty body is an error, except
/// that an empty form has no fields.
///
/// # Errors
///
/// A body that is too long, not UTF-8, an HTML page, not the format, cut off, over a limit, or followed by something.
pub fn parse<'a>(format: Format, body: &'a [u8], limits: &Limits) -> Result<Document<'a>, WireError> {
    let parse = || read(format, detect::text(body, limits)?, limits);
    parse().map_err(|error| diagnose(&[format], body, limits, error))
}

/// Reads a body as the one of these formats that it looks like.
///
/// # Errors
///
/// Those of [`parse`], and a body that looks like none of the formats.
pub fn parse_any<'a>(formats: &[Format], body: &'a [u8], limits: &Limits) -> Result<Document<'a>, WireError> {
    let parse = || {
        let text = detect::text(body, limits)?;
        let format = match formats {
            [only] => *only,
            _ => detect::format(formats, text)?,
        };
        read(format, text, limits)
    };
    parse().map_err(|error| diagnose(formats, body, limits, error))
}

#[cold]
fn diagnose(formats: &[Format], body: &[u8], limits: &Limits, error: WireError) -> WireError {
    diagnosis::of(formats, body, error, |format, text| read(format, text, limits).is_ok())
}

fn read<'a>(format: Format, body: &'a str, limits: &Limits) -> Result<Document<'a>, WireError> {
    let (base, text) = detect::document(format, body)?;
    if format == Format::Xml
        && let Some(at) = detect::control_character(body.get(base..).unwrap_or(text))
    {
        return Err(WireError::expected(base + at, "no control character"));
    }
    let mut builder = Builder::new(format, body, limits, expected_nodes(format, text.as_bytes())).with_base(base);
    let result = match format {
        Format::Xml => xml::read(text, &mut builder),
        Format::Json => json::read(text, &mut builder),
        Format::Php => php::read(text, &mut builder),
        Format::PrintR => print_r::read(text, &mut builder),
        Format::Form => form::read(text, &mut builder),
    };
    result.map_err(|error| error.shifted(base))?;
    if builder.is_empty() || builder.depth() > 0 {
        return Err(WireError::new(body.len(), WireErrorKind::Truncated));
    }
    Ok(builder.finish())
}

/// An upper bound of the nodes, found without parsing: syntax characters within text count, too.
pub(crate) fn expected_nodes(format: Format, text: &[u8]) -> usize {
    let expected = match format {
        // Every value but the first follows one of these, and every key precedes a colon.
        Format::Json => 1 + count(text, |byte| matches!(byte, b',' | b':') | (byte | 0x20 == b'{')),
        // A name and a value for each element and attribute, and for the text beside them.
        Format::Xml => 3 + 2 * count(text, |byte| matches!(byte, b'<' | b'=')),
        Format::Php => 1 + count(text, |byte| matches!(byte, b';' | b'{')),
        Format::PrintR => 3 + 2 * count(text, |byte| byte == b'['),
        // A pair is two nodes and takes at least `a&`; an empty pair is no node.
        Format::Form => return (3 + 2 * count(text, |byte| byte == b'&')).min(text.len() + 3),
    };
    // In the formats above a node takes at least two bytes.
    expected.min(text.len() / 2 + 3)
}

/// Sums each chunk in one byte, which the compiler turns into vector instructions.
fn count(text: &[u8], counts: impl Fn(u8) -> bool) -> usize {
    text.chunks(224).map(|chunk| usize::from(chunk.iter().map(|byte| u8::from(counts(*byte))).sum::<u8>())).sum()
}
