//! The blocking client of hostkit: make a [`Client`] from credentials, `call` what is safe and `perform` what acts.
//!
//! ```
//! use hostkit::{Call, Perform};
//! use hostkit_ureq::Client;
//!
//! fn orders<L: Call, O: Perform<Api = L::Api>>(
//!     credentials: <L::Api as hostkit::Api>::Credentials,
//!     list: L,
//!     order: O,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::<L::Api>::new(credentials)?;
//!     let _servers = client.call(&list)?;
//!     match client.perform(&order) {
//!         hostkit::Outcome::Done(_) => println!("ordered"),
//!         hostkit::Outcome::Unresolved(ticket) => println!("reconcile before ordering again: {ticket}"),
//!         other => println!("nothing was ordered: {}", other.as_str()),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Proto crates provide the endpoints, `hostkit` decides what is sent and how often, and this crate sends it with
//! [`ureq`], without an async runtime among its dependencies. `hostkit-reqwest` is the async counterpart.

mod client;
mod failure;
mod progress;
mod resolver;
mod setup;
mod tls;
mod transport;

pub use client::Client;
pub use setup::Setup;
pub use transport::UreqTransport;
