//! A sandbox that answers from the examples keeps what calls make, change and delete, and obeys faults, rates and sign-in.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::time::{Clock, Moment, Now, SystemClock};
use hostkit::{Date, Outcome, Rates, Recovery};
use hostkit_sandbox::{ApiName, Fault, FromExamples, Sandbox, accounts_of};
use obstacle_market_proto::orders::{
    BuyTraffic, CancelOrder, GetOrder, GetTask, ListOrders, OrderServers, RenewOrder, RestartServer, TaskDone,
};
use obstacle_market_proto::records::{AddRecord, AddRecords, DeleteRecord, ListRecords};
use obstacle_market_proto::types::{NewRecord, OrderId, OrderStatus, PlanId, RecordId, ZoneId};
use obstacle_market_proto::{Credentials, Market};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

type Client = hostkit_ureq::Client<Market>;

fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().site(FromExamples::<Market>::read(SPECS).unwrap()).start().unwrap();
    let client = client(&sandbox, accounts_of::<Market>().remove(0));
    (sandbox, client)
}

/// A client that does not keep the limits by itself, and waits on the sandbox's clock.
fn client(sandbox: &Sandbox, credentials: Credentials) -> Client {
    let client = Client::builder(credentials).base_url(sandbox.url(ApiName::of::<Market>()).parse().unwrap());
    client.rates(Rates::new(&[])).clock(Ahead(sandbox.clock(), Arc::default())).build().unwrap()
}

/// A clock on which waiting takes no real time.
#[derive(Debug, Clone)]
struct Ahead(hostkit_sandbox::Clock, Arc<Mutex<Duration>>);

impl Clock for Ahead {
    fn now(&self) -> Now {
        SystemClock.now().later(*self.1.lock().unwrap())
    }

    fn sleep(&self, until: Moment) -> Duration {
        let waited = until.since(self.now().monotonic);
        self.0.advance(waited);
        *self.1.lock().unwrap() += waited;
        Duration::ZERO
    }
}

fn order(plan: &str, count: u64) -> OrderServers {
    OrderServers::new(PlanId::new(plan).unwrap(), count)
}

fn orders(client: &Client) -> Vec<(u64, String)> {
    let orders = client.call(&ListOrders::new()).unwrap();
    orders.values().map(|order| (order.id.get(), order.plan.to_string())).collect()
}

fn records(client: &Client, zone: u64) -> Vec<(u64, String)> {
    let records = client.call(&ListRecords::new(ZoneId::new(zone))).unwrap();
    records.iter().map(|record| (record.id.get(), record.host.clone())).collect()
}

#[test]
fn what_is_ordered_is_in_the_list() {
    let (sandbox, client) = start();
    let before = orders(&client);
    assert_eq!(before.len(), 2);
    client.perform(&order("small", 2)).into_result().unwrap();
    let after = orders(&client);
    assert_eq!(after[..2], before);
    assert_eq!(after[2..], [(9, "small".to_owned()), (10, "small".to_owned())]);
    client.perform(&order("large", 1)).into_result().unwrap();
    assert_eq!(orders(&client).last(), Some(&(11, "large".to_owned())));
    sandbox.reset().unwrap();
    assert_eq!(orders(&client), before);
}

#[test]
fn an_order_whose_answer_is_lost_is_found() {
    let (sandbox, client) = start();
    sandbox.faults().next("order_servers", Fault::by_id("close-after-commit").unwrap());
    let call = order("small", 2);
    let Outcome::Unresolved(ticket) = client.perform(&call) else { panic!("the answer was lost") };
    let found = client.recover::<OrderServers>(&ticket);
    assert!(matches!(&found, Recovery::Happened(made) if made.len() == 2), "{found:?}");
    // And one that never arrived.
    sandbox.faults().next("order_servers", Fault::by_id("close-before").unwrap());
    let Outcome::Unresolved(ticket) = client.perform(&call) else { panic!("nobody knows whether it arrived") };
    let found = client.recover::<OrderServers>(&ticket);
    assert!(matches!(found, Recovery::DidNot), "{found:?}");
    assert_eq!(orders(&client).len(), 4);
}

#[test]
fn what_is_made_shows_only_where_it_was_made() {
    let (_sandbox, client) = start();
    let made = client.perform(&AddRecord::new(ZoneId::new(1), "ftp", "A")).into_result().unwrap();
    assert_eq!(made.get(), 22, "higher than all numbers that the examples have");
    assert_eq!(records(&client, 1).last(), Some(&(22, "ftp".to_owned())));
    assert_eq!(records(&client, 2).len(), 1);
    let several = vec![NewRecord::new("a", "TXT"), NewRecord::new("b", "TXT")];
    assert!(matches!(client.perform(&AddRecords::new(ZoneId::new(2), several)), Outcome::Done(_)));
    assert_eq!(records(&client, 2)[1..], [(23, "a".to_owned()), (24, "b".to_owned())]);
    assert_eq!(records(&client, 1).len(), 3);
}

#[test]
fn what_is_deleted_is_gone_wherever_it_was() {
    let (_sandbox, client) = start();
    assert!(matches!(client.perform(&DeleteRecord::new(RecordId::new(12))), Outcome::Done(_)));
    assert_eq!(records(&client, 1), [(11, "www".to_owned())]);
    assert!(matches!(client.perform(&DeleteRecord::new(RecordId::new(11))), Outcome::Done(_)));
    assert!(records(&client, 1).is_empty());
    assert_eq!(records(&client, 2).len(), 1);
    // What is made after all was deleted is as an example.
    client.perform(&AddRecord::new(ZoneId::new(1), "new", "A")).into_result().unwrap();
    assert_eq!(records(&client, 1), [(22, "new".to_owned())]);
}

#[test]
fn values_that_a_call_sets_are_read_back() {
    let (_sandbox, client) = start();
    let state = |id: u64| client.call(&GetOrder::new(OrderId::new(id))).unwrap().status.clone();
    assert_eq!((state(7), state(8)), (OrderStatus::Active, OrderStatus::Waiting));
    client.perform(&RestartServer::new(OrderId::new(7))).into_result().unwrap();
    assert_eq!((state(7), state(8)), (OrderStatus::Restarting, OrderStatus::Waiting));
    assert!(matches!(client.perform(&CancelOrder::new(OrderId::new(8))), Outcome::Done(_)));
    assert_eq!((state(7), state(8)), (OrderStatus::Restarting, OrderStatus::Cancelled));
    // The spec says that it is refused where it is so already.
    assert!(matches!(client.perform(&CancelOrder::new(OrderId::new(8))), Outcome::NotSent(_)));
}

/// A poll sees each state that is not the end, and then the end.
#[test]
fn what_is_waited_for_comes_at_last() {
    let (_sandbox, client) = start();
    let state = |id: u64| client.call(&GetTask::new(OrderId::new(id))).unwrap().state;
    assert_eq!([state(7), state(7), state(7)], ["running", "stopped", "stopped"]);
    let done = client.wait(TaskDone::new(GetTask::new(OrderId::new(8))), |_| {}).unwrap();
    assert_eq!((done.id.get(), done.exit.as_deref()), (8, Some("warnings: 2")));
    // What is started anew is waited for anew.
    client.perform(&RestartServer::new(OrderId::new(7))).into_result().unwrap();
    assert_eq!([state(7), state(7)], ["running", "stopped"]);
}

/// A date moves on by the months that were ordered, and a number grows, so that a lost answer is found.
#[test]
fn what_is_paid_and_what_grows_is_read_back() {
    let (sandbox, client) = start();
    let paid = || client.call(&ListOrders::new()).unwrap().get(&OrderId::new(7)).unwrap().paid_until;
    let traffic = || client.call(&GetOrder::new(OrderId::new(7))).unwrap().traffic;
    assert_eq!((paid(), traffic()), (Date::new(2027, 1, 1), Some(10)));
    let renew = RenewOrder::new(OrderId::new(7), 3);
    for call in ["renew_order", "buy_traffic"] {
        sandbox.faults().next(call, Fault::by_id("close-after-commit").unwrap());
    }
    let Outcome::Unresolved(ticket) = client.perform(&renew) else { panic!("the answer was lost") };
    let found = client.recover::<RenewOrder>(&ticket);
    assert!(matches!(&found, Recovery::Happened(order) if order.paid_until == Date::new(2027, 4, 1)), "{found:?}");
    assert_eq!(paid(), Date::new(2027, 4, 1));
    let buy = BuyTraffic::new(OrderId::new(7), 5);
    let Outcome::Unresolved(ticket) = client.perform(&buy) else { panic!("the answer was lost") };
    let found = client.recover::<BuyTraffic>(&ticket);
    assert!(matches!(&found, Recovery::Happened(order) if order.traffic == Some(15)), "{found:?}");
    assert_eq!(traffic(), Some(15));
}

#[test]
fn rates_and_keys_are_those_of_the_spec() {
    let (sandbox, client) = start();
    sandbox.enforce_rates(true);
    let call = GetOrder::new(OrderId::new(7));
    let results: Vec<_> =
        (0..6).map(|_| client.with(hostkit::CallOptions::new().max_attempts(1)).call(&call)).collect();
    assert!(results[..5].iter().all(Result::is_ok) && results[5].is_err(), "{results:?}");
    assert_eq!(sandbox.rate_violations(), 1);
    sandbox.enforce_rates(false);
    let error = self::client(&sandbox, Credentials::key(1001, "wrong")).call(&call).unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("Wrong key"), "{error}");
}
