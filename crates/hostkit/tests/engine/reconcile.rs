//! Recovery: what readings say about a call whose end is open, whether it shows early, late or never.

use std::time::Duration;

use crate::common::things::{ids, things};
use crate::common::*;
use hostkit::protocol::evidence;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{
    Before, CallOptions, Cancel, Effect, ErrorKind, Evidence, Outcome, Reconciled, SavedTicket, StillOpen, Ticket,
    TicketError,
};
use hostkit_testing::Script;

/// A client after a broken call, and its ticket with the list before the call as baseline.
fn broken<E: hostkit::Perform<Api = Shop>>(call: E, script: impl IntoIterator<Item = Script>) -> (Bench, Ticket) {
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let bench = bench(std::iter::once(broken).chain(script));
    let Outcome::Unresolved(ticket) = bench.perform(call) else { panic!("the end is open") };
    (bench, ticket.with_before(Before::from(ids(&[1, 2]))))
}

fn reconcile<E: Evidence<Api = Shop>>(
    bench: &Bench,
    ticket: &Ticket,
    options: CallOptions,
) -> Reconciled<E::Found, Code> {
    let done = bench.run(bench.core.reconcile::<E>(ticket, options));
    assert_eq!(bench.sent(E::INFO.name), 1, "it is never sent again");
    assert_eq!(bench.transport.left(), 0, "all of the script was wanted");
    done
}

fn order(script: impl IntoIterator<Item = Script>) -> (Bench, Reconciled<u64, Code>) {
    let (bench, ticket) = broken(Order, script);
    let done = reconcile::<Order>(&bench, &ticket, CallOptions::new());
    (bench, done)
}

#[test]
fn what_is_there_is_seen_at_once() {
    let (bench, done) = order([things("1, 2, 7")]);
    assert!(matches!(done, Reconciled::Happened(7)), "{done}");
    assert_eq!(bench.seconds(), 0);
}

#[test]
fn what_shows_late_is_seen_late() {
    let (bench, done) = order([things("1, 2"), things("1, 2"), things("1, 2, 7")]);
    assert_eq!(done.happened(), Some(7));
    assert_eq!(bench.seconds(), 60);
}

#[test]
fn it_did_not_happen_only_after_the_settle_time_and_three_reads() {
    let (bench, done) = order((0..3).map(|_| things("1, 2")));
    assert!(matches!(done, Reconciled::DidNot), "{done}");
    assert_eq!(bench.seconds(), 60);
}

/// Early readings can miss a late commit, so no number of them is enough.
#[test]
fn early_reads_alone_do_not_settle_it() {
    let (bench, ticket) = broken(Reboot, (0..10).map(|_| things("1, 2")).chain([things("1, 2, 7")]));
    let done = reconcile::<Reboot>(&bench, &ticket, CallOptions::new());
    assert_eq!(done.happened(), Some(7));
    assert_eq!(bench.seconds(), 300);
}

/// Even long after the call the three readings are spaced.
#[test]
fn reads_are_spaced_long_after_the_call() {
    let (bench, ticket) = broken(Order, (0..3).map(|_| things("1, 2")));
    bench.clock.advance(Duration::from_secs(1000));
    let done = reconcile::<Order>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Reconciled::DidNot));
    assert_eq!(bench.seconds(), 1010);
}

/// A cache may return lists from before the call; three of them would lead to a false "did not happen".
#[test]
fn what_a_cache_gives_is_as_old_as_it_says() {
    let old = |age: &str| things("1, 2").header("age", age);
    let (_, done) = order(["5", "40", "75", "105"].map(old).into_iter().chain([things("1, 2, 7")]));
    assert_eq!(done.happened(), Some(7));
    // Cached readings count if they are late enough; a cache that never expires ends as "cannot tell".
    let (bench, done) = order(["1", "nonsense", "2", "2"].map(old));
    assert!(matches!(done, Reconciled::DidNot), "{done}");
    assert_eq!(bench.seconds(), 65);
    let (_, done) = order((0..12).map(|_| old("99999999")));
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::CannotTell)), "{done}");
}

/// An order that a proxy sent twice shows in the list, not in the answer.
#[test]
fn a_double_is_named() {
    let (_, done) = order([things("1, 2, 7, 8")]);
    assert!(matches!(&done, Reconciled::Several(both) if *both == [7, 8]), "{done}");
}

/// A proxy resends a PUT to the next server when the first, which has carried it out, does not answer for a minute.
#[test]
fn a_late_double_is_named() {
    let look = |script: Vec<Script>, options| {
        let (bench, ticket) = broken(AddAddress, script);
        (reconcile::<AddAddress>(&bench, &ticket, options), bench.seconds())
    };
    let once = || things("1, 2, 7");
    let (done, seconds) = look(vec![once(), things("1, 2, 7, 8")], CallOptions::new());
    assert!(matches!(&done, Reconciled::Several(both) if *both == [7, 8]) && seconds == 60, "{done} after {seconds} s");
    // It counts as one if no other shows, if the second reading fails, or if the caller does not wait.
    let (done, seconds) = look(vec![once(), once()], CallOptions::new());
    assert!(matches!(done, Reconciled::Happened(7)) && seconds == 60, "{done} after {seconds} s");
    let (done, _) = look(vec![once(), fault(403, "Forbidden")], CallOptions::new());
    assert!(matches!(done, Reconciled::Happened(7)), "{done}");
    let (done, seconds) = look(vec![once()], CallOptions::new().deadline(Duration::from_secs(10)));
    assert!(matches!(done, Reconciled::Happened(7)) && seconds == 0, "{done} after {seconds} s");
}

/// A list of which items cannot be read shows what is there, and not what is missing.
#[test]
fn a_list_with_unreadable_items_proves_no_absence() {
    let (_, done) = order([things("1, 2, [], 7")]);
    assert_eq!(done.happened(), Some(7));
    let (bench, done) = order((0..8).map(|_| things("1, 2, []")));
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::CannotTell)), "{done}");
    assert!(bench.seconds() >= 60, "{}", bench.seconds());
    // The last one may be readable again.
    let (_, done) = order([things("1, 2, []"), things("1, 2, []"), things("1, 2, 7")]);
    assert_eq!(done.happened(), Some(7));
    // What is not in such a list is not gone.
    let (bench, ticket) = broken(RemoveThing, (0..8).map(|_| things("2, []")));
    let done = reconcile::<RemoveThing>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::CannotTell)), "{done}");
    let (bench, ticket) = broken(RemoveThing, [things("2, []"), things("2")]);
    let done = reconcile::<RemoveThing>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Reconciled::Happened(())), "{done}");
    // An item that could not be read before would look new.
    let ahead = crate::common::bench([things("1, 2, []")]);
    let before = ahead.run(ahead.core.before(&Order, CallOptions::new()));
    let error = before.expect_err("no baseline");
    assert!(error.kind() == ErrorKind::Decode && error.to_string().contains("ids[2]"), "{error}");
}

#[test]
fn without_a_baseline_the_end_stays_open() {
    let (bench, ticket) = broken(Order, [things("1, 2, 7")]);
    let done = reconcile::<Order>(&bench, &ticket.with_before(None), CallOptions::new());
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::CannotTell)), "{done}");
}

#[test]
fn the_ticket_of_another_call_is_refused() {
    let (bench, ticket) = broken(Order, []);
    let done = bench.run(bench.core.reconcile::<Delete>(&ticket, CallOptions::new()));
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::OtherCall)));
    assert_eq!(bench.transport.sent().len(), 1);
}

#[test]
fn what_is_gone_is_not_found() {
    let (bench, ticket) = broken(Delete, [Script::any().answer(200, r#"{"id": 1}"#), fault(404, "NotFound")]);
    let done = reconcile::<Delete>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Reconciled::Happened(())));
    assert!(bench.seconds() < 20);
}

#[test]
fn failing_reads_settle_nothing() {
    let bad = || Script::any().answer(502, "");
    // Each reading is a safe call, and is tried three times.
    let (_, done) = order((0..3).map(|_| bad()).chain([things("1, 2, 7")]));
    assert_eq!(done.happened(), Some(7));
    let (_, done) = order((0..9).map(|_| bad()));
    assert!(matches!(&done, Reconciled::StillOpen(StillOpen::Unread(error)) if error.status() == Some(502)), "{done}");
    let (_, done) = order([fault(403, "Forbidden")]);
    assert!(matches!(&done, Reconciled::StillOpen(StillOpen::Unread(_))), "{done}");
}

#[test]
fn a_deadline_or_a_cancellation_leaves_it_open() {
    let (bench, ticket) = broken(Order, [things("1, 2")]);
    let options = CallOptions::new().deadline(Duration::from_secs(10));
    let done = reconcile::<Order>(&bench, &ticket, options);
    assert!(matches!(&done, Reconciled::StillOpen(StillOpen::NotSeen(error)) if error.kind() == ErrorKind::Exhausted));

    let (bench, ticket) = broken(Order, []);
    let cancel = Cancel::new();
    cancel.cancel();
    let done = reconcile::<Order>(&bench, &ticket, CallOptions::new().cancel(cancel));
    assert!(done.is_open(), "{done}");
}

fn notes(thing: u64, ids: &str) -> Script {
    Script::get(&format!("/things/{thing}/notes")).answer(200, format!(r#"{{"ids": [{ids}]}}"#))
}

/// The notes of each thing are read; a thing deleted meanwhile has none.
#[test]
fn what_shows_in_one_of_many_is_looked_for_in_each() {
    let (_, ticket) = broken(AddNote, []);
    let look = |script: Vec<Script>| {
        let bench = bench(script);
        let done = bench.run(bench.core.reconcile::<AddNote>(&ticket, CallOptions::new()));
        assert_eq!(bench.transport.left(), 0, "all of the script was wanted");
        done
    };
    let done = look(vec![things("5, 6, 8"), notes(5, "1"), fault(404, "NotFound"), notes(8, "2, 7")]);
    assert_eq!(done.happened(), Some(7));
    let done = look(vec![things("5, 6"), notes(5, "1"), fault(403, "Forbidden")]);
    assert!(
        matches!(&done, Reconciled::StillOpen(StillOpen::Unread(error)) if error.endpoint() == "list_notes"),
        "{done}"
    );
    // "Not found" is skipped for one of many things, but an error for the list itself.
    let done = look(vec![fault(404, "NotFound")]);
    assert!(
        matches!(&done, Reconciled::StillOpen(StillOpen::Unread(error)) if error.endpoint() == "list_things"),
        "{done}"
    );
    // An answer older than the settle time allows cannot show that nothing happened.
    let late = |age: &str| vec![things("5"), notes(5, "1, 2").header("age", age)];
    let script: Vec<Script> =
        (0..3).flat_map(|_| late("99999999")).chain((0..9).flat_map(|_| late("99999999"))).collect();
    let done = look(script);
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::CannotTell)), "{done}");
}

/// The baseline of many readings joins all of them.
#[test]
fn the_baseline_of_many_is_read_whole() {
    let bench = bench([things("5, 8"), notes(5, "1"), notes(8, "2")]);
    let before = bench.run(bench.core.before(&AddNote, CallOptions::new())).unwrap();
    let (_, ticket) = broken(AddNote, []);
    let text = ticket.with_before(before).save().to_string();
    assert!(text.contains(r#""before":["1","2"]"#), "{text}");
}

/// If nothing can show the call, nothing is read, and the verdict says why.
#[test]
fn what_nothing_shows_is_said_to_be_so() {
    let (bench, ticket) = broken(Build, []);
    let done = reconcile::<Build>(&bench, &ticket, CallOptions::new());
    assert!(matches!(done, Reconciled::NotShown("a building site shows nothing")) && done.is_open(), "{done}");
}

/// The baseline is read by the client, and is saved with the ticket.
#[test]
fn a_ticket_goes_through_text() {
    let script = [things("1, 2"), Script::fail(Phase::Head, TransportErrorKind::Reset)];
    let bench = bench(script.into_iter().chain((0..3).map(|_| things("1, 2"))).chain([things("1, 2, 7")]));
    let before = bench.run(bench.core.before(&Order, CallOptions::new()));
    let Outcome::Unresolved(ticket) = bench.perform(Order) else { panic!("the end is open") };
    let text = ticket.with_before(before.unwrap()).save().to_string();
    assert!(text.contains(r#""hostkit-ticket":1,"api":"shop","operation":"order""#), "{text}");
    let saved: SavedTicket = text.parse().unwrap();
    assert_eq!(saved.to_string(), text);
    assert_eq!((saved.api(), saved.operation()), ("shop", "order"));
    let ticket = saved.ticket::<Order>().unwrap();
    assert_eq!((ticket.effect(), ticket.sent().wall), (Effect::Spends, WALL));
    // A restored ticket counts the settle time anew, although by the wall clock it is over.
    bench.clock.advance(Duration::from_secs(1000));
    let done = bench.run(bench.core.reconcile::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Reconciled::DidNot), "{done}");
    assert_eq!(bench.seconds(), 1060);
    let done = bench.run(bench.core.reconcile::<Order>(&ticket, CallOptions::new()));
    assert_eq!(done.happened(), Some(7));
}

#[test]
fn a_text_that_is_another_ticket_is_refused() {
    let (_, ticket) = broken(Order, []);
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
    let newer = text.replace("\"hostkit-ticket\":1", "\"hostkit-ticket\":2");
    assert_eq!(read(&newer), Err(TicketError::Version("2".to_owned())));
    assert_eq!(read(&newer).unwrap_err().to_string(), "the ticket is of version 2, this is version 1");
    let unread = text.replacen('{', "{\"status\":70000,", 1);
    assert_eq!(read(&unread), Err(TicketError::NotATicket("its status is none of HTTP")));
    for cut in 0..text.len() {
        assert!(matches!(read(&text[..cut]), Err(TicketError::NotATicket(_))), "{cut}");
    }
    for broken in ["{}", "null", "[]", "7", "\"\""] {
        assert!(matches!(read(broken), Err(TicketError::NotATicket(_))), "{broken}");
    }
}

/// Marks made from a secret are compared but never saved.
#[test]
fn private_baselines_are_not_saved() {
    let (_, ticket) = broken(Order, []);
    let secret = hostkit::Secret::new("canary-7f3a");
    let before = evidence::marks([&secret], |_| true, |secret| Some(evidence::mark_of_secret(secret))).private();
    assert!(!format!("{before:?} {}", evidence::mark_of_secret(&secret)).contains("canary"));
    let ticket = ticket.with_before(Before::from(before));
    let text = ticket.save().to_string();
    assert!(!text.contains("\"before\"") && !text.contains(&evidence::mark_of_secret(&secret)), "{text}");
}

#[test]
fn reads_before_and_after_are_compared() {
    let even = |number: &u64| number.is_multiple_of(2);
    let so = evidence::marks(&[2_u64], even, |_| Some(String::new()));
    let not = evidence::marks(&[3_u64], even, |_| Some(String::new()));
    assert_eq!(evidence::became(Some(&not), 4, even), Some(vec![4]));
    assert_eq!(evidence::became(Some(&not), 5, even), Some(vec![]));
    assert_eq!(evidence::became(None, 5, even), Some(vec![]));
    assert_eq!(evidence::became(None, 4, even), None, "it may have been so before");
    assert_eq!(evidence::became(Some(&so), 4, even), None, "it was so before");
    assert_eq!(evidence::ended(None, &2, even), Some(vec![()]));
    assert_eq!(evidence::ended(Some(&not), &3, even), Some(vec![]));
    assert_eq!(evidence::ended(Some(&so), &2, even), None, "it was so before");
    let second = |pair: &(u64, u64)| Some(evidence::text(&pair.1));
    let first = |(id, _): &(u64, u64)| *id == 1;
    let five = evidence::marks(&[(1, 5), (2, 7)], first, second);
    assert_eq!(evidence::changed(Some(&five), vec![(1, 6), (2, 6)], first, second, |_| true), Some(vec![(1, 6)]));
    assert_eq!(evidence::changed(Some(&five), vec![(1, 5), (2, 6)], first, second, |_| true), Some(vec![]));
    assert_eq!(evidence::changed(Some(&five), vec![], first, second, |_| true), None, "it is not there any more");
    assert_eq!(evidence::changed(Some(&five), vec![(1, 6)], first, |_| None, |_| true), None, "the field is absent");
    let to_six = |pair: &(u64, u64)| pair.1 == 6;
    assert_eq!(evidence::changed(Some(&five), vec![(1, 6)], first, second, to_six), Some(vec![(1, 6)]));
    assert_eq!(evidence::changed(Some(&five), vec![(1, 7)], first, second, to_six), None, "somebody else changed it");
    assert_eq!(evidence::changed(None, vec![(1, 6)], first, second, |_| true), None);
    assert_ne!(evidence::fingerprint(&[1, 2]), evidence::fingerprint(&[2, 1]));
    let was = ids(&[2, 3]);
    assert_eq!(evidence::gone(None, [1, 2], 1, |id| *id == 3), Some(vec![()]));
    assert_eq!(evidence::gone(Some(&was), [1, 2], 1, |id| *id == 2), Some(vec![]));
    assert_eq!(evidence::gone(Some(&was), [2, 4], 2, |id| [2, 3].contains(id)), None, "only one of the two is gone");
    assert_eq!(evidence::gone(Some(&ids(&[])), [1], 1, |id| *id == 3), None, "it was not there before");
    assert_eq!(evidence::appeared(None, vec![1_u64, 2], true, |id| *id == 2, |_| false, evidence::text), Some(vec![2]));
    assert_eq!(evidence::appeared(None, vec![1_u64, 2], false, |id| *id == 2, |_| false, evidence::text), None);
    assert_eq!(
        evidence::appeared(Some(&ids(&[2])), vec![1_u64, 2], true, |id| *id == 2, |_| false, evidence::text),
        Some(vec![])
    );
    let each = |now: Vec<(u64, char)>| {
        let fits = |row: &char, item: &(u64, char)| item.1 == *row;
        evidence::appeared_each(Some(&ids(&[1])), now, &['a', 'b'], fits, |item| evidence::text(&item.0))
    };
    assert_eq!(each(vec![(1, 'a')]), Some(vec![]));
    assert_eq!(each(vec![(1, 'a'), (2, 'b'), (3, 'a')]), Some(vec![vec![(3, 'a'), (2, 'b')]]));
    assert_eq!(each(vec![(2, 'b'), (3, 'a'), (4, 'a'), (5, 'b')]).unwrap().len(), 2, "it was carried out twice");
    assert_eq!(each(vec![(2, 'b')]), None, "one of the two is missing");
    assert_eq!(each(vec![(2, 'b'), (3, 'a'), (4, 'c')]), None, "somebody else adds too");
}

/// A name that the hoster spells differently must not lead to "did not happen".
#[test]
fn a_name_in_another_spelling_is_no_did_not() {
    for (theirs, ours) in [
        ("example.com", "Example.COM"),
        ("shop.example.com.", "shop.example.com"),
        ("a &amp; b &#039;c&#039;", "a & b 'c'"),
        ("one  two", " one two "),
        ("Иван", "иван"),
        (&"x".repeat(64), &"x".repeat(300)),
    ] {
        assert!(evidence::is_near(theirs, ours), "{theirs:?} {ours:?}");
    }
    for (theirs, ours) in [("web-1", "web-10"), ("web-10", "web-1"), ("", "a"), ("a&b", "a&c"), ("a & b; c", "a")] {
        assert!(!evidence::is_near(theirs, ours), "{theirs:?} {ours:?}");
    }
    let look = |before: Option<&_>, now: &[&'static str]| {
        let (fits, nearly) = (|item: &&str| *item == "Web-1", |item: &&str| evidence::is_near(item, "Web-1"));
        evidence::appeared(before, now.to_vec(), true, fits, nearly, |item| (*item).to_owned())
    };
    assert_eq!(look(None, &["web-2"]), Some(vec![]));
    assert_eq!(look(None, &["web-1", "Web-1"]), Some(vec!["Web-1"]));
    assert_eq!(look(None, &["web-1"]), None, "is it this one?");
    let before = evidence::marks(["web-1"].iter(), |_| true, |item| Some((*item).to_string()));
    assert_eq!(look(Some(&before), &["web-1"]), Some(vec![]), "it was there before");
}
