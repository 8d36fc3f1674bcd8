//! One call from sign-in to outcome: every policy, no socket, no clock. Compiled once per API.
//!
//! What is deliberately not here: reading the value. A reader is handed to [`Exchange::receive`], so that verdict and
//! value share one parse and nothing here is generic over endpoints.

mod dropped;
mod ended;
mod machines;
mod send;
mod settle;
mod sign_in;
mod stores;

use std::sync::Arc;
use std::time::Duration;

use hostkit_wire::Limits;

use crate::answer::{RawAnswer, UnknownFields};
use crate::api::Api;
use crate::client::{Admitted, ClientCore};
use crate::codec::DecodeError;
use crate::endpoint::{Effect, EndpointInfo};
use crate::error::{Cause, Error};
use crate::machine::Step;
use crate::options::CallOptions;
use crate::price::Reservation;
use crate::rate::Permit;
use crate::request::{EncodeError, RequestParts};
use crate::retry::{Class, Stage};
use crate::sabotage::is_broken;
use crate::session_cell::{LeadGuard, Lease};
use crate::store::{Answer, Asked};
use crate::time::{Moment, Now};
use crate::transport::{AnswerLimits, Incoming, TransportError};

pub(crate) use ended::{Ended, Failed, Head, is_empty};
pub use machines::{CallMachine, PerformMachine, RawMachine};
pub(crate) use settle::api_info;

/// Reads the value of a successful answer and keeps it.
pub(crate) type Read<'r> = &'r mut dyn FnMut(&RawAnswer<'_>) -> Result<(), DecodeError>;

/// The guard of a leader, whose errors are shared.
type Guard<A> = LeadGuard<Admitted, Arc<Error<<A as Api>::Code>>>;

/// One call from sign-in to outcome.
///
/// ```text
///             +------------------ pause <--------------------+
///             v                                              | failed, and may be tried again
/// start --> prepare --> (sign in | wait for a sign-in) --> flight --> ended
///             |                                              ^
///             +--- session, rate limits and price are fine --+
/// ```
pub struct Exchange<A: Api> {
    core: ClientCore<A>,
    info: &'static EndpointInfo,
    class: Class,
    parts: Result<RequestParts, EncodeError>,
    options: CallOptions,
    reading: Reading,
    deadline: Option<Moment>,
    span: tracing::Span,
    state: State<A>,
    /// How often the call was sent, and how often its sign-in.
    attempts: u32,
    sign_ins: u32,
    /// What was used up: the one replay after a new sign-in, the one new reading.
    is_replayed: bool,
    is_reread: bool,
    /// Whether an attempt may have carried it out: what comes of later ones does not take that back.
    may_have_happened: bool,
    /// The failure of the last attempt, if there was one.
    last: Option<Failed<A::Code>>,
    /// The session of the last attempt, if it can be renewed.
    generation: Option<u64>,
    /// A session that this exchange has just asked for.
    fresh: Option<Lease<Admitted>>,
    /// The sign-in of somebody else that this exchange waits for.
    waiting: Option<u64>,
    /// What a store was asked: for room, and to keep a new session.
    asked: Option<Asked>,
    saving: Option<Answer<()>>,
    /// What the server told to wait is being kept for others.
    holding: Option<Answer<()>>,
    /// Whether the price was checked, and what was taken from the budget for it.
    is_priced: bool,
    reservation: Option<Reservation>,
}

/// Which answers have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Successes.
    Value,
    /// Successes, and faults that say only that there is nothing.
    ValueOrNothing,
    /// Every answer, whatever it says.
    Raw,
}

enum State<A: Api> {
    /// Session, rate limits and price are looked at.
    Prepare,
    /// Nothing until this moment, and then the next attempt.
    Pause(Moment),
    /// This exchange signs in for all.
    SignIn(SigningIn<A>),
    SignInFlight(SigningIn<A>, Now, Permit),
    /// The store is told that the sign-in failed, before anybody can end the process.
    Telling(FailedSignIn<A>, Answer<()>),
    Flight(Now, Permit),
    Ended(Box<Ended<A::Code>>),
    /// The end was given away.
    Over,
}

struct SigningIn<A: Api> {
    guard: Guard<A>,
    parts: RequestParts,
    not_before: Moment,
    joint: stores::Joint,
}

struct FailedSignIn<A: Api> {
    guard: Guard<A>,
    error: Arc<Error<A::Code>>,
    is_latched: bool,
}

impl<A: Api> Exchange<A> {
    pub(crate) fn new(
        core: &ClientCore<A>,
        info: &'static EndpointInfo,
        options: CallOptions,
        reading: Reading,
        encode: impl FnOnce(&mut RequestParts) -> Result<(), EncodeError>,
    ) -> Self {
        let shared = core.shared();
        let formats = if info.formats.is_empty() { A::INFO.formats } else { info.formats };
        let wanted = options.format.unwrap_or(shared.format);
        let format = if formats.contains(&wanted) { wanted } else { formats.first().copied().unwrap_or(wanted) };
        let mut parts = RequestParts::of(info, api_info::<A>(), format, shared.host);
        let parts = encode(&mut parts).map(|()| parts);
        let span = tracing::debug_span!(
            "call",
            endpoint = info.name,
            api = A::INFO.name,
            http.request.method = info.method.as_str(),
            url.template = info.path,
            server.address = shared.base.host(),
        );
        Self {
            core: core.clone(),
            info,
            class: Class::of(info),
            parts,
            options,
            reading,
            deadline: None,
            span,
            state: State::Prepare,
            attempts: 0,
            sign_ins: 0,
            is_replayed: false,
            is_reread: false,
            may_have_happened: false,
            last: None,
            generation: None,
            fresh: None,
            waiting: None,
            asked: None,
            saving: None,
            holding: None,
            is_priced: false,
            reservation: None,
        }
    }

    pub(crate) fn core(&self) -> &ClientCore<A> {
        &self.core
    }

    /// Says what to do now.
    pub(crate) fn step(&mut self, now: Now) -> Step<Ended<A::Code>> {
        let span = self.span.clone();
        span.in_scope(|| {
            let deadline = self.deadline(now);
            loop {
                if let Some(step) = self.advance(now, deadline) {
                    return step;
                }
            }
        })
    }

    /// Takes what came of the last request. `read` is called for a successful answer, at most once.
    pub(crate) fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>, read: Read<'_>) {
        let span = self.span.clone();
        span.in_scope(|| match std::mem::replace(&mut self.state, State::Over) {
            State::SignInFlight(signing, asked, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.settle_sign_in(now, signing, asked, result);
            }
            State::Flight(sent, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.settle(now, sent, result, read);
            }
            // Nothing was asked for: an answer out of turn changes nothing.
            other => self.state = other,
        });
    }

    /// One transition; `None` where the next one can be made at once.
    fn advance(&mut self, now: Now, deadline: Moment) -> Option<Step<Ended<A::Code>>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ended(ended) => {
                let holding = self.holding.take().and_then(|answer| Some((stores::still_holding(&answer)?, answer)));
                let Some((listener, answer)) = holding.filter(|_| now.monotonic < deadline) else {
                    return Some(Step::Done(*ended));
                };
                (self.state, self.holding) = (State::Ended(ended), Some(answer));
                return Some(self.listen(now, deadline, listener));
            }
            State::Over => {
                let error = Error::refused(self.info, "the exchange was stepped after its end");
                return Some(Step::Done(Ended::Failed(self.failed(error, Stage::NotSent, now))));
            }
            // Stepped in turn of an answer: it can only be waited for, until the deadline.
            State::Flight(sent, permit) if now.monotonic < deadline => {
                self.state = State::Flight(sent, permit);
                return Some(Step::SleepUntil(deadline));
            }
            State::Flight(sent, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.settle(now, sent, Err(settle::lost()), &mut |_| Ok(()));
            }
            State::SignInFlight(signing, asked, permit) if now.monotonic < deadline => {
                self.state = State::SignInFlight(signing, asked, permit);
                return Some(Step::SleepUntil(deadline));
            }
            State::SignInFlight(signing, asked, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.settle_sign_in(now, signing, asked, Err(settle::lost()));
            }
            State::Telling(failure, answer) => match stores::still_telling(&answer) {
                Some(listener) if now.monotonic < deadline => {
                    self.state = State::Telling(failure, answer);
                    return Some(self.listen(now, deadline, listener));
                }
                _ => self.share_failure(now, failure),
            },
            state if self.stop(now, deadline) => drop(state),
            State::Pause(until) if now.monotonic < until => {
                self.state = State::Pause(until);
                return self.sleep(until);
            }
            State::Pause(_) => self.state = State::Prepare,
            State::SignIn(signing) => return self.send_sign_in(now, deadline, signing),
            State::Prepare => {
                self.state = State::Prepare;
                return self.prepare(now, deadline);
            }
        }
        None
    }

    /// Ends it where the deadline has passed or the caller cancelled.
    fn stop(&mut self, now: Now, deadline: Moment) -> bool {
        let is_cancelled = self.options.cancel.as_ref().is_some_and(crate::cancel::Cancel::is_cancelled);
        if !is_cancelled && now.monotonic < deadline {
            return false;
        }
        match self.last.take() {
            // The failure of the last attempt says more than the clock does.
            Some(failed) if !is_cancelled => self.end(Ended::Failed(failed)),
            last => {
                self.last = last;
                let cause = match is_cancelled {
                    true => Cause::Cancelled,
                    false => Cause::Exhausted("the deadline passed before it could be sent".into()),
                };
                let error = Error::new(self.info, cause);
                self.fail(error, now);
            }
        }
        true
    }

    /// Sleeps so that the caller can cancel.
    fn sleep<D>(&self, until: Moment) -> Option<Step<D>> {
        let Some(cancel) = &self.options.cancel else {
            return Some(Step::SleepUntil(until));
        };
        let listener = cancel.listen();
        // Cancelled before the listener was there: look again.
        (!cancel.is_cancelled()).then(|| Step::Wait(listener, until))
    }

    fn deadline(&mut self, now: Now) -> Moment {
        let allowed = self.options.deadline.or(self.core.shared().deadline).unwrap_or(self.info.deadline);
        *self.deadline.get_or_insert(now.monotonic + allowed)
    }

    fn answer_limits(&self) -> AnswerLimits {
        if is_broken("P16") {
            return AnswerLimits { max_body: usize::MAX, max_head: usize::MAX, max_headers: usize::MAX };
        }
        self.options.answer_limits.unwrap_or_default()
    }

    fn tree_limits(&self) -> Limits {
        self.options.tree_limits.unwrap_or_default()
    }

    fn unknown(&self) -> UnknownFields {
        self.options.unknown_fields.unwrap_or(self.core.shared().unknown)
    }

    /// The token of a call that acts has to live until a minute after the deadline.
    fn needed_life(&self, now: Now, deadline: Moment) -> Duration {
        match self.class {
            Class::Acting => deadline.since(now.monotonic).saturating_add(Duration::from_secs(60)),
            Class::Repeatable | Class::Idempotent => Duration::ZERO,
        }
    }

    fn failed(&self, error: Error<A::Code>, stage: Stage, now: Now) -> Failed<A::Code> {
        let may = match stage {
            Stage::NotSent => false,
            Stage::Rejected => error.fault().is_some_and(|fault| fault.verify),
            Stage::Open => true,
        };
        let may = (may || self.may_have_happened) && self.info.effect != Effect::Safe;
        let error = error.with_attempts(self.attempts).with_may_have_happened(may);
        Failed { error, stage, sent: now, ended: now }
    }

    /// Ends a call that is not sent, or not sent again: then the attempt before decides what may have happened.
    fn fail(&mut self, error: Error<A::Code>, now: Now) {
        let stage = self.last.take().map_or(Stage::NotSent, |failed| failed.stage);
        let failed = self.failed(error, stage, now);
        self.end(Ended::Failed(failed));
    }

    /// The one way to the end: the budget is settled here.
    fn end(&mut self, ended: Ended<A::Code>) {
        let is_back = matches!(&ended, Ended::Failed(failed) if match failed.stage {
            Stage::NotSent => true,
            Stage::Rejected => !failed.error.may_have_happened(),
            Stage::Open => false,
        });
        match self.reservation.take() {
            Some(reservation) if is_back => reservation.give_back(),
            // Spent, or open and counted as spent.
            reservation => drop(reservation),
        }
        match &ended {
            Ended::Failed(failed) => {
                let class = match failed.stage {
                    Stage::NotSent => "not sent",
                    Stage::Rejected => "rejected",
                    Stage::Open => "open",
                };
                let status = failed.error.status();
                tracing::debug!(attempts = self.attempts, http.response.status_code = status, end = class, "failed");
            }
            Ended::Read { head, .. } | Ended::Empty { head, .. } => {
                self.core.shared().retries.reward();
                tracing::debug!(attempts = self.attempts, http.response.status_code = head.status, "answered");
            }
        }
        self.state = State::Ended(Box::new(ended));
    }
}

impl<A: Api> std::fmt::Debug for Exchange<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("endpoint", &self.info.name)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod search;
