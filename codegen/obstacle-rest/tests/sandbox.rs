//! Orders and deletions in a sandbox that answers from the examples of an API whose pages have offsets.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::{CallOptions, Outcome};
use hostkit_sandbox::{ApiName, FromExamples, Sandbox, accounts_of};
use obstacle_rest_proto::Rest;
use obstacle_rest_proto::parts::{ListParts, MakePart, PressPart, PressParts};
use obstacle_rest_proto::shelf::{ListShelf, PutOnShelf};
use obstacle_rest_proto::shelves::{AddPlace, ListShelves};
use obstacle_rest_proto::things::{
    DeleteThing, GetNote, GetThing, ListNumbers, ListThings, MakeThing, OrderThing, RenameThing,
};
use obstacle_rest_proto::types::{PartKind, ThingId};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

#[test]
fn what_is_made_is_listed_and_what_is_deleted_is_not_found() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Rest>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Rest>::builder(accounts_of::<Rest>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let ids = || client.items(&ListThings::new()).map(|item| item.unwrap().id.get()).collect::<Vec<_>>();
    assert_eq!(ids(), [7, 8]);
    let made = client.perform(&MakeThing::new("vase")).into_result().unwrap();
    assert_eq!((made.id.get(), made.name.as_deref()), (9, Some("vase")));
    // An answer that is the number alone.
    let ordered = client.perform(&OrderThing::new("bowl")).into_result().unwrap();
    assert_eq!(ordered.get(), 10);
    let call = ListThings::new();
    let names: Vec<_> = client.items(&call).map(|item| item.unwrap().name.unwrap_or_default()).collect();
    assert_eq!((ids(), &names[2..]), (vec![7, 8, 9, 10], &["vase".to_owned(), "bowl".to_owned()][..]));
    // The read of one thing has what was made, as it was made.
    let one = |id| client.call(&GetThing::new(ThingId::new(id)));
    for (id, name) in [(9, "vase"), (10, "bowl")] {
        let thing = one(id).unwrap();
        assert_eq!((thing.id.get(), thing.name.as_deref()), (id, Some(name)));
    }
    assert!(matches!(client.perform(&DeleteThing::new(ThingId::new(9))), Outcome::Done(_)));
    assert!(one(9).unwrap_err().is_not_found() && one(10).is_ok());
    assert!(matches!(client.perform(&DeleteThing::new(ThingId::new(7))), Outcome::Done(_)));
    assert!(client.call(&GetThing::new(ThingId::new(7))).unwrap_err().is_not_found());
    assert!(client.call(&GetThing::new(ThingId::new(8))).is_ok());
}

/// Pages that say how many items there are say so of what was made, too.
#[test]
fn what_is_made_is_counted_on_every_page() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Rest>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Rest>::builder(accounts_of::<Rest>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let names = || {
        let call = ListParts::new(PartKind::Spare);
        let parts: Result<Vec<_>, _> = client.items(&call).map(|part| Ok(part?.name)).collect();
        parts.map_err(|error: hostkit::ErrorOf<ListParts>| error.to_string())
    };
    assert_eq!(names(), Ok(["lid", "pin", "cap"].map(str::to_owned).to_vec()));
    for name in ["nut", "cog"] {
        client.perform(&MakePart::new(name)).into_result().unwrap();
    }
    assert_eq!(names(), Ok(["lid", "pin", "cap", "nut", "cog"].map(str::to_owned).to_vec()));
}

/// An object within the answer is the one that was made, and so is each item of a list there.
#[test]
fn what_is_made_has_one_number_in_the_answer_and_in_the_list() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Rest>::builder).build().unwrap();
    let listed = || {
        let call = ListParts::new(PartKind::Spare);
        client.items(&call).map(|part| part.unwrap()).skip(3).map(|part| (part.id.get(), part.name)).collect::<Vec<_>>()
    };
    let made = client.perform(&PressPart::new("nut")).into_result().unwrap().part;
    assert_eq!(listed(), [(made.id.get(), made.name.clone())]);
    assert_eq!((made.id.get(), made.name.as_str()), (4, "nut"));
    for names in [&["cog"][..], &["rod", "bar", "bit"]] {
        let call = PressParts::new(names.iter().map(|name| (*name).to_owned()).collect());
        let made = client.perform(&call).into_result().unwrap().parts;
        let made: Vec<_> = made.into_iter().map(|part| (part.id.get(), part.name)).collect();
        assert_eq!(made.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), names);
        assert!(listed().ends_with(&made), "{:?} {made:?}", listed());
    }
}

/// A filter that a read has not hides nothing, nor does what is no field; an input of a field's name is what it has.
#[test]
fn what_is_made_shows_to_every_read_that_asks_for_it() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Rest>::builder).build().unwrap();
    client.perform(&PressPart::new("nut").missed("anna")).into_result().unwrap();
    client.perform(&MakePart::new("cog").size(5)).into_result().unwrap();
    let spare = || ListParts::new(PartKind::Spare);
    let shown = |call: &ListParts| {
        let parts = client.items(call).map(|part| part.unwrap()).filter(|part| part.id.get() > 3);
        parts.map(|part| [part.name, part.missed.unwrap_or_default()].join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(shown(&spare()), ["nut anna", "cog "]);
    assert_eq!(shown(&spare().size(9)), ["nut anna", "cog "]);
    assert_eq!(shown(&spare().name("nut")), ["nut anna"]);
    assert_eq!(shown(&spare().name("cog").size(5)), ["cog "]);
    assert!(shown(&spare().name("rod")).is_empty());
    assert!(shown(&ListParts::new(PartKind::Fitted)).is_empty());
}

/// What is made is like what the example of the same read has, not like that of another one.
#[test]
fn what_is_made_is_like_what_its_own_read_shows() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Rest>::builder).build().unwrap();
    client.perform(&MakePart::new("nut")).into_result().unwrap();
    let call = ListParts::new(PartKind::Spare);
    let parts: Vec<_> = client.items(&call).map(|part| part.unwrap()).collect();
    let made = parts.iter().find(|part| part.name == "nut").unwrap();
    assert_eq!(made.missed, None);
}

/// What else a request says may be that of another page's example.
#[test]
fn a_list_without_a_page_is_its_first_page() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Rest>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Rest>::builder(accounts_of::<Rest>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let page = client.call(&ListParts::new(PartKind::Fitted)).unwrap();
    assert_eq!(page.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["lid", "pin"]);
}

/// Where a page goes on, and how many items there are, may stand in headers.
#[test]
fn what_is_made_stands_in_a_list_beside_headers() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Rest>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Rest>::builder(accounts_of::<Rest>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let names = || {
        let things: Result<Vec<_>, _> = client.items(&ListShelf::new()).map(|thing| Ok(thing?.name)).collect();
        let names = things.map_err(|error: hostkit::ErrorOf<ListShelf>| error.to_string());
        names.map(|names| names.into_iter().flatten().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(names().as_deref(), Ok("lid pin cap"));
    client.perform(&PutOnShelf::new("nut")).into_result().unwrap();
    assert_eq!(names().as_deref(), Ok("lid pin cap nut"));
    assert_eq!(client.call(&ListShelf::new()).unwrap().total, Some(4));
}

/// What is made below a field of the items of a list has a number of its own, and is there.
#[test]
fn what_is_made_inside_an_item_of_a_list_is_listed_there() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Rest>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Rest>::builder(accounts_of::<Rest>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    for (label, number) in [("top", 3), ("bottom", 4)] {
        let made = client.perform(&AddPlace::new(label)).into_result().unwrap();
        assert_eq!((made.id.get(), made.label.as_str()), (number, label));
    }
    let shelves = client.call(&ListShelves::new()).unwrap();
    let places = |shelf: usize| shelves[shelf].places.iter().map(|place| place.id.get()).collect::<Vec<_>>();
    assert_eq!((places(0), places(1)), (vec![1], vec![2, 3, 4]));
}

/// A list of one page shows what was made, even if the example that answers it is empty.
#[test]
fn what_is_made_stands_in_an_empty_list() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Rest>::builder).build().unwrap();
    let ids = || {
        let call = ListThings::new().name("nobody");
        client.items(&call).map(|item| item.unwrap().id.get()).collect::<Vec<_>>()
    };
    assert!(ids().is_empty());
    client.perform(&MakeThing::new("nobody")).into_result().unwrap();
    assert_eq!(ids(), [9]);
}

/// What no example names and no call made is not found, and what was deleted is neither changed nor deleted again.
#[test]
fn what_is_not_there_is_not_found() {
    let sandbox = Sandbox::builder().site(FromExamples::<Rest>::read(SPECS).unwrap()).start().unwrap();
    let client = sandbox.client(hostkit_ureq::Client::<Rest>::builder).build().unwrap();
    let thing = ThingId::new;
    let rename = |id| client.call(&RenameThing::new(thing(id), "cup"));
    assert!(client.call(&GetThing::new(thing(99))).unwrap_err().is_not_found());
    assert!(rename(99).unwrap_err().is_not_found());
    // The fault of this call itself, not that of another one.
    let error = client.call(&GetNote::new(thing(99))).unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert!(rename(7).is_ok());
    let delete = |id| client.with(CallOptions::new().unread()).perform(&DeleteThing::new(thing(id)));
    assert!(matches!(delete(99), Outcome::Rejected(_)));
    assert!(matches!(delete(7), Outcome::Done(_)));
    assert!(rename(7).unwrap_err().is_not_found());
    // Nor does a list of bare numbers have it.
    assert_eq!(client.call(&ListNumbers::new()).unwrap(), [thing(8)]);
    assert!(matches!(delete(7), Outcome::Rejected(_)));
    assert_eq!(sandbox.ledger().commits("delete_thing"), 1);
    // What a call made is known.
    let made = client.perform(&MakeThing::new("vase")).into_result().unwrap();
    assert!(rename(made.id.get()).is_ok());
}
