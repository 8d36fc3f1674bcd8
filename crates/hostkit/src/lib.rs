//! The engine of hostkit: what an endpoint is, how a call is carried out, and the values that APIs of hosters speak in.
//!
//! Nothing here knows a hoster, opens a socket or reads a clock. The proto crates bring the endpoints, the transport
//! crates bring the socket, and [`Exchange`] decides everything between them.

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
