//! The blocking client of hostkit: [`Client`] drives the machines of `hostkit` over [`ureq`].
//!
//! It knows no API: a proto crate brings the endpoints, `hostkit` decides what is sent and how often, and this crate
//! brings the socket. There is no async runtime in its tree. `hostkit-reqwest` has the same names with awaits.
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
//!         hostkit::Outcome::Unresolved(ticket) => println!("look before you order again: {ticket}"),
//!         other => println!("nothing was ordered: {}", other.as_str()),
//!     }
//!     Ok(())
//! }
//! ```

mod client;
mod failure;
mod resolver;
mod setup;
mod tls;
mod transport;
mod witness;

pub use client::Client;
pub use setup::Setup;
pub use transport::UreqTransport;
