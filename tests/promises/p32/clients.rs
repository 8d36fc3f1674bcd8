//! Both clients, against a server with one answer.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::protocol::server::every::Served;
use hostkit::time::{Clock, Moment, Now, SystemClock};
use hostkit::{Api, BaseUrl, Call, CallOptions, Outcome, Perform};
use hostkit_tests::canned_server::Server;
use hostkit_tests::clients::{Client, runtime};
use hostkit_tests::entries;
use tokio::runtime::Runtime;

use super::End;
use super::cells::Cell;

/// A clock on which waiting takes no time.
#[derive(Debug, Clone, Default)]
struct Skipping(Arc<Mutex<Duration>>);

impl Clock for Skipping {
    fn now(&self) -> Now {
        SystemClock.now().later(*self.0.lock().unwrap())
    }

    fn sleep(&self, until: Moment) -> Duration {
        let wait = until.since(self.now().monotonic);
        *self.0.lock().unwrap() += wait;
        Duration::ZERO
    }
}

pub struct Clients<A: Api> {
    credentials: A::Credentials,
    server: Server,
    runtime: Arc<Runtime>,
}

impl<A: Served> Clients<A> {
    pub fn new(credentials: A::Credentials) -> Self {
        Self { server: Server::start::<A>(&credentials), credentials, runtime: runtime() }
    }

    /// Clients of one cell: an answer may make a client stop using its credentials.
    fn of(&self, cell: &Cell) -> [Client<A>; 2] {
        self.server.answer_with(cell.status, cell.body.clone());
        let base: BaseUrl = self.server.url().parse().unwrap();
        let format = entries::format::<A>();
        let blocking = hostkit_ureq::Client::builder(self.credentials.clone()).base_url(base.clone()).format(format);
        let asynchronous = hostkit_reqwest::Client::builder(self.credentials.clone()).base_url(base).format(format);
        let blocking = blocking.clock(Skipping::default()).build().unwrap();
        let asynchronous = asynchronous.clock(Skipping::default()).build().unwrap();
        [Client::Blocking(blocking), Client::Async(asynchronous, Arc::clone(&self.runtime))]
    }

    pub fn call<E: Call<Api = A>>(&self, call: &E, cell: &Cell) -> Vec<End>
    where
        E::Output: Debug,
    {
        let end = |client: &Client<A>| match client.call_full(call) {
            Ok(reply) => End::Value(format!("{:?}", reply.value)),
            Err(_) => End::Open,
        };
        self.of(cell).each_ref().map(end).into()
    }

    pub fn perform<E: Perform<Api = A>>(&self, call: &E, cell: &Cell) -> Vec<End>
    where
        E::Output: Debug,
    {
        let end = |client: &Client<A>| match client.with(CallOptions::new().unread()).perform_full(call) {
            Outcome::Done(reply) | Outcome::Accepted(reply, _) => End::Value(format!("{:?}", reply.value)),
            Outcome::Rejected(rejection) => End::Rejected { may_have_happened: rejection.ticket().is_some() },
            Outcome::NotSent(error) => panic!("not sent: {error}"),
            Outcome::Unresolved(_) => End::Open,
        };
        self.of(cell).each_ref().map(end).into()
    }
}
