//! The error of a call: one opaque type with predicates.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::judgement::Why;
use hostkit_proto::{
    Api, DecodeError, EncodeError, Endpoint, EndpointInfo, Fault, FaultCode, FaultKind, Flag, is_of_a_failed_server,
};
use http::header::LOCATION;
use http::{HeaderMap, Uri};

use crate::call::ticket::Ticket;
use crate::excerpt::Excerpt;
use crate::quote::Quote;
use crate::subject::Subject;
use crate::transport::{TransportError, TransportErrorKind};

/// The error of calls of one endpoint.
pub type ErrorOf<E> = Error<<<E as Endpoint>::Api as Api>::Code>;

/// Why a call has no value. `C` is the API's catalogue of error codes.
#[derive(Clone)]
pub struct Error<C>(Box<Inner<C>>);

#[derive(Clone)]
struct Inner<C> {
    subject: Subject,
    /// The call that was not sent, where this is the error of the read before it.
    unsent: Option<&'static str>,
    cause: Cause<C>,
    status: Option<u16>,
    attempts: u32,
    /// From the first step of the call on, sign-in and pauses included.
    took: Option<Duration>,
    body: Option<Excerpt>,
    /// How long to wait, by the last answer or by a rate limit of the client.
    retry_after: Option<Duration>,
    may_have_happened: bool,
    /// The ticket of a rejection that leaves the outcome open.
    ticket: Option<Ticket>,
}

/// What an error of a fault and a rejection have in common.
#[derive(Clone)]
pub(crate) struct Refused<C> {
    pub(crate) subject: Subject,
    pub(crate) fault: Fault<C>,
    pub(crate) attempts: u32,
    pub(crate) body: Option<Excerpt>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) ticket: Option<Ticket>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An input breaks a rule of the spec; nothing was sent.
    Encode,
    /// The sign-in before the call failed; the call was not sent.
    SignIn,
    /// No complete answer came.
    Transport,
    /// The API answered with a fault.
    Fault,
    /// The answer is no document of this API.
    Unrecognised,
    /// The answer violates the spec.
    Decode,
    /// A local policy refused the call; nothing was sent.
    Refused,
    /// It is already as the call would make it; nothing was sent.
    Already,
    /// Deadline or rate-limit wait exceeded before the request was sent.
    Exhausted,
    /// The caller cancelled it before it was sent, or between attempts.
    Cancelled,
    /// It may have happened, and the outcome is unknown; see [`Error::ticket`].
    Unresolved,
}

#[derive(Clone)]
pub(crate) enum Cause<C> {
    Encode(EncodeError),
    /// Shared by all callers that waited for the sign-in.
    SignIn(Arc<Error<C>>),
    Transport(TransportError),
    Fault(Box<Fault<C>>),
    /// The answer is no document of the API, but what the error says.
    Unrecognised(DecodeError),
    /// The answer is a redirect to this origin, if it names one.
    Redirected(Option<Box<str>>),
    Decode(DecodeError),
    Refused(Box<str>),
    /// What is there before the call is not all shown, for this reason.
    KnownInPart(Box<Error<C>>),
    Already,
    Exhausted(Box<str>),
    /// A rate limit leaves no room before the deadline.
    NoRoom(Box<str>),
    Cancelled,
    Unresolved(Ticket),
}

impl<C: FaultCode> Cause<C> {
    /// Why an answer with this status and these headers has no value, in words that may be shown.
    pub(crate) fn of(quote: &Quote, why: Why<C>, status: u16, headers: &HeaderMap) -> Self {
        match quote.why(why) {
            Why::Fault(fault) => Self::Fault(Box::new(fault)),
            Why::Unreadable(error) => Self::Decode(error),
            Why::Unrecognised(_) if (300..400).contains(&status) => {
                Self::Redirected(target(headers).map(|origin| quote.text(&origin).into()))
            }
            Why::Unrecognised(error) => Self::Unrecognised(error),
        }
    }
}

impl<C> Cause<C> {
    /// What an answer without a document of the API is instead, after its status.
    pub(crate) fn foreign(&self) -> Cow<'static, str> {
        match self {
            Self::Redirected(Some(origin)) => format!("a redirect to {origin}, which was not followed").into(),
            Self::Redirected(None) => "a redirect, which was not followed".into(),
            Self::Unrecognised(error) => {
                format!("the answer is no document of this API: {}{}", error.found(), raising(error)).into()
            }
            _ => "the answer is no document of this API".into(),
        }
    }
}

/// What the caller can do where what is there before a call is not known in full, and what that costs.
pub(crate) const UNREAD: &str = "what it does not show would look new later. The option `unread` sends the call without \
                                 this read; `recover` cannot tell then what became of it if its answer is lost";

/// The option that raises the limit which an answer exceeds.
pub(crate) fn raising(error: &DecodeError) -> &'static str {
    match error.wire() {
        Some(error) if error.is_over_limit() => "; the option `tree_limits` raises it",
        None if error.is_over_limit() => "; the option `answer_limits` raises it",
        _ => "",
    }
}

/// The origin that a redirect leads to; the rest of its URL may hold a key.
fn target(headers: &HeaderMap) -> Option<String> {
    let uri: Uri = headers.get(LOCATION)?.to_str().ok()?.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let origin = authority.rsplit('@').next().unwrap_or_default();
    Some(format!("{}://{origin}", uri.scheme_str()?))
}

/// The mistakes without the endpoint.
pub(crate) fn mistakes(error: &EncodeError) -> String {
    error.mistakes().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Writes a fault, so that a certain no differs from one that leaves open what happened.
pub(crate) fn describe_fault<C: FaultCode>(
    f: &mut fmt::Formatter<'_>,
    fault: &Fault<C>,
    may_have_happened: bool,
) -> fmt::Result {
    match (may_have_happened, fault.is_of_a_failed_server()) {
        (false, _) => write!(f, "{fault}"),
        (true, false) => write!(f, "refused, but check first: {fault}"),
        (true, true) => write!(f, "may have happened, check first: {fault}"),
    }
}

impl<C> From<EncodeError> for Error<C> {
    fn from(error: EncodeError) -> Self {
        Self::named(error.endpoint(), Cause::Encode(error))
    }
}

impl<C> Error<C> {
    pub(crate) fn new(info: &EndpointInfo, cause: Cause<C>) -> Self {
        Self::named(info.name, cause)
    }

    pub(crate) fn named(endpoint: &'static str, cause: Cause<C>) -> Self {
        Self::of(Subject { api: "", endpoint, host: None, proxy: None }, cause)
    }

    fn of(subject: Subject, cause: Cause<C>) -> Self {
        let retry_after = match &cause {
            Cause::SignIn(error) => error.retry_after(),
            _ => None,
        };
        let status = match &cause {
            Cause::Fault(fault) => Some(fault.status),
            Cause::SignIn(error) => error.status(),
            Cause::Unresolved(ticket) => ticket.status(),
            _ => None,
        };
        Self(Box::new(Inner {
            subject,
            unsent: None,
            cause,
            status,
            attempts: 0,
            took: None,
            body: None,
            retry_after,
            may_have_happened: false,
            ticket: None,
        }))
    }

    pub(crate) fn refused(info: &EndpointInfo, why: impl Into<Box<str>>) -> Self {
        Self::new(info, Cause::Refused(why.into()))
    }

    pub(crate) fn exhausted(info: &EndpointInfo, why: impl Into<Box<str>>) -> Self {
        Self::new(info, Cause::Exhausted(why.into()))
    }

    pub(crate) fn no_room(info: &EndpointInfo, why: impl Into<Box<str>>) -> Self {
        Self::new(info, Cause::NoRoom(why.into()))
    }

    pub(crate) fn unresolved(ticket: Ticket) -> Self {
        let mut error = Self::of(ticket.subject(), Cause::Unresolved(ticket));
        error.0.may_have_happened = true;
        error
    }

    /// Adds the status and the start of the body, except that of a success that may hold secrets.
    pub(crate) fn with_answer(mut self, info: &EndpointInfo, status: u16, body: &[u8]) -> Self {
        let is_withheld = status < 300 && (info.has(Flag::SecretResponse) || info.has(Flag::Pii));
        self.0.status = Some(status);
        self.0.body = (!is_withheld).then(|| Excerpt::new(body));
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Says that this is why a call was not sent: what is there before it was not read.
    pub(crate) fn before(mut self, unsent: &EndpointInfo) -> Self {
        self.0.unsent = Some(unsent.name);
        self
    }

    /// Adds the API, and the host and proxy where a client knows them.
    pub(crate) fn at(mut self, api: &'static str, host: Option<Box<str>>, proxy: Option<Arc<str>>) -> Self {
        self.0.subject = Subject { api, host, proxy, ..self.0.subject };
        self
    }

    pub(crate) fn with_time(mut self, took: Duration) -> Self {
        self.0.took = Some(took);
        self
    }

    pub(crate) fn with_may_have_happened(mut self, may: bool) -> Self {
        self.0.may_have_happened = may;
        self
    }

    pub(crate) fn with_body(mut self, status: Option<u16>, body: Option<Excerpt>) -> Self {
        self.0.status = status;
        self.0.body = body;
        self
    }

    pub(crate) fn cause(&self) -> &Cause<C> {
        &self.0.cause
    }

    pub(crate) fn excerpt(&self) -> Option<&Excerpt> {
        self.0.body.as_ref()
    }

    /// The fault with what is known about it, or the error unchanged if it is no fault.
    pub(crate) fn into_refused(self) -> Result<Refused<C>, Self> {
        match *self.0 {
            Inner { subject, cause: Cause::Fault(fault), attempts, body, retry_after, ticket, .. } => {
                Ok(Refused { subject, fault: *fault, attempts, body, retry_after, ticket })
            }
            other => Err(Self(Box::new(other))),
        }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Encode(_) => ErrorKind::Encode,
            Cause::SignIn(_) => ErrorKind::SignIn,
            Cause::Transport(_) => ErrorKind::Transport,
            Cause::Fault(_) => ErrorKind::Fault,
            Cause::Unrecognised(_) | Cause::Redirected(_) => ErrorKind::Unrecognised,
            Cause::Decode(_) => ErrorKind::Decode,
            Cause::Refused(_) | Cause::KnownInPart(_) => ErrorKind::Refused,
            Cause::Already => ErrorKind::Already,
            Cause::Exhausted(_) | Cause::NoRoom(_) => ErrorKind::Exhausted,
            Cause::Cancelled => ErrorKind::Cancelled,
            Cause::Unresolved(_) => ErrorKind::Unresolved,
        }
    }

    /// The name of the API; empty if it is not known.
    pub fn api(&self) -> &'static str {
        self.0.subject.api
    }

    /// The name of the endpoint, such as `get_server`.
    pub fn endpoint(&self) -> &'static str {
        self.0.subject.endpoint
    }

    /// The host that a client sent the call to, or would have, with its port if the base URL names one.
    pub fn host(&self) -> Option<&str> {
        self.0.subject.host.as_deref()
    }

    /// The HTTP status of the last answer; none where no answer came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The number of times that the call was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long to wait before the call is made again, from the error on: by the `Retry-After` of the last answer or of the
    /// sign-in's, at most an hour, or until a rate limit of the client has room. `None` if nothing says it.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// At most 2 KiB of the last answer, for display; text that is not UTF-8 is marked and shown as windows-1251.
    /// `None` if no answer came, or if a success may hold secrets.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_ref().map(Excerpt::as_str)
    }

    /// The API's fault, of the call or of its sign-in.
    pub fn fault(&self) -> Option<&Fault<C>> {
        match &self.0.cause {
            Cause::Fault(fault) => Some(fault),
            Cause::SignIn(error) => error.fault(),
            _ => None,
        }
    }

    /// The ticket of a call that may have happened.
    pub fn ticket(&self) -> Option<&Ticket> {
        match &self.0.cause {
            Cause::Unresolved(ticket) => Some(ticket),
            _ => self.0.ticket.as_ref(),
        }
    }

    /// The transport's error.
    pub fn transport(&self) -> Option<&TransportError> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            Cause::SignIn(error) => error.transport(),
            _ => None,
        }
    }

    /// The API reports that the named object does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(&self.0.cause, Cause::Fault(fault) if fault.is_not_found())
    }

    /// The API rejected the credentials or the token, in its own words: a 401 without a document of the API, or without
    /// any, may be a proxy's.
    pub fn is_auth(&self) -> bool {
        match &self.0.cause {
            Cause::SignIn(error) => error.is_auth(),
            _ => self.fault().is_some_and(Fault::is_auth),
        }
    }

    /// Whether the same call, unchanged, may succeed later: never if it may have happened, or if an input, a local
    /// policy or the answer itself stands against it.
    pub fn is_worth_retrying(&self) -> bool {
        !self.may_have_happened()
            && match &self.0.cause {
                Cause::Transport(error) => !error.is_lasting() && error.kind() != TransportErrorKind::Cancelled,
                Cause::SignIn(error) => error.is_worth_retrying(),
                Cause::Exhausted(_) | Cause::NoRoom(_) => true,
                Cause::Fault(fault) => fault.is_temporary() || fault.is_of_a_failed_server(),
                Cause::Unrecognised(_) => {
                    self.0.status.is_some_and(|status| status == 429 || is_of_a_failed_server(status))
                }
                Cause::Encode(_)
                | Cause::Redirected(_)
                | Cause::Decode(_)
                | Cause::Refused(_)
                | Cause::KnownInPart(_)
                | Cause::Already
                | Cause::Cancelled
                | Cause::Unresolved(_) => false,
            }
    }

    /// A rate limit was exceeded, by the API's answer or by the client's own count.
    pub fn is_rate_limited(&self) -> bool {
        self.fault().map(|fault| fault.kind) == Some(FaultKind::RateLimited)
            || matches!((&self.0.cause, self.0.status), (Cause::Unrecognised(_), Some(429)))
            || matches!(&self.0.cause, Cause::NoRoom(_))
    }

    /// The deadline passed.
    pub fn is_timeout(&self) -> bool {
        match &self.0.cause {
            Cause::Exhausted(_) | Cause::NoRoom(_) => true,
            Cause::Unresolved(ticket) => ticket.cause() == crate::call::ticket::TicketCause::TimedOut,
            _ => self.transport().is_some_and(TransportError::is_timeout),
        }
    }

    /// The caller cancelled it.
    pub fn is_cancelled(&self) -> bool {
        matches!(&self.0.cause, Cause::Cancelled)
            || self.transport().is_some_and(|error| error.kind() == TransportErrorKind::Cancelled)
    }

    /// How often it was sent, in how long and through what, in brackets, as far as that says something.
    pub(crate) fn circumstances(&self) -> String {
        let Inner { subject, attempts, took, .. } = &*self.0;
        let mut said = String::new();
        match attempts {
            0 => {}
            1 if !self.is_timeout() => {}
            1 => said.push_str("1 attempt"),
            _ => said.push_str(&format!("{attempts} attempts")),
        }
        let took = took.filter(|took| took.as_millis() > 0);
        if let (Some(took), true) = (took, self.is_timeout()) {
            let word = if said.is_empty() { "after" } else { " in" };
            said.push_str(&format!("{word} {took:.1?}"));
        }
        // The transport's error names it by itself.
        if let Some(proxy) = subject.proxy.as_ref().filter(|_| self.transport().is_none()) {
            let separator = if said.is_empty() { "" } else { ", " };
            said.push_str(&format!("{separator}through the proxy {proxy}"));
        }
        if said.is_empty() { said } else { format!(" ({said})") }
    }

    /// Whether the call may have been carried out. Always `false` for safe calls.
    pub fn may_have_happened(&self) -> bool {
        self.0.may_have_happened
    }
}

impl<C: FaultCode> Error<C> {
    /// The API's code of the fault.
    pub fn code(&self) -> Option<&C> {
        self.fault()?.code.as_ref()
    }

    pub(crate) fn from_refused(refused: Refused<C>) -> Self {
        let Refused { subject, fault, attempts, body, retry_after, ticket } = refused;
        let (status, verify) = (fault.status, fault.verify);
        let mut error = Self::of(subject, Cause::Fault(Box::new(fault))).with_attempts(attempts);
        error.0.ticket = ticket;
        error.with_body(Some(status), body).with_may_have_happened(verify).with_retry_after(retry_after)
    }

    /// What the error says after its subject.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.cause {
            Cause::Encode(error) => f.write_str(&mistakes(error)),
            Cause::SignIn(error) => {
                f.write_str("sign-in: ")?;
                error.describe(f)
            }
            Cause::Transport(error) => write!(f, "{error}"),
            Cause::Fault(fault) => describe_fault(f, fault, self.0.may_have_happened),
            cause @ (Cause::Unrecognised(_) | Cause::Redirected(_)) => {
                if let Some(status) = self.0.status {
                    write!(f, "{status}: ")?;
                }
                f.write_str(&cause.foreign())
            }
            Cause::Decode(error) => {
                // The decoder names the endpoint as well.
                let text = error.to_string();
                let prefix = format!("{}: ", error.endpoint());
                f.write_str(text.strip_prefix(&prefix).unwrap_or(&text))?;
                f.write_str(raising(error))
            }
            Cause::Refused(why) => write!(f, "refused: {why}"),
            Cause::KnownInPart(error) => {
                write!(f, "refused: what is there before the call is known in part only: {error}: {UNREAD}")
            }
            Cause::Already => f.write_str("it is already as the call would make it, so nothing was sent"),
            Cause::Exhausted(why) | Cause::NoRoom(why) => f.write_str(why),
            Cause::Cancelled => f.write_str("cancelled by the caller"),
            Cause::Unresolved(ticket) => ticket.describe(f),
        }
    }
}

impl<C: FaultCode> fmt::Display for Error<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.subject)?;
        if let Some(unsent) = self.0.unsent {
            write!(f, ", read before {unsent}, which was not sent")?;
        }
        f.write_str(": ")?;
        self.describe(f)?;
        f.write_str(&self.circumstances())
    }
}

impl<C: FaultCode> fmt::Debug for Error<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and body may hold secrets, so both are left out.
        f.debug_struct("Error")
            .field("text", &format_args!("{self}"))
            .field("kind", &self.kind())
            .field("status", &self.0.status)
            .field("attempts", &self.0.attempts)
            .field("body", &self.0.body)
            .field("may_have_happened", &self.0.may_have_happened)
            .finish()
    }
}

impl<C: FaultCode> std::error::Error for Error<C> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Cause::Encode(error) => Some(error),
            Cause::SignIn(error) => Some(&**error),
            Cause::KnownInPart(error) => Some(&**error),
            Cause::Transport(error) => Some(error),
            Cause::Decode(error) | Cause::Unrecognised(error) => Some(error),
            _ => None,
        }
    }
}
