//! Calls that are refused before they are sent: by a price limit, a budget, or the caller's journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::common::things::things;
use crate::common::*;
use hostkit::machinery::{Machine, Step, drive};
use hostkit::protocol::codec::DecodeError;
use hostkit::protocol::{EncodeError, EndpointInfo, Flag, Method, RawAnswer, RequestParts};
use hostkit::time::{Clock, ManualClock, Now};
use hostkit::transport::{Phase, TransportErrorKind as Kind};
use hostkit::{Budget, CallOptions, Effect, Endpoint, ErrorKind, Money, Outcome, Secret};
use hostkit_testing::Script;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[test]
fn the_price_guard() {
    let guarded = |price: Option<&str>, max: Option<&str>| {
        let bench = bench([ok()]);
        let mut options = CallOptions::new();
        options.price = price.map(money);
        options.max_cost = max.map(money);
        (bench.perform_with(Order, options), bench.sent("order"))
    };
    assert!(matches!(guarded(None, None), (Outcome::Done(_), 1)));
    assert!(matches!(guarded(Some("5"), Some("5")), (Outcome::Done(_), 1)));
    for (price, max) in [(None, Some("5")), (Some("5.01"), Some("5")), (Some("-5"), Some("5"))] {
        let (outcome, sent) = guarded(price, max);
        assert!(matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::Refused), "{outcome:?}");
        assert_eq!(sent, 0);
    }
}

/// An installation that may add a paid licence.
#[derive(Debug)]
struct Install;

impl Endpoint for Install {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "install",
        path: "/install",
        method: Method::POST,
        effect: Effect::Destructive,
        flags: &[Flag::Recurring],
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        Order::decode(answer)
    }
}

hostkit::protocol::not_shown!(Install, "nothing shows it");

#[test]
fn what_destroys_something_and_may_cost_needs_a_price() {
    let budget = Budget::new(money("100"));
    let bench = bench_with(|clock| config(direct(), clock).budget(budget.clone()), [ok(), ok()]);
    let ends: Vec<_> = [None, Some("100.01"), Some("30"), Some("0")]
        .map(|price| {
            let mut options = CallOptions::new();
            options.price = price.map(money);
            (bench.perform_with(Install, options).as_str(), budget.remaining().to_string())
        })
        .into();
    let expected = [("not sent", "100"), ("not sent", "100"), ("done", "70"), ("done", "70")];
    assert_eq!(ends, expected.map(|(end, left)| (end, left.to_owned())));
}

/// A log that blocks between the last check and the first byte.
#[test]
fn what_was_held_up_after_the_last_check_is_not_sent() {
    #[derive(Debug)]
    struct Late(ManualClock, Arc<AtomicBool>);

    impl Clock for Late {
        fn now(&self) -> Now {
            let held = if self.1.load(Ordering::SeqCst) { Duration::from_secs(3600) } else { Duration::ZERO };
            self.0.now().later(held)
        }
    }

    for is_held in [false, true] {
        let held = Arc::new(AtomicBool::new(false));
        let hook = Arc::clone(&held);
        let configure = |clock: &ManualClock| {
            config(direct(), clock).before_send(move |_| {
                hook.store(is_held, Ordering::SeqCst);
                Ok(())
            })
        };
        let bench = bench_with(configure, [ok()]);
        let machine = bench.core.perform(&Order, CallOptions::new().unread());
        let outcome = drive(machine, &bench.transport, &Late(bench.clock.clone(), held));
        assert_eq!(
            (bench.sent("order"), outcome.may_have_happened()),
            (usize::from(!is_held), !is_held),
            "{outcome:?}"
        );
    }
}

#[test]
fn the_budget_is_used_up_by_what_may_have_happened() {
    let budget = Budget::new(money("100"));
    let refused = Script::fail(Phase::Connect, Kind::Refused);
    let open = Script::fail(Phase::Body, Kind::Closed);
    let verify = Script::any().answer(200, "{}").header("x-fault", "Queue");
    let script = [ok(), fault(403, "Forbidden"), refused, open, verify, ok()];
    let configure = |clock: &_| config(direct(), clock).budget(budget.clone()).rates(hostkit::Rates::new(&[]));
    let bench = bench_with(configure, script);
    let priced = || CallOptions::new().price(money("30"));
    let left: Vec<_> = (0..5)
        .map(|_| {
            let outcome = bench.perform_with(Order, priced());
            (outcome.as_str(), budget.remaining().to_string())
        })
        .collect();
    let expected = [("done", "70"), ("rejected", "70"), ("not sent", "70"), ("unresolved", "40"), ("rejected", "10")];
    assert_eq!(left, expected.map(|(outcome, left)| (outcome, left.to_owned())));
    let outcome = bench.perform_with(Order, priced());
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::Refused), "{outcome:?}");
    // A call that does not spend needs no price.
    assert!(bench.perform(Reboot).is_done());
}

/// What a proxy's repeat refuses, and the list shows as made, costs its price.
#[test]
fn a_refusal_that_follows_a_success_is_paid() {
    let left = |(status, name), after: &str| {
        let budget = Budget::new(money("100"));
        let script = [things("1"), fault(status, name), things(after)];
        let bench = bench_with(|clock| config(direct(), clock).budget(budget.clone()), script);
        let outcome = bench.run(bench.core.perform(&Order, CallOptions::new().price(money("30"))));
        (outcome.as_str(), budget.remaining().to_string())
    };
    // A server of an older version may not know the call.
    for refusal in [(402, "Payment"), (400, "Unknown")] {
        assert_eq!(left(refusal, "1, 7"), ("done", "70".to_owned()), "{refusal:?}");
        assert_eq!(left(refusal, "1, 7, 8"), ("rejected", "70".to_owned()), "{refusal:?}: it may have happened");
        assert_eq!(left(refusal, "1"), ("rejected", "100".to_owned()), "{refusal:?}");
    }
}

#[test]
fn a_dropped_call_stays_paid() {
    let budget = Budget::new(money("100"));
    let bench = bench_with(|clock| config(direct(), clock).budget(budget.clone()), []);
    let mut machine = bench.core.perform(&Order, CallOptions::new().unread().price(money("30")));
    assert!(matches!(machine.step(bench.clock.now()), Step::Send(_)));
    drop(machine);
    assert_eq!(budget.remaining(), money("70"));
}

#[test]
fn a_journal_may_refuse() {
    let configure = |clock: &_| {
        config(direct(), clock).before_send(|intent| match intent.operation {
            "order" => Err(format!("no orders, not even for {:?}", intent.price)),
            _ => Ok(()),
        })
    };
    let bench = bench_with(configure, [ok(), ok()]);
    let outcome = bench.perform(Order);
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::Refused), "{outcome:?}");
    assert!(bench.perform(Reboot).is_done());
    bench.call(GetItem).unwrap();
}

/// Whoever found the ticket meanwhile was told that nothing was sent, so nothing may go out after the deadline.
#[test]
fn what_the_hook_held_up_beyond_the_deadline_is_not_sent() {
    for (wall_only, seconds, is_sent) in [(false, 29, true), (false, 30, false), (true, 30, true), (true, 32, false)] {
        let configure = |clock: &ManualClock| {
            let held = clock.clone();
            config(direct(), clock).before_send(move |_| {
                if wall_only {
                    held.advance_wall(seconds)
                } else {
                    held.advance(Duration::from_secs(seconds as u64))
                }
                Ok(())
            })
        };
        let bench = bench_with(configure, [ok().takes(Duration::from_secs(5))]);
        let outcome = bench.perform(Order);
        assert_eq!(bench.sent("order"), usize::from(is_sent), "{outcome:?}");
        assert_eq!(outcome.may_have_happened(), is_sent, "{seconds}: {outcome:?}");
        assert!(bench.seconds() <= 30, "it is back at its deadline: {}", bench.seconds());
    }
}

#[test]
fn what_the_first_attempt_may_have_done_is_said_where_the_second_is_refused() {
    let asked = AtomicU32::new(0);
    let configure = |clock: &_| {
        config(direct(), clock).before_send(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err("the journal is full".to_owned()),
        })
    };
    let bench = bench_with(configure, [Script::fail(Phase::Head, Kind::Reset)]);
    let error = bench.call(SetNote).unwrap_err();
    assert_eq!((error.kind(), bench.sent("set_note")), (ErrorKind::Refused, 1));
    assert!(error.may_have_happened(), "{error}");
}

#[test]
fn credentials_that_cannot_be_sent_are_refused_at_once() {
    for text in ["key\n", "key\r\n", "\0key", "ke\u{7f}y", "ke\u{85}y", "ключ"] {
        for customer in [Customer::Key(Secret::new(text)), Customer::Direct(Secret::new(text))] {
            let error = config(customer, &ManualClock::new(WALL)).build().unwrap_err();
            assert!(matches!(error, hostkit::SetupError::Credentials(_)), "{error}");
            assert!(!format!("{error} {error:?}").contains(text), "{error:?}");
        }
    }
}
