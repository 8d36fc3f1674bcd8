//! A clock for clients of the sandbox that advances the sandbox's time instead of sleeping.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hostkit::time::{Clock, Moment, Now, SystemClock};

/// Waiting takes no real time: client and sandbox both jump to the awaited moment.
#[derive(Debug, Clone)]
pub(crate) struct TourClock {
    sandbox: hostkit_sandbox::Clock,
    ahead: Arc<Mutex<Duration>>,
}

impl TourClock {
    pub(crate) fn new(sandbox: hostkit_sandbox::Clock) -> Self {
        Self { sandbox, ahead: Arc::default() }
    }
}

impl Clock for TourClock {
    fn now(&self) -> Now {
        SystemClock.now().later(*self.ahead.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn sleep(&self, until: Moment) -> Duration {
        let wait = until.since(self.now().monotonic);
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += wait;
        self.sandbox.advance(wait);
        Duration::ZERO
    }
}
