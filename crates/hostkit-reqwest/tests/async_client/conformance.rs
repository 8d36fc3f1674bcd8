//! The scenarios of `hostkit_testing::conformance` over a real socket.

use std::time::{Duration, Instant};

use crate::common::{Async, two_threads};
use hostkit::{BaseUrl, CallOptions, Outcome, Secret};
use hostkit_reqwest::Client;
use hostkit_testing::conformance::{Fault, GetItem, KEY, Order, Row, Server, Shop, Subject};

fn make(base: BaseUrl, deadline: Duration) -> Box<dyn Subject> {
    let client = Client::builder(Secret::new(KEY)).base_url(base).deadline(deadline).seed(1).build();
    Box::new(Async(client.expect("the client can be made"), two_threads()))
}

hostkit_testing::conformance_tests!(make);

#[test]
fn a_flood_of_heads_does_not_hold_up_other_tasks() {
    const PAUSE: Duration = Duration::from_millis(5);
    let server = Server::start(Fault::FloodContinue).unwrap();
    let client = Client::<Shop>::builder(Secret::new(KEY)).base_url(server.base_url()).seed(1).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let worst = runtime.block_on(async {
        let calls = tokio::spawn(async move {
            for _ in 0..10 {
                assert!(client.call(&GetItem).await.is_err(), "an answer came");
            }
        });
        let mut worst = Duration::ZERO;
        while !calls.is_finished() {
            let start = Instant::now();
            tokio::time::sleep(PAUSE).await;
            worst = worst.max(start.elapsed() - PAUSE);
        }
        calls.await.unwrap();
        worst
    });
    println!("10 calls, {} arrivals, timers at most {} ms late", server.arrivals().len(), worst.as_millis());
    assert!(worst <= Row::GRACE, "{worst:?}");
}

/// A task that holds the only thread up while the connection is made: once it goes on, the deadline has passed.
#[test]
fn a_connection_that_comes_after_the_deadline_sends_nothing() {
    let server = Server::start(Fault::Nothing).unwrap();
    let deadline = Duration::from_millis(200);
    let client = Client::<Shop>::builder(Secret::new(KEY)).base_url(server.base_url()).deadline(deadline).seed(1);
    let client = client.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let late = async { std::thread::sleep(2 * deadline) };
        let client = client.with(CallOptions::new().unread());
        tokio::join!(client.perform(&Order { note: 0 }), late).0
    });
    assert!(matches!(outcome, Outcome::NotSent(_)), "{outcome:?}");
    assert_eq!(server.arrivals().len(), 0);
}

/// That this compiles is the test: clients and their calls go between threads.
#[allow(dead_code)]
fn clients_go_between_threads(client: Client<Shop>) {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn sent<T: Send>(_: T) {}
    shared(&client);
    sent(client.call(&GetItem));
    sent(client.perform(&Order { note: 0 }));
}
