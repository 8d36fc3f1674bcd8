//! What the feature `serde` writes of generated values, and reads back.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::by_hand::EndpointExt;
use hostkit_proto::{Api, Endpoint, Nullable, RawAnswer, Secret, Session};
use obstacle_proto::answers::GetScalars;
use obstacle_proto::names::SetKeywords;
use obstacle_proto::{Credentials, Obstacle};
use serde_json::json;

#[test]
fn values_are_written_under_their_rust_names_and_secrets_are_not() {
    let body = include_bytes!("../../../specs/obstacle/answers/get_scalars/all.answer.json");
    let headers = Default::default();
    let answer = RawAnswer::new(&GetScalars::INFO, &Obstacle::INFO, 200, &headers, body);
    let written = serde_json::to_value(GetScalars::decode(&answer).unwrap()).unwrap();
    let expected = json!({
        "text": "t", "padded": "a b", "int": -1, "uint": 5, "decimal": "0.10", "money": "105.10 XTS", "flag": true,
        "currency": "XTS", "switch": false,
        "secret": "[redacted]", "datetime": "2012-01-24T04:00:02", "date": "2012-01-24", "never": null,
        "unixtime": 1_301_860_800, "ip": "192.0.2.7", "ipblock": "2001:db8::/64", "html": "a", "bytes": 1, "kibibytes": 2, "mebibytes": 3,
        "gibibytes": 4, "csv": [1, 2, 3], "status": "half-way.there", "level": "1",
    });
    assert_eq!(written, expected);

    // What was written is read back, but for the secret, which is not known any more.
    let mut read: <GetScalars as Endpoint>::Output = serde_json::from_value(written).unwrap();
    let secret = read.secret.take().unwrap();
    assert!(secret.is_redacted() && secret.expose().is_empty());
    let mut value = GetScalars::decode(&answer).unwrap();
    value.secret = None;
    assert_eq!(read, value);
}

#[test]
fn missing_fields_are_absent_and_unknown_words_are_kept() {
    let stored = json!({ "text": "t", "status": "of tomorrow" });
    let read: <GetScalars as Endpoint>::Output = serde_json::from_value(stored).unwrap();
    let status = read.status.unwrap();
    assert_eq!((status.is_known(), status.as_str()), (false, "of tomorrow"));
    assert_eq!(read.decimal, None);
    let error =
        serde_json::from_value::<<GetScalars as Endpoint>::Output>(json!({ "text": "t", "decimal": "x" })).unwrap_err();
    assert!(error.to_string().contains("Invalid decimal"), "{error}");
}

#[test]
fn credentials_come_from_settings_and_a_redacted_key_is_refused() {
    let client = |key: &str| {
        let settings = json!({ "Key": { "login": "example", "key": key } });
        let credentials: Credentials = serde_json::from_value(settings).unwrap();
        hostkit_ureq::Client::<Obstacle>::builder(credentials)
            .transport(hostkit_testing::Scripted::new([]))
            .base_url("http://127.0.0.1:1".parse().unwrap())
            .build()
    };
    assert!(client("example-secret").is_ok());
    let error = client("[redacted]").unwrap_err().to_string();
    assert!(error.contains("it was read from where it stood redacted"), "{error}");
}

#[test]
fn a_redacted_secret_is_not_sent() {
    let secret: Secret = serde_json::from_value(json!("[redacted]")).unwrap();
    let call = SetKeywords::new("example", "x").variant(secret);
    let base = "http://127.0.0.1:1".parse().unwrap();
    let error = call.to_http(&base, &Credentials::key("example", "example-secret"), &Session::default()).unwrap_err();
    assert!(error.to_string().contains("set_keywords: secret: a key, token or password is not known"), "{error}");
}

/// serde takes null for a `None`, and an input that is null is none.
#[test]
fn an_input_that_is_null_is_so_after_it_was_saved() {
    for value in [None, Some(Nullable::Null), Some(Nullable::Value("a".to_owned()))] {
        let saved = serde_json::to_value(&value).unwrap();
        assert_eq!(serde_json::from_value::<Option<Nullable<String>>>(saved).unwrap(), value);
    }
}
