//! The wire examples of every API, decoded and encoded: the values are those that the specs record, which were printed
//! by a build without these features.

use hostkit_apis::{ForEach, macloud_proto};
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::every::Served;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

struct Examples(usize);

impl ForEach for Examples {
    fn api<A: Served>(&mut self) {
        let mut checks = Checks::<A>::new(ROOT);
        A::every(&mut checks);
        self.0 += checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    }
}

#[test]
fn every_example_reads_as_without_the_features() {
    // The controls: the features that change numbers, order and entities are on.
    let written = serde_json::from_str::<serde_json::Value>(r#"{"b":1.10,"a":2}"#).map(|value| value.to_string());
    assert_eq!(written.ok().as_deref(), Some(r#"{"b":1.10,"a":2}"#));
    assert_eq!(quick_xml::escape::unescape("&nbsp;").as_deref().ok(), Some("\u{a0}"));

    let mut examples = Examples(0);
    hostkit_apis::each(&mut examples);
    let examples = examples.0;
    println!("P34: {examples} cases, wire examples of every API beside foreign features");
}

#[test]
fn sums_are_texts_with_every_digit() {
    let sum: hostkit_proto::Decimal = "12.30".parse().expect("a decimal");
    // The control: the feature is on that makes a sum a number.
    assert_ne!(serde_json::to_string(&sum).ok().as_deref(), Some(r#""12.30""#));
    let mut price = macloud_proto::types::BackupPrice::new(sum);
    price.full_cost = Some(sum);
    let json = serde_json::to_string(&price).expect("JSON");
    assert!(json.contains(r#""cost":"12.30","full_cost":"12.30""#), "{json}");
}
