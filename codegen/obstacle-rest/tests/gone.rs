//! A deletion that shows by its object not being found.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_rest_proto::things::DeleteThing;
use obstacle_rest_proto::types::ThingId;
use obstacle_rest_proto::{Code, Credentials, Rest};

fn there() -> Script {
    Script::get("/things/7").answer(200, r#"{"id":7,"name":"lamp"}"#)
}

fn missing() -> Script {
    Script::get("/things/7").answer(404, r#"{"error":{"code":"not_found","message":"No such thing."}}"#)
}

/// What became of a deletion whose answer is lost.
fn lost(before: Script, after: fn() -> Script) -> Recovery<(), Code> {
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let lost = Script::method(hostkit::protocol::Method::DELETE, "/things/7")
        .failing(Phase::Head, TransportErrorKind::Timeout);
    let script = [before, lost].into_iter().chain((0..40).map(|_| after()));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key")).transport(transport).clock(clock);
    let client = client.build().unwrap();
    let Outcome::Unresolved(ticket) = client.perform(&DeleteThing::new(ThingId::new(7))) else { panic!("it is open") };
    client.recover::<DeleteThing>(&ticket)
}

#[test]
fn what_is_not_found_is_gone_and_what_is_there_is_not() {
    let found = lost(there(), missing);
    assert!(matches!(found, Recovery::Happened(())), "{found:?}");
    assert!(matches!(lost(there(), there), Recovery::DidNot));
}

#[test]
fn what_was_not_there_before_cannot_be_told() {
    let found = lost(missing(), missing);
    assert!(matches!(found, Recovery::CannotTell(_)), "{found:?}");
}
