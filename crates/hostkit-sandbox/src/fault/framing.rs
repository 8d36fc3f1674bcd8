//! Faults of HTTP itself: lengths, chunks, status lines, headers.

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::{Spoil, deliver};
use crate::http::{Act, Delivery, Framing, Wire, chunks, push_header};

const fn fault(id: &'static str, point: Point, make: fn(&Spoil<'_>) -> Vec<Act>, en: &'static str) -> Fault {
    Fault::new(Group::Framing, id, point, Strike::Deliver(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "truncate-length",
        Point::InBody,
        |s| cut(s, Framing::Length, 2),
        "Half the promised bytes come, then a close.",
    ),
    fault(
        "truncate-chunked",
        Point::InBody,
        |s| cut(s, Framing::Chunked, 2),
        "The body ends in the middle of a chunk.",
    ),
    fault(
        "truncate-close",
        Point::InBody,
        |s| cut(s, Framing::Close, 2),
        "Half a body that the close ends: only its content tells.",
    ),
    fault(
        "truncate-all",
        Point::InBody,
        |s| cut(s, Framing::Length, usize::MAX),
        "The head promises bytes, none comes.",
    ),
    fault("truncate-last-byte", Point::InBody, last_byte, "All bytes but the last come, then a close."),
    fault("truncate-last-chunk", Point::InBody, last_chunk, "The last, empty chunk is missing, then a close."),
    fault(
        "length-too-short",
        Point::InBody,
        too_short,
        "The length is smaller than the body; the rest is left on the connection.",
    ),
    fault("length-too-long", Point::InBody, too_long, "The length is larger than the body, then a close."),
    fault("duplicate-length", Point::InHead, |s| lengths(s, &["LEN", "1"]), "Two lengths that differ."),
    fault("length-and-chunked", Point::InHead, length_and_chunked, "A length and chunks at once."),
    fault("negative-length", Point::InHead, |s| lengths(s, &["-1"]), "The length is negative."),
    fault(
        "huge-length",
        Point::InHead,
        |s| lengths(s, &["999999999999999999999999"]),
        "The length does not fit into 64 bits.",
    ),
    fault("petabyte-length", Point::InHead, |s| lengths(s, &["1000000000000000"]), "The length is a petabyte."),
    fault("length-no-number", Point::InHead, |s| lengths(s, &["many"]), "The length is a word."),
    fault("bad-chunk-size", Point::InBody, |s| chunked(s, b"zz\r\n"), "The size of a chunk is not a number."),
    fault(
        "huge-chunk-size",
        Point::InBody,
        |s| chunked(s, b"ffffffffffffffffff\r\n"),
        "The size of a chunk does not fit into 64 bits.",
    ),
    fault("bad-status-line", Point::InHead, |s| first_line(s, b"HTTP/1.1 OK\r\n"), "The status line has no status."),
    fault(
        "status-line-of-another-protocol",
        Point::InHead,
        |s| first_line(s, b"ICY 200 OK\r\n"),
        "The status line is not of HTTP.",
    ),
    fault("http-2-preface", Point::InHead, |_| raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "The answer is in HTTP/2."),
    fault("tls-alert", Point::InHead, |_| raw(&[0x15, 3, 1, 0, 2, 2, 0x28]), "The answer is an alert of TLS."),
    fault("no-head", Point::InHead, no_head, "The body comes without a head, as in HTTP/0.9."),
    fault("huge-header", Point::InHead, |s| extra(s, &[("X-Long", &[b'a'; 1 << 20])]), "A header of one mebibyte."),
    fault("many-headers", Point::InHead, many_headers, "A hundred thousand header lines."),
    fault("nul-in-header", Point::InHead, |s| extra(s, &[("X-Nul", b"a\0b")]), "A zero byte in a header."),
    fault(
        "folded-header",
        Point::InHead,
        |s| extra(s, &[("X-Folded", b"a\r\n b")]),
        "A header that is folded over two lines.",
    ),
    fault(
        "header-without-colon",
        Point::InHead,
        |s| extra_line(s, b"no colon here\r\n"),
        "A header line without a colon.",
    ),
    fault("extra-answer", Point::AfterAnswer, extra_answer, "An unsolicited second answer follows on the connection."),
    fault("tiny-chunks", Point::InBody, tiny_chunks, "A chunk for every byte.").harmless(),
    fault("trailers", Point::InBody, trailers, "Headers follow the last chunk.").harmless(),
    fault("interim", Point::InHead, interim, "`103 Early Hints` comes first.").harmless(),
];

fn raw(bytes: &[u8]) -> Vec<Act> {
    vec![Act::Write(bytes.to_vec()), Act::Finish]
}

fn whole(wire: Wire) -> Vec<Act> {
    vec![Act::Write([wire.head, wire.body].concat()), Act::Finish]
}

fn cut(spoil: &Spoil<'_>, framing: Framing, divisor: usize) -> Vec<Act> {
    let mut wire = spoil.wire_in(framing);
    wire.body.truncate(wire.body.len() / divisor.max(1));
    whole(wire)
}

fn last_byte(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Length);
    wire.body.pop();
    whole(wire)
}

fn last_chunk(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Chunked);
    wire.body.truncate(wire.body.len().saturating_sub(b"0\r\n\r\n".len()));
    whole(wire)
}

/// The head without a framing, still open for more header lines, and the plain body.
fn open(spoil: &Spoil<'_>) -> Wire {
    let delivery = Delivery { framing: Framing::Close, ..spoil.delivery };
    let mut wire = Wire::of(spoil.answer, delivery);
    wire.head.truncate(wire.head.len().saturating_sub(2));
    wire
}

fn lengths(spoil: &Spoil<'_>, lengths: &[&str]) -> Vec<Act> {
    let mut wire = open(spoil);
    let right = wire.body.len().to_string();
    for length in lengths {
        let length = if *length == "LEN" { &right } else { *length };
        push_header(&mut wire.head, "content-length", length.as_bytes());
    }
    wire.head.extend_from_slice(b"\r\n");
    whole(wire)
}

fn too_short(spoil: &Spoil<'_>) -> Vec<Act> {
    let length = spoil.answer.body().len() / 2;
    lengths(spoil, &[&length.to_string()])
}

fn too_long(spoil: &Spoil<'_>) -> Vec<Act> {
    let length = spoil.answer.body().len() + 100;
    lengths(spoil, &[&length.to_string()])
}

fn length_and_chunked(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Chunked);
    wire.head.truncate(wire.head.len().saturating_sub(2));
    push_header(&mut wire.head, "content-length", b"3");
    wire.head.extend_from_slice(b"\r\n");
    whole(wire)
}

fn chunked(spoil: &Spoil<'_>, size: &[u8]) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Chunked);
    wire.body = [size, spoil.answer.body(), b"\r\n0\r\n\r\n"].concat();
    whole(wire)
}

fn first_line(spoil: &Spoil<'_>, line: &[u8]) -> Vec<Act> {
    let mut wire = spoil.wire();
    let end = wire.head.windows(2).position(|window| window == b"\r\n").map_or(0, |start| start + 2);
    wire.head = [line, wire.head.get(end..).unwrap_or_default()].concat();
    whole(wire)
}

fn no_head(spoil: &Spoil<'_>) -> Vec<Act> {
    raw(if spoil.answer.body().is_empty() { b"OK\n" } else { spoil.answer.body() })
}

fn extra(spoil: &Spoil<'_>, headers: &[(&str, &[u8])]) -> Vec<Act> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        push_header(&mut lines, name, value);
    }
    extra_line(spoil, &lines)
}

fn extra_line(spoil: &Spoil<'_>, lines: &[u8]) -> Vec<Act> {
    let mut wire = spoil.wire();
    wire.head.truncate(wire.head.len().saturating_sub(2));
    wire.head.extend_from_slice(lines);
    wire.head.extend_from_slice(b"\r\n");
    whole(wire)
}

fn many_headers(spoil: &Spoil<'_>) -> Vec<Act> {
    let lines: String = (0..100_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    extra_line(spoil, lines.as_bytes())
}

fn extra_answer(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut acts = deliver(spoil.answer, spoil.delivery);
    let unasked = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked".to_vec();
    let end = if spoil.delivery.lives() { acts.len() } else { acts.len().saturating_sub(1) };
    acts.insert(end, Act::Write(unasked));
    acts
}

fn tiny_chunks(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Chunked);
    if !wire.body.is_empty() {
        wire.body = chunks(spoil.answer.body(), 1);
    }
    vec![Act::Write(wire.head), Act::Write(wire.body), Act::Finish]
}

fn trailers(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Chunked);
    if !wire.body.is_empty() {
        wire.body.truncate(wire.body.len().saturating_sub(2));
        wire.body.extend_from_slice(b"X-Checked: yes\r\n\r\n");
    }
    whole(wire)
}

fn interim(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut acts = vec![Act::Write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n".to_vec())];
    acts.extend(deliver(spoil.answer, spoil.delivery));
    acts
}
