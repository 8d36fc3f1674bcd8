//! The machine that runs the body of a flow: it polls the body, and drives the machine that the body waits for.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use event_listener::Event;

use super::calls::Calls;
use super::desk::{Desk, Job};
use crate::api::Api;
use crate::client::ClientCore;
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::time::Now;
use crate::transport::{Incoming, TransportError};

/// How long nobody looks at a body that waits for something else than its calls, unless it wakes the flow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calls that belong together, as one machine that any driver runs.
///
/// Dropping it drops the body and the call under way: a sign-in that it led passes on to those who wait for it. A call
/// that acts and was sent stays open, as with a dropped future of `perform`.
pub struct FlowMachine<F> {
    // The order matters: the body goes first, then what it waited for.
    body: Pin<Box<F>>,
    current: Option<Box<dyn Job>>,
    desk: Arc<Desk>,
    alarm: Arc<Alarm>,
    allowed: Option<Duration>,
}

impl<F: Future> FlowMachine<F> {
    pub(crate) fn new<A: Api>(core: &ClientCore<A>, options: CallOptions, body: impl FnOnce(Calls<A>) -> F) -> Self {
        let desk = Arc::new(Desk::new(core.clock().now()));
        let allowed = options.deadline;
        let options = CallOptions { deadline: None, ..options };
        let body = Box::pin(body(Calls::new(core, options, &desk)));
        Self { body, current: None, desk, alarm: Arc::new(Alarm(Event::new())), allowed }
    }
}

impl<F: Future> Machine for FlowMachine<F> {
    type Done = F::Output;

    fn step(&mut self, now: Now) -> Step<F::Output> {
        self.desk.tell(now, self.allowed);
        loop {
            if let Some(job) = &mut self.current {
                match job.step(now) {
                    Step::Done(()) => self.current = None,
                    Step::Send(outgoing) => return Step::Send(outgoing),
                    Step::SleepUntil(moment) => return Step::SleepUntil(moment),
                    Step::Wait(listener, moment) => return Step::Wait(listener, moment),
                }
            }
            // Listening comes first: what wakes the flow while the body is polled is then not lost.
            let woken = self.alarm.0.listen();
            let waker = Waker::from(Arc::clone(&self.alarm));
            if let Poll::Ready(done) = self.body.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Step::Done(done);
            }
            self.current = self.desk.next();
            if self.current.is_none() {
                return Step::Wait(woken, now.monotonic + PATIENCE);
            }
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.desk.tell(now, self.allowed);
        if let Some(job) = &mut self.current {
            job.receive(now, result);
        }
    }
}

/// Wakes a flow whose body waits for something else than its calls.
struct Alarm(Event);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.0.notify(usize::MAX);
    }
}

impl<F> fmt::Debug for FlowMachine<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowMachine").field("is_calling", &self.current.is_some()).finish_non_exhaustive()
    }
}
