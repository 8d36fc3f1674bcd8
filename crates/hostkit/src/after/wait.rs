//! The machine that polls on behalf of a waiter until its end or the deadline.

use std::fmt;
use std::time::Duration;

use hostkit_proto::{Api, Endpoint, FaultCode, Observation, Progress, Waiter};

use crate::call::CallMachine;
use crate::client::ClientCore;
use crate::error::{Error, ErrorKind};
use crate::machine::{Machine, Step, Wakeup};
use crate::options::CallOptions;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

/// Consecutive polls that may fail without an answer of the API.
const MISSES: u32 = 5;

/// Why a waiter did not reach its end.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum WaitError<C: FaultCode> {
    /// The awaited state will never be reached.
    Failed {
        /// The name of the waiter.
        waiter: &'static str,
        /// What the last poll saw.
        text: String,
    },
    /// The deadline passed; the state may still be reached.
    Deadline {
        /// The name of the waiter.
        waiter: &'static str,
        /// What the last poll saw.
        last: Option<Observation>,
    },
    /// The caller cancelled; the state may still be reached.
    Cancelled {
        /// The name of the waiter.
        waiter: &'static str,
    },
    /// A poll failed permanently.
    Call(Error<C>),
}

impl<C: FaultCode> fmt::Display for WaitError<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { waiter, text } => write!(f, "{waiter}: it failed: {text}"),
            Self::Deadline { waiter, last: Some(last) } => {
                write!(f, "{waiter}: the deadline passed; the last state was {:?}", last.text)
            }
            Self::Deadline { waiter, last: None } => write!(f, "{waiter}: the deadline passed"),
            Self::Cancelled { waiter } => write!(f, "{waiter}: cancelled by the caller"),
            Self::Call(error) => write!(f, "{error}"),
        }
    }
}

impl<C: FaultCode> std::error::Error for WaitError<C> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => Some(error),
            _ => None,
        }
    }
}

impl<A: Api> ClientCore<A> {
    /// Polls until the waiter's end, and reports each observation to `on_progress`.
    pub fn wait<W, F>(&self, waiter: W, options: CallOptions, on_progress: F) -> WaitMachine<W, F>
    where
        W: Waiter,
        W::Endpoint: Endpoint<Api = A>,
        F: FnMut(&Observation),
    {
        WaitMachine::new(self, waiter, options, on_progress)
    }
}

/// Polls until the waiter's end.
pub struct WaitMachine<W: Waiter, F> {
    core: ClientCore<<W::Endpoint as Endpoint>::Api>,
    waiter: W,
    options: CallOptions,
    on_progress: F,
    deadline: Option<Moment>,
    interval: Duration,
    /// The time of the next poll, if none is in progress.
    next: Moment,
    call: Option<CallMachine<W::Endpoint>>,
    last: Option<Observation>,
    misses: u32,
}

type Code<W> = <<<W as Waiter>::Endpoint as Endpoint>::Api as Api>::Code;

impl<W: Waiter, F: FnMut(&Observation)> WaitMachine<W, F> {
    pub(crate) fn new(
        core: &ClientCore<<W::Endpoint as Endpoint>::Api>,
        waiter: W,
        options: CallOptions,
        on_progress: F,
    ) -> Self {
        Self {
            core: core.clone(),
            waiter,
            options,
            on_progress,
            deadline: None,
            // A spec without an interval must not cause a flood of polls.
            interval: W::INFO.interval.max(Duration::from_millis(100)),
            next: Moment::START,
            call: None,
            last: None,
            misses: 0,
        }
    }

    /// The options of one poll: its usual deadline, capped by the remaining time.
    fn poll_options(&self, now: Now, deadline: Moment) -> CallOptions {
        let own = <W::Endpoint as Endpoint>::INFO.deadline;
        let left = deadline.since(now.monotonic);
        CallOptions { deadline: Some(own.min(left)), ..self.options.clone() }
    }

    fn judge(&mut self, now: Now, progress: Progress<W::Found>) -> Option<Result<W::Found, WaitError<Code<W>>>> {
        self.misses = 0;
        match progress {
            Progress::Ready(found) => Some(Ok(found)),
            Progress::Failed(text) => Some(Err(WaitError::Failed { waiter: W::INFO.name, text })),
            Progress::Pending(observation) => {
                (self.on_progress)(&observation);
                self.last = Some(observation);
                self.pause(now);
                None
            }
        }
    }

    fn pause(&mut self, now: Now) {
        self.next = now.monotonic + self.interval;
        let growth = if W::INFO.growth.is_finite() { W::INFO.growth.clamp(1.0, 10.0) } else { 1.0 };
        self.interval = self.interval.mul_f64(growth).min(W::INFO.cap.max(W::INFO.interval));
    }

    fn on_error(&mut self, now: Now, error: Error<Code<W>>) -> Option<Result<W::Found, WaitError<Code<W>>>> {
        // A fault at sign-in says nothing about the awaited state.
        let fault = error.fault().filter(|_| error.kind() == ErrorKind::Fault);
        if let Some(progress) = fault.and_then(|fault| self.waiter.on_fault(fault)) {
            return self.judge(now, progress);
        }
        if error.kind() == ErrorKind::Cancelled {
            return Some(Err(WaitError::Cancelled { waiter: W::INFO.name }));
        }
        let is_passing = match error.kind() {
            ErrorKind::Transport | ErrorKind::Unrecognised | ErrorKind::Exhausted => true,
            ErrorKind::Fault => fault.is_some_and(|fault| fault.is_rate_limited() || fault.is_of_a_failed_server()),
            _ => false,
        };
        // With many waiters on one account the rate limit may leave no room for a poll; that is no failed poll.
        self.misses += u32::from(error.kind() != ErrorKind::Exhausted);
        if !is_passing || self.misses >= MISSES {
            return Some(Err(WaitError::Call(error)));
        }
        tracing::debug!(waiter = W::INFO.name, error = %error, "a poll failed; waiting on");
        self.pause(now);
        None
    }
}

impl<W: Waiter, F: FnMut(&Observation)> Machine for WaitMachine<W, F> {
    type Done = Result<W::Found, WaitError<Code<W>>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        let deadline = match self.deadline {
            Some(deadline) => deadline,
            None => {
                self.next = now.monotonic + W::INFO.first;
                *self.deadline.insert(now.monotonic + self.options.deadline.unwrap_or(W::INFO.deadline))
            }
        };
        loop {
            if let Some(call) = &mut self.call {
                let result = match call.step(now).into_done() {
                    Ok(result) => result,
                    Err(step) => return step,
                };
                self.call = None;
                let ended = match result {
                    Ok(reply) => {
                        let progress = self.waiter.judge(reply.value);
                        self.judge(now, progress)
                    }
                    Err(error) => self.on_error(now, error),
                };
                if let Some(ended) = ended {
                    return Step::Done(ended);
                }
            }
            if self.options.cancel.as_ref().is_some_and(crate::cancel::Cancel::is_cancelled) {
                return Step::Done(Err(WaitError::Cancelled { waiter: W::INFO.name }));
            }
            if now.monotonic >= deadline {
                return Step::Done(Err(WaitError::Deadline { waiter: W::INFO.name, last: self.last.take() }));
            }
            if now.monotonic < self.next {
                let until = self.next.min(deadline);
                let Some(cancel) = &self.options.cancel else {
                    return Step::SleepUntil(until);
                };
                let listener = cancel.listen();
                if !cancel.is_cancelled() {
                    return Step::Wait(Wakeup::new(listener), until);
                }
                continue;
            }
            let options = self.poll_options(now, deadline);
            self.call = Some(self.core.call(&self.waiter.poll(), options));
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        if let Some(call) = &mut self.call {
            call.receive(now, result);
        }
    }
}

impl<W: Waiter, F> fmt::Debug for WaitMachine<W, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitMachine").field("waiter", &W::INFO.name).field("last", &self.last).finish_non_exhaustive()
    }
}
