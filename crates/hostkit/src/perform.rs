//! The machine of a call that acts: its turn, what is there before it, the call, and a read after some refusals.

use std::fmt;
use std::time::Duration;

use hostkit_proto::evidence::{Baseline, Doubt, Evidence, Inputs, LAG, Shows, Sighting};
use hostkit_proto::{Api, BaseUrl, Effect, Endpoint, FaultCode, FaultKind, Perform, Reason};

use crate::after::reading::{Limits, Read, ReadingMachine};
use crate::after::sighting::{Comparison, Quality};
use crate::call::outcome::{Outcome, Rejection, Reply};
use crate::call::ticket::Ticket;
use crate::call::turns::{Kind, Others, Turn};
use crate::call::{ActMachine, Acted};
use crate::cancel::Cancel;
use crate::client::ClientCore;
use crate::error::{Cause, Error, UNREAD};
use crate::machine::{Machine, Step, Wakeup};
use crate::options::CallOptions;
use crate::store::thread::{Answer, Polled};
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type Ended<E> = Outcome<Reply<<E as Endpoint>::Output>, Code<E>>;

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
    deadline: Moment,
    state: State<E>,
}

enum State<E: Perform> {
    Start,
    /// Waits for the end of calls that could be taken for this one, here and then in other processes.
    Turn,
    SharedTurn(Answer<Result<Others, Duration>>),
    /// Asks the other processes again at this moment.
    Pause(Moment),
    /// Has its turn.
    Baseline,
    Before(Box<ReadingMachine<E::Reading>>, Limits),
    Act,
    /// Reads whether a refusal answers the second of two arrivals, of which the first was carried out.
    Refused(Box<Refused<E>>),
    /// Asks what calls of other processes mean for what was read.
    Others(Box<Refused<E>>, Box<Read<E::Reading>>, Answer<Others>),
    /// Waits until other processes know the end.
    End(Box<Ended<E>>, Answer<()>),
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
            deadline: Moment::START,
            state: State::Start,
        }
    }
}

impl<E: Perform> PerformMachine<E> {
    /// Starts the call itself.
    fn act(&mut self, now: Now, baseline: Option<Baseline>, read_at: Option<BaseUrl>) {
        let mut ticket = Ticket::ahead::<E>(self.core.place(), self.inputs.clone(), now);
        if let (Some(baseline), Some(turn)) = (&baseline, &self.turn) {
            let others = self.others(turn.number());
            ticket = ticket.with_baseline(baseline.clone(), turn.number(), others);
        }
        if let Some(base) = &read_at {
            ticket = ticket.with_read_at(base);
        }
        self.baseline = baseline;
        self.act.set_ticket(ticket, read_at);
        self.state = State::Act;
    }

    /// What other calls mean for this one.
    fn others(&self, turn: u64) -> Others {
        let here = self.core.shared().turns.others(Some(turn), &Kind::of::<E>(&self.inputs));
        here.and(self.others.clone())
    }

    fn limits(&self) -> Limits {
        Limits { options: self.options.clone(), deadline: Some(self.deadline) }
    }

    fn is_cancelled(&self) -> bool {
        self.options.cancel.as_ref().is_some_and(Cancel::is_cancelled)
    }

    fn not_sent(&mut self, now: Now, cause: Cause<Code<E>>) -> Step<Ended<E>> {
        let error = self.error(cause);
        self.end(now, Outcome::NotSent(error))
    }

    fn error(&self, cause: Cause<Code<E>>) -> Error<Code<E>> {
        self.core.error(&E::INFO, cause)
    }

    /// Waits for the end of other calls, at most until the deadline.
    fn take_turn(&mut self, now: Now) -> Option<Step<Ended<E>>> {
        if self.is_cancelled() {
            return Some(self.not_sent(now, Cause::Cancelled));
        }
        match self.core.shared().turns.take(&Kind::of::<E>(&self.inputs), now.monotonic) {
            Ok(mut turn) => {
                if may_be_late::<E>() {
                    turn.may_be_late_if_lost();
                }
                self.turn = Some(turn);
                None
            }
            Err(_) if now.monotonic >= self.deadline => {
                let why = "another call, which could be taken for this one, did not end before the deadline";
                Some(self.not_sent(now, Cause::Exhausted(why.into())))
            }
            Err(ended) => Some(self.act.listen(now, self.deadline, ended)),
        }
    }

    /// Asks the store for a turn among the calls of all processes.
    fn ask_for_turn(&mut self, now: Now) {
        let kind = Kind::of::<E>(&self.inputs);
        let turns = &self.core.shared().turns;
        let left = self.deadline.since(now.monotonic);
        let asked = self.turn.as_mut().and_then(|turn| turns.take_shared(turn, &kind, left));
        self.state = match asked {
            Some(answer) => State::SharedTurn(answer),
            None => State::Baseline,
        };
    }

    /// Waits for the end of calls of other processes.
    fn take_shared_turn(&mut self, now: Now, answer: Answer<Result<Others, Duration>>) -> Option<Step<Ended<E>>> {
        match answer.poll() {
            Polled::Pending(listener) if now.monotonic < self.deadline => {
                let step = self.act.listen(now, self.deadline, listener);
                self.state = State::SharedTurn(answer);
                Some(step)
            }
            Polled::Ready(Ok(Ok(others))) => {
                self.others = others;
                self.state = State::Baseline;
                None
            }
            Polled::Ready(Ok(Err(wait))) if now.monotonic < self.deadline => {
                self.state = State::Pause(now.monotonic + wait);
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
    fn read_baseline(&mut self, now: Now) -> Option<Step<Ended<E>>> {
        if self.options.is_unread || !E::is_shown(&self.inputs) {
            self.act(now, None, None);
            return None;
        }
        let limits = self.limits();
        match E::reading(&self.inputs) {
            Ok(reading) => {
                let reading = ReadingMachine::new(&self.core, reading, &limits, now);
                self.state = State::Before(Box::new(reading), limits);
                None
            }
            Err(error) => Some(self.not_sent(now, Cause::Encode(error))),
        }
    }

    /// What was there before the call, `None` if the API does not have what would show it, or why the call is not sent.
    fn before(
        &self,
        now: Now,
        read: Read<E::Reading>,
        reading: &ReadingMachine<E::Reading>,
    ) -> Result<Option<Baseline>, Error<Code<E>>> {
        if reading.age() > LAG {
            let why = format!("what is there before the call came from a cache, and is too old to tell: {UNREAD}");
            return Err(self.error(Cause::Refused(why.into())));
        }
        if reading.bases().len() > 1 {
            let why = "a new sign-in named another address while what is there before the call was read";
            return Err(self.error(Cause::Exhausted(why.into())));
        }
        // Of a list, the keys of before count.
        let unreadable = reading.unreadable(E::FACTS.optional_fields).filter(|_| E::FACTS.shows != Shows::Item);
        if let Some(error) = unreadable.filter(|_| read.is_ok()) {
            let unread = self.error(Cause::Decode(error.clone()));
            return Err(self.error(Cause::KnownInPart(Box::new(unread))));
        }
        match (read, reading.unread()) {
            // What is not shown now would look new later.
            (Ok(_), Some(error)) => Err(self.error(Cause::KnownInPart(Box::new(error.clone())))),
            (Ok(answer), None) => {
                let evidence = E::evidence(&self.inputs, answer).map_err(|error| self.error(Cause::Encode(error)))?;
                let baseline = evidence.baseline().clone();
                match E::FACTS.already_is_refused && Self::is_already(now, &baseline, evidence) {
                    true => Err(self.error(Cause::Already)),
                    false => Ok(Some(baseline)),
                }
            }
            // What is to go is not there.
            (Err(error), _) if error.is_not_found() && E::FACTS.shows == Shows::Absence => {
                Ok(Some(Baseline::default()))
            }
            (Err(error), _) if error.is_not_found() && E::not_found().is_some() => Ok(Some(Baseline::of("not found"))),
            // The API itself refuses a call about an object that it does not have. If it does not, each item of it would
            // look new.
            (Err(error), _) if error.is_not_found() && E::FACTS.shows == Shows::Item => Ok(None),
            (Err(error), _) if error.is_not_found() && E::FACTS.makes => Ok(Some(Baseline::default().lacking())),
            (Err(error), _) if error.is_not_found() => Ok(Some(Baseline::default())),
            (Err(error), _) => Err(error.before(&E::INFO)),
        }
    }

    /// Whether what was read before the call shows what it is to do.
    fn is_already(now: Now, baseline: &Baseline, evidence: Evidence<E::Found>) -> bool {
        // An item that would be this call's if it were new is there.
        let nothing = Baseline::default();
        let compared = if E::FACTS.shows == Shows::Item { &nothing } else { baseline };
        match evidence.sighting(compared, now.wall) {
            Sighting::Seen(_) | Sighting::Unclear(Doubt::WasSo) => true,
            Sighting::Unclear(Doubt::NotThere) => E::FACTS.shows == Shows::Absence,
            _ => false,
        }
    }

    /// Ends the call, or looks whether its refusal is a consequence of its own success.
    fn ended(&mut self, now: Now, acted: Acted<E>) -> Option<Step<Ended<E>>> {
        let Acted { outcome, refused } = acted;
        let (rejection, ticket) = match (outcome, refused) {
            (Outcome::Rejected(rejection), refused) => {
                let ticket = refused.or_else(|| rejection.ticket().cloned());
                match ticket.filter(|_| may_follow_success(rejection.kind)) {
                    Some(ticket) if self.baseline.is_some() => (rejection, ticket),
                    // A call may conflict with its own first arrival, and nothing would show that.
                    Some(ticket) if rejection.kind == FaultKind::Conflict => {
                        return Some(self.end(now, Outcome::Rejected(rejection.with_ticket(ticket))));
                    }
                    _ => return Some(self.end(now, Outcome::Rejected(rejection))),
                }
            }
            (outcome, _) => return Some(self.end(now, outcome)),
        };
        let limits = self.limits();
        match E::reading(&self.inputs) {
            Ok(reading) => {
                let reading = ReadingMachine::new(&self.core, reading, &limits, now);
                self.state = State::Refused(Box::new(Refused { rejection, ticket, reading, limits, seen: 0 }));
                None
            }
            Err(_) => Some(self.end(now, Outcome::Rejected(rejection.with_ticket(ticket)))),
        }
    }

    /// Asks the store what calls of other processes mean for this one. None could be made since it has its turn, unless the
    /// store lost that, or this computer slept until it was over.
    fn since_its_turn(&self) -> Option<Answer<Others>> {
        let turn = self.turn.as_ref()?;
        self.core.shared().turns.others_since(turn.number(), &Kind::of::<E>(&self.inputs))
    }

    /// Ends a refused call after a read, or reads once more.
    fn weigh(&mut self, now: Now, mut refused: Box<Refused<E>>, read: Read<E::Reading>) -> Option<Step<Ended<E>>> {
        if let Some(outcome) = self.after_refusal(now, &mut refused, read) {
            return Some(self.end(now, outcome));
        }
        match E::reading(&self.inputs) {
            Ok(reading) => {
                refused.reading = ReadingMachine::new(&self.core, reading, &refused.limits, now);
                self.state = State::Refused(refused);
                None
            }
            Err(_) => {
                let Refused { rejection, ticket, .. } = *refused;
                Some(self.end(now, Outcome::Rejected(rejection.with_ticket(ticket))))
            }
        }
    }

    /// The outcome of a refused call, from a read after it; `None` to read once more.
    fn after_refusal(&mut self, now: Now, refused: &mut Refused<E>, read: Read<E::Reading>) -> Option<Ended<E>> {
        let baseline = self.baseline.clone().unwrap_or_default();
        let others = refused.ticket.turn().map(|turn| self.others(turn)).unwrap_or_default();
        let comparison = Comparison { inputs: &self.inputs, baseline: &baseline, others, at: now.wall };
        let quality = Quality::of::<E>(&refused.reading, &refused.ticket);
        // An answer from a cache may be from before the call.
        let is_new = quality.age.is_zero();
        let (rejection, ticket) = (refused.rejection.clone(), refused.ticket.clone());
        // A twin of a call that conflicts may still be at work.
        let is_alone = rejection.kind != FaultKind::Conflict;
        Some(match comparison.sighting::<E>(&self.core, read, quality) {
            Ok(Sighting::Seen(mut found)) if is_new && found.len() == 1 => {
                refused.seen += 1;
                if matches!(E::FACTS.shows, Shows::State | Shows::Absence) && refused.seen < READS {
                    return None;
                }
                match found.pop().and_then(E::output) {
                    Some(value) => Outcome::Done(rejection.into_reply(value)),
                    // It happened, but only a read of it has what the answer would have had.
                    None => Outcome::Unresolved(ticket),
                }
            }
            Ok(Sighting::Unseen) if is_new && is_alone => Outcome::Rejected(rejection),
            // The limit that the call met holds for the read, too.
            Err(error) if rejection.kind == FaultKind::RateLimited && has_no_room(&error) => {
                Outcome::Rejected(rejection)
            }
            // It was not there before the call either.
            Err(error) if error.is_not_found() && baseline == Baseline::default() && is_new && is_alone => {
                Outcome::Rejected(rejection)
            }
            // It is refused, so it was not answered with what was there.
            Ok(Sighting::Unclear(Doubt::WasSo)) if E::FACTS.shows == Shows::Item => match is_new && is_alone {
                true => Outcome::Rejected(rejection),
                false => Outcome::Rejected(rejection.with_ticket(ticket)),
            },
            // Nothing that this call could do changes what was so before it, unless it destroys something to make it so.
            Ok(Sighting::Unclear(Doubt::WasSo)) if !destroys_again::<E>() => Outcome::Rejected(rejection),
            Ok(Sighting::Unclear(Doubt::NotThere)) if baseline.own().is_empty() => Outcome::Rejected(rejection),
            _ => Outcome::Rejected(rejection.with_ticket(ticket)),
        })
    }

    /// Records the end for the calls that could be taken for this one, and waits until other processes know it.
    fn end(&mut self, now: Now, outcome: Ended<E>) -> Step<Ended<E>> {
        self.act.record(now, &outcome);
        let is_late = match &outcome {
            // What each of its results says is said already.
            Outcome::Accepted(_, reason) => *reason != Reason::PART,
            Outcome::Done(_) => false,
            // Its answer may have been that it was accepted.
            outcome => outcome.may_have_happened() && may_be_late::<E>(),
        };
        if let Some(turn) = self.turn.as_mut().filter(|_| is_late) {
            turn.may_come_late();
        }
        let told = self.turn.take().and_then(|turn| match &outcome {
            Outcome::Done(reply) | Outcome::Accepted(reply, _) => turn.done(now.monotonic, E::made(&reply.value)),
            outcome if outcome.may_have_happened() => turn.unknown(now.monotonic),
            _ => turn.nothing(),
        });
        match told {
            None => Step::Done(outcome),
            Some(told) => self.tell(now, Box::new(outcome), told),
        }
    }

    /// Waits for the store, at most until the deadline: the end of the call is not changed by it.
    fn tell(&mut self, now: Now, outcome: Box<Ended<E>>, told: Answer<()>) -> Step<Ended<E>> {
        match told.poll() {
            Polled::Pending(listener) if now.monotonic < self.deadline => {
                self.state = State::End(outcome, told);
                Step::Wait(Wakeup::new(listener), self.deadline)
            }
            Polled::Pending(_) | Polled::Ready(_) => Step::Done(*outcome),
        }
    }
}

/// Whether a refusal can answer the second arrival of a call whose first one was carried out: that one may have used up a
/// limit, a token for one use, or a signature, and a server of another version may not know the call.
fn may_follow_success(kind: FaultKind) -> bool {
    kind != FaultKind::Internal
}

fn has_no_room<C: FaultCode>(error: &Error<C>) -> bool {
    error.is_rate_limited() || matches!(error.cause(), Cause::NoRoom(_))
}

/// Whether a lost answer may be that the call was accepted, and is carried out later.
pub(crate) fn may_be_late<E: Perform>() -> bool {
    !E::FACTS.unseen_is_no && E::INFO.effect == Effect::Spends
}

/// Whether the call destroys something even where its state is the one that it sets, as a reinstallation with the same
/// image does. What is gone cannot be removed again.
fn destroys_again<E: Perform>() -> bool {
    E::INFO.effect == Effect::Destructive && E::not_found().is_none()
}

impl<E: Perform> Machine for PerformMachine<E> {
    type Done = Ended<E>;

    fn step(&mut self, now: Now) -> Step<Ended<E>> {
        loop {
            match &mut self.state {
                State::Start => {
                    self.deadline = self.act.start(now);
                    match self.act.is_refused(now) || E::FACTS.not_shown.is_some() {
                        true => self.act(now, None, None),
                        false => self.state = State::Turn,
                    }
                }
                State::Turn => {
                    if let Some(step) = self.take_turn(now) {
                        return step;
                    }
                    self.ask_for_turn(now);
                }
                State::SharedTurn(_) => {
                    if self.is_cancelled() {
                        return self.not_sent(now, Cause::Cancelled);
                    }
                    let State::SharedTurn(answer) = std::mem::replace(&mut self.state, State::Turn) else {
                        continue;
                    };
                    if let Some(step) = self.take_shared_turn(now, answer) {
                        return step;
                    }
                }
                State::Pause(until) => {
                    let until = (*until).min(self.deadline);
                    if self.is_cancelled() {
                        return self.not_sent(now, Cause::Cancelled);
                    }
                    if now.monotonic < until {
                        return Step::SleepUntil(until);
                    }
                    self.ask_for_turn(now);
                }
                State::Baseline => {
                    if let Some(step) = self.read_baseline(now) {
                        return step;
                    }
                }
                State::Before(reading, limits) => {
                    let read = match reading.step(&self.core, limits, now).into_done() {
                        Ok(read) => read,
                        Err(step) => return step,
                    };
                    let State::Before(reading, _) = std::mem::replace(&mut self.state, State::Start) else {
                        continue;
                    };
                    match self.before(now, read, &reading) {
                        Ok(baseline) => {
                            if let Some(turn) = &mut self.turn {
                                turn.read_from_cache(reading.age());
                            }
                            self.act(now, baseline, reading.bases().first().cloned());
                        }
                        Err(error) => return self.end(now, Outcome::NotSent(error)),
                    }
                }
                State::Act => {
                    let acted = match self.act.step(now).into_done() {
                        Ok(acted) => acted,
                        Err(step) => {
                            // Before it there are only reads and sign-ins.
                            let is_call = matches!(&step, Step::Send(sent) if sent.endpoint == E::INFO.name);
                            if let Some(turn) = self.turn.as_mut().filter(|_| is_call) {
                                turn.act();
                            }
                            return step;
                        }
                    };
                    if let Some(step) = self.ended(now, acted) {
                        return step;
                    }
                }
                State::End(..) => {
                    let State::End(outcome, told) = std::mem::replace(&mut self.state, State::Start) else {
                        continue;
                    };
                    return self.tell(now, outcome, told);
                }
                State::Refused(refused) => {
                    let read = match refused.reading.step(&self.core, &refused.limits, now).into_done() {
                        Ok(read) => read,
                        Err(step) => return step,
                    };
                    let State::Refused(refused) = std::mem::replace(&mut self.state, State::Act) else {
                        continue;
                    };
                    let tells = read.as_ref().err().is_none_or(Error::is_not_found);
                    match self.since_its_turn().filter(|_| tells) {
                        Some(others) => self.state = State::Others(refused, Box::new(read), others),
                        None => {
                            if let Some(step) = self.weigh(now, refused, read) {
                                return step;
                            }
                        }
                    }
                }
                State::Others(_, _, others) => {
                    let others = match others.poll() {
                        Polled::Pending(listener) if now.monotonic < self.deadline => {
                            return Step::Wait(Wakeup::new(listener), self.deadline);
                        }
                        Polled::Ready(Ok(others)) => others,
                        Polled::Pending(_) | Polled::Ready(Err(_)) => Others::unknown(),
                    };
                    let State::Others(refused, read, _) = std::mem::replace(&mut self.state, State::Act) else {
                        continue;
                    };
                    self.others = std::mem::take(&mut self.others).and(others);
                    if let Some(step) = self.weigh(now, refused, *read) {
                        return step;
                    }
                }
            }
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        match &mut self.state {
            State::Before(reading, _) => reading.receive(now, result),
            State::Act => self.act.receive(now, result),
            State::Refused(refused) => refused.reading.receive(now, result),
            State::Start
            | State::Turn
            | State::SharedTurn(_)
            | State::Pause(_)
            | State::Baseline
            | State::Others(..)
            | State::End(..) => {}
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
