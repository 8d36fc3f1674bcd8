//! Parses XML, JSON, PHP `serialize()`, PHP `print_r` and forms into one tree, and writes them.
//!
//! ```
//! use hostkit_wire::{Format, Limits, parse};
//!
//! let document = parse(Format::Json, br#"{"price": 17.550}"#, &Limits::DEFAULT)?;
//! let price = document.root().get("price").and_then(|price| price.as_str());
//! assert_eq!(price, Some("17.550")); // a lexeme, never an f64
//! # Ok::<(), hostkit_wire::WireError>(())
//! ```
//!
//! A [`Document`] is a flat tree that borrows from the body. Schemas, types, dates and money are deliberately left to
//! the layers above.

mod builder;
mod cursor;
mod document;
mod error;
mod limits;
mod lookup;
mod read;
mod value;
mod windows_1251;
mod write;

pub use cursor::{Cursor, Digits, EntryKey, Frame, Irregular, NextKey, WrittenKey};
pub use document::{Document, Entries, Items, Kind, Node};
pub use error::{WireError, WireErrorKind, WriteError};
pub use limits::Limits;
pub use lookup::{Key, Lookup};
pub use read::{parse, parse_any};
pub use value::Value;
pub use windows_1251::windows_1251;
pub use write::write;

/// A wire format.
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
