//! Pages and deletions in a sandbox that answers from the examples of an API whose pages are counted.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::protocol::{Flag, Perform};
use hostkit::{Endpoint, Outcome};
use hostkit_sandbox::{ApiName, FromExamples, Sandbox, accounts_of};
use obstacle_hmac_proto::Keyed;
use obstacle_hmac_proto::things::{DeleteThing, ListThings};
use obstacle_hmac_proto::types::ThingId;

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

fn start() -> (Sandbox, hostkit_ureq::Client<Keyed>) {
    let sandbox = Sandbox::builder().site(FromExamples::<Keyed>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Keyed>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Keyed>::builder(accounts_of::<Keyed>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    (sandbox, client)
}

/// What is accepted and done later may show long after the lag: that it does not yet is no "it did not happen".
#[test]
fn what_is_done_later_is_never_said_not_to_have_happened() {
    let facts = <DeleteThing as Perform>::FACTS;
    assert!(DeleteThing::INFO.has(Flag::Async) && !facts.unseen_is_no);
}

#[test]
fn a_page_without_an_example_is_the_last_one() {
    let (_sandbox, client) = start();
    let page = |number: u64| {
        let things = client.call(&ListThings::new().page(number)).unwrap();
        things.iter().map(|thing| thing.id.get()).collect::<Vec<_>>()
    };
    assert_eq!([page(0), page(1), page(2)], [vec![7, 8], vec![9], vec![]]);
    assert!(page(3).is_empty() && page(1_000).is_empty());
}

#[test]
fn what_is_deleted_is_gone_on_every_page() {
    let (_sandbox, client) = start();
    let ids = || client.items(&ListThings::new()).map(|item| item.unwrap().id.get()).collect::<Vec<_>>();
    assert_eq!(ids(), [7, 8, 9]);
    for id in [9, 7] {
        assert!(matches!(client.perform(&DeleteThing::new(ThingId::new(id))), Outcome::Accepted(..)));
    }
    assert_eq!(ids(), [8]);
}
