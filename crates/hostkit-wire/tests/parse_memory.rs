//! Promise P15: reading takes at most 16 times the body and 16 MiB, whatever the body is made of.
//!
//! A program of its own with one test: the allocator counts what the whole process does.

use hostkit_wire::{Format, Limits, parse};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;

#[test]
fn memory_is_bounded_by_the_body() {
    // The limit on depth stays: an open container takes more than a node, for as long as it is open.
    let wide = Limits { max_bytes: usize::MAX, max_nodes: usize::MAX, max_items: usize::MAX, ..Limits::DEFAULT };
    // A small body is enough where the promise is broken on purpose.
    let size = if std::env::var("HOSTKIT_PROMISE_SIZE").is_ok_and(|size| size == "small") { MIB / 8 } else { 2 * MIB };
    let filled = |size: usize, before: &str, piece: &str, behind: &str| {
        let count = size / piece.len();
        format!("{before}{}{behind}", piece.repeat(count)).replace("COUNT", &count.to_string())
    };
    let fill = |before: &str, piece: &str, behind: &str| filled(size, before, piece, behind);
    let cases = [
        (Format::Json, "[0,0,…]", fill("[", "0,", "0]")),
        (Format::Json, "[{},{},…]", fill("[", "{},", "0]")),
        (Format::Json, "[[],[],…]", fill("[", "[],", "0]")),
        (Format::Json, "empty keys", fill("{", "\"\":0,", "\"\":0}")),
        (Format::Json, "short texts with an escape", fill("[", "\"\\n\",", "0]")),
        (Format::Json, "one text with escapes", fill("\"", "\\nx", "\"")),
        (Format::Json, "one text of commas", fill("\"", ",", "\"")),
        (Format::Json, "open lists", fill("", "[", "")),
        (Format::Xml, "<a/>…", fill("<r>", "<a/>", "</r>")),
        (Format::Xml, "<a>x</a>…", fill("<r>", "<a>x</a>", "</r>")),
        (Format::Xml, "attributes", fill("<r>", "<a b='' c=''/>", "</r>")),
        (Format::Xml, "attributes and text", fill("<r>", "<a b=''>x</a>", "</r>")),
        (Format::Xml, "references", fill("<r>", "<a>&lt;</a>", "</r>")),
        (Format::Xml, "one text of references", fill("<r>", "&lt;x", "</r>")),
        (Format::Xml, "mixed content", fill("<r>", "x<a/>", "</r>")),
        (Format::Xml, "equals signs", fill("<r>", "=", "</r>")),
        (Format::Xml, "open elements", fill("", "<a>", "")),
        (Format::Php, "a:N:{i:0;N;…}", fill("a:COUNT:{", "i:0;N;", "}")),
        (Format::Php, "a:N:{i:0;a:0:{}…}", fill("a:COUNT:{", "i:0;a:0:{}", "}")),
        (Format::Php, "open arrays", fill("", "a:1:{i:0;", "")),
        (Format::Php, "semicolons", fill("s:COUNT:\"", ";", "\";")),
        (Format::PrintR, "[] => …", fill("Array\n(\n", "[] => \n", ")\n")),
        (Format::PrintR, "open arrays", fill("", "Array\n(\n[] => ", "")),
        (Format::Form, "a=&…", fill("", "a=&", "")),
        // As long as an answer may be: a short one would be within the promise by its 16 MiB alone.
        (Format::Form, "a&…", filled(Limits::DEFAULT.max_bytes, "", "a&", "")),
    ];
    let mut worst: f64 = 0.0;
    for (format, what, body) in &cases {
        // All but one of these bodies do without the 16 MiB. A form may have a field, of two nodes, for every two
        // bytes: there the limit on items holds the promise.
        let densest = *what == "a&…";
        let allowed = 16 * body.len() + if densest { 16 * MIB } else { 0 };
        for limits in [&Limits::DEFAULT, &wide].into_iter().take(if densest { 1 } else { 2 }) {
            ALLOCATOR.reset_peak_usage();
            let before = ALLOCATOR.current_usage();
            let result = parse(*format, body.as_bytes(), limits).map(|document| document.node_count());
            let peak = ALLOCATOR.peak_usage() - before;
            let times = peak as f64 / body.len() as f64;
            worst = worst.max(times);
            println!("{format:?}, {what}: {times:.1} × the body ({result:?})");
            assert!(peak <= allowed, "{format:?}, {what} takes {times:.1} × the body, {result:?}");
        }
    }
    println!("P15: {} cases, bodies of {size} bytes read; at most {worst:.1} times the body", 2 * cases.len() - 1);
    // The counter counts: a tree of numbers takes more than the body.
    assert!(worst > 2.0);
}
