//! The ticket of a call whose end is open: what it was, when, and what it takes to find out whether it happened.

mod saved;

use std::fmt;

pub use saved::{SavedTicket, TicketError};

use crate::api::Api;
use crate::endpoint::{Effect, Endpoint};
use crate::error::{Cause, ErrorOf};
use crate::excerpt::Excerpt;
use crate::flow::{Before, Inputs};
use crate::time::{Moment, Now};
use crate::value::Secret;

/// A call that may have happened: what it was, when, why nobody knows, and how to find out.
///
/// It holds the inputs that the call can be found by, but no request and no headers: neither `Debug` nor
/// `Display` shows a body or an input. [`Ticket::save`] writes it down.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(Box<TicketInner>);

#[derive(Clone, PartialEq, Eq)]
struct TicketInner {
    api: &'static str,
    operation: &'static str,
    spec: &'static str,
    reconcile: &'static str,
    effect: Effect,
    sent: Now,
    ended: Now,
    cause: TicketCause,
    text: Box<str>,
    status: Option<u16>,
    body: Option<Excerpt>,
    inputs: Inputs,
    before: Option<Before>,
    /// It was read from text: its moments are those of another process.
    is_of_old: bool,
}

/// Why nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TicketCause {
    /// The time was up before the answer was complete.
    TimedOut,
    /// The connection broke before the answer was complete.
    ConnectionLost,
    /// The API says that it failed inside, and not whether it had acted before.
    ServerFailed,
    /// The answer is no document of this API.
    NotAnAnswer,
    /// The answer says yes and is not what the spec says.
    Unreadable,
}

impl Ticket {
    pub(crate) fn new<E: Endpoint>(inputs: Inputs, sent: Now, ended: Now, error: &ErrorOf<E>) -> Self {
        let (cause, text) = match error.cause() {
            Cause::Transport(error) if error.is_timeout() => (TicketCause::TimedOut, error.to_string()),
            Cause::Transport(error) => (TicketCause::ConnectionLost, error.to_string()),
            Cause::Fault(fault) => (TicketCause::ServerFailed, fault.to_string()),
            Cause::Decode(error) => (TicketCause::Unreadable, error.to_string()),
            _ => (TicketCause::NotAnAnswer, "the answer is no document of this API".to_owned()),
        };
        Self(Box::new(TicketInner {
            api: <E::Api as Api>::INFO.name,
            operation: E::INFO.name,
            spec: E::INFO.spec,
            reconcile: E::INFO.reconcile,
            effect: E::INFO.effect,
            sent,
            ended,
            cause,
            text: text.into(),
            status: error.status(),
            body: error.excerpt().cloned(),
            inputs,
            before: None,
            is_of_old: false,
        }))
    }

    /// The same ticket with what showed before the call, which the clients' `before` gives. Calls that name nothing of
    /// what they make can be told from the work of others by this alone.
    #[must_use]
    pub fn with_before(mut self, before: impl Into<Option<Before>>) -> Self {
        self.0.before = before.into();
        self
    }

    /// The same ticket with a secret that the read takes, by the name of the input: a ticket from text has none.
    #[must_use]
    pub fn with_secret(mut self, name: &str, secret: &Secret) -> Self {
        self.0.inputs = std::mem::take(&mut self.0.inputs).with_secret(name, secret);
        self
    }

    /// The ticket as it can be written down, for another process.
    pub fn save(&self) -> SavedTicket {
        SavedTicket::of(self)
    }

    /// The name of the API.
    pub fn api(&self) -> &'static str {
        self.0.api
    }

    /// The name of the endpoint.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// What the call may have done.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// The spec file of the endpoint.
    pub fn spec(&self) -> &'static str {
        self.0.spec
    }

    /// How to find out whether it happened, in a sentence; may be empty.
    pub fn reconcile(&self) -> &'static str {
        self.0.reconcile
    }

    pub(crate) fn inputs(&self) -> &Inputs {
        &self.0.inputs
    }

    pub(crate) fn before(&self) -> Option<&Before> {
        self.0.before.as_ref()
    }

    /// The moment of giving up, by this process' clock.
    pub(crate) fn given_up(&self) -> Option<Moment> {
        (!self.0.is_of_old).then_some(self.0.ended.monotonic)
    }

    /// When it was sent. Of a ticket that was read from text, only the wall clock's part means something.
    pub fn sent(&self) -> Now {
        self.0.sent
    }

    /// When the exchange gave up. Of a ticket that was read from text, only the wall clock's part means something.
    pub fn ended(&self) -> Now {
        self.0.ended
    }

    /// Why nobody knows.
    pub fn cause(&self) -> TicketCause {
        self.0.cause
    }

    /// The HTTP status, where an answer came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// At most 2 KiB of the answer, where one came and its endpoint's answers hold no secrets.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_ref().map(Excerpt::as_str)
    }

    pub(crate) fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("may have happened: ")?;
        if let (Some(status), false) = (self.0.status, self.0.cause == TicketCause::ServerFailed) {
            write!(f, "{status}: ")?;
        }
        let prefix = format!("{}: ", self.0.operation);
        f.write_str(self.0.text.strip_prefix(&prefix).unwrap_or(&self.0.text))?;
        if !self.0.reconcile.is_empty() {
            write!(f, "; to find out: {}", self.0.reconcile)?;
        }
        Ok(())
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.operation)?;
        self.describe(f)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("operation", &self.0.operation)
            .field("effect", &self.0.effect)
            .field("cause", &self.0.cause)
            .field("text", &self.0.text)
            .field("status", &self.0.status)
            .field("sent", &self.0.sent)
            .finish_non_exhaustive()
    }
}
