//! The error of an answer (in a server, of a request) that violates its spec.

use std::fmt;

use hostkit_wire::{Irregular, WireError, WireErrorKind};

/// What the path of an error begins with, and the name of a field, if it stands in a header.
pub(crate) const HEADER: &str = "header ";

/// A decoding error: place, expected value and found value.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    endpoint: &'static str,
    path: String,
    expected: String,
    found: String,
    offset: Option<usize>,
    spec: &'static str,
    is_over_limit: bool,
    /// Whether the same request would get the same answer.
    is_lasting: bool,
    source: Option<WireError>,
    is_of_money: bool,
    /// Whether a constant of the request differs, by which calls are told apart.
    #[cfg(feature = "server")]
    is_of_constant: bool,
}

/// Bytes of a text that an error keeps; a quoted value may be as long as the answer.
const KEPT: usize = 1_000;

/// Truncates a text for an error.
fn kept(text: impl Into<String>) -> String {
    let mut text = text.into();
    if text.len() > KEPT {
        let end = (0..=KEPT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

impl DecodeError {
    /// For decoders: `path` such as `answer.server.id`. Texts of more than 1,000 bytes are cut.
    pub fn new(
        endpoint: &'static str,
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            endpoint,
            path: kept(path),
            expected: kept(expected),
            found: kept(found),
            offset: None,
            spec: "",
            is_over_limit: false,
            is_lasting: false,
            source: None,
            is_of_money: false,
            #[cfg(feature = "server")]
            is_of_constant: false,
        }))
    }

    /// The error of a body that is no document that can be read.
    #[cold]
    pub(crate) fn unreadable(endpoint: &'static str, error: WireError) -> Self {
        let mut this = Self::new(endpoint, "answer", "a readable document", error.to_string()).at(error.offset());
        this.0.is_over_limit = error.is_over_limit();
        this.0.is_lasting = matches!(error.kind(), WireErrorKind::Compressed(_));
        this.0.source = Some(error);
        this
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    pub(crate) fn spec(mut self, spec: &'static str) -> Self {
        self.0.spec = spec;
        self
    }

    /// Marks a limit that was exceeded: the rest of the answer was not read.
    pub(crate) fn over_limit(mut self) -> Self {
        self.0.is_over_limit = true;
        self
    }

    /// Marks an answer that would be the same the next time.
    pub(crate) fn lasting(mut self) -> Self {
        self.0.is_lasting = true;
        self
    }

    /// Whether the answer exceeds a limit, which it would do again.
    pub fn is_over_limit(&self) -> bool {
        self.0.is_over_limit
    }

    /// Whether the same request would get the same answer: it exceeds a limit, is compressed, or is plainly that of
    /// another API.
    pub fn is_lasting(&self) -> bool {
        self.0.is_lasting || self.0.is_over_limit
    }

    /// Why the body is no document that can be read, if it is none.
    pub fn wire(&self) -> Option<&WireError> {
        self.0.source.as_ref()
    }

    /// Marks an amount of money that cannot be read.
    pub(crate) fn of_money(mut self) -> Self {
        self.0.is_of_money = true;
        self
    }

    pub(crate) fn is_of_money(&self) -> bool {
        self.0.is_of_money
    }

    /// Marks a constant of the request that is another one.
    #[cfg(feature = "server")]
    pub(crate) fn of_constant(mut self) -> Self {
        self.0.is_of_constant = true;
        self
    }

    #[cfg(feature = "server")]
    pub(crate) fn is_of_constant(&self) -> bool {
        self.0.is_of_constant
    }

    /// The same error with other texts, since its own quote the answer.
    pub fn map_texts(mut self, change: impl Fn(&str) -> String) -> Self {
        let Inner { path, expected, found, source, .. } = &mut *self.0;
        for text in [path, expected, found] {
            *text = change(text);
        }
        *source = source.take().map(|error| error.map_quote(|text| Some(change(text))));
        self
    }

    /// The endpoint, such as `get_server`.
    pub fn endpoint(&self) -> &'static str {
        self.0.endpoint
    }

    /// The place in the document, such as `answer.server.id`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What the spec expects there.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What is there; shortened, and withheld for secrets.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The place in the body in bytes, where it is known.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }
}

impl From<Irregular> for DecodeError {
    /// Ends a reading without a tree. The value is then read from one, which has the error for the caller, if any.
    #[cold]
    fn from(_: Irregular) -> Self {
        Self::new("", "", "", "")
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { endpoint, path, expected, found, spec, source, .. } = &*self.0;
        if source.is_some() {
            return write!(f, "{endpoint}: the answer cannot be read: {found}");
        }
        write!(f, "{endpoint}: {path}: expected {expected}, found {found}")?;
        if !spec.is_empty() {
            write!(f, " ({spec})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|error| error as _)
    }
}
