//! The foundation of the generated API crates: endpoints, decoding and judgement of answers, value types, and evidence
//! that a call happened.
//!
//! A program meets it through the crate of an API: it makes an [`Endpoint`], reads its constants in [`EndpointInfo`],
//! and takes values such as [`DateTime`], [`Gibibytes`] or [`Secret`] from answers. `hostkit` carries the calls out.
//!
//! Generated code uses [`codec`], [`evidence`] and [`judgement`]. Nothing here knows a hoster, opens a socket, reads a
//! clock, holds a session or waits.

mod answer;
mod api;
mod base_url;
pub mod codec;
mod endpoint;
pub mod evidence;
mod fault;
pub mod generated;
mod info;
pub mod judgement;
mod leniency;
mod percent;
pub mod place;
mod request;
#[cfg(feature = "server")]
pub mod server;
mod session;
#[cfg(feature = "signing")]
pub mod signing;
mod value;
mod waiter;
mod word;

pub use answer::RawAnswer;
pub use api::{Api, SignIn};
pub use base_url::{BaseUrl, BaseUrlError};
pub use codec::{DecodeError, EncodeError, Raw, Report, UnknownFields};
pub use endpoint::{Call, Endpoint, PageCount, Paged, Repeatable};
pub use evidence::Perform;
pub use fault::{
    DocumentFaults, EnvelopeFaults, ErrorLayout, Fault, FaultCode, FaultKind, FieldFault, StatusFaults, Verdict,
    is_of_a_failed_server,
};
pub use hostkit_wire as wire;
pub use hostkit_wire::{Format, Value};
pub use http::Method;
pub use info::{
    ApiInfo, CallFacts, Effect, Emptiness, EndpointInfo, Flag, Host, RateRule, Removed, StatusMeaning, Top,
};
pub use judgement::Reason;
pub use leniency::{Leniency, ListShape, MapShape};
pub use request::RequestParts;
pub use rust_decimal::Decimal;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;
pub use session::{Session, Stamp};
pub use value::{
    Base64Text, Bytes, Csv, Currency, Date, DateTime, Gibibytes, Html, IpBlock, Joined, JsonText, Kibibytes, Mebibytes,
    Money, Nullable, OutOfRange, ParseError, PercentText, Secret, SizeError, UnixTime, UnknownText, ZoneError,
};
pub use waiter::{Checks, Observation, Progress, Waiter, WaiterInfo};
pub use word::Word;
