//! What a client tells of its calls: the hook, the counters, what is left of its limits, how long to wait, and how often
//! it tries.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::{Checks, Progress, WaiterInfo};
use hostkit::time::{Clock, ManualClock};
use hostkit::transport::{Phase, TransportErrorKind as Kind};
use hostkit::watch::{CallOutcome, CallRecord};
use hostkit::{Budget, CallOptions, Cancel, Effect, ErrorKind, Observation, Outcome, SetupError, Waiter};
use hostkit_testing::Script;

/// What the hook was told, each as a line.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn hook(&self) -> impl Fn(&CallRecord<'_>) + Send + Sync + 'static {
        let lines = Arc::clone(&self.0);
        move |call| {
            let CallRecord { endpoint, outcome, attempts, .. } = call;
            let kind = if call.is_sign_in { "sign-in " } else { "" };
            let status = call.status.map(|status| format!(", {status}")).unwrap_or_default();
            let seconds = |time: Duration| time.as_secs();
            let (waited, took) = (seconds(call.waited), seconds(call.took));
            lines.lock().unwrap().push(format!("{kind}{endpoint} {outcome}{status}, ×{attempts}, {waited}/{took} s"));
        }
    }
}

fn told(customer: Customer, script: impl IntoIterator<Item = Script>) -> (Bench, Told) {
    let told = Told::default();
    let bench = bench_with(|clock| config(customer, clock).after_call(told.hook()).account("mine"), script);
    (bench, told)
}

#[test]
fn every_end_is_told_once() {
    let broken = |phase, kind| Script::fail(phase, kind);
    let refused = || broken(Phase::Connect, Kind::Refused);
    let (bench, told) = told(direct(), []);
    let script = |scripts: Vec<Script>| scripts.into_iter().for_each(|script| bench.transport.push(script));
    let later = || Script::any().answer(200, r#"{"id": 7}"#).header("x-later", "1");

    script(vec![ok().takes(Duration::from_secs(2))]);
    bench.call(GetItem).unwrap();
    assert_eq!(told.take(), ["get_item done, 200, ×1, 0/2 s"]);

    script(vec![refused(), refused(), refused()]);
    bench.call(GetItem).unwrap_err();
    assert_eq!(told.take(), ["get_item not_sent, ×3, 0/0 s"]);

    script(vec![fault(404, "NotFound"), broken(Phase::Head, Kind::Reset)]);
    bench.call(GetItem).unwrap_err();
    bench.call(SetName).unwrap_err();
    assert_eq!(told.take(), ["get_item rejected, 404, ×1, 0/0 s", "set_name failed, ×1, 0/0 s"]);

    script(vec![ok(), later(), fault(403, "Forbidden"), refused(), broken(Phase::Body, Kind::Closed)]);
    let _ = bench.perform(Reboot);
    for _ in 0..4 {
        let _ = bench.perform(Build);
    }
    assert_eq!(
        told.take(),
        [
            "reboot done, 200, ×1, 0/0 s",
            "build accepted, 200, ×1, 0/0 s",
            "build rejected, 403, ×1, 0/0 s",
            "build not_sent, ×1, 0/0 s",
            "build unresolved, ×1, 0/0 s",
        ]
    );

    // What is refused before it is sent: by a price, and by the caller.
    let _ = bench.perform_with(Order, CallOptions::new().max_cost("5".parse().unwrap()));
    let cancel = Cancel::new();
    cancel.cancel();
    let _ = bench.perform_with(Reboot, CallOptions::new().cancel(cancel.clone()));
    bench.call_with(GetItem, CallOptions::new().cancel(cancel)).unwrap_err();
    assert_eq!(
        told.take(),
        ["order not_sent, ×0, 0/0 s", "reboot cancelled, ×0, 0/0 s", "get_item cancelled, ×0, 0/0 s"]
    );

    // What is dropped while it is under way, and what never began.
    let now = bench.clock.now();
    let mut machine = bench.core.perform(&Reboot, CallOptions::new().unread());
    assert!(matches!(machine.step(now), Step::Send(_)));
    bench.clock.advance(Duration::from_secs(3));
    assert_eq!(bench.core.counters().in_flight, 1);
    drop(machine);
    drop(bench.core.call(&GetItem, CallOptions::new()));
    assert_eq!(told.take(), ["reboot dropped, ×1, 0/3 s"]);

    let counters = bench.core.counters();
    let ended = CallOutcome::ALL.map(|outcome| counters.ended(outcome));
    assert_eq!(ended, [2, 1, 2, 3, 1, 1, 2, 1]);
    assert_eq!((counters.attempts, counters.sign_ins, counters.in_flight), (12, 0, 0));
}

#[test]
fn sign_ins_and_reads_are_told() {
    let (bench, told) = told(key(), [login(), no_things(), ok(), fault(401, "Unauthorized"), login(), ok()]);
    assert!(bench.read_and_perform(AddNote).is_done());
    assert_eq!(
        told.take(),
        ["sign-in login done, 200, ×1, 0/0 s", "list_things done, 200, ×1, 0/0 s", "add_note done, 200, ×1, 0/0 s",]
    );
    bench.call(GetItem).unwrap();
    assert_eq!(told.take(), ["sign-in login done, 200, ×1, 0/0 s", "get_item done, 200, ×2, 0/0 s"]);
    assert_eq!((bench.core.counters().sign_ins, bench.core.counters().attempts), (2, 4));

    let (bench, told) = self::told(key(), [fault(401, "Unauthorized")]);
    bench.call(GetItem).unwrap_err();
    assert_eq!(told.take(), ["sign-in login rejected, 401, ×1, 0/0 s", "get_item not_sent, 401, ×0, 0/0 s"]);

    // One that has no session.
    for (kind, phase, outcome) in [
        (Kind::Refused, Phase::Connect, "not_sent"),
        (Kind::TooLarge, Phase::Body, "failed"),
        (Kind::Cancelled, Phase::Head, "cancelled"),
    ] {
        let (bench, told) = self::told(key(), (0..3).map(|_| Script::fail(phase, kind)));
        bench.call_with(GetItem, CallOptions::new().max_attempts(1)).unwrap_err();
        assert!(told.take()[0].starts_with(&format!("sign-in login {outcome}, ")), "{kind:?}");
    }

    // A sign-in whose caller is gone.
    let (bench, told) = self::told(key(), []);
    let mut machine = bench.core.call(&GetItem, CallOptions::new());
    assert!(matches!(machine.step(bench.clock.now()), Step::Send(_)));
    drop(machine);
    assert_eq!(told.take(), ["sign-in login dropped, ×1, 0/0 s", "get_item dropped, ×0, 0/0 s"]);
}

fn no_things() -> Script {
    Script::get("/things").answer(200, r#"{"ids": []}"#)
}

#[test]
fn a_record_has_the_account_and_the_effect() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let hook = move |call: &CallRecord<'_>| {
        let account = call.account.map(str::to_owned);
        sink.lock().unwrap().push((call.api, account, call.effect));
    };
    let bench = bench_with(|clock| config(direct(), clock).after_call(hook).account("mine"), [ok(), ok()]);
    bench.call(GetItem).unwrap();
    let _ = bench.perform(Order);
    let expected = [Effect::Safe, Effect::Spends].map(|effect| ("shop", Some("mine".to_owned()), effect));
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn the_wait_for_a_limit_is_told() {
    let limited = || Script::any().answer(429, "{}").header("retry-after", "7");
    let (bench, told) = told(direct(), [ok(), ok(), ok(), ok(), limited(), ok()]);
    for _ in 0..4 {
        bench.call_with(LimitedGet, CallOptions::new().deadline(Duration::from_secs(90))).unwrap();
    }
    assert_eq!(told.take().last().unwrap(), "limited_get done, 200, ×1, 60/60 s");
    // The API's own limit.
    bench.call(GetItem).unwrap();
    assert_eq!(told.take(), ["get_item done, 200, ×2, 7/7 s"]);
    // A wait that does not end in a call.
    let left = bench.core.rates_left();
    assert_eq!(left.iter().map(|rate| (rate.name.as_str(), rate.left)).collect::<Vec<_>>(), [("get", 2), ("order", 2)]);
}

#[test]
fn a_panic_of_the_hook_does_not_take_the_outcome_with_it() {
    let hook = |_: &CallRecord<'_>| panic!("of the hook");
    let bench = bench_with(|clock| config(direct(), clock).after_call(hook), [Script::fail(Phase::Head, Kind::Reset)]);
    assert!(bench.perform(Reboot).is_unresolved());
    assert_eq!(bench.core.counters().ended(CallOutcome::Unresolved), 1);
}

#[test]
fn what_is_left_of_a_limit() {
    let (bench, _) = told(direct(), [ok(), ok(), ok()]);
    let get = |bench: &Bench| {
        let rate = bench.core.rates_left().into_iter().find(|rate| rate.name == "get").unwrap();
        (rate.count, rate.left, rate.next.as_secs())
    };
    assert_eq!(get(&bench), (3, 3, 0));
    for left in [2, 1] {
        bench.call(LimitedGet).unwrap();
        assert_eq!(get(&bench), (3, left, 0));
    }
    bench.call(LimitedGet).unwrap();
    assert_eq!(get(&bench), (3, 0, 60));
    bench.clock.advance(Duration::from_secs(45));
    assert_eq!(get(&bench), (3, 0, 15));
    bench.clock.advance(Duration::from_secs(15));
    assert_eq!(get(&bench), (3, 3, 0));
    let now = bench.clock.now().monotonic;
    bench.core.rates().hold(&["get"], now + Duration::from_secs(5));
    assert_eq!(get(&bench), (3, 0, 5));
}

#[test]
fn errors_and_rejections_say_how_long_to_wait() {
    let asks = |status: u16, name: &str| fault(status, name).header("retry-after", "30");
    let bench = bench([asks(404, "NotFound"), asks(409, "Conflict"), ok(), ok(), ok()]);
    let seconds = |wait: Option<Duration>| wait.map(|wait| wait.as_secs());
    assert_eq!(seconds(bench.call(GetItem).unwrap_err().retry_after()), Some(30));
    let Outcome::Rejected(rejection) = bench.perform(Reboot) else { panic!("it was refused") };
    assert_eq!(seconds(rejection.retry_after()), Some(30));
    assert_eq!(seconds(Outcome::<(), _>::Rejected(rejection.clone()).retry_after()), Some(30));
    assert_eq!(seconds(hostkit::Error::from(rejection).retry_after()), Some(30));
    // The local limit knows it, too.
    for _ in 0..3 {
        bench.call(LimitedGet).unwrap();
    }
    let error = bench.call(LimitedGet).unwrap_err();
    assert_eq!((error.kind(), seconds(error.retry_after())), (ErrorKind::Exhausted, Some(60)));

    // So does the answer to a sign-in, but nothing else.
    let bench = bench_with(|clock| config(key(), clock), [asks(403, "Forbidden"), login(), fault(404, "NotFound")]);
    assert_eq!(seconds(bench.call(GetItem).unwrap_err().retry_after()), Some(30));
    bench.core.reset_session();
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(bench.call(GetItem).unwrap_err().retry_after(), None);
}

#[test]
fn the_number_of_attempts_is_an_option() {
    let broken = || Script::fail(Phase::Head, Kind::Reset);
    for (client, call, expected) in [(None, None, 3), (Some(2), None, 2), (Some(1), None, 1), (Some(1), Some(3), 3)] {
        let configure = |clock: &_| match client {
            Some(most) => config(direct(), clock).max_attempts(most),
            None => config(direct(), clock),
        };
        let bench = bench_with(configure, [broken(), broken(), broken()]);
        let mut options = CallOptions::new();
        options.max_attempts = call;
        let error = bench.call_with(GetItem, options).unwrap_err();
        assert_eq!((error.attempts(), bench.sent("get_item")), (expected, expected as usize), "{client:?}, {call:?}");
    }
    // A single attempt is not replayed after a 401, and its sign-in is not repeated.
    let once = |script: Vec<Script>| bench_with(|clock| config(key(), clock).max_attempts(1), script);
    let bench = once(vec![login(), fault(401, "Unauthorized")]);
    assert!(bench.call(GetItem).unwrap_err().is_auth());
    let bench = once(vec![broken()]);
    assert_eq!(bench.call(GetItem).unwrap_err().kind(), ErrorKind::SignIn);
}

#[test]
fn an_impossible_number_of_attempts_is_refused() {
    for most in [0, 4, u32::MAX] {
        let clock = ManualClock::new(WALL);
        let built = config(direct(), &clock).max_attempts(most).build();
        assert_eq!(built.err(), Some(SetupError::MaxAttempts(most)));
        let budget = Budget::new("10".parse().unwrap());
        let bench = bench_with(|clock| config(direct(), clock).budget(budget.clone()), []);
        let options = || CallOptions::new().max_attempts(most).price("5".parse().unwrap());
        let error = bench.call_with(GetItem, options()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().ends_with(&format!("refused: `max_attempts` is 1 to 3, not {most}")), "{error}");
        assert!(matches!(bench.perform_with(Order, options()), Outcome::NotSent(_)));
        assert_eq!(budget.remaining(), "10".parse().unwrap());
    }
}

#[test]
fn a_recovery_tells_of_each_look() {
    let things = |ids: &str| Script::get("/things").answer(200, format!(r#"{{"ids": [{ids}]}}"#));
    let lost = Script::fail(Phase::Head, Kind::Reset);
    let (bench, _) = told(direct(), [things("1"), lost, things("1"), fault(503, "Down"), things("1, 7")]);
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let mut reads = Vec::new();
    let once = CallOptions::new().max_attempts(1);
    let machine = bench.core.recover_with::<Order, _>(&ticket, once, |read| reads.push(read.clone()));
    assert_eq!(bench.run(machine).happened(), Some(7));
    let shown: Vec<_> = reads.iter().map(|read| (read.reads, read.seen.as_str(), read.failure.is_some())).collect();
    assert_eq!(shown, [(1, "not there yet", false), (2, "nothing: the read failed", true)]);
    let times: Vec<_> = reads.iter().map(|read| (read.next.as_secs(), read.until_absence_counts.as_secs())).collect();
    assert_eq!(times, [(5, 900), (10, 895)]);
    assert_eq!(bench.seconds(), 15);
}

/// Waits for an id above 5, over a call with a rate limit.
struct Limited;

impl Waiter for Limited {
    type Endpoint = LimitedGet;
    type Found = u64;
    const INFO: WaiterInfo = WaiterInfo { name: "limited", ..WaiterInfo::DEFAULT };

    fn poll(&self) -> LimitedGet {
        LimitedGet
    }

    fn judge(&self, id: u64, _: Checks<'_>) -> Progress<u64> {
        match id {
            0..=5 => Progress::Pending(Observation::new("small")),
            _ => Progress::Ready(id),
        }
    }
}

#[test]
fn a_callers_interval_is_not_shorter_than_the_limit_allows() {
    let id = |id: u64| Script::any().answer(200, format!(r#"{{"id": {id}}}"#));
    for (interval, seconds) in [(1, 60), (30, 90)] {
        let bench = bench([id(1), id(2), id(9)]);
        let options = CallOptions::new().poll_interval(Duration::from_secs(interval));
        let found = bench.run(bench.core.wait(Limited, options, |_| ()));
        assert_eq!((found.unwrap(), bench.seconds()), (9, seconds), "{interval} s");
    }
}

#[test]
fn a_wait_that_can_be_cancelled_takes_no_real_time_either() {
    let began = std::time::Instant::now();
    let bench = bench([ok(), ok(), ok(), ok()]);
    let options = || CallOptions::new().deadline(Duration::from_secs(90)).cancel(Cancel::new());
    for _ in 0..4 {
        bench.call_with(LimitedGet, options()).unwrap();
    }
    assert_eq!(bench.seconds(), 60);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_client_may_start_signed_in() {
    let bench = bench_with(|clock| config(key(), clock).signed_in(TOKEN), [ok(), fault(401, "Expired"), login(), ok()]);
    bench.call(GetItem).unwrap();
    assert_eq!(bench.transport.sent()[0].headers["x-token"], TOKEN);
    // It ends as any other session does.
    bench.call(GetItem).unwrap();
    assert_eq!((bench.sent("login"), bench.core.counters().sign_ins), (1, 1));

    let clock = ManualClock::new(WALL);
    let built = config(key(), &clock).signed_in("two\nlines").build();
    assert!(matches!(built, Err(SetupError::Credentials(_))), "{built:?}");
}
