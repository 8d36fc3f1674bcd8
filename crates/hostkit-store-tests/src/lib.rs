//! Tests that every store must pass: one sign-in per expiry, shared rate limits, and processes that die.
//!
//! A store's crate implements [`Place`] for its location, and [`store_tests!`] defines the tests. Each starts the test
//! binary again as further processes, which get their task from the environment. The crate is not published.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod child;
mod processes;
mod server;
mod shop;
mod store_tests;

use std::time::Duration;

use hostkit::machinery::{ClientCore, FromParts};
use hostkit::store::Store;
use hostkit::{BaseUrl, ClientBuilder, RateStore, Secret, SessionStore};

pub use child::child;
pub use processes::*;
pub use server::Server;
pub use shop::{COUNT, Code, Free, Get, KEY, Shop, WINDOW};

/// The location of one test's entries, which are deleted on drop.
pub trait Place: Sized {
    /// The store.
    type Store: Store + Clone;

    /// The path of the test that calls the child, as the harness spells it.
    const CHILD: &str;

    /// Creates an empty location; `None`, with the reason printed, if this machine cannot provide one.
    fn new(test: &str) -> Option<Self>;

    /// The address by which another process opens it.
    fn address(&self) -> String;

    /// Opens the store at an address.
    fn open(address: &str) -> Self::Store;

    /// The bytes of all entries.
    fn entries(&self) -> Vec<Vec<u8>>;
}

/// The credentials of the shop's only customer.
pub fn customer() -> Secret {
    Secret::new(KEY)
}

/// The builder of a client's core.
pub type Builder = ClientBuilder<ClientCore<Shop>>;

/// A client's configuration, with the session and the counts in the store.
pub fn config(base: BaseUrl, store: impl Store + Clone, deadline: Duration) -> Builder {
    ClientCore::builder(customer())
        .base_url(base)
        .deadline(deadline)
        .session_store(SessionStore::new(store.clone(), "account"))
        .rate_store(RateStore::new(store, "account"))
}

/// A blocking client of a configuration.
pub fn client_of(config: Builder) -> hostkit_ureq::Client<Shop> {
    hostkit_ureq::Client::from_parts(config.build().unwrap(), hostkit_ureq::UreqTransport::new().unwrap())
}

/// A blocking client that shares its session and its counts only through the store.
pub fn client<P: Place>(server: &Server, place: &P, deadline: Duration) -> hostkit_ureq::Client<Shop> {
    client_of(config(server.base(), P::open(&place.address()), deadline))
}
