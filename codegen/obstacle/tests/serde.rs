//! What the feature `serde` writes of generated values.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit_proto::{Api, Endpoint, RawAnswer};
use obstacle_proto::Obstacle;
use obstacle_proto::answers::GetScalars;
use serde_json::json;

#[test]
fn values_are_written_under_their_rust_names_and_secrets_are_not() {
    let body = include_bytes!("../../../specs/obstacle/answers/get_scalars/all.answer.json");
    let headers = Default::default();
    let answer = RawAnswer::new(&GetScalars::INFO, &Obstacle::INFO, 200, &headers, body);
    let written = serde_json::to_value(GetScalars::decode(&answer).unwrap()).unwrap();
    let expected = json!({
        "text": "t", "padded": "a b", "int": -1, "uint": 5, "decimal": "0.10", "money": "105.10", "flag": true, "switch": false,
        "secret": "[redacted]", "datetime": "2012-01-24T04:00:02", "date": "2012-01-24", "never": null,
        "unixtime": 1_301_860_800, "ip": "192.0.2.7", "html": "a", "bytes": 1, "kibibytes": 2, "mebibytes": 3,
        "gibibytes": 4, "csv": [1, 2, 3], "status": "half-way.there", "level": "1",
    });
    assert_eq!(written, expected);
}
