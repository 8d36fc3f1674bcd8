//! Calls to hosters' control APIs that say how they ended: done, accepted, rejected, not sent, or open with a ticket.
//!
//! A program takes the crate of one API and one client (`hostkit-ureq` or `hostkit-reqwest`). Calls that only read go
//! through the client's `call` and give a `Result`; calls that act go through `perform`, are sent once, and give an
//! [`Outcome`]. What stays open leaves a [`Ticket`], by which the client finds out whether the call happened.
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
mod session;
pub mod store;
mod sync;
pub mod time;
pub mod transport;

pub use after::{Reconciled, StillOpen, WaitError};
pub use builder::ClientBuilder;
pub use call::intent::Intent;
pub use call::outcome::{Outcome, OutcomeOf, RawBody, Rejection, Reply};
pub use call::ticket::{Before, SavedTicket, Ticket, TicketCause, TicketError};
pub use cancel::Cancel;
pub use config::SetupError;
pub use error::{Error, ErrorKind, ErrorOf};
pub use hostkit_proto as protocol;
pub use hostkit_proto::{
    Api, BaseUrl, Bytes, Call, Date, DateTime, Decimal, Effect, Endpoint, Evidence, Fault, FaultCode, FaultKind,
    Format, Gibibytes, Html, Kibibytes, Mebibytes, Observation, Perform, Raw, Reason, Report, Secret, UnixTime,
    UnknownFields, Waiter,
};
pub use limits::price::Budget;
pub use limits::rate::Rates;
pub use limits::shared::RateStore;
pub use options::CallOptions;
pub use session::shared::SessionStore;
