//! Both clients, against a server with one answer.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hostkit::protocol::server::every::Served;
use hostkit::time::{Clock, Moment, Now, SystemClock};
use hostkit::{Api, BaseUrl, Call, Outcome, Perform};
use hostkit_tests::canned_server::Server;
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
    runtime: Runtime,
}

impl<A: Served> Clients<A> {
    pub fn new(credentials: A::Credentials) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { server: Server::start::<A>(&credentials), credentials, runtime }
    }

    /// Clients of one cell: an answer may make a client stop using its credentials.
    fn of(&self, cell: &Cell) -> (hostkit_ureq::Client<A>, hostkit_reqwest::Client<A>) {
        self.server.answer_with(cell.status, cell.body.clone());
        let base: BaseUrl = self.server.url().parse().unwrap();
        let format = entries::format::<A>();
        let blocking = hostkit_ureq::Client::builder(self.credentials.clone()).base_url(base.clone()).format(format);
        let asynchronous = hostkit_reqwest::Client::builder(self.credentials.clone()).base_url(base).format(format);
        (blocking.clock(Skipping::default()).build().unwrap(), asynchronous.clock(Skipping::default()).build().unwrap())
    }

    pub fn call<E: Call<Api = A>>(&self, call: &E, cell: &Cell) -> Vec<End>
    where
        E::Output: Debug,
    {
        let (blocking, asynchronous) = self.of(cell);
        let ends = [blocking.call(call), self.runtime.block_on(asynchronous.call(call))];
        ends.into_iter().map(|end| end.map_or(End::Open, |value| End::Value(format!("{value:?}")))).collect()
    }

    pub fn perform<E: Perform<Api = A>>(&self, call: &E, cell: &Cell) -> Vec<End>
    where
        E::Output: Debug,
    {
        let (blocking, asynchronous) = self.of(cell);
        let ends = [
            blocking.with(hostkit::CallOptions::new().unread()).perform(call),
            self.runtime.block_on(asynchronous.with(hostkit::CallOptions::new().unread()).perform(call)),
        ];
        let end = |outcome: Outcome<E::Output, A::Code>| match outcome {
            Outcome::Done(value) | Outcome::Accepted(value, _) => End::Value(format!("{value:?}")),
            Outcome::Rejected(rejection) => End::Rejected { may_have_happened: rejection.ticket().is_some() },
            Outcome::NotSent(error) => panic!("not sent: {error}"),
            Outcome::Unresolved(_) => End::Open,
        };
        ends.into_iter().map(end).collect()
    }
}
