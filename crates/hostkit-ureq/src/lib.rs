//! The blocking client of hostkit: make a [`Client`] from credentials, `call` what is safe and `perform` what acts.
//!
//! ```
//! use hostkit::{Api, Call, Outcome, Perform};
//! use hostkit_ureq::Client;
//!
//! type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
//!
//! /// Reads: a `Result`.
//! fn read<C: Call>(client: &Client<C::Api>, call: &C) -> Result<C::Output> {
//!     Ok(client.call(call)?)
//! }
//!
//! /// Acts: sent at most once, and every end is told apart.
//! fn order<O: Perform>(client: &Client<O::Api>, order: &O) -> Result<()> {
//!     let outcome = client.perform(order);
//!     if let Some(ticket) = outcome.ticket() {
//!         // It may have happened: `client.recover` finds out.
//!         std::fs::write("order.ticket", ticket.save().to_string())?;
//!     }
//!     match outcome {
//!         Outcome::Done(_) => println!("ordered"),
//!         Outcome::Accepted(_, why) => println!("being carried out: {}", why.as_str()),
//!         Outcome::Rejected(rejection) => println!("refused: {rejection}"),
//!         Outcome::NotSent(error) => println!("not sent; fix the cause first: {error}"),
//!         Outcome::Unresolved(ticket) => println!("look before you order again: {ticket}"),
//!     }
//!     Ok(())
//! }
//!
//! fn client<A: Api>(credentials: A::Credentials) -> Result<Client<A>> {
//!     Ok(Client::new(credentials)?)
//! }
//! ```
//!
//! Proto crates provide the endpoints, `hostkit` decides what is sent and how often, and this crate sends it with
//! [`ureq`], without an async runtime among its dependencies. `hostkit-reqwest` is the async counterpart.

mod chunks;
mod client;
mod connect;
mod exchange;
mod failure;
mod head;
mod items;
mod patience;
mod pool;
mod resolver;
mod setup;
mod tls;
mod transport;

pub use client::Client;
pub use hostkit_net::Network;
pub use items::Items;
pub use setup::Setup;
pub use transport::UreqTransport;
