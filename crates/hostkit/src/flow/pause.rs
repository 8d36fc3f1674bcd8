//! A pause in a flow.

use std::marker::PhantomData;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::error::{Cause, Error};
use crate::machine::{Machine, Step};
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

/// Sleeps until a moment, unless the deadline comes first or the caller cancels.
pub(super) struct Pause<C> {
    until: Moment,
    is_too_long: bool,
    cancel: Option<Cancel>,
    code: PhantomData<fn() -> C>,
}

impl<C> Pause<C> {
    pub(super) fn new(now: Now, duration: Duration, deadline: Option<Moment>, cancel: Option<Cancel>) -> Self {
        let until = now.monotonic + duration;
        let is_too_long = deadline.is_some_and(|deadline| deadline <= until);
        Self { until, is_too_long, cancel, code: PhantomData }
    }
}

impl<C> Machine for Pause<C> {
    type Done = Result<(), Error<C>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        // The event is listened to first: a cancellation between the two is then seen in one of them.
        let listener = self.cancel.as_ref().map(Cancel::listen);
        if self.cancel.as_ref().is_some_and(Cancel::is_cancelled) {
            return Step::Done(Err(Error::named("flow", Cause::Cancelled)));
        }
        if self.is_too_long {
            let why = "the deadline comes before the end of the pause";
            return Step::Done(Err(Error::named("flow", Cause::Exhausted(why.into()))));
        }
        if now.monotonic >= self.until {
            return Step::Done(Ok(()));
        }
        match listener {
            Some(listener) => Step::Wait(listener, self.until),
            None => Step::SleepUntil(self.until),
        }
    }

    /// A pause sends nothing.
    fn receive(&mut self, _: Now, _: Result<Incoming, TransportError>) {}
}
