//! Recovery: finds out whether a call happened, without ever sending it again.

use std::fmt;
use std::time::Duration;

use hostkit_proto::evidence::{Doubt, LAG, Shows, Sighting};
use hostkit_proto::{Api, Endpoint, FaultCode, Perform};

use super::pause::Pause;
use super::reading::{Limits, Read, ReadingMachine};
use super::sighting::{Comparison, Quality};
use super::verdict::Recovery;
use crate::call::ticket::{Ticket, TicketCause};
use crate::call::turns::{Kind, Others};
use crate::client::ClientCore;
use crate::error::{Cause, Error};
use crate::machine::{Machine, Step, Wakeup};
use crate::options::CallOptions;
use crate::perform::may_be_late;
use crate::store::thread::{Answer, Polled};
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};
use crate::watch::RecoveryRead;

/// Consecutive reads that have to agree before a verdict that needs time.
const READS: u32 = 3;

/// Consecutive reads that may fail, once the time is over.
const FAILURES: u32 = 3;

/// The most reads of one recovery.
const MOST: u32 = 40;

/// The shortest and the longest time between two reads.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(60);

/// Reads the evidence of a call until it tells whether the call happened, or until it is clear that it does not tell.
///
/// ```text
///   start --> read --> it shows, once: verdict
///               ^  \
///               |   not seen, unclear, or a state --> time over and three reads agree: verdict
///               +---------------- pause <---------------+
/// ```
///
/// A verdict is given once the processes that share a store know it, since the caller may act on it at once.
pub struct RecoveryMachine<E: Perform, F = fn(&RecoveryRead)> {
    core: ClientCore<E::Api>,
    ticket: Ticket,
    options: Option<CallOptions>,
    on_progress: F,
    run: Option<Run<E>>,
}

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type Verdict<E> = Recovery<<E as Perform>::Found, Code<E>>;

/// The state once the first step has given the time.
struct Run<E: Perform> {
    limits: Limits,
    /// The moment from which the call's absence counts, and a state that it was to set.
    absence_from: Moment,
    /// How long that is from the first step on.
    wait: Duration,
    /// The moment after which no further read begins.
    over: Moment,
    /// The moment from which a proxy has no second arrival under way.
    single: Moment,
    /// The moment of the call: what a list shows that is older than it is none of the call's.
    sent: Moment,
    /// The reads so far, those in a row that said the same, and those in a row that failed.
    reads: u32,
    alike: u32,
    failures: u32,
    last: Option<Said>,
    /// Why the last of the reads that failed did.
    failure: Option<Error<Code<E>>>,
    /// What was seen before `single`: a proxy may still double it.
    seen: Option<E::Found>,
    state: State<E>,
}

/// What a read said.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Unseen,
    Seen,
    Part,
    Unclear(Doubt),
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unseen => f.write_str("not there yet"),
            Self::Seen => f.write_str("there; another read makes sure"),
            Self::Part => f.write_str("a part is there"),
            Self::Unclear(doubt) => write!(f, "cannot tell: {doubt}"),
        }
    }
}

enum State<E: Perform> {
    /// The next read is due.
    Due,
    /// A read that was started at this moment.
    Reading(Box<ReadingMachine<E::Reading>>, Moment),
    /// Asks what calls of other processes mean for what was read.
    Others(Box<Read<E::Reading>>, Moment, Quality, Answer<Others>),
    Pause(Pause),
    /// Waits until other processes know the verdict.
    End(Box<Verdict<E>>, Option<Answer<()>>),
}

impl<E: Perform, F: FnMut(&RecoveryRead)> RecoveryMachine<E, F> {
    pub(crate) fn new(core: &ClientCore<E::Api>, ticket: &Ticket, options: CallOptions, on_progress: F) -> Self {
        Self { core: core.clone(), ticket: ticket.clone(), options: Some(options), on_progress, run: None }
    }

    /// The verdict if nothing can be read.
    fn refuse(&self) -> Option<Verdict<E>> {
        let (info, ticket) = (&E::INFO, &self.ticket);
        if (ticket.api(), ticket.operation(), ticket.spec()) != (<E::Api as Api>::INFO.name, info.name, info.spec) {
            return Some(Recovery::OtherTicket("another call"));
        }
        if !ticket.may_be_of(&self.core.place()) {
            return Some(Recovery::OtherTicket("another base URL or account"));
        }
        if let Some(why) = E::FACTS.not_shown {
            return Some(Recovery::NotShown(why));
        }
        let is_read = ticket.baseline().is_some() && E::is_shown(ticket.inputs());
        (!is_read).then_some(Recovery::CannotTell(Doubt::NoBaseline))
    }

    /// Ends with the verdict of a read that was started at `asked`, or pauses to read again.
    fn weigh(&mut self, now: Now, read: Read<E::Reading>, asked: Moment, quality: Quality, others: Others) {
        let inputs = self.ticket.inputs();
        let here = self.core.shared().turns.others(self.ticket.turn(), &Kind::of::<E>(inputs));
        let mut others = here.and(others);
        // In another process, without the store, only the ticket knows of the calls beside it.
        others.may_have_done_it |= self.ticket.is_clouded() && !self.core.shared().turns.is_known(self.ticket.turn());
        let baseline = self.ticket.baseline().cloned().unwrap_or_default();
        // Where the clock was set back since the call, the call itself is the better witness of the date.
        let at = now.wall.max(self.ticket.sent().wall);
        let comparison = Comparison { inputs, baseline: &baseline, others, at };
        let sighting = match comparison.sighting::<E>(&self.core, read, quality) {
            // What was refused was not answered with what was there.
            Ok(Sighting::Unclear(Doubt::WasSo))
                if E::FACTS.shows == Shows::Item && self.ticket.cause() == TicketCause::Refused =>
            {
                Ok(Sighting::Unseen)
            }
            sighting => sighting,
        };
        let Some(run) = &mut self.run else { return };
        let failure = sighting.as_ref().err().map(ToString::to_string);
        let verdict = match sighting {
            Ok(sighting) => run.judge(sighting, asked, quality.age),
            Err(error) => run.failed(asked, error),
        };
        run.state = match verdict.or_else(|| run.is_endless(asked)) {
            Some(verdict) => {
                let told = tell::<E>(&self.core, &self.ticket, now, &verdict);
                State::End(Box::new(verdict), told)
            }
            None => {
                let next = run.next(now);
                let read = run.last_read(now, next, failure);
                (self.on_progress)(&read);
                State::Pause(Pause::new(next, &run.limits))
            }
        };
    }
}

impl<E: Perform> Run<E> {
    fn new(ticket: &Ticket, options: CallOptions, now: Now) -> Self {
        // Only the monotonic clock counts: a wall clock that was set would end the wait too early. Where the monotonic
        // time of the end is unknown, the wait starts anew.
        let ended = ticket.given_up().unwrap_or_else(|| ticket.under_way_until(now));
        let absence_from = ended + E::FACTS.absence_after(E::INFO.effect);
        Self {
            limits: Limits::new(options, now),
            absence_from,
            wait: absence_from.since(now.monotonic),
            // A call of long ago is read several times, too.
            over: absence_from.max(now.monotonic) + LAG,
            single: ended + E::FACTS.within,
            // Where it is unknown, it was before the first read at least.
            sent: ticket.sent_here().unwrap_or(now.monotonic),
            reads: 0,
            alike: 0,
            failures: 0,
            last: None,
            failure: None,
            seen: None,
            state: State::Due,
        }
    }

    /// The verdict of a read that was started at `asked`; `None` to read again.
    fn judge(&mut self, sighting: Sighting<E::Found>, asked: Moment, age: Duration) -> Option<Verdict<E>> {
        // What is there may be older by a part of a second than its age says.
        let is_since_call = age.is_zero() || asked >= self.sent + age + Duration::from_secs(1);
        if let Some(seen) = self.seen.take() {
            // It certainly happened, whatever the second read shows.
            return Some(match sighting {
                Sighting::Seen(several) if several.len() > 1 && is_since_call => Recovery::Several(several),
                _ => Recovery::Happened(seen),
            });
        }
        self.failures = 0;
        let said = match &sighting {
            Sighting::Unseen => Said::Unseen,
            Sighting::Seen(_) => Said::Seen,
            Sighting::Part(..) => Said::Part,
            Sighting::Unclear(doubt) => Said::Unclear(doubt.clone()),
        };
        self.alike = if self.last.as_ref() == Some(&said) { self.alike + 1 } else { 1 };
        self.last = Some(said);
        // An answer from a cache is older than its request.
        let is_certain = self.alike >= READS && asked >= self.absence_from + age;
        let is_for_good = matches!(E::FACTS.shows, Shows::Item | Shows::Change);
        match sighting {
            Sighting::Seen(mut found)
                if is_for_good
                    && is_since_call
                    && found.len() == 1
                    && E::FACTS.may_be_doubled
                    && asked < self.single =>
            {
                self.seen = found.pop();
                None
            }
            Sighting::Seen(found) if is_for_good && is_since_call || is_certain => Recovery::of(found),
            Sighting::Part(mut found, missing) if is_certain => match found.len() {
                1 => found.pop().map(|found| Recovery::InPart(found, missing)),
                _ => Some(Recovery::Several(found)),
            },
            Sighting::Unseen if is_certain => Some(match E::FACTS.unseen_is_no {
                true => Recovery::DidNot,
                false => Recovery::CannotTell(Doubt::Passing),
            }),
            Sighting::Unclear(doubt) if is_certain => Some(Recovery::CannotTell(doubt)),
            _ => None,
        }
    }

    /// The verdict after a read that failed; `None` to read again.
    fn failed(&mut self, asked: Moment, error: Error<Code<E>>) -> Option<Verdict<E>> {
        if let Some(seen) = self.seen.take() {
            return Some(Recovery::Happened(seen));
        }
        // What was said before the failure is no longer said in a row.
        (self.alike, self.last) = (0, None);
        self.failures += 1;
        let is_over = self.failures >= FAILURES && asked >= self.absence_from;
        if is_over || !is_passing(&error) || self.is_over(asked) {
            return Some(Recovery::Unread(error));
        }
        self.failure = Some(error);
        None
    }

    /// Whether no further read begins.
    fn is_over(&self, asked: Moment) -> bool {
        self.reads >= MOST || asked >= self.over
    }

    /// The verdict if the reads come to no end by themselves.
    fn is_endless(&mut self, asked: Moment) -> Option<Verdict<E>> {
        self.is_over(asked).then(|| match (&self.last, self.failure.take()) {
            (Some(Said::Unclear(doubt)), _) => Recovery::CannotTell(doubt.clone()),
            // Without it, enough reads would have said the same in a row.
            (_, Some(error)) => Recovery::Unread(error),
            (_, None) => Recovery::CannotTell(Doubt::Cached),
        })
    }

    /// The last read, for the caller.
    fn last_read(&self, now: Now, next: Moment, failure: Option<String>) -> RecoveryRead {
        RecoveryRead {
            reads: self.reads,
            seen: match &self.last {
                _ if failure.is_some() => "nothing: the read failed".to_owned(),
                Some(said) => said.to_string(),
                None => Said::Seen.to_string(),
            },
            failure,
            next: next.since(now.monotonic),
            until_absence_counts: self.absence_from.since(now.monotonic),
        }
    }

    /// When the next read is due: sooner at first, and once when the time is over.
    fn next(&self, now: Now) -> Moment {
        if self.seen.is_some() {
            return self.single.max(now.monotonic);
        }
        // A hoster that may need hours is asked less often, so that the reads last as long.
        let longest = LONGEST.max(E::FACTS.absence_after(E::INFO.effect).max(self.wait) / (MOST / 2));
        let pause = SHORTEST.saturating_mul(2_u32.saturating_pow(self.reads.saturating_sub(1))).min(longest);
        let next = now.monotonic + pause;
        match now.monotonic < self.absence_from && self.absence_from < next {
            true => self.absence_from.max(now.monotonic + SHORTEST),
            false => next,
        }
    }
}

impl<E: Perform, F: FnMut(&RecoveryRead)> Machine for RecoveryMachine<E, F> {
    type Done = Verdict<E>;

    fn step(&mut self, now: Now) -> Step<Verdict<E>> {
        if let Some(options) = self.options.take() {
            if let Some(verdict) = self.refuse() {
                return Step::Done(verdict);
            }
            if let Some(turn) = self.ticket.turn() {
                let kind = Kind::of::<E>(self.ticket.inputs());
                let kind = if may_be_late::<E>() { kind.late() } else { kind };
                let ended = self.ticket.given_up().unwrap_or_else(|| self.ticket.under_way_until(now));
                self.core.shared().turns.remember(turn, kind, ended);
            }
            self.run = Some(Run::new(&self.ticket, options, now));
        }
        loop {
            let Some(run) = &mut self.run else {
                return Step::Done(Recovery::CannotTell(Doubt::NoBaseline));
            };
            match &mut run.state {
                State::Due => match E::reading(self.ticket.inputs()) {
                    Ok(reading) => {
                        let reading = ReadingMachine::new(&self.core, reading, &run.limits, now);
                        run.reads += 1;
                        run.state = State::Reading(Box::new(reading), now.monotonic);
                    }
                    Err(error) => {
                        return Step::Done(Recovery::Unread(self.core.error(&E::INFO, Cause::Encode(error))));
                    }
                },
                State::Reading(reading, asked) => {
                    let read = match reading.step(&self.core, &run.limits, now).into_done() {
                        Ok(read) => read,
                        Err(step) => return step,
                    };
                    let (asked, quality) = (*asked, Quality::of::<E>(reading, &self.ticket));
                    let kind = Kind::of::<E>(self.ticket.inputs());
                    // That something is not found may be what another process did.
                    let tells = read.as_ref().err().is_none_or(Error::is_not_found);
                    let turns = &self.core.shared().turns;
                    match tells.then(|| turns.others_shared(self.ticket.turn(), &kind)).flatten() {
                        Some(others) => run.state = State::Others(Box::new(read), asked, quality, others),
                        None => self.weigh(now, read, asked, quality, Others::default()),
                    }
                }
                State::Others(_, _, _, others) => {
                    let others = match others.poll() {
                        Polled::Pending(listener) if !run.limits.is_over(now) => {
                            return Step::Wait(Wakeup::new(listener), run.limits.until(now));
                        }
                        Polled::Ready(Ok(others)) => others,
                        Polled::Pending(_) | Polled::Ready(Err(_)) => Others::unknown(),
                    };
                    let State::Others(read, asked, quality, _) = std::mem::replace(&mut run.state, State::Due) else {
                        continue;
                    };
                    self.weigh(now, *read, asked, quality, others);
                }
                State::Pause(pause) => match pause.step(now, &run.limits).into_done() {
                    Err(step) => return step,
                    Ok(Ok(())) => run.state = State::Due,
                    Ok(Err(error)) => {
                        let verdict = match run.seen.take() {
                            Some(seen) => Recovery::Happened(seen),
                            None => Recovery::NotYet(run.absence_from.since(now.monotonic), error),
                        };
                        let told = tell::<E>(&self.core, &self.ticket, now, &verdict);
                        run.state = State::End(Box::new(verdict), told);
                    }
                },
                State::End(_, told) => {
                    let unknown = match told.as_ref().map(Answer::poll) {
                        Some(Polled::Pending(listener)) if !run.limits.is_over(now) => {
                            return Step::Wait(Wakeup::new(listener), run.limits.until(now));
                        }
                        Some(Polled::Pending(_)) => {
                            let why = "the store that other processes share did not take the verdict before the end";
                            let error = self.core.error(&E::INFO, Cause::Exhausted(why.into()));
                            Some(Recovery::NotYet(Duration::ZERO, error))
                        }
                        Some(Polled::Ready(Err(error))) => {
                            let why = format!("the store that other processes share did not take the verdict: {error}");
                            Some(Recovery::Unread(self.core.error(&E::INFO, Cause::Refused(why.into()))))
                        }
                        Some(Polled::Ready(Ok(()))) | None => None,
                    };
                    let State::End(verdict, _) = std::mem::replace(&mut run.state, State::Due) else { continue };
                    return Step::Done(unknown.unwrap_or(*verdict));
                }
            }
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        if let Some(Run { state: State::Reading(reading, _), .. }) = &mut self.run {
            reading.receive(now, result);
        }
    }
}

/// Tells the calls that could be taken for this one what became of it. The answer comes once the store knows it.
fn tell<E: Perform>(core: &ClientCore<E::Api>, ticket: &Ticket, now: Now, verdict: &Verdict<E>) -> Option<Answer<()>> {
    let made = match verdict {
        Recovery::Happened(found) | Recovery::InPart(found, _) => Some(E::keys(found)),
        Recovery::Several(found) => Some(found.iter().flat_map(E::keys).collect()),
        Recovery::DidNot => None,
        _ => return None,
    };
    core.shared().turns.tell(ticket.turn()?, now.monotonic, made)
}

/// Whether the error is transient.
fn is_passing<C: FaultCode>(error: &Error<C>) -> bool {
    use crate::error::ErrorKind::{Decode, Exhausted, Fault, Transport, Unrecognised};
    match error.kind() {
        // Exhausted, too: another process may have held the sign-in, or the list may have moved between its pages.
        Transport | Unrecognised | Decode | Exhausted => true,
        Fault => error.is_rate_limited() || error.fault().is_some_and(hostkit_proto::Fault::is_of_a_failed_server),
        _ => false,
    }
}

impl<E: Perform, F> fmt::Debug for RecoveryMachine<E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryMachine").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}
