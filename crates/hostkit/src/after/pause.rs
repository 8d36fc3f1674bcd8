//! A pause between two reads.

use super::reading::Limits;
use crate::cancel::Cancel;
use crate::error::{Cause, Error};
use crate::machine::{Step, Wakeup};
use crate::time::{Moment, Now};

/// A pause until a moment, cut short by the deadline or by cancellation.
pub(super) struct Pause {
    until: Moment,
    is_too_long: bool,
}

impl Pause {
    pub(super) fn new(until: Moment, limits: &Limits) -> Self {
        Self { until, is_too_long: limits.deadline.is_some_and(|deadline| deadline <= until) }
    }

    pub(super) fn step<C>(&self, now: Now, limits: &Limits) -> Step<Result<(), Error<C>>> {
        let cancel = limits.options.cancel.as_ref();
        // Listening starts before the check, so no cancellation is missed.
        let listener = cancel.map(Cancel::listen);
        if cancel.is_some_and(Cancel::is_cancelled) {
            return Step::Done(Err(Error::named("recovery", Cause::Cancelled)));
        }
        if self.is_too_long {
            let why = "the deadline comes before the end of the pause";
            return Step::Done(Err(Error::named("recovery", Cause::Exhausted(why.into()))));
        }
        if now.monotonic >= self.until {
            return Step::Done(Ok(()));
        }
        match listener {
            Some(listener) => Step::Wait(Wakeup::of_a_sleep(listener), self.until),
            None => Step::SleepUntil(self.until),
        }
    }
}
