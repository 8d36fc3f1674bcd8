//! The async client of hostkit, on tokio: make a [`Client`] from credentials, `call` what is safe and `perform` what
//! acts.
//!
//! ```
//! use hostkit::{Call, Perform};
//! use hostkit_reqwest::Client;
//!
//! async fn orders<L: Call, O: Perform<Api = L::Api>>(
//!     credentials: <L::Api as hostkit::Api>::Credentials,
//!     list: L,
//!     order: O,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::<L::Api>::new(credentials)?;
//!     let _servers = client.call(&list).await?;
//!     match client.perform(&order).await {
//!         hostkit::Outcome::Done(_) => println!("ordered"),
//!         hostkit::Outcome::Unresolved(ticket) => println!("reconcile before ordering again: {ticket}"),
//!         other => println!("nothing was ordered: {}", other.as_str()),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Proto crates provide the endpoints, `hostkit` decides what is sent and how often, and this crate sends it with
//! [`reqwest`]. `hostkit-ureq` is the blocking counterpart.

mod client;
mod failure;
mod progress;
mod resolver;
mod setup;
mod transport;

pub use client::Client;
pub use setup::Setup;
pub use transport::ReqwestTransport;
