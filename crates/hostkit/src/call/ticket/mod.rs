//! The ticket of an unresolved call: what it takes to find out whether the call happened.

mod saved;

use std::fmt;
use std::time::Duration;

pub use saved::{SavedTicket, TicketError};

use hostkit_proto::evidence::{Baseline, Inputs};
use hostkit_proto::{Api, BaseUrl, Effect, Perform, Secret};

use crate::call::turns::Others;
use crate::excerpt::Excerpt;
use crate::subject::{Subject, place};
use crate::time::{Moment, Now};

/// The record of a call that may have happened, to find out later whether it did.
///
/// An unresolved outcome contains one. A dropped future or a process that dies produces no outcome: for these cases the
/// hook of [`ClientBuilder::before_send`](crate::ClientBuilder::before_send) gets one before the call.
///
/// It holds the inputs that identify the call, but no request and no headers; `Debug` and `Display` show neither a body
/// nor an input. [`Ticket::save`] turns it into text.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "the call may have happened: recover the ticket, or save it"]
pub struct Ticket(Box<TicketInner>);

#[derive(Clone, PartialEq, Eq)]
struct TicketInner {
    api: &'static str,
    operation: &'static str,
    spec: &'static str,
    recovery: &'static str,
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
    /// Where the baseline was read, and the call sent, if that is another address than that of the client.
    read_at: Option<String>,
    /// The number of the call's turn among those of its client.
    turn: Option<u64>,
    is_clouded: bool,
    shows: Findable,
    /// Restored from text: its moments belong to another process.
    is_restored: bool,
}

/// Whether reading can find out what became of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Findable {
    /// So long after the call at the latest.
    Within(Duration),
    /// What shows may be told, and that nothing shows says nothing.
    IfSeen,
    /// No call of the API shows it, for this reason.
    Never(&'static str),
}

/// The installation and account of a call: an id of one means nothing in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) base: String,
    /// The caller's name of the account, if any.
    pub(crate) account: Option<String>,
    /// A digest of what the credentials say openly of the account.
    pub(crate) login: Option<String>,
}

impl Place {
    /// Whether both may be the same place: by the names of the account, or else by the logins. Where one of them has
    /// neither, it cannot be distinguished.
    fn may_be(&self, other: &Self) -> bool {
        let names = self.account.as_ref().zip(other.account.as_ref());
        let known = names.or_else(|| self.login.as_ref().zip(other.login.as_ref()));
        self.base == other.base && known.is_none_or(|(ours, theirs)| ours == theirs)
    }
}

/// The open end of a call that may have happened.
pub(crate) struct OpenEnd {
    /// When the last attempt was sent; `ended` is when the exchange gave up.
    pub(crate) sent: Now,
    pub(crate) ended: Now,
    pub(crate) cause: TicketCause,
    pub(crate) text: Box<str>,
    pub(crate) status: Option<u16>,
    pub(crate) body: Option<Excerpt>,
}

/// Why the outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TicketCause {
    /// The deadline passed before the answer was complete.
    TimedOut,
    /// The connection broke before the answer was complete.
    ConnectionLost,
    /// The API reported an internal failure without saying whether the call was carried out.
    ServerFailed,
    /// The answer is no document of this API.
    NotAnAnswer,
    /// The answer is a success that violates the spec.
    Unreadable,
    /// The API rejected the call but may have carried it out; see [`Fault::verify`](crate::Fault::verify).
    Refused,
    /// The ticket was made before the call.
    Ahead,
}

impl TicketCause {
    /// The cause in our own words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "the deadline passed before the answer was complete",
            Self::ConnectionLost => "the connection broke before the answer was complete",
            Self::ServerFailed => "the API reported a failure of its own",
            Self::NotAnAnswer => "the answer was no document of this API",
            Self::Unreadable => "the answer could not be read",
            Self::Refused => "the API refused it, which does not exclude that it was carried out",
            Self::Ahead => "its outcome was never reported",
        }
    }
}

impl Ticket {
    /// The ticket of a call that is not sent yet.
    pub(crate) fn ahead<E: Perform>(place: Place, inputs: Inputs, now: Now) -> Self {
        Self(Box::new(TicketInner::of::<E>(place, inputs, now, now)))
    }

    /// Adds what was read before the call, its turn, and what other calls mean for it.
    pub(crate) fn with_baseline(mut self, baseline: Baseline, turn: u64, others: Others) -> Self {
        self.0.baseline = Some(baseline.with_others(others.keys));
        self.0.is_clouded = others.may_have_done_it;
        self.0.turn = Some(turn);
        self
    }

    /// Adds where the baseline was read.
    pub(crate) fn with_read_at(mut self, base: &BaseUrl) -> Self {
        self.0.read_at = Some(base.to_string()).filter(|base| *base != self.0.place.base);
        self
    }

    /// The same ticket, of a call that is sent now, and given up at this deadline.
    pub(crate) fn sent_at(mut self, now: Now, deadline: Option<Moment>) -> Self {
        let left = deadline.unwrap_or(Moment::NEVER).since(now.monotonic);
        (self.0.sent, self.0.ended) = (now, now.later(left));
        self
    }

    /// The ticket of a call with this open end.
    pub(crate) fn with_end(mut self, end: OpenEnd) -> Self {
        let OpenEnd { sent, ended, cause, text, status, body } = end;
        *self.0 = TicketInner { sent, ended, cause, text, status, body, ..*self.0 };
        self
    }

    /// Adds a secret that the read needs, by the name of its input: a ticket restored from text has none.
    pub fn with_secret(mut self, name: &str, secret: &Secret) -> Self {
        self.0.inputs = std::mem::take(&mut self.0.inputs).with_secret(name, secret);
        self
    }

    /// Converts the ticket to text for another process.
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
    pub fn recovery(&self) -> &'static str {
        self.0.recovery
    }

    pub(crate) fn inputs(&self) -> &Inputs {
        &self.0.inputs
    }

    pub(crate) fn baseline(&self) -> Option<&Baseline> {
        self.0.baseline.as_ref()
    }

    /// Where the baseline was read, and the call sent, if there is one.
    pub(crate) fn read_at(&self) -> Option<&str> {
        self.0.baseline.as_ref()?;
        Some(self.0.read_at.as_deref().unwrap_or(&self.0.place.base))
    }

    /// Whether another call, whose end was open, may have done it, too.
    pub(crate) fn is_clouded(&self) -> bool {
        self.0.is_clouded
    }

    pub(crate) fn turn(&self) -> Option<u64> {
        self.0.turn
    }

    /// When the exchange gave up, by this process's clock. `None` for a ticket of another process, or one made before
    /// the call.
    pub(crate) fn given_up(&self) -> Option<Moment> {
        (!self.0.is_restored && self.0.cause != TicketCause::Ahead).then_some(self.0.ended.monotonic)
    }

    /// Until when the call may be under way, where [`Self::given_up`] does not know. By another process's clock, all of
    /// its time may be left.
    pub(crate) fn under_way_until(&self, now: Now) -> Moment {
        let TicketInner { sent, ended, .. } = &*self.0;
        let left = u64::try_from(ended.wall.0.saturating_sub(sent.wall.0)).map_or(Duration::ZERO, Duration::from_secs);
        match (self.0.cause, self.0.is_restored) {
            (TicketCause::Ahead, true) => now.monotonic + left,
            (TicketCause::Ahead, false) => now.monotonic.max(ended.monotonic),
            _ => now.monotonic,
        }
    }

    /// When the last attempt was sent, by this process's clock. `None` for a ticket of another process.
    pub(crate) fn sent_here(&self) -> Option<Moment> {
        (!self.0.is_restored).then_some(self.0.sent.monotonic)
    }

    /// Whether a client of this place may look for the call.
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

    /// When the last attempt was sent or, for a ticket made before the call, when the ticket was made. In a ticket
    /// restored from text only the wall clock is meaningful.
    pub fn sent(&self) -> Now {
        self.0.sent
    }

    /// When the exchange gave up or, for a ticket made before the call, when it does so at the latest. In a ticket restored
    /// from text only the wall clock is meaningful.
    pub fn ended(&self) -> Now {
        self.0.ended
    }

    /// Why the outcome is unknown.
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

    /// What its texts are about.
    pub(crate) fn subject(&self) -> Subject {
        let TicketInner { api, operation: endpoint, place: Place { base, .. }, .. } = &*self.0;
        let host = base.parse().ok().map(|base| place(&base));
        Subject { api, endpoint, host, proxy: None }
    }

    pub(crate) fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("may have happened: ")?;
        // The text of a fault begins with its status; a saved ticket has no text of the API.
        let says_status = matches!(self.0.cause, TicketCause::ServerFailed | TicketCause::Refused);
        if let (Some(status), true) = (self.0.status, !says_status || self.0.is_restored) {
            write!(f, "{status}: ")?;
        }
        let prefix = format!("{}: ", self.0.operation);
        f.write_str(self.0.text.strip_prefix(&prefix).unwrap_or(&self.0.text))?;
        match (self.0.shows, &self.0.baseline) {
            (Findable::Never(why), _) => write!(f, "; no call of the API shows it: {why}")?,
            (Findable::Within(_) | Findable::IfSeen, None) => {
                f.write_str("; nothing was read before it, so `recover` cannot tell")?
            }
            (Findable::IfSeen, Some(_)) => {
                f.write_str("; `recover` tells it if it shows, and cannot tell otherwise")?;
            }
            (Findable::Within(time), Some(_)) => {
                let minutes = minutes(time);
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                write!(f, "; `recover` can tell {minutes} {unit} after the call at the latest")?;
            }
        }
        if !self.0.recovery.is_empty() {
            write!(f, "; to find out: {}", self.0.recovery)?;
        }
        Ok(())
    }
}

/// Whole minutes, rounded up.
fn minutes(time: Duration) -> u64 {
    time.as_secs().div_ceil(60)
}

impl TicketInner {
    /// A ticket of a call whose outcome was never reported.
    fn of<E: Perform>(place: Place, inputs: Inputs, sent: Now, ended: Now) -> Self {
        Self {
            api: <E::Api as Api>::INFO.name,
            operation: E::INFO.name,
            spec: E::INFO.spec,
            recovery: E::INFO.recovery,
            effect: E::INFO.effect,
            place,
            sent,
            ended,
            cause: TicketCause::Ahead,
            text: TicketCause::Ahead.as_str().into(),
            status: None,
            body: None,
            inputs,
            baseline: None,
            read_at: None,
            turn: None,
            is_clouded: false,
            shows: match E::FACTS.not_shown {
                Some(why) => Findable::Never(why),
                None if !E::FACTS.unseen_is_no => Findable::IfSeen,
                None => Findable::Within(E::FACTS.absence_after(E::INFO.effect)),
            },
            is_restored: false,
        }
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.subject())?;
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
