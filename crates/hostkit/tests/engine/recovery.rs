//! Recovery: what readings say about a call whose end is open, whether it shows early, late or never.

use std::time::Duration;

use crate::common::things::{ListThings, MORE, ODD, UNTOLD, things};
use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::codec::DecodeError;
use hostkit::protocol::evidence::{self, Doubt, Evidence, Facts, Inputs, Shows};
use hostkit::protocol::{EncodeError, EndpointInfo, Method, RateRule, RawAnswer, RequestParts};
use hostkit::time::Clock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{
    CallOptions, Cancel, Effect, Endpoint, ErrorKind, Outcome, Perform, Rates, Recovery, SavedTicket, Ticket,
    TicketCause, TicketError,
};
use hostkit_testing::Script;

const BROKEN: fn() -> Script = || Script::fail(Phase::Head, TransportErrorKind::Reset);

/// A client after a broken call, and its ticket; `before` is what was read before the call.
fn broken<E: Perform<Api = Shop>>(
    call: E,
    before: Option<Script>,
    script: impl IntoIterator<Item = Script>,
) -> (Bench, Ticket) {
    let bench = bench(before.into_iter().chain([BROKEN()]).chain(script));
    let Outcome::Unresolved(ticket) = bench.read_and_perform(call) else { panic!("the end is open") };
    (bench, ticket)
}

fn recover<E: Perform<Api = Shop>>(bench: &Bench, ticket: &Ticket, options: CallOptions) -> Recovery<E::Found, Code> {
    let done = bench.run(bench.core.recover::<E>(ticket, options));
    assert_eq!(bench.sent(E::INFO.name), 1, "it is never sent again");
    assert_eq!(bench.transport.left(), 0, "all of the script was wanted");
    done
}

fn order(script: impl IntoIterator<Item = Script>) -> (Bench, Recovery<u64, Code>) {
    let (bench, ticket) = broken(Order, Some(things("1, 2")), script);
    let done = recover::<Order>(&bench, &ticket, CallOptions::new());
    (bench, done)
}

/// The same answer to every read.
fn always(answer: impl Fn() -> Script, count: usize) -> Vec<Script> {
    (0..count).map(|_| answer()).collect()
}

fn joined<const N: usize>(parts: [Vec<Script>; N]) -> Vec<Script> {
    parts.into_iter().flatten().collect()
}

/// The reads from an order to the end of the time after which its absence counts.
const ALL: usize = 19;

/// The reads from an order to the time after which no further one begins.
const READS_IN_ALL: usize = 34;

#[test]
fn what_is_there_is_seen_at_once() {
    let (bench, done) = order([things("1, 2, 7")]);
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
    assert_eq!(bench.seconds(), 0);
}

/// R1: lists lag by minutes.
#[test]
fn what_shows_late_is_seen_late() {
    for (reads, seconds) in [(5, 75), (7, 195), (14, 615), (18, 855)] {
        let (bench, done) = order(always(|| things("1, 2"), reads).into_iter().chain([things("1, 2, 7")]));
        assert_eq!(done.happened(), Some(7), "after {reads} reads");
        assert!(bench.seconds().abs_diff(seconds) <= 60, "{reads} reads, {} s", bench.seconds());
    }
}

/// R1: of a call that spends, absence counts after a quarter of an hour; of another after its lag.
#[test]
fn it_did_not_happen_only_after_the_lag_and_three_reads() {
    let (bench, done) = order(always(|| things("1, 2"), ALL));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    assert_eq!(bench.seconds(), 900);
    let (bench, ticket) = broken(Reboot, Some(things("1, 2")), always(|| things("1, 2"), 9));
    let done = recover::<Reboot>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::DidNot), "{done}");
    assert_eq!(bench.seconds(), 300);
}

/// Even long after the call the three readings are spaced.
#[test]
fn reads_are_spaced_long_after_the_call() {
    let (bench, ticket) = broken(Order, Some(things("1, 2")), always(|| things("1, 2"), 3));
    bench.clock.advance(Duration::from_secs(1000));
    let done = recover::<Order>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::DidNot));
    assert_eq!(bench.seconds(), 1015);
}

/// Three reads agree only if none between them failed.
#[test]
fn a_read_that_fails_ends_what_was_said_in_a_row() {
    let unseen = || things("1, 2");
    // Each reading is a safe call, and is tried three times.
    let failed = || always(|| Script::any().answer(502, ""), 3);
    let reads = joined([always(unseen, 2), failed(), always(unseen, 2), failed(), always(unseen, 3)]);
    let (bench, ticket) = broken(Order, Some(unseen()), reads);
    bench.clock.advance(Duration::from_secs(1000));
    let done = recover::<Order>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::DidNot), "{done}");
}

/// Where the reads come to no end since others between them failed, that is the reason.
#[test]
fn reads_that_keep_failing_are_the_reason() {
    let unreadable = || Script::any().answer(200, r#"{"ids":7}"#);
    // The last of them fails, or is one of those that say nothing.
    for fails in 0..3 {
        let reads = (0..READS_IN_ALL).map(|read| if read % 3 == fails { unreadable() } else { things("1, 2") });
        let (bench, ticket) = broken(Order, Some(things("1, 2")), reads);
        let done = recover::<Order>(&bench, &ticket, CallOptions::new().max_attempts(1));
        assert!(matches!(&done, Recovery::Unread(error) if error.kind() == ErrorKind::Decode), "{fails}: {done}");
        assert_eq!(bench.seconds(), 1_800);
    }
}

/// A read for which there was no time is made again, too.
#[test]
fn a_read_that_was_not_sent_in_time_is_made_again() {
    const RULE: RateRule = RateRule { name: "login", count: 1, window: Duration::from_secs(60) };
    let script = [login(), things("1, 2"), BROKEN(), fault(401, "Expired"), login(), things("1, 2, 7")];
    let bench = bench_with(|clock| config(key(), clock).rates(Rates::new(&[RULE])), script);
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    let done = recover::<Order>(&bench, &ticket, CallOptions::new());
    assert_eq!((done.happened(), bench.seconds()), (Some(7), 60));
}

/// The end of the reads counts from the first of them, not only from the call.
#[test]
fn a_call_of_long_ago_gets_a_verdict() {
    let (bench, ticket) = broken(Order, Some(things("1, 2")), always(|| things("1, 2"), 3));
    bench.clock.advance(Duration::from_secs(86_400));
    let done = recover::<Order>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::DidNot), "{done}");
}

/// A3, A4: an old list from a cache is no absence, an unreadable age is no young one, and there is an end.
#[test]
fn what_a_cache_gives_is_as_old_as_it_says() {
    let old = |age: &'static str| move || things("1, 2").header("age", age);
    let (bench, done) = order(always(old("30"), ALL + 1));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    assert!(bench.seconds() >= 930, "{}", bench.seconds());
    for age in ["999999999", "-1", "1e9", "5, 7", "", "99999999999999999999999"] {
        let (bench, done) = order(always(old(age), 34));
        assert!(matches!(done, Recovery::CannotTell(Doubt::Cached)), "{age}: {done}");
        assert_eq!(bench.seconds(), 1800, "{age}");
    }
    // The oldest of several ages counts.
    let (_, done) = order(always(|| things("1, 2").header("age", "1").header("age", "x"), 34));
    assert!(matches!(done, Recovery::CannotTell(Doubt::Cached)), "{done}");
}

/// A cache that says how old its list is shows nothing of a call that came later: what looks new there went before it.
#[test]
fn what_a_list_of_before_the_call_shows_is_not_its_own() {
    let full = |age: u64| things("1, 2, 7").header("age", &age.to_string());
    // The first read is at the time of the call, the second five seconds later.
    let (bench, done) = order([full(1), full(5), things("1, 2, 8")]);
    assert_eq!((done.happened(), bench.seconds()), (Some(8), 15));
    let (bench, done) = order([full(1), full(3)]);
    assert_eq!((done.happened(), bench.seconds()), (Some(7), 5), "it is of after the call");
    let (_, done) = order(always(|| full(3_600), 34));
    assert!(matches!(done, Recovery::CannotTell(Doubt::Cached)), "{done}");
    // A value that only such a call brings about was there before, too.
    let term = |term: &str| Script::get("/term").answer(200, format!(r#"{{"term": "{term} off"}}"#));
    let reads = [term("2027-02-15").header("age", "60"), term("2027-01-15"), term("2027-02-15")];
    let (bench, ticket) = broken(Renew, Some(term("2027-01-15")), reads);
    assert!(recover::<Renew>(&bench, &ticket, CallOptions::new()).happened().is_some());
    assert_eq!(bench.seconds(), 15);
    // Whoever has only the text of the ticket knows that the call came before the first read.
    let (bench, ticket) = broken(Order, Some(things("1, 2")), [full(1), full(5), full(9)]);
    let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
    let done = recover::<Order>(&bench, &saved.ticket::<Order>().unwrap(), CallOptions::new());
    assert_eq!((done.happened(), bench.seconds()), (Some(7), 15));
    // A double that only an older list shows is none.
    let both = things("1, 2, 7, 8").header("age", "3600");
    let (bench, ticket) = broken(AddAddress, Some(things("1, 2")), [things("1, 2, 7"), both]);
    assert_eq!(recover::<AddAddress>(&bench, &ticket, CallOptions::new()).happened(), Some(7));
}

/// That something is not found may come from a cache, too, from before it was there.
#[test]
fn what_was_not_found_before_the_call_is_not_gone() {
    let before = Script::any().answer(200, r#"{"id": 1}"#);
    let missing = always(|| fault(404, "NotFound").header("age", "3600"), 20);
    let (bench, ticket) = broken(Delete, Some(before), missing);
    let done = recover::<Delete>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::CannotTell(Doubt::Cached)), "{done}");
}

/// A4, R3: what is new and not quite the ordered thing may be it, with another name, plan or place.
#[test]
fn something_new_that_does_not_fit_is_no_absence() {
    let odd = || things(&format!("1, 2, {ODD}"));
    let (bench, done) = order(always(odd, ALL));
    assert!(matches!(&done, Recovery::CannotTell(Doubt::OtherNew(new)) if *new == ["99"]), "{done}");
    assert_eq!(bench.seconds(), 900);
    assert_eq!(
        done.to_string(),
        "still open: what was read cannot tell: what is new is not quite what was ordered: 99"
    );
    // It is decided as soon as the ordered one shows beside it.
    let (_, done) = order([odd(), things(&format!("1, 2, {ODD}, 7"))]);
    assert_eq!(done.happened(), Some(7));
}

/// R2: a list that lacks what was there before the call is old, or a part.
#[test]
fn a_list_that_lacks_items_is_no_witness() {
    for list in ["1", "", "2, 7", "7"] {
        let (_, done) = order(always(|| things(list), ALL));
        assert!(matches!(done, Recovery::CannotTell(Doubt::Missing(_))), "{list}: {done}");
    }
    let (_, done) = order([things("1"), things("2, 7"), things("1, 2, 7")]);
    assert_eq!(done.happened(), Some(7));
}

/// R8: one thing that is listed twice is one thing.
#[test]
fn a_thing_that_is_listed_twice_is_one() {
    let (_, done) = order([things("1, 1, 2, 7, 2, 7")]);
    assert_eq!(done.happened(), Some(7));
}

/// An order that a proxy sent twice shows in the list, not in the answer.
#[test]
fn a_double_is_named() {
    let (_, done) = order([things("1, 2, 7, 8")]);
    assert!(matches!(&done, Recovery::Several(both) if *both == [7, 8]), "{done}");
}

/// A proxy resends a PUT to the next server when the first, which has carried it out, does not answer for a minute.
#[test]
fn a_late_double_is_named() {
    let look = |script: Vec<Script>, options| {
        let (bench, ticket) = broken(AddAddress, Some(things("1, 2")), script);
        (recover::<AddAddress>(&bench, &ticket, options), bench.seconds())
    };
    let once = || things("1, 2, 7");
    let (done, seconds) = look(vec![once(), things("1, 2, 7, 8")], CallOptions::new());
    assert!(matches!(&done, Recovery::Several(both) if *both == [7, 8]) && seconds == 60, "{done} after {seconds} s");
    // It counts as one if no other shows, if the second reading fails, or if the caller does not wait.
    let (done, seconds) = look(vec![once(), once()], CallOptions::new());
    assert!(matches!(done, Recovery::Happened(7)) && seconds == 60, "{done} after {seconds} s");
    let (done, _) = look(vec![once(), fault(403, "Forbidden")], CallOptions::new());
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
    let (done, seconds) = look(vec![once()], CallOptions::new().deadline(Duration::from_secs(10)));
    assert!(matches!(done, Recovery::Happened(7)) && seconds == 0, "{done} after {seconds} s");
}

/// R9: a list of which items cannot be read shows what is there, and not what is missing.
#[test]
fn a_list_with_unreadable_items_proves_no_absence() {
    let (_, done) = order([things("1, 2, [], 7")]);
    assert_eq!(done.happened(), Some(7));
    let (bench, done) = order(always(|| things("1, 2, []"), ALL));
    assert!(matches!(done, Recovery::CannotTell(Doubt::Unread)), "{done}");
    assert_eq!(bench.seconds(), 900);
    // The last one may be readable again.
    let (_, done) = order([things("1, 2, []"), things("1, 2, []"), things("1, 2, 7")]);
    assert_eq!(done.happened(), Some(7));
    // What is not in such a list is not gone.
    let (bench, ticket) = broken(RemoveThing, Some(things("1, 2")), always(|| things("2, []"), 5));
    let done = recover::<RemoveThing>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::CannotTell(Doubt::Unread)), "{done}");
    // An item that could not be read before would look new: nothing is sent.
    let ahead = crate::common::bench([things("1, 2, []")]);
    let Outcome::NotSent(error) = ahead.read_and_perform(Order) else { panic!("no baseline") };
    assert!(error.kind() == ErrorKind::Refused && error.to_string().contains("ids[2]"), "{error}");
}

/// R7: a part of what was ordered is the end only once the rest can be excluded.
/// The object may stand on a page that was not read: the last answer does not lead to it, or it is not found.
#[test]
fn a_list_without_a_known_end_proves_no_absence() {
    let removed = |reads: Vec<Script>| {
        let (bench, ticket) = broken(RemoveThing, Some(things("1, 2")), reads);
        bench.run(bench.core.recover::<RemoveThing>(&ticket, CallOptions::new()))
    };
    let untold = || things(&format!("2, {UNTOLD}"));
    assert!(matches!(removed(always(untold, 40)), Recovery::CannotTell(Doubt::Unread)));
    let half = || [things(&format!("2, {MORE}")), fault(404, "NotFound")];
    assert!(matches!(removed((0..40).flat_map(|_| half()).collect()), Recovery::CannotTell(Doubt::Unread)));
    let whole = || [things(&format!("2, {MORE}")), things("3")];
    assert!(matches!(removed((0..40).flat_map(|_| whole()).collect()), Recovery::Happened(_)));
}

#[test]
fn a_part_of_an_order_is_no_end_until_the_rest_is_excluded() {
    let look = |script: Vec<Script>| {
        let (bench, ticket) = broken(OrderTwo, Some(things("1, 2")), script);
        (recover::<OrderTwo>(&bench, &ticket, CallOptions::new()), bench.seconds())
    };
    let (part, whole) = (|| things("1, 2, 7"), || things("1, 2, 7, 8"));
    let (done, seconds) = look(joined([always(part, 4), vec![whole()]]));
    assert!(matches!(&done, Recovery::Happened(found) if *found == [7, 8]) && seconds < 100, "{done}");
    let (done, seconds) = look(always(part, ALL));
    assert!(matches!(&done, Recovery::InPart(found, 1) if *found == [7]) && seconds == 900, "{done}");
}

/// A5, R10: that something is gone takes as many reads and as much time as that something did not happen.
#[test]
fn what_is_gone_is_gone_after_several_reads() {
    let look = |script: Vec<Script>| {
        let (bench, ticket) = broken(RemoveThing, Some(things("1, 2")), script);
        (recover::<RemoveThing>(&bench, &ticket, CallOptions::new()), bench.seconds())
    };
    let (done, seconds) = look(always(|| things("2"), 5));
    assert!(matches!(done, Recovery::Happened(())) && seconds == 60, "{done} after {seconds} s");
    // One empty list, or one old one, is none.
    let (done, _) = look(joined([vec![things("")], always(|| things("1, 2"), 4)]));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    let (done, _) = look(always(|| things(""), 5));
    assert!(matches!(&done, Recovery::CannotTell(Doubt::Missing(missing)) if *missing == ["2"]), "{done}");
    let (done, _) = look(joined([always(|| things("2"), 4), vec![things("1, 2")], always(|| things("2"), 3)]));
    assert!(matches!(done, Recovery::Happened(())), "{done}");
}

#[test]
fn what_is_gone_is_not_found() {
    let there = || Script::any().answer(200, r#"{"id": 1}"#);
    let gone = || fault(404, "NotFound");
    let look = |before: Script, script: Vec<Script>| {
        let (bench, ticket) = broken(Delete, Some(before), script);
        (recover::<Delete>(&bench, &ticket, CallOptions::new()), bench.seconds())
    };
    let (done, seconds) = look(there(), vec![there(), gone(), gone(), gone()]);
    assert!(matches!(done, Recovery::Happened(())) && (20..60).contains(&seconds), "{done} after {seconds} s");
    let (done, _) = look(there(), vec![gone(), there(), there(), there()]);
    assert!(matches!(done, Recovery::DidNot), "{done}");
    let (done, _) = look(gone(), always(gone, 4));
    assert!(matches!(done, Recovery::CannotTell(Doubt::WasSo)), "{done}");
}

/// What was not there before the call was not removed by it.
#[test]
fn what_was_not_found_before_was_not_removed() {
    let gone = || fault(404, "NotFound");
    let (bench, ticket) = broken(RemoveThing, Some(gone()), always(gone, 5));
    let done = recover::<RemoveThing>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::CannotTell(Doubt::NotThere)), "{done}");
}

#[test]
fn without_a_baseline_the_end_stays_open() {
    let bench = bench([BROKEN()]);
    let Outcome::Unresolved(ticket) = bench.perform(Order) else { panic!("the end is open") };
    let done = recover::<Order>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::CannotTell(Doubt::NoBaseline)), "{done}");
    assert!(ticket.to_string().contains("nothing was read before it, so `recover` cannot tell"), "{ticket}");
}

#[test]
fn the_ticket_of_another_call_is_refused() {
    let (bench, ticket) = broken(Order, Some(things("1, 2")), []);
    let done = bench.run(bench.core.recover::<Delete>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::OtherTicket("another call")));
    assert_eq!(bench.transport.sent().len(), 2);
}

/// The wall clock is set between a call and its recovery, and while that waits: only the other clock counts.
#[test]
fn a_clock_that_is_set_moves_no_verdict() {
    for hours in [-5_000, -30, -3, 3, 30, 5_000] {
        let (bench, ticket) = broken(Order, Some(things("1, 2")), always(|| things("1, 2"), ALL));
        bench.clock.advance_wall(hours * 3_600);
        let mut sign = 1;
        let done = bench.run(bench.core.recover_with::<Order, _>(&ticket, CallOptions::new(), |_| {
            sign = -sign;
            bench.clock.advance_wall(sign * hours * 3_600);
        }));
        assert!(matches!(done, Recovery::DidNot), "{hours}: {done}");
        assert_eq!((bench.seconds(), bench.transport.left()), (900, 0), "{hours}");
        // Another process, which has the text of the ticket alone, begins anew.
        let (bench, ticket) = broken(Order, Some(things("1, 2")), always(|| things("1, 2"), ALL));
        bench.clock.advance_wall(hours * 3_600);
        let ticket = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<Order>().unwrap();
        let done = recover::<Order>(&bench, &ticket, CallOptions::new());
        assert!(matches!(done, Recovery::DidNot), "{hours}: {done}");
        assert_eq!(bench.seconds(), 900, "{hours}");
    }
}

/// The hoster's own renewal, near the end of what is paid, is none of the call's, also where a clock was set back since.
#[test]
fn a_clock_that_is_set_back_makes_no_renewal_the_calls() {
    for days in [0, -3, -10, -400] {
        // Now is 2023-11-14.
        let term = |day: &str| Script::get("/term").answer(200, format!(r#"{{"term": "{day} on"}}"#));
        let (bench, ticket) = broken(Renew, Some(term("2023-11-16")), always(|| term("2023-12-16"), ALL));
        bench.clock.advance_wall(days * 86_400);
        let done = recover::<Renew>(&bench, &ticket, CallOptions::new());
        assert!(matches!(done, Recovery::CannotTell(Doubt::ByItself)), "{days}: {done}");
    }
}

#[test]
fn failing_reads_decide_nothing() {
    let bad = || Script::any().answer(502, "");
    // Each reading is a safe call, and is tried three times.
    let (_, done) = order(always(bad, 15).into_iter().chain([things("1, 2, 7")]));
    assert_eq!(done.happened(), Some(7));
    // Only an outage beyond the time after which absence counts ends the reads.
    let (bench, ticket) = broken(Order, Some(things("1, 2")), []);
    for _ in 0..100 {
        bench.transport.push(bad());
    }
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(&done, Recovery::Unread(error) if error.status() == Some(502)), "{done}");
    assert!((900..=1000).contains(&bench.seconds()), "{}", bench.seconds());
    let (_, done) = order([fault(403, "Forbidden")]);
    assert!(matches!(&done, Recovery::Unread(_)), "{done}");
}

#[test]
fn a_deadline_or_a_cancellation_leaves_it_open() {
    let (bench, ticket) = broken(Order, Some(things("1, 2")), [things("1, 2"), things("1, 2")]);
    let options = CallOptions::new().deadline(Duration::from_secs(10));
    let done = recover::<Order>(&bench, &ticket, options);
    let Recovery::NotYet(after, error) = &done else { panic!("{done}") };
    assert!(error.kind() == ErrorKind::Exhausted && after.as_secs() == 895, "{done}");

    let (bench, ticket) = broken(Order, Some(things("1, 2")), []);
    let cancel = Cancel::new();
    cancel.cancel();
    let done = recover::<Order>(&bench, &ticket, CallOptions::new().cancel(cancel));
    assert!(done.is_open(), "{done}");
}

fn notes(thing: u64, ids: &str) -> Script {
    Script::get(&format!("/things/{thing}/notes")).answer(200, format!(r#"{{"ids": [{ids}]}}"#))
}

/// The notes of each thing are read, before the call and after it; a thing deleted meanwhile has none.
#[test]
fn what_shows_in_one_of_many_is_looked_for_in_each() {
    let before = [things("5, 8"), notes(5, "1"), notes(8, "2")];
    let look = |script: Vec<Script>| {
        let bench = bench(before.clone().into_iter().chain([BROKEN()]).chain(script));
        let outcome = bench.read_and_perform(AddNote);
        let Outcome::Unresolved(ticket) = outcome else { panic!("the end is open") };
        let text = ticket.save().to_string();
        assert!(text.contains(r#""before":{"all":["1","2"],"own":["1","2"]}"#), "{text}");
        recover::<AddNote>(&bench, &ticket, CallOptions::new())
    };
    let done = look(vec![things("5, 6, 8"), notes(5, "1"), fault(404, "NotFound"), notes(8, "2, 7")]);
    assert_eq!(done.happened(), Some(7));
    let done = look(vec![things("5, 6"), notes(5, "1"), fault(403, "Forbidden")]);
    assert!(matches!(&done, Recovery::Unread(error) if error.endpoint() == "list_notes"), "{done}");
    // "Not found" is skipped for one of many things, but an error for the list itself.
    let done = look(vec![fault(404, "NotFound")]);
    assert!(matches!(&done, Recovery::Unread(error) if error.endpoint() == "list_things"), "{done}");
    // An answer older than the lag allows cannot show that nothing happened.
    let late = || vec![things("5"), notes(5, "1, 2").header("age", "99999999")];
    let done = look((0..20).flat_map(|_| late()).collect());
    assert!(matches!(done, Recovery::CannotTell(Doubt::Cached)), "{done}");
}

/// If nothing can show the call, nothing is read, and the verdict says why.
#[test]
fn what_nothing_shows_is_said_to_be_so() {
    let (bench, ticket) = broken(Build, None, []);
    let done = recover::<Build>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Recovery::NotShown("a building site shows nothing")) && done.is_open(), "{done}");
    assert!(ticket.to_string().contains("no call of the API shows it: a building site shows nothing"), "{ticket}");
}

/// The baseline is saved with the ticket.
#[test]
fn a_ticket_goes_through_text() {
    let (bench, ticket) =
        broken(Order, Some(things("1, 2")), always(|| things("1, 2"), ALL).into_iter().chain([things("1, 2, 7")]));
    let text = ticket.save().to_string();
    assert!(text.contains(r#""hostkit-ticket":2,"api":"shop","operation":"order""#), "{text}");
    let saved: SavedTicket = text.parse().unwrap();
    assert_eq!(saved.to_string(), text);
    assert_eq!((saved.api(), saved.operation()), ("shop", "order"));
    let ticket = saved.ticket::<Order>().unwrap();
    assert_eq!((ticket.effect(), ticket.sent().wall), (Effect::Spends, WALL));
    assert_eq!((ticket.cause(), ticket.status()), (TicketCause::ConnectionLost, None));
    assert!(ticket.to_string().contains("the connection broke"), "{ticket}");
    // A restored ticket counts the lag anew, although by the wall clock it is over.
    bench.clock.advance(Duration::from_secs(1000));
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    assert_eq!(bench.seconds(), 1900);
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert_eq!(done.happened(), Some(7));
}

#[test]
fn a_text_that_is_another_ticket_is_refused() {
    let (_, ticket) = broken(Order, Some(things("1, 2")), []);
    let text = ticket.save().to_string();
    let read = |text: &str| text.parse::<SavedTicket>();
    assert!(
        matches!(read(&text).unwrap().ticket::<Delete>(), Err(TicketError::OtherCall(theirs, "delete")) if theirs == "order")
    );
    let other = text.replace("\"shop\"", "\"store\"");
    assert!(
        matches!(read(&other).unwrap().ticket::<Order>(), Err(TicketError::OtherApi(theirs, "shop")) if theirs == "store")
    );
    let moved = text.replace("specs/shop", "specs/shops");
    assert!(matches!(read(&moved).unwrap().ticket::<Order>(), Err(TicketError::OtherCall(..))));
    let newer = text.replace("\"hostkit-ticket\":2", "\"hostkit-ticket\":3");
    assert_eq!(read(&newer), Err(TicketError::Version("3".to_owned())));
    assert_eq!(read(&newer).unwrap_err().to_string(), "the ticket is of version 3, this is version 2");
    let unread = text.replacen('{', "{\"status\":70000,", 1);
    assert_eq!(read(&unread), Err(TicketError::NotATicket("its status is none of HTTP")));
    for cut in 0..text.len() {
        assert!(matches!(read(&text[..cut]), Err(TicketError::NotATicket(_))), "{cut}");
    }
    for broken in ["{}", "null", "[]", "7", "\"\""] {
        assert!(matches!(read(broken), Err(TicketError::NotATicket(_))), "{broken}");
    }
}

/// Reads that never agree end with the doubt of the last one.
#[test]
fn reads_that_never_agree_end_with_their_doubt() {
    let (bench, ticket) = broken(Order, Some(things("1, 2")), []);
    for read in 0..40 {
        bench.transport.push(if read % 2 == 0 { things("1, 2, 99") } else { things("1") });
    }
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(&done, Recovery::CannotTell(Doubt::OtherNew(_) | Doubt::Missing(_))), "{done}");
}

/// What is known to be there several times is none of a later call's.
#[test]
fn what_several_calls_made_is_known() {
    let (bench, ticket) = broken(AddAddress, Some(things("1")), [things("1, 7, 8")]);
    assert!(matches!(recover::<AddAddress>(&bench, &ticket, CallOptions::new()), Recovery::Several(_)));
    for script in [things("1"), BROKEN(), things("1, 7, 8, 9"), things("1, 7, 8, 9")] {
        bench.transport.push(script);
    }
    let Outcome::Unresolved(ticket) = bench.read_and_perform(AddAddress) else { panic!("the end is open") };
    let done = bench.run(bench.core.recover::<AddAddress>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(9)), "{done}");
}

/// A hoster that may need hours is read until they are over.
/// A call whose effect takes hours to show may be what a later one's list then shows.
#[test]
fn an_earlier_call_that_takes_hours_to_show_is_not_taken_for_a_later_one() {
    for (minutes, is_told_apart) in [(20, false), (110, false), (130, true)] {
        let lost = || [things("1, 2"), BROKEN()];
        let bench = bench(lost().into_iter().chain(lost()).chain(always(|| things("1, 2, 7"), 40)));
        let Outcome::Unresolved(_) = bench.read_and_perform(Migrate) else { panic!("the end is open") };
        bench.clock.advance(Duration::from_secs(minutes * 60));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(Migrate) else { panic!("the end is open") };
        let done = bench.run(bench.core.recover::<Migrate>(&ticket, CallOptions::new()));
        match is_told_apart {
            true => assert!(matches!(done, Recovery::Happened(7)), "{minutes}: {done}"),
            false => assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{minutes}: {done}"),
        }
    }
}

/// What an order that was taken for later makes in the end is none of an order that was lost meanwhile.
#[test]
fn an_accepted_order_is_not_taken_for_a_later_one() {
    for hours in [1, 24, 24 * 20] {
        let accepted = ok().header("x-later", "1");
        let script = [things("1"), accepted, things("1"), BROKEN()];
        let bench = bench(script.into_iter().chain(always(|| things("1, 7"), 40)));
        let Outcome::Accepted(..) = bench.read_and_perform(Order) else { panic!("it is accepted") };
        bench.clock.advance(Duration::from_secs(hours * 3600));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
        let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{hours} h: {done}");
    }
}

/// A list before the call that came from a cache lacks what an earlier call did for as much longer.
#[test]
fn an_earlier_call_is_not_taken_for_one_whose_list_came_from_a_cache() {
    for (minutes, age, is_told_apart) in [(16, 0, true), (16, 800, false), (30, 800, true)] {
        let bench = bench(
            [things("1, 2"), BROKEN(), things("1, 2").header("age", &age.to_string()), BROKEN()]
                .into_iter()
                .chain(always(|| things("1, 2, 7"), 40)),
        );
        let Outcome::Unresolved(_) = bench.read_and_perform(Order) else { panic!("the end is open") };
        bench.clock.advance(Duration::from_secs(minutes * 60));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
        let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
        match is_told_apart {
            true => assert!(matches!(done, Recovery::Happened(7)), "{minutes}, {age}: {done}"),
            false => assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{minutes}, {age}: {done}"),
        }
    }
}

#[test]
fn a_lag_of_hours_is_waited_out() {
    let (bench, ticket) = broken(Migrate, Some(things("1")), []);
    (0..40).for_each(|_| bench.transport.push(things("1")));
    let done = bench.run(bench.core.recover::<Migrate>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    assert!((7_200..7_500).contains(&bench.seconds()), "{}", bench.seconds());
}

/// A recovery may take days, and none of its reads may take more than its usual time.
#[test]
fn a_read_of_a_recovery_has_its_usual_deadline() {
    let (bench, ticket) = broken(Order, Some(things("1")), []);
    let days = CallOptions::new().deadline(Duration::from_secs(9 * 86_400));
    for (options, expected) in [
        (days, ListThings::INFO.deadline),
        (CallOptions::new(), ListThings::INFO.deadline),
        (CallOptions::new().deadline(Duration::from_secs(4)), Duration::from_secs(4)),
    ] {
        let mut recovery = bench.core.recover::<Order>(&ticket, options);
        let Step::Send(read) = recovery.step(bench.clock.now()) else { panic!("it reads") };
        assert_eq!(read.timeout, expected);
    }
}

/// The size of the package that was bought; none is absent.
#[derive(Debug, Clone)]
struct GetPackage;

impl Endpoint for GetPackage {
    type Api = Shop;
    type Output = Option<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "get_package", path: "/package", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Option<u64>, DecodeError> {
        Ok(answer.optional_header("x-package"))
    }
}

impl hostkit::Call for GetPackage {}

/// Buys ten more.
#[derive(Debug, Clone)]
struct BuyPackage;

impl Endpoint for BuyPackage {
    type Api = Shop;
    type Output = ();
    const INFO: EndpointInfo = EndpointInfo {
        name: "buy_package",
        path: "/package",
        method: Method::POST,
        effect: Effect::Spends,
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(_: &RawAnswer<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl Perform for BuyPackage {
    type Reading = GetPackage;
    type Found = Option<u64>;
    const FACTS: Facts =
        Facts { optional_fields: &["x-package"], ..Facts::new(Shows::Change, Duration::from_secs(60)) };

    fn reading(_: &Inputs) -> Result<GetPackage, EncodeError> {
        Ok(GetPackage)
    }

    fn evidence(_: &Inputs, now: Option<u64>) -> Result<Evidence<Option<u64>>, EncodeError> {
        let size = |size: &Option<u64>| Some(size.as_ref().map(evidence::text).unwrap_or_default());
        Ok(evidence::grew([now], |_| true, size, 10))
    }
}

/// A package that is shown as `10 GB` once there is one is not absent: it may have been bought, or been there before.
#[test]
fn what_cannot_be_read_is_not_absent() {
    let package = |size: &str| Script::get("/package").answer(200, "{}").header("x-package", size);
    let none = || Script::get("/package").answer(200, "{}");
    let recover = |now: Script| {
        let bench = bench([none(), BROKEN()].into_iter().chain(always(|| now.clone(), 60)));
        let Outcome::Unresolved(ticket) = bench.read_and_perform(BuyPackage) else { panic!("the end is open") };
        bench.run(bench.core.recover::<BuyPackage>(&ticket, CallOptions::new()))
    };
    assert!(matches!(recover(package("10")), Recovery::Happened(Some(10))));
    assert!(matches!(recover(none()), Recovery::DidNot));
    let done = recover(package("10 GB"));
    assert!(matches!(done, Recovery::CannotTell(Doubt::Unread)), "{done}");
    let bench = bench([package("10 GB")]);
    let outcome = bench.read_and_perform(BuyPackage);
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(bench.sent("buy_package"), 0);
}
