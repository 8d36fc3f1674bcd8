//! What a search sees of a cell: all that decides what it says next.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{LeadGuard, SessionCell};
use crate::time::{Moment, Now};

/// What there is in a cell.
pub(crate) struct Look<T> {
    /// The session that is held, with its generation.
    pub(crate) held: Option<(Arc<T>, u64)>,
    /// When it was asked for, how long it is good for, and the age at which the next one is asked for.
    pub(crate) life: Option<(Now, Duration, Duration)>,
    pub(crate) is_led: bool,
    pub(crate) is_rejected: bool,
    /// The sign-in that failed last.
    pub(crate) failed: Option<u64>,
    /// How many sign-ins in a row were in vain, and how many it will be if the session is refused.
    pub(crate) failed_sign_ins: (u32, u32),
    /// Until when the next one rests.
    pub(crate) backoff_until: Moment,
    /// Whether a call was accepted with the session.
    pub(crate) is_proven: bool,
}

impl<T, E> SessionCell<T, E> {
    pub(crate) fn look(&self) -> Look<T> {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let held = state.held.as_ref();
        Look {
            held: held.map(|held| (Arc::clone(&held.session), held.generation)),
            life: held.and_then(|held| held.life.map(|life| (held.asked, life.whole, life.renew))),
            is_led: state.is_led,
            is_rejected: state.rejected.is_some(),
            failed: state.failure.as_ref().map(|(round, _)| *round),
            failed_sign_ins: (state.failed_sign_ins, state.failed_if_refused),
            backoff_until: state.backoff_until,
            is_proven: held.is_some_and(|held| self.0.proven.load(Ordering::Relaxed) >= held.generation),
        }
    }
}

impl<T, E> LeadGuard<T, E> {
    /// How often its sign-in was sent, when for the last time, and until when the server wants no other.
    pub(crate) fn look(&self) -> (u32, Moment, Moment) {
        (self.sent, self.sent_at, self.retry_after)
    }
}
