//! The wire examples of every API, decoded and encoded: the values are those that the specs record, which were printed
//! by a build without these features.

use hostkit_apis::{ForEach, clodo_proto, inferno_proto, macloud_proto, rootpanel_proto};
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::every::Served;
use hostkit_proto::{Api, Endpoint, RawAnswer};

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

/// Reads each JSON answer of an endpoint, writes its value, reads it back and writes it again.
fn round_trip<E: Endpoint>(folder: &str)
where
    E::Output: serde::Serialize + serde::de::DeserializeOwned,
{
    let mut answers = 0;
    for entry in std::fs::read_dir(format!("{ROOT}/specs/{folder}")).expect("examples") {
        let path = entry.expect("an entry").path();
        if !path.to_string_lossy().ends_with(".answer.json") {
            continue;
        }
        let (body, headers) = (std::fs::read(&path).expect("an example"), http::HeaderMap::new());
        let value = E::decode(&RawAnswer::new(&E::INFO, &E::Api::INFO, 200, &headers, &body)).expect("a value");
        let written = serde_json::to_string(&value).expect("JSON");
        let read: E::Output = serde_json::from_str(&written)
            .unwrap_or_else(|error| panic!("{}: {error}: {written}", path.display()));
        assert_eq!(serde_json::to_string(&read).ok(), Some(written), "{}", path.display());
        answers += 1;
    }
    assert!(answers > 0, "{folder} has no answer in JSON");
}

#[test]
fn what_serde_wrote_is_read_back() {
    round_trip::<clodo_proto::servers::ListServerDetails>("clodo/servers/list_server_details");
    round_trip::<clodo_proto::billing::GetBilling>("clodo/billing/get_billing");
    round_trip::<inferno_proto::products::ListProducts>("inferno/products/list_products");
    round_trip::<inferno_proto::orders::ListOrders>("inferno/orders/list_orders");
    round_trip::<rootpanel_proto::orders::GetOrders>("rootpanel/orders/get_orders");
    round_trip::<rootpanel_proto::tariffs::GetTarifs>("rootpanel/tariffs/get_tarifs");
    round_trip::<macloud_proto::servers::GetServer>("macloud/servers/get_server");
    round_trip::<macloud_proto::operations::ListOperations>("macloud/operations/list_operations");
}
