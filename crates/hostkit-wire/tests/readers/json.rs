//! What the JSON reader makes of its input, by example and against serde_json.

use std::collections::BTreeMap;

use hostkit_wire::{Format, Kind, Limits, Node, parse};
use serde_json::Value;

/// The document as its debug text, or the error as its message.
fn shown(body: &str) -> String {
    match parse(Format::Json, body.as_bytes(), &Limits::DEFAULT) {
        Ok(document) => format!("{:?}", document.root()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn values_are_kept_as_they_stand() {
    for (body, expected) in [
        ("null", "null"),
        (" true\r\n", "true"),
        ("false", "false"),
        ("\"\"", "\"\""),
        ("[ ]", "[]"),
        ("{\t}", "{}"),
        ("[[],{},[{}]]", "[[], {}, [{}]]"),
        ("{\"b\":1,\"a\":[2, null ],\"b\":\"3\"}", "{\"b\": 1, \"a\": [2, null], \"b\": \"3\"}"),
        ("\u{FEFF}{\"a\":1}", "{\"a\": 1}"),
        ("\u{FEFF}\u{FEFF}1", "1"),
        ("\r\n\u{FEFF} 1", "1"),
        ("\u{FEFF}\n\u{FEFF}1", "1"),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
}

#[test]
fn numbers_are_lexemes() {
    let lexemes = "0 -0 12 1.50 -0.0 1e5 1E+05 123456789012345678901234567890.123456789 1e999 0.1e-1";
    for lexeme in lexemes.split(' ') {
        let body = format!("[{lexeme}]");
        let document = parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
        let number = document.root().items().next().unwrap();
        assert_eq!((number.kind(), number.as_str(), number.offset()), (Kind::Number, Some(lexeme), 1));
    }
    for broken in "01 -01 +1 1. .5 1.e5 1e 1e+ - 0x1 1_0 NaN -Infinity 1.5.5 00".split(' ') {
        assert!(shown(broken).contains(" at byte "), "{broken}: {}", shown(broken));
    }
}

#[test]
fn strings_are_unescaped() {
    let text = |body: &str| {
        let document = parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
        document.root().as_str().unwrap().to_owned()
    };
    assert_eq!(text(r#""плюс""#), "плюс");
    assert_eq!(text(r#""a\"b\\c\/d\b\f\n\r\t""#), "a\"b\\c/d\u{8}\u{c}\n\r\t");
    assert_eq!(text(r#""\u041f\u0440\u0000\uD83D\ude00!""#), "Пр\0😀!");
    // Every place within the eight bytes that are looked at together.
    for length in 0..40 {
        let plain = "ы".repeat(length / 2) + &"x".repeat(length % 2);
        assert_eq!(text(&format!("\"{plain}\"")), plain);
        assert_eq!(text(&format!("\"{plain}\\n{plain}\"")), format!("{plain}\n{plain}"));
    }
    for broken in [
        r#""\ud800""#,
        r#""\ud800x""#,
        r#""\udc00""#,
        r#""\ud800\u0041""#,
        r#""\ud800\ud800""#,
        r#""\u12g4""#,
        r#""\u+123""#,
        r#""\x""#,
        "\"\u{1f}\"",
        "\"abcdefgh\n\"",
        "\"\u{0}\"",
    ] {
        assert!(shown(broken).starts_with("expected "), "{broken}: {}", shown(broken));
    }
    assert_eq!(shown("\"\u{7f}\""), "\"\\u{7f}\"");
}

#[test]
fn keys_are_unescaped_and_kept_apart() {
    let document = parse(Format::Json, br#"{"\u0061":1,"a":2,"b\nc":{"":3}}"#, &Limits::DEFAULT).unwrap();
    let keys: Vec<&str> = document.root().entries().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a", "a", "b\nc"]);
    assert_eq!(document.root().get("a").and_then(Node::as_str), Some("1"));
    assert_eq!(document.root().get("b\nc").and_then(|node| node.get("")).and_then(Node::as_str), Some("3"));
}

#[test]
fn errors_say_where() {
    for (body, expected) in [
        ("", "the body is empty"),
        (" \n", "the body is empty"),
        ("{", "the body ends too early at byte 1"),
        ("[1,", "the body ends too early at byte 3"),
        ("  [1", "the body ends too early at byte 4"),
        ("\"a", "the body ends too early at byte 2"),
        ("\"a\\", "the body ends too early at byte 3"),
        ("\"\\ud83d", "the body ends too early at byte 7"),
        ("tru", "the body ends too early at byte 3"),
        ("-", "the body ends too early at byte 1"),
        ("[1 2]", "expected `,` or `]` at byte 3"),
        ("[1}", "expected `,` or `]` at byte 2"),
        ("{\"a\":1]", "expected `,` or `}` at byte 6"),
        ("[1,]", "expected something after the comma at byte 3"),
        ("{\"a\":1,}", "expected something after the comma at byte 7"),
        ("{a:1}", "expected a key in quotes at byte 1"),
        ("{\"a\" 1}", "expected `:` at byte 5"),
        ("  nil", "expected `true`, `false` or `null` at byte 3"),
        ("'a'", "expected a JSON value at byte 0"),
        ("[1] x", "there are bytes after the end of the document at byte 4"),
        ("{}\0", "there are bytes after the end of the document at byte 2"),
        ("{}{}", "there are bytes after the end of the document at byte 2"),
        ("1\u{FEFF}", "there are bytes after the end of the document at byte 1"),
        ("<br />\n<b>Warning</b>: x{\"a\":1}", "expected a JSON value at byte 0"),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
}

#[test]
fn offsets_count_from_the_start_of_the_body() {
    let document = parse(Format::Json, "\u{FEFF} {\"a\": [1, \"x\"]}".as_bytes(), &Limits::DEFAULT).unwrap();
    let list = document.root().get("a").unwrap();
    let items: Vec<_> = list.items().map(|node| (node.offset(), node.as_str().unwrap())).collect();
    assert_eq!((document.root().offset(), list.offset()), (4, 10));
    assert_eq!(items, [(11, "1"), (14, "x")]);
}

/// Whether our node says what serde_json's value says; of two entries with one key serde_json keeps the last.
fn agree(node: Node<'_>, value: &Value) -> bool {
    match value {
        Value::Null => node.kind() == Kind::Null,
        Value::Bool(flag) => node.as_bool() == Some(*flag),
        Value::Number(number) => {
            let ours: f64 = node.as_str().and_then(|lexeme| lexeme.parse().ok()).unwrap_or(f64::NAN);
            let theirs = number.as_f64().unwrap_or(f64::NAN);
            // serde_json may round the last bit in another way.
            node.kind() == Kind::Number && (ours - theirs).abs() <= ours.abs() * 1e-15
        }
        Value::String(text) => node.kind() == Kind::Text && node.as_str() == Some(text),
        Value::Array(values) => {
            let items: Vec<Node<'_>> = node.items().collect();
            node.kind() == Kind::List
                && items.len() == values.len()
                && items.iter().zip(values).all(|(node, value)| agree(*node, value))
        }
        Value::Object(values) => {
            let entries: BTreeMap<&str, Node<'_>> = node.entries().collect();
            node.kind() == Kind::Map
                && entries.len() == values.len()
                && entries.iter().all(|(key, node)| values.get(*key).is_some_and(|value| agree(*node, value)))
        }
    }
}

#[test]
fn serde_json_takes_the_same_and_reads_the_same() {
    let samples = [
        r#"{"a":[1,-2.5e3,0,true,false,null],"b":{"c":"x\u041f\ud83d\ude00\n","":[]},"длина":"Привет, мир"}"#,
        r#"[{"id":"1","ip":["10.0.0.1"]},{"id":2,"e":{}},[[[]]],"\\\"/",1E-5,12345678901234567890]"#,
        r#"  "a long text without escapes but with ы and \\ one"  "#,
    ];
    let pieces: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\\u",
        b"d83d",
        b"\\ude00",
        b"0",
        b"9",
        b".",
        b"e",
        b"E+",
        b"-",
        b"true",
        b"null",
        b"fals",
        b" ",
        b"\n",
        b"\x01",
        b"\xD1\x8F",
        b"\xD1",
        b"{}",
        b"[]",
        b"\"k\":",
        b",1",
    ];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..60_000 {
        let mut body = samples[random.below(samples.len())].as_bytes().to_vec();
        for _ in 0..random.below(4) {
            let at = random.below(body.len() + 1);
            let piece = pieces[random.below(pieces.len())];
            match random.below(3) {
                0 => body.splice(at..at, piece.iter().copied()).for_each(drop),
                1 => body.splice(at..(at + piece.len()).min(body.len()), piece.iter().copied()).for_each(drop),
                _ => body.drain(at..(at + random.below(4)).min(body.len())).for_each(drop),
            }
        }
        let shown = String::from_utf8_lossy(&body).into_owned();
        match (parse(Format::Json, &body, &Limits::DEFAULT), serde_json::from_slice::<Value>(&body)) {
            (Ok(document), Ok(value)) => {
                assert!(agree(document.root(), &value), "{shown}");
                taken += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            // What a number is worth is not looked at here.
            (Ok(_), Err(error)) if error.to_string().contains("number out of range") => {}
            (Ok(_), Err(error)) => panic!("only serde_json refuses {shown}: {error}"),
            (Err(error), Ok(_)) => panic!("only we refuse {shown}: {error}"),
        }
    }
    assert!(taken > 10_000 && refused > 10_000, "{taken} taken, {refused} refused");
}

/// Xorshift: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
