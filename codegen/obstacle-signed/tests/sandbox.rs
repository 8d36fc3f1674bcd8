//! Pages and orders in a sandbox that answers from the examples of an API whose pages have links.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit_proto::Nullable;
use hostkit_sandbox::{ApiName, FromExamples, Sandbox, accounts_of};
use obstacle_signed_proto::Signed;
use obstacle_signed_proto::notes::{AddNote, ListNotes};
use obstacle_signed_proto::things::{ListThings, MakeThing};
use obstacle_signed_proto::types::{NoteHour, NoteKind};

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
    assert_eq!(page(named().page(2)), (vec![9, 10], false));
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
