//! The core of hostkit: what an endpoint is, how a call is carried out, and the values that APIs of hosters speak in.
//!
//! Nothing here knows a hoster, opens a socket or reads a clock. The proto crates bring the endpoints, the transport
//! crates bring the socket, and [`Exchange`] decides everything between them.

mod answer;
mod api;
mod base_url;
pub mod codec;
mod endpoint;
mod fault;
mod request;
mod rules;
#[cfg(feature = "server")]
pub mod server;
mod session;
mod value;

pub use answer::{RawAnswer, Report, UnknownFields};
pub use api::{Api, ApiInfo, Host, RateRule, SignIn};
pub use base_url::{BaseUrl, BaseUrlError};
pub use endpoint::{Call, Effect, Emptiness, Endpoint, EndpointInfo, Flag, Perform, Repeatable};
pub use fault::{EnvelopeFaults, Fault, FaultCode, FaultKind, FieldFault, StatusFaults, Verdict};
pub use hostkit_wire as wire;
pub use hostkit_wire::{Format, Value};
pub use http::Method;
pub use request::{EncodeError, RequestParts};
pub use rules::Rules;
pub use rust_decimal::Decimal;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;
pub use session::Session;
pub use value::{
    Bytes, Csv, Date, DateTime, Gibibytes, Html, Kibibytes, Mebibytes, Secret, UnixTime, UnknownText, ZoneError,
};
