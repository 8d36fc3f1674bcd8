//! An answer that says how many items a list has in all: none at all is an empty list, fewer are a part, and both readers
//! agree about that, in every format.

use hostkit::protocol::codec::{Field, Name, Table};
use hostkit::protocol::{ApiInfo, EndpointInfo, RawAnswer, Report, Value};
use hostkit::{Effect, Format, UnknownFields};

static STRICT: ApiInfo =
    ApiInfo { formats: &[Format::Json, Format::Php, Format::PrintR, Format::Xml], ..ApiInfo::DEFAULT };

/// In XML below the element of the document, and the number as an attribute.
const NUMBERS: &Table = &Table::new("", &[Field::required_list("numbers").xml_inner(&["number"])])
    .total(0, Name::new("total").xml("numbers").xml_inner(&["@total"]));
const INFO: EndpointInfo = EndpointInfo { name: "list_numbers", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

/// What stands in the place of the list.
#[derive(Clone, Copy)]
enum Stands {
    Absent,
    EmptyText,
    Null,
    Items(&'static [&'static str]),
}

fn body(format: Format, total: Option<&str>, stands: Stands) -> Vec<u8> {
    let scalar = |text: &str| match text.parse::<i64>() {
        Ok(_) => Value::Number(text.to_owned()),
        Err(_) => Value::Text(text.to_owned()),
    };
    let tree = if format == Format::Xml {
        let attribute = total.map(|total| ("@total".into(), Value::Text(total.to_owned())));
        let items = match stands {
            Stands::Items(items) => items,
            _ => &[],
        };
        let items = items.iter().map(|item| ("number".into(), Value::Text((*item).to_owned())));
        let list = Value::Map(attribute.into_iter().chain(items).collect());
        Value::Map(vec![("numbers".into(), list)])
    } else {
        let list = match stands {
            Stands::Absent => None,
            Stands::EmptyText => Some(Value::Text(String::new())),
            Stands::Null => Some(Value::Null),
            Stands::Items(items) => Some(Value::List(items.iter().map(|item| scalar(item)).collect())),
        };
        let total = total.map(|total| ("total".into(), scalar(total)));
        let other = ("other".into(), Value::Text("x".to_owned()));
        let entries = std::iter::once(other).chain(total).chain(list.map(|list| ("numbers".into(), list)));
        Value::Map(entries.collect())
    };
    hostkit::protocol::wire::write(format, &tree).expect("the format has it")
}

/// Whether the list is read without a tree.
fn is_plain(bytes: &[u8]) -> bool {
    let headers = http::HeaderMap::new();
    let answer = RawAnswer::new(&INFO, &STRICT, 200, &headers, bytes);
    answer.list::<u64>(NUMBERS, 10).is_ok() && !answer.is_parsed()
}

type Found = Result<(Vec<u64>, Report), String>;

/// What is found without a tree where that is possible, which has to be what is found with one.
fn read(status: u16, bytes: &[u8], unknown: UnknownFields) -> Found {
    let headers = http::HeaderMap::new();
    let answer = || RawAnswer::new(&INFO, &STRICT, status, &headers, bytes).with_unknown_fields(unknown);
    let found = |answer: &RawAnswer<'_>| -> Found {
        let value = answer.list(NUMBERS, 10).map_err(|error| error.to_string())?;
        Ok((value, answer.report()))
    };
    let (direct, tree) = (answer(), answer());
    assert!(tree.document().is_ok() && tree.is_parsed());
    let (direct, tree) = (found(&direct), found(&tree));
    assert_eq!(direct, tree, "{}", String::from_utf8_lossy(bytes));
    tree
}

const TEXTS: [Format; 3] = [Format::Json, Format::Php, Format::PrintR];
const ALL: [Format; 4] = [Format::Json, Format::Php, Format::PrintR, Format::Xml];

#[test]
fn an_answer_that_counts_none_has_an_empty_list() {
    let stand = [Stands::Absent, Stands::EmptyText, Stands::Null, Stands::Items(&[])];
    for format in ALL {
        for stands in stand {
            let bytes = body(format, Some("0"), stands);
            let (value, report) = read(200, &bytes, UnknownFields::Ignore).expect("an empty list");
            assert!(value.is_empty() && report.is_empty(), "{}", String::from_utf8_lossy(&bytes));
        }
    }
    // Without that word, what is no list is none.
    for format in TEXTS {
        for (total, stands) in stand.into_iter().take(3).flat_map(|stands| [(None, stands), (Some("2"), stands)]) {
            let bytes = body(format, total, stands);
            assert!(read(200, &bytes, UnknownFields::Ignore).is_err(), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn a_list_with_fewer_items_is_a_part_and_no_error() {
    for format in ALL {
        let bytes = body(format, Some("60"), Stands::Items(&["1", "2"]));
        let (value, report) = read(200, &bytes, UnknownFields::Ignore).expect("a part");
        assert_eq!((value, report.total(), report.left_out().len()), (vec![1, 2], 1, 1));
        let text = report.left_out()[0].to_string();
        assert!(text.contains("answer.numbers: expected 60 items") && text.contains("found 2"), "{text}");
        // Of a list with nothing in it, too.
        let (value, report) =
            read(200, &body(format, Some("60"), Stands::Items(&[])), UnknownFields::Ignore).expect("a part");
        assert!(value.is_empty() && report.left_out().len() == 1, "{report:?}");
        // As many as it says are all, also where one of them cannot be read.
        let (value, report) =
            read(200, &body(format, Some("2"), Stands::Items(&["1", "2"])), UnknownFields::Ignore).expect("all");
        assert!(value == [1, 2] && report.is_empty(), "{report:?}");
        let bytes = body(format, Some("2"), Stands::Items(&["1", "x"]));
        let (value, report) = read(200, &bytes, UnknownFields::Ignore).expect("one of two");
        assert!(value == [1] && report.left_out().len() == 1, "{report:?}");
        assert!(report.left_out()[0].to_string().contains("numbers[1]"), "{report:?}");
    }
    for format in [Format::Json, Format::Php] {
        assert!(is_plain(&body(format, Some("2"), Stands::Items(&["1", "2"]))), "{format}");
        assert!(!is_plain(&body(format, Some("3"), Stands::Items(&["1", "2"]))), "{format}");
    }
    // What the answer says itself is no surprise.
    let part = br#"{"total":60,"numbers":[1,2]}"#;
    assert!(read(200, part, UnknownFields::Deny).is_ok_and(|(_, report)| report.left_out().len() == 1));
}

#[test]
fn an_answer_that_counts_wrong_is_reported() {
    for format in ALL {
        let bytes = body(format, Some("1"), Stands::Items(&["1", "2"]));
        let (value, report) = read(200, &bytes, UnknownFields::Ignore).expect("more than it says");
        assert!(value == [1, 2] && report.defects().len() == 1 && report.left_out().is_empty(), "{report:?}");
        // Whatever cannot be read may say that there are more.
        for total in ["many", "-1", "18446744073709551616"] {
            let bytes = body(format, Some(total), Stands::Items(&["1", "2"]));
            let (value, report) = read(200, &bytes, UnknownFields::Ignore).expect("a number that is none");
            assert!(value == [1, 2] && report.left_out().len() == 1, "{report:?}");
            assert!(report.left_out()[0].to_string().contains("a whole number"), "{report:?}");
        }
    }
    for bytes in [&br#"{"total":1,"numbers":[1,2]}"#[..], br#"{"total":"many","numbers":[1,2]}"#] {
        assert!(read(200, bytes, UnknownFields::Deny).is_err(), "{}", String::from_utf8_lossy(bytes));
    }
    // Twice is reported, and the last one counts.
    let (_, report) = read(200, br#"{"total":2,"numbers":[1,2],"total":3}"#, UnknownFields::Ignore).expect("a part");
    assert!(report.defects().len() == 1 && report.left_out().len() == 1, "{report:?}");
}

#[test]
fn whatever_comes_under_206_is_a_part() {
    for format in ALL {
        for total in [None, Some("2")] {
            let bytes = body(format, total, Stands::Items(&["1", "2"]));
            let (value, report) = read(206, &bytes, UnknownFields::Ignore).expect("a part");
            assert!(value == [1, 2] && report.left_out().len() == 1, "{report:?}");
            assert!(report.left_out()[0].to_string().contains("206"), "{report:?}");
        }
    }
    // In every API, of every read.
    let entries = hostkit_tests::entries::all();
    let mut parts = 0;
    for entry in entries.iter().filter(|entry| !entry.info.effect.acts()) {
        for answer in entry.answers.iter().filter(|answer| answer.status == 200) {
            if let Ok(found) = (entry.decode)(206, &answer.bytes, UnknownFields::Collect) {
                let says_so = |error: &hostkit::protocol::DecodeError| error.found().contains("206");
                assert!(found.report.left_out().iter().any(says_so), "{} {}", entry.folder, answer.case);
                parts += 1;
            }
        }
    }
    println!("answers under 206: {parts} parts");
    assert!(parts > 100, "{parts}");
}

/// What WHMCS writes for an account without orders, and for one with more than a page of them.
#[test]
fn orders_and_services_are_counted() {
    let entries = hostkit_tests::entries::all();
    let read = |folder: &str, body: &str| {
        let entry = entries.iter().find(|entry| entry.folder == folder).expect("the endpoint");
        (entry.decode)(200, body.as_bytes(), UnknownFields::Collect)
    };
    let orders = |body: &str| read("inferno/orders/list_orders", body);
    for body in [
        r#"{"result":"success","totalresults":0,"orders":""}"#,
        r#"{"result":"success","totalresults":"0","startnumber":0,"numreturned":0}"#,
        r#"{"result":"success","totalresults":0,"orders":null}"#,
    ] {
        let found = orders(body).expect(body);
        assert!(found.shown == "{}" && found.report.left_out().is_empty(), "{body}: {}", found.shown);
    }
    for body in [r#"{"result":"success","orders":""}"#, r#"{"result":"success"}"#] {
        assert!(orders(body).is_err(), "{body}");
    }
    let part = r#"{"result":"success","totalresults":60,"numreturned":2,"orders":{"1":{"id":"1"},"2":{"id":"2"}}}"#;
    let found = orders(part).expect("a part");
    assert!(found.shown.contains("OrderId(2)") && found.report.left_out().len() == 1, "{:?}", found.report);
    let services = r#"{"result":"success","totalresults":60,"services":[{"id":"1"}]}"#;
    let found = read("inferno/services/list_services", services).expect("a part");
    assert!(found.shown.contains("ServiceId(1)") && found.report.left_out().len() == 1, "{:?}", found.report);
}
