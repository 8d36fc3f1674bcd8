//! The state of a cell as the search compares it: all that decides its next answer.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{LeadGuard, SessionCell};
use crate::time::{Moment, Now};

/// A snapshot of a cell.
pub(crate) struct Snapshot<T> {
    /// The session that is held, with its generation.
    pub(crate) held: Option<(Arc<T>, u64)>,
    /// When it was requested, its lifetime, and the age at which it is renewed.
    pub(crate) life: Option<(Now, Duration, Duration)>,
    pub(crate) is_led: bool,
    pub(crate) is_rejected: bool,
    /// The round of the last failed sign-in.
    pub(crate) failed: Option<u64>,
    /// Consecutive failed sign-ins, and their number if the held session is refused.
    pub(crate) failed_sign_ins: (u32, u32),
    /// The earliest moment for the next sign-in.
    pub(crate) backoff_until: Moment,
    /// Whether a call was accepted with the session.
    pub(crate) is_proven: bool,
}

impl<T, E> SessionCell<T, E> {
    pub(crate) fn snapshot(&self) -> Snapshot<T> {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let held = state.held.as_ref();
        Snapshot {
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
    /// Sign-ins sent, the time of the last one, and the end of the server's `Retry-After`.
    pub(crate) fn snapshot(&self) -> (u32, Moment, Moment) {
        (self.sent, self.sent_at, self.retry_after)
    }
}
