//! Every wire example of the specs, through both halves of the crate; and what is sent of inputs that may be null.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeMap;

#[path = "examples/set_up.rs"]
mod set_up;

use hostkit_proto::evidence::{Doubt, Perform, Sighting};
use hostkit_proto::server::Serve;
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::example::incoming;
use hostkit_proto::{Api, DateTime, Endpoint, Format, Nullable, RawAnswer, RequestParts, UnixTime};
use obstacle_signed_proto::Signed;
use obstacle_signed_proto::notes::{AddNote, FindNotes, GetPinned, GetWord, ListKinds};
use obstacle_signed_proto::things::ChangeThing;
use obstacle_signed_proto::types::{NoteHour, NoteKind, Place, Thing, ThingId};

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::below(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs"));
    obstacle_signed_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("{examples} examples");
}

/// The body of a call, or why it is not sent.
fn body<E: Endpoint<Api = Signed>>(call: &E) -> Result<String, String> {
    let mut parts = RequestParts::new(&E::INFO, &Signed::INFO, Format::Json, "main");
    call.encode(&mut parts).map_err(|error| error.to_string())?;
    let request = parts.finish(&"https://signed.example.net".parse().unwrap()).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(request.into_body()).unwrap())
}

fn change() -> ChangeThing {
    ChangeThing::new(ThingId::new(7))
}

/// What the server half makes of a body.
fn read(body: &str) -> Result<ChangeThing, String> {
    let headers = Default::default();
    ChangeThing::parse(&incoming("PATCH", "/things/7", &headers, body.as_bytes())).map_err(|error| error.to_string())
}

#[test]
fn null_is_something_else_than_absent_and_than_empty() {
    let mut floor = Place::new("hall");
    floor.shelf = Some(Nullable::Null);
    let mut shelf = Place::new("hall");
    shelf.shelf = Some(3.into());
    for (call, expected) in [
        (change().note("lent"), r#"{"note":"lent"}"#),
        (change().note(""), r#"{"note":""}"#),
        (change().clear_note(), r#"{"note":null}"#),
        (change().name("lamp").clear_count().clear_until(), r#"{"name":"lamp","count":null,"until":null}"#),
        (change().tags(Vec::new()), r#"{"tags":[]}"#),
        (change().clear_tags(), r#"{"tags":null}"#),
        (change().clear_place(), r#"{"place":null}"#),
        (change().place(floor), r#"{"place":{"room":"hall","shelf":null}}"#),
        (change().place(shelf), r#"{"place":{"room":"hall","shelf":3}}"#),
    ] {
        assert_eq!(body(&call).as_deref(), Ok(expected));
        assert_eq!(read(expected), Ok(call), "{expected}");
    }
    let nothing = body(&change()).unwrap_err();
    assert!(nothing.contains("at least one of these"), "{nothing}");
    let long = body(&change().note("a note that is far too long")).unwrap_err();
    assert!(long.contains("has more than 20 characters"), "{long}");
    let until = DateTime::parse("%Y-%m-%d %H:%M:%S", "2026-11-30 12:00:00").unwrap();
    for (call, rule) in [
        (change().note("rented"), Some("is required if `note=rented`")),
        // Null is said.
        (change().note("rented").clear_until(), None),
        (change().note("rented").until(until), None),
        (change().note("lent").until(until), None),
        (change().note("sold").until(until), Some("is allowed only if `note=lent|rented`")),
        (change().clear_note().until(until), Some("is allowed only if `note=lent|rented`")),
        (change().clear_note().clear_until(), None),
    ] {
        let refused = body(&call).err();
        let refused = refused.as_deref();
        assert_eq!(rule.is_some(), refused.is_some(), "{call:?}: {refused:?}");
        assert!(rule.is_none_or(|rule| refused.is_some_and(|text| text.contains(rule))), "{call:?}: {refused:?}");
    }
    let none = body(&change().count(0)).unwrap_err();
    assert!(none.contains("0 is less than 1"), "{none}");
}

#[test]
fn what_nobody_said_is_not_written_inside_an_object_either() {
    let mut place = Place::new("hall");
    let sent = |place: &Place| body(&change().place(place.clone())).unwrap();
    assert_eq!(sent(&place), r#"{"place":{"room":"hall"}}"#);
    (place.locked, place.lit) = (true, false);
    place.marks.push("a".to_owned());
    assert_eq!(sent(&place), r#"{"place":{"room":"hall","marks":["a"],"locked":true,"lit":false}}"#);
    let explicit = r#"{"place":{"room":"hall","marks":[],"sides":{},"locked":false,"lit":true}}"#;
    assert_eq!(read(explicit), Ok(change().place(Place::new("hall"))));
}

#[test]
fn null_stands_beside_the_other_keys_of_an_input() {
    let add = || AddNote::new(Nullable::Value(NoteHour::new(7).unwrap()));
    let texts = |count: usize| vec!["a".to_owned(); count];
    for (call, rule) in [
        (add().words(texts(2)), None),
        (add().words(texts(3)), Some("has more than 2 items")),
        (add().clear_words(), None),
        (add().sizes(vec![1, 2, 3].into()), None),
        (add().sizes(vec![1, 2, 3, 4].into()), Some("has more than 3 items")),
        (add().size(3).most(3), None),
        (add().size(3).most(2), Some("2 is less than `size`, which is 3")),
        (add().size(3).clear_most(), None),
        (add().clear_size().most(0), None),
        (add().tags(BTreeMap::from([("a".to_owned(), "b;c".to_owned())]).into()), Some("has `;` in it")),
        (add().tags(BTreeMap::from([("a".to_owned(), "b".to_owned())]).into()), None),
        (add().marks(BTreeMap::from([("a".to_owned(), vec![1])]).into()), None),
    ] {
        let refused = body(&call).err();
        assert_eq!(rule.is_some(), refused.is_some(), "{call:?}: {refused:?}");
        assert!(rule.is_none_or(|rule| refused.as_ref().is_some_and(|text| text.contains(rule))), "{refused:?}");
    }
}

/// What a read makes of this body.
fn decoded<E: Endpoint<Api = Signed>>(status: u16, body: &str) -> Option<E::Output> {
    let headers = Default::default();
    E::decode(&RawAnswer::new(&E::INFO, &Signed::INFO, status, &headers, body.as_bytes())).ok()
}

#[test]
fn a_whole_answer_may_be_null() {
    assert_eq!(decoded::<GetPinned>(200, "null"), Some(None));
    assert_eq!(decoded::<GetWord>(200, "null"), Some(None));
    assert_eq!(decoded::<GetWord>(200, "\"wood\""), Some(Some("wood".to_owned())));
    assert_eq!(decoded::<ListKinds>(200, "null"), Some(None));
    assert_eq!(decoded::<ListKinds>(200, "[]"), Some(Some(Vec::new())));
    assert_eq!(decoded::<ListKinds>(200, "[\"plain\"]"), Some(Some(vec![NoteKind::Plain])));
    assert_eq!(decoded::<FindNotes>(200, "null"), Some(None));
    // A proxy may have lost a body, and another status says that there is none.
    assert_eq!(decoded::<GetPinned>(200, ""), None);
    assert_eq!(decoded::<GetPinned>(204, ""), Some(None));
    assert_eq!(decoded::<GetPinned>(200, "{}"), None);
}

/// What a read after the call says, with the thing as it was before it.
fn sighting(call: &ChangeThing, before: &Thing, after: &Thing) -> Sighting<Thing> {
    let inputs = Perform::inputs(call);
    let before = ChangeThing::evidence(&inputs, before.clone()).unwrap();
    let after = ChangeThing::evidence(&inputs, after.clone()).unwrap();
    after.sighting(before.baseline(), UnixTime(1_796_000_000))
}

#[test]
fn a_null_is_seen_where_the_field_is_absent_or_empty() {
    let thing = |note: Option<&str>, count: Option<u64>| {
        let mut thing = Thing::new(ThingId::new(7), "lamp");
        (thing.note, thing.count) = (note.map(str::to_owned), count);
        thing
    };
    let lent = thing(Some("lent"), Some(2));
    let cleared = change().clear_note();
    assert_eq!(sighting(&cleared, &lent, &thing(None, Some(2))), Sighting::Seen(vec![thing(None, Some(2))]));
    assert_eq!(sighting(&cleared, &lent, &thing(Some(""), None)), Sighting::Seen(vec![thing(Some(""), None)]));
    assert_eq!(sighting(&cleared, &lent, &lent), Sighting::Unseen);
    assert_eq!(sighting(&cleared, &lent, &thing(Some("sold"), None)), Sighting::Unclear(Doubt::Changed));
    let was_so = sighting(&cleared, &thing(None, None), &thing(None, None));
    assert_eq!(was_so, Sighting::Unclear(Doubt::WasSo));
    // What is not given is not compared, and what is given has to be there.
    let noted = change().note("sold");
    assert_eq!(sighting(&noted, &lent, &thing(Some("sold"), None)), Sighting::Seen(vec![thing(Some("sold"), None)]));
    assert_eq!(sighting(&noted, &lent, &thing(None, Some(2))), Sighting::Unclear(Doubt::NotSaid));
    // Of two inputs, both have to be as they were sent.
    let both = change().clear_note().count(3);
    assert_eq!(sighting(&both, &lent, &thing(None, Some(2))), Sighting::Unclear(Doubt::Changed));
    assert_eq!(sighting(&both, &lent, &thing(None, Some(3))), Sighting::Seen(vec![thing(None, Some(3))]));
}

#[test]
fn an_answer_that_repeats_another_note_than_null_belongs_to_another_call() {
    let echoed = |note: Option<&str>| {
        let mut thing = Thing::new(ThingId::new(7), "lamp");
        thing.note = note.map(str::to_owned);
        ChangeThing::echoed(&thing)
    };
    let asked = change().clear_note().echo();
    assert_eq!(asked.get::<String>("note").as_deref(), Some(""));
    assert_eq!((echoed(None).get::<String>("note"), change().echo().get::<String>("note")), (None, None));
    assert_eq!(echoed(Some("lent")).get::<String>("note").as_deref(), Some("lent"));
}
