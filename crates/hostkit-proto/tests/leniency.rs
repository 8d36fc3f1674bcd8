//! Each leniency against each spelling: what only it allows, and what is allowed without any.

use hostkit_proto::wire::{Limits, Node, parse};
use hostkit_proto::{Format, Leniency, ListShape, MapShape};

const SPELLINGS: &[&str] = &["null", "\"\"", "\"x\"", "1", "true", "[]", "[1]", "{}", "{\"a\":1}", "{\"0\":1,\"2\":1}"];

/// The spellings for which the rules say something, with what they say.
fn said<T>(ask: impl Fn(Node<'_>) -> Option<T>) -> Vec<(&'static str, T)> {
    let answer = |json: &&'static str| {
        let document = parse(Format::Json, json.as_bytes(), &Limits::DEFAULT).expect("JSON");
        ask(document.root()).map(|answer| (*json, answer))
    };
    SPELLINGS.iter().filter_map(answer).collect()
}

fn lists(rules: Leniency) -> Vec<(&'static str, ListShape)> {
    said(|node| rules.list(node))
}

fn maps(rules: Leniency) -> Vec<(&'static str, MapShape)> {
    said(|node| rules.map(node))
}

fn absent(rules: Leniency) -> Vec<&'static str> {
    said(|node| rules.is_absent(node).then_some(())).into_iter().map(|(json, ())| json).collect()
}

fn wrappers(rules: Leniency) -> Vec<&'static str> {
    said(|node| rules.wraps_nothing(node).then_some(())).into_iter().map(|(json, ())| json).collect()
}

const ONE_AS_LIST: Leniency = Leniency { one_as_list: true, ..Leniency::STRICT };
const MAP_AS_LIST: Leniency = Leniency { map_as_list: true, ..Leniency::STRICT };
const NULL_AS_EMPTY: Leniency = Leniency { null_as_empty: true, ..Leniency::STRICT };
const LIST_AS_EMPTY_MAP: Leniency = Leniency { list_as_empty_map: true, ..Leniency::STRICT };

#[test]
fn lists_come_as_the_rules_say() {
    use ListShape::{Item, Items, Nothing, Values};
    let strict = [("[]", Items), ("[1]", Items)];
    assert_eq!(lists(Leniency::STRICT), strict);
    assert_eq!(lists(LIST_AS_EMPTY_MAP), strict);
    let one = [("\"\"", Item), ("\"x\"", Item), ("1", Item), ("true", Item)];
    let one = [&one[..], &strict, &[("{}", Nothing), ("{\"a\":1}", Item), ("{\"0\":1,\"2\":1}", Values)]].concat();
    assert_eq!(lists(ONE_AS_LIST), one);
    assert_eq!(
        lists(MAP_AS_LIST),
        [&strict[..], &[("{}", Nothing), ("{\"a\":1}", Values), ("{\"0\":1,\"2\":1}", Values)]].concat()
    );
    assert_eq!(lists(NULL_AS_EMPTY), [&[("null", Nothing), ("\"\"", Nothing)], &strict[..]].concat());
}

#[test]
fn maps_come_as_the_rules_say() {
    use MapShape::{Entries, Nothing};
    let strict = [("{}", Entries), ("{\"a\":1}", Entries), ("{\"0\":1,\"2\":1}", Entries)];
    for rules in [Leniency::STRICT, ONE_AS_LIST, MAP_AS_LIST] {
        assert_eq!(maps(rules), strict);
    }
    assert_eq!(maps(NULL_AS_EMPTY), [&[("null", Nothing), ("\"\"", Nothing)], &strict[..]].concat());
    assert_eq!(maps(LIST_AS_EMPTY_MAP), [&[("[]", Nothing)], &strict[..]].concat());
}

#[test]
fn values_are_absent_as_the_rules_say() {
    let empty_text = Leniency { empty_text_is_absent: true, ..Leniency::STRICT };
    for rules in [Leniency::STRICT, ONE_AS_LIST, MAP_AS_LIST, NULL_AS_EMPTY] {
        assert_eq!(absent(rules), ["null"]);
    }
    assert_eq!(absent(empty_text), ["null", "\"\""]);
    assert_eq!(absent(LIST_AS_EMPTY_MAP), ["null", "[]"]);

    assert!(wrappers(Leniency::STRICT).is_empty());
    assert_eq!(wrappers(ONE_AS_LIST), ["{}"]);
    assert_eq!(wrappers(MAP_AS_LIST), ["{}"]);
    assert_eq!(wrappers(NULL_AS_EMPTY), ["null", "\"\""]);
    assert_eq!(wrappers(LIST_AS_EMPTY_MAP), ["[]"]);
}

#[test]
fn objects_without_fields_may_be_an_empty_list_and_scalars_have_a_text() {
    let objects = said(|node| Leniency::is_object(node).then_some(()));
    assert_eq!(
        objects.into_iter().map(|(json, ())| json).collect::<Vec<_>>(),
        ["[]", "{}", "{\"a\":1}", "{\"0\":1,\"2\":1}"]
    );
    let texts = said(|node| Leniency::scalar_text(node).map(str::to_owned));
    let text = |json, text: &str| (json, text.to_owned());
    assert_eq!(texts, [text("\"\"", ""), text("\"x\"", "x"), text("1", "1")]);
}

#[test]
fn flags_and_numbers_are_as_loose_as_the_rules_say() {
    let loose = Leniency { loose_flags: true, loose_scalars: true, ..Leniency::STRICT };
    let count = |says: &dyn Fn(Node<'_>) -> bool| said(|node| says(node).then_some(())).len();
    assert_eq!(
        (count(&|node| loose.is_loose(node)), count(&|node| Leniency::STRICT.is_loose(node))),
        (SPELLINGS.len(), 0)
    );
    let flags = (count(&|node| loose.has_loose_flags(node)), count(&|node| Leniency::STRICT.has_loose_flags(node)));
    assert_eq!(flags, (SPELLINGS.len(), 0));
    let absent = (count(&|node| loose.is_flag_absent(node)), count(&|node| Leniency::STRICT.is_flag_absent(node)));
    assert_eq!(absent, (0, 1));
    let text = parse(Format::Form, b"a=1", &Limits::DEFAULT).expect("a form");
    let node = text.root().get("a").expect("a field");
    assert!(Leniency::STRICT.is_loose(node) && Leniency::STRICT.has_loose_flags(node));
}
