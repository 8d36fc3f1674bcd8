//! The machine of a call that acts: its turn, what is there before it, the call, and a look after some refusals.

use std::fmt;
use std::time::Duration;

use hostkit_proto::evidence::{Baseline, Doubt, Inputs, Shows, Sighting};
use hostkit_proto::{Api, Endpoint, FaultKind, Perform};

use crate::after::reading::{Limits, Read, ReadingMachine};
use crate::call::outcome::{Outcome, Rejection, Reply};
use crate::call::ticket::Ticket;
use crate::call::turns::{Kind, LAG, Others, Turn};
use crate::call::{ActMachine, Acted};
use crate::cancel::Cancel;
use crate::client::ClientCore;
use crate::error::{Cause, Error};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::store::thread::{Answer, Polled};
use crate::subject::place;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type Ended<E> = Outcome<Reply<<E as Endpoint>::Output>, Code<E>>;

/// What the caller can do where what is there before a call is not known in full, and what that costs.
const UNREAD: &str = "what it does not show would look new later. The option `unread` sends the call without this look; \
                      `reconcile` cannot tell then what became of it if its answer is lost";

/// The reads that have to show that something is gone, or is in another state, after a refusal.
const READS: u32 = 2;

/// A mutating call. It ends with an outcome.
///
/// ```text
///   start --> turn --> read what is there --> act --> refused, perhaps by its own success --> read --+
///                           |                  |                                                     v
///                           +--> not sent      +------------------------------------------------> outcome
/// ```
pub struct PerformMachine<E: Perform> {
    core: ClientCore<E::Api>,
    inputs: Inputs,
    options: CallOptions,
    act: ActMachine<E>,
    turn: Option<Turn>,
    /// What calls of other processes mean for this one.
    others: Others,
    baseline: Option<Baseline>,
    state: State<E>,
}

enum State<E: Perform> {
    Start,
    /// Waits for the end of calls that could be taken for this one, here and then in other processes.
    Turn(Moment),
    SharedTurn(Moment, Answer<Result<Others, Duration>>),
    /// Asks the other processes again at the first moment.
    Pause(Moment, Moment),
    /// Has its turn.
    Look(Moment),
    Before(Box<ReadingMachine<E::Reading>>, Limits),
    Act(Moment),
    /// Looks whether a refusal answers the second of two arrivals, of which the first was carried out.
    Refused(Box<Refused<E>>),
}

struct Refused<E: Perform> {
    rejection: Rejection<Code<E>>,
    ticket: Ticket,
    reading: ReadingMachine<E::Reading>,
    limits: Limits,
    seen: u32,
}

impl<A: Api> ClientCore<A> {
    /// Starts a mutating call.
    pub fn perform<E: Perform<Api = A>>(&self, endpoint: &E, options: CallOptions) -> PerformMachine<E> {
        PerformMachine {
            core: self.clone(),
            inputs: endpoint.inputs(),
            act: ActMachine::new(self, endpoint, options.clone()),
            options,
            turn: None,
            others: Others::default(),
            baseline: None,
            state: State::Start,
        }
    }
}

impl<E: Perform> PerformMachine<E> {
    /// Starts the call itself.
    fn act(&mut self, now: Now, deadline: Moment, baseline: Option<Baseline>) {
        let mut ticket = Ticket::ahead::<E>(self.core.place(), self.inputs.clone(), now);
        if let (Some(baseline), Some(turn)) = (&baseline, &self.turn) {
            ticket = ticket.with_baseline(baseline.clone(), turn.number());
        }
        self.baseline = baseline;
        if let Some(turn) = &mut self.turn {
            turn.act();
        }
        self.act.set_ticket(ticket);
        self.state = State::Act(deadline);
    }

    fn limits(&self, deadline: Moment) -> Limits {
        Limits { options: self.options.clone(), deadline: Some(deadline) }
    }

    fn is_cancelled(&self) -> bool {
        self.options.cancel.as_ref().is_some_and(Cancel::is_cancelled)
    }

    fn not_sent(&mut self, now: Now, cause: Cause<Code<E>>) -> Step<Ended<E>> {
        let error = self.error(cause);
        self.end(now, Outcome::NotSent(error))
    }

    fn error(&self, cause: Cause<Code<E>>) -> Error<Code<E>> {
        Error::new(&E::INFO, cause).at(<E::Api as Api>::INFO.name, Some(place(self.core.base_url())), None)
    }

    /// Waits for the end of other calls, at most until the deadline.
    fn take_turn(&mut self, now: Now, deadline: Moment) -> Option<Step<Ended<E>>> {
        if self.is_cancelled() {
            return Some(self.not_sent(now, Cause::Cancelled));
        }
        match self.core.shared().turns.take(&Kind::of::<E>(&self.inputs), now.monotonic) {
            Ok(turn) => {
                self.turn = Some(turn);
                None
            }
            Err(_) if now.monotonic >= deadline => {
                let why = "another call, which could be taken for this one, did not end before the deadline";
                Some(self.not_sent(now, Cause::Exhausted(why.into())))
            }
            Err(ended) => Some(self.act.listen(now, deadline, ended)),
        }
    }

    /// Asks the store for a turn among the calls of all processes.
    fn ask_for_turn(&mut self, now: Now, deadline: Moment) {
        let kind = Kind::of::<E>(&self.inputs);
        let turns = &self.core.shared().turns;
        let left = deadline.since(now.monotonic);
        let asked = self.turn.as_mut().and_then(|turn| turns.take_shared(turn, &kind, left));
        self.state = match asked {
            Some(answer) => State::SharedTurn(deadline, answer),
            None => State::Look(deadline),
        };
    }

    /// Waits for the end of calls of other processes.
    fn take_shared_turn(
        &mut self,
        now: Now,
        deadline: Moment,
        answer: Answer<Result<Others, Duration>>,
    ) -> Option<Step<Ended<E>>> {
        match answer.poll() {
            Polled::Pending(listener) if now.monotonic < deadline => {
                let step = self.act.listen(now, deadline, listener);
                self.state = State::SharedTurn(deadline, answer);
                Some(step)
            }
            Polled::Ready(Ok(Ok(others))) => {
                self.others = others;
                self.state = State::Look(deadline);
                None
            }
            Polled::Ready(Ok(Err(wait))) if now.monotonic < deadline => {
                self.state = State::Pause(now.monotonic + wait, deadline);
                None
            }
            Polled::Ready(Err(error)) => {
                let why = format!("the store that other processes share failed: {error}");
                Some(self.not_sent(now, Cause::Refused(why.into())))
            }
            Polled::Pending(_) | Polled::Ready(Ok(Err(_))) => {
                let why =
                    "a call of another process, which could be taken for this one, did not end before the deadline";
                Some(self.not_sent(now, Cause::Exhausted(why.into())))
            }
        }
    }

    /// Reads what is there before the call.
    fn look(&mut self, now: Now, deadline: Moment) -> Option<Step<Ended<E>>> {
        if self.options.is_unread {
            self.act(now, deadline, None);
            return None;
        }
        let limits = self.limits(deadline);
        match E::reading(&self.inputs) {
            Ok(reading) => {
                let reading = ReadingMachine::new(&self.core, reading, &limits, now);
                self.state = State::Before(Box::new(reading), limits);
                None
            }
            Err(error) => Some(self.not_sent(now, Cause::Encode(error))),
        }
    }

    /// What was there before the call, `None` if the API does not have what would show it, or why that is not known.
    fn before(
        &self,
        read: Read<E::Reading>,
        reading: &ReadingMachine<E::Reading>,
    ) -> Result<Option<Baseline>, Error<Code<E>>> {
        if reading.age() > LAG {
            let why = format!("what is there before the call came from a cache, and is too old to tell: {UNREAD}");
            return Err(self.error(Cause::Refused(why.into())));
        }
        match (read, reading.unread()) {
            (Ok(_), Some(error)) => {
                let why = format!("what is there before the call is known in part only: {error}: {UNREAD}");
                Err(self.error(Cause::Refused(why.into())))
            }
            (Ok(answer), None) => Ok(Some(E::baseline(&self.inputs, &answer)?)),
            (Err(error), _) if error.is_not_found() && E::not_found().is_some() => Ok(Some(Baseline::of("not found"))),
            // The API itself refuses a call about an object that it does not have. If it does not, each item of it would
            // look new.
            (Err(error), _) if error.is_not_found() && E::SHOWS_AS == Shows::Item => Ok(None),
            (Err(error), _) if error.is_not_found() => Ok(Some(Baseline::default())),
            (Err(error), _) => Err(error),
        }
    }

    /// Ends the call, or looks whether its refusal is a consequence of its own success.
    fn ended(&mut self, now: Now, deadline: Moment, acted: Acted<E>) -> Option<Step<Ended<E>>> {
        let Acted { outcome, refused } = acted;
        let (rejection, ticket) = match (outcome, refused) {
            (Outcome::Rejected(rejection), refused) => {
                let ticket = refused.or_else(|| rejection.ticket().cloned());
                match ticket.filter(|_| self.baseline.is_some() && may_follow_success(rejection.kind)) {
                    Some(ticket) => (rejection, ticket),
                    None => return Some(self.end(now, Outcome::Rejected(rejection))),
                }
            }
            (outcome, _) => return Some(self.end(now, outcome)),
        };
        let limits = self.limits(deadline);
        match E::reading(&self.inputs) {
            Ok(reading) => {
                let reading = ReadingMachine::new(&self.core, reading, &limits, now);
                self.state = State::Refused(Box::new(Refused { rejection, ticket, reading, limits, seen: 0 }));
                None
            }
            Err(_) => Some(self.end(now, Outcome::Rejected(rejection.with_ticket(ticket)))),
        }
    }

    /// The outcome of a refused call, from a read after it; `None` to read once more.
    fn after_refusal(&mut self, now: Now, refused: &mut Refused<E>, read: Read<E::Reading>) -> Option<Ended<E>> {
        let baseline = self.baseline.clone().unwrap_or_default();
        let others = self.core.shared().turns.others(refused.ticket.turn(), &Kind::of::<E>(&self.inputs));
        // No call of another process was made since this one has its turn.
        let others = others.and(self.others.clone());
        // An answer from a cache may be from before the call.
        let is_whole = refused.reading.unread().is_none() && refused.reading.age().is_zero();
        let sighting = match read {
            Ok(answer) => E::find(&self.inputs, &baseline.clone().with_others(others.keys), now.wall, answer).ok(),
            Err(error) if error.is_not_found() => match E::not_found() {
                Some(_) if !baseline.own().is_empty() => Some(Sighting::Unclear(Doubt::WasSo)),
                Some(found) => Some(Sighting::Seen(vec![found])),
                None if baseline == Baseline::default() => Some(Sighting::Unseen),
                None => None,
            },
            Err(_) => None,
        };
        let (rejection, ticket) = (refused.rejection.clone(), refused.ticket.clone());
        let unknown = || Outcome::Rejected(rejection.clone().with_ticket(ticket.clone()));
        Some(match sighting {
            Some(Sighting::Seen(mut found)) if is_whole && !others.may_have_done_it && found.len() == 1 => {
                refused.seen += 1;
                if matches!(E::SHOWS_AS, Shows::State | Shows::Absence) && refused.seen < READS {
                    return None;
                }
                match found.pop().and_then(E::output) {
                    Some(value) => Outcome::Done(rejection.into_reply(value)),
                    // It happened, but only a read of it has what the answer would have had.
                    None => Outcome::Unresolved(ticket),
                }
            }
            // A twin of the call may still be at work.
            Some(Sighting::Unseen) if is_whole && rejection.kind != FaultKind::Conflict => Outcome::Rejected(rejection),
            // Nothing that this call could do changes what was so before it.
            Some(Sighting::Unclear(Doubt::WasSo)) => Outcome::Rejected(rejection),
            Some(Sighting::Unclear(Doubt::NotThere)) if baseline.own().is_empty() => Outcome::Rejected(rejection),
            _ => unknown(),
        })
    }

    /// Records the end for the calls that could be taken for this one.
    fn end(&mut self, now: Now, outcome: Ended<E>) -> Step<Ended<E>> {
        if let Some(turn) = self.turn.take() {
            match &outcome {
                Outcome::Done(reply) | Outcome::Accepted(reply, _) => turn.done(now.monotonic, E::made(&reply.value)),
                outcome if outcome.may_have_happened() => turn.unknown(now.monotonic),
                _ => turn.nothing(),
            }
        }
        Step::Done(outcome)
    }
}

/// Whether a refusal can answer the second arrival of a call whose first one was carried out.
fn may_follow_success(kind: FaultKind) -> bool {
    use FaultKind::{Auth, Empty, Internal, RateLimited, Unsupported};
    !matches!(kind, Auth | Empty | Internal | RateLimited | Unsupported)
}

impl<E: Perform> Machine for PerformMachine<E> {
    type Done = Ended<E>;

    fn step(&mut self, now: Now) -> Step<Ended<E>> {
        loop {
            match &mut self.state {
                State::Start => {
                    let deadline = self.act.start(now);
                    match self.act.is_refused(now) || E::NOT_SHOWN.is_some() {
                        true => self.act(now, deadline, None),
                        false => self.state = State::Turn(deadline),
                    }
                }
                State::Turn(deadline) => {
                    let deadline = *deadline;
                    if let Some(step) = self.take_turn(now, deadline) {
                        return step;
                    }
                    self.ask_for_turn(now, deadline);
                }
                State::SharedTurn(deadline, _) => {
                    let deadline = *deadline;
                    if self.is_cancelled() {
                        return self.not_sent(now, Cause::Cancelled);
                    }
                    let State::SharedTurn(_, answer) = std::mem::replace(&mut self.state, State::Turn(deadline)) else {
                        continue;
                    };
                    if let Some(step) = self.take_shared_turn(now, deadline, answer) {
                        return step;
                    }
                }
                State::Pause(until, deadline) => {
                    let (until, deadline) = (*until, *deadline);
                    if self.is_cancelled() {
                        return self.not_sent(now, Cause::Cancelled);
                    }
                    if now.monotonic < until.min(deadline) {
                        return Step::SleepUntil(until.min(deadline));
                    }
                    self.ask_for_turn(now, deadline);
                }
                State::Look(deadline) => {
                    let deadline = *deadline;
                    if let Some(step) = self.look(now, deadline) {
                        return step;
                    }
                }
                State::Before(reading, limits) => {
                    let read = match reading.step(&self.core, limits, now).into_done() {
                        Ok(read) => read,
                        Err(step) => return step,
                    };
                    let deadline = limits.deadline.unwrap_or(now.monotonic);
                    let State::Before(reading, _) = std::mem::replace(&mut self.state, State::Start) else {
                        continue;
                    };
                    match self.before(read, &reading) {
                        Ok(baseline) => self.act(now, deadline, baseline),
                        Err(error) => return self.end(now, Outcome::NotSent(error)),
                    }
                }
                State::Act(deadline) => {
                    let deadline = *deadline;
                    let acted = match self.act.step(now).into_done() {
                        Ok(acted) => acted,
                        Err(step) => return step,
                    };
                    if let Some(step) = self.ended(now, deadline, acted) {
                        return step;
                    }
                }
                State::Refused(refused) => {
                    let read = match refused.reading.step(&self.core, &refused.limits, now).into_done() {
                        Ok(read) => read,
                        Err(step) => return step,
                    };
                    let deadline = refused.limits.deadline.unwrap_or(now.monotonic);
                    let State::Refused(mut refused) = std::mem::replace(&mut self.state, State::Act(deadline)) else {
                        continue;
                    };
                    if let Some(outcome) = self.after_refusal(now, &mut refused, read) {
                        return self.end(now, outcome);
                    }
                    match E::reading(&self.inputs) {
                        Ok(reading) => {
                            refused.reading = ReadingMachine::new(&self.core, reading, &refused.limits, now);
                            self.state = State::Refused(refused);
                        }
                        Err(_) => {
                            let Refused { rejection, ticket, .. } = *refused;
                            return self.end(now, Outcome::Rejected(rejection.with_ticket(ticket)));
                        }
                    }
                }
            }
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        match &mut self.state {
            State::Before(reading, _) => reading.receive(now, result),
            State::Act(_) => self.act.receive(now, result),
            State::Refused(refused) => refused.reading.receive(now, result),
            State::Start | State::Turn(_) | State::SharedTurn(..) | State::Pause(..) | State::Look(_) => {}
        }
    }
}

#[cfg(all(test, not(loom)))]
impl<E: Perform> PerformMachine<E> {
    pub(crate) fn act_machine(&self) -> &ActMachine<E> {
        &self.act
    }
}

impl<E: Perform> fmt::Debug for PerformMachine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PerformMachine").field(&self.act).finish()
    }
}
