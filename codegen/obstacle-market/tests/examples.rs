//! Every wire example of the specs, through both halves of the crate.

#![cfg(feature = "server")]

use hostkit_proto::server::Serve;
use hostkit_proto::server::checks::Checks;
use hostkit_proto::server::example::incoming;
use obstacle_market_proto::records::AddRecords;

#[test]
fn every_example_of_the_specs() {
    let mut checks = Checks::below(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs"));
    obstacle_market_proto::serve::every(&mut checks);
    let examples = checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
    println!("{examples} examples");
}

/// The fields of a choice may have made names.
#[test]
fn of_a_choice_one_has_a_name_at_most() {
    let parse = |rest: &str| {
        let body = format!("command=addRecords&zone=1&records%5B0%5D%5Bhost%5D=a&records%5B0%5D%5Bkind%5D=TXT{rest}");
        let headers = http::HeaderMap::new();
        let call = AddRecords::parse(&incoming("POST", "/market.php", &headers, body.as_bytes()));
        call.map(|call| call.records.len()).map_err(|error| error.to_string())
    };
    assert_eq!(parse("&records%5B0%5D%5Btext%5D=x"), Ok(1));
    let error = parse("&records%5B0%5D%5Btext%5D=x&records%5B0%5D%5Btarget%5D=y").err().unwrap_or_default();
    assert!(error.contains("expected at most one of `text`, `target`, found `text` and `target`"), "{error}");
}
