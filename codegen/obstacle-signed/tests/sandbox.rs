//! Pages and orders in a sandbox that answers from the examples of an API whose pages have links.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit_sandbox::{ApiName, FromExamples, Sandbox, accounts_of};
use obstacle_signed_proto::Signed;
use obstacle_signed_proto::things::{ListThings, MakeThing};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

#[test]
fn what_is_made_stands_on_the_last_page() {
    let sandbox = Sandbox::builder().site(FromExamples::<Signed>::read(SPECS).unwrap()).start().unwrap();
    let base = sandbox.url(ApiName::of::<Signed>()).parse().unwrap();
    let client = hostkit_ureq::Client::<Signed>::builder(accounts_of::<Signed>().remove(0)).base_url(base);
    let client = client.build().unwrap();
    let page = |call: ListThings| {
        let page = client.call(&call).unwrap();
        (page.things.iter().map(|thing| thing.id.get()).collect::<Vec<_>>(), page.next.is_some())
    };
    let named = || ListThings::new().name("a b");
    assert_eq!(page(named()), (vec![7, 8], true));
    assert_eq!(page(named().page(2)), (vec![9], false));
    // As the last page does, and not as the first one again.
    assert_eq!(page(named().page(3)), (vec![9], false));
    let made = client.perform(&MakeThing::new("lamp")).into_result().unwrap();
    assert_eq!((made.id.get(), made.name.as_str()), (10, "lamp"));
    assert_eq!(page(ListThings::new()), (vec![7, 10], false));
    assert_eq!(page(named()), (vec![7, 8], true));
    assert_eq!(page(named().page(2)), (vec![9, 10], false));
}
