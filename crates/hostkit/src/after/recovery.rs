//! Recovery: finds out whether a call happened, without ever sending it again.

use std::fmt;
use std::time::Duration;

use hostkit_proto::evidence::AnswerOf;
use hostkit_proto::{Api, Endpoint, Evidence, FaultCode};

use super::pause::Pause;
use super::reading::{Limits, ReadingMachine};
use super::verdict::{Reconciled, StillOpen};
use crate::call::ticket::Ticket;
use crate::client::ClientCore;
use crate::error::Error;
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

/// Consecutive reads without a trace of the call before the verdict is "did not happen".
const READS: u32 = 3;

/// Consecutive reads that may fail.
const FAILURES: u32 = 3;

/// Consecutive reads without a trace of the call if all come from a cache.
const CACHED: u32 = 12;

/// The shortest and the longest time between two reads.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(30);

/// Reads the evidence of a call until it tells whether the call happened.
///
/// ```text
///   start --> read --> found it, or it cannot be told: verdict
///               ^  \
///               |   not seen, or the read failed --> time over and three reads: verdict
///               +---------------- pause <---------------+
/// ```
pub struct RecoveryMachine<E: Evidence> {
    core: ClientCore<E::Api>,
    ticket: Ticket,
    options: Option<CallOptions>,
    run: Option<Run<E>>,
}

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type Verdict<E> = Reconciled<<E as Evidence>::Found, Code<E>>;

/// The state once the first step has given the time.
struct Run<E: Evidence> {
    limits: Limits,
    /// The moment from which the call's effect must be visible.
    settled: Moment,
    /// Consecutive reads that did not see the call; `failures` counts those that failed.
    unseen: u32,
    failures: u32,
    /// What was seen before `settled`: a proxy may still double it.
    seen: Option<E::Found>,
    state: State<E>,
}

/// What a read can show.
struct Quality {
    /// How old its answer may be.
    age: Duration,
    /// Whether items of it could not be read.
    is_partial: bool,
}

enum State<E: Evidence> {
    /// The next read is due.
    Due,
    /// A read that was started at this moment.
    Reading(Box<ReadingMachine<E::Reading>>, Moment),
    Pause(Pause),
}

impl<E: Evidence> RecoveryMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, ticket: &Ticket, options: CallOptions) -> Self {
        Self { core: core.clone(), ticket: ticket.clone(), options: Some(options), run: None }
    }

    /// The verdict if nothing can be read.
    fn refuse(&self) -> Option<Verdict<E>> {
        let (info, ticket) = (&E::INFO, &self.ticket);
        if (ticket.api(), ticket.operation(), ticket.spec()) != (<E::Api as Api>::INFO.name, info.name, info.spec) {
            return Some(Reconciled::StillOpen(StillOpen::OtherCall));
        }
        if !ticket.may_be_of(&self.core.place()) {
            return Some(Reconciled::StillOpen(StillOpen::OtherPlace));
        }
        E::NOT_SHOWN.map(Reconciled::NotShown)
    }
}

impl<E: Evidence> Run<E> {
    fn new(ticket: &Ticket, options: CallOptions, now: Now) -> Self {
        // Only the monotonic clock counts: a wall clock that was set would end the wait too early. Where the monotonic
        // time of the end is unknown, the wait starts anew.
        let settled = ticket.given_up().unwrap_or(now.monotonic) + E::SHOWS_WITHIN;
        let limits = Limits::new(options, now);
        Self { limits, settled, unseen: 0, failures: 0, seen: None, state: State::Due }
    }

    /// The verdict of a read that was started at `asked`; `None` to read again.
    fn judge(
        &mut self,
        ticket: &Ticket,
        read: Result<AnswerOf<E>, Error<Code<E>>>,
        asked: Moment,
        Quality { age, is_partial }: Quality,
    ) -> Option<Verdict<E>> {
        if let Some(seen) = self.seen.take() {
            // It certainly happened, whatever the second read shows.
            let found = read.ok().and_then(|answer| E::find(ticket.inputs(), ticket.baseline(), answer));
            return Some(match found.and_then(Reconciled::of) {
                Some(several @ Reconciled::Several(_)) => several,
                _ => Reconciled::Happened(seen),
            });
        }
        // An answer from a cache is older than its request.
        let is_late = asked >= self.settled + age;
        match read {
            // What cannot be read may be what was looked for, or what has to be gone.
            Ok(answer) => match E::find(ticket.inputs(), ticket.baseline(), answer)
                .filter(|found| !is_partial || !found.is_empty() && !E::IS_ABSENCE)
            {
                // A part may become visible before the rest; without a baseline, more reads add nothing.
                None if ticket.baseline().is_none() || is_late => {
                    return Some(Reconciled::StillOpen(StillOpen::CannotTell));
                }
                None => (self.unseen, self.failures) = (0, 0),
                Some(found) => match Reconciled::of(found) {
                    Some(Reconciled::Happened(seen)) if E::MAY_BE_DOUBLED && !is_late => {
                        self.seen = Some(seen);
                        return None;
                    }
                    Some(verdict) => return Some(verdict),
                    None => (self.unseen, self.failures) = (self.unseen + 1, 0),
                },
            },
            Err(error) => match E::not_found().filter(|_| error.is_not_found()) {
                Some(found) => return Some(Reconciled::Happened(found)),
                None if self.failures + 1 >= FAILURES || !is_passing(&error) => {
                    return Some(Reconciled::StillOpen(StillOpen::Unread(error)));
                }
                None => self.failures += 1,
            },
        }
        // A read that was started too early proves nothing.
        if self.unseen >= READS && self.failures == 0 && is_late {
            let is_no = E::UNSEEN_IS_NO;
            return Some(if is_no { Reconciled::DidNot } else { Reconciled::StillOpen(StillOpen::CannotTell) });
        }
        (self.unseen >= CACHED && asked >= self.settled).then_some(Reconciled::StillOpen(StillOpen::CannotTell))
    }

    /// When the next read is due.
    fn next(&self, now: Now) -> Moment {
        if self.seen.is_some() {
            return self.settled.max(now.monotonic);
        }
        let left = self.settled.since(now.monotonic);
        now.monotonic + (left / READS.saturating_sub(self.unseen).max(1)).clamp(SHORTEST, LONGEST)
    }
}

impl<E: Evidence> Machine for RecoveryMachine<E> {
    type Done = Verdict<E>;

    fn step(&mut self, now: Now) -> Step<Verdict<E>> {
        if let Some(options) = self.options.take() {
            if let Some(verdict) = self.refuse() {
                return Step::Done(verdict);
            }
            self.run = Some(Run::new(&self.ticket, options, now));
        }
        let Some(run) = &mut self.run else {
            return Step::Done(Reconciled::StillOpen(StillOpen::CannotTell));
        };
        loop {
            match &mut run.state {
                State::Due => match E::reading(self.ticket.inputs()) {
                    Ok(reading) => {
                        let reading = ReadingMachine::new(&self.core, reading, &run.limits, now);
                        run.state = State::Reading(Box::new(reading), now.monotonic);
                    }
                    Err(error) => return Step::Done(Reconciled::StillOpen(StillOpen::Unread(error.into()))),
                },
                State::Reading(reading, asked) => {
                    let read = match reading.step(&self.core, &run.limits, now).into_done() {
                        Ok(read) => read,
                        Err(step) => return step,
                    };
                    let quality = Quality { age: reading.age(), is_partial: reading.unread().is_some() };
                    let asked = *asked;
                    if let Some(verdict) = run.judge(&self.ticket, read, asked, quality) {
                        return Step::Done(verdict);
                    }
                    run.state = State::Pause(Pause::new(run.next(now), &run.limits));
                }
                State::Pause(pause) => match pause.step(now, &run.limits).into_done() {
                    Err(step) => return step,
                    Ok(Ok(())) => run.state = State::Due,
                    Ok(Err(error)) => {
                        return Step::Done(match run.seen.take() {
                            Some(seen) => Reconciled::Happened(seen),
                            None => Reconciled::StillOpen(StillOpen::NotSeen(error)),
                        });
                    }
                },
            }
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        if let Some(Run { state: State::Reading(reading, _), .. }) = &mut self.run {
            reading.receive(now, result);
        }
    }
}

/// Whether the error is transient.
fn is_passing<C: FaultCode>(error: &Error<C>) -> bool {
    use crate::error::ErrorKind::{Decode, Fault, Transport, Unrecognised};
    match error.kind() {
        Transport | Unrecognised | Decode => true,
        Fault => error.is_rate_limited() || error.status().is_some_and(|status| status >= 500),
        _ => false,
    }
}

impl<E: Evidence> fmt::Debug for RecoveryMachine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryMachine").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}
