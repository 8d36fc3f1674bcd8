//! The feature `serde`: tickets are restored, and secrets are not serialised.

use std::collections::BTreeMap;

use crate::common::*;
use hostkit::protocol::codec::decimals;
use hostkit::protocol::wire::Value;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Decimal, Outcome, Raw, SavedTicket, Secret};
use hostkit_testing::Script;

#[test]
fn a_ticket_goes_through_serde() {
    let bench = bench([Script::fail(Phase::Head, TransportErrorKind::Reset)]);
    let Outcome::Unresolved(ticket) = bench.perform(Order) else { panic!("the end is open") };
    let saved = ticket.save();
    let json = serde_json::to_string(&saved).unwrap();
    assert_eq!(serde_json::from_str::<String>(&json).unwrap(), saved.to_string(), "a string of its text");
    let read: SavedTicket = serde_json::from_str(&json).unwrap();
    assert_eq!(read, saved);
    assert_eq!((read.api(), read.operation()), ("shop", "order"));
    for (text, said) in [("7", "expected a string"), (r#""{}""#, "this is no ticket")] {
        let error = serde_json::from_str::<SavedTicket>(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn secrets_and_raw_objects_are_not_written() {
    let secret = serde_json::to_string(&Secret::new("canary-7f3a")).unwrap();
    assert_eq!(secret, r#""[redacted]""#);
    let read = |text: &str| serde_json::from_str::<Secret>(text).unwrap();
    assert!(read(&secret).is_redacted());
    assert_eq!(read(r#""canary-7f3a""#).expose(), "canary-7f3a");
    let raw = Raw::new(Value::Map(vec![("password".into(), Value::Text("canary-7f3a".into()))]));
    assert_eq!(serde_json::to_string(&raw).unwrap(), "null");
}

#[test]
fn sums_are_texts_with_every_digit() {
    let sum = "12.30".parse::<Decimal>().unwrap();
    let json = |value: Result<serde_json::Value, _>| value.unwrap().to_string();
    assert_eq!(json(decimals::serialize(&sum, serde_json::value::Serializer)), r#""12.30""#);
    assert_eq!(json(decimals::serialize(&Some(sum), serde_json::value::Serializer)), r#""12.30""#);
    assert_eq!(json(decimals::serialize(&None::<Decimal>, serde_json::value::Serializer)), "null");
    assert_eq!(json(decimals::serialize(&vec![sum, sum], serde_json::value::Serializer)), r#"["12.30","12.30"]"#);
    let map = BTreeMap::from([("a".to_owned(), Some(sum))]);
    let written = decimals::serialize(&map, serde_json::value::Serializer).unwrap();
    assert_eq!(written.to_string(), r#"{"a":"12.30"}"#);
    let read: BTreeMap<String, Option<Decimal>> = decimals::deserialize(written).unwrap();
    assert_eq!(read.get("a").copied().flatten().map(|sum| sum.to_string()).as_deref(), Some("12.30"));
}
