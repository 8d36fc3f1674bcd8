//! What a body looks like from outside: its encoding, its first bytes, and the format that they speak for.

use crate::{Format, Limits, WireError, WireErrorKind};

/// The body as text, if it is short enough and UTF-8.
pub(super) fn text<'a>(body: &'a [u8], limits: &Limits) -> Result<&'a str, WireError> {
    let limit = limits.max_bytes.min(u32::MAX as usize);
    if body.len() > limit {
        return Err(WireError::new(limit, WireErrorKind::TooLong(limit)));
    }
    std::str::from_utf8(body).map_err(|error| {
        let kind = match error.error_len() {
            // The body stops within a character that is right so far.
            None => WireErrorKind::Truncated,
            Some(_) => WireErrorKind::NotUtf8(looks_like_windows_1251(body)),
        };
        WireError::new(error.valid_up_to(), kind)
    })
}

/// Russian letters are 0xC0..=0xFF, 0xA8 and 0xB8 there. Half of the bytes of broken UTF-8 would be in that range, too.
fn looks_like_windows_1251(body: &[u8]) -> bool {
    let high = body.iter().filter(|byte| !byte.is_ascii()).count();
    let letters = body.iter().filter(|byte| matches!(byte, 0xC0..=0xFF | 0xA8 | 0xB8)).count();
    high > 0 && letters * 4 >= high * 3
}

/// Where the document starts in the body, and its text.
pub(super) fn document(format: Format, body: &str) -> Result<(usize, &str), WireError> {
    let start = mark(body);
    let whole = body.get(start..).unwrap_or("");
    let indented = whole.trim_ascii_start();
    let skipped = start + (whole.len() - indented.len());
    if is_html(indented) {
        return Err(WireError::new(skipped, WireErrorKind::Html));
    }
    if indented.is_empty() && format != Format::Form {
        return Err(WireError::new(body.len(), WireErrorKind::Empty));
    }
    Ok(match format {
        Format::Json | Format::Xml => (skipped, indented.trim_ascii_end()),
        // PHP itself refuses it, indentation means something in print_r text, and every byte does in a form.
        Format::Php | Format::PrintR | Format::Form => (start, whole),
    })
}

/// The length of the one byte order mark that a body may start with.
fn mark(body: &str) -> usize {
    if body.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}

fn is_html(text: &str) -> bool {
    starts_with_word(text, "<!doctype html") || starts_with_word(text, "<html")
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text.get(word.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'_'))
}

/// The one of these formats that the body looks like.
pub(super) fn format(formats: &[Format], body: &str) -> Result<Format, WireError> {
    let (start, text) = document(Format::Json, body)?;
    // The narrower signs come first: `[name] =>` also starts like a JSON list, and anything with `=` may be a form.
    [Format::PrintR, Format::Php, Format::Xml, Format::Json, Format::Form]
        .into_iter()
        .find(|format| formats.contains(format) && looks_like(*format, text))
        .ok_or_else(|| WireError::new(start, WireErrorKind::ExpectedFormat(formats.to_vec())))
}

fn looks_like(format: Format, text: &str) -> bool {
    let bytes = text.as_bytes();
    match format {
        Format::Xml => bytes.first() == Some(&b'<'),
        Format::Json => match bytes.first() {
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9') => true,
            _ => ["true", "false", "null"].iter().any(|word| text.starts_with(word)),
        },
        Format::Php => match bytes {
            [b'N', b';', ..] => true,
            [b'a' | b's' | b'i' | b'b' | b'O' | b'C' | b'E' | b'r' | b'R', b':', b'0'..=b'9' | b'-' | b'+', ..] => true,
            [b'd', b':', b'0'..=b'9' | b'-' | b'+' | b'.' | b'I' | b'N', ..] => true,
            _ => false,
        },
        Format::PrintR => looks_like_print_r(text),
        Format::Form => text.split_once('=').is_some_and(|(name, _)| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]%+".contains(&byte))
        }),
    }
}

/// `Array` or `SomeClass Object`, whitespace, `(`; or a bare `[name] =>`.
fn looks_like_print_r(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').is_some_and(|(name, rest)| !name.contains('\n') && rest.starts_with(" =>"));
    }
    let Some((head, _)) = text.split_once('(') else { return false };
    let head = head.trim_ascii_end();
    head.len() < 256 && (head == "Array" || head.ends_with(" Object"))
}
