//! What a driver runs: a machine that says what to do next and is told what came of it. No socket, no clock.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use event_listener::{EventListener, Listener};

use crate::time::{Moment, Now};
use crate::transport::{Incoming, Outgoing, TransportError};

/// A call, or several that belong together, as a state machine.
///
/// The loops that run one are [`drive`](crate::machinery::drive) and [`drive_async`](crate::machinery::drive_async).
pub trait Machine {
    /// What it ends with.
    type Done;

    /// Says what to do now. A machine may be stepped again at any time, but for between a [`Step::Send`] and its
    /// [`Machine::receive`], and after [`Step::Done`].
    fn step(&mut self, now: Now) -> Step<Self::Done>;

    /// Takes what came of the last [`Step::Send`].
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>);
}

/// What a machine wants next.
#[derive(Debug)]
#[must_use]
pub enum Step<D> {
    /// Send this once, and hand what comes of it to [`Machine::receive`].
    Send(Box<Outgoing>),
    /// Step again at this moment.
    SleepUntil(Moment),
    /// Step again when the event comes, at this moment at the latest.
    Wait(Wakeup, Moment),
    /// It is over.
    Done(D),
}

/// The event that a machine waits for: it blocks a thread, or is awaited as a future.
#[derive(Debug)]
#[must_use = "the machine waits for it"]
pub struct Wakeup(EventListener);

impl Wakeup {
    pub(crate) fn new(listener: EventListener) -> Self {
        Self(listener)
    }

    /// Blocks until the event comes, for this long at most. Whether it came.
    pub fn wait(self, at_most: Duration) -> bool {
        self.0.wait_timeout(at_most).is_some()
    }
}

impl Future for Wakeup {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<D> Step<D> {
    /// The same step with another end.
    pub fn map<T>(self, map: impl FnOnce(D) -> T) -> Step<T> {
        match self {
            Self::Send(outgoing) => Step::Send(outgoing),
            Self::SleepUntil(moment) => Step::SleepUntil(moment),
            Self::Wait(wakeup, moment) => Step::Wait(wakeup, moment),
            Self::Done(done) => Step::Done(map(done)),
        }
    }
    /// What it ended with, or the step that still leads there.
    pub(crate) fn into_done<T>(self) -> Result<D, Step<T>> {
        match self {
            Self::Send(outgoing) => Err(Step::Send(outgoing)),
            Self::SleepUntil(moment) => Err(Step::SleepUntil(moment)),
            Self::Wait(wakeup, moment) => Err(Step::Wait(wakeup, moment)),
            Self::Done(done) => Ok(done),
        }
    }
}
