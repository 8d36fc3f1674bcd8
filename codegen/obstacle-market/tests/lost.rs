//! Calls whose answers are lost at an API that may take a call for later, and whose lists hold what others make.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use hostkit::protocol::evidence::Doubt;
use hostkit::protocol::{Api, Perform};
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_market_proto::orders::{OrderServers, RenewOrder};
use obstacle_market_proto::records::AddRecord;
use obstacle_market_proto::types::{OrderId, PlanId, ZoneId};
use obstacle_market_proto::{Code, Credentials, Market};

fn answer(data: &str) -> Script {
    Script::post("/market.php").answer(200, format!(r#"{{"result":"ok",{data}}}"#))
}

/// What becomes of a call whose answer is lost, where the list had `before`, and has `after` from then on.
fn lost<E>(call: &E, before: &str, after: &str) -> Recovery<E::Found, Code>
where
    E: Perform<Api = Market>,
{
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let lost = Script::post("/market.php").failing(Phase::Head, TransportErrorKind::Timeout);
    let script = [answer(before), lost].into_iter().chain((0..40).map(|_| answer(after)));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Market>::builder(Credentials::key(1, "key")).transport(transport).clock(clock);
    let client = client.build().unwrap();
    match client.perform(call) {
        Outcome::Unresolved(ticket) => client.recover::<E>(&ticket),
        Outcome::NotSent(error) => panic!("{error}"),
        _ => panic!("its answer is lost"),
    }
}

/// A renewal whose invoice waits shows in no list until it is paid: whoever renews again pays twice.
#[test]
fn what_may_be_carried_out_later_is_not_excluded() {
    let order =
        |until: &str| format!(r#""orders":{{"7":{{"id":7,"plan":"small","status":"active","paid_until":"{until}"}}}}"#);
    let renewal = RenewOrder::new(OrderId::new(7), 1);
    let found = lost(&renewal, &order("2027-05-01"), &order("2027-05-01"));
    assert!(matches!(found, Recovery::CannotTell(Doubt::Passing)), "{found:?}");
    let found = lost(&renewal, &order("2027-05-01"), &order("2027-06-01"));
    assert!(matches!(found, Recovery::Happened(_)), "{found:?}");
    // What is ordered is listed while it waits.
    let order = OrderServers::new(PlanId::new("small").unwrap(), 1);
    let found = lost(&order, r#""orders":[]"#, r#""orders":[]"#);
    assert!(matches!(found, Recovery::DidNot), "{found:?}");
}

/// What is not seen of a lost renewal may come weeks later, and is none of another one that was lost meanwhile.
#[test]
fn what_comes_later_is_not_taken_for_another_call() {
    let order = |until: &str| {
        answer(&format!(r#""orders":{{"7":{{"id":7,"plan":"small","status":"active","paid_until":"{until}"}}}}"#))
    };
    let lost = || Script::post("/market.php").failing(Phase::Head, TransportErrorKind::Timeout);
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let before = [order("2027-05-01"), lost(), order("2027-05-01"), lost()];
    let script = before.into_iter().chain((0..40).map(|_| order("2027-06-01")));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Market>::builder(Credentials::key(1, "key")).transport(transport);
    let client = client.clock(clock.clone()).build().unwrap();
    let renewal = RenewOrder::new(OrderId::new(7), 1);
    let Outcome::Unresolved(_) = client.perform(&renewal) else { panic!("its answer is lost") };
    clock.advance(Duration::from_secs(5 * 24 * 3600));
    let Outcome::Unresolved(ticket) = client.perform(&renewal) else { panic!("its answer is lost") };
    let found = client.recover::<RenewOrder>(&ticket);
    assert!(matches!(found, Recovery::CannotTell(Doubt::OtherCall)), "{found:?}");
}

/// A record without a value is not the one that somebody else made with a value.
#[test]
fn what_was_not_asked_for_is_not_found() {
    let record = |value: &str| format!(r#""records":[{{"id":11,"host":"www","kind":"TXT"{value}}}]"#);
    let (nothing, mine, other) = (r#""records":[]"#, record(""), record(r#","value":"x""#));
    let call = AddRecord::new(ZoneId::new(1), "www", "TXT");
    let found = lost(&call, nothing, &mine);
    assert!(matches!(found, Recovery::Happened(_)), "{found:?}");
    let found = lost(&call, nothing, &other);
    assert!(matches!(&found, Recovery::CannotTell(Doubt::OtherNew(new)) if new == &["11"]), "{found:?}");
    let found = lost(&call.value("x"), nothing, &other);
    assert!(matches!(found, Recovery::Happened(_)), "{found:?}");
}

/// By the open part of its credentials, a ticket is told from those of other accounts.
#[test]
fn the_login_is_what_is_no_secret() {
    assert_eq!(Market::login(&Credentials::key(7, "key")).as_deref(), Some("7"));
}
