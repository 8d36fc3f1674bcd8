//! Sign-ins without a known result: each may count against the account, so there is a pause between them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::RateRule;
use hostkit::time::Clock;
use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};
use hostkit::watch::CallRecord;
use hostkit::{CallOptions, ErrorKind, Outcome, Rates};
use hostkit_testing::Script;

fn keyed(script: impl IntoIterator<Item = Script>) -> Bench {
    bench_with(|clock| config(key(), clock), script)
}

/// The server takes three seconds to reject the key, and callers drop their futures after two, so the result is never
/// received.
#[test]
fn dropped_sign_ins_are_spaced() {
    let bench = keyed([]);
    let (mut sent, mut at_once) = (0, 0);
    for second in 0..1800 {
        let mut call = bench.core.call(&GetItem, CallOptions::new());
        let step = call.step(bench.clock.now());
        if matches!(&step, Step::Send(outgoing) if outgoing.endpoint == "login") {
            sent += 1;
            at_once += u32::from(second < 2);
        }
        bench.clock.advance(Duration::from_secs(2));
        drop(call);
    }
    assert_eq!(at_once, 2, "an accident or two cost no time");
    assert!((40..80).contains(&sent), "{sent} sign-ins in an hour");
}

/// The same if the caller's deadline is too short for the answer, or the answer is no verdict on the credentials.
#[test]
fn sign_ins_without_a_result_are_spaced() {
    let scripts = [
        Script::fail(Phase::Head, Kind::Timeout).takes(Duration::from_secs(2)),
        Script::fail(Phase::Head, Kind::Reset),
        Script::any().answer(504, "<html>"),
        fault(429, "TooMany"),
        Script::any().answer(200, "<html>"),
    ];
    for script in scripts {
        let bench = keyed(std::iter::repeat_n(script.clone(), 200));
        while bench.seconds() < 1000 {
            let outcome = bench.perform_with(Reboot, CallOptions::new().deadline(Duration::from_secs(2)));
            assert!(matches!(&outcome, Outcome::NotSent(_)), "{outcome:?}");
            bench.clock.advance(Duration::from_millis(500));
        }
        let sent = bench.sent("login");
        assert!((10..40).contains(&sent), "{sent} sign-ins under {script:?}");
    }
}

/// A call whose deadline comes before the end of the pause fails at once, and nothing is sent.
#[test]
fn a_deadline_within_the_pause_fails_at_once() {
    let bench = keyed(std::iter::repeat_n(Script::fail(Phase::Head, Kind::Reset), 6));
    for _ in 0..3 {
        let _ = bench.perform_with(Reboot, CallOptions::new());
    }
    assert_eq!(bench.sent("login"), 6);
    let before = bench.seconds();
    let outcome = bench.perform_with(Reboot, CallOptions::new().deadline(Duration::from_secs(2)));
    let Outcome::NotSent(error) = outcome else { panic!("it was not sent") };
    assert_eq!((error.kind(), bench.seconds(), bench.sent("login")), (ErrorKind::Exhausted, before, 6), "{error}");
    // A call with a longer deadline waits, and a session ends the pauses.
    bench.transport.push(login());
    (0..2).for_each(|_| bench.transport.push(ok()));
    assert!(bench.perform(Reboot).is_done());
    assert!((4..=9).contains(&(bench.seconds() - before)), "{}", bench.seconds() - before);
    assert!(bench.perform(Reboot).is_done());
}

/// A sign-in that was not sent cannot count against the account, so there is no pause; `reset_session` ends one, too.
#[test]
fn a_refused_connection_causes_no_pause() {
    let bench = keyed(std::iter::repeat_n(Script::fail(Phase::Connect, Kind::Refused), 20));
    for _ in 0..10 {
        let _ = bench.perform(Reboot);
    }
    assert_eq!(bench.sent("login"), 20);
    assert!(bench.seconds() < 10, "{}", bench.seconds());
    let bench = keyed(std::iter::repeat_n(Script::fail(Phase::Head, Kind::Reset), 6).chain([login(), ok()]));
    (0..3).for_each(|_| drop(bench.perform(Reboot)));
    bench.core.reset_session();
    let before = bench.seconds();
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.seconds(), before);
}

/// The API issues sessions and then refuses them, as for an address that is not allowed or a blocked account.
#[test]
fn sign_ins_for_refused_sessions_are_spaced() {
    let refused = || fault(401, "Expired");
    let bench = keyed((0..400).flat_map(|_| [login(), refused()]));
    while bench.seconds() < 1800 {
        assert!(bench.call_with(GetItem, CallOptions::new().deadline(Duration::from_secs(2))).is_err());
        bench.clock.advance(Duration::from_secs(1));
    }
    let sent = bench.sent("login");
    assert!((20..50).contains(&sent), "{sent} sign-ins in half an hour");
    // A session that was accepted and then revoked is renewed at once, however often.
    let lives = (0..20).flat_map(|_| [login(), ok(), refused()]).chain([login(), ok()]);
    let bench = keyed(lives);
    for _ in 0..20 {
        assert!(bench.call(GetItem).is_ok());
    }
    assert_eq!((bench.sent("login"), bench.seconds()), (20, 0));
}

/// `Retry-After` is obeyed, whatever else the answer says.
#[test]
fn a_sign_in_obeys_retry_after() {
    for script in [fault(429, "TooMany"), Script::any().answer(503, "<html>"), Script::any().answer(429, "")] {
        let limited = script.header("retry-after", "600");
        let bench = keyed([limited.clone(), login(), ok()]);
        while bench.seconds() < 590 {
            let outcome = bench.perform_with(Reboot, CallOptions::new().deadline(Duration::from_secs(5)));
            assert!(matches!(&outcome, Outcome::NotSent(_)), "{outcome:?}");
            bench.clock.advance(Duration::from_secs(10));
        }
        assert_eq!(bench.sent("login"), 1, "{limited:?}");
        assert!(bench.perform(Reboot).is_done());
        assert!((600..610).contains(&bench.seconds()), "{}", bench.seconds());
    }
}

/// During the pause, a session that is due for renewal but still valid serves calls that only read.
#[test]
fn a_valid_session_is_used_during_a_pause() {
    let bench = keyed([login().header("x-life", "100"), ok(), ok()]);
    assert!(bench.call(GetItem).is_ok());
    bench.clock.advance(Duration::from_secs(90));
    for _ in 0..3 {
        let mut dropped = bench.core.call(&GetItem, CallOptions::new());
        assert!(matches!(dropped.step(bench.clock.now()), Step::Send(outgoing) if outgoing.endpoint == "login"));
    }
    assert!(bench.call(GetItem).is_ok());
    assert_eq!((bench.seconds(), bench.sent("login")), (90, 1), "it waited for a new session");
}

/// Of sessions that have ended before they can be used, a call asks for three.
#[test]
fn sessions_that_end_at_once_come_to_an_end() {
    let bench = keyed((0..9).map(|_| login().header("x-life", "0")));
    let error = bench.call(GetItem).unwrap_err();
    assert_eq!((error.kind(), bench.sent("login"), bench.sent("get_item")), (ErrorKind::Exhausted, 3, 0), "{error}");
}

/// A session that took long to come may be used at once: another one would be no younger.
#[test]
fn a_session_that_came_late_serves_the_call_that_asked_for_it() {
    let bench = keyed([login().header("x-life", "60").takes(Duration::from_secs(15)), ok()]);
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.sent("login"), 1);
}

/// The token of before serves reads to its end, but no call that may last beyond that.
#[test]
fn a_renewal_that_fails_ends_only_calls_that_act() {
    let bench = keyed([login().header("x-life", "100"), ok(), Script::any().answer(200, "<html>"), ok()]);
    bench.call(GetItem).unwrap();
    bench.clock.advance(Duration::from_secs(50));
    let outcome = bench.perform(Reboot);
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::SignIn), "{outcome:?}");
    bench.call(GetItem).unwrap();
    assert_eq!((bench.sent("login"), bench.sent("reboot"), bench.sent("get_item")), (2, 0, 2));
}

/// What ends one caller's wait does not end that of another: the other one signs in.
#[test]
fn the_time_of_one_caller_is_not_that_of_the_others() {
    let bench = keyed([]);
    let short = CallOptions::new().deadline(Duration::from_secs(2));
    let mut first = bench.core.call(&GetItem, short);
    let mut second = bench.core.call(&GetItem, CallOptions::new());
    assert!(matches!(first.step(bench.clock.now()), Step::Send(sent) if sent.endpoint == "login"));
    assert!(matches!(second.step(bench.clock.now()), Step::Wait(..)));
    bench.clock.advance(Duration::from_secs(2));
    first.receive(bench.clock.now(), Err(TransportError::new(Phase::Head, Kind::Timeout, "")));
    assert!(matches!(first.step(bench.clock.now()), Step::Done(Err(error)) if error.kind() == ErrorKind::SignIn));
    assert!(matches!(second.step(bench.clock.now()), Step::Send(sent) if sent.endpoint == "login"));
}

/// A limit on sign-ins is waited for where that ends before the deadline.
#[test]
fn a_limit_on_sign_ins_is_kept() {
    const RULE: RateRule = RateRule { name: "login", count: 1, window: Duration::from_secs(60) };
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    let hook = move |call: &CallRecord<'_>| {
        if call.is_sign_in {
            sink.lock().unwrap().push(call.waited.as_secs());
        }
    };
    let configure = |clock: &_| config(key(), clock).rates(Rates::new(&[RULE])).after_call(hook);
    let script = [login(), ok(), fault(401, "Expired"), login(), ok()];
    let bench = bench_with(configure, script);
    bench.call(GetItem).unwrap();
    let with = |seconds| CallOptions::new().deadline(Duration::from_secs(seconds));
    let error = bench.call_with(GetItem, with(30)).unwrap_err();
    assert_eq!((bench.seconds(), bench.sent("login")), (0, 1), "{error}");
    assert!(error.to_string().contains("no room for the sign-in before the deadline"), "{error}");
    bench.call_with(GetItem, with(90)).unwrap();
    assert_eq!((bench.seconds(), bench.sent("login")), (60, 2));
    assert_eq!(*told.lock().unwrap(), [0, 60]);
}
