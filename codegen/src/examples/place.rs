//! Finds the piece of an example's text that a diagnostic underlines.

use std::ops::Range;

/// The token that starts at `offset`: a quoted text, a tag, a bracket, or a word.
pub(super) fn token(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = &text[start..];
    let length = match rest.bytes().next() {
        Some(b'"') => quoted(rest),
        Some(b'<') => rest.find(['>', '\n']).map_or(rest.len(), |end| end + usize::from(rest.as_bytes()[end] == b'>')),
        Some(b'{' | b'[' | b'(') => 1,
        Some(_) => rest.find([',', ';', '<', '&', '}', ']', ')', '"', ' ', '\n', '\r']).unwrap_or(rest.len()),
        None => 0,
    };
    let first = rest.chars().next().map_or(0, char::len_utf8);
    start..start + length.max(first)
}

fn quoted(rest: &str) -> usize {
    let mut is_escaped = false;
    for (index, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'\\' => is_escaped = !is_escaped,
            b'"' if !is_escaped => return index + 1,
            b'\n' => return index,
            _ => is_escaped = false,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn tokens_end_where_a_person_says_so() {
        let found = |text: &str, offset| text[token(text, offset)].to_owned();
        assert_eq!(found(r#"{"a":"x\"y","b":12}"#, 5), r#""x\"y""#);
        assert_eq!(found(r#"{"a":"x","b":12}"#, 13), "12");
        assert_eq!(found("<a><b c=\"1\">2</b></a>", 3), "<b c=\"1\">");
        assert_eq!(found("{}", 0), "{");
        assert_eq!(found("ж", 1), "ж");
        assert_eq!(found("", 7), "");
        assert_eq!(found("\"open", 0), "\"open");
    }
}
