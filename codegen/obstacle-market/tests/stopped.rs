//! A change to anything but some values: from one of the others to another, nothing happened.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::protocol::evidence::Doubt;
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_market_proto::orders::StopServer;
use obstacle_market_proto::types::{Order, OrderId};
use obstacle_market_proto::{Code, Credentials, Market};

/// The order with a server in this state of power.
fn order(power: Option<&str>) -> Script {
    let power = power.map(|power| format!(r#","power":"{power}""#)).unwrap_or_default();
    let server = format!(r#"{{"id":70{power}}}"#);
    let order = format!(r#"{{"id":7,"plan":"small","status":"active","server":{server}}}"#);
    Script::post("/market.php").answer(200, format!(r#"{{"result":"ok","order":{order}}}"#))
}

fn perform(script: impl IntoIterator<Item = Script>) -> Result<Recovery<Order, Code>, String> {
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Market>::builder(Credentials::key(1, "key")).transport(transport).clock(clock);
    let client = client.build().unwrap();
    match client.perform(&StopServer::new(OrderId::new(7))) {
        Outcome::Unresolved(ticket) => Ok(client.recover::<StopServer>(&ticket)),
        Outcome::NotSent(error) => Err(error.to_string()),
        _ => panic!("its answer is lost"),
    }
}

/// What became of a stop whose answer is lost.
fn lost(before: Option<&str>, after: Option<&str>) -> Recovery<Order, Code> {
    let lost = Script::post("/market.php").failing(Phase::Head, TransportErrorKind::Timeout);
    let script = [order(before), lost].into_iter().chain((0..40).map(|_| order(after)));
    perform(script).unwrap()
}

#[test]
fn what_runs_no_longer_is_stopped_in_whichever_way() {
    for (before, after) in [("on", "off"), ("sleeping", "crashed")] {
        let found = lost(Some(before), Some(after));
        assert!(matches!(found, Recovery::Happened(_)), "{before} {after}: {found:?}");
    }
    // From one sleep to another, it was not stopped.
    for (before, after) in [("on", "on"), ("on", "sleeping"), ("sleeping", "sleep, deep")] {
        let found = lost(Some(before), Some(after));
        assert!(matches!(found, Recovery::DidNot), "{before} {after}: {found:?}");
    }
}

#[test]
fn what_is_not_said_is_not_stopped() {
    for (before, after) in [(Some("on"), None), (None, Some("off"))] {
        let found = lost(before, after);
        assert!(matches!(found, Recovery::CannotTell(Doubt::NotSaid)), "{before:?} {after:?}: {found:?}");
    }
    // An empty text says nothing more than that it changed.
    assert!(!matches!(lost(Some("on"), Some("")), Recovery::Happened(_)));
}

#[test]
fn what_does_not_run_is_not_stopped_again() {
    // It would change from one state to another in which it does not run.
    let refused = perform([order(Some("crashed"))]).unwrap_err();
    assert!(refused.contains("already"), "{refused}");
}
