//! Errors of parsing and writing, with their offsets.

use std::fmt;

use crate::Format;

/// Why a body could not be parsed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    offset: usize,
    kind: WireErrorKind,
    quote: Option<Box<str>>,
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
    /// An HTML page instead of data; its title is the quote.
    Html,
    /// Text, which is the quote, precedes the document.
    TextBefore,
    /// The body is compressed, in this coding.
    Compressed(String),
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
    /// The body matches none of these formats; its first line is the quote.
    ExpectedFormat(Vec<Format>),
}

impl WireError {
    pub(crate) fn new(offset: usize, kind: WireErrorKind) -> Self {
        Self { offset, kind, quote: None }
    }

    pub(crate) fn quoting(self, quote: &str) -> Self {
        const SHOWN: usize = 100;
        let end = quote.char_indices().nth(SHOWN).map(|(end, _)| end);
        let start = end.and_then(|end| quote.get(..end)).unwrap_or(quote);
        // Escaped here, so that a quote that replaces it can be escaped in its own way.
        let escaped = format!("{start:?}");
        let mut shown = escaped.get(1..escaped.len() - 1).unwrap_or_default().to_owned();
        if end.is_some() {
            shown.push('…');
        }
        Self { quote: (!start.is_empty()).then(|| shown.into()), ..self }
    }

    pub(crate) fn expected(offset: usize, what: &'static str) -> Self {
        Self::new(offset, WireErrorKind::Expected(what))
    }

    /// The error that the body, as its transport says, is in another encoding than UTF-8.
    pub fn encoding(name: &str) -> Self {
        Self::new(0, WireErrorKind::Encoding(start(name)))
    }

    /// The error that the body, as its transport says, is compressed.
    pub fn compressed(coding: &str) -> Self {
        Self::new(0, WireErrorKind::Compressed(start(coding)))
    }

    /// Turns an offset in the reader's text, which starts at `base`, into one in the body.
    pub(crate) fn shifted(self, base: usize) -> Self {
        Self { offset: self.offset + base, ..self }
    }

    /// The offset in bytes from the start of the body.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong.
    pub fn kind(&self) -> &WireErrorKind {
        &self.kind
    }

    /// What the body says there, escaped and cut to 100 characters; only for some kinds.
    pub fn quote(&self) -> Option<&str> {
        self.quote.as_deref()
    }

    /// Whether a limit was exceeded.
    pub fn is_over_limit(&self) -> bool {
        use WireErrorKind::{TooDeep, TooLong, TooManyItems, TooManyNodes};
        matches!(self.kind, TooLong(_) | TooManyNodes(_) | TooDeep(_) | TooManyItems(_))
    }

    /// The same error with another quote, since its own is that of the body; `None` withholds it.
    pub fn map_quote(self, change: impl Fn(&str) -> Option<String>) -> Self {
        let quote = self.quote.as_deref().and_then(change).map(Into::into);
        Self { quote, ..self }
    }
}

/// The start of a name that the sender chose, marked where it is cut.
fn start(name: &str) -> String {
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, kind, quote } = self;
        let at = format_args!("at byte {offset}");
        match kind {
            WireErrorKind::Expected(what) => write!(f, "expected {what} {at}"),
            WireErrorKind::Truncated => write!(f, "the body ends too early {at}"),
            WireErrorKind::TrailingBytes => write!(f, "there are bytes after the end of the document {at}"),
            WireErrorKind::Empty => write!(f, "the body is empty"),
            WireErrorKind::NotUtf8(true) => write!(f, "the body is not UTF-8 {at}; it looks like windows-1251"),
            WireErrorKind::NotUtf8(false) => write!(f, "the body is not UTF-8 {at}"),
            WireErrorKind::Html => match quote {
                Some(title) => write!(f, "the body is an HTML page titled \"{title}\""),
                None => write!(f, "the body is an HTML page without a title"),
            },
            WireErrorKind::TextBefore => match quote {
                Some(text) => write!(f, "there is text before the document, which begins {at}: \"{text}\""),
                None => write!(f, "there is text before the document, which begins {at}"),
            },
            WireErrorKind::Compressed(coding) => {
                write!(f, "the body is {}, though only identity is read", coding.escape_debug())
            }
            WireErrorKind::TooLong(limit) => write!(f, "the body is longer than {limit} bytes (`max_bytes`)"),
            WireErrorKind::TooManyNodes(limit) => {
                write!(f, "the document has more than {limit} nodes (`max_nodes`) {at}")
            }
            WireErrorKind::TooDeep(limit) => {
                write!(f, "the document nests deeper than {limit} levels (`max_depth`) {at}")
            }
            WireErrorKind::TooManyItems(limit) => write!(f, "a list has more than {limit} items (`max_items`) {at}"),
            WireErrorKind::Unsupported(what) => write!(f, "{what} is not accepted {at}"),
            WireErrorKind::Encoding(name) => write!(f, "the body is declared to be {name:?}, not UTF-8"),
            WireErrorKind::ExpectedFormat(formats) => {
                f.write_str("expected ")?;
                for (index, format) in formats.iter().enumerate() {
                    write!(f, "{}{format}", if index == 0 { "" } else { " or " })?;
                }
                match quote {
                    Some(text) => write!(f, ", found \"{text}\" {at}"),
                    None => write!(f, " {at}"),
                }
            }
        }
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
