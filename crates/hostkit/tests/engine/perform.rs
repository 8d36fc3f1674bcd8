//! What stands around a call that acts: the look before it, calls that could be taken for one another, and refusals that
//! its own success may have caused.

use std::time::Duration;

use crate::common::things::{MORE, OrderAs, UNTOLD, things};
use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::evidence::Doubt;
use hostkit::time::Clock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{CallOptions, Cancel, ErrorKind, Outcome, Perform, Recovery, SavedTicket, TicketCause};
use hostkit_testing::Script;

fn broken() -> Script {
    Script::fail(Phase::Head, TransportErrorKind::Reset)
}

fn made(id: u64) -> Script {
    Script::any().answer(200, format!(r#"{{"id": {id}}}"#))
}

/// U1: the look before is one safe call, and shares the deadline.
#[test]
fn what_is_there_is_read_before_the_call() {
    let bench = bench([things("1, 2"), ok()]);
    assert!(bench.read_and_perform(Order).is_done());
    let sent: Vec<&str> = bench.transport.sent().iter().map(|sent| sent.endpoint).collect();
    assert_eq!(sent, ["list_things", "order"]);

    let slow =
        crate::common::bench([things("1, 2").takes(Duration::from_secs(29)), ok().takes(Duration::from_secs(5))]);
    let outcome = slow.read_and_perform(Order);
    assert!(outcome.is_unresolved(), "{outcome:?}");
    assert_eq!(slow.seconds(), 30);
}

/// Where the look fails, nothing is sent, and the reason is that of the look.
#[test]
fn a_look_that_fails_sends_nothing() {
    for (script, kind) in [
        (vec![fault(403, "Forbidden")], ErrorKind::Fault),
        (vec![Script::any().answer(200, "<html>")], ErrorKind::Decode),
        ((0..3).map(|_| Script::any().answer(502, "")).collect(), ErrorKind::Unrecognised),
        (vec![things("1, []")], ErrorKind::Refused),
    ] {
        let count = script.len();
        let bench = bench(script.into_iter().chain([Script::any().answer(200, "<html>")]));
        let Outcome::NotSent(error) = bench.read_and_perform(Order) else { panic!("{kind:?}: it was sent") };
        assert_eq!(bench.sent("order"), 0, "{error}");
        assert!(error.kind() == kind || count == 1 && kind == ErrorKind::Decode, "{error:?} is no {kind:?}");
    }
}

/// Where it is so already, such a call would do harm, or cost money, for nothing.
#[test]
fn what_is_so_already_is_not_done_again() {
    fn refused<E: Perform<Api = Shop>>(call: E, before: Script, is_refused: bool) {
        let bench = bench([before, ok()]);
        let (outcome, name) = (bench.read_and_perform(call).map(drop), E::INFO.name);
        assert_eq!(bench.sent(name), usize::from(!is_refused), "{name}: {outcome:?}");
        let Outcome::NotSent(error) = outcome else {
            return assert!(!is_refused && outcome.is_done(), "{name}: {outcome:?}");
        };
        assert!(is_refused && error.kind() == ErrorKind::Already && !error.is_worth_retrying(), "{name}: {error}");
        let text = format!("shop {name} at shop.example: it is already as the call would make it, so nothing was sent");
        assert_eq!(error.to_string(), text);
    }
    let item = |id: u64| Script::any().answer(200, format!(r#"{{"id": {id}}}"#));
    refused(Attach, things("1, 7"), true);
    refused(Attach, things("1, 2"), false);
    refused(Detach, things("1, 2"), true);
    refused(Detach, things("1, 7"), false);
    refused(Close, item(9), true);
    refused(Close, item(3), false);
    // An object that is not there is in no state; what is to be gone is.
    refused(Close, item(0), false);
    // Others say nothing about it: the API decides.
    refused(RemoveThing, things("2"), false);
    refused(Lock, item(9), false);
}

/// What the hoster makes by itself cannot be told from what was ordered; that nothing was made can.
#[test]
fn what_the_hoster_does_by_itself_is_not_taken_for_the_calls() {
    let look = |after: &'static str| {
        let bench = bench([things("1"), broken()].into_iter().chain((0..19).map(|_| things(after))));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(BackUp) else { panic!("the end is open") };
        bench.run(bench.core.recover::<BackUp>(&ticket, CallOptions::new()))
    };
    assert!(matches!(look("1, 7"), Recovery::CannotTell(Doubt::ByItself)));
    assert!(matches!(look("1"), Recovery::DidNot));
}

/// A list is read to its last page, or to the hundredth, and then it is a part.
#[test]
fn a_list_of_more_than_a_hundred_pages_is_no_baseline() {
    for (pages, is_sent) in [(2, true), (100, true), (101, false)] {
        let more = (1..pages).map(|_| things(&format!("1, {MORE}")));
        let bench = bench(more.chain([things("2"), ok()]));
        let outcome = bench.read_and_perform(Order);
        assert_eq!((bench.sent("list_things"), outcome.is_done()), (pages.min(100), is_sent), "{pages}: {outcome:?}");
        let Outcome::NotSent(error) = outcome else { continue };
        assert!(error.to_string().contains("more than 100 pages"), "{error}");
    }
}

/// An item on a page that was not read would look new later.
#[test]
fn a_list_without_a_known_end_is_no_baseline() {
    let half = [things(&format!("1, {MORE}")), fault(404, "NotFound")];
    for reads in [vec![things(&format!("1, {UNTOLD}"))], half.to_vec()] {
        let bench = bench(reads);
        let Outcome::NotSent(error) = bench.read_and_perform(Order) else { panic!("it was sent") };
        assert!(error.to_string().contains("known in part only"), "{error}");
        assert_eq!(bench.transport.left(), 0);
    }
}

/// A list that is hidden before the call would look new later.
#[test]
fn a_hidden_list_is_no_baseline() {
    let notes = Script::get("/things/5/notes").answer(200, r#"{"ids": [1]}"#);
    let bench = bench([things("5, 8"), notes, fault(404, "NotFound")]);
    let Outcome::NotSent(error) = bench.read_and_perform(AddNote) else { panic!("it was sent") };
    let said = error.to_string();
    assert!(said.contains("known in part only: shop list_notes at shop.example: 404 NotFound"), "{said}");
    assert_eq!((error.kind(), bench.sent("add_note")), (ErrorKind::Refused, 0));
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(source.is_some_and(|source| source.starts_with("shop list_notes at shop.example: 404")), "{error:?}");
}

/// Inputs that the spec refuses, and prices without the caller's consent, are refused before anything is read.
#[test]
fn what_is_refused_here_is_not_looked_for() {
    let bench = bench([]);
    let dear = CallOptions::new().max_cost(hostkit::Decimal::ONE.into()).price(hostkit::Decimal::TEN.into());
    let outcome = bench.run(bench.core.perform(&Order, dear));
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(bench.transport.sent().len(), 0);
    let cancel = Cancel::new();
    cancel.cancel();
    let outcome = bench.run(bench.core.perform(&Order, CallOptions::new().cancel(cancel)));
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::Cancelled), "{outcome:?}");
}

/// An object that is not there before the call: the API itself says so.
#[test]
fn what_is_not_there_is_for_the_api_to_refuse() {
    let bench = bench([fault(404, "NotFound"), fault(404, "NotFound"), fault(404, "NotFound")]);
    let Outcome::Rejected(rejection) = bench.read_and_perform(Delete) else { panic!("the API refuses") };
    assert_eq!(rejection.fault().status, 404);
}

/// Answers a machine's request, and steps it on.
fn answer<M: Machine>(bench: &Bench, machine: &mut M, script: Script) -> Step<M::Done> {
    bench.transport.push(script);
    let step = machine.step(bench.clock.now());
    let Step::Send(outgoing) = step else { panic!("it sends") };
    let result = hostkit::transport::Transport::send(&bench.transport, *outgoing);
    machine.receive(bench.clock.now(), result);
    machine.step(bench.clock.now())
}

/// The second order waits until the first has ended, and then knows what it made.
#[test]
fn calls_that_could_be_taken_for_one_another_go_one_after_the_other() {
    let bench = bench([]);
    let mut first = bench.core.perform(&Order, CallOptions::new());
    let mut second = bench.core.perform(&Order, CallOptions::new());
    assert!(matches!(answer(&bench, &mut first, things("1, 2")), Step::Send(_)), "the order itself");
    assert!(matches!(second.step(bench.clock.now()), Step::Wait(..)), "the second one waits");
    // Another kind of call does not wait.
    let mut other = bench.core.perform(&Delete, CallOptions::new());
    let there = Script::any().answer(200, r#"{"id": 1}"#);
    assert!(matches!(answer(&bench, &mut other, there), Step::Send(_)));
    // At its deadline it was not sent.
    bench.clock.advance(Duration::from_secs(31));
    let Step::Done(Outcome::NotSent(error)) = second.step(bench.clock.now()) else { panic!("it waits for ever") };
    assert_eq!(error.kind(), ErrorKind::Exhausted);
    // Once the first is dropped, its outcome is unknown, so what shows up may be its work.
    drop(first);
    let mut third = bench.core.perform(&Order, CallOptions::new());
    assert!(matches!(answer(&bench, &mut third, things("1, 2")), Step::Send(_)));
    drop(third);
}

/// What an earlier order made shows up late, while the later one is looked for.
#[test]
fn what_an_earlier_call_made_is_not_taken_for_a_later_one() {
    // The list lags: it does not show 7 when the second order begins.
    let script = [things("1, 2"), ok(), things("1, 2"), broken(), things("1, 2, 7"), things("1, 2, 7, 8")];
    let bench = bench(script);
    assert!(bench.read_and_perform(Order).is_done(), "it made 7");
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(8)), "{done}");
    assert_eq!(bench.transport.left(), 0);
}

/// What another order made may look like this one by now: its plan was changed, or its name was cut.
#[test]
fn what_an_order_of_something_else_made_is_none_of_this_ones() {
    for is_found in [false, true] {
        let second = if is_found { vec![broken(), things("1, 7")] } else { vec![ok()] };
        let script = [things("1"), broken(), things("1")].into_iter().chain(second);
        let bench = bench(script.chain((0..19).map(|_| things("1, 7"))));
        let Outcome::Unresolved(first) = bench.read_and_perform(OrderAs("small")) else { panic!("the end is open") };
        match bench.read_and_perform(OrderAs("large")) {
            Outcome::Unresolved(second) => {
                let done = bench.run(bench.core.recover::<OrderAs>(&second, CallOptions::new()));
                assert!(matches!(done, Recovery::Happened(7)), "{done}");
            }
            done => assert!(done.is_done(), "it made 7"),
        }
        let done = bench.run(bench.core.recover::<OrderAs>(&first, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
        bench.transport.push(things("1, 7, 8"));
        let done = bench.run(bench.core.recover::<OrderAs>(&first, CallOptions::new()));
        assert!(matches!(done, Recovery::Happened(8)), "{done}");
    }
}

/// An answer that names what was there before the order is another call's.
#[test]
fn an_order_makes_something_new() {
    for id in [1, 2] {
        let named = Script::any().answer(200, format!(r#"{{"id": {id}}}"#));
        let bench = bench([things("1, 2"), named, things("1, 2, 7")]);
        let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("{id} is another call's") };
        assert_eq!(ticket.cause(), TicketCause::Unreadable);
        let why = format!("expected something new, found {id}, which was there before");
        assert!(ticket.to_string().contains(&why), "{ticket}");
        let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::Happened(7)), "{done}");
    }
}

/// An answer that names what another order made before is that one's, also where the list does not show it yet: a hoster
/// that takes an order for a repeat of the last one answers so.
#[test]
fn an_order_makes_nothing_that_another_one_made() {
    let bench = bench([things("1, 2"), ok(), things("1, 2"), ok(), things("1, 2, 7"), things("1, 2, 7, 8")]);
    assert!(bench.read_and_perform(Order).is_done(), "it made 7");
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("7 is the other order's") };
    assert!(ticket.to_string().contains("expected something new, found 7, which another call made before"), "{ticket}");
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(8)), "{done}");
}

/// A sign-in may name another address than the one before it, where there may be other objects.
#[test]
fn what_was_read_at_one_address_says_nothing_of_another() {
    let at = |base: &str| login().header("x-base", &format!("https://{base}.shop.example"));
    let signed_in = |script: Vec<Script>| bench_with(|clock| config(key(), clock), script);
    // The token that read what is there does not live long enough for the order.
    let first = [at("a").header("x-life", "40"), things("1, 2").takes(Duration::from_secs(10)), at("b")];
    let bench = signed_in(first.to_vec());
    let Outcome::NotSent(error) = bench.read_and_perform(Order) else { panic!("nothing was read there") };
    assert!(error.kind() == ErrorKind::Exhausted && error.is_worth_retrying(), "{error}");
    bench.transport.push(things("1, 2"));
    bench.transport.push(ok());
    assert!(bench.read_and_perform(Order).is_done(), "all of it at b");
    // Nor is what two addresses list one list.
    let page = things(&format!("1, {MORE}"));
    let bench = signed_in(vec![at("a"), page, Script::any().answer(401, ""), at("b"), things("2")]);
    assert!(matches!(bench.read_and_perform(Order), Outcome::NotSent(_)));
    assert_eq!((bench.sent("order"), bench.transport.left()), (0, 0));

    let bench = signed_in(vec![at("a"), things("1, 2"), broken(), at("b")]);
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let saved = ticket.save().to_string().parse::<SavedTicket>().unwrap();
    for (ticket, there, sign_in) in [
        (ticket, "1, 2", None),
        (saved.ticket::<Order>().unwrap(), "1, 2", Some(at("b"))),
        (saved.ticket::<Order>().unwrap(), "1, 2, 7", Some(at("b"))),
    ] {
        bench.core.reset_session();
        sign_in.into_iter().for_each(|sign_in| bench.transport.push(sign_in));
        (0..19).for_each(|_| bench.transport.push(things(there)));
        let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::Elsewhere)), "{done}");
    }
    bench.core.reset_session();
    [at("a"), things("1, 2, 7")].into_iter().for_each(|script| bench.transport.push(script));
    let done = bench.run(bench.core.recover::<Order>(&saved.ticket::<Order>().unwrap(), CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// Two orders whose ends are both open cannot be told apart.
#[test]
fn two_open_orders_cannot_be_told_apart() {
    let reads = (0..19).map(|_| things("1, 2, 7"));
    let bench = bench([things("1, 2"), broken(), things("1, 2"), broken()].into_iter().chain(reads));
    let Outcome::Unresolved(first) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let Outcome::Unresolved(second) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&first, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
    // Once it is known that the second did nothing, what is there is the first one's.
    for _ in 0..3 {
        bench.transport.push(things("1, 2"));
    }
    let done = bench.run(bench.core.recover::<Order>(&second, CallOptions::new()));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    bench.transport.push(things("1, 2, 7"));
    let done = bench.run(bench.core.recover::<Order>(&first, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// A ticket takes along what other calls made, and whether one of them was open.
#[test]
fn a_ticket_knows_of_the_calls_before_it() {
    let elsewhere = |saved: &SavedTicket, after: &'static str| {
        let bench = bench((0..19).map(|_| things(after)));
        let ticket = saved.ticket::<Order>().unwrap();
        bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()))
    };
    // The list lags: it does not show 7 when the second order begins.
    let here = bench([things("1, 2"), ok(), things("1, 2"), broken()]);
    assert!(here.read_and_perform(Order).is_done(), "it made 7");
    let Outcome::Unresolved(ticket) = here.read_and_perform(Order) else { panic!("the end is open") };
    let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
    assert!(matches!(elsewhere(&saved, "1, 2, 7"), Recovery::CannotTell(Doubt::OtherCall)));
    assert!(matches!(elsewhere(&saved, "1, 2, 7, 8"), Recovery::Happened(8)));

    let here = bench([things("1, 2"), broken(), things("1, 2"), broken()]);
    let Outcome::Unresolved(first) = here.read_and_perform(Order) else { panic!("the end is open") };
    let Outcome::Unresolved(second) = here.read_and_perform(Order) else { panic!("the end is open") };
    let saved: SavedTicket = second.save().to_string().parse().unwrap();
    assert_eq!(saved.to_string(), second.save().to_string());
    assert!(matches!(elsewhere(&saved, "1, 2, 7"), Recovery::CannotTell(Doubt::OtherCall)));
    assert!(matches!(elsewhere(&first.save(), "1, 2, 7"), Recovery::Happened(7)));
}

/// What a ticket of another process is about may show in a list later than a call that is made here after it.
#[test]
fn the_call_of_a_restored_ticket_is_remembered() {
    let here = bench([things("1, 2"), broken()]);
    let Outcome::Unresolved(ticket) = here.read_and_perform(Order) else { panic!("the end is open") };
    let restored = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<Order>().unwrap();
    for is_found in [true, false] {
        let first = things(if is_found { "1, 2, 7" } else { "1, 2" });
        let bench = bench([first, things("1, 2"), broken()].into_iter().chain((0..19).map(|_| things("1, 2, 7"))));
        let soon = CallOptions::new().deadline(Duration::from_secs(1));
        let done = bench.run(bench.core.recover::<Order>(&restored, soon));
        assert!(matches!(done, Recovery::Happened(7) | Recovery::NotYet(..)), "{done}");
        // The list lags: it does not show 7 when the order begins.
        let Outcome::Unresolved(own) = bench.read_and_perform(Order) else { panic!("the end is open") };
        let done = bench.run(bench.core.recover::<Order>(&own, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{is_found}: {done}");
        bench.transport.push(things("1, 2, 7, 8"));
        let done = bench.run(bench.core.recover::<Order>(&own, CallOptions::new().deadline(Duration::from_secs(1))));
        assert!(matches!((is_found, &done), (true, Recovery::Happened(8)) | (false, Recovery::NotYet(..))), "{done}");
    }
}

/// What was found to have happened is remembered like an answer.
#[test]
fn what_was_found_is_the_earlier_calls() {
    let script = [things("1"), broken(), things("1, 7"), things("1, 7"), broken(), things("1, 7, 8")];
    let bench = bench(script);
    let Outcome::Unresolved(first) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&first, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
    let Outcome::Unresolved(second) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&second, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(8)), "{done}");
}

/// A2: a proxy sent it twice; the first arrival was carried out, and the second refused.
#[test]
fn a_refusal_after_its_own_success_is_no_refusal() {
    let kinds = [(400, "Denied"), (402, "Payment"), (403, "Limit"), (404, "NotFound"), (409, "Conflict")];
    // The first arrival used up the limit, or what was signed for one use.
    for (status, name) in kinds.into_iter().chain([(401, "Expired"), (429, "TooMany")]) {
        let bench = bench([things("1, 2"), fault(status, name), things("1, 2, 7")]);
        let outcome = bench.read_and_perform(Order);
        assert!(matches!(outcome, Outcome::Done(7)), "{status}: {outcome:?}");
        assert_eq!(bench.sent("order"), 1);
    }
}

/// A2: what is not seen was refused; a conflict may have a twin that is still at work.
#[test]
fn a_refusal_stays_one_where_nothing_is_seen() {
    for (status, name, is_open) in [
        (400, "Denied", false),
        (402, "Payment", false),
        (401, "Expired", false),
        (403, "Limit", false),
        (404, "NotFound", false),
        (409, "Conflict", true),
        (429, "TooMany", false),
    ] {
        let bench = bench([things("1, 2"), fault(status, name), things("1, 2")]);
        let Outcome::Rejected(rejection) = bench.read_and_perform(Order) else { panic!("{status}: it was refused") };
        assert_eq!((rejection.verify, rejection.ticket().is_some()), (is_open, is_open), "{status}");
    }
    // What cannot be read, or does not tell, leaves it open.
    for after in [things("1"), things("1, 2, 99"), things("1, 2, []"), fault(403, "Forbidden")] {
        let bench = bench([things("1, 2"), fault(402, "Payment"), after]);
        let Outcome::Rejected(rejection) = bench.read_and_perform(Order) else { panic!("it was refused") };
        let ticket = rejection.ticket().expect("a ticket");
        assert!(rejection.verify && ticket.cause() == TicketCause::Refused);
    }
    // No read follows where nothing was read before. Where a limit holds for the read, too, it says nothing.
    for after in [fault(429, "TooMany"), things("1, 2")] {
        let bench =
            bench([things("1, 2"), fault(429, "TooMany")].into_iter().chain([after.clone(), after.clone(), after]));
        let Outcome::Rejected(rejection) = bench.read_and_perform(Order) else { panic!("it was refused") };
        assert!(!rejection.verify);
    }
    assert!(matches!(bench([fault(402, "Payment")]).perform(Order), Outcome::Rejected(no) if !no.verify));
    // The twin that a call conflicts with may be its own first arrival, which nothing shows here.
    let Outcome::Rejected(rejection) = bench([fault(409, "Conflict")]).perform(Order) else { panic!("it was refused") };
    assert!(rejection.verify && rejection.ticket().is_some());
}

/// A2: that something is gone takes two reads, and everything else has to be there.
#[test]
fn a_refused_removal_is_looked_at_twice() {
    let gone = || things("2");
    let look = |after: Vec<Script>| {
        let bench = bench([things("1, 2"), fault(404, "NotFound")].into_iter().chain(after));
        let outcome = bench.read_and_perform(RemoveThing);
        assert_eq!(bench.transport.left(), 0, "{outcome:?}");
        outcome
    };
    // The answer of a removal has a number, which nothing that is gone can give back.
    assert!(look(vec![gone(), gone()]).is_unresolved());
    assert!(matches!(look(vec![things("1, 2")]), Outcome::Rejected(_)));
    assert!(matches!(look(vec![gone(), things("1, 2")]), Outcome::Rejected(_)));
    let Outcome::Rejected(rejection) = look(vec![things("")]) else { panic!("an empty list shows nothing") };
    assert!(rejection.verify);
}

/// The hook gets the ticket after the look, and before the first byte.
#[test]
fn the_hook_gets_the_ticket() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let bench = bench_with(
        |clock| {
            let seen = seen.clone();
            config(direct(), clock).before_send(move |intent| {
                seen.lock().unwrap().push(intent.ticket.as_ref().map(|ticket| ticket.save().to_string()));
                Ok(())
            })
        },
        [things("1, 2"), ok(), ok()],
    );
    assert!(bench.read_and_perform(Order).is_done());
    bench.call(SetName).unwrap();
    let seen = seen.lock().unwrap();
    assert!(
        seen[0].as_ref().is_some_and(|text| text.contains(r#""before":{"all":["1","2"],"own":["1","2"]}"#)),
        "{seen:?}"
    );
    assert_eq!(seen[1..], [None], "a call that may be repeated needs none");
}

/// A call that was dropped after its look, while it signed in anew, did nothing.
#[test]
fn a_call_dropped_before_its_first_byte_clouds_no_other() {
    let bench = bench_with(|clock| config(key(), clock), [login(), things("1")]);
    let mut dropped = bench.core.perform(&Order, CallOptions::new());
    for _ in 0..2 {
        let Step::Send(outgoing) = dropped.step(bench.clock.now()) else { panic!("it sends") };
        let result = hostkit::transport::Transport::send(&bench.transport, *outgoing);
        dropped.receive(bench.clock.now(), result);
    }
    bench.core.reset_session();
    let Step::Send(outgoing) = dropped.step(bench.clock.now()) else { panic!("it signs in") };
    assert_eq!(outgoing.endpoint, "login");
    drop(dropped);
    for script in [login(), things("1"), broken(), things("1, 7")] {
        bench.transport.push(script);
    }
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// A call that was dropped before it was sent did nothing, so what shows later is the next one's.
#[test]
fn a_call_dropped_before_it_was_sent_clouds_no_other() {
    let bench = bench([things("1"), broken(), things("1, 7")]);
    let mut dropped = bench.core.perform(&Order, CallOptions::new());
    assert!(matches!(dropped.step(bench.clock.now()), Step::Send(_)), "what is there is read");
    drop(dropped);
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// After a refusal, a list from a cache may be from before the call, and one that is not found shows nothing.
#[test]
fn what_cannot_show_it_leaves_a_refusal_open() {
    for after in [things("1, 2").header("age", "300"), fault(404, "NotFound")] {
        let bench = bench([things("1, 2"), fault(402, "Payment"), after]);
        let Outcome::Rejected(rejection) = bench.read_and_perform(Order) else { panic!("it was refused") };
        assert!(rejection.verify && rejection.ticket().is_some(), "it may have happened");
    }
}

/// A list that is not found before the call says nothing of what is in it: all of it would look new.
#[test]
fn a_list_that_was_not_found_is_no_baseline() {
    let bench = bench([fault(404, "NotFound"), broken()]);
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    bench.transport.push(things("7"));
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::NoBaseline)), "{done}");
}

/// What an old list from a cache lacks would look new later, and nothing is sent.
#[test]
fn a_list_from_long_ago_is_no_baseline() {
    for age in ["3600", "-1"] {
        let bench = bench([things("1").header("age", age), broken()]);
        let outcome = bench.read_and_perform(Order);
        assert!(matches!(outcome, Outcome::NotSent(_)), "{age}: {outcome:?}");
    }
}

/// A client remembers a thousand calls. What those before them made may be what a restored ticket finds.
#[test]
fn what_is_forgotten_may_have_made_what_is_found() {
    let first = bench([things("1"), broken()]);
    let Outcome::Unresolved(ticket) = first.read_and_perform(Order) else { panic!("the end is open") };
    let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
    let second = bench((100..1101).flat_map(|id| [things("1"), made(id)]));
    for _ in 0..1001 {
        assert!(second.read_and_perform(AddAddress).is_done());
    }
    for _ in 0..19 {
        second.transport.push(things("1, 5"));
    }
    let restored = saved.ticket::<Order>().unwrap();
    let done = second.run(second.core.recover::<Order>(&restored, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
}

/// What a call did that is no longer remembered may show later, just as if it were.
#[test]
fn what_is_forgotten_may_have_made_what_a_later_call_finds() {
    let bench = bench([things("1"), broken()]);
    assert!(matches!(bench.read_and_perform(Order), Outcome::Unresolved(_)));
    for id in 100..1101 {
        bench.transport.push(things("1"));
        bench.transport.push(made(id));
        assert!(bench.read_and_perform(AddAddress).is_done());
    }
    bench.transport.push(things("1"));
    bench.transport.push(broken());
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    for _ in 0..19 {
        bench.transport.push(things("1, 5"));
    }
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
}

/// A refusal is overruled by one thing that a list of now shows; anything else leaves it open.
#[test]
fn what_shows_after_a_refusal_is_one_thing_of_now() {
    for after in [things("1, 2, 7").header("age", "300"), things("1, 2, 7, 8")] {
        let bench = bench([things("1, 2"), fault(402, "Payment"), after]);
        let Outcome::Rejected(rejection) = bench.read_and_perform(Order) else { panic!("it was refused") };
        assert!(rejection.verify && rejection.ticket().is_some(), "it may have happened");
    }
}

/// What the call cannot change leaves a refusal as it is; what somebody else may have changed since leaves it open.
#[test]
fn what_was_so_before_the_call_is_no_sign_of_it() {
    fn refused<E: Perform<Api = Shop>>(call: E, script: [Script; 3], is_open: bool) {
        let bench = bench(script);
        let outcome = bench.read_and_perform(call);
        let Outcome::Rejected(rejection) = outcome else { panic!("{}: it was refused", E::INFO.name) };
        assert_eq!((rejection.ticket().is_some(), bench.transport.left()), (is_open, 0), "{}", E::INFO.name);
    }
    let missing = || fault(404, "NotFound");
    let item = |id: u64| Script::any().answer(200, format!(r#"{{"id": {id}}}"#));
    refused(Close, [missing(), missing(), missing()], false);
    refused(Close, [item(0), missing(), item(0)], false);
    refused(Close, [item(5), missing(), item(0)], true);
    refused(Lock, [item(9), missing(), item(9)], false);
    refused(Lock, [item(5), missing(), item(0)], true);
    // It may have destroyed what was there once more.
    refused(Rebuild, [item(9), missing(), item(9)], true);
}

/// What is older than a quarter of an hour is no baseline; what is as old as that still is.
#[test]
fn a_list_of_a_quarter_of_an_hour_ago_is_a_baseline() {
    for (age, is_sent) in [("900", true), ("901", false)] {
        let bench = bench([things("1").header("age", age), ok()]);
        assert_eq!(bench.read_and_perform(Order).is_done(), is_sent, "{age}");
    }
}

/// An order that was refused made nothing, so what shows later is the next one's.
#[test]
fn a_refused_call_clouds_no_other() {
    let bench = bench([things("1"), fault(402, "Payment"), things("1"), things("1"), broken(), things("1, 7")]);
    assert!(matches!(bench.read_and_perform(Order), Outcome::Rejected(_)));
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// What an earlier call did shows within a quarter of an hour, and then the list before the next one has it.
#[test]
fn an_earlier_call_of_long_ago_clouds_no_other() {
    for (wait, is_clear) in [(899, false), (900, false), (901, true)] {
        let reads = (0..19).map(|_| things("1, 7"));
        let bench = bench([things("1"), broken(), things("1"), broken()].into_iter().chain(reads));
        assert!(bench.read_and_perform(Order).is_unresolved());
        bench.clock.advance(Duration::from_secs(wait));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
        match bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new())) {
            Recovery::Happened(7) => assert!(is_clear, "{wait}"),
            Recovery::CannotTell(Doubt::OtherCall) => assert!(!is_clear, "{wait}"),
            done => panic!("{done}"),
        }
    }
}

/// Where the answer names nothing of what a call made, what shows later may be that.
#[test]
fn a_call_that_named_nothing_clouds_the_next_one() {
    for (wait, is_clear) in [(0, false), (901, true)] {
        let reads = (0..19).map(|_| things("1, 7, 8"));
        let bench = bench([things("1"), ok(), things("1"), broken()].into_iter().chain(reads));
        assert!(bench.read_and_perform(OrderTwo).is_done());
        bench.clock.advance(Duration::from_secs(wait));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(OrderTwo) else { panic!("the end is open") };
        match bench.run(bench.core.recover::<OrderTwo>(&ticket, CallOptions::new())) {
            Recovery::Happened(_) => assert!(is_clear, "{wait}"),
            Recovery::CannotTell(Doubt::OtherCall) => assert!(!is_clear, "{wait}"),
            done => panic!("{done}"),
        }
    }
}

/// Where what a recovery found has no key, a later call may find the same again.
#[test]
fn a_call_that_was_found_without_a_key_clouds_the_next_one() {
    let bench = bench([things("1"), broken(), things("1, 7, 8"), things("1"), broken()]);
    let open = || match bench.read_and_perform(OrderTwo) {
        Outcome::Unresolved(ticket) => ticket,
        outcome => panic!("the end is open: {outcome:?}"),
    };
    let first = open();
    let done = bench.run(bench.core.recover::<OrderTwo>(&first, CallOptions::new()));
    assert!(matches!(&done, Recovery::Happened(both) if *both == [7, 8]), "{done}");
    let second = open();
    (0..19).for_each(|_| bench.transport.push(things("1, 7, 8")));
    let done = bench.run(bench.core.recover::<OrderTwo>(&second, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
}

/// An earlier call of which it is known by now that it did not happen clouds no later one, in its own client.
#[test]
fn what_was_found_out_meanwhile_counts() {
    let bench = bench([things("1"), broken(), things("1"), broken()]);
    let open = || match bench.read_and_perform(Order) {
        Outcome::Unresolved(ticket) => ticket,
        outcome => panic!("the end is open: {outcome:?}"),
    };
    let (first, second) = (open(), open());
    (0..19).for_each(|_| bench.transport.push(things("1")));
    let done = bench.run(bench.core.recover::<Order>(&first, CallOptions::new()));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    bench.transport.push(things("1, 7"));
    let done = bench.run(bench.core.recover::<Order>(&second, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// A thousand calls are remembered, the last one among them.
#[test]
fn the_first_and_the_last_of_a_thousand_calls_are_remembered() {
    for is_first in [true, false] {
        let first = || [things("1"), made(5)];
        let others = (100..1098).flat_map(|id| [things("1"), made(id)]);
        let script: Vec<_> = match is_first {
            true => first().into_iter().chain(others).collect(),
            false => others.chain(first()).collect(),
        };
        let bench = bench(script.into_iter().chain([things("1"), broken(), things("1, 5, 8")]));
        for call in 0..=998 {
            match call == if is_first { 0 } else { 998 } {
                true => assert!(bench.read_and_perform(Order).is_done()),
                false => assert!(bench.read_and_perform(AddAddress).is_done()),
            }
        }
        let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
        let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::Happened(8)), "{is_first}: {done}");
    }
}

/// A call that waits for another one's end can be cancelled, and nothing was sent.
#[test]
fn a_wait_for_another_call_can_be_cancelled() {
    let bench = bench([]);
    let mut first = bench.core.perform(&Order, CallOptions::new());
    assert!(matches!(first.step(bench.clock.now()), Step::Send(_)));
    let cancel = Cancel::new();
    let mut second = bench.core.perform(&Order, CallOptions::new().cancel(cancel.clone()));
    assert!(matches!(second.step(bench.clock.now()), Step::Wait(..)));
    cancel.cancel();
    let Step::Done(Outcome::NotSent(error)) = second.step(bench.clock.now()) else { panic!("it was cancelled") };
    assert!(error.is_cancelled(), "{error}");
}

/// What an outcome and its ticket say of themselves.
#[test]
fn outcomes_and_tickets_say_what_they_are() {
    let done = bench([ok()]).perform(Order);
    assert!(done.is_done() && !done.is_unresolved() && done.done() == Some(7));
    let lost = bench([broken()]).perform(Order);
    assert!(!lost.is_done() && lost.is_unresolved() && lost.clone().done().is_none());
    let ticket = lost.ticket().unwrap();
    assert_eq!((ticket.cause(), ticket.status(), ticket.body()), (TicketCause::ConnectionLost, None, None));
    assert_eq!(ticket.recovery(), "look for the name in the list of items");
    let Outcome::Rejected(rejection) = bench([fault(402, "Payment")]).perform(Order) else { panic!("it was refused") };
    assert_eq!(rejection.endpoint(), "order");
    assert!(rejection.to_string().contains("402") && format!("{rejection:?}").contains("402"), "{rejection:?}");
    // A status or a code of the API that says that its server failed is the cause; other codes are not.
    for (status, name, cause) in [
        (500, "Nope", TicketCause::ServerFailed),
        (500, "Busy", TicketCause::ServerFailed),
        (400, "Queue", TicketCause::ServerFailed),
        (499, "Queue", TicketCause::ServerFailed),
    ] {
        let outcome = bench([fault(status, name)]).perform(Reboot);
        let ticket = outcome.ticket().unwrap();
        assert_eq!((ticket.cause(), ticket.status()), (cause, Some(status)), "{name}");
        assert!(ticket.body().is_some_and(|body| body.contains(name)));
        let restored = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<Reboot>().unwrap();
        assert_eq!((restored.cause(), restored.status(), restored.body()), (cause, Some(status), None));
    }
    let outcome = bench([fault(409, "Twice").header("x-fault", "Twice").header("x-verify", "1")]).perform(Reboot);
    assert_eq!(outcome.ticket().map(hostkit::Ticket::cause), Some(TicketCause::Refused));
}

/// Two calls that make things of one list could be taken for one another, two that take other things away could not.
#[test]
fn only_calls_that_make_things_wait_for_other_operations() {
    fn waits<E: Perform<Api = Shop>>(bench: &Bench, call: E) -> bool {
        let mut machine = bench.core.perform(&call, CallOptions::new());
        match machine.step(bench.clock.now()) {
            Step::Send(_) => false,
            Step::Wait(..) => true,
            _ => panic!("{}: it neither reads nor waits", E::INFO.name),
        }
    }
    let bench = bench([]);
    let mut order = bench.core.perform(&Order, CallOptions::new());
    assert!(matches!(order.step(bench.clock.now()), Step::Send(_)));
    assert!(waits(&bench, AddAddress), "it makes things, too");
    assert!(!waits(&bench, RemoveThing), "it shows otherwise");
    let mut removal = bench.core.perform(&RemoveThing, CallOptions::new());
    assert!(matches!(removal.step(bench.clock.now()), Step::Send(_)));
    assert!(waits(&bench, RemoveThing), "the same operation");
    assert!(!waits(&bench, Detach), "another operation that takes things away");
}

/// The ticket says when the call itself was sent, and when it was given up.
#[test]
fn a_ticket_has_the_times_of_the_call() {
    let seconds = Duration::from_secs;
    let script = [login().takes(seconds(2)), broken().takes(seconds(5))];
    let bench = bench_with(|clock| config(key(), clock), script);
    let outcome = bench.perform(Order);
    let ticket = outcome.ticket().unwrap();
    let at = |now: hostkit::time::Now| now.monotonic.since(hostkit::time::Moment::START);
    assert_eq!((at(ticket.sent()), at(ticket.ended())), (seconds(2), seconds(7)));
}
