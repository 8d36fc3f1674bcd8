//! The core of hostkit: what an endpoint is, how a call is carried out, and the values that APIs of hosters speak in.
//!
//! Nothing here knows a hoster, opens a socket or reads a clock. The proto crates bring the endpoints, the transport
//! crates bring the socket, and [`Exchange`] decides everything between them.

mod answer;
mod api;
mod base_url;
mod by_hand;
mod cancel;
mod client;
pub mod codec;
mod config;
pub mod driver;
mod endpoint;
mod error;
mod excerpt;
mod exchange;
mod fault;
mod flow;
mod intent;
mod machine;
mod options;
mod outcome;
mod price;
mod rate;
mod request;
mod retry;
mod rules;
#[cfg(feature = "server")]
pub mod server;
mod session;
mod session_cell;
mod store;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod ticket;
mod time;
mod transport;
mod value;

pub use answer::{RawAnswer, Report, UnknownFields};
pub use api::{Api, ApiInfo, Host, RateRule, SignIn};
pub use base_url::{BaseUrl, BaseUrlError};
pub use by_hand::EndpointExt;
pub use cancel::Cancel;
pub use client::ClientCore;
pub use config::{ClientBuilder, FromParts, SetupError};
pub use endpoint::{Call, Effect, Emptiness, Endpoint, EndpointInfo, Flag, Perform, Repeatable};
pub use error::{Error, ErrorKind, ErrorOf};
pub use exchange::{CallMachine, Exchange, PerformMachine, RawMachine};
pub use fault::{EnvelopeFaults, Fault, FaultCode, FaultKind, FieldFault, StatusFaults, Verdict};
pub use flow::{
    Before, Calls, FlowMachine, Inputs, Observation, Progress, Reconcile, Reconciled, StillOpen, WaitError,
    WaitMachine, Waiter, WaiterInfo, trace,
};
pub use hostkit_wire as wire;
#[doc(hidden)]
pub use hostkit_wire::sabotage;
pub use hostkit_wire::{Format, Value};
pub use http::Method;
pub use intent::Intent;
pub use machine::{Machine, Step};
pub use options::CallOptions;
pub use outcome::{Outcome, OutcomeOf, RawBody, Reason, Rejection, Reply};
pub use price::Budget;
pub use rate::{Permit, Rates};
pub use request::{EncodeError, RequestParts};
pub use rules::Rules;
pub use rust_decimal::Decimal;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;
pub use session::Session;
pub use store::{Change, RateStore, SessionStore, Store, StoreKey};
pub use ticket::{SavedTicket, Ticket, TicketCause, TicketError};
pub use time::{Clock, ManualClock, Moment, Now, SystemClock};
pub use transport::{
    AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind,
};
pub use value::{
    Bytes, Csv, Date, DateTime, Gibibytes, Html, Kibibytes, Mebibytes, Raw, Secret, UnixTime, UnknownText, ZoneError,
};
