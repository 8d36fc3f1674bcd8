//! P14: readers never panic and never overflow a stack of 256 KiB; an error says where, and that is in the body.
//!
//! `HOSTKIT_PROMISE_SIZE=long` runs more; a case that fails prints `HOSTKIT_PROMISE_CASE=…`, which runs it alone.

use hostkit_wire::{Format, Limits, WireErrorKind, parse, parse_any};

use crate::common::{FORMATS, SAMPLES};
use crate::mutation::{Case, Random, cases, change, on_a_small_stack};

/// Limits that nothing here reaches: what holds then is the reader itself.
const WIDE: Limits =
    Limits { max_bytes: usize::MAX, max_nodes: usize::MAX, max_depth: usize::MAX, max_items: usize::MAX };

/// Reads a body and looks at what came of it; says whether it could be read.
fn read(format: Format, body: &[u8], limits: &Limits) -> bool {
    match parse(format, body, limits) {
        Ok(document) => {
            crate::common::check(&document);
            true
        }
        Err(error) => {
            assert!(error.offset() <= body.len(), "{error}: {}", String::from_utf8_lossy(body));
            assert!(error.to_string().len() < 400, "an error of {} bytes", error.to_string().len());
            false
        }
    }
}

#[test]
fn readers_hold_against_random_changes() {
    on_a_small_stack(|| {
        let small = Limits { max_bytes: 300, max_nodes: 40, max_depth: 5, max_items: 9 };
        let (seed, numbers) = cases(12_000, 2_000_000);
        let others: Vec<&[u8]> = SAMPLES.iter().map(|(_, sample)| sample.as_bytes()).collect();
        let (count, mut taken, mut refused) = (numbers.end - numbers.start, 0, 0);
        for number in numbers {
            let _case = Case(seed, number);
            let mut random = Random::of(seed, number);
            let (format, sample) = SAMPLES[random.below(SAMPLES.len())];
            let mut body = sample.as_bytes().to_vec();
            for _ in 0..=random.below(6) {
                change(&mut body, &mut random, &others);
            }
            let format = if random.below(8) == 0 { FORMATS[random.below(FORMATS.len())] } else { format };
            for limits in [&Limits::DEFAULT, &small] {
                match read(format, &body, limits) {
                    true => taken += 1,
                    false => refused += 1,
                }
            }
            match parse_any(&FORMATS, &body, &Limits::DEFAULT) {
                Ok(document) => crate::common::check(&document),
                Err(error) => assert!(error.offset() <= body.len(), "{error}"),
            }
        }
        println!("P14: {count} cases, changed samples of {} formats, {taken} read, {refused} refused", FORMATS.len());
        // Both happen, or the changes are no good.
        assert!(count == 1 || (taken > count / 12 && refused > count / 12), "{taken} read, {refused} refused");
    });
}

/// What stands before, at the bottom of, and behind each level of nesting.
fn levels(format: Format) -> &'static [[&'static str; 3]] {
    match format {
        Format::Json => &[["[", "0", "]"], ["{\"a\":", "0", "}"], ["[{\"a\":", "\"\"", "}]"], ["[0,", "[]", "]"]],
        Format::Xml => &[["<a>", "x", "</a>"], ["<a b='c'>x", "", "</a>"], ["<a><b/>", "<c/>", "</a>"]],
        Format::Php => &[["a:1:{i:0;", "N;", "}"], ["O:1:\"A\":1:{s:1:\"a\";", "i:0;", "}"]],
        Format::PrintR => &[
            ["Array\n(\n    [0] => ", "x", "\n)\n"],
            ["Array ( [a] => ", "x", " )"],
            ["[a] => A Object ( ", "", " ) "],
        ],
        Format::Form => &[["a[b", "=c", "]"], ["%25", "", "%3D"]],
    }
}

#[test]
fn depth_costs_no_stack() {
    on_a_small_stack(|| {
        let (mut count, mut deepest) = (0, 0);
        for format in FORMATS {
            for (index, [open, inner, close]) in levels(format).iter().enumerate() {
                for depth in [1, 63, 64, 65, 100, 1_000, 10_000, 100_000, 1_000_000] {
                    if depth > largest(index == 0) {
                        continue;
                    }
                    let opened = open.repeat(depth);
                    let body = format!("{opened}{inner}{}", close.repeat(depth));
                    for (body, limits) in [(&body, &WIDE), (&opened, &Limits::DEFAULT), (&body, &Limits::DEFAULT)] {
                        count += 1;
                        if parse(format, body.as_bytes(), limits).is_ok_and(|document| document.node_count() >= depth) {
                            deepest = deepest.max(depth);
                        }
                    }
                    if depth > Limits::DEFAULT.max_depth && matches!(format, Format::Json | Format::Xml | Format::Php) {
                        let error = parse(format, body.as_bytes(), &Limits::DEFAULT).map(|_| ()).expect_err("too deep");
                        let is_limit = matches!(error.kind(), WireErrorKind::TooDeep(_) | WireErrorKind::TooLong(_));
                        assert!(is_limit, "{format:?}, {depth} times {open}: {error}");
                    }
                }
            }
        }
        println!("P14: {count} cases, levels up to {deepest}");
        assert_eq!(deepest, 1_000_000);
    });
}

/// The largest step of a ladder. A million of everything takes a minute without optimisation.
fn largest(is_first: bool) -> usize {
    if is_first || crate::mutation::is_long() { 1_000_000 } else { 50_000 }
}

/// What stands around a wide body, and what it is made of.
const WIDE_BODIES: &[(Format, [&str; 3])] = &[
    (Format::Json, ["[", "0,", "0]"]),
    (Format::Json, ["[", "\"\\u0000\",", "0]"]),
    (Format::Json, ["{", "\"a\":0,", "\"b\":0}"]),
    (Format::Json, ["\"", "\\n", "\""]),
    (Format::Json, ["", "7", ""]),
    (Format::Json, ["1e", "9", ""]),
    (Format::Json, ["", " ", "0"]),
    (Format::Xml, ["<a>", "<b/>", "</a>"]),
    (Format::Xml, ["<a>", "<![CDATA[]]>", "</a>"]),
    (Format::Xml, ["<a>", "<![CDATA[x]]>", "</a>"]),
    (Format::Xml, ["<a>", "<!---->", "</a>"]),
    (Format::Xml, ["<a>", "<?p?>", "</a>"]),
    (Format::Xml, ["<a>", "&#65;", "</a>"]),
    (Format::Xml, ["<a>", "x<b/>", "</a>"]),
    (Format::Xml, ["<a", " b=''", "/>"]),
    (Format::Xml, ["<", "a", "/>"]),
    (Format::Xml, ["<a b='", "&lt;", "'/>"]),
    (Format::Xml, ["<a>&", "#", ";</a>"]),
    (Format::Xml, ["", "<!---->", "<a/>"]),
    (Format::Xml, ["<a/>", "<!---->", ""]),
    (Format::Xml, ["<?xml version='1.0' encoding='", "x", "'?><a/>"]),
    (Format::Php, ["i:", "7", ";"]),
    (Format::Php, ["d:0.", "7", ";"]),
    (Format::Php, ["s:", "0", "1:\"a\";"]),
    (Format::Php, ["a:1000000:{", "i:0;N;", "}"]),
    (Format::PrintR, ["Array\n(\n", "    [a] => b\n", ")\n"]),
    (Format::PrintR, ["Array ( ", "[a] => b ", ")"]),
    (Format::PrintR, ["Array ( [a] => ", "( ", ")"]),
    (Format::PrintR, ["Array ( [a] => ", "[", ")"]),
    (Format::Form, ["", "a&", ""]),
    (Format::Form, ["a=", "%D1%8F", ""]),
    (Format::Form, ["", "&", ""]),
    (Format::Form, ["a=", "%EF%BF%BD\u{FFFD}", ""]),
];

#[test]
fn width_costs_no_stack() {
    on_a_small_stack(|| {
        let (mut count, mut seen) = (0, Vec::new());
        for (format, [before, piece, behind]) in WIDE_BODIES {
            let is_first = !seen.contains(format);
            seen.push(*format);
            for width in [1, 254, 255, 256, 40_000, 65_535, 65_536, 1_000_000] {
                if width > largest(is_first) {
                    continue;
                }
                let body = [before, piece.repeat(width).as_str(), behind].concat();
                let limits = if width % 2 == 0 { &WIDE } else { &Limits::DEFAULT };
                count += 1;
                read(*format, body.as_bytes(), limits);
            }
        }
        println!("P14: {count} cases, widths up to 1000000");
        assert_eq!(seen.len(), WIDE_BODIES.len());
    });
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    let wrong: [&[u8]; 12] = [
        b"\xFF",
        b"\xFE\xFF\x00{",
        b"\xFF\xFE{\x00",
        b"\xC0\x80",
        b"\xED\xA0\x80",
        b"\xF4\x90\x80\x80",
        b"\x80",
        b"\xE2\x82",
        b"\xF0\x9F\x98",
        b"\xCF\xF0\xE8",
        b"\xC3(",
        b"\xFC\x80\x80\x80\x80\x80",
    ];
    let mut count = 0;
    for (format, sample) in SAMPLES {
        for bytes in wrong {
            for at in 0..=sample.len() {
                let body = [&sample.as_bytes()[..at], bytes, &sample.as_bytes()[at..]].concat();
                count += 1;
                assert!(!read(*format, &body, &Limits::DEFAULT), "{}", String::from_utf8_lossy(&body));
            }
        }
    }
    println!("P14: {count} cases, bytes that are not UTF-8 at every place of every sample");
}
