//! What showed before a call, with the time at which it was read.

use hostkit_proto::evidence::Baseline;

use crate::time::Now;

/// What showed before a call, and when that was: a baseline for [`Ticket::with_before`](super::Ticket::with_before).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub(crate) baseline: Baseline,
    /// When all of it had been read, if this process read it.
    pub(crate) read: Option<Now>,
}

impl From<Baseline> for Before {
    fn from(baseline: Baseline) -> Self {
        Self { baseline, read: None }
    }
}
