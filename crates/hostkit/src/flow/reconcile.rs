//! Finding out whether a call happened, without ever sending it again.

use std::fmt;
use std::time::Duration;

use super::{Before, Calls, Inputs};
use crate::api::Api;
use crate::endpoint::{Endpoint, EndpointInfo, Perform};
use crate::error::{Error, ErrorOf};
use crate::fault::FaultCode;
use crate::ticket::Ticket;
use crate::time::Moment;

/// How many reads have to miss it before it did not happen, and how many in a row may fail.
const LOOKS: u32 = 3;
const MISSES: u32 = 3;

/// How many reads may miss it where a cache gives them all.
const CACHED: u32 = 12;

/// The least and the most time between two reads.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(30);

/// A call that acts, and the read where it shows. Generated from specs.
///
/// Everything goes by [`Inputs`]: a ticket holds them, so that a call can be looked for without the call itself, and in
/// another process.
pub trait Reconcile: Perform {
    /// What is read.
    type Reading: Send;
    /// What shows that it happened: the server that was ordered, the order that is longer paid.
    type Found: Send;
    /// How long after an open end the hoster may take to show it. Only then does "not there" mean "did not happen".
    const SETTLE: Duration;
    /// Whether "not there" means "did not happen" at all. It does not where it shows only while it lasts, or where the
    /// hoster may carry it out on a later day.
    const UNSEEN_IS_NO: bool = true;
    /// Whether a proxy may send it once more when its answer is late, which would show as one more. Then a single one is
    /// looked for again when the settle time is over.
    const MAY_BE_DOUBLED: bool = false;
    /// Why no call of the API shows it, where none does: then nothing is read.
    const NOT_SHOWN: Option<&'static str> = None;

    /// Reads it, from the inputs that are remembered.
    fn read(
        inputs: &Inputs,
        calls: &Calls<Self::Api>,
    ) -> impl Future<Output = Result<Self::Reading, ErrorOf<Self>>> + Send;

    /// The marks of what was read before the call; `None` where the inputs are not those of this call.
    fn before(inputs: &Inputs, reading: &Self::Reading) -> Option<Before>;

    /// What there is of it in `now`; usually at most one. `before` are the marks of the same read before the call.
    /// `None` where the two cannot tell: without `before`, or where it was so before the call.
    fn look(inputs: &Inputs, before: Option<&Before>, now: Self::Reading) -> Option<Vec<Self::Found>>;

    /// What a not-found fault of the read means, where it means that the call happened.
    fn not_found() -> Option<Self::Found> {
        None
    }
}

/// Implements [`Reconcile`] for a call that nothing on the API shows, with the reason.
///
/// ```compile_fail,E0277
/// struct NoCall;
/// hostkit::not_shown!(NoCall, "it is none");
/// ```
#[macro_export]
macro_rules! not_shown {
    ($call:ident, $why:expr $(,)?) => {
        impl $crate::Reconcile for $call {
            type Reading = ();
            type Found = ();

            const SETTLE: ::std::time::Duration = ::std::time::Duration::ZERO;
            const UNSEEN_IS_NO: bool = false;
            const NOT_SHOWN: Option<&'static str> = Some($why);

            async fn read(
                _: &$crate::Inputs,
                _: &$crate::Calls<<Self as $crate::Endpoint>::Api>,
            ) -> Result<(), $crate::ErrorOf<Self>> {
                Ok(())
            }

            fn before(_: &$crate::Inputs, (): &()) -> Option<$crate::Before> {
                None
            }

            fn look(_: &$crate::Inputs, _: Option<&$crate::Before>, (): ()) -> Option<Vec<()>> {
                None
            }
        }
    };
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
    /// It cannot be found out by reading: no call of the API shows it, for this reason. [`Ticket::reconcile`] says what
    /// a person can do.
    NotShown(&'static str),
}

/// Why nobody knows yet.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StillOpen<C: FaultCode> {
    /// The ticket is that of another call.
    OtherCall,
    /// The ticket is that of a client with another base URL, or of another account: what this one reads says nothing.
    OtherPlace,
    /// What was read cannot tell: it takes what the same read gave before the call ([`Ticket::with_before`]), or it was
    /// so before already, or it shows only while it lasts, or perhaps much later; or a cache answers, with what it was told
    /// before the call.
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

    /// Whether nobody knows.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::StillOpen(_) | Self::NotShown(_))
    }
}

impl<T, C: FaultCode> fmt::Display for Reconciled<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Happened(_) => f.write_str("it happened"),
            Self::Several(found) => write!(f, "it happened, and {} things fit", found.len()),
            Self::DidNot => f.write_str("it did not happen"),
            Self::StillOpen(StillOpen::OtherCall) => f.write_str("still open: the ticket is that of another call"),
            Self::StillOpen(StillOpen::OtherPlace) => {
                f.write_str("still open: the ticket is that of another base URL or account")
            }
            Self::StillOpen(StillOpen::CannotTell) => f.write_str("still open: what was read cannot tell"),
            Self::StillOpen(StillOpen::NotSeen(error)) => write!(f, "still open: not seen so far; {error}"),
            Self::StillOpen(StillOpen::Unread(error)) => write!(f, "still open: {error}"),
            Self::NotShown(why) => write!(f, "cannot be found out by reading: {why}"),
        }
    }
}

/// The body of the flow.
pub(crate) async fn reconcile<E: Reconcile>(
    calls: Calls<E::Api>,
    ticket: &Ticket,
) -> Reconciled<E::Found, <E::Api as Api>::Code> {
    const fn info<E: Endpoint>() -> &'static EndpointInfo {
        const { &E::INFO }
    }
    let info = info::<E>();
    if (ticket.api(), ticket.operation(), ticket.spec()) != (<E::Api as Api>::INFO.name, info.name, info.spec) {
        return Reconciled::StillOpen(StillOpen::OtherCall);
    }
    if !ticket.may_be_of(calls.core()) {
        return Reconciled::StillOpen(StillOpen::OtherPlace);
    }
    if let Some(why) = E::NOT_SHOWN {
        return Reconciled::NotShown(why);
    }
    // Only the clock that never goes back: a wall clock that was set would end the wait too early. Where it does not tell
    // when the call ended, the wait begins anew.
    let settled = ticket.given_up().unwrap_or(calls.now().monotonic) + E::SETTLE;
    let (mut looks, mut misses) = (0, 0);
    loop {
        let asked = calls.now().monotonic;
        calls.take_age();
        let read = E::read(ticket.inputs(), &calls).await;
        // What a cache gives was made before it was asked for.
        let is_late = asked >= settled + calls.take_age();
        match read {
            Ok(now) => match E::look(ticket.inputs(), ticket.before(), now) {
                // A part of it may show before the rest does; without what was before, more reads tell no more.
                None if ticket.before().is_none() || is_late => {
                    return Reconciled::StillOpen(StillOpen::CannotTell);
                }
                None => (looks, misses) = (0, 0),
                Some(found) => match one(found) {
                    Some(Reconciled::Happened(seen)) if E::MAY_BE_DOUBLED && !is_late => {
                        return once_or_more::<E>(calls, ticket, settled, seen).await;
                    }
                    Some(reconciled) => return reconciled,
                    None => (looks, misses) = (looks + 1, 0),
                },
            },
            Err(error) => match E::not_found().filter(|_| error.is_not_found()) {
                Some(found) => return Reconciled::Happened(found),
                None if misses + 1 >= MISSES || !is_passing(&error) => {
                    return Reconciled::StillOpen(StillOpen::Unread(error));
                }
                None => misses += 1,
            },
        }
        // A read that was asked for too early says nothing about the end.
        if looks >= LOOKS && misses == 0 && is_late {
            return if E::UNSEEN_IS_NO { Reconciled::DidNot } else { Reconciled::StillOpen(StillOpen::CannotTell) };
        }
        if looks >= CACHED && asked >= settled {
            return Reconciled::StillOpen(StillOpen::CannotTell);
        }
        let left = settled.since(calls.now().monotonic);
        let pause = (left / LOOKS.saturating_sub(looks).max(1)).clamp(SHORTEST, LONGEST);
        if let Err(error) = calls.sleep(pause).await {
            return Reconciled::StillOpen(StillOpen::NotSeen(error));
        }
    }
}

/// Looks once more for what was seen, when the settle time is over. That it happened is certain, whatever comes of that.
async fn once_or_more<E: Reconcile>(
    calls: Calls<E::Api>,
    ticket: &Ticket,
    settled: Moment,
    seen: E::Found,
) -> Reconciled<E::Found, <E::Api as Api>::Code> {
    if calls.sleep(settled.since(calls.now().monotonic)).await.is_err() {
        return Reconciled::Happened(seen);
    }
    let now = E::read(ticket.inputs(), &calls).await;
    match now.ok().and_then(|now| E::look(ticket.inputs(), ticket.before(), now)).and_then(one) {
        Some(several @ Reconciled::Several(_)) => several,
        _ => Reconciled::Happened(seen),
    }
}

/// What shows before a call, for [`Ticket::with_before`].
pub(crate) async fn before<E: Reconcile>(calls: Calls<E::Api>, inputs: &Inputs) -> Result<Option<Before>, ErrorOf<E>> {
    if E::NOT_SHOWN.is_some() {
        return Ok(None);
    }
    match E::read(inputs, &calls).await {
        Ok(reading) => Ok(E::before(inputs, &reading).map(|before| before.read_at(calls.now()))),
        Err(error) if error.is_not_found() && E::not_found().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

/// A ticket for a call that is still to be made, with what shows before it.
pub(crate) async fn ticket<E: Reconcile>(calls: Calls<E::Api>, endpoint: &E) -> Result<Ticket, ErrorOf<E>> {
    let inputs = endpoint.inputs();
    let before = before::<E>(calls.clone(), &inputs).await?;
    Ok(Ticket::ahead::<E>(calls.core(), inputs, before, calls.now()))
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
