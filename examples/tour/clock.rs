//! A clock for clients of the sandbox: where they would sleep, the sandbox's own time goes on instead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hostkit::time::{Clock, Moment, Now, SystemClock};

/// Waiting takes no real time: both sides move to the moment that was waited for.
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
