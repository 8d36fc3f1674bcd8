//! The interface between a driver and a state machine. No socket, no clock.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use event_listener::{EventListener, Listener};

use crate::time::{Clock, Moment, Now};
use crate::transport::{Incoming, Outgoing, TransportError};

/// A call, or a sequence of related calls, as a state machine.
///
/// The loops that run one are [`drive`](crate::machinery::drive) and [`drive_async`](crate::machinery::drive_async).
pub trait Machine {
    /// What it ends with.
    type Done;

    /// Returns the next step. May be called at any time except between a [`Step::Send`] and its [`Machine::receive`],
    /// and after [`Step::Done`].
    fn step(&mut self, now: Now) -> Step<Self::Done>;

    /// Takes the result of the last [`Step::Send`].
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>);
}

/// What a machine wants next.
#[derive(Debug)]
#[must_use]
pub enum Step<D> {
    /// Send this once, and pass the result to [`Machine::receive`].
    Send(Box<Outgoing>),
    /// Step again at this moment.
    SleepUntil(Moment),
    /// Step again on this event, at this moment at the latest.
    Wait(Wakeup, Moment),
    /// It is over.
    Done(D),
}

/// An event that a machine waits for, by blocking a thread or as a future.
#[derive(Debug)]
#[must_use = "the machine waits for it"]
pub struct Wakeup {
    listener: EventListener,
    is_sleep: bool,
}

impl Wakeup {
    pub(crate) fn new(listener: EventListener) -> Self {
        Self { listener, is_sleep: false }
    }

    /// The event that cuts a sleep short.
    pub(crate) fn of_a_sleep(listener: EventListener) -> Self {
        Self { listener, is_sleep: true }
    }

    /// How long to wait for it, at most until `moment`: nothing but time ends a sleep, so a test clock advances to its end.
    pub(crate) fn patience(&self, clock: &dyn Clock, moment: Moment) -> Duration {
        if self.is_sleep { clock.sleep(moment) } else { clock.patience(moment) }
    }

    /// Blocks until the event, at most `at_most`; returns whether it came.
    pub fn wait(self, at_most: Duration) -> bool {
        self.listener.wait_timeout(at_most).is_some()
    }
}

impl Future for Wakeup {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.listener).poll(context)
    }
}

impl<D> Step<D> {
    /// Maps the result of a finished machine.
    pub fn map<T>(self, map: impl FnOnce(D) -> T) -> Step<T> {
        match self {
            Self::Send(outgoing) => Step::Send(outgoing),
            Self::SleepUntil(moment) => Step::SleepUntil(moment),
            Self::Wait(wakeup, moment) => Step::Wait(wakeup, moment),
            Self::Done(done) => Step::Done(map(done)),
        }
    }
    /// The result, or the step that is still to be taken.
    pub(crate) fn into_done<T>(self) -> Result<D, Step<T>> {
        match self {
            Self::Send(outgoing) => Err(Step::Send(outgoing)),
            Self::SleepUntil(moment) => Err(Step::SleepUntil(moment)),
            Self::Wait(wakeup, moment) => Err(Step::Wait(wakeup, moment)),
            Self::Done(done) => Ok(done),
        }
    }
}
