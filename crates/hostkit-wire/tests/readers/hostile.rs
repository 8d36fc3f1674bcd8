//! Input that was made to hurt: each is a result or an error, on a stack of 256 KiB, in linear time.

use std::fmt::Write as _;
use std::time::Duration;

use hostkit_wire::{Format, Limits, WireErrorKind, parse};

use crate::common::{FORMATS, SAMPLES};
use crate::tree::read;

/// Limits that nothing here reaches: what holds then is the reader itself.
const WIDE: Limits =
    Limits { max_bytes: usize::MAX, max_nodes: usize::MAX, max_depth: usize::MAX, max_items: usize::MAX };

/// Runs on a thread with a stack of 256 KiB.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(work).expect("a thread");
    assert!(thread.join().is_ok());
}

/// The number of nodes, or what is wrong.
fn nodes(format: Format, body: &str, limits: &Limits) -> Result<usize, WireErrorKind> {
    match parse(format, body.as_bytes(), limits) {
        Ok(document) => {
            crate::common::check(&document);
            Ok(document.node_count())
        }
        Err(error) => {
            assert!(error.offset() <= body.len(), "{format:?}: {error}");
            Err(error.kind().clone())
        }
    }
}

#[test]
fn lengths_are_not_believed() {
    on_a_small_stack(|| {
        for body in [
            "s:99999999999999:\"",
            "s:18446744073709551615:\"a\";",
            "s:18446744073709551616:\"a\";",
            "s:4294967295:\"a\";",
            "s:-1:\"a\";",
            "a:99999999999999:{i:0;i:1;}",
            "a:18446744073709551616:{}",
            "a:-1:{}",
            "O:99999999999:\"A\":0:{}",
            "O:1:\"A\":99999999999:{}",
            "E:99999999999:\"A:B\";",
        ] {
            assert!(nodes(Format::Php, body, &WIDE).is_err(), "{body}");
        }
    });
}

/// `count` levels, open only and closed again.
fn nested(format: Format, count: usize) -> [String; 2] {
    let (open, inner, close) = match format {
        Format::Json => ("[", "0", "]"),
        Format::Xml => ("<a>", "x", "</a>"),
        Format::Php => ("a:1:{i:0;", "N;", "}"),
        Format::PrintR => ("Array\n(\n    [0] => ", "x", "\n)\n"),
        Format::Form => ("a[b", "=c", "]"),
    };
    [open.repeat(count), open.repeat(count) + inner + &close.repeat(count)]
}

#[test]
fn nesting_is_limited() {
    for format in [Format::Json, Format::Xml, Format::Php] {
        let [open, closed] = nested(format, 100);
        for body in [open, closed] {
            assert_eq!(nodes(format, &body, &Limits::DEFAULT), Err(WireErrorKind::TooDeep(64)), "{format:?}");
        }
        let [open, closed] = nested(format, 60);
        assert_eq!(nodes(format, &open, &Limits::DEFAULT), Err(WireErrorKind::Truncated), "{format:?}");
        assert!(nodes(format, &closed, &Limits::DEFAULT).is_ok(), "{format:?}");
        assert!(nodes(format, &nested(format, 100_000)[1], &WIDE).is_ok(), "{format:?}");
    }
}

#[test]
fn limits_hold() {
    let small = Limits { max_bytes: 64, max_nodes: 7, max_depth: 3, max_items: 4 };
    for (format, body, expected) in [
        (Format::Json, "[0,0,0,0]", Ok(5)),
        (Format::Json, "[0,0,0,0,0]", Err(WireErrorKind::TooManyItems(4))),
        (Format::Json, "[[0,0,0],[0,0,0]]", Err(WireErrorKind::TooManyNodes(7))),
        (Format::Json, "[[[[]]]]", Err(WireErrorKind::TooDeep(3))),
        (Format::Xml, "<a><b/><b/></a>", Ok(7)),
        (Format::Xml, "<a b='' c='' d=''/>", Err(WireErrorKind::TooManyNodes(7))),
        (Format::Xml, "<a><b><c><d/></c></b></a>", Err(WireErrorKind::TooDeep(3))),
        (Format::Php, "a:1:{i:0;a:1:{i:0;a:1:{i:0;a:0:{}}}}", Err(WireErrorKind::TooDeep(3))),
        (Format::Form, "a&b&c&d", Err(WireErrorKind::TooManyNodes(7))),
    ] {
        assert_eq!(nodes(format, body, &small), expected, "{body}");
    }
    for format in FORMATS {
        assert_eq!(nodes(format, &" ".repeat(65), &small), Err(WireErrorKind::TooLong(64)));
    }
}

/// Programs rely on these numbers: a body that reaches one is read, and one that exceeds it is not.
#[test]
fn the_default_limits_are_those_of_the_documentation() {
    let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));
    let lists = |last: usize| format!("[{},{}]", vec![list(999_998); 4].join(","), list(last));
    let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    let levels = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (reaches, exceeds, error) in [
        (levels(64), levels(65), WireErrorKind::TooDeep(64)),
        (list(1_000_000), list(1_000_001), WireErrorKind::TooManyItems(1_000_000)),
        (lists(2), lists(3), WireErrorKind::TooManyNodes(4_000_000)),
        (text(16 << 20), text((16 << 20) + 1), WireErrorKind::TooLong(16 << 20)),
    ] {
        assert!(parse(Format::Json, reaches.as_bytes(), &Limits::DEFAULT).is_ok(), "{error:?}");
        let found = parse(Format::Json, exceeds.as_bytes(), &Limits::DEFAULT).map(|document| document.node_count());
        assert_eq!(found.map_err(|error| error.kind().clone()), Err(error));
    }
}

#[test]
fn entities_are_not_expanded() {
    let mut laughs = String::from("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol0 \"lol\">");
    for index in 1..10 {
        let entity = format!("&lol{};", index - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY lol{index} \"{entity}\">"));
    }
    laughs.push_str("]><lolz>&lol9;</lolz>");
    assert_eq!(nodes(Format::Xml, &laughs, &WIDE), Err(WireErrorKind::Unsupported("a DTD")));
    assert!(nodes(Format::Xml, "<a>&lol9;</a>", &WIDE).is_err());
}

#[test]
fn a_body_that_was_cut_is_an_error() {
    for (format, sample) in SAMPLES {
        assert!(nodes(*format, sample, &Limits::DEFAULT).is_ok(), "{format:?}: {sample}");
        if *format == Format::Form {
            // A form has no end of its own.
            continue;
        }
        let whole = sample.trim_ascii_end().len();
        for end in 0..whole {
            let cut = &sample.as_bytes()[..end];
            assert!(parse(*format, cut, &Limits::DEFAULT).is_err(), "{format:?}: {}", String::from_utf8_lossy(cut));
        }
    }
}

#[test]
fn what_follows_is_an_error() {
    for (format, sample) in SAMPLES {
        for tail in ["<br />", "\n</html>", "}", ")", "\0", "x", sample] {
            let body = format!("{sample}{tail}");
            if *format != Format::Form {
                assert!(nodes(*format, &body, &Limits::DEFAULT).is_err(), "{format:?}: {body}");
            }
        }
    }
}

/// D10: editors and PHP files leave marks and line breaks before a document, and each include may leave one more.
#[test]
fn marks_and_blanks_before_a_document_are_skipped() {
    for (format, sample) in SAMPLES {
        let plain = read(*format, sample.as_bytes());
        for before in ["\u{FEFF}", "\u{FEFF}\u{FEFF}", "\n\u{FEFF}", "\u{FEFF}\r\n\u{FEFF}"] {
            let body = [before, sample].concat();
            assert_eq!(read(*format, body.as_bytes()), plain, "{format:?}: {body:?}");
        }
    }
}

#[test]
fn pages_and_nothing_are_errors_in_every_format() {
    let page = "<!DOCTYPE html>\n<html><head><title>502</title></head><body>[1]</body></html>";
    for format in FORMATS {
        for body in [page.to_owned(), format!("\u{FEFF}\n {page}"), page.to_ascii_uppercase(), page[16..].to_owned()] {
            assert_eq!(nodes(format, &body, &Limits::DEFAULT), Err(WireErrorKind::Html), "{format:?}: {body}");
        }
        if format != Format::Form {
            for body in ["", "\u{FEFF}", " \r\n"] {
                assert_eq!(nodes(format, body, &Limits::DEFAULT), Err(WireErrorKind::Empty), "{format:?}");
            }
        }
        for (body, reads_like_1251) in [(&b"\"\xCF\xF0\xE8\xE2\xE5\xF2\""[..], true), (b"\"\xD0\x9F\xD1\"", false)] {
            let error = parse(format, body, &Limits::DEFAULT).unwrap_err();
            assert_eq!(error.kind(), &WireErrorKind::NotUtf8(reads_like_1251));
        }
    }
}

#[test]
fn a_number_may_be_long() {
    let digits = "7".repeat(1_000_000);
    for (format, body) in [
        (Format::Json, format!("[{digits},-{digits}.{digits}E{digits}]")),
        (Format::Php, format!("a:1:{{i:0;i:{digits};}}")),
        (Format::Php, format!("d:-{digits}.{digits};")),
        (Format::Xml, format!("<a b='{digits}'>{digits}</a>")),
    ] {
        assert!(nodes(format, &body, &Limits::DEFAULT).is_ok(), "{format:?}");
    }
    assert!(nodes(Format::Php, &format!("s:{digits}:\"a\";"), &WIDE).is_err());
    assert!(nodes(Format::Php, &format!("a:1:{{i:{digits};N;}}"), &WIDE).is_ok());
    assert!(nodes(Format::Xml, &format!("<a>&#{digits};</a>"), &WIDE).is_err());
}

/// A body with so many of something, which would show a reader that is not linear.
type Growing = (Format, &'static str, fn(usize) -> String);

/// Those that may also have a million.
const WIDE_LISTS: &[Growing] = &[
    (Format::Json, "a list", |count| format!("[{}0]", "0,".repeat(count))),
    (Format::Json, "maps", |count| format!("[{}{{}}]", "{},".repeat(count))),
    (Format::Json, "keys", |count| format!("{{{}\"\":0}}", numbered(count, "\"", "\":0,"))),
    (Format::Xml, "elements", |count| format!("<r>{}</r>", "<a/>".repeat(count))),
    (Format::Xml, "attributes", |count| format!("<r{}/>", numbered(count, " a", "=''"))),
    (Format::Php, "a list", |count| format!("a:{count}:{{{}}}", numbered(count, "i:", ";N;"))),
    (Format::PrintR, "entries", |count| format!("Array\n(\n{})\n", numbered(count, "    [", "] => я\n"))),
    (Format::Form, "fields", |count| "a=b&".repeat(count)),
];

/// The others.
const GROWING: &[Growing] = &[
    (Format::Json, "escapes", |count| format!("\"{}\"", "\\u044f\\n".repeat(count))),
    (Format::Json, "texts with an escape", |count| format!("[{}0]", "\"\\n\",".repeat(count))),
    (Format::Json, "quotes that are cut", |count| "\"\\\"".repeat(count)),
    (Format::Xml, "attributes of one name", |count| format!("<r{}/>", " a=''".repeat(count))),
    (Format::Xml, "references", |count| format!("<r a='{0}'>{0}</r>", "&amp;x".repeat(count))),
    (Format::Xml, "lone ampersands", |count| format!("<r a='{0}'>{0}</r>", "&".repeat(count))),
    (Format::Xml, "mixed content", |count| format!("<r>{}</r>", "x<a/>".repeat(count))),
    (Format::Xml, "cdata", |count| format!("<r>{}</r>", "<![CDATA[x]]>".repeat(count))),
    (Format::Xml, "comments", |count| format!("<r>x{}</r>", "<!--->-->".repeat(count))),
    (Format::Xml, "comments that are cut", |count| format!("<r>{}", "<!--".repeat(count))),
    (Format::Xml, "line ends", |count| format!("<r>x{}x</r>", "\r\n".repeat(count))),
    (Format::Xml, "open elements", |count| "<a>".repeat(count)),
    (Format::Php, "one key", |count| format!("a:{count}:{{{}}}", "i:0;N;".repeat(count))),
    (Format::Php, "texts", |count| format!("a:{count}:{{{}}}", "i:1;s:2:\"я\";".repeat(count))),
    (Format::PrintR, "brackets", |count| format!("Array\n(\n    [a] => {}\n)\n", "[b] => Array\n(".repeat(count))),
    (Format::Form, "escapes", |count| format!("a={}", "%D1%8F+".repeat(count))),
];

fn numbered(count: usize, before: &str, behind: &str) -> String {
    let mut text = String::new();
    for index in 0..count {
        let _ = write!(text, "{before}{index}{behind}");
    }
    text
}

/// The time of the processor that this thread has used: neighbours on the machine do not count.
#[cfg(unix)]
fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("less than a second"))
}

/// The time that has passed: the best of several runs has to do.
#[cfg(not(unix))]
fn now() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// The best of three.
fn time(format: Format, body: &str) -> Duration {
    let once = || {
        let start = now();
        let _ = parse(format, body.as_bytes(), &WIDE).map(|document| document.node_count());
        now() - start
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn time_is_linear() {
    on_a_small_stack(|| {
        for (format, what, body) in WIDE_LISTS.iter().chain(GROWING) {
            let (small, large) = (body(6_250), body(50_000));
            // Eight times the bytes; a quadratic reader would take 64 times as long, every time. A busy machine may
            // stop one lap in the middle, but hardly five.
            let mut seen = Vec::new();
            let is_linear = (0..5).any(|_| {
                let (short, long) = (time(*format, &small), time(*format, &large));
                seen.push((short, long));
                long < short * 28 + Duration::from_millis(20)
            });
            assert!(is_linear, "{format:?}, {what}: times, and with eight times as much: {seen:?}");
        }
    });
}

#[test]
fn a_list_may_have_a_million_items() {
    on_a_small_stack(|| {
        let mut seen = Vec::new();
        for (format, what, body) in WIDE_LISTS {
            // One list of each format: a million of everything takes too long without optimisation.
            let items = if seen.contains(format) { 100_000 } else { 1_000_000 };
            seen.push(*format);
            let body = body(items);
            let count = parse(*format, body.as_bytes(), &WIDE).map(|document| document.node_count());
            assert!(count.as_ref().is_ok_and(|count| *count >= items), "{format:?}, {what}: {count:?}");
            let few = Limits { max_items: items - 1, ..WIDE };
            let error = parse(*format, body.as_bytes(), &few).map(|document| document.node_count()).unwrap_err();
            assert_eq!(error.kind(), &WireErrorKind::TooManyItems(items - 1), "{format:?}, {what}");
        }
    });
}

#[test]
fn many_of_something_broken_are_an_error() {
    for what in
        ["quotes that are cut", "attributes of one name", "lone ampersands", "comments that are cut", "open elements"]
    {
        let (format, _, body) = GROWING.iter().find(|(_, name, _)| *name == what).unwrap();
        assert!(nodes(*format, &body(50_000), &WIDE).is_err(), "{what}");
    }
}
