//! How much room lists take that are read directly from the body.

use hostkit_proto::codec::{DecodeError, Field, FromFields, Reader, Table};
use hostkit_proto::{ApiInfo, Effect, EndpointInfo, Format, RawAnswer};
use http::HeaderMap;

struct Group {
    numbers: Vec<u64>,
}

impl FromFields for Group {
    const TABLE: &'static Table = &Table::new("", &[Field::required_list("numbers")]);

    fn blank() -> Self {
        Self { numbers: Vec::new() }
    }

    fn field(&mut self, _: usize, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        reader.required_list(&mut self.numbers, 1_000)
    }
}

#[test]
fn a_list_makes_room_for_the_rest_of_the_body_but_a_list_in_its_items_does_not() {
    const GROUPS: usize = 2_000;
    const INFO: EndpointInfo = EndpointInfo { effect: Effect::Safe, ..EndpointInfo::DEFAULT };
    const API: ApiInfo = ApiInfo { formats: &[Format::Json], ..ApiInfo::DEFAULT };
    let groups = vec![r#"{"numbers":[1,2,3,4,5]}"#; GROUPS].join(",");
    let body = format!(r#"{{"groups":[{groups}]}}"#);
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&INFO, &API, 200, &headers, body.as_bytes());
    const ROOT: &Table = &Table::new("", &[Field::required_list("groups")]);
    let read: Vec<Group> = answer.list(ROOT, 10_000).expect("groups");
    assert!(!answer.is_parsed(), "read directly");
    assert_eq!(read.len(), GROUPS);
    assert!(read.capacity() < GROUPS * 11 / 10, "{} for {GROUPS}", read.capacity());
    let widest = read.iter().map(|group| group.numbers.capacity()).max();
    assert_eq!(widest, Some(8), "room for five numbers");
}
