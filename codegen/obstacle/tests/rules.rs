//! What is refused before anything is sent, and with which words.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]

use hostkit_proto::{Api, Endpoint, Format, RawAnswer, RequestParts, UnknownFields};
use obstacle_proto::Obstacle;
use obstacle_proto::answers::{GetBox, GetScalars};
use obstacle_proto::choices::{ChangeAny, Constrain, ConstrainWhich, Depend};
use obstacle_proto::names::GetKeywords;
use obstacle_proto::types::{BoxSize, Hour, Level, NameOrPointer, Pointer, PositiveId, ShortName, ThingId, ThingKey};

/// What an answer gives under a treatment of unknown fields, and what it leaves out.
fn numbers(csv: &str, unknown: UnknownFields) -> Option<(Vec<i64>, usize)> {
    let body = format!(r#"{{"scalars":{{"text":"t","csv":{csv}}}}}"#);
    let headers = Default::default();
    let answer = RawAnswer::new(&GetScalars::INFO, &Obstacle::INFO, 200, &headers, body.as_bytes());
    let answer = answer.with_unknown_fields(unknown);
    let scalars = GetScalars::decode(&answer).ok()?;
    Some((scalars.csv.map(|list| list.0).unwrap_or_default(), answer.report().left_out().len()))
}

#[test]
fn a_bad_item_of_a_joined_list_stands_alone() {
    for csv in [r#""1,?,3""#, r#"[1,"?",3]"#] {
        assert_eq!(numbers(csv, UnknownFields::Collect), Some((vec![1, 3], 1)), "{csv}");
        assert_eq!(numbers(csv, UnknownFields::Deny), None, "{csv}");
    }
    assert_eq!(numbers(r#""1,2""#, UnknownFields::Deny), Some((vec![1, 2], 0)));
}

/// The field and the rule of a refusal, or nothing.
fn refusal<E: Endpoint<Api = Obstacle>>(call: &E) -> Option<(String, String)> {
    let mut parts = RequestParts::new(&E::INFO, &Obstacle::INFO, Format::Json, "main");
    let error = call.encode(&mut parts).err()?;
    let [mistake] = error.mistakes() else { panic!("{error}") };
    Some((mistake.wire_name().to_owned(), mistake.rule().to_owned()))
}

fn refused(call: &Constrain) -> (String, String) {
    refusal(call).expect("a rule is broken")
}

fn good() -> Constrain {
    Constrain::new(PositiveId::new(1), vec!["a".to_owned()], vec![1, 7].into()).low(1)
}

fn both(field: &str, rule: &str) -> (String, String) {
    (field.to_owned(), rule.to_owned())
}

#[test]
fn an_id_is_not_below_its_lowest_number_wherever_it_stands() {
    assert_eq!(refusal(&good()), None);
    let mut zero = good();
    zero.id = PositiveId::new(0);
    assert_eq!(refused(&zero), both("id", "0 is less than 1"));
    let inside = good().which(ConstrainWhich::First(PositiveId::new(0)));
    assert_eq!(refused(&inside), both("the_first_way", "0 is less than 1"));
}

#[test]
fn an_id_of_text_is_as_long_as_its_type_or_its_field_says() {
    let long = "k".repeat(41);
    assert_eq!(refusal(&GetBox::new(ThingKey::new(&long[1..]).unwrap())), None);
    let (field, rule) = refusal(&GetBox::new(ThingKey::new(&long).unwrap())).unwrap();
    assert!(field == "key" && rule.ends_with("has more than 40 characters"), "{field}: {rule}");
    let place = |key: &str| GetKeywords::new(ThingId::new(7), ThingKey::new(key).unwrap(), "r", "t");
    assert_eq!(refusal(&place("ten-of-it-")), None);
    let (field, rule) = refusal(&place("ten-of-it-and-one")).unwrap();
    assert!(field == "path" && rule.ends_with("has more than 10 characters"), "{field}: {rule}");
}

#[test]
fn one_of_several_inputs_has_to_be_given() {
    let none = Constrain::new(PositiveId::new(1), vec!["a".to_owned()], vec![1].into());
    assert_eq!(refused(&none), both("low, high, names, which", "at least one of these has to be given"));
    // What is not named does not count.
    assert!(refusal(&none.clone().at("10:00")).is_some());
    assert!(refusal(&none.clone().names(Vec::new())).is_some());
    assert_eq!(refusal(&none.clone().names(vec!["n".to_owned()])), None);
    assert_eq!(refusal(&none.clone().high(1)), None);
    assert_eq!(refusal(&none.which(ConstrainWhich::Second("s".to_owned()))), None);
}

#[test]
fn a_body_without_a_field_is_refused_where_one_is_needed() {
    let (field, rule) = refusal(&ChangeAny::new()).expect("nothing is given");
    assert_eq!(
        (field.as_str(), rule.as_str()),
        ("a_name_that_is_long, b, c, d, e, f, g and 2 more", "at least one of these has to be given")
    );
    assert!(refusal(&ChangeAny::new().c(Vec::new())).is_some());
    assert_eq!(refusal(&ChangeAny::new().i(9)), None);
    assert_eq!(refusal(&ChangeAny::new().b("")), None, "an empty text is given, too: it takes a text away");
}

#[test]
fn a_list_that_has_to_be_given_is_not_empty() {
    let mut call = good();
    call.tags.clear();
    assert_eq!(refused(&call), both("tags", "is empty, but has to be given"));
    let mut call = good();
    call.days = Vec::new().into();
    assert_eq!(refused(&call), both("days", "is empty, but has to be given"));
}

#[test]
fn a_range_holds_for_each_item() {
    let mut call = good();
    call.days = vec![1, 8].into();
    assert_eq!(refused(&call), both("days", "8 is more than 7"));
}

#[test]
fn one_bound_is_not_below_the_other() {
    assert_eq!(refused(&good().high(0)), both("high", "0 is less than `low`, which is 1"));
    assert_eq!(refusal(&good().high(1)), None);
    let mut alone = good().high(-5);
    alone.low = None;
    assert_eq!(refusal(&alone), None);
}

#[test]
fn limits_hold_where_their_condition_does() {
    let address = |level: Option<Level>, place: &str| {
        let mut call = good().place(place);
        call.level = level;
        refusal(&call).map(|(field, rule)| format!("{field}: {rule}"))
    };
    assert_eq!(address(None, "anything"), None);
    assert_eq!(address(Some(Level::None), "192.0.2.7"), None);
    let wrong = address(Some(Level::None), "example.net").expect("no address");
    assert_eq!(wrong, "place: \"example.net\" is not an IPv4 address, which the rule for `level=0` forbids");
    assert_eq!(address(Some(Level::Some), "example.net"), None);
    let long = address(Some(Level::Some), "a-long-label.example.net").expect("too long");
    assert!(long.contains("more than 20 characters") && long.contains("`level=1`"), "{long}");
}

#[test]
fn a_condition_holds_for_any_of_its_values() {
    let hour = |level: Option<Level>| {
        let mut call = good().hour(Hour::new(7).unwrap());
        call.level = level;
        refusal(&call)
    };
    assert_eq!(hour(Some(Level::None)), None);
    assert_eq!(hour(Some(Level::Some)), None);
    let elsewhere = Some(both("hour", "is allowed only if `level=0|1`"));
    assert_eq!(hour(None), elsewhere);
    let size = |kind: &str| refusal(&Depend::new().size(1).kind(kind));
    assert_eq!(size("big"), None);
    assert_eq!(size("huge"), None);
    assert_eq!(size("big|huge"), Some(both("size", "is allowed only if `kind=big|huge`")));
}

#[test]
fn a_text_has_its_shape() {
    let rules = [
        (good().at("24:00"), "at", "\"24:00\" is not of the form `^([01][0-9]|2[0-3]):[0-5][0-9]$`"),
        (good().link("file:///a"), "link", "\"file:///a\" is not an http, https, ftp or ftps link"),
        (good().key(ThingKey::new("12").unwrap()), "key", "12 is not of the form `^[0-9a-f]{32}$`"),
        (good().v6("192.0.2.7".parse().unwrap()), "v6", "\"192.0.2.7\" is not an IPv6 address"),
    ];
    for (call, field, rule) in rules {
        assert_eq!(refused(&call), both(field, rule));
    }
}

/// What is refused, as one text; nothing where it is sent.
fn rule(call: Constrain) -> Option<String> {
    refusal(&call).map(|(field, rule)| format!("{field}: {rule}"))
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn short(name: &str) -> ShortName {
    ShortName::new(name).expect("a text")
}

#[test]
fn one_text_of_several_parts_has_the_length_of_the_whole() {
    assert_eq!(rule(good().rights(vec![text("a long right")].into())), None, "an item has no length of its own");
    assert_eq!(rule(good().rights(vec![text("a right"), text("more")].into())), None);
    let long = rule(good().rights(vec![text("a right"), text("other")].into()));
    assert_eq!(long.as_deref(), Some("rights: \"a right,other\" has more than 12 characters"));
    let size = |h: u64| {
        let mut size = BoxSize::new(10);
        size.h = Some(h);
        size
    };
    assert_eq!(rule(good().size(size(20_000).into())), None, "w=10,h=20000");
    assert_eq!(rule(good().size(size(200_000).into())).as_deref(), Some("size: the value has more than 12 characters"));
    let sizes = |h: u64| std::collections::BTreeMap::from([(text("a"), size(h).into()), (text("b"), size(1).into())]);
    assert_eq!(rule(good().sizes(sizes(1))), None);
    assert_eq!(rule(good().sizes(sizes(200_000))).as_deref(), Some("sizes: the value has more than 12 characters"));
    let counts = |count: u64| std::collections::BTreeMap::from([(text("a"), count), (text("b"), 1)]);
    assert_eq!(rule(good().counts(counts(12).into())), None, "a=12;b=1");
    assert_eq!(
        rule(good().counts(counts(123).into())).as_deref(),
        Some("counts: the value has more than 8 characters")
    );
    assert_eq!(rule(good().notes(vec![text("twelve lette")].into())), None);
    let notes = rule(good().notes(vec![text("thirteen lett")].into()));
    assert_eq!(notes.as_deref(), Some("notes: the value has more than 16 characters"));
}

#[test]
fn the_names_in_one_text_have_their_own_length_too() {
    assert_eq!(rule(good().labels(vec![short("abcd"), short("efgh")].into())), None, "nine characters");
    let long = rule(good().labels(vec![short("abcd"), short("efgh"), short("ij")].into()));
    assert_eq!(long.as_deref(), Some("labels: \"abcd;efgh;ij\" has more than 9 characters"));
    let item = rule(good().labels(vec![short("ab"), short("abcde")].into()));
    assert_eq!(item.as_deref(), Some("labels: \"abcde\" has more than 4 characters"));
}

#[test]
fn bytes_are_counted_as_they_are_sent() {
    assert_eq!(rule(good().script("é".repeat(8))), None);
    let long = rule(good().script("é".repeat(9)));
    assert_eq!(long.as_deref(), Some("script: \"ééééééééé\" has more than 16 bytes"));
    assert_eq!(rule(good().token("é a")), Some(text("token: \"%C3%A9%20a\" has more than 9 bytes")));
    assert_eq!(rule(good().token("é%")), None, "%C3%A9%25");
}

#[test]
fn the_limits_of_an_id_hold_wherever_it_is_sent() {
    let either = |name: &str| rule(good().either(NameOrPointer::Scalar(short(name))));
    assert_eq!(either("ab"), None);
    assert_eq!(either("x").as_deref(), Some("either: \"x\" has fewer than 2 characters"));
    assert_eq!(either("X1").as_deref(), Some("either: \"X1\" is not of the form `^[a-z]+$`"));
    let in_list = rule(good().eithers(vec![NameOrPointer::Scalar(short("ab")), NameOrPointer::Scalar(short("x"))]));
    assert_eq!(in_list.as_deref(), Some("eithers: \"x\" has fewer than 2 characters"));
    let pointer = |change: fn(&mut Pointer)| {
        let mut pointer = Pointer::new();
        change(&mut pointer);
        let within = rule(good().either(NameOrPointer::Object(pointer.clone())));
        let alone = rule(good().link_to(pointer))?;
        let alone = alone.strip_prefix("link_to: ").expect("this input");
        assert_eq!(within.as_deref(), Some(["either: ", alone].concat().as_str()));
        Some(alone.to_owned())
    };
    let found = [
        pointer(|pointer| pointer.id = Some(PositiveId::new(0))),
        pointer(|pointer| pointer.name = Some(short("x"))),
        pointer(|pointer| pointer.names = vec![short("ab"), short("abcde")]),
        pointer(|pointer| pointer.by_name = [(short("ab"), PositiveId::new(0))].into()),
        pointer(|pointer| pointer.by_name = [(short("x"), PositiveId::new(1))].into()),
        pointer(|pointer| pointer.note = Some(text("a b"))),
        pointer(|pointer| pointer.note = Some(text("éééééé"))),
    ];
    let found = found.map(|rule| rule.expect("a rule is broken"));
    let expected = [
        "has `id`, where 0 is less than 1",
        "has `name`, where \"x\" has fewer than 2 characters",
        "has `names`, where \"abcde\" has more than 4 characters",
        "has `by_name`, where 0 is less than 1",
        "\"x\" has fewer than 2 characters",
        "has `note`, where \"a b\" is not of the form `^[^ ]+$`",
        "has `note`, where \"éééééé\" has more than 10 bytes",
    ];
    assert_eq!(found.each_ref().map(String::as_str), expected);
    assert_eq!(pointer(|pointer| pointer.note = Some(text("a"))), None);
}

#[test]
fn an_answer_is_read_whatever_the_limits_of_what_is_sent() {
    let body = r#"{"box":{"key":"k","pointer":{"id":0,"name":"X","note":"a b"}}}"#;
    let headers = Default::default();
    let answer = RawAnswer::new(&GetBox::INFO, &Obstacle::INFO, 200, &headers, body.as_bytes());
    let pointer = GetBox::decode(&answer).expect("a box").pointer.expect("a pointer");
    assert_eq!((pointer.id, pointer.name), (Some(PositiveId::new(0)), Some(short("X"))));
}
