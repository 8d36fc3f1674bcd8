//! Finding out whether a call happened, without ever sending it again.

use std::fmt;
use std::time::Duration;

use super::Calls;
use crate::api::Api;
use crate::endpoint::{Call, Endpoint, EndpointInfo, Perform};
use crate::error::Error;
use crate::fault::FaultCode;
use crate::outcome::Ticket;

/// How many reads have to miss it before it did not happen, and how many in a row may fail.
const LOOKS: u32 = 3;
const MISSES: u32 = 3;

/// The least and the most time between two reads.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(30);

/// What the read of an endpoint puts out.
pub type ReadOf<E> = <<E as Reconcile>::Read as Endpoint>::Output;

/// A call that acts, and the read where it shows. Generated from specs.
pub trait Reconcile: Perform {
    /// The call that is read.
    type Read: Call<Api = Self::Api>;
    /// What shows that it happened: the server that was ordered, the order that is longer paid.
    type Found: Send;
    /// How long after an open end the hoster may take to show it. Only then does "not there" mean "did not happen".
    const SETTLE: Duration;

    /// The call to read.
    fn read(&self) -> Self::Read;

    /// What there is of it in `now`; usually at most one. `before` is what the same read gave before the call was made.
    /// `None` where the two cannot tell: without `before`, or where it was so before the call.
    fn look(&self, before: Option<&ReadOf<Self>>, now: ReadOf<Self>) -> Option<Vec<Self::Found>>;

    /// What a not-found fault of the read means, where it means that the call happened.
    fn not_found(&self) -> Option<Self::Found> {
        None
    }
}

/// What became of a call whose end was open.
#[derive(Debug, Clone)]
#[must_use = "the call may have happened after all"]
pub enum Reconciled<T, C: FaultCode> {
    /// It happened, and this shows it.
    Happened(T),
    /// More than one thing fits: it happened more than once on its way, or somebody else did the same.
    Several(Vec<T>),
    /// It did not happen: the time in which it may show is over, and three reads have not seen it.
    DidNot,
    /// Nobody knows yet. Reconcile again later; do not send the call again.
    StillOpen(StillOpen<C>),
}

/// Why nobody knows yet.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StillOpen<C: FaultCode> {
    /// The ticket is that of another call.
    OtherCall,
    /// What was read cannot tell: it takes what the same read gave before the call, or it was so before already.
    CannotTell,
    /// It was not seen so far, and the caller's deadline came first, or the caller cancelled.
    NotSeen(Error<C>),
    /// It could not be read.
    Unread(Error<C>),
}

impl<T, C: FaultCode> Reconciled<T, C> {
    /// What was found, where exactly one thing was.
    pub fn happened(self) -> Option<T> {
        match self {
            Self::Happened(found) => Some(found),
            _ => None,
        }
    }

    /// Whether nobody knows yet.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::StillOpen(_))
    }
}

impl<T, C: FaultCode> fmt::Display for Reconciled<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Happened(_) => f.write_str("it happened"),
            Self::Several(found) => write!(f, "it happened, and {} things fit", found.len()),
            Self::DidNot => f.write_str("it did not happen"),
            Self::StillOpen(StillOpen::OtherCall) => f.write_str("still open: the ticket is that of another call"),
            Self::StillOpen(StillOpen::CannotTell) => f.write_str("still open: what was read cannot tell"),
            Self::StillOpen(StillOpen::NotSeen(error)) => write!(f, "still open: not seen so far; {error}"),
            Self::StillOpen(StillOpen::Unread(error)) => write!(f, "still open: {error}"),
        }
    }
}

/// The body of the flow.
pub(crate) async fn reconcile<E>(
    calls: Calls<E::Api>,
    endpoint: &E,
    ticket: &Ticket,
    before: Option<&ReadOf<E>>,
) -> Reconciled<E::Found, <E::Api as Api>::Code>
where
    E: Reconcile,
    E::Read: 'static,
{
    const fn info<E: Endpoint>() -> &'static EndpointInfo {
        const { &E::INFO }
    }
    let info = info::<E>();
    if (ticket.operation(), ticket.spec()) != (info.name, info.spec) {
        return Reconciled::StillOpen(StillOpen::OtherCall);
    }
    // Only the clock that never goes back: a wall clock that was set would end the wait too early.
    let settled = ticket.ended().monotonic + E::SETTLE;
    let read = endpoint.read();
    let (mut looks, mut misses) = (0, 0);
    loop {
        let asked = calls.now().monotonic;
        match calls.call(&read).await {
            Ok(now) => match endpoint.look(before, now) {
                None => return Reconciled::StillOpen(StillOpen::CannotTell),
                Some(found) => match one(found) {
                    Some(reconciled) => return reconciled,
                    None => (looks, misses) = (looks + 1, 0),
                },
            },
            Err(error) => match endpoint.not_found().filter(|_| error.is_not_found()) {
                Some(found) => return Reconciled::Happened(found),
                None if misses + 1 >= MISSES || !is_passing(&error) => {
                    return Reconciled::StillOpen(StillOpen::Unread(error));
                }
                None => misses += 1,
            },
        }
        // A read that was asked for too early says nothing about the end.
        if looks >= LOOKS && misses == 0 && asked >= settled {
            return Reconciled::DidNot;
        }
        let left = settled.since(calls.now().monotonic);
        let pause = (left / LOOKS.saturating_sub(looks).max(1)).clamp(SHORTEST, LONGEST);
        if let Err(error) = calls.sleep(pause).await {
            return Reconciled::StillOpen(StillOpen::NotSeen(error));
        }
    }
}

fn one<T, C: FaultCode>(mut found: Vec<T>) -> Option<Reconciled<T, C>> {
    match found.len() {
        0 => None,
        1 => found.pop().map(Reconciled::Happened),
        _ => Some(Reconciled::Several(found)),
    }
}

fn is_passing<C: FaultCode>(error: &Error<C>) -> bool {
    use crate::error::ErrorKind::{Decode, Fault, Transport, Unrecognised};
    match error.kind() {
        Transport | Unrecognised | Decode => true,
        Fault => error.is_rate_limited() || error.status().is_some_and(|status| status >= 500),
        _ => false,
    }
}
