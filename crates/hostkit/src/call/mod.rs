//! One call from sign-in to outcome: all policies, no socket, no clock. Compiled once per API.
//!
//! Deliberately not here: endpoints. The machine around an exchange judges answers and keeps the value, so only a few
//! lines are compiled per endpoint.

mod apply;
mod dropped;
mod ended;
pub(crate) mod intent;
mod machines;
pub(crate) mod outcome;
mod record;
pub(crate) mod retry;
mod send;
mod sign_in;
mod stores;
pub(crate) mod ticket;
pub(crate) mod turns;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::{Api, BaseUrl, EncodeError, EndpointInfo, RequestParts, Secret, UnixTime, UnknownFields};
use hostkit_wire::{Format, Limits};

use crate::call::retry::Class;
use crate::call::ticket::Ticket;
use crate::client::{Admitted, ClientCore};
use crate::error::{Cause, Error};
use crate::limits::price::Reservation;
use crate::limits::rate::Permit;
use crate::limits::shared::Asked;
use crate::machine::{Step, Wakeup};
use crate::options::CallOptions;
use crate::session::cell::{LeadGuard, Lease};
use crate::store::thread::Answer;
use crate::subject::place;
use crate::time::{Moment, Now};
use crate::transport::{AnswerLimits, Incoming, TransportError};
use crate::watch::CallOutcome;

pub(crate) use apply::api_info;
use ended::{Answered, Arrival, Ending, Failed};
pub(crate) use machines::{ActMachine, Acted};
pub use machines::{CallMachine, RawMachine};
use watched::Watched;

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
    /// The format of the answer.
    format: Format,
    /// The secrets among the inputs.
    secrets: Vec<Secret>,
    options: CallOptions,
    /// When it was first stepped; `deadline` is counted from then.
    begun: Option<Moment>,
    deadline: Option<Moment>,
    /// The wall clock at the deadline and two seconds, since it counts whole ones: past it, the computer slept.
    wall_deadline: UnixTime,
    span: tracing::Span,
    watched: Watched,
    state: State<A>,
    /// How often the call was sent; `sign_ins` counts its sign-ins.
    attempts: u32,
    sign_ins: u32,
    /// Whether the single replay after a new sign-in is used up; `is_reread` is the same for the single re-read.
    is_replayed: bool,
    is_reread: bool,
    /// Whether any attempt may have carried it out; later attempts do not reset this.
    may_have_happened: bool,
    /// The proxy that the last request went through.
    proxy: Option<Arc<str>>,
    /// The failure of the last attempt, if there was one.
    last: Option<Failed<A::Code>>,
    /// The last attempt's session, and its generation if it can be renewed.
    session: Option<Arc<Admitted>>,
    generation: Option<u64>,
    /// A session that this exchange has just signed in for.
    fresh: Option<Lease<Admitted>>,
    /// The round of another caller's sign-in that this exchange waits for.
    waiting: Option<u64>,
    /// A pending request to the rate store; `saving` is the one that stores a new session.
    asked: Option<Asked>,
    saving: Option<Answer<()>>,
    /// The server's `Retry-After` is being stored for other processes.
    holding: Option<Answer<()>>,
    /// Whether the price was checked; `reservation` is what was taken from the budget for it.
    is_priced: bool,
    reservation: Option<Reservation>,
    /// The ticket of a call that acts, until its end.
    ticket: Option<Ticket>,
    /// Where what is there before the call was read.
    read_at: Option<BaseUrl>,
}

enum State<A: Api> {
    /// Checks session, rate limits and price.
    Prepare,
    /// Waits until this moment before the next attempt.
    Pause(Moment),
    /// Signs in on behalf of all callers.
    SignIn(SigningIn<A>),
    SignInFlight(SigningIn<A>, Now, Permit),
    /// Records the failed sign-in in the store, before the caller can end the process.
    Telling(FailedSignIn<A>, Answer<()>),
    Flight(Now, Permit),
    Ended(Box<Failed<A::Code>>),
    /// The result was taken: a failure by the caller, an answer by the machine.
    Over,
}

struct SigningIn<A: Api> {
    guard: Guard<A>,
    parts: RequestParts,
    not_before: Moment,
    shared_sign_in: stores::SharedSignIn,
    /// How long limits held it back.
    waited: Duration,
}

struct FailedSignIn<A: Api> {
    guard: Guard<A>,
    error: Arc<Error<A::Code>>,
    is_rejected: bool,
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
        let (parts, secrets) = match parts.written_by(encode) {
            Ok(secrets) => (Ok(parts), secrets),
            Err(error) => (Err(error), Vec::new()),
        };
        Self {
            core: core.clone(),
            info,
            class: Class::of(info),
            parts,
            format,
            secrets,
            options,
            begun: None,
            deadline: None,
            wall_deadline: UnixTime(i64::MAX),
            span: watched::span(core, info),
            watched: Watched::default(),
            state: State::Prepare,
            attempts: 0,
            sign_ins: 0,
            is_replayed: false,
            is_reread: false,
            may_have_happened: false,
            proxy: None,
            last: None,
            session: None,
            generation: None,
            fresh: None,
            waiting: None,
            asked: None,
            saving: None,
            holding: None,
            is_priced: false,
            reservation: None,
            ticket: None,
            read_at: None,
        }
    }

    /// Returns the next step; the exchange itself is done only where there is no value.
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

    /// Takes what came of the last request. An answer to the call itself is given back: it is to be judged, and applied
    /// by [`Exchange::apply_answer`].
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) -> Option<Arrival> {
        let span = self.span.clone();
        self.proxy = result.as_ref().map_or_else(TransportError::shared_proxy, Incoming::shared_proxy);
        span.in_scope(|| match std::mem::replace(&mut self.state, State::Over) {
            State::SignInFlight(signing, asked, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.apply_sign_in(now, signing, asked, result);
                None
            }
            State::Flight(sent, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                match result {
                    Ok(incoming) => Some(Arrival { sent, incoming }),
                    Err(error) => {
                        self.apply_transport_error(now, sent, error);
                        None
                    }
                }
            }
            // No request is in flight: an unexpected answer changes nothing.
            other => {
                self.state = other;
                None
            }
        })
    }

    /// Makes one transition; `None` if the next one can follow at once.
    fn advance(&mut self, now: Now, deadline: Moment) -> Option<Step<Failed<A::Code>>> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Ended(failed) => {
                if let Some(step) = self.report_wait(now) {
                    self.state = State::Ended(failed);
                    return Some(step);
                }
                return Some(Step::Done(*failed));
            }
            State::Over => {
                let error = Error::refused(self.info, "the exchange was stepped after its end");
                return Some(Step::Done(self.failed(error, Ending::NotSent, false, now)));
            }
            // Stepped while a request is in flight: wait for `receive`, at most until the deadline.
            State::Flight(sent, permit) if now.monotonic < deadline => {
                self.state = State::Flight(sent, permit);
                return Some(Step::SleepUntil(deadline));
            }
            State::Flight(sent, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.apply_transport_error(now, sent, apply::lost());
            }
            State::SignInFlight(signing, asked, permit) if now.monotonic < deadline => {
                self.state = State::SignInFlight(signing, asked, permit);
                return Some(Step::SleepUntil(deadline));
            }
            State::SignInFlight(signing, asked, permit) => {
                self.core.rates().ended(now.monotonic, permit);
                self.apply_sign_in(now, signing, asked, Err(apply::lost()));
            }
            State::Telling(failure, answer) => match stores::still_telling::<A>(&answer) {
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

    /// The last wait before the end: until the store has recorded the server's `Retry-After`.
    fn report_wait<D>(&mut self, now: Now) -> Option<Step<D>> {
        let deadline = self.deadline(now);
        let answer = self.holding.take()?;
        let listener = stores::still_holding::<A>(&answer).filter(|_| now.monotonic < deadline)?;
        self.holding = Some(answer);
        Some(self.listen(now, deadline, listener))
    }

    /// Ends the call if the deadline has passed or the caller cancelled.
    fn stop(&mut self, now: Now, deadline: Moment) -> bool {
        let is_cancelled = self.options.cancel.as_ref().is_some_and(crate::cancel::Cancel::is_cancelled);
        if !is_cancelled && now.monotonic < deadline {
            return false;
        }
        match self.last.take() {
            // The failure of the last attempt says more than "deadline exceeded".
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

    /// Sleeps until `until` or cancellation.
    fn sleep<D>(&self, until: Moment) -> Option<Step<D>> {
        let Some(cancel) = &self.options.cancel else {
            return Some(Step::SleepUntil(until));
        };
        let listener = cancel.listen();
        // Cancelled before the listener existed: step again.
        (!cancel.is_cancelled()).then(|| Step::Wait(Wakeup::of_a_sleep(listener), until))
    }

    fn deadline(&mut self, now: Now) -> Moment {
        let allowed = self.options.deadline.or(self.core.shared().deadline).unwrap_or(self.info.deadline);
        if self.begun.is_none() {
            self.begun = Some(now.monotonic);
            self.wall_deadline = now.later(allowed.saturating_add(Duration::from_secs(2))).wall;
            self.core.shared().watch.begun();
        }
        *self.deadline.get_or_insert(now.monotonic + allowed)
    }

    fn answer_limits(&self) -> AnswerLimits {
        self.options.answer_limits.unwrap_or(self.core.shared().answer_limits)
    }

    fn tree_limits(&self) -> Limits {
        self.options.tree_limits.unwrap_or(self.core.shared().tree_limits)
    }

    /// How often the call and its sign-in are sent at most.
    fn max_attempts(&self) -> u32 {
        self.options.max_attempts.unwrap_or(self.core.shared().max_attempts)
    }

    fn unknown(&self) -> UnknownFields {
        self.options.unknown_fields.unwrap_or(self.core.shared().unknown)
    }

    /// The validity that the token needs: for a mutating call, until a minute after the deadline.
    fn needed_life(&self, now: Now, deadline: Moment) -> Duration {
        match self.class {
            Class::Acting => deadline.since(now.monotonic).saturating_add(Duration::from_secs(60)),
            Class::Repeatable | Class::Idempotent => Duration::ZERO,
        }
    }

    /// Where the last attempt went.
    fn base(&self) -> &BaseUrl {
        self.session.as_ref().map_or(&self.core.shared().base, |session| &session.base)
    }

    fn failed(&self, error: Error<A::Code>, ending: Ending, may_have_happened: bool, now: Now) -> Failed<A::Code> {
        let may = may_have_happened || self.may_have_happened;
        let base = self.base();
        let took = self.begun.map(|begun| now.monotonic.since(begun)).unwrap_or_default();
        let error = error.with_attempts(self.attempts).with_may_have_happened(may).with_time(took);
        let error = error.at(A::INFO.name, Some(place(base)), self.proxy.clone());
        Failed { error, ending, sent: now, ended: now }
    }

    /// Ends a call that is not sent (again); the previous attempt decides whether it may have happened.
    fn fail(&mut self, error: Error<A::Code>, now: Now) {
        let ending = self.last.take().map_or(Ending::NotSent, |failed| failed.ending);
        let failed = self.failed(error, ending, false, now);
        self.end(failed);
    }

    /// The only way to end without a value.
    fn end(&mut self, failed: Failed<A::Code>) {
        tracing::debug!(error = %failed.error, "failed");
        self.record_failure(&failed);
        self.state = State::Ended(Box::new(failed));
    }

    /// The reserved price counts as spent, or comes back.
    fn end_reservation(&mut self, is_spent: bool) {
        match self.reservation.take() {
            Some(reservation) if !is_spent => reservation.give_back(),
            reservation => drop(reservation),
        }
    }

    /// Whether no other attempt follows.
    fn is_over(&self) -> bool {
        matches!(self.state, State::Ended(_) | State::Over)
    }

    /// The only way to end with a value.
    fn succeed(&mut self, now: Now, status: u16, outcome: CallOutcome) {
        self.core.shared().retries.reward();
        tracing::debug!(http.response.status_code = status, "answered");
        if !self.watched.is_part {
            self.record(now.monotonic, outcome, Some(status));
        }
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
pub(crate) mod search;
