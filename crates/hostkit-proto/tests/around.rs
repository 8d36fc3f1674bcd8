//! Lists in an element of their own, read directly from the body.

use hostkit_proto::codec::{DecodeError, Field, FromFields, Reader, Table};
use hostkit_proto::{ApiInfo, Effect, EndpointInfo, Format, RawAnswer};
use http::HeaderMap;

/// An object with a list in an element, `tags/tag`, beside which another field stands in the same one.
#[derive(Debug, PartialEq)]
struct Thing {
    count: Option<u64>,
    name: Option<String>,
    tags: Vec<u64>,
}

impl FromFields for Thing {
    const TABLE: &'static Table = &Table::new(
        "",
        &[
            Field::optional("count").xml("tags").xml_inner(&["@count"]),
            Field::optional("name"),
            Field::list("tags").xml("tags").xml_inner(&["tag"]),
        ],
    );

    fn blank() -> Self {
        Self { count: None, name: None, tags: Vec::new() }
    }

    fn field(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        match index {
            0 => reader.optional(&mut self.count),
            1 => reader.optional(&mut self.name),
            _ => reader.list(&mut self.tags, 100),
        }
    }
}

/// The same list, alone in its element.
#[derive(Debug, PartialEq)]
struct Alone {
    name: Option<String>,
    tags: Vec<u64>,
}

impl FromFields for Alone {
    const TABLE: &'static Table =
        &Table::new("", &[Field::optional("name"), Field::list("tags").xml("tags").xml_inner(&["tag"])]);

    fn blank() -> Self {
        Self { name: None, tags: Vec::new() }
    }

    fn field(&mut self, index: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        match index {
            0 => reader.optional(&mut self.name),
            _ => reader.list(&mut self.tags, 100),
        }
    }
}

/// What is read, and whether that took a tree.
fn read<T: FromFields>(things: &[&str]) -> (Option<Vec<T>>, bool) {
    const INFO: EndpointInfo = EndpointInfo { effect: Effect::Safe, ..EndpointInfo::DEFAULT };
    const API: ApiInfo = ApiInfo { formats: &[Format::Xml], ..ApiInfo::DEFAULT };
    let body = format!("<things>{}</things>", things.concat());
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&INFO, &API, 200, &headers, body.as_bytes());
    const ROOT: &Table = &Table::new("", &[Field::required_list("things").xml("things").xml_inner(&["thing"])]);
    let read = answer.list(ROOT, 100).ok();
    (read, answer.is_parsed())
}

#[test]
fn the_only_field_of_an_element_is_read_where_it_stands() {
    let full = "<thing><name>a</name><tags><tag>1</tag><tag>2</tag></tags></thing>";
    for (thing, tags) in [
        (full, &[1, 2][..]),
        ("<thing><tags><tag>1</tag></tags><name>a</name></thing>", &[1]),
        ("<thing><name>a</name><tags></tags></thing>", &[]),
        ("<thing><name>a</name><tags/></thing>", &[]),
    ] {
        // Orders are learnt from the third on.
        let (things, is_parsed) = read::<Alone>(&[full, full, full, thing]);
        let expected = Alone { name: Some("a".to_owned()), tags: tags.to_vec() };
        assert_eq!((things.expect(thing).pop(), is_parsed), (Some(expected), false), "{thing}");
    }
    // An element that is there twice is left to the tree.
    let twice = "<thing><name>a</name><tags><tag>1</tag></tags><tags><tag>2</tag></tags></thing>";
    assert!(read::<Alone>(&[full, full, full, twice]).1, "{twice}");
    // An item ends with its own tag, and not with that of the field before it.
    let crossed = "<thing><name>a</name><tags><tag>1</name></tags></thing>";
    assert_eq!(read::<Alone>(&[full, full, full, crossed]).0, None, "{crossed}");
}

#[test]
fn an_element_with_several_fields_is_entered_once() {
    let full = r#"<thing><tags count="1"><tag>1</tag></tags><name>a</name></thing>"#;
    let (things, is_parsed) = read::<Thing>(&[full, full, full]);
    let expected = Thing { count: Some(1), name: Some("a".to_owned()), tags: vec![1] };
    assert_eq!((things.expect(full).pop(), is_parsed), (Some(expected), false));
    // Behind the name, the list comes next by the order of the table.
    let twice = r#"<thing><tags count="1"/><name>a</name><tags><tag>1</tag></tags></thing>"#;
    assert!(read::<Thing>(&[full, full, full, twice]).1, "{twice}");
    assert!(read::<Thing>(&[twice]).1, "{twice}");
}
