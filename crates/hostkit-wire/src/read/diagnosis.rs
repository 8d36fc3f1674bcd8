//! What a body that cannot be read is instead: compressed, a page, or a document with text before it.
//!
//! Deliberately not here: what is wrong within a document. The readers tell that.

use std::borrow::Cow;

use super::detect;
use crate::windows_1251::windows_1251;
use crate::{Format, WireError, WireErrorKind};

/// The bytes in which a title or the start of a document is looked for.
const SEARCHED: usize = 16 << 10;

/// The most lines that are tried as the start of a document, since each takes a pass over the body.
const TRIED: usize = 4;

/// The same error, or the one that says what the body is; `is_whole` tells whether a text is a document.
pub(super) fn of(
    formats: &[Format],
    body: &[u8],
    error: WireError,
    is_whole: impl Fn(Format, &str) -> bool,
) -> WireError {
    if error.is_over_limit() || matches!(error.kind(), WireErrorKind::Empty) {
        return error;
    }
    if let Some(coding) = coding(body) {
        return WireError::compressed(coding);
    }
    let start = text(body.get(..SEARCHED).unwrap_or(body));
    let indented = start.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{FEFF}');
    if matches!(error.kind(), WireErrorKind::Html) || detect::is_html(indented) {
        return WireError::new(error.offset(), WireErrorKind::Html).quoting(&title(indented).unwrap_or_default());
    }
    if let Some((at, before)) = std::str::from_utf8(body).ok().and_then(|body| text_before(formats, body, is_whole)) {
        return WireError::new(at, WireErrorKind::TextBefore).quoting(&before);
    }
    match error.kind() {
        WireErrorKind::ExpectedFormat(_) => error.quoting(indented.lines().next().unwrap_or_default()),
        _ => error,
    }
}

/// The coding of a compressed body, by its first bytes.
fn coding(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1F, 0x8B, ..] => Some("gzip"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some("zstd"),
        _ => None,
    }
}

/// The bytes as text, for a title.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) && detect::looks_like_windows_1251(bytes) {
        windows_1251(bytes).into()
    } else {
        text
    }
}

/// The title of a page, its blanks made single; references stay as they are.
fn title(page: &str) -> Option<String> {
    // Lower case of ASCII keeps every offset.
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title").unwrap_or(lower.len() - start);
    let words: Vec<&str> = page.get(start..end)?.split_whitespace().collect();
    Some(words.join(" "))
}

/// Where a document begins that has text before it, and the first of that text that is not markup. Only a line that
/// starts a whole document counts.
fn text_before(formats: &[Format], body: &str, is_whole: impl Fn(Format, &str) -> bool) -> Option<(usize, String)> {
    // Almost any text is a form.
    let looks = |format: &&Format, rest| **format != Format::Form && detect::looks_like(**format, rest);
    let ends = body.match_indices('\n').map(|(at, _)| at + 1).take_while(|at| *at <= SEARCHED);
    let starts = ends.filter_map(|at| {
        let rest = body.get(at..)?;
        Some((at, *formats.iter().find(|format| looks(format, rest))?))
    });
    let is_start = |(at, format): &(usize, Format)| body.get(*at..).is_some_and(|rest| is_whole(*format, rest));
    let (at, _) = starts.take(TRIED).find(is_start)?;
    let before = body.get(..at)?.lines().map(plain).find(|line| !line.is_empty())?;
    Some((at, before))
}

/// A line without the markup that PHP puts into its messages.
fn plain(line: &str) -> String {
    let (first, tags) = line.split_once('<').unwrap_or((line, ""));
    let texts = tags.split('<').map(|tag| tag.split_once('>').map_or("", |(_, text)| text));
    std::iter::once(first).chain(texts).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use crate::{Format, Limits, parse_any};

    fn said(body: impl AsRef<[u8]>) -> String {
        let parsed = parse_any(&[Format::Json, Format::Xml], body.as_ref(), &Limits::DEFAULT);
        parsed.map_or_else(|error| error.to_string(), |document| format!("{:?}", document.root()))
    }

    #[test]
    fn what_a_body_is_instead_of_a_document_is_named() {
        let warning = "Warning: Undefined index: id in /srv/a.php on line 7\n";
        for (body, expected) in [
            (
                format!("{warning}{{\"a\":1}}"),
                "there is text before the document, which begins at byte 53: \"Warning: Undefined index: id in /srv/a.php \
                 on line 7\"",
            ),
            (
                format!("<br />\n<b>Warning</b>{}{{\"a\":1}}", &warning[7..]),
                "there is text before the document, which begins at byte 67: \"Warning: Undefined index: id in /srv/a.php \
                 on line 7\"",
            ),
            (
                format!("{warning}{{\"a\":1"),
                "expected JSON or XML, found \"Warning: Undefined index: id in /srv/a.php on line 7\" at byte 0",
            ),
            ("OK".to_owned(), "expected JSON or XML, found \"OK\" at byte 0"),
            (
                "\n<HTML><head><TITLE lang='en'>\n 502 \"Bad\"\n Gateway</TITLE>".to_owned(),
                r#"the body is an HTML page titled "502 \"Bad\" Gateway""#,
            ),
            ("<html><body>".to_owned(), "the body is an HTML page without a title"),
            ("{\"a\":1,}".to_owned(), "expected something after the comma at byte 7"),
            ("[1,]".to_owned(), "expected something after the comma at byte 3"),
        ] {
            assert_eq!(said(&body), expected, "{body}");
        }
        assert_eq!(said(b"\x1f\x8b\x08\0"), "the body is gzip, though only identity is read");
        assert_eq!(
            said(b"<html><title>\xCE\xF8\xE8\xE1\xEA\xE0</title>"),
            "the body is an HTML page titled \"Ошибка\""
        );
        assert_eq!(
            said(b"{\"a\":\"\xCE\xF8\xE8\xE1\"}"),
            "the body is not UTF-8 at byte 6; it looks like windows-1251"
        );
    }

    #[test]
    fn a_quote_is_cut() {
        let error = parse_any(&[Format::Json, Format::Xml], "x".repeat(1000).as_bytes(), &Limits::DEFAULT).unwrap_err();
        assert_eq!(error.quote().map(|quote| quote.chars().count()), Some(101));
        let declared = crate::WireError::encoding(&"x".repeat(50)).to_string();
        assert_eq!(declared, format!("the body is declared to be \"{}…\", not UTF-8", "x".repeat(40)));
    }
}
