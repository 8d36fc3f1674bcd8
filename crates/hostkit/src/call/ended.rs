//! How an exchange ends: with an answer that has a value, or without one.

use hostkit_proto::Reason;

use crate::call::outcome::Reply;
use crate::error::Error;
use crate::time::Now;
use crate::transport::Incoming;

/// An answer to the call, before it is judged.
pub(super) struct Arrival {
    pub(super) sent: Now,
    pub(super) incoming: Incoming,
}

/// The value of an answer, with everything around it.
pub(super) struct Answered<T> {
    pub(super) reply: Reply<T>,
    pub(super) accepted: Option<Reason>,
}

/// Why there is no value, and what that says about the call.
pub(super) struct Failed<C> {
    pub(super) error: Error<C>,
    pub(super) ending: Ending,
    /// When it was sent for the last time.
    pub(super) sent: Now,
    pub(super) ended: Now,
}

/// What a failure says about the call if there is no other attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    NotSent,
    Rejected,
    Open,
}
