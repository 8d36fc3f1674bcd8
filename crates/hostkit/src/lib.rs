//! Calls to hosters' control APIs with explicit outcomes: done, accepted, rejected, not sent, or unresolved with a
//! ticket.
//!
//! A program uses the crate of one API and one client (`hostkit-ureq` or `hostkit-reqwest`). Safe and idempotent calls
//! go through the client's `call` and return a `Result`; mutating calls go through `perform`, are sent once, and return
//! an [`Outcome`]. An unresolved one carries a [`Ticket`], with which the client finds out whether the call happened.
//!
//! ```
//! use hostkit::{FaultCode, Outcome};
//!
//! /// Whether the call may be made again.
//! fn may_be_repeated<T, C: FaultCode>(outcome: &Outcome<T, C>) -> bool {
//!     match outcome {
//!         Outcome::Done(_) | Outcome::Accepted(..) => false, // it happened, or it will
//!         Outcome::Rejected(rejection) => !rejection.verify, // refused, or look first
//!         Outcome::NotSent(_) => true,                       // no byte went out
//!         Outcome::Unresolved(_) => false,                   // ask `client.recover`
//!     }
//! }
//! ```
//!
//! What a client tells of its calls (a hook, counters, what is left of rate limits) is in [`watch`].
//!
//! The engine below opens no socket and reads no clock: authors of a client implement
//! [`Transport`](transport::Transport) or [`AsyncTransport`](transport::AsyncTransport), and the loops of [`machinery`]
//! run each call as a [`Machine`](machinery::Machine). What API crates are made of is the [`protocol`].

mod after;
mod builder;
pub mod by_hand;
mod call;
mod cancel;
mod client;
mod config;
mod driver;
mod error;
mod excerpt;
mod limits;
mod machine;
pub mod machinery;
mod options;
mod pages;
mod perform;
mod quote;
mod session;
pub mod store;
mod subject;
mod sync;
pub mod time;
pub mod transport;
pub mod watch;

pub use after::{Recovery, WaitError};
pub use builder::ClientBuilder;
pub use call::intent::Intent;
pub use call::outcome::{Outcome, OutcomeOf, RawBody, Rejection, Reply};
pub use call::ticket::{SavedTicket, Ticket, TicketCause, TicketError};
pub use cancel::Cancel;
pub use config::SetupError;
pub use error::{Error, ErrorKind, ErrorOf};
pub use hostkit_proto as protocol;
pub use hostkit_proto::{
    Api, BaseUrl, Bytes, Call, Currency, Date, DateTime, Decimal, Effect, Endpoint, Fault, FaultCode, FaultKind,
    Format, Gibibytes, Html, IpBlock, Kibibytes, Mebibytes, Money, Nullable, Observation, Perform, Raw, Reason, Report,
    Secret, UnixTime, UnknownFields, Waiter,
};
pub use limits::price::Budget;
pub use limits::rate::Rates;
pub use limits::shared::RateStore;
pub use options::CallOptions;
pub use session::shared::SessionStore;
