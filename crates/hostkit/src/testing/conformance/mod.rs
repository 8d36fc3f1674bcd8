//! What every client has to do over a real socket: one list of scenarios, played by a server on loopback that misbehaves
//! on purpose, and one run that any client can be put through.
//!
//! ```no_run
//! use hostkit::testing::conformance::{self, Subject};
//!
//! fn conforms(make: &(dyn Fn(hostkit::BaseUrl, std::time::Duration) -> Box<dyn Subject> + Sync)) {
//!     let report = conformance::run(make);
//!     println!("{report}");
//!     assert_eq!(report.failures(), 0);
//! }
//! ```

mod fault;
mod proxy;
mod report;
mod scenario;
mod server;
mod shop;

pub use fault::Fault;
pub use proxy::{Proxy, Tunnel};
pub use report::{Report, Row};
pub use scenario::{Subject, connections, repeat_calls, run, run_stalls};
pub use server::{Arrival, Server};
pub use shop::{Code, GetItem, KEY, Order, Shop};
