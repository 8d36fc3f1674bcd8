//! Reads `application/x-www-form-urlencoded`: a map of texts, with keys as they are and duplicates kept.
//!
//! Deliberately not here: the nesting that PHP reads from `a[b]`. Text that is not UTF-8 after decoding is an error; no
//! replacement characters are put in.

use crate::builder::{Builder, Piece};
use crate::{WireError, WireErrorKind};

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    builder.open_map(0)?;
    let mut start = 0;
    for pair in body.split('&') {
        if !pair.is_empty() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let behind = start + pair.len() - value.len();
            builder.key(start, piece(decoded(name, start)?.as_deref(), start, name.len()))?;
            builder.text(behind, piece(decoded(value, behind)?.as_deref(), behind, value.len()))?;
        }
        start += pair.len() + 1;
    }
    builder.close();
    Ok(())
}

/// Decodes the name or value at `start`; `None` if there is nothing to decode.
fn decoded(raw: &str, start: usize) -> Result<Option<String>, WireError> {
    if !raw.contains(['%', '+']) {
        return Ok(None);
    }
    // `raw` contains no `&`, and the leading `=` makes all of it the value of one pair.
    let pair = format!("={raw}");
    let text = match form_urlencoded::parse(pair.as_bytes()).next() {
        Some((_, value)) => value.into_owned(),
        None => String::new(),
    };
    // `form_urlencoded` replaces invalid UTF-8, which shows as more replacement characters than were sent.
    if text.contains('\u{FFFD}') {
        let sent = raw.matches('\u{FFFD}').count() + raw.to_ascii_uppercase().matches("%EF%BF%BD").count();
        if text.matches('\u{FFFD}').count() != sent {
            return Err(WireError::new(start, WireErrorKind::NotUtf8(false)));
        }
    }
    Ok(Some(text))
}

fn piece(decoded: Option<&str>, start: usize, len: usize) -> Piece<'_> {
    decoded.map_or(Piece::Body(start, start + len), Piece::Owned)
}

#[cfg(test)]
mod tests {
    use crate::{Format, Limits, parse};

    fn shown(body: &str) -> String {
        match parse(Format::Form, body.as_bytes(), &Limits::DEFAULT) {
            Ok(document) => format!("{:?}", document.root()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn pairs() {
        assert_eq!(shown(""), "{}");
        assert_eq!(shown("a=1&a=2&b[c]=d&&e&f="), r#"{"a": "1", "a": "2", "b[c]": "d", "e": "", "f": ""}"#);
        assert_eq!(shown("%D1%8F+%2B=a=b%26"), r#"{"я +": "a=b&"}"#);
        assert_eq!(shown("a=100%&b=%zz"), r#"{"a": "100%", "b": "%zz"}"#);
    }

    #[test]
    fn offsets() {
        let document = parse(Format::Form, b"ab=c&d%20=%D1%8F&e", &Limits::DEFAULT);
        let offsets = document.map(|document| document.root().entries().map(|(_, node)| node.offset()).collect());
        assert_eq!(offsets, Ok(vec![3, 10, 18]));
    }

    #[test]
    fn text_that_is_not_utf8_is_an_error() {
        assert_eq!(shown("a=1&b=%CF%F0"), "the body is not UTF-8 at byte 6");
        assert_eq!(shown("%EF%BF%BD=\u{FFFD}%ef%bf%bd"), "{\"\u{FFFD}\": \"\u{FFFD}\u{FFFD}\"}");
        assert_eq!(shown("a=%E0%EF%BF%BD"), "the body is not UTF-8 at byte 2");
    }
}
