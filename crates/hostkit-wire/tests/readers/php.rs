//! What real PHP wrote: the fixtures of `php/make.php` in three forms, against each other and against expectations.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[cfg(feature = "server")]
use hostkit_wire::Value;
use hostkit_wire::{Format, Limits, parse};

use crate::tree::{read, same_floats, without_types};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/php")
}

fn bytes(case: &str, form: &str) -> Vec<u8> {
    let path = folder().join(format!("{case}.{form}"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cases that have a file of this form.
fn cases(form: &str) -> Vec<String> {
    let files = fs::read_dir(folder()).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut cases: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == form))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    cases.sort();
    cases
}

fn shown(format: Format, case: &str, form: &str) -> String {
    match parse(format, &bytes(case, form), &Limits::DEFAULT) {
        Ok(document) => format!("{:?}", document.root()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn serialize_and_json_are_one_value() {
    let cases = cases("json");
    assert!(cases.len() >= 19, "{cases:?}");
    for case in cases {
        let php = same_floats(read(Format::Php, &bytes(&case, "serialize")));
        let json = same_floats(read(Format::Json, &bytes(&case, "json")));
        assert_eq!(php, json, "{case}");
    }
}

#[test]
fn serialize_and_print_r_are_one_value_but_for_types() {
    let cases = cases("print_r");
    assert!(cases.len() >= 22, "{cases:?}");
    for case in cases.iter().filter(|case| *case != "enum") {
        let php = without_types(read(Format::Php, &bytes(case, "serialize")));
        let printed = without_types(read(Format::PrintR, &bytes(case, "print_r")));
        assert_eq!(php, printed, "{case}");
    }
}

/// What an HTML page or a log makes of `print_r`: one line of single blanks.
#[test]
fn the_flat_form_is_the_same_value() {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A key with brackets and texts like `[x] =>` cannot be told from syntax there.
    for case in cases("print_r").iter().filter(|case| *case != "awkward_text" && *case != "numeric_string_keys") {
        let body = String::from_utf8_lossy(&bytes(case, "print_r")).into_owned();
        let indented = read(Format::PrintR, body.as_bytes());
        let flattened = flat(&body);
        assert_eq!(read(Format::PrintR, flattened.as_bytes()), indented, "{case}");
        let inner = flattened.strip_prefix("Array (").and_then(|rest| rest.strip_suffix(')')).unwrap_or("");
        if !inner.trim().is_empty() {
            assert_eq!(read(Format::PrintR, inner.as_bytes()), indented, "{case} without the outer array");
        }
    }
}

#[test]
fn expectations() {
    for (case, php, printed) in [
        (
            "ints",
            r#"{"min": -9223372036854775808, "max": 9223372036854775807, "minus_zero": 0, "one": 1, "minus": -42}"#,
            r#"{"min": "-9223372036854775808", "max": "9223372036854775807", "minus_zero": "0", "one": "1", "minus": "-42"}"#,
        ),
        ("int_keys_with_holes", r#"{"0": "a", "2": "b", "5": "c"}"#, r#"{"0": "a", "2": "b", "5": "c"}"#),
        ("int_keys_unordered", r#"{"1": "one", "0": "zero", "2": "two"}"#, r#"{"1": "one", "0": "zero", "2": "two"}"#),
        (
            "mixed_keys",
            r#"{"0": "zero", "name": "text", "1": "one", "": "empty"}"#,
            r#"{"0": "zero", "name": "text", "1": "one", "": "empty"}"#,
        ),
        (
            "floats",
            "{\"big\": 1.0E+25, \"small\": 1.5E-10, \"tenth\": 0.1, \"sum\": 0.30000000000000004, \"whole\": 5, \
             \"price\": -17.55, \"digits15\": 123456789012345, \"minus_zero\": -0, \"million\": 1000000, \
             \"e17\": 1.0E+17}",
            "{\"big\": \"1.0E+25\", \"small\": \"1.5E-10\", \"tenth\": \"0.1\", \"sum\": \"0.3\", \"whole\": \"5\", \
             \"price\": \"-17.55\", \"digits15\": \"1.2345678901234E+14\", \"minus_zero\": \"-0\", \
             \"million\": \"1000000\", \"e17\": \"1.0E+17\"}",
        ),
        (
            "floats_not_finite",
            r#"{"inf": INF, "minus_inf": -INF, "nan": NAN}"#,
            r#"{"inf": "INF", "minus_inf": "-INF", "nan": "NAN"}"#,
        ),
        ("empty_array", "[]", "[]"),
        (
            "empty_values",
            r#"{"text": "", "array": [], "null": null, "list": ["", [], null]}"#,
            r#"{"text": "", "array": [], "null": "", "list": ["", [], ""]}"#,
        ),
        ("nested_lists", "[[1, 2, [3, [4, []]]], [[5]], 6]", r#"[["1", "2", ["3", ["4", []]]], [["5"]], "6"]"#),
        (
            "bool_null",
            r#"{"yes": true, "no": false, "none": null, "list": [true, false, null]}"#,
            r#"{"yes": "1", "no": "", "none": "", "list": ["1", "", ""]}"#,
        ),
        (
            "std_class",
            r#"{"id": 7, "inner": {}, "list": [{"a": 1}]}"#,
            r#"{"id": "7", "inner": {}, "list": [{"a": "1"}]}"#,
        ),
        (
            "class",
            r#"{"account": {"login": "ivan", "balance": 17.55, "level": 3}}"#,
            r#"{"account": {"login": "ivan", "balance": "17.55", "level": "3"}}"#,
        ),
        ("enum", r#"{"suit": "Suit:Hearts"}"#, r#"{"suit": {"name": "Hearts", "value": "H"}}"#),
        (
            "cyrillic",
            r#"{"имя": "Иван Петров", "город": "Київ", "price": "350 руб."}"#,
            r#"{"имя": "Иван Петров", "город": "Київ", "price": "350 руб."}"#,
        ),
    ] {
        assert_eq!(shown(Format::Php, case, "serialize"), php, "{case}");
        assert_eq!(shown(Format::PrintR, case, "print_r"), printed, "{case}");
    }
    let body = bytes("awkward_text", "print_r");
    let Ok(document) = parse(Format::PrintR, &body, &Limits::DEFAULT) else { panic!("awkward_text is not read") };
    let lines = document.root().get("lines").and_then(|node| node.as_str());
    assert_eq!(lines, Some("first\nsecond\n)\n  [x] => y\n\nlast"));
    assert_eq!(document.root().get("key [with] brackets").and_then(|node| node.as_str()), Some("1"));
}

#[test]
fn every_cut_of_a_fixture_is_an_error() {
    for case in cases("serialize") {
        let body = bytes(&case, "serialize");
        for end in 0..body.len() {
            assert!(parse(Format::Php, &body[..end], &Limits::DEFAULT).is_err(), "{case} cut at {end}");
        }
    }
    // A text with a line `)` looks like the end where the body is cut behind it.
    for case in cases("print_r").into_iter().filter(|case| case != "awkward_text") {
        let body = bytes(&case, "print_r");
        // Only the line feed behind the last parenthesis may be missing.
        for end in 0..body.trim_ascii_end().len() {
            assert!(parse(Format::PrintR, &body[..end], &Limits::DEFAULT).is_err(), "{case} cut at {end}");
        }
    }
}

/// Runs PHP with a text on its standard input; `None`, said aloud, where there is no PHP.
fn php(arguments: &[&str], input: &[u8]) -> Option<String> {
    let command = Command::new("php").arg("-n").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = command else {
        println!("skipped: there is no `php` on PATH");
        return None;
    };
    let mut stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    Some(match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => panic!("php: {error}"),
    })
}

#[test]
fn the_fixtures_are_what_php_makes_today() {
    let folder = folder();
    let (script, folder) = (folder.join("make.php"), folder.as_path());
    if let Some(differences) = php(&[&script.display().to_string(), &folder.display().to_string(), "--check"], b"") {
        assert_eq!(differences, "");
    }
}

/// Cases whose objects become arrays when they are read.
#[cfg(feature = "server")]
const OBJECTS: [&str; 4] = ["std_class", "std_class_with_int_keys", "class", "enum"];

#[cfg(feature = "server")]
#[test]
fn the_writers_write_the_fixtures_again() {
    for case in cases("serialize").iter().filter(|case| !OBJECTS.contains(&case.as_str())) {
        let mut value = read(Format::Php, &bytes(case, "serialize"));
        if case == "floats" {
            // `d:5;` is read as a number like any other and would come back as an integer: say that it is a float.
            value = crate::tree::mapped(value, &|leaf| match leaf {
                Value::Number(lexeme) if lexeme.parse::<i64>().is_ok() && lexeme != "-0" => {
                    Value::Number(lexeme + ".0")
                }
                other => other,
            });
        }
        for (format, form) in [(Format::Php, "serialize"), (Format::PrintR, "print_r")] {
            match hostkit_wire::write(format, &value) {
                Ok(written) => {
                    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&bytes(case, form)), "{case}")
                }
                Err(error) => panic!("{case}.{form}: {error}"),
            }
        }
    }
}

/// PHP reads what we wrote, and writes it again: byte for byte the same, in each of its forms.
#[cfg(feature = "server")]
#[test]
fn php_reads_and_repeats_what_we_write() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = crate::tree::any_value();
    let mut wanted = String::new();
    let mut input = String::new();
    let written = |format, value: &Value| match hostkit_wire::write(format, value) {
        Ok(bytes) => hex(&bytes),
        Err(error) => panic!("{format:?}: {error}"),
    };
    for _ in 0..2_000 {
        let Ok(sample) = strategy.new_tree(&mut runner) else { panic!("no value was made") };
        let value = sample.current();
        let (php, print_r) = (written(Format::Php, &value), written(Format::PrintR, &value));
        // json_encode() as this crate writes it, from what PHP made of the value.
        let decoded = read(Format::Php, &hostkit_wire::write(Format::Php, &value).unwrap_or_default());
        let json = crate::tree::mapped(decoded, &|leaf| match leaf {
            Value::Number(lexeme) => Value::Number(lexeme.to_lowercase()),
            other => other,
        });
        let json = written(Format::Json, &json);
        input.push_str(&format!("{php}\n"));
        wanted.push_str(&format!("{php} {print_r} {json}\n"));
    }
    let script = "ini_set('precision', '14'); ini_set('serialize_precision', '-1');
        foreach (file('php://stdin', FILE_IGNORE_NEW_LINES) as $line) {
            $value = unserialize(hex2bin($line));
            $json = json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
            echo bin2hex(serialize($value)), ' ', bin2hex(print_r($value, true)), ' ', bin2hex($json), \"\\n\";
        }";
    let Some(repeated) = php(&["-r", script], input.as_bytes()) else { return };
    for (repeated, wanted) in repeated.lines().zip(wanted.lines()) {
        for (repeated, wanted) in repeated.split(' ').zip(wanted.split(' ')) {
            assert_eq!(text(repeated), text(wanted));
        }
    }
    assert_eq!(repeated.lines().count(), 2_000);
}

#[cfg(feature = "server")]
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(feature = "server")]
fn text(hex: &str) -> String {
    let bytes = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    let bytes: Vec<u8> = bytes.map(|pair| u8::from_str_radix(pair, 16).unwrap_or_default()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
