//! A baseline with the time at which it was read.

use hostkit_proto::evidence::Baseline;

use crate::time::Now;

/// A baseline that was read before a call, for [`Ticket::with_before`](super::Ticket::with_before).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub(crate) baseline: Baseline,
    /// When the read was complete, if this process made it.
    pub(crate) read: Option<Now>,
}

impl From<Baseline> for Before {
    fn from(baseline: Baseline) -> Self {
        Self { baseline, read: None }
    }
}
