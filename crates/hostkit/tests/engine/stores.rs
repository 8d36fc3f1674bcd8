//! Clients that share a store, as processes do, and stores that fail.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::common::things::{ListThings, things};
use crate::common::{
    Bench, Delete, GetItem, KEY, LimitedGet, Order, Shop, TOKEN, bench_with, config, fault, key, login, ok,
};
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::codec::DecodeError;
use hostkit::protocol::evidence::{self, Doubt, Evidence, Facts, Inputs, Shows};
use hostkit::protocol::{EncodeError, EndpointInfo, Method, RawAnswer, RequestParts};
use hostkit::store::{Change, Store, StoreKey};
use hostkit::time::Clock;
use hostkit::transport::{Outgoing, Phase, Transport, TransportErrorKind};
use hostkit::{
    CallOptions, Effect, Endpoint, ErrorKind, Outcome, Perform, RateStore, Recovery, SavedTicket, SessionStore, Ticket,
};
use hostkit_testing::Script;

/// A store in memory; clones share it.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Store for Memory {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let mut entries = self.0.lock().unwrap();
        if let Some(after) = change(SystemTime::now(), entries.get(key.as_str()).map(Vec::as_slice)) {
            entries.insert(key.as_str().to_owned(), after);
        }
        Ok(())
    }
}

impl Memory {
    fn text(&self, kind: &str) -> String {
        let entries = self.0.lock().unwrap();
        let (_, bytes) = entries.iter().find(|(key, _)| key.starts_with(kind)).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    }

    /// Changes the lines of an entry and corrects its checksum.
    fn forge(&self, kind: &str, change: impl FnOnce(String) -> String) {
        let text = change(self.text(kind));
        let body = &text[..text.rfind("end ").unwrap()];
        let add = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let sum = body.bytes().fold(0xcbf2_9ce4_8422_2325, add);
        let mut entries = self.0.lock().unwrap();
        let (_, bytes) = entries.iter_mut().find(|(key, _)| key.starts_with(kind)).unwrap();
        *bytes = format!("{body}end {sum:016x}\n").into_bytes();
    }
}

/// A store that always fails.
#[derive(Debug)]
struct Broken;

impl Store for Broken {
    fn change(&self, _: &StoreKey, _: Change<'_>) -> io::Result<()> {
        Err(io::Error::other("on purpose"))
    }
}

fn client(store: &Memory, account: &str, script: impl IntoIterator<Item = Script>) -> Bench {
    let sessions = SessionStore::new(store.clone(), account);
    bench_with(|clock| config(key(), clock).session_store(sessions), script)
}

#[test]
fn what_is_left_of_a_shared_limit_is_what_all_processes_leave() {
    let store = Memory::default();
    let counted = |script: Vec<Script>| {
        let rates = RateStore::new(store.clone(), "one");
        bench_with(|clock| config(key(), clock).signed_in(TOKEN).rate_store(rates), script)
    };
    let left = |bench: &Bench| {
        let rate = bench.core.rates_left().into_iter().find(|rate| rate.name == "get").unwrap();
        (rate.left, rate.next.as_secs())
    };
    let (first, second) = (counted(vec![ok(), ok()]), counted(vec![ok()]));
    first.call(LimitedGet).unwrap();
    assert_eq!(left(&first), (2, 0));
    first.call(LimitedGet).unwrap();
    assert_eq!((left(&first), left(&second)), ((1, 0), (3, 0)));
    // It has made a call, and knows.
    second.call(LimitedGet).unwrap();
    let (calls, next) = left(&second);
    assert!(calls == 0 && (55..=60).contains(&next), "{calls} calls, in {next} s");
    second.clock.advance(Duration::from_secs(61));
    assert_eq!(left(&second), (3, 0));
}

#[test]
fn the_second_client_takes_over_the_session_of_the_first() {
    let store = Memory::default();
    let first = client(&store, "one", [login(), ok(), fault(401, "Expired"), login(), ok()]);
    first.call(GetItem).unwrap();
    let second = client(&store, "one", [ok(), fault(401, "Expired"), ok()]);
    second.call(GetItem).unwrap();
    // The token is refused: one client signs in again, the other takes over the new token.
    first.call(GetItem).unwrap();
    second.call(GetItem).unwrap();
    assert_eq!((first.sent("login"), second.sent("login")), (2, 0));
    // Another account is another session.
    let other = client(&store, "two", [login(), ok()]);
    other.call(GetItem).unwrap();
    assert_eq!(other.sent("login"), 1);
    let keys: Vec<String> = store.0.lock().unwrap().keys().cloned().collect();
    assert_eq!(keys.len(), 2);
    assert!(store.text("session").contains("token canary"), "the control: the token is in the entry");
    assert!(!format!("{keys:?} {}", store.text("session")).contains(KEY));
    assert!(!format!("{:?}", SessionStore::new(store, "one")).contains(TOKEN));
}

#[test]
fn a_stored_base_url_is_trusted_no_more_than_one_of_the_api() {
    let store = Memory::default();
    let first = client(&store, "one", [login(), ok()]);
    first.call(GetItem).unwrap();
    store.forge("session", |text| {
        let at = text.find("token ").unwrap();
        format!("{}base https%3A%2F%2Fevil%2Eexample\n{}", &text[..at], &text[at..])
    });
    let second = client(&store, "one", [login(), ok()]);
    second.call(GetItem).unwrap();
    assert_eq!(second.sent("login"), 1);
    assert!(second.transport.sent().iter().all(|sent| sent.url.starts_with("https://shop.example/")));
}

#[test]
fn wrong_credentials_are_not_tried_by_the_next_client() {
    let store = Memory::default();
    let first = client(&store, "one", [fault(401, "Expired")]);
    assert_eq!(first.call(GetItem).unwrap_err().kind(), ErrorKind::SignIn);
    let second = client(&store, "one", []);
    let error = second.call(GetItem).unwrap_err();
    assert_eq!((error.kind(), second.transport.sent().len()), (ErrorKind::SignIn, 0), "{error}");
}

#[test]
fn a_session_store_that_fails_costs_sign_ins_only() {
    let bench =
        bench_with(|clock| config(key(), clock).session_store(SessionStore::new(Broken, "one")), [login(), ok(), ok()]);
    bench.call(GetItem).unwrap();
    bench.call(GetItem).unwrap();
    assert_eq!(bench.sent("login"), 1);
}

#[test]
fn a_rate_store_that_fails_stops_what_it_limits() {
    let bench =
        bench_with(|clock| config(crate::common::direct(), clock).rate_store(RateStore::new(Broken, "one")), [ok()]);
    let error = bench.call(LimitedGet).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(bench.transport.sent().is_empty());
    // A call without a limit does not need the store.
    bench.call(GetItem).unwrap();
}

/// A store whose next changes fail, so many of them.
#[derive(Debug, Clone, Default)]
struct Failing(Memory, Arc<Mutex<u64>>);

impl Store for Failing {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let mut left = self.1.lock().unwrap();
        match left.checked_sub(1) {
            Some(fewer) => {
                *left = fewer;
                Err(io::Error::other("on purpose"))
            }
            None => self.0.change(key, change),
        }
    }
}

/// A slow store.
#[derive(Debug, Clone, Default)]
struct Slow(Memory);

impl Store for Slow {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        std::thread::sleep(Duration::from_millis(100));
        self.0.change(key, change)
    }
}

#[test]
fn retry_after_holds_for_all_clients_of_a_store() {
    let store = Slow::default();
    let client = |script: Vec<Script>| {
        let rates = RateStore::new(store.clone(), "one");
        bench_with(|clock| config(crate::common::direct(), clock).rate_store(rates), script)
    };
    let options = CallOptions::new().deadline(Duration::from_secs(20));
    let first = client(vec![fault(429, "TooMany").header("retry-after", "25")]);
    first.call_with(LimitedGet, options.clone()).unwrap_err();
    // The server's `Retry-After` is in the store before the call ends, however slow the store is. Three calls fit into
    // the window, but not before the server's 25 seconds are over.
    let error = client(vec![]).call_with(LimitedGet, options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exhausted, "{error}");
    assert!(error.to_string().contains("rate limit"), "{error}");
}

/// A client that shares the calls of an account with other processes.
fn calling(store: impl Store, script: impl IntoIterator<Item = Script>) -> Bench {
    let rates = RateStore::new(store, "one");
    bench_with(|clock| config(crate::common::direct(), clock).rate_store(rates), script)
}

/// Steps a machine to the next request that it sends.
fn to_request<M: Machine>(bench: &Bench, machine: &mut M) -> Box<Outgoing> {
    loop {
        match machine.step(bench.clock.now()) {
            Step::Send(outgoing) => return outgoing,
            Step::Wait(wakeup, _) => drop(wakeup.wait(Duration::from_secs(5))),
            _ => panic!("it sends"),
        }
    }
}

/// Calls of two processes that could be taken for one another go one after the other.
#[test]
fn orders_of_two_processes_go_one_after_the_other() {
    let store = Memory::default();
    let first = calling(store.clone(), [things("1, 2")]);
    let mut order = first.core.perform(&Order, CallOptions::new());
    let look = to_request(&first, &mut order);
    order.receive(first.clock.now(), Transport::send(&first.transport, *look));
    assert_eq!(to_request(&first, &mut order).endpoint, "order");

    let second = calling(store.clone(), []);
    let Outcome::NotSent(error) = second.read_and_perform(Order) else { panic!("it was sent") };
    assert_eq!(error.kind(), ErrorKind::Exhausted, "{error}");
    assert!(error.to_string().contains("another process"), "{error}");
    assert_eq!((second.transport.sent().len(), second.seconds()), (0, 30), "it waits as long as it may");
    // The first process dies. Its order may have been made, so nothing that shows up is surely the second's.
    drop(order);
    while !store.text("calls").contains("unknown") {
        std::thread::sleep(Duration::from_millis(1));
    }
    let reads = (0..19).map(|_| things("1, 2, 7"));
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let second = calling(store.clone(), [things("1, 2"), broken].into_iter().chain(reads));
    let Outcome::Unresolved(ticket) = second.read_and_perform(Order) else { panic!("the end is open") };
    let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
    // Another account is no other process of this one.
    let other = bench_with(
        |clock| config(crate::common::direct(), clock).rate_store(RateStore::new(store, "two")),
        [things("1, 2"), ok()],
    );
    assert!(other.read_and_perform(Order).is_done());
}

/// What one process made is none of the next one's, although the list lags.
#[test]
fn what_another_process_made_is_not_taken_for_its_own() {
    let store = Memory::default();
    let first = calling(store.clone(), [things("1, 2"), ok()]);
    assert!(first.read_and_perform(Order).is_done(), "it made 7");
    assert!(store.text("calls").contains("made 7"), "the call ended before the store knew its end");
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let second =
        calling(store.clone(), [things("1, 2"), broken, things("1, 2, 7"), things("1, 2, 7, 8"), things("1, 2, 7, 8")]);
    let Outcome::Unresolved(ticket) = second.read_and_perform(Order) else { panic!("the end is open") };
    let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(8)), "{done}");
    // The text of the ticket is enough for a third process, and what was found is known to the store.
    let text = ticket.save().to_string();
    let third = calling(store.clone(), [things("1, 2, 7, 8")]);
    let ticket = text.parse::<SavedTicket>().unwrap().ticket::<Order>().unwrap();
    let done = third.run(third.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(8)), "{done}");
    assert!(!format!("{store:?}").contains(KEY));
}

/// What a process removed was made: a store that lost the removal cannot say that it was not.
#[test]
fn a_store_that_was_emptied_does_not_say_that_a_call_did_not_happen() {
    for is_emptied in [false, true] {
        let store = Memory::default();
        let (first, ticket) = lost(store.clone(), (0..19).map(|_| things("1, 2")));
        let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
        if is_emptied {
            store.0.lock().unwrap().clear();
        }
        let third = calling(store.clone(), (0..19).map(|_| things("1, 2")));
        let restored = saved.ticket::<Order>().unwrap();
        for (bench, ticket) in [(&third, &restored), (&first, &ticket)] {
            let done = bench.run(bench.core.recover::<Order>(ticket, CallOptions::new()));
            match is_emptied {
                true => assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}"),
                // Each of them hears it.
                false => assert!(matches!(done, Recovery::DidNot), "{done}"),
            }
        }
    }
}

/// What was lost before a call takes back nothing between the call and the look after its refusal.
#[test]
fn a_refusal_after_a_store_was_emptied_is_plain() {
    let store = Memory::default();
    let bench =
        calling(store.clone(), [things("1, 2"), ok(), things("1, 2, 7"), fault(402, "Payment"), things("1, 2, 7")]);
    assert!(bench.read_and_perform(Order).is_done());
    store.0.lock().unwrap().clear();
    let Outcome::Rejected(rejection) = bench.read_and_perform(Order) else { panic!("it was refused") };
    assert!(store.text("calls").contains("lost ") && !rejection.verify, "{rejection}");
}

/// Another process took its turn while this one's call was under way: the store lost that, or the computer of this one slept
/// beyond its deadline. What the other one made is none of a call that is refused.
#[test]
fn what_another_process_made_meanwhile_is_not_that_of_a_refused_call() {
    for is_emptied in [true, false] {
        let store = Timed::default();
        let first = calling(store.clone(), [things("1, 2"), fault(402, "Payment"), things("1, 2, 7")]);
        let mut order = first.core.perform(&Order, CallOptions::new());
        let look = to_request(&first, &mut order);
        order.receive(first.clock.now(), Transport::send(&first.transport, *look));
        let sent = to_request(&first, &mut order);
        match is_emptied {
            true => store.0.0.lock().unwrap().clear(),
            false => {
                first.clock.advance_wall(3600);
                *store.1.lock().unwrap() = Duration::from_secs(3600);
            }
        }
        let second = calling(store.clone(), [things("1, 2"), ok()]);
        assert!(second.read_and_perform(Order).is_done(), "it made 7");
        order.receive(first.clock.now(), Transport::send(&first.transport, *sent));
        let outcome = first.run(order);
        let Outcome::Rejected(rejection) = outcome else { panic!("emptied {is_emptied}: {outcome:?}") };
        // What the list shows is the other one's, or may be.
        assert!(rejection.verify, "emptied {is_emptied}: {rejection}");
    }
}

/// The store fails while an order is looked for, and takes the verdict afterwards: another process may have deleted what the
/// order made.
#[test]
fn a_store_that_fails_for_a_while_does_not_say_that_a_call_did_not_happen() {
    let store = Failing::default();
    let (first, ticket) = lost(store.clone(), (0..60).map(|_| things("1, 2")));
    // Three reads in a row say the same, and the verdict is the fourth.
    *store.1.lock().unwrap() = 3;
    first.clock.advance(Duration::from_secs(3600));
    let done = first.run(first.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(!matches!(done, Recovery::DidNot), "{done}");
}

/// What another process deleted is not found either.
#[test]
fn what_another_process_deleted_is_no_deletion_of_this_one() {
    for is_alone in [true, false] {
        let store = Memory::default();
        let item = || Script::get("/item").answer(200, r#"{"id": 5}"#);
        let first = calling(store.clone(), [item(), Script::fail(Phase::Head, TransportErrorKind::Reset)]);
        let Outcome::Unresolved(ticket) = first.read_and_perform(Delete) else { panic!("the end is open") };
        if !is_alone {
            assert!(calling(store, [item(), ok()]).read_and_perform(Delete).is_done());
        }
        (0..19).for_each(|_| first.transport.push(fault(404, "NotFound")));
        let done = first.run(first.core.recover::<Delete>(&ticket, CallOptions::new()));
        match is_alone {
            true => assert!(matches!(done, Recovery::Happened(())), "{done}"),
            false => assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}"),
        }
    }
}

/// Where calls cannot be told apart, none is sent.
#[test]
fn a_store_that_fails_stops_calls_that_act() {
    let bench = calling(Broken, [ok()]);
    let Outcome::NotSent(error) = bench.read_and_perform(Order) else { panic!("it was sent") };
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert!(bench.transport.sent().is_empty());
    // A recovery says that it cannot tell.
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let alone = bench_with(|clock| config(crate::common::direct(), clock), [things("1, 2"), broken]);
    let Outcome::Unresolved(ticket) = alone.read_and_perform(Order) else { panic!("the end is open") };
    let bench = calling(Broken, (0..19).map(|_| things("1, 2, 7")));
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
}

/// A client of this store whose order got no answer, and the ticket.
fn lost(store: impl Store, reads: impl IntoIterator<Item = Script>) -> (Bench, Ticket) {
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let bench = calling(store, [things("1, 2"), broken].into_iter().chain(reads));
    let Outcome::Unresolved(ticket) = bench.read_and_perform(Order) else { panic!("the end is open") };
    (bench, ticket)
}

/// What the hoster took for later in one process makes something days later, which is none of what another one lost.
#[test]
fn what_one_process_had_accepted_is_not_taken_for_the_order_of_another() {
    let store = Timed::default();
    let first = calling(store.clone(), [things("1, 2"), ok().header("x-later", "1")]);
    let Outcome::Accepted(..) = first.read_and_perform(Order) else { panic!("it is accepted") };
    *store.1.lock().unwrap() = Duration::from_secs(5 * 24 * 3600);
    let (second, ticket) = lost(store, (0..19).map(|_| things("1, 2, 7")));
    let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
}

/// A computer that slept between the look and the order: its turn is over, and another process, whose order was lost, would
/// take what is ordered now for its own.
#[test]
fn an_order_does_not_go_out_after_a_sleep_beyond_its_deadline() {
    for (slept, is_sent) in [(20, true), (3600, false)] {
        let store = Timed::default();
        let first = calling(store.clone(), [things("1, 2")]);
        let mut order = first.core.perform(&Order, CallOptions::new());
        let look = to_request(&first, &mut order);
        order.receive(first.clock.now(), Transport::send(&first.transport, *look));
        first.clock.advance_wall(slept);
        *store.1.lock().unwrap() = Duration::from_secs(slept.unsigned_abs());
        if is_sent {
            assert_eq!(to_request(&first, &mut order).endpoint, "order");
            continue;
        }
        let (second, ticket) = lost(store.clone(), [things("1, 2, 7")]);
        let outcome = loop {
            match order.step(first.clock.now()) {
                Step::Done(outcome) => break outcome,
                Step::Wait(wakeup, _) => drop(wakeup.wait(Duration::from_secs(5))),
                _ => {
                    let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
                    panic!("the order is on its way and makes 7, of which the other process says: {done}");
                }
            }
        };
        let Outcome::NotSent(error) = outcome else { panic!("it was sent: {outcome:?}") };
        assert_eq!(error.kind(), ErrorKind::Exhausted, "{error}");
    }
}

/// An order that the shop may accept for later.
#[derive(Debug, Clone)]
struct OrderLater;

impl Endpoint for OrderLater {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "order_later",
        path: "/later",
        method: Method::POST,
        effect: Effect::Spends,
        spec: "specs/shop/OrderLater.toml",
        deadline: Duration::from_secs(30),
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        Order::decode(answer)
    }
}

impl Perform for OrderLater {
    type Reading = ListThings;
    type Found = u64;
    const FACTS: Facts = Facts { unseen_is_no: false, ..Facts::new(Shows::Item, Duration::from_secs(60)) };

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn evidence(_: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
        Ok(evidence::appeared(now, |_| true, evidence::text))
    }

    fn made(output: &u64) -> Vec<String> {
        vec![evidence::text(output)]
    }
}

/// A process that died before the answer never heard that its order was accepted: what that makes days later is none of
/// what another process lost.
#[test]
fn what_a_process_that_died_may_have_had_accepted_is_not_taken_for_the_order_of_another() {
    let days = |days: u64| Duration::from_secs(days * 24 * 3600);
    for is_killed in [false, true] {
        let store = Timed::default();
        let first = calling(store.clone(), [things("1, 2")]);
        let mut order = first.core.perform(&OrderLater, CallOptions::new());
        let look = to_request(&first, &mut order);
        order.receive(first.clock.now(), Transport::send(&first.transport, *look));
        assert_eq!(to_request(&first, &mut order).endpoint, "order_later");
        if is_killed {
            std::mem::forget(order);
        } else {
            drop(order);
            assert!((0..10_000).any(|_| {
                std::thread::sleep(Duration::from_millis(1));
                store.0.text("calls").contains("unknown")
            }));
        }
        *store.1.lock().unwrap() = days(5);
        let (second, ticket) = lost(store.clone(), (0..19).map(|_| things("1, 2, 7")));
        let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "killed {is_killed}: {done}");
        *store.1.lock().unwrap() = days(36);
        let (second, ticket) = lost(store, [things("1, 2, 7")]);
        let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::Happened(7)), "killed {is_killed}: {done}");
    }
    // One whose end is known shows as soon as any.
    let store = Timed::default();
    assert!(calling(store.clone(), [things("1, 2"), ok()]).read_and_perform(OrderLater).is_done());
    *store.1.lock().unwrap() = days(5);
    let (second, ticket) = lost(store, [things("1, 2, 7")]);
    let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// The same from a ticket alone: what is looked for in another process may be carried out weeks later, or not be over yet.
#[test]
fn what_is_looked_for_by_its_ticket_is_not_taken_for_a_later_order() {
    let broken = || Script::fail(Phase::Head, TransportErrorKind::Reset);
    let process = |script: Vec<Script>| bench_with(|clock| config(crate::common::direct(), clock), script);
    let unseen = |count: usize| (0..count).map(|_| things("1, 2"));
    for days in [1, 29, 40] {
        let first = process(vec![things("1, 2"), broken()]);
        let Outcome::Unresolved(ticket) = first.read_and_perform(OrderLater) else { panic!("the end is open") };
        let saved = ticket.save().to_string().parse::<SavedTicket>().unwrap();

        let second =
            process(unseen(19).chain([things("1, 2"), broken()]).chain((0..19).map(|_| things("1, 2, 7"))).collect());
        let options = CallOptions::new();
        let done =
            second.run(second.core.recover::<OrderLater>(&saved.ticket::<OrderLater>().unwrap(), options.clone()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::Passing)), "{done}");
        second.clock.advance(Duration::from_secs(days * 24 * 3600));
        let Outcome::Unresolved(ticket) = second.read_and_perform(Order) else { panic!("the end is open") };
        let done = second.run(second.core.recover::<Order>(&ticket, options));
        match days {
            40 => assert!(matches!(done, Recovery::Happened(7)), "{done}"),
            _ => assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "after {days} days: {done}"),
        }
    }
}

/// Who acts on a verdict at once, in another process, finds it in the store.
#[test]
fn a_verdict_is_in_the_store_before_it_is_told() {
    let store = Slow::default();
    let (bench, ticket) = lost(store.clone(), [things("1, 2, 7")]);
    assert!(store.0.text("calls").contains("unknown"));
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
    assert!(store.0.text("calls").contains("made 7"), "the recovery ended before the store knew its verdict");

    let store = Slow::default();
    let (bench, ticket) = lost(store.clone(), (0..19).map(|_| things("1, 2")));
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::DidNot), "{done}");
    assert!(store.0.text("calls").contains(" nothing "), "the recovery ended before the store knew its verdict");
}

/// Both processes hear that it did not happen. What one of them then orders again is not taken for the lost order by the
/// other, which still reads, where they share a store; without one, the other finds the one order that there is.
#[test]
fn a_ticket_that_two_processes_recover() {
    let broken = || Script::fail(Phase::Head, TransportErrorKind::Reset);
    let nothing = |count| (0..count).map(|_| things("1, 2"));
    for is_shared in [true, false] {
        let store = Memory::default();
        let process = |script: Vec<Script>| match is_shared {
            true => calling(store.clone(), script),
            false => bench_with(|clock| config(crate::common::direct(), clock), script),
        };
        let text = |ticket: &Ticket| ticket.save().to_string();
        let restored = |text: &str| text.parse::<SavedTicket>().unwrap().ticket::<Order>().unwrap();
        let first = process(vec![things("1, 2"), broken()]);
        let Outcome::Unresolved(ticket) = first.read_and_perform(Order) else { panic!("the end is open") };
        let text = text(&ticket);

        let second = process(nothing(19).chain([things("1, 2"), ok()]).collect());
        let done = second.run(second.core.recover::<Order>(&restored(&text), CallOptions::new()));
        assert!(matches!(done, Recovery::DidNot), "{is_shared}: {done}");
        // This one asks before the other orders again.
        let third = process(nothing(19).collect());
        let done = third.run(third.core.recover::<Order>(&restored(&text), CallOptions::new()));
        assert!(matches!(done, Recovery::DidNot), "{is_shared}: {done}");

        assert!(second.read_and_perform(Order).is_done(), "it made 7");
        let late = process(nothing(5).chain((0..20).map(|_| things("1, 2, 7"))).collect());
        let done = late.run(late.core.recover::<Order>(&restored(&text), CallOptions::new()));
        match is_shared {
            true => assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}"),
            false => assert!(matches!(done, Recovery::Happened(7)), "{done}"),
        }
    }
}

/// A store that takes the word of no call that was carried out, while it is full.
#[derive(Debug, Clone, Default)]
struct Full(Memory, Arc<AtomicBool>);

impl Store for Full {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let is_full = self.1.load(Ordering::Relaxed);
        let mut is_refused = false;
        self.0.change(key, &mut |now, before| {
            let after = change(now, before)?;
            is_refused = is_full && String::from_utf8_lossy(&after).contains(" done ");
            (!is_refused).then_some(after)
        })?;
        if is_refused { Err(io::Error::other("on purpose")) } else { Ok(()) }
    }
}

/// Others would still take what this call made for their own.
#[test]
fn a_verdict_that_the_store_does_not_take_is_none() {
    let store = Full::default();
    let (bench, ticket) = lost(store.clone(), [things("1, 2, 7"), things("1, 2, 7")]);
    store.1.store(true, Ordering::Relaxed);
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    let Recovery::Unread(error) = &done else { panic!("{done}") };
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(done.to_string().contains("did not take the verdict: on purpose"), "{done}");
    store.1.store(false, Ordering::Relaxed);
    let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::Happened(7)), "{done}");
}

/// A store that does not answer a change to such an entry, until it is let go.
#[derive(Debug, Clone)]
struct Stuck(Memory, Arc<Mutex<()>>, fn(&str) -> bool);

impl Store for Stuck {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        self.0.change(key, &mut |now, before| {
            let after = change(now, before)?;
            if self.2(&String::from_utf8_lossy(&after)) {
                drop(self.1.lock().unwrap());
            }
            Some(after)
        })
    }
}

/// It answers no word of what was made.
fn stuck() -> Stuck {
    stuck_at(|entry| entry.contains(" done "))
}

fn stuck_at(is_held: fn(&str) -> bool) -> Stuck {
    Stuck(Memory::default(), Arc::default(), is_held)
}

#[test]
fn a_verdict_waits_for_the_store_no_longer_than_the_deadline() {
    let store = stuck();
    let (bench, ticket) = lost(store.clone(), [things("1, 2, 7")]);
    let held = store.1.lock().unwrap();
    let deadline = CallOptions::new().deadline(Duration::from_secs(10));
    let mut recovery = bench.core.recover::<Order>(&ticket, deadline);
    let read = to_request(&bench, &mut recovery);
    recovery.receive(bench.clock.now(), Transport::send(&bench.transport, *read));
    loop {
        let Step::Wait(wakeup, _) = recovery.step(bench.clock.now()) else { panic!("it does not wait for the store") };
        // The store answers what other calls mean, and then no more.
        if !wakeup.wait(Duration::from_millis(300)) {
            break;
        }
    }
    bench.clock.advance(Duration::from_secs(10));
    let Step::Done(done) = recovery.step(bench.clock.now()) else { panic!("it waits on") };
    assert!(matches!(&done, Recovery::NotYet(_, error) if error.kind() == ErrorKind::Exhausted), "{done}");
    drop(held);
}

/// A store that does not answer holds no call beyond its deadline, whenever it stops.
#[test]
fn a_store_that_does_not_answer_ends_with_the_deadline() {
    let past = Duration::from_secs(30);
    // Before the call: nothing is sent.
    let store = stuck();
    let held = store.1.lock().unwrap();
    let bench = calling(store.clone(), []);
    let mut order = bench.core.perform(&Order, CallOptions::new());
    assert!(matches!(order.step(bench.clock.now()), Step::Wait(..)));
    bench.clock.advance(past);
    let Step::Done(Outcome::NotSent(error)) = order.step(bench.clock.now()) else { panic!("it is over") };
    assert_eq!(error.kind(), ErrorKind::Exhausted, "{error}");
    drop(held);

    // After it: the outcome stays what it was.
    let store = stuck();
    let bench = calling(store.clone(), [things("1, 2"), ok()]);
    let mut order = bench.core.perform(&Order, CallOptions::new());
    for _ in 0..2 {
        let outgoing = to_request(&bench, &mut order);
        order.receive(bench.clock.now(), Transport::send(&bench.transport, *outgoing));
    }
    let held = store.1.lock().unwrap();
    assert!(matches!(order.step(bench.clock.now()), Step::Wait(..)));
    bench.clock.advance(past);
    assert!(matches!(order.step(bench.clock.now()), Step::Done(Outcome::Done(_))));
    drop(held);

    // In a recovery: it cannot tell yet.
    let store = stuck();
    let (bench, ticket) = lost(store.clone(), [things("1, 2, 7")]);
    let held = store.1.lock().unwrap();
    let options = CallOptions::new().deadline(Duration::from_secs(30));
    let mut recovery = bench.core.recover::<Order>(&ticket, options);
    let outgoing = to_request(&bench, &mut recovery);
    recovery.receive(bench.clock.now(), Transport::send(&bench.transport, *outgoing));
    let Step::Wait(_, until) = recovery.step(bench.clock.now()) else { panic!("it waits for the store") };
    assert_eq!(until.since(bench.clock.now().monotonic), Duration::from_millis(50), "it looks for a cancellation");
    bench.clock.advance(past);
    assert!(matches!(recovery.step(bench.clock.now()), Step::Done(Recovery::NotYet(..))));
    drop(held);
}

/// A store that was emptied, as by a restart without persistence, knows nothing of the calls beside this one.
#[test]
fn a_store_that_lost_the_call_has_lost_others() {
    let store = Memory::default();
    let (first, ticket) = lost(store.clone(), []);
    assert!(calling(store.clone(), [things("1, 2"), ok()]).read_and_perform(Order).is_done(), "it made 7");
    store.0.lock().unwrap().clear();
    let restored = ticket.save().to_string().parse::<SavedTicket>().unwrap().ticket::<Order>().unwrap();
    for (bench, ticket) in [(first, ticket), (calling(store, []), restored)] {
        (0..19).for_each(|_| bench.transport.push(things("1, 2, 7")));
        let done = bench.run(bench.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
    }
}

/// Nor does it know of calls that began before this one, and a process that found it filled before notices.
#[test]
fn a_store_that_lost_other_calls_clouds_the_next_one() {
    let month = 30 * 24 * 3_600;
    for (is_warm, waits, is_clouded) in
        [(true, 0, true), (false, 0, false), (true, 25 * 3_600, true), (true, month + 60, false)]
    {
        let store = Timed::default();
        let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
        let second = calling(store.clone(), []);
        if is_warm {
            let refused = [things("1, 2"), fault(402, "Payment"), things("1, 2")];
            refused.into_iter().for_each(|script| second.transport.push(script));
            assert!(matches!(second.read_and_perform(Order), Outcome::Rejected(_)));
        }
        let (_first, _) = lost(store.clone(), []);
        *store.1.lock().unwrap() = Duration::from_secs(waits);
        store.0.0.lock().unwrap().clear();
        let script = [things("1, 2"), broken].into_iter().chain((0..19).map(|_| things("1, 2, 7")));
        script.for_each(|script| second.transport.push(script));
        let Outcome::Unresolved(ticket) = second.read_and_perform(Order) else { panic!("the end is open") };
        let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
        assert_eq!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), is_clouded, "{is_warm} {waits}: {done}");
        assert_eq!(matches!(done, Recovery::Happened(7)), !is_clouded, "{is_warm} {waits}: {done}");
    }
}

/// Also where it was this process that had made the entry, and its call has not ended yet.
#[test]
fn a_store_that_is_emptied_under_a_call_clouds_those_of_others() {
    let store = Memory::default();
    let first = calling(store.clone(), []);
    let mut order = first.core.perform(&Order, CallOptions::new());
    to_request(&first, &mut order);
    store.0.lock().unwrap().clear();
    drop(order);
    assert!((0..10_000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        !store.0.lock().unwrap().is_empty()
    }));
    let (second, ticket) = lost(store, (0..19).map(|_| things("1, 2, 7")));
    let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
    assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
}

/// What the others have to learn is in the store before the call ends, and waits for it no longer than the deadline.
#[test]
fn a_failure_waits_for_the_store_no_longer_than_the_deadline() {
    let ends_at_its_deadline = |bench: Bench, answer: Script, store: Stuck| {
        let held = store.1.lock().unwrap();
        bench.transport.push(answer);
        let mut call = bench.core.call(&LimitedGet, CallOptions::new().deadline(Duration::from_secs(10)));
        let outgoing = to_request(&bench, &mut call);
        call.receive(bench.clock.now(), Transport::send(&bench.transport, *outgoing));
        bench.clock.advance(Duration::from_millis(9_999));
        assert!(matches!(call.step(bench.clock.now()), Step::Wait(..)), "it waits for the store");
        bench.clock.advance(Duration::from_millis(1));
        assert!(matches!(call.step(bench.clock.now()), Step::Done(Err(_))), "it waits on");
        drop(held);
    };
    let refused = stuck_at(|entry| entry.contains("refused "));
    let sessions = SessionStore::new(refused.clone(), "one");
    let bench = bench_with(|clock| config(key(), clock).session_store(sessions), []);
    ends_at_its_deadline(bench, fault(401, "Expired"), refused);
    let is_hold = |entry: &str| entry.lines().any(|line| line.starts_with("window ") && !line.ends_with(" 0"));
    let held = stuck_at(is_hold);
    let bench = calling(held.clone(), []);
    ends_at_its_deadline(bench, fault(429, "TooMany").header("retry-after", "25"), held);
}

#[test]
fn refused_credentials_are_in_the_store_before_the_call_ends() {
    let store = Slow::default();
    let sessions = SessionStore::new(store.clone(), "one");
    let bench = bench_with(|clock| config(key(), clock).session_store(sessions), [fault(401, "Expired")]);
    assert_eq!(bench.call(GetItem).unwrap_err().kind(), ErrorKind::SignIn);
    assert!(store.0.text("session").contains("refused "));
}

#[test]
fn a_session_of_another_process_ends_when_it_ends() {
    let store = Memory::default();
    let short = || login().header("x-life", "100");
    client(&store, "one", [short(), ok()]).call(GetItem).unwrap();
    let second = client(&store, "one", [ok(), short(), ok()]);
    second.call(GetItem).unwrap();
    second.clock.advance(Duration::from_secs(101));
    second.call(GetItem).unwrap();
    assert_eq!(second.sent("login"), 1, "the token is past its end");
}

/// A process that gives a sign-in up blocks no other one until the end of its lease.
#[test]
fn a_dropped_sign_in_passes_to_another_process() {
    let store = Memory::default();
    let first = client(&store, "one", []);
    let mut call = first.core.call(&GetItem, CallOptions::new());
    assert_eq!(to_request(&first, &mut call).endpoint, "login");
    assert!(store.text("session").contains("lease "));
    drop(call);
    // The store hears of it on its own thread.
    let is_passed_on = || !store.text("session").contains("lease ");
    assert!((0..10_000).any(|_| is_passed_on() || {
        std::thread::sleep(Duration::from_millis(1));
        false
    }));
    let second = client(&store, "one", [login(), ok()]);
    second.call_with(GetItem, CallOptions::new().deadline(Duration::from_secs(5))).unwrap();
}

/// The server asked this process to wait, whatever becomes of the store.
#[test]
fn a_process_keeps_to_the_retry_after_that_it_got_itself() {
    let store = Memory::default();
    let bench = calling(store.clone(), [fault(429, "TooMany").header("retry-after", "25"), ok()]);
    let short = || CallOptions::new().deadline(Duration::from_secs(20));
    bench.call_with(LimitedGet, short()).unwrap_err();
    store.0.lock().unwrap().clear();
    let error = bench.call_with(LimitedGet, short()).unwrap_err();
    assert_eq!((error.kind(), bench.transport.left()), (ErrorKind::Exhausted, 1), "{error}");
    bench.clock.advance(Duration::from_secs(25));
    bench.call_with(LimitedGet, short()).unwrap();
}

/// What a damaged entry held is unknown, so the windows that it may have filled pass first, and no more than these.
#[test]
fn a_damaged_count_holds_for_one_window() {
    let store = Timed::default();
    let bench = calling(store.clone(), [ok(), ok()]);
    bench.call(LimitedGet).unwrap();
    store.0.0.lock().unwrap().values_mut().for_each(|bytes| bytes.truncate(5));
    let call = || bench.call_with(LimitedGet, CallOptions::new().deadline(Duration::from_secs(30)));
    assert_eq!(call().unwrap_err().kind(), ErrorKind::Exhausted);
    *store.1.lock().unwrap() = Duration::from_secs(61);
    call().unwrap();
}

/// Whoever waits for the sign-in of another process asks the store now and then, and not without a pause.
#[test]
fn a_sign_in_of_another_process_is_waited_for() {
    let store = Memory::default();
    let first = client(&store, "one", []);
    let mut call = first.core.call(&GetItem, CallOptions::new());
    assert_eq!(to_request(&first, &mut call).endpoint, "login");
    let second = client(&store, "one", []);
    let error = second.call_with(GetItem, CallOptions::new().deadline(Duration::from_secs(5))).unwrap_err();
    assert_eq!((error.kind(), second.seconds(), second.sent("login")), (ErrorKind::Exhausted, 5, 0), "{error}");
}

/// What damaged calls did is unknown, until what the slowest of them did would show in the list before a later call.
#[test]
fn damaged_calls_cloud_those_of_a_month() {
    for (waits, is_clouded) in [(0, true), (25 * 3_600, true), (30 * 24 * 3_600 + 1, false)] {
        let store = Timed::default();
        let (first, ticket) = lost(store.clone(), []);
        let is_of_calls = |(key, _): &(&String, &mut Vec<u8>)| key.starts_with("calls");
        store.0.0.lock().unwrap().iter_mut().filter(is_of_calls).for_each(|(_, bytes)| bytes.truncate(5));
        (0..19).for_each(|_| first.transport.push(things("1, 2, 7")));
        let done = first.run(first.core.recover::<Order>(&ticket, CallOptions::new()));
        assert!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), "{done}");
        *store.1.lock().unwrap() = Duration::from_secs(waits);
        let (second, ticket) = lost(store, (0..19).map(|_| things("1, 2, 7")));
        let done = second.run(second.core.recover::<Order>(&ticket, CallOptions::new()));
        assert_eq!(matches!(done, Recovery::CannotTell(Doubt::OtherCall)), is_clouded, "{waits}: {done}");
        assert_eq!(matches!(done, Recovery::Happened(7)), !is_clouded, "{waits}: {done}");
    }
}

#[test]
fn stores_are_shown_with_their_account_alone() {
    let store = Memory::default();
    let (sessions, rates) = (SessionStore::new(store.clone(), "one"), RateStore::new(store, "one"));
    assert_eq!(format!("{sessions:?}"), r#"SessionStore { account: "one", .. }"#);
    assert_eq!(format!("{rates:?}"), r#"RateStore { account: "one", .. }"#);
}

/// A store whose clock the test advances.
#[derive(Debug, Clone, Default)]
struct Timed(Memory, Arc<Mutex<Duration>>);

impl Store for Timed {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let now = SystemTime::now() + *self.1.lock().unwrap();
        self.0.change(key, &mut |_, before| change(now, before))
    }
}

/// A call counts in the store from its end and not from its deadline, and one that was not sent does not count.
#[test]
fn the_store_hears_of_the_end_of_a_call() {
    let store = Timed::default();
    let client = |script: Vec<Script>| {
        let rates = RateStore::new(store.clone(), "one");
        bench_with(|clock| config(crate::common::direct(), clock).rate_store(rates), script)
    };
    let first = client(vec![ok(), ok(), ok()]);
    (0..3).for_each(|_| drop(first.call(LimitedGet).unwrap()));
    let short = || CallOptions::new().deadline(Duration::from_secs(1));
    assert_eq!(client(vec![]).call_with(LimitedGet, short()).unwrap_err().kind(), ErrorKind::Exhausted);
    while store.0.text("rates").matches("ended ").count() < 3 {
        std::thread::sleep(Duration::from_millis(1));
    }
    *store.1.lock().unwrap() = Duration::from_secs(61);
    client(vec![ok()]).call_with(LimitedGet, short()).unwrap();
}
