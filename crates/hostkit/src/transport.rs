//! The interface between machines and sockets, and its errors.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use hostkit_wire::Format;
use http::HeaderMap;
use http::header::{AGE, HeaderValue};

use crate::cancel::Cancel;
use crate::quote::Quote;
use crate::time::Moment;

/// A request to send once, on one connection, without redirects or retries.
#[derive(Clone)]
pub struct Outgoing {
    /// The endpoint's name, for logs.
    pub endpoint: &'static str,
    /// The request. Headers that hold a secret are marked sensitive.
    pub request: http::Request<Vec<u8>>,
    /// The remaining time for everything: resolving, connecting, sending, and receipt of the whole answer.
    pub timeout: Duration,
    /// The same as a moment of the machine's clock.
    pub deadline: Moment,
    /// Whether a pooled connection may be used. Calls that are not repeated go over a fresh one: a dead pooled connection
    /// would leave open whether they arrived.
    pub reusable: bool,
    /// How long a pooled connection may take to the first byte of the answer. Shorter than [`Outgoing::timeout`] for a
    /// call that may be repeated, so that a connection that died unnoticed leaves time for a new one.
    pub silence: Duration,
    /// The format that the answer is asked for in.
    pub format: Format,
    /// The largest answer that is accepted.
    pub limits: AnswerLimits,
    /// The caller's token, if nothing is lost where the request is given up: then the transport fails with
    /// [`TransportErrorKind::Cancelled`] as soon as it can. The async loop drops the future by itself.
    pub cancel: Option<Cancel>,
    /// Why the attempt before this one failed, where this one repeats it.
    pub failure: Option<Box<str>>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may carry a key, headers and body do: only what is public is shown.
        f.debug_struct("Outgoing")
            .field("endpoint", &self.endpoint)
            .field("method", self.request.method())
            .field("host", &self.request.uri().host())
            .field("timeout", &self.timeout)
            .field("reusable", &self.reusable)
            .finish_non_exhaustive()
    }
}

/// The largest answer that is accepted; more bytes or lines are [`TransportErrorKind::TooLarge`], more items an error of
/// reading.
///
/// [`Incoming`] enforces those of bytes and lines: no transport can build an answer without limits, and it has to pass
/// those of its request, [`Outgoing::limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes of the body, after every decoding.
    pub max_body: usize,
    /// Bytes of all header names and values.
    pub max_head: usize,
    /// Number of header lines. The HTTP library below has a limit of its own: 100 in reqwest, 128 in ureq.
    pub max_headers: usize,
    /// Items of each list, in place of what the specs allow, which is 10,000 in most. More than a million need the option
    /// `tree_limits`, too.
    pub max_items: Option<usize>,
}

impl AnswerLimits {
    /// 16 MiB of body, 64 KiB of headers, 100 header lines, and the items that the specs allow.
    pub const DEFAULT: Self = Self { max_body: 16 << 20, max_head: 64 << 10, max_headers: 100, max_items: None };
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A complete answer; a truncated body is an error of the transport.
///
/// It is built piece by piece under the limits of its request, so that too large an answer is refused before it takes
/// memory.
///
/// ```
/// use hostkit::transport::{AnswerLimits, Incoming, TransportErrorKind};
///
/// let limits = AnswerLimits { max_body: 4, ..AnswerLimits::DEFAULT };
/// let mut answer = Incoming::new(&limits, 200, http::HeaderMap::new())?;
/// answer.extend(b"four")?;
/// assert_eq!(answer.extend(b"!").map_err(|error| error.kind()), Err(TransportErrorKind::TooLarge));
/// # Ok::<(), hostkit::transport::TransportError>(())
/// ```
#[derive(Clone)]
pub struct Incoming {
    pub(crate) status: u16,
    pub(crate) phrase: Box<str>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    max_body: usize,
    proxy: Option<Arc<str>>,
}

impl Incoming {
    /// Starts an answer with its status and headers.
    ///
    /// # Errors
    /// There are more headers, or more bytes in them, than the limits allow.
    pub fn new(limits: &AnswerLimits, status: u16, headers: HeaderMap) -> Result<Self, TransportError> {
        let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if bytes > limits.max_head || headers.len() > limits.max_headers {
            let AnswerLimits { max_head, max_headers, .. } = limits;
            let limit = format!(
                "more than {max_head} bytes (`max_head`) or {max_headers} lines (`max_headers`) of headers; the option \
                 `answer_limits` raises it"
            );
            return Err(TransportError::new(Phase::Head, TransportErrorKind::TooLarge, &limit));
        }
        Ok(Self { status, phrase: "".into(), headers, body: Vec::new(), max_body: limits.max_body, proxy: None })
    }

    /// The same answer with the reason phrase of its status line, in which some servers say why they refuse. One that is not
    /// in ASCII is none: HTTP libraries read it differently.
    pub fn with_phrase(self, phrase: &[u8]) -> Self {
        let is_text = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t');
        let text = std::str::from_utf8(phrase).ok().filter(|_| phrase.iter().all(is_text));
        Self { phrase: text.unwrap_or_default().into(), ..self }
    }

    /// Names the proxy that it came through, without credentials, for errors.
    pub fn through(self, proxy: Option<Arc<str>>) -> Self {
        Self { proxy, ..self }
    }

    pub(crate) fn shared_proxy(&self) -> Option<Arc<str>> {
        self.proxy.clone()
    }

    /// The `Age` of an answer from a cache, zero otherwise. One that cannot be read is no small one.
    pub(crate) fn age(&self) -> Duration {
        let seconds = |age: &HeaderValue| age.to_str().ok()?.trim().parse().ok().map(Duration::from_secs);
        self.headers.get_all(AGE).iter().map(|age| seconds(age).unwrap_or(Duration::MAX)).max().unwrap_or_default()
    }

    /// Reserves memory for a body of a declared length.
    ///
    /// # Errors
    /// The body would be larger than the limits allow.
    pub fn declare(&mut self, length: u64) -> Result<(), TransportError> {
        /// Only this much of a declared length is reserved, because a hostile server may declare any.
        const BELIEVED: u64 = 64 << 10;
        if length > self.max_body as u64 {
            return Err(self.too_large());
        }
        self.body.reserve(usize::try_from(length.min(BELIEVED)).unwrap_or_default());
        Ok(())
    }

    /// Adds decoded bytes to the body.
    ///
    /// # Errors
    /// The body would be larger than the limits allow.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        if bytes.len() > self.max_body.saturating_sub(self.body.len()) {
            return Err(self.too_large());
        }
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    /// Adds everything that a reader of decoded bytes yields, read in place; `failed` names an error of the reader.
    ///
    /// # Errors
    /// The reader failed, or the body would be larger than the limits allow.
    pub fn read_from(
        &mut self,
        body: impl Read,
        failed: impl FnOnce(&io::Error) -> TransportError,
    ) -> Result<(), TransportError> {
        let room = self.max_body.saturating_sub(self.body.len()) as u64;
        // The byte beyond tells a body that is too large from one that just fits.
        body.take(room.saturating_add(1)).read_to_end(&mut self.body).map_err(|error| failed(&error))?;
        if self.body.len() > self.max_body { Err(self.too_large()) } else { Ok(()) }
    }

    /// The same answer with this decoded body, which is not copied.
    ///
    /// # Errors
    /// The body is larger than the limits allow.
    pub fn with_body(self, body: Vec<u8>) -> Result<Self, TransportError> {
        if body.len() > self.max_body { Err(self.too_large()) } else { Ok(Self { body, ..self }) }
    }

    fn too_large(&self) -> TransportError {
        let limit =
            format!("more than {} bytes of body (`max_body`); the option `answer_limits` raises it", self.max_body);
        TransportError::new(Phase::Body, TransportErrorKind::TooLarge, &limit)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and body may carry tokens and passwords.
        let Self { status, headers, body, .. } = self;
        write!(f, "Incoming {{ status: {status}, {} headers, {} bytes }}", headers.len(), body.len())
    }
}

/// The phase in which a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Resolving, connecting, or the TLS handshake: certainly no byte of the request was sent.
    Connect,
    /// Sending. A byte may have been sent.
    Send,
    /// Waiting for status and headers.
    Head,
    /// Reading the body.
    Body,
}

impl Phase {
    fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::Send => "sending the request",
            Self::Head => "waiting for the answer",
            Self::Body => "reading the answer",
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The time ran out.
    Timeout,
    /// The connection was refused.
    Refused,
    /// The name could not be resolved.
    Dns,
    /// TLS failed: a certificate, the handshake, or the records.
    Tls,
    /// The peer reset the connection.
    Reset,
    /// The connection was closed before the answer was complete.
    Closed,
    /// The answer is larger than the limits.
    TooLarge,
    /// The answer is not HTTP, or its framing contradicts itself.
    BadFraming,
    /// The caller cancelled it.
    Cancelled,
    /// Anything else.
    Other,
}

impl TransportErrorKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timed out",
            Self::Refused => "connection refused",
            Self::Dns => "the name could not be resolved",
            Self::Tls => "TLS failed",
            Self::Reset => "connection reset",
            Self::Closed => "connection closed",
            Self::TooLarge => "the answer is too large",
            Self::BadFraming => "the answer is not well-formed HTTP",
            Self::Cancelled => "cancelled",
            Self::Other => "failed",
        }
    }
}

/// Why a request got no complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    phase: Phase,
    kind: TransportErrorKind,
    message: Box<str>,
    proxy: Option<Arc<str>>,
}

impl TransportError {
    /// An error in one phase. The message is scrubbed of URLs, because their queries may carry keys.
    pub fn new(phase: Phase, kind: TransportErrorKind, message: &str) -> Self {
        Self { phase, kind, message: scrub(message).into(), proxy: None }
    }

    /// Names the proxy that the request went through, without credentials.
    pub fn through(self, proxy: Option<Arc<str>>) -> Self {
        Self { proxy, ..self }
    }

    pub(crate) fn shared_proxy(&self) -> Option<Arc<str>> {
        self.proxy.clone()
    }

    /// The phase in which the request failed.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What went wrong.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The message of the underlying library, without URLs; may be empty.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether it is certain that no byte of the request was sent.
    pub fn is_not_sent(&self) -> bool {
        self.phase == Phase::Connect
    }

    /// Whether the time ran out.
    pub fn is_timeout(&self) -> bool {
        self.kind == TransportErrorKind::Timeout
    }

    /// Whether the same request would get the same answer.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self.kind, TransportErrorKind::TooLarge | TransportErrorKind::BadFraming)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} while {}", self.kind.as_str(), self.phase.as_str())?;
        if let Some(proxy) = &self.proxy {
            write!(f, " through the proxy {proxy}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for TransportError {}

/// Takes out every word that looks like a URL or like a query, escapes control characters, and cuts the text at 300
/// characters.
fn scrub(message: &str) -> String {
    const SHOWN: usize = 300;
    let hides = |word: &str| word.contains("://") || word.contains('?') || word.contains('&');
    let words = message.split_whitespace().map(|word| if hides(word) { Cow::Borrowed("[url]") } else { word.into() });
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().take(SHOWN));
        if text.len() > SHOWN {
            break;
        }
    }
    let text: String = text.chars().take(SHOWN).collect();
    Quote::default().text(&text).into_owned()
}

/// Sends one request and waits for its whole answer, blocking.
///
/// An implementation must not follow redirects, resend anything, decode a compressed body without counting its decoded
/// bytes, or take longer than [`Outgoing::timeout`].
pub trait Transport: Send + Sync {
    /// Sends the request and returns the whole answer.
    ///
    /// # Errors
    /// With [`Phase::Connect`] only if no byte of the request can have been sent.
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError>;
}

/// The same as [`Transport`] without blocking.
pub trait AsyncTransport: Send + Sync {
    /// Sends the request and returns the whole answer.
    ///
    /// # Errors
    /// With [`Phase::Connect`] only if no byte of the request can have been sent.
    fn send(&self, outgoing: Outgoing) -> impl Future<Output = Result<Incoming, TransportError>> + Send;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        (**self).send(outgoing)
    }
}

impl<T: AsyncTransport> AsyncTransport for Arc<T> {
    fn send(&self, outgoing: Outgoing) -> impl Future<Output = Result<Incoming, TransportError>> + Send {
        (**self).send(outgoing)
    }
}
