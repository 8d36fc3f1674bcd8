//! Every wire example of the specs, through both halves of the crate.

#![cfg(feature = "server")]

use hostkit_proto::server::checks::Checks;

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::below(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs"));
    obstacle_market_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("{examples} examples");
}
