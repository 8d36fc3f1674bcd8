//! One call from sign-in to outcome: every policy, no socket, no clock. Compiled once per API.
//!
//! What is deliberately not here: endpoints. What an answer means is judged by a function of the machine around it, which
//! keeps the value; only the few lines that hand the value on are compiled per endpoint.

mod dropped;
mod ended;
pub(crate) mod intent;
mod machines;
pub(crate) mod outcome;
pub(crate) mod retry;
mod send;
mod settle;
mod sign_in;
mod stores;
pub(crate) mod ticket;

use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::{Api, EncodeError, EndpointInfo, RequestParts, UnknownFields};
use hostkit_wire::Limits;

use crate::call::retry::Class;
use crate::client::{Admitted, ClientCore};
use crate::error::{Cause, Error};
use crate::limits::price::Reservation;
use crate::limits::rate::Permit;
use crate::limits::shared::Asked;
use crate::machine::{Step, Wakeup};
use crate::options::CallOptions;
use crate::session::cell::{LeadGuard, Lease};
use crate::store::clerk::Answer;
use crate::time::{Moment, Now};
use crate::transport::{AnswerLimits, Incoming, TransportError};

use ended::{Answered, Arrival, Failed, Stage};
pub use machines::{CallMachine, PerformMachine, RawMachine};
pub(crate) use settle::api_info;

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
    Ended(Box<Failed<A::Code>>),
    /// The end was given away: a failure to the caller, an answer to the machine.
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

    fn core(&self) -> &ClientCore<A> {
        &self.core
    }

    /// Says what to do now; it is only done here where there is no value.
    fn step(&mut self, now: Now) -> Step<Failed<A::Code>> {
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

    /// Takes what came of the last request. An answer to the call itself is given back: it is to be judged, and settled by
    /// [`Exchange::settle`].
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) -> Option<Arrival> {
        let span = self.span.clone();
        span.in_scope(|| match std::mem::replace(&mut self.state, State::Over) {
            State::SignInFlight(signing, asked, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.settle_sign_in(now, signing, asked, result);
                None
            }
            State::Flight(sent, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                match result {
                    Ok(incoming) => Some(Arrival { sent, incoming }),
                    Err(error) => {
                        self.settle_broken(now, sent, error);
                        None
                    }
                }
            }
            // Nothing was asked for: an answer out of turn changes nothing.
            other => {
                self.state = other;
                None
            }
        })
    }

    /// One transition; `None` where the next one can be made at once.
    fn advance(&mut self, now: Now, deadline: Moment) -> Option<Step<Failed<A::Code>>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ended(failed) => {
                if let Some(step) = self.rest(now) {
                    self.state = State::Ended(failed);
                    return Some(step);
                }
                return Some(Step::Done(*failed));
            }
            State::Over => {
                let error = Error::refused(self.info, "the exchange was stepped after its end");
                return Some(Step::Done(self.failed(error, Stage::NotSent, false, now)));
            }
            // Stepped in turn of an answer: it can only be waited for, until the deadline.
            State::Flight(sent, permit) if now.monotonic < deadline => {
                self.state = State::Flight(sent, permit);
                return Some(Step::SleepUntil(deadline));
            }
            State::Flight(sent, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.settle_broken(now, sent, settle::lost());
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

    /// What is still waited for at the end: that a store is told how long the server wants nobody to call.
    fn rest<D>(&mut self, now: Now) -> Option<Step<D>> {
        let deadline = self.deadline(now);
        let answer = self.holding.take()?;
        let listener = stores::still_holding(&answer).filter(|_| now.monotonic < deadline)?;
        self.holding = Some(answer);
        Some(self.listen(now, deadline, listener))
    }

    /// Ends it where the deadline has passed or the caller cancelled.
    fn stop(&mut self, now: Now, deadline: Moment) -> bool {
        let is_cancelled = self.options.cancel.as_ref().is_some_and(crate::cancel::Cancel::is_cancelled);
        if !is_cancelled && now.monotonic < deadline {
            return false;
        }
        match self.last.take() {
            // The failure of the last attempt says more than the clock does.
            Some(failed) if !is_cancelled => self.end(failed),
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
        (!cancel.is_cancelled()).then(|| Step::Wait(Wakeup::new(listener), until))
    }

    fn deadline(&mut self, now: Now) -> Moment {
        let allowed = self.options.deadline.or(self.core.shared().deadline).unwrap_or(self.info.deadline);
        *self.deadline.get_or_insert(now.monotonic + allowed)
    }

    fn answer_limits(&self) -> AnswerLimits {
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

    fn failed(&self, error: Error<A::Code>, stage: Stage, may_have_happened: bool, now: Now) -> Failed<A::Code> {
        let may = may_have_happened || self.may_have_happened;
        let error = error.with_attempts(self.attempts).with_may_have_happened(may);
        Failed { error, stage, sent: now, ended: now }
    }

    /// Ends a call that is not sent, or not sent again: then the attempt before decides what may have happened.
    fn fail(&mut self, error: Error<A::Code>, now: Now) {
        let stage = self.last.take().map_or(Stage::NotSent, |failed| failed.stage);
        let failed = self.failed(error, stage, false, now);
        self.end(failed);
    }

    /// The one way to an end without a value: what was put aside for the price is given back, or counts as spent.
    fn end(&mut self, failed: Failed<A::Code>) {
        let (class, is_back) = match failed.stage {
            Stage::NotSent => ("not sent", true),
            Stage::Rejected => ("rejected", !failed.error.may_have_happened()),
            Stage::Open => ("open", false),
        };
        match self.reservation.take() {
            Some(reservation) if is_back => reservation.give_back(),
            reservation => drop(reservation),
        }
        let status = failed.error.status();
        tracing::debug!(attempts = self.attempts, http.response.status_code = status, end = class, "failed");
        self.state = State::Ended(Box::new(failed));
    }

    /// Whether there will be no other attempt.
    fn is_over(&self) -> bool {
        matches!(self.state, State::Ended(_) | State::Over)
    }

    /// The one way to an end with a value.
    fn succeed(&mut self, status: u16) {
        drop(self.reservation.take());
        self.core.shared().retries.reward();
        tracing::debug!(attempts = self.attempts, http.response.status_code = status, "answered");
        self.state = State::Over;
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
