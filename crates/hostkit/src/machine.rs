//! What a driver runs: a machine that says what to do next and is told what came of it. No socket, no clock.

use event_listener::EventListener;

use crate::time::{Moment, Now};
use crate::transport::{Incoming, Outgoing, TransportError};

/// A call, or several that belong together, as a state machine.
///
/// The loops that run one are in [`driver`](crate::driver).
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
    Wait(EventListener, Moment),
    /// It is over.
    Done(D),
}

impl<D> Step<D> {
    /// The same step with another end.
    pub fn map<T>(self, map: impl FnOnce(D) -> T) -> Step<T> {
        match self {
            Self::Send(outgoing) => Step::Send(outgoing),
            Self::SleepUntil(moment) => Step::SleepUntil(moment),
            Self::Wait(listener, moment) => Step::Wait(listener, moment),
            Self::Done(done) => Step::Done(map(done)),
        }
    }
}
