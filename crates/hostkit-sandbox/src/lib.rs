//! A local stand-in for hosters: one process on loopback with a small world inside, a ledger of what really happened, a
//! clock that tests advance, and a catalogue of faults to switch on.
//!
//! What is deliberately not here: clients. A test brings its own and compares what it was told with the [`Ledger`].

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
