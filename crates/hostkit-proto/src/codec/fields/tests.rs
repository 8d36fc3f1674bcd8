//! Lists whose wrapper is empty.

use hostkit_wire::{Format, Limits};

use super::*;
use crate::codec::UnknownFields;
use crate::leniency::{Leniency, MapShape};

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
