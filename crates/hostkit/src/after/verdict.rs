//! What a recovery finds: whether the call happened.

use std::fmt;

use hostkit_proto::FaultCode;

use crate::error::Error;

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
    /// It cannot be found out by reading: no call of the API shows it, for this reason.
    /// [`Ticket::reconcile`](crate::Ticket::reconcile) says what a person can do.
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
    /// What was read cannot tell: it takes what the same read gave before the call ([`Ticket::with_before`](crate::Ticket::with_before)), or it was
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

impl<T, C: FaultCode> Reconciled<T, C> {
    /// What was found; `None` where nothing was.
    pub(super) fn of(mut found: Vec<T>) -> Option<Self> {
        match found.len() {
            0 => None,
            1 => found.pop().map(Self::Happened),
            _ => Some(Self::Several(found)),
        }
    }
}
