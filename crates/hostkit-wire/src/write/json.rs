//! Writes JSON as PHP's `json_encode` does with unescaped Unicode and slashes: compact, and U+2028 and U+2029 escaped.
//!
//! Numbers are lexemes, which are checked and copied.

use super::check::{deeper, number};
use crate::{Value, WriteError};

pub(super) fn write(value: &Value) -> Result<Vec<u8>, WriteError> {
    let mut out = Vec::new();
    write_value(value, 0, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, depth: usize, out: &mut Vec<u8>) -> Result<(), WriteError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(lexeme) => out.extend_from_slice(number(lexeme)?.as_bytes()),
        Value::Text(text) | Value::Markup(text) => write_text(text, out),
        Value::List(items) => {
            let depth = deeper(depth)?;
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(item, depth, out)?;
            }
            out.push(b']');
        }
        Value::Map(entries) => {
            let depth = deeper(depth)?;
            out.push(b'{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write_value(value, depth, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(may_be_escaped) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut letters = special.chars();
        match letters.next() {
            Some(letter @ ('"' | '\\' | '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}')) => escape(letter, out),
            Some(letter) => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            None => {}
        }
        rest = letters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Whether a letter that begins with this byte may be one that JSON has to escape, or that JavaScript takes for a line
/// break.
fn may_be_escaped(byte: u8) -> bool {
    const FIRST_OF_A_SEPARATOR: u8 = 0xE2;
    matches!(byte, b'"' | b'\\' | 0..=0x1F | FIRST_OF_A_SEPARATOR)
}

fn escape(letter: char, out: &mut Vec<u8>) {
    let short = match letter {
        '"' => r#"\""#,
        '\\' => r"\\",
        '\u{8}' => r"\b",
        '\t' => r"\t",
        '\n' => r"\n",
        '\u{c}' => r"\f",
        '\r' => r"\r",
        other => return out.extend(format!("\\u{:04x}", u32::from(other)).bytes()),
    };
    out.extend_from_slice(short.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value) -> String {
        match write(value) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn compact_and_exact() {
        let value = Value::Map(vec![
            ("ключ".into(), Value::Text("a/\"b\"\\\u{1}\u{1f}\n\u{2028}я".into())),
            ("n".into(), Value::List(vec![Value::Number("17.550".into()), Value::Null, Value::Bool(true)])),
            ("e".into(), Value::Map(vec![])),
            ("m".into(), Value::Markup("<b/>".into())),
        ]);
        let json = r#"{"ключ":"a/\"b\"\\\u0001\u001f\n\u2028я","n":[17.550,null,true],"e":{},"m":"<b/>"}"#;
        assert_eq!(written(&value), json);
    }

    #[test]
    fn a_number_is_nothing_else() {
        assert_eq!(written(&Value::Number("1,\"x\":2".into())), r#"error: "1,\"x\":2" is not a number"#);
    }

    #[test]
    fn texts_are_as_serde_json_writes_them() {
        let expected = |text: &str| {
            let json = serde_json::to_string(text).unwrap();
            json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
        };
        let check = |text: &str| assert_eq!(written(&Value::Text(text.into())), expected(text), "{text:?}");
        // Every letter alone and between others, and the ends of a text.
        for letter in ('\0'..='\u{2100}').chain(['\u{fffd}', '\u{ffff}', '\u{1f600}', char::MAX]) {
            check(&letter.to_string());
            check(&format!("я{letter}\"{letter}"));
        }
        check("");
        proptest::proptest!(|(text in ".*")| check(&text));
    }
}
