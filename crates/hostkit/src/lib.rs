//! Calls to hosters' control APIs that say how they ended: done, accepted, rejected, not sent, or open with a ticket.
//!
//! A program takes the crate of one API and one client (`hostkit-ureq` or `hostkit-reqwest`). Calls that only read go
//! through the client's `call` and give a `Result`; calls that act go through `perform`, are sent once, and give an
//! [`Outcome`]. What stays open leaves a [`Ticket`], by which the client finds out whether the call happened.
//!
//! The engine below opens no socket and reads no clock: authors of a client implement [`Transport`] or
//! [`AsyncTransport`], and the loops of [`driver`] run each call as a [`Machine`].

mod after;
mod builder;
mod by_hand;
mod call;
mod cancel;
mod client;
mod config;
pub mod driver;
mod error;
mod excerpt;
mod limits;
mod machine;
mod options;
mod session;
mod store;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod transport;

pub use after::{BeforeMachine, Reconciled, RecoveryMachine, StillOpen, TicketMachine, WaitError, WaitMachine};
pub use builder::{ClientBuilder, FromParts};
pub use by_hand::EndpointExt;
pub use call::intent::Intent;
pub use call::outcome::{Outcome, OutcomeOf, RawBody, Rejection, Reply};
pub use call::ticket::{Before, SavedTicket, Ticket, TicketCause, TicketError};
pub use call::{CallMachine, Exchange, PerformMachine, RawMachine};
pub use cancel::Cancel;
pub use client::ClientCore;
pub use config::SetupError;
pub use error::{Error, ErrorKind, ErrorOf};
pub use hostkit_proto::*;
pub use limits::price::Budget;
pub use limits::rate::{Permit, Rates};
pub use limits::shared::RateStore;
pub use machine::{Machine, Step, Wakeup};
pub use options::CallOptions;
pub use session::shared::SessionStore;
pub use store::{Change, Store, StoreKey};
pub use time::{Clock, ManualClock, Moment, Now, SystemClock};
pub use transport::{
    AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind,
};
