//! Values, errors and where they are, cuts, and depth.

use crate::{Format, Limits, parse};

/// The document as its debug text, or the error as its message.
fn shown(body: &str) -> String {
    match parse(Format::Php, body.as_bytes(), &Limits::DEFAULT) {
        Ok(document) => format!("{:?}", document.root()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn scalars() {
    assert_eq!(shown("N;"), "null");
    assert_eq!(shown("b:1;"), "true");
    assert_eq!(shown("b:0;\n"), "false");
    assert_eq!(shown("i:-5;"), "-5");
    assert_eq!(shown("i:99999999999999999999;"), "99999999999999999999");
    for lexeme in ["1.0E+25", "1.5E-10", "0.1", "-0", "INF", "-INF", "NAN"] {
        assert_eq!(shown(&format!("d:{lexeme};")), lexeme);
    }
    assert_eq!(shown("s:0:\"\";"), "\"\"");
    assert_eq!(shown("s:12:\"Привет\";"), "\"Привет\"");
    assert_eq!(shown("s:4:\"a\";b\";"), "\"a\\\";b\"");
    assert_eq!(shown("E:11:\"Suit:Hearts\";"), "\"Suit:Hearts\"");
}

#[test]
fn a_list_is_a_list_only_with_keys_in_order() {
    assert_eq!(shown("a:0:{}"), "[]");
    assert_eq!(shown("a:2:{i:0;i:7;i:1;a:1:{i:0;N;}}"), "[7, [null]]");
    assert_eq!(shown("a:2:{i:1;i:7;i:0;N;}"), "{\"1\": 7, \"0\": null}");
    assert_eq!(shown("a:2:{i:0;a:1:{i:0;N;}s:1:\"1\";N;}"), "{\"0\": [null], \"1\": null}");
    assert_eq!(shown("a:1:{i:-0;N;}"), "{\"-0\": null}");
}

#[test]
fn objects_are_maps_without_their_visibility() {
    assert_eq!(
        shown("O:1:\"A\":3:{s:1:\"a\";i:1;s:4:\"\0*\0b\";i:2;s:4:\"\0A\0c\";i:3;}"),
        "{\"a\": 1, \"b\": 2, \"c\": 3}"
    );
    assert_eq!(shown("O:8:\"stdClass\":0:{}"), "{}");
    assert_eq!(shown("a:1:{s:3:\"\0*\0\";N;}"), "{\"\\0*\\0\": null}");
}

#[test]
fn errors_say_where() {
    for (body, error) in [
        ("x", "expected a serialized PHP value at byte 0"),
        ("\nN;", "expected a serialized PHP value at byte 0"),
        ("N;<br />", "there are bytes after the end of the document at byte 2"),
        ("i:1", "the body ends too early at byte 3"),
        ("i:;", "expected a digit at byte 2"),
        ("i:0x1;", "expected `;` after an integer at byte 3"),
        ("b:2;", "expected `0` or `1` at byte 2"),
        ("d:1.;", "expected a digit after the point at byte 4"),
        ("s:99999999999999:\"", "the body ends too early at byte 2"),
        ("s:18446744073709551616:\"", "the body ends too early at byte 2"),
        ("s:-1:\"\";", "expected a length at byte 2"),
        ("s:1:\"я\";", "expected a length that ends between two characters at byte 2"),
        ("s:1:\"ab\";", "expected `\"` where the length of the text ends at byte 6"),
        ("a:999999999:{", "the body ends too early at byte 2"),
        ("a:1:{i:0;i:1;i:1;i:2;}", "expected `}` after the last entry at byte 13"),
        ("a:1:{N;N;N;N;}", "expected an array key at byte 5"),
        ("a:1:{i:0;R:1;}", "a PHP reference is not accepted at byte 9"),
        ("C:1:\"A\":0:{}", "a PHP class with custom serialisation is not accepted at byte 0"),
    ] {
        assert_eq!(shown(body), error, "{body}");
    }
}

#[test]
fn every_cut_is_an_error() {
    let body = "a:3:{i:0;d:1.5E+3;s:2:\"я\";O:1:\"A\":1:{s:1:\"p\";b:1;}i:9;a:1:{i:0;s:1:\"x\";}}";
    for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
        let cut = &body[..end];
        assert!(parse(Format::Php, cut.as_bytes(), &Limits::DEFAULT).is_err(), "{cut}");
    }
    assert!(!shown(body).contains("at byte"), "{}", shown(body));
}

#[test]
fn depth_is_limited_and_needs_no_stack() {
    let mut body = "a:1:{i:0;".repeat(100_000);
    body.push_str("N;");
    body.push_str(&"}".repeat(100_000));
    assert_eq!(shown(&body), "the document nests deeper than 64 levels (`max_depth`) at byte 576");
    let limits = Limits { max_depth: 200_000, ..Limits::DEFAULT };
    let nodes = parse(Format::Php, body.as_bytes(), &limits).map(|document| document.node_count());
    assert_eq!(nodes, Ok(200_001));
}
