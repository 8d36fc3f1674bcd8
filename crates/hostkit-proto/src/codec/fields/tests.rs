//! Lists whose wrapper is empty.

use std::collections::BTreeMap;

use hostkit_wire::{Format, Limits};

use super::*;
use crate::codec::{FlagWords, UnknownFields};
use crate::leniency::{Leniency, MapShape};
use crate::value::Money;
use crate::word::Word;

fn read(format: Format, body: &str, leniency: &Leniency) -> Result<Vec<u64>, DecodeError> {
    let document = hostkit_wire::parse(format, body.as_bytes(), &Limits::DEFAULT).unwrap();
    let mut reader = Reader::new("list", "answer", leniency, UnknownFields::Deny, At::Node(document.root()));
    let field = Field::required_list("backups").json_inner(&["backup"]).xml_inner(&["backup"]);
    let mut items = Vec::new();
    reader.fields("")?.fill(&field, None, &mut |reader| reader.required_list(&mut items, 9))?;
    Ok(items)
}

fn php(body: &[u8]) -> hostkit_wire::Document<'_> {
    hostkit_wire::parse(Format::Php, body, &Limits::DEFAULT).unwrap()
}

#[test]
fn an_empty_wrapper_is_an_empty_list_where_the_rules_say_so() {
    let lenient = Leniency { one_as_list: true, null_as_empty: true, list_as_empty_map: true, ..Leniency::STRICT };
    for body in [r#"{"backups":[]}"#, r#"{"backups":null}"#, r#"{"backups":""}"#, r#"{"backups":{}}"#] {
        assert_eq!(read(Format::Json, body, &lenient).unwrap(), Vec::<u64>::new(), "{body}");
        assert!(read(Format::Json, body, &Leniency::STRICT).is_err(), "{body}");
    }
    assert_eq!(read(Format::Xml, "<backups/>", &Leniency::STRICT).unwrap(), Vec::<u64>::new());
    assert_eq!(read(Format::Json, r#"{"backups":{"backup":[7]}}"#, &Leniency::STRICT).unwrap(), [7_u64]);
    // PHP has one kind of array: an empty one is an empty map, too.
    assert_eq!(read(Format::Php, r#"a:1:{s:7:"backups";a:0:{}}"#, &Leniency::STRICT).unwrap(), Vec::<u64>::new());
    assert_eq!(Leniency::STRICT.map(php(b"a:0:{}").root()), Some(MapShape::Nothing));
    assert_eq!(Leniency::STRICT.map(php(b"a:1:{i:0;i:7;}").root()), None);
    for body in ["{}", r#"{"other":[]}"#, r#"{"backups":[7]}"#, r#"{"backups":{"other":7}}"#] {
        assert!(read(Format::Json, body, &lenient).is_err(), "{body}");
    }
}

#[test]
fn fields_share_objects_at_any_depth() {
    let read = |format: Format, body: &str| -> Result<(u64, u64, Vec<u64>), DecodeError> {
        let document = hostkit_wire::parse(format, body.as_bytes(), &Limits::DEFAULT).unwrap();
        let at = At::Node(document.root());
        let mut reader = Reader::new("place", "answer", &Leniency::STRICT, UnknownFields::Deny, at);
        let mut fields = reader.fields("")?;
        let [x, y] = [&["b", "x"], &["b", "y"]].map(|below| Field::required("a").json_inner(below).xml_inner(below));
        let (mut found, mut list) = ([0, 0], Vec::new());
        for (field, place) in [x, y].iter().zip(&mut found) {
            fields.fill(field, None, &mut |reader| reader.required(place))?;
        }
        let below: &[&str] = &["b", "c"];
        let field = Field::required_list("a").json_inner(below).xml_inner(below);
        fields.fill(&field, None, &mut |reader| reader.required_list(&mut list, 9))?;
        fields.finish()?;
        Ok((found[0], found[1], list))
    };
    let expected = (1, 2, vec![3, 4]);
    assert_eq!(read(Format::Json, r#"{"a":{"b":{"x":1,"c":[3,4],"y":2}}}"#).unwrap(), expected);
    let xml = |more: &str| format!("<a><b><c>3</c><x>1</x><y>2</y><c>4</c>{more}</b></a>");
    assert_eq!(read(Format::Xml, &xml("")).unwrap(), expected);
    for (format, body) in [
        (Format::Json, r#"{"a":{"b":{"x":1,"c":[3,4],"y":2,"z":5}}}"#.to_owned()),
        (Format::Json, r#"{"a":{"b":{"x":1,"c":[3,4],"y":2},"z":5}}"#.to_owned()),
        (Format::Xml, xml("<z>5</z>")),
    ] {
        let error = read(format, &body).expect_err(&body);
        assert_eq!(error.found(), "`z`", "{body}");
    }
}

#[test]
fn an_object_may_stand_for_a_scalar() {
    let lenient = Leniency { scalar: "$", ..Leniency::STRICT };
    let read = |body: &str, unknown: UnknownFields| -> Result<(String, Vec<String>), DecodeError> {
        let document = hostkit_wire::parse(Format::Json, body.as_bytes(), &Limits::DEFAULT).unwrap();
        let mut reader = Reader::new("place", "answer", &lenient, unknown, At::Node(document.root()));
        let mut fields = reader.fields("")?;
        let (mut id, mut size, mut list, mut map) =
            (0_u64, None::<u64>, Vec::<u64>::new(), BTreeMap::<u64, String>::new());
        let (mut flag, mut worded, mut price) = (None::<bool>, None::<bool>, None::<Money>);
        let words: &'static FlagWords = &[[Word::Text("off"), Word::Text("on")]];
        fields.fill(&Field::required("id"), None, &mut |reader| reader.required(&mut id))?;
        fields.fill(&Field::optional("size"), None, &mut |reader| reader.optional(&mut size))?;
        fields.fill(&Field::optional("flag"), None, &mut |reader| reader.optional(&mut flag))?;
        fields.fill(&Field::optional("worded"), None, &mut |reader| reader.in_words(words).optional(&mut worded))?;
        fields.fill(&Field::optional("price"), None, &mut |reader| reader.money(&mut price))?;
        let total = Name::new("count");
        fields.fill_of_total(&Field::list("list"), &total, &mut |reader| reader.list(&mut list, 9))?;
        fields.fill(&Field::required_map("map"), None, &mut |reader| reader.required_map(&mut map))?;
        fields.finish()?;
        let price = price.map(|price| price.amount.to_string());
        let report = &reader.report;
        assert!(report.defects().is_empty() && report.left_out().is_empty(), "{report:?}");
        Ok((format!("{id} {size:?} {flag:?} {worded:?} {price:?} {list:?} {map:?}"), report.unknown().to_vec()))
    };
    let expected = r#"7 None Some(true) Some(true) Some("5") [1] {3: "x"}"#;
    let body = |more: &str| {
        format!(
            r#"{{"id":{{"$":7{more}}},"size":{{"$":null{more}}},"flag":{{"$":true{more}}},"worded":{{"$":"on"{more}}},
                "price":{{"$":5{more}}},"list":[{{"$":1{more}}}],"count":{{"$":1{more}}},"map":{{"3":{{"$":"x"{more}}}}}}}"#
        )
    };
    assert_eq!(read(&body(""), UnknownFields::Deny).unwrap(), (expected.to_owned(), Vec::new()));
    let (found, unknown) = read(&body(r#","more":1"#), UnknownFields::Collect).unwrap();
    assert_eq!(found, expected);
    let places = ["id", "size", "flag", "worded", "price", "count", "list[0]", "map.3"];
    assert_eq!(unknown, places.map(|place| format!("answer.{place}.more")));
    let error = read(&body(r#","more":1"#), UnknownFields::Deny).unwrap_err().to_string();
    assert!(error.contains("`more`"), "{error}");
    // An object without the key is none.
    assert!(read(&body("").replace(r#""$":7"#, r#""more":7"#), UnknownFields::Collect).is_err());
}

/// Each operation of a request may have an object of its own in the answer, with its results.
#[test]
fn what_stands_above_results_may_repeat_in_every_format() {
    let read = |format, body: &str, leniency: &Leniency| {
        let document = hostkit_wire::parse(format, body.as_bytes(), &Limits::DEFAULT).unwrap();
        let mut reader = Reader::new("each", "answer", leniency, UnknownFields::Deny, At::Node(document.root()));
        let (mut items, name) = (Vec::<u64>::new(), Name::new("all").json_inner(&["add", "id"]));
        let name = name.xml_inner(&["add", "id"]);
        reader.each(&mut items, &name, 3).map(|()| items).map_err(|error| error.to_string())
    };
    let strict = |format, body: &str| read(format, body, &Leniency::STRICT);
    for (format, body) in [
        (Format::Xml, "<all><add><id>1</id></add><add><id>2</id></add><add><id>3</id></add></all>"),
        (Format::Xml, "<all><add><id>1</id><id>2</id><id>3</id></add></all>"),
        (Format::Xml, "<all><add><id>1</id><id>2</id></add><add><id>3</id></add></all>"),
        (Format::Json, r#"{"all":{"add":[{"id":[1]},{"id":[2]},{"id":[3]}]}}"#),
        (Format::Json, r#"{"all":{"add":{"id":[1,2,3]}}}"#),
        (
            Format::Php,
            r#"a:1:{s:3:"all";a:1:{s:3:"add";a:3:{i:0;a:1:{s:2:"id";a:1:{i:0;i:1;}}i:1;a:1:{s:2:"id";a:1:{i:0;i:2;}}i:2;a:1:{s:2:"id";a:1:{i:0;i:3;}}}}}"#,
        ),
    ] {
        assert_eq!(strict(format, body), Ok(vec![1, 2, 3]), "{format}: {body}");
    }
    assert_eq!(strict(Format::Xml, "<all><add/></all>"), Ok(Vec::new()), "an answer to this call, with nothing in it");
    let one = r#"{"all":{"add":{"id":7}}}"#;
    assert!(strict(Format::Json, one).is_err(), "no list");
    assert_eq!(read(Format::Json, one, &Leniency { one_as_list: true, ..Leniency::STRICT }), Ok(vec![7]));
    for (body, expected) in [
        ("<all/>", "a list"),
        ("<other/>", "other"),
        ("<all><add><id>1</id><more>2</more></add></all>", "`more`"),
        ("<all><add><id>1</id></add><del/></all>", "`del`"),
        ("<all><add><id>1</id><id>2</id><id>3</id><id>4</id></add></all>", "at most 3 items"),
        // A copy of a part is no further operation.
        ("<all><add><id>1</id></add><add><id>1</id><id>1</id></add></all>", "each result once"),
        ("<all><add><id>1</id><id>2</id></add><add><id>1</id><id>2</id></add></all>", "each result once"),
    ] {
        let error = strict(Format::Xml, body).unwrap_err();
        assert!(error.contains(expected), "{body}: {error}");
    }
}
