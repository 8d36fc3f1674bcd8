//! The verdict of a recovery.

use std::fmt;

use hostkit_proto::FaultCode;

use crate::error::Error;

/// Whether an unresolved call happened.
#[derive(Debug, Clone)]
#[must_use = "the call may have happened after all"]
pub enum Reconciled<T, C: FaultCode> {
    /// It happened, and this shows it.
    Happened(T),
    /// Several objects fit: it was carried out more than once, or someone else did the same.
    Several(Vec<T>),
    /// It did not happen: the time within which it shows is over, and three reads did not see it.
    DidNot,
    /// Still unknown. Reconcile again later; do not send the call again.
    StillOpen(StillOpen<C>),
    /// No call of the API shows it, for this reason.
    /// [`Ticket::reconcile`](crate::Ticket::reconcile) says what a person can do.
    NotShown(&'static str),
}

/// Why the outcome is still unknown.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StillOpen<C: FaultCode> {
    /// The ticket belongs to another call.
    OtherCall,
    /// The ticket belongs to another base URL or account, so this client's reads prove nothing.
    OtherPlace,
    /// The read is inconclusive: it needs a baseline ([`Ticket::with_before`](crate::Ticket::with_before)), or the
    /// state was the same before the call, or the effect is visible only for a while or much later, or a cache returns
    /// an answer from before the call.
    CannotTell,
    /// It was not seen before the caller's deadline or cancellation.
    NotSeen(Error<C>),
    /// The read failed.
    Unread(Error<C>),
}

impl<T, C: FaultCode> Reconciled<T, C> {
    /// What was found, if it is exactly one object.
    pub fn happened(self) -> Option<T> {
        match self {
            Self::Happened(found) => Some(found),
            _ => None,
        }
    }

    /// Whether the outcome is still unknown.
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

impl<T, C: FaultCode> Reconciled<T, C> {
    /// The verdict on these finds; `None` if there are none.
    pub(super) fn of(mut found: Vec<T>) -> Option<Self> {
        match found.len() {
            0 => None,
            1 => found.pop().map(Self::Happened),
            _ => Some(Self::Several(found)),
        }
    }
}
