//! Simulated hosters on loopback for tests: point a client at [`Sandbox::url`] and compare its results with the
//! [`Ledger`].
//!
//! ```
//! use hostkit_sandbox::{ApiName, Fault, Sandbox};
//!
//! let sandbox = Sandbox::start()?;
//! let base_url = sandbox.url(ApiName::Inferno); // for the client under test
//! sandbox.faults().next("create_order", Fault::by_id("reset-after-commit").ok_or("no such fault")?);
//! // Here the client orders, and its connection is reset after the order was placed.
//! println!("{} orders placed", sandbox.ledger().commits("create_order"));
//! # drop(base_url);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Clock`] lets tests advance time, and [`fault`] has the catalogue of faults. Clients are deliberately not
//! included.

mod access;
mod api_name;
mod clock;
pub mod credentials;
pub mod fault;
mod http;
mod ledger;
mod rates;
mod resolver;
mod sandbox;
mod service;
pub mod site;
pub mod sites;
pub mod world;

pub use crate::http::{Bounds, Framing};
pub use access::{AccessLog, Line};
pub use api_name::ApiName;
pub use clock::{Clock, Moment};
pub use fault::{Armed, Fault, FaultPlan};
pub use ledger::{Ended, Entry, Hop, Ledger};
pub use rates::Used;
pub use resolver::Resolver;
pub use sandbox::{Builder, Sandbox};
pub use world::{Change, Credentials};
