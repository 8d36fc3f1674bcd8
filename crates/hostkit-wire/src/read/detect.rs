//! Detects a body's encoding and format from its first bytes.

use crate::{Format, Limits, WireError, WireErrorKind};

/// The body as text, if it is short enough and UTF-8.
pub(crate) fn text<'a>(body: &'a [u8], limits: &Limits) -> Result<&'a str, WireError> {
    let limit = limits.max_bytes.min(u32::MAX as usize);
    if body.len() > limit {
        return Err(WireError::new(limit, WireErrorKind::TooLong(limit)));
    }
    // The quick check does not tell where the error is.
    simdutf8::basic::from_utf8(body).or_else(|_| std::str::from_utf8(body)).map_err(|error| {
        let kind = match error.error_len() {
            // The body ends within a character that is valid so far.
            None => WireErrorKind::Truncated,
            Some(_) => WireErrorKind::NotUtf8(looks_like_windows_1251(body)),
        };
        WireError::new(error.valid_up_to(), kind)
    })
}

/// There, Russian letters are 0xC0..=0xFF, 0xA8 and 0xB8. In broken UTF-8 only about half of the bytes are in that
/// range.
pub(super) fn looks_like_windows_1251(body: &[u8]) -> bool {
    let high = body.iter().filter(|byte| !byte.is_ascii()).count();
    let letters = body.iter().filter(|byte| matches!(byte, 0xC0..=0xFF | 0xA8 | 0xB8)).count();
    high > 0 && letters * 4 >= high * 3
}

/// The offset of the document in the body, and its text.
pub(crate) fn document(format: Format, body: &str) -> Result<(usize, &str), WireError> {
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
        // PHP itself refuses leading whitespace, in `print_r` text indentation has a meaning, and in a form every byte
        // has.
        Format::Php | Format::PrintR | Format::Form => (start, whole),
    })
}

/// The length of what a body may start with: byte order marks, since several programs may each add one, and the
/// whitespace in front of them.
fn mark(body: &str) -> usize {
    const MARK: char = '\u{FEFF}';
    let rest = body.trim_start_matches(|letter: char| letter == MARK || letter.is_ascii_whitespace());
    let start = body.get(..body.len() - rest.len()).unwrap_or_default();
    start.rfind(MARK).map_or(0, |last| last + MARK.len_utf8())
}

/// Where the first control character is that XML does not allow.
pub(crate) fn control_character(text: &str) -> Option<usize> {
    let is_one = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // A chunk is looked at as a whole, which the compiler turns into vector instructions.
    let has_one = |chunk: &[u8]| chunk.iter().fold(false, |has_one, byte| has_one | is_one(*byte));
    let bytes = text.as_bytes();
    if bytes.chunks(256).any(has_one) { bytes.iter().position(|byte| is_one(*byte)) } else { None }
}

pub(super) fn is_html(text: &str) -> bool {
    starts_with_word(text, "<!doctype html") || starts_with_word(text, "<html")
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text.get(word.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'_'))
}

/// The first of these formats, from the most specific on, that the body looks like.
pub(crate) fn format(formats: &[Format], body: &str) -> Result<Format, WireError> {
    let (start, text) = document(Format::Json, body)?;
    // Order matters: `[name] =>` also starts like a JSON list, and anything with `=` may be a form.
    [Format::PrintR, Format::Php, Format::Xml, Format::Json, Format::Form]
        .into_iter()
        .find(|format| formats.contains(format) && looks_like(*format, text))
        .ok_or_else(|| WireError::new(start, WireErrorKind::ExpectedFormat(formats.to_vec())))
}

pub(super) fn looks_like(format: Format, text: &str) -> bool {
    let bytes = text.as_bytes();
    match format {
        Format::Xml => bytes.first() == Some(&b'<'),
        Format::Json => match bytes.first() {
            Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9') => true,
            _ => ["true", "false", "null"].iter().any(|word| text.starts_with(word)),
        },
        Format::Php => matches!(
            bytes,
            [b'N', b';', ..]
                | [b'a' | b's' | b'i' | b'b' | b'O' | b'C' | b'E' | b'r' | b'R', b':', b'0'..=b'9' | b'-' | b'+', ..]
                | [b'd', b':', b'0'..=b'9' | b'-' | b'+' | b'.' | b'I' | b'N', ..]
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Format; 5] = [Format::Xml, Format::Json, Format::Php, Format::PrintR, Format::Form];

    #[test]
    fn formats_are_told_apart() {
        for (body, expected) in [
            ("<a/>", Format::Xml),
            ("\u{FEFF}\r\n <?xml version='1.0'?><a/>", Format::Xml),
            ("{\"a\":1}", Format::Json),
            (" [1]", Format::Json),
            ("[\"a\"]", Format::Json),
            ("\"a:1:{\"", Format::Json),
            ("-5", Format::Json),
            ("true", Format::Json),
            ("null", Format::Json),
            ("a:1:{i:0;N;}", Format::Php),
            ("N;", Format::Php),
            ("s:1:\"x\";", Format::Php),
            ("d:INF;", Format::Php),
            ("b:0;", Format::Php),
            ("i:-1;", Format::Php),
            ("O:1:\"A\":0:{}", Format::Php),
            ("Array\n(\n    [a] => 1\n)\n", Format::PrintR),
            ("stdClass Object\n(\n)\n", Format::PrintR),
            ("[error] => wrong (key)", Format::PrintR),
            ("action=order&id=(a)", Format::Form),
            ("a[b]=1", Format::Form),
        ] {
            assert_eq!(format(&ALL, body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn only_the_allowed_formats_are_looked_for() {
        assert_eq!(format(&[Format::Json, Format::Xml], "[a] => 1"), Ok(Format::Json));
        assert_eq!(format(&[Format::Form, Format::Xml], "a:1:{}="), Err(error(0)));
        for body in ["a:1:{i:0;N;}", "Array\n(\n)", "OK", "Warning: mysql_connect() in /srv/a.php"] {
            let found = format(&[Format::Json, Format::Xml], body).unwrap_err();
            assert_eq!(found.to_string(), "expected JSON or XML at byte 0", "{body}");
        }
        assert!(format(&[], "{}").is_err());
        assert_eq!(format(&ALL, " <html>").unwrap_err().kind(), &WireErrorKind::Html);
        assert_eq!(format(&ALL, " \n").unwrap_err().kind(), &WireErrorKind::Empty);
    }

    fn error(offset: usize) -> WireError {
        WireError::new(offset, WireErrorKind::ExpectedFormat(vec![Format::Form, Format::Xml]))
    }

    #[test]
    fn pages_are_known_by_their_first_word() {
        for page in
            ["<!doctype html>", "<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>", "<html>", "<HTML lang='ru'>"]
        {
            assert!(is_html(page), "{page}");
        }
        for other in ["<htmlarea/>", "<html-x/>", "<html:a/>", "<!doctype htmlx>", "<!doctype", "<h", ""] {
            assert!(!is_html(other), "{other}");
        }
    }

    #[test]
    fn the_encoding_is_checked_first() {
        let kind = |body: &[u8]| text(body, &Limits::DEFAULT).unwrap_err().kind().clone();
        assert_eq!(kind(b"\xCE\xF8\xE8\xE1\xEA\xE0 \xB8"), WireErrorKind::NotUtf8(true));
        assert_eq!(
            kind("Ошибка\u{FFFD}".as_bytes().split_last().map_or(&[][..], |(_, start)| start)),
            WireErrorKind::Truncated
        );
        assert_eq!(kind(b"\xD0\x9E\xD1\x88\xD0\xB8\xD0 \xD0\xB1"), WireErrorKind::NotUtf8(false));
        assert_eq!(kind(b"\x89PNG\x80\x81"), WireErrorKind::NotUtf8(false));
        let limits = Limits { max_bytes: 3, ..Limits::DEFAULT };
        assert_eq!(text(b"1234", &limits).unwrap_err(), WireError::new(3, WireErrorKind::TooLong(3)));
        assert_eq!(text(b"123", &limits), Ok("123"));
    }
}
