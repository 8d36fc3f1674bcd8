//! The ticket of a call whose end is open: what it was, when, and what it takes to find out whether it happened.

mod before;
mod saved;

use std::fmt;

pub use before::Before;
pub use saved::{SavedTicket, TicketError};

use hostkit_proto::evidence::{Baseline, Inputs};
use hostkit_proto::{Api, Effect, Endpoint, Secret};

use crate::excerpt::Excerpt;
use crate::time::{Moment, Now};

/// A call that may have happened: what it was, where and when, why nobody knows, and how to find out.
///
/// A call that ends gives one itself, where its end is open. What does not end gives none, a dropped future or a process
/// that died: for them a ticket is made before the call, by the clients' `ticket`, and kept.
///
/// It holds the inputs that the call can be found by, but no request and no headers: neither `Debug` nor
/// `Display` shows a body or an input. [`Ticket::save`] writes it down.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "the call may have happened: reconcile the ticket, or save it"]
pub struct Ticket(Box<TicketInner>);

#[derive(Clone, PartialEq, Eq)]
struct TicketInner {
    api: &'static str,
    operation: &'static str,
    spec: &'static str,
    reconcile: &'static str,
    effect: Effect,
    place: Place,
    sent: Now,
    ended: Now,
    cause: TicketCause,
    text: Box<str>,
    status: Option<u16>,
    body: Option<Excerpt>,
    inputs: Inputs,
    baseline: Option<Baseline>,
    /// It was read from text: its moments are those of another process.
    is_restored: bool,
}

/// Whose call it was: a number of one installation or account means nothing at another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) base: String,
    /// As the caller calls it, where he does.
    pub(crate) account: Option<String>,
}

impl Place {
    /// Whether what the other one lists can be taken for what this one lists. Accounts without a name cannot be told
    /// apart.
    fn may_be(&self, other: &Self) -> bool {
        let is_other = |(ours, theirs)| ours != theirs;
        self.base == other.base && !self.account.as_ref().zip(other.account.as_ref()).is_some_and(is_other)
    }
}

/// The end of a call that may have happened.
pub(crate) struct OpenEnd {
    /// When it was sent for the last time, and when the exchange gave up.
    pub(crate) sent: Now,
    pub(crate) ended: Now,
    pub(crate) cause: TicketCause,
    pub(crate) text: Box<str>,
    pub(crate) status: Option<u16>,
    pub(crate) body: Option<Excerpt>,
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
    /// The API said no, and it is open whether it had acted before; see [`Fault::verify`](crate::Fault::verify).
    Refused,
    /// The ticket was made before the call.
    Ahead,
}

impl Ticket {
    /// The ticket of a call that ended so.
    pub(crate) fn new<E: Endpoint>(place: Place, inputs: Inputs, end: OpenEnd) -> Self {
        let OpenEnd { sent, ended, cause, text, status, body } = end;
        let inner = TicketInner::of::<E>(place, inputs, sent, ended);
        Self(Box::new(TicketInner { cause, text, status, body, ..inner }))
    }

    /// The ticket of a call that is still to be made.
    pub(crate) fn ahead<E: Endpoint>(place: Place, inputs: Inputs, baseline: Option<Baseline>, now: Now) -> Self {
        Self(Box::new(TicketInner { baseline, ..TicketInner::of::<E>(place, inputs, now, now) }))
    }

    /// The same ticket with what showed before the call, which the clients' `before` gives. Calls that name nothing of
    /// what they make can be told from the work of others by this alone.
    ///
    /// What was read after the call was sent may hold its work already, which would then seem to be of old. It is no
    /// "before", and the ticket stays as it is.
    pub fn with_before(mut self, before: impl Into<Option<Before>>) -> Self {
        let before = before.into();
        if before.as_ref().and_then(|before| before.read).is_some_and(|read| self.is_before(read)) {
            tracing::warn!(
                endpoint = self.0.operation,
                "what was read after the call is not what was before it: ignored"
            );
            return self;
        }
        self.0.baseline = before.map(|before| before.baseline);
        self
    }

    /// Whether the call was sent before this moment, by the clock that the two have in common.
    fn is_before(&self, moment: Now) -> bool {
        match self.0.is_restored {
            true => self.0.sent.wall < moment.wall,
            false => self.0.sent.monotonic < moment.monotonic,
        }
    }

    /// The same ticket with a secret that the read takes, by the name of the input: a ticket from text has none.
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

    pub(crate) fn baseline(&self) -> Option<&Baseline> {
        self.0.baseline.as_ref()
    }

    /// The moment of giving up, by this process' clock. A ticket of another process has none, and neither has one that
    /// was made before the call.
    pub(crate) fn given_up(&self) -> Option<Moment> {
        (!self.0.is_restored && self.0.cause != TicketCause::Ahead).then_some(self.0.ended.monotonic)
    }

    /// Whether the call may be looked for with this client.
    pub(crate) fn may_be_of(&self, place: &Place) -> bool {
        self.0.place.may_be(place)
    }

    /// The base URL of the client that made the call.
    pub fn base_url(&self) -> &str {
        &self.0.place.base
    }

    /// The account of the client that made the call, where its configuration names one.
    pub fn account(&self) -> Option<&str> {
        self.0.place.account.as_deref()
    }

    /// When it was sent, or, of a ticket that was made before the call, when that was. Of a ticket that was read from
    /// text, only the wall clock's part means something.
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

impl TicketInner {
    /// Of a call that nobody has told the end of.
    fn of<E: Endpoint>(place: Place, inputs: Inputs, sent: Now, ended: Now) -> Self {
        Self {
            api: <E::Api as Api>::INFO.name,
            operation: E::INFO.name,
            spec: E::INFO.spec,
            reconcile: E::INFO.reconcile,
            effect: E::INFO.effect,
            place,
            sent,
            ended,
            cause: TicketCause::Ahead,
            text: "nobody was told how it ended".into(),
            status: None,
            body: None,
            inputs,
            baseline: None,
            is_restored: false,
        }
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
