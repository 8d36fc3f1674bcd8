//! One reading of the evidence: its calls in sequence, under the deadline of the recovery.

use std::time::Duration;

use hostkit_proto::evidence::Reading;
use hostkit_proto::{Api, Endpoint, EndpointInfo};
use http::HeaderMap;
use http::header::AGE;

use crate::call::CallMachine;
use crate::cancel::Cancel;
use crate::client::ClientCore;
use crate::error::{Cause, Error};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
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
    /// The largest `Age` of the answers that came from a cache.
    age: Duration,
    /// Why the answers do not show everything: an item that could not be read, or a list that was not found.
    unread: Option<Error<<R::Api as Api>::Code>>,
}

enum State<R: Reading> {
    First(CallMachine<R::First>),
    Then(Then<R>),
}

/// The calls that follow the first one.
struct Then<R: Reading> {
    answer: Option<R::Answer>,
    left: std::vec::IntoIter<R::Then>,
    current: Option<CallMachine<R::Then>>,
}

impl<R: Reading> ReadingMachine<R> {
    pub(crate) fn new(core: &ClientCore<R::Api>, reading: R, limits: &Limits, now: Now) -> Self {
        let options = limits.of(core, &R::First::INFO, now);
        let first = core.call(reading.first(), options);
        Self { reading, state: State::First(first), age: Duration::ZERO, unread: None }
    }

    pub(crate) fn age(&self) -> Duration {
        self.age
    }

    /// Why the answers do not show everything, if they do not.
    pub(crate) fn unread(&self) -> Option<&Error<<R::Api as Api>::Code>> {
        self.unread.as_ref()
    }

    pub(crate) fn step(&mut self, core: &ClientCore<R::Api>, limits: &Limits, now: Now) -> Step<Read<R>> {
        let then = loop {
            match &mut self.state {
                State::Then(then) => break then,
                State::First(call) => match call.step(now).into_done() {
                    Err(step) => return step,
                    Ok(Err(error)) => return Step::Done(Err(error)),
                    Ok(Ok(reply)) => {
                        self.age = age(&reply.headers);
                        let left_out = reply.report.left_out().first().cloned();
                        self.unread = left_out.map(|error| core.error(&R::First::INFO, Cause::Decode(error)));
                        let (answer, left) = self.reading.follow(reply.value);
                        let then = Then { answer: Some(answer), left: left.into_iter(), current: None };
                        self.state = State::Then(then);
                    }
                },
            }
        };
        loop {
            if let Some(call) = &mut then.current {
                match call.step(now).into_done() {
                    Err(step) => return step,
                    Ok(Ok(reply)) => {
                        self.age = self.age.max(age(&reply.headers));
                        let left_out = reply.report.left_out().first().cloned();
                        let left_out = left_out.map(|error| core.error(&R::Then::INFO, Cause::Decode(error)));
                        self.unread = self.unread.take().or(left_out);
                        if let Some(answer) = &mut then.answer {
                            self.reading.add(answer, reply.value);
                        }
                    }
                    // The object is gone meanwhile, or its items are hidden.
                    Ok(Err(error)) if error.is_not_found() => self.unread = self.unread.take().or(Some(error)),
                    Ok(Err(error)) => return Step::Done(Err(error)),
                }
            }
            then.current = then.left.next().map(|call| core.call(&call, limits.of(core, &R::Then::INFO, now)));
            if then.current.is_none() {
                let over = || Error::refused(&R::First::INFO, "the reading was stepped after its end");
                return Step::Done(then.answer.take().ok_or_else(over));
            }
        }
    }

    pub(crate) fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        match &mut self.state {
            State::First(call) => call.receive(now, result),
            State::Then(Then { current: Some(call), .. }) => call.receive(now, result),
            State::Then(_) => {}
        }
    }
}

/// The `Age` of an answer from a cache, zero otherwise. One that cannot be read is no small one.
fn age(headers: &HeaderMap) -> Duration {
    let seconds = |age: &http::HeaderValue| age.to_str().ok()?.trim().parse().ok().map(Duration::from_secs);
    headers.get_all(AGE).iter().map(|age| seconds(age).unwrap_or(Duration::MAX)).max().unwrap_or_default()
}
