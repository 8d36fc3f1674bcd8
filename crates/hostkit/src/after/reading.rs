//! One reading of the evidence: its calls in sequence, under the deadline of the recovery.

use std::time::Duration;

use hostkit_proto::codec::DecodeError;
use hostkit_proto::evidence::Reading;
use hostkit_proto::{Api, BaseUrl, Call, Endpoint as _, EndpointInfo, FaultCode};

use crate::call::CallMachine;
use crate::cancel::Cancel;
use crate::client::ClientCore;
use crate::error::{Cause, Error, ErrorOf};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::pages::Tally;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

/// The options of a recovery's calls, and their common deadline.
pub(crate) struct Limits {
    pub(crate) options: CallOptions,
    pub(crate) deadline: Option<Moment>,
}

impl Limits {
    /// The deadline counts from `now`.
    pub(crate) fn new(options: CallOptions, now: Now) -> Self {
        let deadline = options.deadline.map(|allowed| now.monotonic + allowed);
        Self { options, deadline }
    }

    /// Whether the deadline has passed, or the caller cancelled.
    pub(crate) fn is_over(&self, now: Now) -> bool {
        let is_cancelled = self.options.cancel.as_ref().is_some_and(Cancel::is_cancelled);
        is_cancelled || self.deadline.is_some_and(|deadline| now.monotonic >= deadline)
    }

    /// The latest moment at which a wait for something else looks at the deadline and the cancellation again.
    pub(crate) fn until(&self, now: Now) -> Moment {
        let soon = now.monotonic + Duration::from_millis(50);
        self.deadline.map_or(soon, |deadline| deadline.min(soon))
    }

    /// The options of one call: its usual deadline, capped by the remaining time.
    fn of<A: Api>(&self, core: &ClientCore<A>, info: &EndpointInfo, now: Now) -> CallOptions {
        let usual = core.shared().deadline.unwrap_or(info.deadline);
        let left = self.deadline.map(|deadline| deadline.since(now.monotonic));
        CallOptions { deadline: Some(left.map_or(usual, |left| left.min(usual))), ..self.options.clone() }
    }
}

/// What a reading of `R` gives, or the error of one of its calls.
pub(crate) type Read<R> = Result<<R as Reading>::Answer, Error<<<R as Reading>::Api as Api>::Code>>;

/// A reading in progress.
pub(crate) struct ReadingMachine<R: Reading> {
    reading: R,
    state: State<R>,
    seen: Seen<<R::Api as Api>::Code>,
}

enum State<R: Reading> {
    First(Whole<R::First>),
    Then(Then<R>),
}

/// The calls that follow the first one.
struct Then<R: Reading> {
    answer: Option<R::Answer>,
    left: std::vec::IntoIter<R::Then>,
    current: Option<(R::Then, Whole<R::Then>)>,
}

/// The most pages of a list that are read.
const MOST_PAGES: u32 = 100;

/// A call with all its pages.
struct Whole<E: Call> {
    machine: CallMachine<E>,
    /// The call for the page that is under way, unless it is the first one.
    asked: Option<E>,
    pages: u32,
    all: Option<E::Output>,
    tally: Tally,
}

/// What the answers of a reading do not show.
struct Seen<C: FaultCode> {
    /// The largest `Age` of the answers that came from a cache.
    age: Duration,
    /// Why they do not show everything: an item that could not be read, or a list that was not found or has no end.
    unread: Option<Error<C>>,
    /// Fields that are there and could not be read.
    defects: Vec<DecodeError>,
    /// Where those come from that need a session; several where a sign-in named another address meanwhile.
    bases: Vec<BaseUrl>,
}

impl<E: Call> Whole<E> {
    fn new(core: &ClientCore<E::Api>, call: &E, limits: &Limits, now: Now) -> Self {
        let machine = core.call(call, limits.of(core, &E::INFO, now));
        Self { machine, asked: None, pages: 0, all: None, tally: Tally::default() }
    }

    /// Steps the call for the page that is under way; `first` is the call for the first one.
    fn step(
        &mut self,
        core: &ClientCore<E::Api>,
        first: &E,
        limits: &Limits,
        now: Now,
        seen: &mut Seen<<E::Api as Api>::Code>,
    ) -> Step<Result<E::Output, ErrorOf<E>>> {
        loop {
            let done = match self.machine.step(now).into_done() {
                Err(step) => return step,
                Ok(done) => done,
            };
            // That nothing is found may come from a cache, too.
            seen.age = seen.age.max(self.machine.age());
            if E::INFO.authorised && !seen.bases.contains(self.machine.base()) {
                seen.bases.push(self.machine.base().clone());
            }
            let reply = match done {
                // That a page is not found says nothing of what the list belongs to.
                Err(error) if error.is_not_found() => match self.all.take() {
                    None => return Step::Done(Err(error)),
                    Some(all) => {
                        seen.unread = seen.unread.take().or(Some(error));
                        return Step::Done(Ok(all));
                    }
                },
                Err(error) => return Step::Done(Err(error)),
                Ok(reply) => reply,
            };
            seen.defects.extend(reply.report.defects().iter().cloned());
            let mut unread = reply.report.left_out().first().cloned().map(Cause::Decode);
            self.pages += 1;
            let asked = self.asked.as_ref().unwrap_or(first);
            let mut count = asked.page_count(&reply.value);
            if let Some(count) = count.as_mut().filter(|_| !reply.report.defects().is_empty()) {
                // What an empty page leaves out may be what could not be read.
                count.total = count.total.filter(|total| *total > 0);
            }
            self.tally.add(count);
            let next = match asked.page_after(&reply.value, &reply.report) {
                Ok(Some(_)) if self.pages >= MOST_PAGES => {
                    let why = format!("the list has more than {MOST_PAGES} pages");
                    unread = unread.or(Some(Cause::Exhausted(why.into())));
                    None
                }
                Ok(next) => next,
                Err(error) => {
                    unread = unread.or(Some(Cause::Decode(error)));
                    None
                }
            };
            if next.is_none() && unread.is_none() {
                unread = self.tally.doubt().map(|why| Cause::Exhausted(why.into()));
            }
            seen.unread = seen.unread.take().or_else(|| Some(core.error(&E::INFO, unread?)));
            let all = match self.all.take() {
                None => reply.value,
                Some(mut all) => {
                    E::add_page(&mut all, reply.value);
                    all
                }
            };
            let Some(next) = next else { return Step::Done(Ok(all)) };
            self.machine = core.call(&next, limits.of(core, &E::INFO, now));
            (self.all, self.asked) = (Some(all), Some(next));
        }
    }
}

impl<R: Reading> ReadingMachine<R> {
    pub(crate) fn new(core: &ClientCore<R::Api>, reading: R, limits: &Limits, now: Now) -> Self {
        let first = Whole::new(core, reading.first(), limits, now);
        Self {
            reading,
            state: State::First(first),
            seen: Seen { age: Duration::ZERO, unread: None, defects: Vec::new(), bases: Vec::new() },
        }
    }

    pub(crate) fn age(&self) -> Duration {
        self.seen.age
    }

    /// Why the answers do not show everything, if they do not.
    pub(crate) fn unread(&self) -> Option<&Error<<R::Api as Api>::Code>> {
        self.seen.unread.as_ref()
    }

    /// Why a field with one of these names in answers is not known to be absent, if it could not be read.
    pub(crate) fn unreadable(&self, names: &[&str]) -> Option<&DecodeError> {
        let name = |step: &str| {
            let step = step.strip_prefix("header ").unwrap_or(step);
            names.contains(&step.split('[').next().unwrap_or_default())
        };
        self.seen.defects.iter().find(|error| error.path().split('.').any(name))
    }

    /// Where the answers come from that need a session.
    pub(crate) fn bases(&self) -> &[BaseUrl] {
        &self.seen.bases
    }

    pub(crate) fn step(&mut self, core: &ClientCore<R::Api>, limits: &Limits, now: Now) -> Step<Read<R>> {
        let then = loop {
            match &mut self.state {
                State::Then(then) => break then,
                State::First(whole) => {
                    match whole.step(core, self.reading.first(), limits, now, &mut self.seen).into_done() {
                        Err(step) => return step,
                        Ok(Err(error)) => return Step::Done(Err(error)),
                        Ok(Ok(first)) => {
                            let (answer, left) = self.reading.follow(first);
                            let then = Then { answer: Some(answer), left: left.into_iter(), current: None };
                            self.state = State::Then(then);
                        }
                    }
                }
            }
        };
        loop {
            if let Some((call, whole)) = &mut then.current {
                match whole.step(core, call, limits, now, &mut self.seen).into_done() {
                    Err(step) => return step,
                    Ok(Ok(output)) => {
                        if let Some(answer) = &mut then.answer {
                            self.reading.add(answer, output);
                        }
                    }
                    // The object is gone meanwhile, or its items are hidden.
                    Ok(Err(error)) if error.is_not_found() => {
                        self.seen.unread = self.seen.unread.take().or(Some(error));
                    }
                    Ok(Err(error)) => return Step::Done(Err(error)),
                }
            }
            then.current = then.left.next().map(|call| {
                let whole = Whole::new(core, &call, limits, now);
                (call, whole)
            });
            if then.current.is_none() {
                let over = || Error::refused(&R::First::INFO, "the reading was stepped after its end");
                return Step::Done(then.answer.take().ok_or_else(over));
            }
        }
    }

    pub(crate) fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        match &mut self.state {
            State::First(whole) => whole.machine.receive(now, result),
            State::Then(Then { current: Some((_, whole)), .. }) => whole.machine.receive(now, result),
            State::Then(_) => {}
        }
    }
}
