//! The scenarios of `hostkit_testing::conformance` over a real socket.

use std::time::Duration;

use crate::common::Blocking;
use hostkit::{BaseUrl, Secret};
use hostkit_testing::conformance::{KEY, Shop, Subject};
use hostkit_ureq::Client;

fn make(base: BaseUrl, deadline: Duration) -> Box<dyn Subject> {
    let client = Client::builder(Secret::new(KEY)).base_url(base).deadline(deadline).seed(1).build();
    Box::new(Blocking(client.expect("the client can be made")))
}

hostkit_testing::conformance_tests!(make);

/// That this compiles is the test: clients and their calls go between threads.
#[allow(dead_code)]
fn clients_go_between_threads(client: Client<Shop>) {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared(&client);
}
