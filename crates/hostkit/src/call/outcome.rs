//! The outcome of a mutating call: five variants, with a ticket for the unresolved one.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use hostkit_proto::{Api, Endpoint, Fault, FaultCode, Reason, Report};
use http::HeaderMap;

use crate::call::ticket::Ticket;
use crate::error::{Error, Refused, describe_fault};
use crate::watch::CallOutcome;

/// The outcome of calls of one endpoint.
pub type OutcomeOf<E> = Outcome<<E as Endpoint>::Output, <<E as Endpoint>::Api as Api>::Code>;

/// How a mutating call ended. `C` is the API's catalogue of error codes.
#[derive(Debug, Clone)]
#[must_use = "a mutating call may have happened, may have been rejected, or may be unresolved"]
pub enum Outcome<T, C: FaultCode> {
    /// It happened.
    Done(T),
    /// The API accepted it and will carry it out later, or, for [`Reason::PART`], carried out some of several things and
    /// refused the others: the value says which. Do not send it again.
    Accepted(T, Reason),
    /// The API rejected it. Where [`Fault::verify`] is set, it may have happened all the same; [`Rejection::ticket`]
    /// then serves to find out.
    Rejected(Rejection<C>),
    /// No byte of the call was sent. [`Error::is_worth_retrying`] tells whether sending it again can help.
    NotSent(Error<C>),
    /// It may have happened; the ticket serves to find out.
    Unresolved(Ticket),
}

impl<T, C: FaultCode> Outcome<T, C> {
    /// Whether it happened, all of it.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// Whether it may have happened and the outcome is unknown.
    pub fn is_unresolved(&self) -> bool {
        matches!(self, Self::Unresolved(_))
    }

    /// Whether it happened, will happen, or may have happened: false if it was definitely rejected or not sent.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Done(_) | Self::Accepted(..) | Self::Unresolved(_) => true,
            Self::Rejected(rejection) => rejection.verify,
            Self::NotSent(_) => false,
        }
    }

    /// The ticket of a call that may have happened: an unresolved one, or one that was rejected without certainty.
    ///
    /// Keep it before [`Outcome::into_result`] turns the outcome into an error.
    pub fn ticket(&self) -> Option<&Ticket> {
        match self {
            Self::Unresolved(ticket) => Some(ticket),
            Self::Rejected(rejection) => rejection.ticket(),
            Self::Done(_) | Self::Accepted(..) | Self::NotSent(_) => None,
        }
    }

    /// How long to wait before the call is made again, where the answer's `Retry-After` or a rate limit says it: of a call
    /// that was rejected or not sent.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rejected(rejection) => rejection.retry_after(),
            Self::NotSent(error) => error.retry_after(),
            Self::Done(_) | Self::Accepted(..) | Self::Unresolved(_) => None,
        }
    }

    /// The value of a call that happened. Do not resend on `None`: it discards all other outcomes, including an
    /// unresolved one and its ticket.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            _ => None,
        }
    }

    /// The outcome that is recorded.
    pub(crate) fn call_outcome(&self) -> CallOutcome {
        match self {
            Self::Done(_) => CallOutcome::Done,
            Self::Accepted(..) => CallOutcome::Accepted,
            Self::Rejected(_) => CallOutcome::Rejected,
            Self::NotSent(error) if error.is_cancelled() => CallOutcome::Cancelled,
            Self::NotSent(_) => CallOutcome::NotSent,
            Self::Unresolved(_) => CallOutcome::Unresolved,
        }
    }

    /// The name of the variant, for logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Accepted(..) => "accepted",
            Self::Rejected(_) => "rejected",
            Self::NotSent(_) => "not sent",
            Self::Unresolved(_) => "unresolved",
        }
    }

    /// The same outcome with another value.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Outcome<U, C> {
        match self {
            Self::Done(value) => Outcome::Done(map(value)),
            Self::Accepted(value, reason) => Outcome::Accepted(map(value), reason),
            Self::Rejected(rejection) => Outcome::Rejected(rejection),
            Self::NotSent(error) => Outcome::NotSent(error),
            Self::Unresolved(ticket) => Outcome::Unresolved(ticket),
        }
    }

    /// The value of a call that happened or was accepted. Of one that was carried out in part, the value has what was
    /// refused.
    ///
    /// # Errors
    /// Every other outcome; [`Error::may_have_happened`] identifies the unresolved ones.
    pub fn into_result(self) -> Result<T, Error<C>> {
        match self {
            Self::Done(value) | Self::Accepted(value, _) => Ok(value),
            Self::Rejected(rejection) => Err(rejection.into()),
            Self::NotSent(error) => Err(error),
            Self::Unresolved(ticket) => Err(Error::unresolved(ticket)),
        }
    }
}

/// A fault, with the call that it answered.
#[derive(Clone)]
pub struct Rejection<C>(Box<Refused<C>>);

impl<C> Rejection<C> {
    /// The name of the endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.0.subject.endpoint
    }

    /// The API's fault.
    pub fn fault(&self) -> &Fault<C> {
        &self.0.fault
    }

    /// The API's fault.
    pub fn into_fault(self) -> Fault<C> {
        self.0.fault
    }

    /// How long to wait before the call is made again, by the answer's `Retry-After`, at most an hour.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The ticket to find out whether the call was carried out, where [`Fault::verify`] leaves that open.
    pub fn ticket(&self) -> Option<&Ticket> {
        self.0.ticket.as_ref()
    }

    /// The rejection of a call that may have happened all the same.
    pub(crate) fn with_ticket(mut self, ticket: Ticket) -> Self {
        self.0.fault.verify = true;
        self.0.ticket = Some(ticket);
        self
    }

    /// The reply to a call whose first arrival was carried out; this rejected the second.
    pub(crate) fn into_reply<T>(self, value: T) -> Reply<T> {
        let (status, attempts) = (self.0.fault.status, self.0.attempts);
        Reply { value, status, headers: HeaderMap::new(), attempts, report: Report::default() }
    }
}

impl<C> Deref for Rejection<C> {
    type Target = Fault<C>;

    fn deref(&self) -> &Fault<C> {
        &self.0.fault
    }
}

impl<C: FaultCode> fmt::Display for Rejection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.subject)?;
        describe_fault(f, &self.0.fault, self.0.fault.verify)?;
        match &self.0.subject.proxy {
            Some(proxy) => write!(f, " (through the proxy {proxy})"),
            None => Ok(()),
        }
    }
}

impl<C: FaultCode> fmt::Debug for Rejection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rejection({self})")
    }
}

impl<C: FaultCode> std::error::Error for Rejection<C> {}

impl<C: FaultCode> From<Rejection<C>> for Error<C> {
    fn from(rejection: Rejection<C>) -> Self {
        Self::from_refused(*rejection.0)
    }
}

impl<C> TryFrom<Error<C>> for Rejection<C> {
    type Error = Error<C>;

    /// Returns the error unchanged if it is no fault.
    fn try_from(error: Error<C>) -> Result<Self, Error<C>> {
        error.into_refused().map(|refused| Self(Box::new(refused)))
    }
}

/// A value with status, headers and report, from the `…_full` variants of the calls.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The decoded value.
    pub value: T,
    /// The HTTP status.
    pub status: u16,
    /// The headers. They may hold tokens, so `Debug` shows only their number.
    pub headers: HeaderMap,
    /// The number of times that the call was sent.
    pub attempts: u32,
    /// Unknown fields, and fields that could not be read.
    pub report: Report,
}

impl<T, C: FaultCode> Outcome<Reply<T>, C> {
    /// The HTTP status of the last answer to the call.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Done(reply) | Self::Accepted(reply, _) => Some(reply.status),
            Self::Rejected(rejection) => Some(rejection.status),
            Self::NotSent(error) => error.status(),
            Self::Unresolved(ticket) => ticket.status(),
        }
    }
}

impl<T> Reply<T> {
    /// The same reply with another value.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Reply<U> {
        let Self { value, status, headers, attempts, report } = self;
        Reply { value: map(value), status, headers, attempts, report }
    }
}

impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("attempts", &self.attempts)
            .field("report", &self.report)
            .finish()
    }
}

/// The undecoded body of an answer. Its `Debug` shows only the length.
#[derive(Clone, PartialEq, Eq)]
pub struct RawBody(Vec<u8>);

impl RawBody {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody([{} bytes])", self.0.len())
    }
}
