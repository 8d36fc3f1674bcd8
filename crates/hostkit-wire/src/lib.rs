//! Reads XML, JSON, PHP `serialize()`, PHP `print_r` and forms into one borrowed flat tree, and writes them.
//!
//! What is deliberately not here: schemas, types, dates, money. A [`Document`] knows what the bytes say, not what they
//! mean.

mod builder;
mod document;
mod error;
mod limits;
mod lookup;
mod read;
mod value;
mod write;

pub use document::{Document, Entries, Items, Kind, Node};
pub use error::{WireError, WireErrorKind, WriteError};
pub use limits::Limits;
pub use lookup::{Key, Lookup};
pub use read::{parse, parse_any};
pub use value::Value;
pub use write::write;

/// A format of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// XML 1.0. Attributes are entries named `@name`; text beside attributes or elements is `$text`.
    Xml,
    /// JSON.
    Json,
    /// PHP `serialize()`.
    Php,
    /// PHP `print_r` text. Read by clients; every scalar is text.
    PrintR,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Xml => "XML",
            Self::Json => "JSON",
            Self::Php => "PHP serialize",
            Self::PrintR => "print_r",
            Self::Form => "a form",
        })
    }
}
