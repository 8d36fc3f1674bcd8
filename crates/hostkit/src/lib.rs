//! The engine of hostkit: what an endpoint is, how a call is carried out, and the values that APIs of hosters speak in.
//!
//! Nothing here knows a hoster, opens a socket or reads a clock. The proto crates bring the endpoints, the transport
//! crates bring the socket, and [`Exchange`] decides everything between them.

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
