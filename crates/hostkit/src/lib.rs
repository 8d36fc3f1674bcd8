//! The core of hostkit: what an endpoint is, how a call is carried out, and the values that APIs of hosters speak in.
//!
//! Nothing here knows a hoster, opens a socket or reads a clock. The proto crates bring the endpoints, the transport
//! crates bring the socket, and [`Exchange`] decides everything between them.

mod after;
mod by_hand;
mod cancel;
mod client;
mod config;
mod error;
mod excerpt;
mod exchange;
mod intent;
mod machine;
mod options;
mod outcome;
mod price;
mod rate;
mod retry;
mod session_cell;
mod session_life;
mod store;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod ticket;
mod time;
mod transport;

pub use after::{BeforeMachine, Reconciled, RecoveryMachine, StillOpen, TicketMachine, WaitError, WaitMachine};
pub use by_hand::EndpointExt;
pub use cancel::Cancel;
pub use client::ClientCore;
pub use config::{ClientConfig, ConfigError};
pub use error::{Error, ErrorKind, ErrorOf};
pub use event_listener;
pub use exchange::{CallMachine, Exchange, PerformMachine, RawMachine};
pub use hostkit_proto::*;
pub use intent::Intent;
pub use machine::{Machine, Step};
pub use options::CallOptions;
pub use outcome::{Outcome, OutcomeOf, RawBody, Reason, Rejection, Reply};
pub use price::Budget;
pub use rate::{Permit, Rates};
pub use store::{Change, RateStore, SessionStore, Store, StoreKey};
pub use ticket::{Before, SavedTicket, Ticket, TicketCause, TicketError};
pub use time::{Clock, ManualClock, Moment, Now, SystemClock};
pub use transport::{
    AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind,
};
