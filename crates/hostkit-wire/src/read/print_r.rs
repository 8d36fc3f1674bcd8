//! Reads what PHP's `print_r` prints for arrays and objects: indented, or flattened to one line of single blanks.
//!
//! `print_r` escapes nothing, so some texts are indistinguishable from syntax. The rules are fixed, and every scalar is
//! text:
//!
//! * The text is *indented* if it starts with `Array` or `Class Object`, a line `(`, and a line that is `)` or starts
//!   with four blanks and `[`. Everything else is *flat*. See [`indented`] and [`flat`] for their rules.
//! * The flat form may lack the outer `Array (` and its `)`: the entries then go on to the end of the body.
//! * A container whose keys are 0, 1, 2, … in order is a list, as in PHP; an object is always a map.
//! * Property names lose their `:protected` and `:Class:private`.
//!
//! Deliberately not here: types. `print_r` prints `true` as `1`, and nothing for `false`, `null` and the empty text.

mod flat;
mod frame;
mod indented;

use crate::WireError;
use crate::builder::Builder;

pub(super) fn read(body: &str, builder: &mut Builder<'_>) -> Result<(), WireError> {
    match indented::applies(body) {
        true => indented::read(body, builder),
        false => flat::read(body, builder),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Limits, parse};

    /// The document as its debug text, or the error as its message.
    fn shown(body: &str) -> String {
        match parse(Format::PrintR, body.as_bytes(), &Limits::DEFAULT) {
            Ok(document) => format!("{:?}", document.root()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn without_the_outer_array() {
        assert_eq!(
            shown(
                "[method] => createVPS [result] => success [msg] => ok [retx] => Array ( [result] => success \
                 [msg] => VSCD: VPS added to queue [error_code] => 0 )"
            ),
            r#"{"method": "createVPS", "result": "success", "msg": "ok", "retx": {"result": "success", "msg": "VSCD: VPS added to queue", "error_code": "0"}}"#
        );
        assert_eq!(shown("[0] => a )\n[1] => (b)"), r#"["a )", "(b)"]"#);
    }

    #[test]
    fn flat() {
        assert_eq!(
            shown(
                "Array ( [method] => createVPS [result] => fail \
                 [msg] => Vps exists with current main_id (21968) , W:47012 [error_code] => 904 )"
            ),
            r#"{"method": "createVPS", "result": "fail", "msg": "Vps exists with current main_id (21968) , W:47012", "error_code": "904"}"#
        );
        assert_eq!(shown("Array ( )"), "[]");
        assert_eq!(shown("Array ( [x] => [y] => [z] => )"), r#"{"x": "", "y": "", "z": ""}"#);
        assert_eq!(
            shown("Array ( [0] => Array ( ) [1] => stdClass Object ( ) [2] => Array ( [0] => Array ) )"),
            r#"[[], {}, ["Array"]]"#
        );
        assert_eq!(
            shown("Array ( [a] => one ( two ) [b] => see [1] or ) not )"),
            r#"{"a": "one ( two )", "b": "see [1] or ) not"}"#
        );
        assert_eq!(shown("A Object ( [b:protected] => 1 [c:A:private] => 2 )"), r#"{"b": "1", "c": "2"}"#);
    }

    #[test]
    fn indented() {
        let body = "Array\n(\n    [a] => \nline\n        )\n    [not] an entry\n    [b] => Array\n        (\n            \
                    [0] => x\n            [1] => )\n)\n        )\n\n    [c] => Array\n    [d] =>\n    [e] => stdClass Object\n        (\n        )\n\n)\n";
        let value =
            r#"{"a": "\nline\n        )\n    [not] an entry", "b": ["x", ")\n)"], "c": "Array", "d": "", "e": {}}"#;
        assert_eq!(shown(body), value);
        assert_eq!(shown(&format!("\n{body}\n")), value);
        assert_eq!(shown(&body.replace("=>\n", "=>\r\n").replace("(\n", "(\r\n")), value);
    }

    #[test]
    fn errors_say_where() {
        for (body, error) in [
            ("text", "expected `Array (` or `[key] =>` at byte 0"),
            ("Array (", "expected `Array (` or `[key] =>` at byte 0"),
            ("Array ( [a] => b", "the body ends too early at byte 16"),
            ("Array ( [a] => b ) )", "there are bytes after the end of the document at byte 19"),
            ("Array ( ) x", "there are bytes after the end of the document at byte 10"),
            ("[a] => Array ( [b] => c", "the body ends too early at byte 23"),
            ("Array\n(\n    [a] => b\n", "the body ends too early at byte 21"),
            ("Array\n(\n)\nx", "expected an entry, or the closing parenthesis, of this level at byte 8"),
            (
                "Array\n(\n    [a] => Array\n        (\n        )\n)\n",
                "expected an entry, or the closing parenthesis, of this level at byte 35",
            ),
        ] {
            assert_eq!(shown(body), error, "{body}");
        }
    }

    #[test]
    fn every_cut_of_the_full_forms_is_an_error() {
        for body in [
            "Array ( [a] => b [c] => Array ( [0] => d (e) ) [f] => g )",
            "Array\n(\n    [a] => b\n    [c] => Array\n        (\n            [0] => d\n        )\n\n    [f] => g\n)",
        ] {
            assert!(!shown(body).contains("at byte"), "{}", shown(body));
            for end in 0..body.len() {
                assert!(parse(Format::PrintR, &body.as_bytes()[..end], &Limits::DEFAULT).is_err(), "{}", &body[..end]);
            }
        }
    }

    #[test]
    fn depth_is_limited() {
        let limit = "the document nests deeper than 64 levels";
        assert!(shown(&"Array ( [0] => ".repeat(100_000)).starts_with(limit));
        assert!(shown(&"[0] => Array ( ".repeat(100_000)).starts_with(limit));
    }

    /// Each of these takes minutes where something is read again for every token.
    #[test]
    fn time_is_linear() {
        let start = std::time::Instant::now();
        for piece in
            ["[", "[a] =>", "[a] => b ", " ) ", " ( ", " ) [a", "Array ( ", "\n        ) ", "    [a] => b\n", " "]
        {
            for head in
                ["Array ( [0] => ", "[0] => ", "Array\n(\n    [0] => ", "Array\n(\n    [0] => Array\n        (\n"]
            {
                let _ = parse(Format::PrintR, format!("{head}{}", piece.repeat(100_000)).as_bytes(), &Limits::DEFAULT);
            }
        }
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }
}
