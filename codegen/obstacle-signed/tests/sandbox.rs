//! Pages and orders in a sandbox that answers from the examples of an API whose pages have links.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::time::{Clock, Moment, Now, SystemClock};
use hostkit::{Outcome, Perform, Recovery};
use hostkit_proto::Nullable;
use hostkit_sandbox::{ApiName, Fault, FromExamples, Sandbox, accounts_of};
use obstacle_signed_proto::Signed;
use obstacle_signed_proto::blocks::{GetReverse, SetReverse};
use obstacle_signed_proto::clocks::{GetClock, LabelClock, SetHour, TurnClock};
use obstacle_signed_proto::notes::{AddNote, ListNotes};
use obstacle_signed_proto::things::{ListThings, MakeThing};
use obstacle_signed_proto::types::{Hour, NoteHour, NoteKind, ThingId};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

#[test]
fn what_is_made_stands_on_the_last_page() {
    let sandbox = Sandbox::builder().site(FromExamples::<Signed>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Signed>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Signed>::builder(accounts_of::<Signed>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let page = |call: ListThings| {
        let page = client.call(&call).unwrap();
        (page.things.iter().map(|thing| thing.id.get()).collect::<Vec<_>>(), page.next.is_some())
    };
    let named = || ListThings::new().name("a b");
    assert_eq!(page(named()), (vec![7, 8], true));
    assert_eq!(page(named().page(2)), (vec![9], false));
    // As the last page does, and not as the first one again.
    assert_eq!(page(named().page(3)), (vec![9], false));
    let made = client.perform(&MakeThing::new("lamp")).into_result().unwrap();
    assert_eq!((made.id.get(), made.name.as_str()), (10, "lamp"));
    assert_eq!(page(ListThings::new()), (vec![7, 10], false));
    assert_eq!(page(named()), (vec![7, 8], true));
    // A filter for another name hides it.
    assert_eq!(page(named().page(2)), (vec![9], false));
    client.perform(&MakeThing::new("a b")).into_result().unwrap();
    assert_eq!(page(named().page(2)), (vec![9, 11], false));
}

/// Pages that begin at an id, and items whose fields are always there where an input may be null.
#[test]
fn what_is_made_of_values_and_of_nulls_is_listed() {
    let sandbox = Sandbox::builder().site(FromExamples::<Signed>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Signed>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Signed>::builder(accounts_of::<Signed>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let hour = |hour| Nullable::Value(NoteHour::new(hour).unwrap());
    let call = AddNote::new(hour(9)).text("oak").size(8).loud(true).kind(NoteKind::Secret).pinned(true).clear_weight();
    let made = client.perform(&call).into_result().unwrap();
    assert_eq!((made.id.get(), made.text.as_str(), made.size), (3, "oak", 8));
    let notes: Vec<_> = client.items(&ListNotes::new()).map(Result::unwrap).collect();
    let ids: Vec<_> = notes.iter().map(|note| note.id.get()).collect();
    let note = notes.last().unwrap();
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!((note.text.as_str(), note.size, note.loud, note.pinned), ("oak", 8, true, true));
    assert_eq!((&note.kind, note.hour.get()), (&NoteKind::Secret, 9));
}

/// A clock on which waiting takes no real time.
#[derive(Debug, Clone)]
struct Ahead(hostkit_sandbox::Clock, Arc<Mutex<Duration>>);

impl Clock for Ahead {
    fn now(&self) -> Now {
        SystemClock.now().later(*self.1.lock().unwrap())
    }

    fn sleep(&self, until: Moment) -> Duration {
        let waited = until.since(self.now().monotonic);
        self.0.advance(waited);
        *self.1.lock().unwrap() += waited;
        Duration::ZERO
    }
}

/// A call that was carried out, and whose answer was lost, is found by the value that it said.
#[test]
fn what_a_call_says_of_an_object_is_what_the_object_shows() {
    let sandbox = Sandbox::builder().site(FromExamples::<Signed>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Signed>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Signed>::builder(accounts_of::<Signed>().remove(0)).base_url(base);
    let client = client.clock(Ahead(sandbox.clock(), Arc::default())).build().unwrap();

    fn lost<E: Perform<Api = Signed>>(sandbox: &Sandbox, client: &hostkit_ureq::Client<Signed>, call: &E) {
        sandbox.faults().next(E::INFO.name, Fault::by_id("close-after-commit").unwrap());
        let Outcome::Unresolved(ticket) = client.perform(call) else { panic!("{}: the answer was lost", E::INFO.name) };
        let found = client.recover::<E>(&ticket);
        assert!(matches!(found, Recovery::Happened(_)), "{}: {found}", E::INFO.name);
    }

    let (block, address) = ("192.0.2.0/24".parse().unwrap(), "192.0.2.7".parse().unwrap());
    lost(&sandbox, &client, &SetReverse::new(block, address, "new.example.net"));
    assert_eq!(client.call(&GetReverse::new(block, address)).unwrap().name, "new.example.net");
    let clock = ThingId::new(7);
    lost(&sandbox, &client, &SetHour::new(clock, Hour::new(5).unwrap()));
    assert_eq!(client.call(&GetClock::new(clock)).unwrap().hour.get(), 5);
    lost(&sandbox, &client, &LabelClock::new(clock, "hall"));
    assert_eq!(
        client.call(&GetClock::new(clock)).unwrap().label.map(|label| label.to_string()),
        Some("hall".to_owned())
    );
    // Where nothing says the new value, it is the next one of its range: behind the last, the first.
    let other = ThingId::new(8);
    lost(&sandbox, &client, &TurnClock::new(other));
    assert_eq!(client.call(&GetClock::new(other)).unwrap().hour.get(), 0);
}
