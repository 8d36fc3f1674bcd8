//! The results of an exchange: an answer with a value, or a failure.

use hostkit_proto::Reason;

use crate::call::outcome::Reply;
use crate::error::Error;
use crate::time::Now;
use crate::transport::Incoming;

/// An answer to the call that is not judged yet.
pub(super) struct Arrival {
    pub(super) sent: Now,
    pub(super) incoming: Incoming,
}

/// The value of an answer, with the rest of its reply.
pub(super) struct Answered<T> {
    pub(super) reply: Reply<T>,
    pub(super) accepted: Option<Reason>,
}

/// Why there is no value, and what that means for the call.
pub(super) struct Failed<C> {
    pub(super) error: Error<C>,
    pub(super) ending: Ending,
    /// When the last attempt was sent.
    pub(super) sent: Now,
    pub(super) ended: Now,
}

/// How the call ends with this failure if no other attempt follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    NotSent,
    Rejected,
    Open,
}
