//! Inputs that exclude each other, patterns, numbers beside texts, and fields of other types than the inputs that they repeat.

use hostkit_proto::evidence::{Perform, Sighting};
use hostkit_proto::server::Serve;
use hostkit_proto::server::example::incoming;
use hostkit_proto::{Endpoint, UnixTime};
use obstacle_signed_proto::things::{CountThing, SetUpThing};
use obstacle_signed_proto::types::{Image, NoteWord, Place, Thing, ThingId};

use super::{body, change};

fn set_up() -> SetUpThing {
    SetUpThing::new(ThingId::new(7))
}

/// One that is sent.
fn good() -> SetUpThing {
    set_up().image(Image::Scalar("plain".to_owned()))
}

#[test]
fn a_number_beside_a_text_is_told_by_what_it_is() {
    let keys = vec![Image::Number(ThingId::new(7)), Image::Scalar("3b:16".to_owned())];
    let call = set_up().image(Image::Number(ThingId::new(5))).keys(keys);
    let sent = r#"{"image":5,"keys":[7,"3b:16"]}"#;
    assert_eq!(body(&call).as_deref(), Ok(sent));
    let headers = Default::default();
    let read = SetUpThing::parse(&incoming("PUT", "/things/7/setup", &headers, sent.as_bytes()));
    assert_eq!(read.map_err(|error| error.to_string()), Ok(call));
}

#[test]
fn what_a_rule_excludes_is_refused() {
    let named = || good().name("a.b-1");
    for (call, rule) in [
        (good().tag("x"), None),
        (named(), None),
        (named().tag("x"), Some("name: is not allowed if `tag`")),
        (good().name("a-"), Some("\"a-\" is not of the form `^[a-z0-9]([a-z0-9.\\-]*[a-z0-9])?$`")),
        (good().labels(vec!["a".to_owned(), "1a".to_owned()]), Some("labels[1]: \"1a\" is not of the form")),
        // What is off is as good as absent.
        (good().public(false).wide(false), None),
        (good().public(false), None),
        (good().public(true).wide(true), None),
        (good().wide(true), None),
        (good().public(false).wide(true), Some("wide: is not allowed if `public=0`")),
        (good().mark("m"), None),
        (set_up().keys(vec![Image::Number(ThingId::new(7))]), Some("size: is required unless `image`")),
        (set_up().keys(vec![Image::Number(ThingId::new(7))]).size(1), None),
        (
            set_up().keys(vec![Image::Number(ThingId::new(7))]).size(1).mark("m"),
            Some("mark: is allowed only if `image`"),
        ),
        // Of lists, one has to have something.
        (set_up().size(1), Some("at least one of these")),
        (set_up().size(1).labels(Vec::new()), Some("at least one of these")),
        (set_up().size(1).clear_labels(), Some("at least one of these")),
        (set_up().size(1).labels(vec!["a".to_owned()]), None),
    ] {
        let refused = body(&call).err();
        let refused = refused.as_deref();
        assert_eq!(rule.is_some(), refused.is_some(), "{call:?}: {refused:?}");
        assert!(rule.is_none_or(|rule| refused.is_some_and(|text| text.contains(rule))), "{call:?}: {refused:?}");
    }
}

#[test]
fn a_part_of_an_object_has_its_shape() {
    let mut place = Place::new("hall");
    place.marks = vec!["a1".to_owned()];
    assert_eq!(body(&change().place(place.clone())).err(), None);
    place.marks.push("A".to_owned());
    let refused = body(&change().place(place)).unwrap_err();
    assert!(refused.contains("place: has `marks`, where \"A\" is not of the form `^[a-z0-9]+$`"), "{refused}");
}

#[test]
fn what_a_field_repeats_is_compared_by_its_text() {
    let thing = |count: u64, note: &str| {
        let mut thing = Thing::new(ThingId::new(7), "lamp");
        (thing.count, thing.note) = (Some(count), Some(note.to_owned()));
        thing
    };
    let echoed = SetUpThing::echoed(&thing(7, "lent"));
    assert_eq!(set_up().echo().get::<String>("count"), echoed.get::<String>("count"));
    let call = CountThing::new(ThingId::new(7), ThingId::new(9)).word(NoteWord::Lent);
    let sighting = |after: &Thing| {
        let inputs = Perform::inputs(&call);
        let before = CountThing::evidence(&inputs, thing(1, "sold")).unwrap();
        let after = CountThing::evidence(&inputs, after.clone()).unwrap();
        after.sighting(before.baseline(), UnixTime(1_796_000_000))
    };
    assert_eq!(sighting(&thing(9, "lent")), Sighting::Seen(vec![thing(9, "lent")]));
    assert_eq!(sighting(&thing(1, "sold")), Sighting::Unseen);
}
