//! How a call that acts ends: five ways, and a ticket for the one that stays open.

use std::fmt;
use std::ops::Deref;

use hostkit_proto::{Api, Endpoint, Fault, FaultCode, Reason, Report};
use http::HeaderMap;

use crate::call::ticket::Ticket;
use crate::error::Error;
use crate::excerpt::Excerpt;

/// The outcome of calls of one endpoint.
pub type OutcomeOf<E> = Outcome<<E as Endpoint>::Output, <<E as Endpoint>::Api as Api>::Code>;

/// How a call that acts ended. `C` is the API's catalogue of error codes.
#[derive(Debug, Clone)]
#[must_use = "a call that acts may have happened, may have been refused, or may be open"]
pub enum Outcome<T, C: FaultCode> {
    /// It happened.
    Done(T),
    /// The API took it and will carry it out later. Do not send it again.
    Accepted(T, Reason),
    /// The API said no. Where [`Fault::verify`] is set, it is open whether something happened; then [`Rejection::ticket`]
    /// says how to find out.
    Rejected(Rejection<C>),
    /// Nothing was sent, for certain.
    NotSent(Error<C>),
    /// It may have happened. The ticket says how to find out.
    Unresolved(Ticket),
}

impl<T, C: FaultCode> Outcome<T, C> {
    /// Whether it happened.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// Whether it is open whether it happened.
    pub fn is_unresolved(&self) -> bool {
        matches!(self, Self::Unresolved(_))
    }

    /// Whether it happened, will happen, or may have happened: everything but "no" and "not sent".
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Done(_) | Self::Accepted(..) | Self::Unresolved(_) => true,
            Self::Rejected(rejection) => rejection.verify,
            Self::NotSent(_) => false,
        }
    }

    /// The value of a call that happened. None is no reason to send it again: the other ends are lost here, the open one
    /// and its ticket among them.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            _ => None,
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

    /// The value of a call that happened or was accepted.
    ///
    /// # Errors
    /// Everything else; [`Error::may_have_happened`] tells the open ones from the others.
    pub fn into_result(self) -> Result<T, Error<C>> {
        match self {
            Self::Done(value) | Self::Accepted(value, _) => Ok(value),
            Self::Rejected(rejection) => Err(rejection.into()),
            Self::NotSent(error) => Err(error),
            Self::Unresolved(ticket) => Err(Error::unresolved(ticket)),
        }
    }
}

/// A fault with what is known of the call that got it.
#[derive(Clone)]
pub struct Rejection<C> {
    endpoint: &'static str,
    fault: Fault<C>,
    attempts: u32,
    body: Option<Excerpt>,
    ticket: Option<Ticket>,
}

impl<C> Rejection<C> {
    /// The name of the endpoint.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// What the API said.
    pub fn fault(&self) -> &Fault<C> {
        &self.fault
    }

    /// What the API said.
    pub fn into_fault(self) -> Fault<C> {
        self.fault
    }

    /// How to find out whether the call was carried out all the same, where [`Fault::verify`] leaves it open.
    pub fn ticket(&self) -> Option<&Ticket> {
        self.ticket.as_ref()
    }

    pub(crate) fn with_ticket(self, ticket: Ticket) -> Self {
        Self { ticket: Some(ticket), ..self }
    }
}

impl<C> Deref for Rejection<C> {
    type Target = Fault<C>;

    fn deref(&self) -> &Fault<C> {
        &self.fault
    }
}

impl<C: FaultCode> fmt::Display for Rejection<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.endpoint, self.fault)
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
        let Rejection { endpoint, fault, attempts, body, ticket } = rejection;
        Self::from_rejection(endpoint, fault, attempts, body, ticket)
    }
}

impl<C> TryFrom<Error<C>> for Rejection<C> {
    type Error = Error<C>;

    /// Gives the error back where it is no fault.
    fn try_from(error: Error<C>) -> Result<Self, Error<C>> {
        let endpoint = error.endpoint();
        let (fault, attempts, body) = error.into_fault()?;
        Ok(Self { endpoint, fault, attempts, body, ticket: None })
    }
}

/// A value with everything around it, from the `…_full` variants of the calls.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply<T> {
    /// What the answer says.
    pub value: T,
    /// The HTTP status.
    pub status: u16,
    /// The headers. They may hold tokens: `Debug` shows their number only.
    pub headers: HeaderMap,
    /// How often the call was sent.
    pub attempts: u32,
    /// Unknown fields, and fields that could not be read.
    pub report: Report,
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

/// The bytes of an answer, whatever it says. Its `Debug` shows none of them.
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
