//! Faults that close or reset the connection, at every point of a call.

use super::definition::{Fault, Group, Point, Strike};
use super::spoil::{Spoil, deliver};
use crate::http::Act;

const fn fault(id: &'static str, point: Point, make: fn(&Spoil<'_>) -> Vec<Act>, en: &'static str) -> Fault {
    Fault::new(Group::Connection, id, point, Strike::Deliver(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault("reset-on-accept", Point::Accept, reset, "The connection is reset before anything is read."),
    fault("close-on-accept", Point::Accept, close, "The connection is closed before anything is read."),
    fault("reset-before-read", Point::BeforeRead, reset, "The connection is reset before the body is read."),
    fault("close-before-read", Point::BeforeRead, close, "The connection is closed before the body is read."),
    fault("reset-before", Point::BeforeCommit, reset, "The request is read, then the connection is reset."),
    fault("close-before", Point::BeforeCommit, close, "The request is read, then the connection is closed."),
    fault("reset-after-commit", Point::AfterCommit, reset, "The call is carried out, then the connection is reset."),
    fault("close-after-commit", Point::AfterCommit, close, "The call is carried out, then the connection is closed."),
    fault("reset-in-head", Point::InHead, |s| half_head(s, Act::Reset), "Half a head goes out, then a reset."),
    fault("close-in-head", Point::InHead, |s| half_head(s, Act::Finish), "Half a head goes out, then a close."),
    fault("reset-after-head", Point::InBody, after_head, "The head goes out, then a reset."),
    fault("reset-in-body", Point::InBody, half_body, "Half the body goes out, then a reset."),
    fault(
        "close-after-answer",
        Point::AfterAnswer,
        |s| after(s, Act::Finish),
        "The answer goes out with keep-alive, then a close.",
    )
    .harmless(),
    fault(
        "reset-after-answer",
        Point::AfterAnswer,
        |s| after(s, Act::Reset),
        "The answer goes out with keep-alive, then a reset.",
    ),
];

fn reset(_: &Spoil<'_>) -> Vec<Act> {
    vec![Act::Reset]
}

fn close(_: &Spoil<'_>) -> Vec<Act> {
    vec![Act::Finish]
}

fn half_head(spoil: &Spoil<'_>, end: Act) -> Vec<Act> {
    let mut head = spoil.wire().head;
    head.truncate(head.len() / 2);
    vec![Act::Write(head), end]
}

fn after_head(spoil: &Spoil<'_>) -> Vec<Act> {
    vec![Act::Write(spoil.wire().head), Act::Reset]
}

fn half_body(spoil: &Spoil<'_>) -> Vec<Act> {
    let mut wire = spoil.wire();
    wire.body.truncate(wire.body.len() / 2);
    vec![Act::Write(wire.head), Act::Write(wire.body), Act::Reset]
}

fn after(spoil: &Spoil<'_>, end: Act) -> Vec<Act> {
    let mut acts = deliver(spoil.answer, spoil.delivery);
    acts.retain(|act| *act != Act::Finish);
    acts.push(end);
    acts
}
