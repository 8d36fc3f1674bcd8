//! The scenarios of `hostkit::testing::conformance` over a real socket.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hostkit::testing::conformance::{self, Code, GetItem, KEY, Order, Shop, Subject};
use hostkit::{BaseUrl, Error, Outcome, Secret};
use hostkit_ureq::Client;

struct Blocking(Client<Shop>);

impl Subject for Blocking {
    fn get(&self) -> Result<u64, Error<Code>> {
        self.0.call(&GetItem)
    }

    fn order(&self, note: usize) -> Outcome<u64, Code> {
        self.0.perform(&Order { note })
    }
}

fn make(base: BaseUrl, deadline: Duration) -> Box<dyn Subject> {
    let client = Client::builder(Secret::new(KEY)).base_url(base).deadline(deadline).seed(1).build();
    Box::new(Blocking(client.expect("the client can be made")))
}

/// The stalls are timed: nothing else is to run beside them.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn every_fault_has_its_outcome() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let report = conformance::run(&make);
    println!("{report}");
    assert_eq!(report.failures(), 0, "{report}");
}

#[test]
fn every_stall_ends_at_the_deadline() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let report = conformance::run_stalls(&make);
    println!("{report}");
    assert_eq!(report.failures(), 0, "{report}");
}

#[test]
fn a_connection_that_died_in_the_pool_costs_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (failures, arrivals) = conformance::repeat_calls(&make, 100);
    println!("{failures} failures, {arrivals} arrivals for 200 calls");
    assert_eq!((failures, arrivals), (0, 200));
}

#[test]
fn a_call_that_spends_has_a_connection_of_its_own() {
    assert_eq!(conformance::connections(&make, 5), (1, 5));
}

/// `Duration::MAX` stands for none: no clock below overflows.
#[test]
fn a_call_may_have_no_deadline() {
    assert_eq!(conformance::connections(&|base, _| make(base, Duration::MAX), 2), (1, 2));
}

#[test]
fn a_proxy_of_the_environment_is_not_asked() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // Nobody listens on port 9, so this test fails where somebody asks.
    let proxy = "http://127.0.0.1:9";
    let program = std::env::current_exe().expect("a test is a program");
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let again = Command::new(program)
        .args(["--exact", "a_connection_that_died_in_the_pool_costs_nothing"])
        .envs(names.map(|name| (name, proxy)))
        .output()
        .expect("the program runs");
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}

/// That this compiles is the test: clients and their calls go between threads.
#[allow(dead_code)]
fn clients_go_between_threads(client: Client<Shop>) {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared(&client);
}
