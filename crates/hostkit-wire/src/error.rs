//! Errors of parsing and writing, with their offsets.

use std::fmt;

use crate::Format;

/// Why a body could not be parsed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    offset: usize,
    kind: WireErrorKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireErrorKind {
    /// Unexpected input at this place.
    Expected(&'static str),
    /// The body ends too early.
    Truncated,
    /// Bytes follow the end of the document.
    TrailingBytes,
    /// The body has no bytes.
    Empty,
    /// The body is not UTF-8; `true` where it reads like windows-1251.
    NotUtf8(bool),
    /// An HTML page instead of data.
    Html,
    /// More bytes than the limit.
    TooLong(usize),
    /// More nodes than the limit.
    TooManyNodes(usize),
    /// More levels than the limit.
    TooDeep(usize),
    /// More children than the limit.
    TooManyItems(usize),
    /// A construct that is refused on purpose, such as a PHP reference or a DTD.
    Unsupported(&'static str),
    /// The document declares this encoding, cut to 40 characters; only UTF-8 is read.
    Encoding(String),
    /// The body matches none of these formats.
    ExpectedFormat(Vec<Format>),
}

impl WireError {
    pub(crate) fn new(offset: usize, kind: WireErrorKind) -> Self {
        Self { offset, kind }
    }

    pub(crate) fn expected(offset: usize, what: &'static str) -> Self {
        Self::new(offset, WireErrorKind::Expected(what))
    }

    /// The error that the body, as its transport says, is in another encoding than UTF-8.
    pub fn encoding(name: &str) -> Self {
        Self::new(0, WireErrorKind::Encoding(name.chars().take(40).collect()))
    }

    /// Turns an offset in the reader's text, which starts at `base`, into one in the body.
    pub(crate) fn shifted(self, base: usize) -> Self {
        Self { offset: self.offset + base, kind: self.kind }
    }

    /// The offset in bytes from the start of the body.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong.
    pub fn kind(&self) -> &WireErrorKind {
        &self.kind
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            WireErrorKind::Expected(what) => write!(f, "expected {what}"),
            WireErrorKind::Truncated => write!(f, "the body ends too early"),
            WireErrorKind::TrailingBytes => write!(f, "there are bytes after the end of the document"),
            WireErrorKind::Empty => write!(f, "the body is empty"),
            WireErrorKind::NotUtf8(true) => write!(f, "the body is not UTF-8 (it looks like windows-1251)"),
            WireErrorKind::NotUtf8(false) => write!(f, "the body is not UTF-8"),
            WireErrorKind::Html => write!(f, "the body is an HTML page, not data"),
            WireErrorKind::TooLong(limit) => write!(f, "the body is longer than {limit} bytes"),
            WireErrorKind::TooManyNodes(limit) => write!(f, "the document has more than {limit} nodes"),
            WireErrorKind::TooDeep(limit) => write!(f, "the document nests deeper than {limit} levels"),
            WireErrorKind::TooManyItems(limit) => write!(f, "a list has more than {limit} items"),
            WireErrorKind::Unsupported(what) => write!(f, "{what} is not accepted"),
            WireErrorKind::Encoding(name) => write!(f, "the document declares the encoding {name:?}, not UTF-8,"),
            WireErrorKind::ExpectedFormat(formats) => {
                f.write_str("expected ")?;
                for (index, format) in formats.iter().enumerate() {
                    write!(f, "{}{format}", if index == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
        }?;
        write!(f, " at byte {}", self.offset)
    }
}

impl std::error::Error for WireError {}

/// A value that the format cannot represent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    message: String,
}

impl WriteError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WriteError {}
