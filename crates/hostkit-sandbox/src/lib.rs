//! Simulated hosters on loopback for tests: point a client at [`Sandbox::url`] and compare its results with the
//! [`Ledger`].
//!
//! ```
//! use hostkit_sandbox::{ApiName, Fault, Sandbox};
//!
//! let sandbox = Sandbox::start()?;
//! let base_url = sandbox.url(ApiName::INFERNO); // for the client under test
//! sandbox.faults().next("create_order", Fault::by_id("reset-after-commit").ok_or("no such fault")?);
//! // Here the client orders, and its connection is reset after the order was placed.
//! println!("{} orders placed", sandbox.ledger().commits("create_order"));
//! # drop(base_url);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without the feature `simulations`, on by default, there is no simulated hoster, and [`FromExamples`] answers for any API.
//! The feature `program` adds a program for clients in any language, with a control address over HTTP.
//!
//! A [`Clock`] lets tests advance time, and [`fault`] has the catalogue of faults. Clients are deliberately not
//! included.

mod access;
mod api_name;
mod clock;
#[cfg(feature = "program")]
mod control;
pub mod credentials;
mod demo;
pub mod fault;
mod http;
mod ledger;
#[cfg(feature = "program")]
pub mod program;
mod rates;
mod resolver;
mod sandbox;
mod service;
pub mod site;
pub mod sites;
#[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program watches"))]
mod watch;
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
pub use service::Seed;
pub use sites::{FromExamples, accounts_of};
pub use world::{Change, Credentials};
