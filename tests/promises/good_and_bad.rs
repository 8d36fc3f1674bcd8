//! One bad item beside good ones: the good ones stay, the bad one is reported with its place, and is an error where the
//! caller wants every surprise to be one.

use std::collections::BTreeSet;

use hostkit::protocol::Value;
use hostkit::{Format, UnknownFields};
use hostkit_tests::entries::{self, Entry};

/// What is put beside good items: nothing, something of another kind, and an object of something else.
fn bad_items() -> [Value; 4] {
    let other = vec![("other".into(), Value::Text("?".to_owned()))];
    [Value::Null, Value::Text("?".to_owned()), Value::List(vec![Value::Null]), Value::Map(other)]
}

/// Adds an item to a list, or to what is one in its format: a map by number, or elements of one name.
fn add(format: Format, node: &mut Value, bad: &Value) -> bool {
    match node {
        Value::List(items) if !items.is_empty() => items.push(bad.clone()),
        Value::Map(entries) if format == Format::Xml => {
            let repeated = |key: &str| entries.iter().filter(|(other, _)| other == key).count() > 1;
            let Some(key) = entries.iter().map(|(key, _)| key.clone()).find(|key| repeated(key)) else { return false };
            entries.push((key, bad.clone()));
        }
        Value::Map(entries) if !entries.is_empty() => {
            if !entries.iter().all(|(key, _)| key.bytes().all(|byte| byte.is_ascii_digit())) {
                return false;
            }
            entries.push(("999999".into(), bad.clone()));
        }
        _ => return false,
    }
    true
}

#[derive(Debug, Default)]
struct Count {
    kept: usize,
    /// The item was none of a list that is read, or could be read as one.
    harmless: usize,
    lost: usize,
}

fn try_all(entry: &Entry, count: &mut Count) {
    for answer in &entry.answers {
        let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
        // Written anew, since a tree does not keep the markup within a text.
        let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &tree) else { continue };
        let Ok(before) = (entry.decode)(answer.status, &bytes, UnknownFields::Collect) else { continue };
        for bad in bad_items() {
            for changed in entries::variants(&tree, |_, node| add(answer.format, node, &bad)) {
                let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &changed) else { continue };
                let place = || format!("{} {}: {}", entry.folder, answer.case, String::from_utf8_lossy(&bytes));
                match (entry.decode)(answer.status, &bytes, UnknownFields::Collect) {
                    Ok(after) if !after.report.left_out().is_empty() => {
                        assert_eq!(after.shown, before.shown, "{}", place());
                        let left_out = after.report.left_out()[0].to_string();
                        assert!(left_out.contains('[') || left_out.contains("999999"), "{left_out}: {}", place());
                        let denied = (entry.decode)(answer.status, &bytes, UnknownFields::Deny);
                        assert!(denied.is_err(), "{}", place());
                        count.kept += 1;
                    }
                    Ok(_) => count.harmless += 1,
                    Err(error) => {
                        println!("lost: {error}: {}", place());
                        count.lost += 1;
                    }
                }
            }
        }
    }
}

#[test]
fn a_bad_item_spoils_no_other() {
    let mut sum = 0;
    let apis: BTreeSet<&str> = entries::all().iter().map(|entry| entry.api).collect();
    for api in apis {
        let mut count = Count::default();
        for entry in entries::all().into_iter().filter(|entry| entry.api == api && !entry.info.effect.acts()) {
            try_all(&entry, &mut count);
        }
        println!("a bad item beside good ones, {api}: {count:?}");
        assert_eq!(count.lost, 0, "{api}");
        sum += count.kept;
    }
    assert!(sum > 100, "{sum}");
}

#[test]
fn an_address_may_have_a_prefix_or_brackets_and_a_bad_one_stands_alone() {
    let entries = entries::all();
    let entry = entries.iter().find(|entry| entry.folder == "clodo/servers/get_server").expect("the endpoint");
    let read = |address: &str| {
        let addresses = format!(r#"{{"public":[{{"ip":"192.0.2.7"}},{{"ip":"{address}"}}]}}"#);
        let body = format!(r#"{{"server":{{"id":"7","status":"is_running","addresses":{addresses}}}}}"#);
        (entry.decode)(200, body.as_bytes(), UnknownFields::Collect).expect("it reads")
    };
    for (address, shown) in [
        ("2001:db8::1/64", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("198.51.100.7/24", "198.51.100.7"),
        ("198.51.100.7/32", "198.51.100.7"),
    ] {
        let found = read(address);
        assert!(found.shown.contains("192.0.2.7") && found.shown.contains(&format!("{shown},")), "{}", found.shown);
        assert!(found.report.is_empty(), "{address}: {:?}", found.report);
    }
    for address in ["198.51.100.7/33", "[198.51.100.7]", "2001:db8::/129", "2001:db8::/", "198.51.100", "/64"] {
        let found = read(address);
        assert!(found.shown.contains("192.0.2.7") && found.report.left_out().len() == 1, "{address}: {}", found.shown);
        assert!(found.report.left_out()[0].to_string().contains(address), "{:?}", found.report);
    }
}

/// An optional list that cannot be read is empty in the value, which must not look like a list that is empty.
#[test]
fn a_list_that_cannot_be_read_is_left_out() {
    let entries = entries::all();
    let entry = entries.iter().find(|entry| entry.folder == "clodo/servers/get_server").expect("the endpoint");
    let body = r#"{"server":{"id":"7","status":"is_running","addresses":{"public":7,"private":[]}}}"#;
    let found = (entry.decode)(200, body.as_bytes(), UnknownFields::Collect).expect("it reads");
    assert!(found.report.left_out().len() == 1 && found.report.defects().is_empty(), "{:?}", found.report);
}

#[test]
fn a_charset_that_is_not_utf_8_is_named() {
    use hostkit::protocol::RawAnswer;
    use hostkit::{Api, Endpoint};
    type Call = clodo_proto::servers::ListServers;
    let read = |content_type: &str, body: &str| {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        let api = &<<Call as Endpoint>::Api as Api>::INFO;
        let answer = RawAnswer::new(&Call::INFO, api, 200, &headers, body.as_bytes());
        Call::decode(&answer).map(|servers| servers.len()).map_err(|error| error.to_string())
    };
    let body = r#"{"servers":[{"id":"7","name":"сервер","status":"is_running"}]}"#;
    let error = read("application/json; charset=windows-1251", body).unwrap_err();
    assert!(error.contains("windows-1251"), "{error}");
    for charset in ["application/json", "application/json; charset=UTF-8", "application/json;charset=\"utf-8\""] {
        assert_eq!(read(charset, body), Ok(1), "{charset}");
    }
    // The same in either.
    assert_eq!(read("application/json; charset=windows-1251", &body.replace("сервер", "server")), Ok(1));
}

/// What an answer says in a field that the hoster leaves out, or writes in a way of its own.
#[test]
fn what_may_be_missing_is_missed_alone() {
    let entries = entries::all();
    let read = |folder: &str, body: &str| {
        let entry = entries.iter().find(|entry| entry.folder == folder).expect("the endpoint");
        (entry.decode)(200, body.as_bytes(), UnknownFields::Deny)
    };
    let limits = read("macloud/account/get_limits", r#"{"status":"ok","status_msg":"","data":{"server":null}}"#);
    assert!(limits.unwrap().shown.contains("server: None"));
    for (products, shown) in
        [("", "None"), (r#","productids":"7""#, r#"Some("7")"#), (r#","serviceids":"7""#, r#"Some("7")"#)]
    {
        let body = format!(r#"{{"result":"success","orderid":1,"invoiceid":2{products}}}"#);
        let order = read("inferno/orders/create_order", &body).unwrap().shown;
        assert!(order.contains(&format!("products: {shown}")), "{order}");
    }
    let nil = r#"<server><id>7</id><name xsi:nil="true"/><status>is_running</status></server>"#;
    assert!(read("clodo/servers/get_server", nil).unwrap().shown.contains("name: None"));
    let half = r#"{"server":{"id":"7","name":"a\ud83d","status":"is_running"}}"#;
    let error = read("clodo/servers/get_server", half).err().unwrap();
    assert!(error.contains("both halves of a surrogate pair at byte 29"), "{error}");
}

/// Money that cannot be read is no absent money, wherever it stands; only one item of a list is left out for it.
#[test]
fn money_that_cannot_be_read_is_an_error() {
    // As PHP writes 105.1 with `serialize_precision` 100.
    let digits = "105.099999999999994315658113919198513031005859375";
    let mut counts: std::collections::BTreeMap<&str, [usize; 3]> = std::collections::BTreeMap::new();
    for entry in entries::all().into_iter().filter(|entry| MONEY.iter().any(|(api, _)| *api == entry.api)) {
        let [refused, left_out, kept] = counts.entry(entry.api).or_default();
        for answer in &entry.answers {
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            let change = |key: &str, node: &mut Value| match node {
                Value::Text(_) | Value::Number(_) if MONEY.contains(&(entry.api, key)) => {
                    *node = Value::Text(digits.to_owned());
                    true
                }
                _ => false,
            };
            for changed in entries::variants(&tree, change) {
                let Ok(bytes) = hostkit::protocol::wire::write(answer.format, &changed) else { continue };
                let place = || format!("{} {}: {}", entry.folder, answer.case, String::from_utf8_lossy(&bytes));
                match (entry.decode)(answer.status, &bytes, UnknownFields::Collect) {
                    Err(error) => {
                        assert!(error.contains("a decimal number") && error.contains("105.09"), "{error}: {}", place());
                        *refused += 1;
                    }
                    Ok(found) if entry.info.effect.acts() => {
                        // An order that was placed is not in doubt for what it costs.
                        assert!(!found.report.defects().is_empty(), "{}", place());
                        *kept += 1;
                    }
                    Ok(found) => {
                        assert!(found.report.left_out().len() == 1, "{:?}: {}", found.report, place());
                        *left_out += 1;
                    }
                }
            }
        }
    }
    for (api, [refused, left_out, kept]) in &counts {
        println!("money that cannot be read, {api}: {refused} errors, {left_out} items left out, {kept} acts kept");
    }
    assert!(counts.values().all(|[refused, left_out, _]| refused + left_out > 0), "{counts:?}");
    assert!(counts["rootpanel"][2] > 0, "{counts:?}");
}

/// Every amount of money in an answer, by API and key.
const MONEY: &[(&str, &str)] = &[
    ("clodo", "users_balance"),
    ("clodo", "users_profile_scalemoneysms"),
    ("clodo", "works_cost"),
    ("clodo", "price"),
    ("clodo", "total_debit_amount"),
    ("clodo", "total_credit_amount"),
    ("clodo", "debits_amount"),
    ("clodo", "balance"),
    ("inferno", "amount"),
    ("inferno", "balance"),
    ("inferno", "credit"),
    ("rootpanel", "balance"),
    ("rootpanel", "cost"),
    ("rootpanel", "costMonthly"),
    ("macloud", "summ"),
    ("macloud", "real"),
    ("macloud", "bonus"),
    ("macloud", "partner"),
    ("macloud", "cost"),
    ("macloud", "full_cost"),
    ("macloud", "min_money"),
];
