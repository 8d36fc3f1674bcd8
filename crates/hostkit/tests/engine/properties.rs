//! For random events in random order, the machine ends, and never sends an acting call twice.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::time::{Clock, ManualClock, Moment};
use hostkit::transport::{AnswerLimits, Incoming, Phase, TransportError, TransportErrorKind as Kind};
use hostkit::{Call, CallOptions, Error, Outcome, Perform};
use http::HeaderMap;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// One event that happens to the machine.
#[derive(Debug, Clone)]
enum Event {
    Answer {
        status: u16,
        body: &'static str,
        headers: Vec<(&'static str, &'static str)>,
    },
    Fail(Phase, Kind),
    /// An unsolicited answer.
    OutOfTurn,
    /// The driver steps the machine while a request is in flight.
    Impatient,
    Wait(Duration),
    Suspend(i64),
    Reset,
    Cancel,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let status = prop::sample::select(vec![200, 200, 200, 204, 302, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504]);
    let bodies =
        vec!["", r#"{"id": 7}"#, r#"{"No": {"code": 1}}"#, r#"{"Expired": {"code": 1}}"#, "<html>", r#"{"id":"#];
    let headers = prop::sample::subsequence(
        vec![
            ("x-token", TOKEN),
            ("x-life", "100"),
            ("retry-after", "1"),
            ("retry-after", "99999999999999999999"),
            ("x-fault", "Busy"),
            ("x-fault", "Queue"),
            ("x-later", "1"),
            ("x-base", "https://evil.example"),
        ],
        0..4,
    );
    let answer = (status, prop::sample::select(bodies), headers).prop_map(|(status, body, headers)| Event::Answer {
        status,
        body,
        headers,
    });
    let good = prop::sample::subsequence(vec![("x-token", TOKEN), ("x-later", "1")], 0..=2)
        .prop_map(|headers| Event::Answer { status: 200, body: r#"{"id": 7}"#, headers });
    let login = Just(Event::Answer { status: 200, body: "", headers: vec![("x-token", TOKEN)] });
    let phase = prop::sample::select(vec![Phase::Connect, Phase::Send, Phase::Head, Phase::Body]);
    let kind = prop::sample::select(vec![Kind::Timeout, Kind::Reset, Kind::Closed, Kind::TooLarge, Kind::Other]);
    let event = prop_oneof![
        6 => answer,
        3 => login,
        2 => good,
        3 => (phase, kind).prop_map(|(phase, kind)| Event::Fail(phase, kind)),
        1 => Just(Event::OutOfTurn),
        1 => Just(Event::Impatient),
        1 => (0u64..40_000).prop_map(|millis| Event::Wait(Duration::from_millis(millis))),
        1 => (-1000i64..1000).prop_map(Event::Suspend),
        1 => Just(Event::Reset),
        1 => Just(Event::Cancel),
    ];
    prop::collection::vec(event, 0..25)
}

/// What was observed of a machine.
struct Seen<D> {
    done: D,
    /// Requests other than sign-ins, and those of them of which at least a byte was sent.
    sent: usize,
    arrived: usize,
    logins: usize,
    ended: Moment,
}

fn incoming(status: u16, body: &str, headers: &[(&'static str, &'static str)]) -> Incoming {
    let headers: HeaderMap = headers.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
    let incoming = Incoming::new(&AnswerLimits::DEFAULT, status, headers).unwrap();
    incoming.with_body(body.as_bytes().to_vec()).unwrap()
}

fn run<M: Machine>(
    core: &hostkit::machinery::ClientCore<Shop>,
    clock: &ManualClock,
    cancel: &hostkit::Cancel,
    mut machine: M,
    events: Vec<Event>,
) -> Seen<M::Done> {
    let mut events = events.into_iter();
    let (mut sent, mut arrived, mut logins) = (0, 0, 0);
    for _ in 0..500 {
        match machine.step(clock.now()) {
            Step::Done(done) => return Seen { done, sent, arrived, logins, ended: clock.now().monotonic },
            Step::SleepUntil(moment) | Step::Wait(_, moment) => {
                assert!(moment > clock.now().monotonic, "a machine sleeps in place");
                let _ = clock.sleep(moment);
            }
            Step::Send(outgoing) => {
                let is_login = outgoing.endpoint == "login";
                *(if is_login { &mut logins } else { &mut sent }) += 1;
                let uri = outgoing.request.uri();
                assert_eq!(uri.host(), Some("shop.example"), "the request leaves the base");
                assert!(outgoing.timeout > Duration::ZERO);
                let mut result = None;
                while result.is_none() {
                    match events.next() {
                        Some(Event::Answer { status, body, headers }) => {
                            result = Some(Ok(incoming(status, body, &headers)))
                        }
                        Some(Event::Fail(phase, kind)) => result = Some(Err(TransportError::new(phase, kind, ""))),
                        Some(Event::OutOfTurn) => {}
                        Some(Event::Impatient) => match machine.step(clock.now()) {
                            Step::SleepUntil(_) => {}
                            Step::Done(done) => {
                                arrived += usize::from(!is_login);
                                return Seen { done, sent, arrived, logins, ended: clock.now().monotonic };
                            }
                            _ => panic!("a machine in flight did something else than wait"),
                        },
                        Some(Event::Wait(duration)) => {
                            clock.advance(duration.min(outgoing.deadline.since(clock.now().monotonic)));
                        }
                        Some(Event::Suspend(seconds)) => clock.advance_wall(seconds),
                        Some(Event::Reset) => core.reset_session(),
                        Some(Event::Cancel) => cancel.cancel(),
                        None => result = Some(Err(TransportError::new(Phase::Head, Kind::Timeout, ""))),
                    }
                }
                let result = result.unwrap();
                let is_sent = !matches!(&result, Err(error) if error.is_not_sent());
                arrived += usize::from(is_sent && !is_login);
                machine.receive(clock.now(), result);
                // An unsolicited answer, which must be ignored.
                machine.receive(clock.now(), Ok(incoming(200, r#"{"id": 666}"#, &[("x-token", "forged")])));
            }
        }
    }
    panic!("the machine does not end");
}

fn run_call<E: Call<Api = Shop>>(endpoint: E, keyed: bool, events: Vec<Event>) -> Seen<Result<E::Output, Error<Code>>> {
    let clock = ManualClock::new(WALL);
    let cancel = hostkit::Cancel::new();
    let core = config(if keyed { key() } else { direct() }, &clock).build().unwrap();
    let machine = core.call(&endpoint, CallOptions::new().cancel(cancel.clone()));
    let seen = run(&core, &clock, &cancel, machine, events);
    let Seen { done, sent, arrived, logins, ended } = seen;
    Seen { done: done.map(|reply| reply.value), sent, arrived, logins, ended }
}

fn run_perform<E: Perform<Api = Shop>>(endpoint: E, keyed: bool, events: Vec<Event>) -> Seen<Outcome<E::Output, Code>> {
    let clock = ManualClock::new(WALL);
    let cancel = hostkit::Cancel::new();
    let core = config(if keyed { key() } else { direct() }, &clock).build().unwrap();
    let machine = core.perform(&endpoint, CallOptions::new().unread().cancel(cancel.clone()));
    let seen = run(&core, &clock, &cancel, machine, events);
    let Seen { done, sent, arrived, logins, ended } = seen;
    Seen { done: done.map(|reply| reply.value), sent, arrived, logins, ended }
}

/// Checks what holds for every acting call.
fn check_acting<E: Perform<Api = Shop>>(endpoint: E, keyed: bool, events: Vec<Event>) -> &'static str
where
    E::Output: std::fmt::Debug + PartialEq<u64>,
{
    let seen = run_perform(endpoint, keyed, events);
    let outcome = &seen.done;
    assert!(seen.sent <= 1, "sent {} times", seen.sent);
    assert!(seen.logins <= 3);
    assert!(seen.ended.since(Moment::START) <= E::INFO.deadline, "it took longer than it may");
    match outcome {
        Outcome::NotSent(error) => {
            assert_eq!(seen.arrived, 0, "said to be not sent: {error}");
            assert!(!error.may_have_happened());
        }
        Outcome::Done(value) | Outcome::Accepted(value, _) => {
            assert_eq!(seen.arrived, 1);
            assert!(*value == 7, "an answer out of turn was taken: {value:?}");
        }
        Outcome::Rejected(_) | Outcome::Unresolved(_) => assert_eq!(seen.arrived, 1, "{outcome:?}"),
    }
    outcome.as_str()
}

/// Checks what holds for every call that only reads or sets a state.
fn check_call<E: Call<Api = Shop>>(endpoint: E, keyed: bool, events: Vec<Event>)
where
    E::Output: std::fmt::Debug + PartialEq<u64>,
{
    let seen = run_call(endpoint, keyed, events);
    assert!(seen.sent <= 3, "sent {} times", seen.sent);
    assert!(seen.logins <= 3, "signed in {} times", seen.logins);
    assert!(seen.ended.since(Moment::START) <= E::INFO.deadline, "it took longer than it may");
    match seen.done {
        Ok(value) => assert!(value == 7, "an answer out of turn was taken: {value:?}"),
        Err(error) => {
            assert_eq!(error.attempts() as usize, seen.sent);
            assert!(!error.may_have_happened() || E::INFO.effect != hostkit::Effect::Safe);
            if seen.arrived == 0 {
                assert!(!error.may_have_happened(), "nothing arrived: {error}");
            }
        }
    }
}

/// Promise P2: an acting call always ends with one of five outcomes, and the outcome is true.
#[test]
fn p2_every_call_that_acts_ends_as_one_of_five() {
    let cases = match std::env::var("HOSTKIT_PROMISE_SIZE").as_deref() {
        Ok("small") => 500,
        Ok("long") => 200_000,
        _ => 1_500,
    };
    let ends = RefCell::new(BTreeMap::<&str, u32>::new());
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let result = runner.run(&(events(), any::<bool>(), 0..3), |(events, keyed, class)| {
        let end = match class {
            0 => check_acting(Order, keyed, events),
            1 => check_acting(Reboot, keyed, events),
            _ => check_acting(Delete, keyed, events),
        };
        *ends.borrow_mut().entry(end).or_default() += 1;
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let ends = ends.into_inner();
    println!("P2: {cases} cases, sequences of events: {ends:?}");
    assert!(ends.len() == 5, "not every end was reached: {ends:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn other_calls_are_sent_three_times_at_most(events in events(), keyed: bool, class in 0..3) {
        match class {
            0 => check_call(GetItem, keyed, events),
            1 => check_call(SetName, keyed, events),
            _ => check_call(SetNote, keyed, events),
        }
    }

    /// Checks the windows of a server that may count a call at any point of it.
    #[test]
    fn no_window_holds_too_many(
        arrivals in prop::collection::vec((0u64..5_000, 0u64..3_000, 0.0f64..1.0), 1..200),
        count in 1u32..6,
        length in 1u64..10,
    ) {
        let window = Duration::from_secs(length);
        let rules = [hostkit::protocol::RateRule { name: "get", count, window }];
        let rates = hostkit::Rates::new(Box::leak(Box::new(rules)));
        let mut now = Moment::START;
        let mut counted = Vec::new();
        let mut under_way: Vec<(Moment, hostkit::machinery::Permit)> = Vec::new();
        for (pause, takes, share) in arrivals {
            now = now + Duration::from_millis(pause);
            let deadline = now + Duration::from_secs(60);
            loop {
                under_way.retain(|(end, permit)| {
                    if *end <= now {
                        rates.ended(*end, *permit);
                    }
                    *end > now
                });
                match rates.admit(now, deadline, &["get"]) {
                    Ok(permit) => {
                        let end = now + Duration::from_millis(takes);
                        under_way.push((end, permit));
                        counted.push(now + Duration::from_millis(takes).mul_f64(share));
                        break;
                    }
                    Err(room) => {
                        prop_assert!(room > now, "it waits in place");
                        let next = under_way.iter().map(|(end, _)| *end).min().filter(|end| *end > now);
                        now = next.map_or(room, |end| end.min(room));
                    }
                }
            }
        }
        counted.sort_unstable();
        for (index, start) in counted.iter().enumerate() {
            let inside = counted[index..].iter().take_while(|at| at.since(*start) < window).count();
            prop_assert!(inside <= count as usize, "{inside} calls in {window:?}, {count} are allowed");
        }
    }
}
