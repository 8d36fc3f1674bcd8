//! A conformance suite for clients: scenarios over real sockets, with a loopback server that misbehaves on purpose.
//!
//! ```no_run
//! use hostkit_testing::conformance::Subject;
//!
//! /// Makes a client with a deadline for each of its calls.
//! fn make(base: hostkit::BaseUrl, deadline: std::time::Duration) -> Box<dyn Subject> {
//! #   let client = |_, _| -> Box<dyn Subject> { panic!("an example") };
//!     client(base, deadline)
//! }
//!
//! hostkit_testing::conformance_tests!(make);
//! ```

mod fault;
mod proxy;
mod report;
mod scenario;
mod server;
mod shop;
pub mod suite;

pub use fault::Fault;
pub use proxy::{Proxy, Tunnel};
pub use report::{Report, Row};
pub use scenario::{Make, Subject};
pub use server::{Arrival, Server};
pub use shop::{Code, GetItem, KEY, Order, Rename, Shop};
