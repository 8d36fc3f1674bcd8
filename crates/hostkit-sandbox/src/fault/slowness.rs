//! Faults that stall or trickle, at every point of an answer.

use std::time::Duration;

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::{Spoil, deliver};
use crate::http::{Act, Framing};

const fn fault(id: &'static str, point: Point, make: fn(&Spoil<'_>) -> Vec<Act>, en: &'static str) -> Fault {
    Fault::new(Group::Slowness, id, point, Strike::Deliver(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault("stall-on-accept", Point::Accept, stall, "The connection is accepted, then nothing happens."),
    fault("stall-before-read", Point::BeforeRead, stall, "The head is read, then nothing happens."),
    fault("stall-before", Point::BeforeCommit, stall, "The request is read, then nothing happens."),
    fault("stall-after-commit", Point::AfterCommit, stall, "The call is carried out, then nothing happens."),
    fault("stall-status-line", Point::InHead, |s| cut_head(s, 9), "Nothing follows after `HTTP/1.1 `."),
    fault("stall-head", Point::InHead, stall_head, "Nothing follows in the middle of the headers."),
    fault("stall-head-end", Point::InHead, stall_head_end, "Only the empty line after the headers is missing."),
    fault("stall-after-head", Point::InBody, stall_after_head, "The head goes out, then nothing follows."),
    fault("stall-body", Point::InBody, |s| cut_body(s, Framing::Length, 2), "Half the body goes out, then nothing."),
    fault("stall-last-byte", Point::InBody, stall_last_byte, "Only the last byte of the body is missing."),
    fault(
        "stall-chunk",
        Point::InBody,
        |s| cut_body(s, Framing::Chunked, 2),
        "Nothing follows in the middle of a chunk.",
    ),
    fault("stall-last-chunk", Point::InBody, stall_last_chunk, "Only the last, empty chunk is missing."),
    fault("stall-close", Point::InBody, stall_close, "The body is whole, but the close that ends it does not come."),
    fault("drip-head", Point::InHead, drip_head, "The head comes byte by byte."),
    fault("drip-body", Point::InBody, drip_body, "The body comes byte by byte."),
    fault("drip", Point::InHead, drip, "The whole answer comes byte by byte."),
    fault("endless-head", Point::InHead, endless_head, "Header lines come, one after the other, without end."),
    fault("endless-body", Point::InBody, endless_body, "Chunks come, one after the other, without end."),
    fault("endless-interim", Point::InHead, endless_interim, "`100 Continue` comes again and again."),
    fault("flood-interim", Point::InHead, flood_interim, "`100 Continue` comes without end, as fast as it can."),
    fault("slow", Point::AfterCommit, slow, "The answer is whole and comes late.").harmless(),
];

fn stall(_: &Spoil<'_>) -> Vec<Act> {
    vec![Act::Stall]
}

fn cut_head(spoil: &Spoil<'_>, at: usize) -> Vec<Act> {
    let mut head = spoil.wire().head;
    head.truncate(at);
    vec![Act::Write(head), Act::Stall]
}

fn stall_head(spoil: &Spoil<'_>) -> Vec<Act> {
    cut_head(spoil, spoil.wire().head.len().saturating_sub(8))
}

fn stall_head_end(spoil: &Spoil<'_>) -> Vec<Act> {
    cut_head(spoil, spoil.wire().head.len().saturating_sub(2))
}

fn stall_after_head(spoil: &Spoil<'_>) -> Vec<Act> {
    vec![Act::Write(spoil.wire().head), Act::Stall]
}

fn cut_body(spoil: &Spoil<'_>, framing: Framing, divisor: usize) -> Vec<Act> {
    let mut wire = spoil.wire_in(framing);
    wire.body.truncate(wire.body.len() / divisor.max(1));
    vec![Act::Write(wire.head), Act::Write(wire.body), Act::Stall]
}

fn stall_last_byte(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Length);
    wire.body.pop();
    vec![Act::Write(wire.head), Act::Write(wire.body), Act::Stall]
}

fn stall_last_chunk(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire_in(Framing::Chunked);
    wire.body.truncate(wire.body.len().saturating_sub(b"0\r\n\r\n".len()));
    vec![Act::Write(wire.head), Act::Write(wire.body), Act::Stall]
}

fn stall_close(spoil: &Spoil<'_>) -> Vec<Act> {
    let wire = spoil.wire_in(Framing::Close);
    vec![Act::Write(wire.head), Act::Write(wire.body), Act::Stall]
}

fn drip_head(spoil: &Spoil<'_>) -> Vec<Act> {
    let wire = spoil.wire();
    vec![Act::Drip(wire.head, spoil.settings.drip), Act::Write(wire.body), Act::Finish]
}

fn drip_body(spoil: &Spoil<'_>) -> Vec<Act> {
    let wire = spoil.wire();
    vec![Act::Write(wire.head), Act::Drip(wire.body, spoil.settings.drip), Act::Finish]
}

fn drip(spoil: &Spoil<'_>) -> Vec<Act> {
    let wire = spoil.wire();
    vec![Act::Drip([wire.head, wire.body].concat(), spoil.settings.drip), Act::Finish]
}

fn endless_head(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut head = spoil.wire().head;
    head.truncate(head.len().saturating_sub(2));
    vec![Act::Write(head), Act::Repeat(b"X-Patience: a virtue\r\n".to_vec(), spoil.settings.drip), Act::Finish]
}

fn endless_body(spoil: &Spoil<'_>) -> Vec<Act> {
    let wire = spoil.wire_in(Framing::Chunked);
    vec![Act::Write(wire.head), Act::Repeat(b"1\r\n \r\n".to_vec(), spoil.settings.drip), Act::Finish]
}

fn endless_interim(spoil: &Spoil<'_>) -> Vec<Act> {
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    vec![Act::Repeat(interim, spoil.settings.drip), Act::Finish]
}

fn flood_interim(_: &Spoil<'_>) -> Vec<Act> {
    let interims = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000);
    vec![Act::Repeat(interims, Duration::ZERO), Act::Finish]
}

fn slow(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut acts = vec![Act::Pause(Duration::from_millis(300))];
    acts.extend(deliver(spoil.answer, spoil.delivery));
    acts
}
