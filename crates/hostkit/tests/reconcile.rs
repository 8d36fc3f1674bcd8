//! Reconciliation: what a read says about a call whose end was open, early, late and never.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod common;

use std::time::Duration;

use common::*;
use hostkit::codec::{DecodeError, Name};
use hostkit::testing::Script;
use hostkit::{
    Call, CallOptions, Cancel, Effect, EncodeError, Endpoint, EndpointInfo, ErrorKind, Outcome, Phase, RawAnswer,
    Reconcile, Reconciled, RequestParts, StillOpen, Ticket, TransportErrorKind, trace,
};

/// The numbers of the things that a customer has.
#[derive(Debug, Clone)]
pub struct ListThings;

impl Endpoint for ListThings {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_things", path: "/things", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        answer.list(&Name::new("ids"), 100)
    }
}

impl Call for ListThings {}

/// An order shows as a number that was not there before.
impl Reconcile for Order {
    type Read = ListThings;
    type Found = u64;
    const SETTLE: Duration = Duration::from_secs(60);

    fn read(&self) -> ListThings {
        ListThings
    }

    fn look(&self, before: Option<&Vec<u64>>, now: Vec<u64>) -> Option<Vec<u64>> {
        trace::appeared(before.map(|before| before.iter().collect()), now, false, |_| true, |id| id)
    }
}

/// The same for a hoster that takes its time.
impl Reconcile for Reboot {
    type Read = ListThings;
    type Found = u64;
    const SETTLE: Duration = Duration::from_secs(300);

    fn read(&self) -> ListThings {
        ListThings
    }

    fn look(&self, before: Option<&Vec<u64>>, now: Vec<u64>) -> Option<Vec<u64>> {
        Order.look(before, now)
    }
}

/// A deletion shows as a read that finds nothing.
impl Reconcile for Delete {
    type Read = GetItem;
    type Found = ();
    const SETTLE: Duration = Duration::from_secs(20);

    fn read(&self) -> GetItem {
        GetItem
    }

    fn look(&self, _: Option<&u64>, _: u64) -> Option<Vec<()>> {
        Some(Vec::new())
    }

    fn not_found(&self) -> Option<()> {
        Some(())
    }
}

fn things(ids: &str) -> Script {
    Script::get("/things").answer(200, format!(r#"{{"ids": [{ids}]}}"#))
}

/// A client after a call that broke, its ticket, and the list that it had read before.
fn broken<E: hostkit::Perform<Api = Shop>>(
    call: E,
    script: impl IntoIterator<Item = Script>,
) -> (Bench, Ticket, Vec<u64>) {
    let broken = Script::fail(Phase::Head, TransportErrorKind::Reset);
    let bench = bench(std::iter::once(broken).chain(script));
    let Outcome::Unresolved(ticket) = bench.perform(call) else { panic!("the end is open") };
    (bench, ticket, vec![1, 2])
}

fn reconcile<E: Reconcile<Api = Shop> + 'static>(
    bench: &Bench,
    call: &E,
    ticket: &Ticket,
    before: Option<&hostkit::ReadOf<E>>,
    options: CallOptions,
) -> Reconciled<E::Found, Code> {
    let done = bench.run(bench.core.flow(options, |calls| async move { calls.reconcile(call, ticket, before).await }));
    assert_eq!(bench.sent(E::INFO.name), 1, "it is never sent again");
    assert_eq!(bench.transport.left(), 0, "all of the script was wanted");
    done
}

fn order(script: impl IntoIterator<Item = Script>) -> (Bench, Reconciled<u64, Code>) {
    let (bench, ticket, before) = broken(Order, script);
    let done = reconcile(&bench, &Order, &ticket, Some(&before), CallOptions::new());
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

/// Reads that all came early enough to miss a late commit are not enough, however many.
#[test]
fn early_reads_alone_do_not_settle_it() {
    let (bench, ticket, before) = broken(Reboot, (0..10).map(|_| things("1, 2")).chain([things("1, 2, 7")]));
    let done = reconcile(&bench, &Reboot, &ticket, Some(&before), CallOptions::new());
    assert_eq!(done.happened(), Some(7));
    assert_eq!(bench.seconds(), 300);
}

/// Long after the call three reads are still spaced.
#[test]
fn reads_are_spaced_long_after_the_call() {
    let (bench, ticket, before) = broken(Order, (0..3).map(|_| things("1, 2")));
    bench.clock.advance(Duration::from_secs(1000));
    let done = reconcile(&bench, &Order, &ticket, Some(&before), CallOptions::new());
    assert!(matches!(done, Reconciled::DidNot));
    assert_eq!(bench.seconds(), 1010);
}

/// A proxy that sent the order twice shows in the list, not in the answer.
#[test]
fn a_double_is_named() {
    let (_, done) = order([things("1, 2, 7, 8")]);
    assert!(matches!(&done, Reconciled::Several(both) if *both == [7, 8]), "{done}");
}

#[test]
fn without_the_list_before_nobody_can_tell() {
    let (bench, ticket, _) = broken(Order, [things("1, 2, 7")]);
    let done = reconcile(&bench, &Order, &ticket, None, CallOptions::new());
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::CannotTell)), "{done}");
}

#[test]
fn the_ticket_of_another_call_is_refused() {
    let (bench, ticket, before) = broken(Order, []);
    let done = bench.run(
        bench
            .core
            .flow(CallOptions::new(), |calls| async move { calls.reconcile(&Delete, &ticket, before.first()).await }),
    );
    assert!(matches!(done, Reconciled::StillOpen(StillOpen::OtherCall)));
    assert_eq!(bench.transport.sent().len(), 1);
}

#[test]
fn what_is_gone_is_not_found() {
    let (bench, ticket, _) = broken(Delete, [Script::any().answer(200, r#"{"id": 1}"#), fault(404, "NotFound")]);
    let done = reconcile(&bench, &Delete, &ticket, None, CallOptions::new());
    assert!(matches!(done, Reconciled::Happened(())));
    assert!(bench.seconds() < 20);
}

#[test]
fn failing_reads_settle_nothing() {
    let bad = || Script::any().answer(502, "");
    // Each read of a safe call is tried three times.
    let (_, done) = order((0..3).map(|_| bad()).chain([things("1, 2, 7")]));
    assert_eq!(done.happened(), Some(7));
    let (_, done) = order((0..9).map(|_| bad()));
    assert!(matches!(&done, Reconciled::StillOpen(StillOpen::Unread(error)) if error.status() == Some(502)), "{done}");
    let (_, done) = order([fault(403, "Forbidden")]);
    assert!(matches!(&done, Reconciled::StillOpen(StillOpen::Unread(_))), "{done}");
}

#[test]
fn a_deadline_or_a_cancellation_leaves_it_open() {
    let (bench, ticket, before) = broken(Order, [things("1, 2")]);
    let options = CallOptions::new().deadline(Duration::from_secs(10));
    let done = reconcile(&bench, &Order, &ticket, Some(&before), options);
    assert!(matches!(&done, Reconciled::StillOpen(StillOpen::NotSeen(error)) if error.kind() == ErrorKind::Exhausted));

    let (bench, ticket, before) = broken(Order, []);
    let cancel = Cancel::new();
    cancel.cancel();
    let done = reconcile(&bench, &Order, &ticket, Some(&before), CallOptions::new().cancel(cancel));
    assert!(done.is_open(), "{done}");
}

#[test]
fn reads_before_and_after_are_compared() {
    let even = |number: &u64| number.is_multiple_of(2);
    assert_eq!(trace::became(None, 4, even), Some(vec![4]));
    assert_eq!(trace::became(Some(&3), 5, even), Some(vec![]));
    assert_eq!(trace::became(Some(&2), 4, even), None, "it was so before");
    fn absent(_: &u64) -> Option<&u64> {
        None
    }
    assert_eq!(trace::differs(Some(&4), 5, absent), None, "the field is absent");
    fn whole(number: &u64) -> Option<&u64> {
        Some(number)
    }
    assert_eq!(trace::differs(None, 4, whole), None);
    assert_eq!(trace::differs(Some(&4), 4, whole), Some(vec![]));
    assert_eq!(trace::differs(Some(&4), 5, whole), Some(vec![5]));
    let named = |(id, _): &(u64, u64)| *id == 1;
    fn second(pair: &(u64, u64)) -> Option<&u64> {
        Some(&pair.1)
    }
    assert_eq!(trace::changed(Some(vec![&(1, 5), &(2, 5)]), vec![(1, 6), (2, 6)], named, second), Some(vec![(1, 6)]));
    assert_eq!(trace::changed(Some(vec![&(1, 5), &(2, 5)]), vec![(1, 5), (2, 6)], named, second), Some(vec![]));
    assert_eq!(trace::changed(Some(vec![&(1, 5)]), vec![], named, second), None, "it is not there any more");
    assert_eq!(trace::changed(None, vec![(1, 6)], named, second), None);
    assert_eq!(trace::gone([1, 2], |id| *id == 3), Some(vec![()]));
    assert_eq!(trace::gone([1, 2], |id| *id == 2), Some(vec![]));
    assert_eq!(trace::ended(&2, even), Some(vec![()]));
    assert_eq!(trace::ended(&3, even), Some(vec![]));
    assert_eq!(trace::appeared(None, vec![1, 2], true, |id| *id == 2, |id| id), Some(vec![2]));
    assert_eq!(trace::appeared(Some(vec![&2]), vec![1, 2], true, |id| *id == 2, |id| id), Some(vec![]));
}
