//! Types of the values in hosters' APIs.

mod coded_text;
mod csv;
mod date;
mod digits;
mod html;
mod id;
mod ip_block;
mod joined;
mod money;
mod nullable;
mod number;
mod open_enum;
mod parse_error;
mod scientific;
mod secret;
mod size;

pub use coded_text::{Base64Text, PercentText};
pub use csv::Csv;
pub use date::{Date, DateTime, UnixTime, ZoneError};
pub use html::Html;
pub use ip_block::IpBlock;
pub use joined::{Joined, JsonText};
pub use money::{Currency, Money};
pub use nullable::Nullable;
pub use number::OutOfRange;
pub use open_enum::UnknownText;
pub use parse_error::ParseError;
pub(crate) use scientific::{plain, scientific};
pub use secret::Secret;
pub use size::{Bytes, Gibibytes, Kibibytes, Mebibytes, SizeError};
