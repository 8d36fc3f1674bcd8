//! The sign-in on behalf of all callers that share the session.

use std::sync::Arc;
use std::time::Duration;

use hostkit_proto::judgement::{Judgement, Why, judge_as};
use hostkit_proto::{Api, FaultKind, UnixTime, is_of_a_failed_server};
use http::header::RETRY_AFTER;

use super::{Exchange, FailedSignIn, SigningIn, State};
use crate::call::retry::{Class, backoff, retry_after};
use crate::client::Admitted;
use crate::error::{Cause, Error};
use crate::limits::rate::Room;
use crate::machine::Step;
use crate::subject::place;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError, TransportErrorKind};
use crate::watch::CallOutcome;

/// How often one call tries to sign in without an answer of the API: some lock an account after a few attempts, counted in
/// their own way.
const MOST_FOR_ONE_CALL: u32 = 2;

/// How a failed sign-in ended.
enum Attempt<C> {
    Session(Box<Admitted>, Option<Duration>),
    /// It may be retried: nothing was sent, or the server was unavailable.
    Missed(Error<C>),
    /// A retry would not help, and may lock the account out.
    Final(Error<C>),
    /// The credentials were rejected.
    Refused(Error<C>),
}

impl<C> Attempt<C> {
    fn outcome(&self) -> CallOutcome {
        match self {
            Self::Session(..) => CallOutcome::Done,
            Self::Missed(error) if error.is_cancelled() => CallOutcome::Cancelled,
            Self::Missed(error) | Self::Final(error) if error.transport().is_some_and(TransportError::is_not_sent) => {
                CallOutcome::NotSent
            }
            Self::Missed(_) | Self::Final(_) => CallOutcome::Failed,
            Self::Refused(_) => CallOutcome::Rejected,
        }
    }
}

impl<A: Api> Exchange<A> {
    /// Sends the sign-in once its backoff and rate limits allow.
    pub(super) fn send_sign_in<D>(&mut self, now: Now, deadline: Moment, signing: SigningIn<A>) -> Option<Step<D>> {
        // Read again: a session refused meanwhile may have extended the backoff.
        let until = signing.not_before.max(signing.guard.not_before());
        if now.monotonic < until {
            self.state = State::SignIn(signing);
            return self.sleep(until);
        }
        if !signing.guard.is_current() {
            // The session was reset meanwhile: its new leader signs in for this call, too.
            self.state = State::Prepare;
            return None;
        }
        let mut signing = match self.join(now, deadline, signing) {
            Ok(signing) => signing,
            Err(step) => return step,
        };
        let name = signing.parts.endpoint();
        let request = match self.finish(signing.parts.clone(), self.core.base_url()) {
            Ok(request) => request,
            Err(cause) => {
                let error = Arc::new(self.sign_in_error(name, cause));
                let _ = signing.guard.fail(Arc::clone(&error), now, false);
                self.fail_sign_in(now, error);
                return None;
            }
        };
        let permit = match self.room(now, deadline, signing.parts.info().rates) {
            Room::Go(permit) => permit,
            Room::Wait(listener) => {
                self.watched.hold(now.monotonic);
                self.state = State::SignIn(signing);
                return Some(self.listen(now, deadline, listener));
            }
            Room::Broken(error) => {
                // The guard passes the duty on: for the next caller the store may work again.
                self.fail_rate_store(now, &error);
                return None;
            }
            Room::Later(room) if room >= deadline => {
                // Only this caller's deadline is too close: dropping the guard passes the duty on.
                let why = "the rate limit leaves no room for the sign-in before the deadline";
                let error = Error::no_room(self.info, why).with_retry_after(Some(room.since(now.monotonic)));
                self.fail(error, now);
                return None;
            }
            Room::Later(room) => {
                self.hold_until(now, name, room);
                self.state = State::SignIn(signing);
                return self.sleep(room);
            }
        };
        signing.waited += self.watched.release(now.monotonic);
        self.sign_ins += 1;
        self.core.shared().watch.signing_in();
        tracing::debug!(endpoint = name, "signing in");
        signing.guard.sent(now.monotonic);
        self.state = State::SignInFlight(signing, now, permit);
        Some(Step::Send(self.outgoing(name, request, now, deadline, true, false)))
    }

    /// Applies the result of the sign-in.
    pub(super) fn apply_sign_in(
        &mut self,
        now: Now,
        mut signing: SigningIn<A>,
        asked: Now,
        result: Result<Incoming, TransportError>,
    ) {
        if matches!(&result, Err(error) if error.is_not_sent()) {
            signing.guard.unsent();
        }
        let wait = result.as_ref().ok().and_then(|incoming| sign_in_wait(incoming, now));
        signing.guard.retry_after(now.monotonic + wait.unwrap_or_default());
        // What ends this caller's wait does not end that of the others.
        let is_ours =
            matches!(&result, Err(error) if error.is_timeout() || error.kind() == TransportErrorKind::Cancelled);
        let status = result.as_ref().ok().map(|incoming| incoming.status);
        let attempt = self.read_session(now, &signing, asked, result, wait);
        let took = now.monotonic.since(asked.monotonic);
        self.record_sign_in(signing.parts.info(), attempt.outcome(), status, signing.waited, took);
        let (error, is_rejected) = match attempt {
            Attempt::Session(admitted, lifetime) => {
                let early = self.core.shared().random.unit();
                self.saving = signing.shared_sign_in.save(&admitted.session, now.since(asked), lifetime);
                self.fresh = Some(signing.guard.succeed(*admitted, asked, lifetime, early));
                self.state = State::Prepare;
                return;
            }
            Attempt::Missed(error) if is_ours => {
                // The duty passes on.
                drop(signing);
                self.fail_sign_in(now, Arc::new(error));
                return;
            }
            Attempt::Missed(error) => {
                let shared = self.core.shared();
                let until = now.monotonic + backoff(self.sign_ins, false, &shared.random).max(wait.unwrap_or_default());
                if self.sign_ins < MOST_FOR_ONE_CALL.min(self.max_attempts())
                    && until < self.deadline(now)
                    && self.core.shared().retries.take()
                {
                    self.state = State::SignIn(SigningIn { not_before: until, ..signing });
                    return;
                }
                (error, false)
            }
            Attempt::Final(error) => (error, false),
            Attempt::Refused(error) => (error, true),
        };
        let failure = FailedSignIn { guard: signing.guard, error: Arc::new(error), is_rejected };
        match signing.shared_sign_in.fail(is_rejected) {
            Some(answer) => self.state = State::Telling(failure, answer),
            None => self.share_failure(now, failure),
        }
    }

    /// Fails the sign-in for all its waiters.
    pub(super) fn share_failure(&mut self, now: Now, failure: FailedSignIn<A>) {
        let FailedSignIn { guard, error, is_rejected } = failure;
        match guard.fail(Arc::clone(&error), now, is_rejected) {
            // A renewal ahead of time: the old session still serves calls that are not mutating.
            Some(lease) if self.class != Class::Acting => {
                self.fresh = Some(lease);
                self.state = State::Prepare;
            }
            _ => self.fail_sign_in(now, error),
        }
    }

    fn read_session(
        &self,
        now: Now,
        signing: &SigningIn<A>,
        asked: Now,
        result: Result<Incoming, TransportError>,
        wait: Option<Duration>,
    ) -> Attempt<A::Code> {
        let info = signing.parts.info();
        let name = signing.parts.endpoint();
        let incoming = match result {
            Ok(incoming) => incoming,
            Err(error) => {
                let attempt = if error.is_lasting() { Attempt::Final } else { Attempt::Missed };
                return attempt(self.sign_in_error(name, Cause::Transport(error)));
            }
        };
        let answer = self.answer(info, &incoming);
        // The body of a sign-in's answer is never kept: it may hold the token.
        let described = |cause| {
            let error = self.sign_in_error(name, cause).with_body(Some(incoming.status), None);
            error.with_attempts(1).with_retry_after(wait)
        };
        let no_value = match judge_as::<A, _>(info, &answer, A::session, || None) {
            Judgement::Done(session) | Judgement::Accepted(session, _) | Judgement::Nothing(session) => {
                let server = answer.header("date").and_then(UnixTime::parse_http_date);
                let lifetime = crate::session::life::life(&session, A::INFO.session_lifetime, server, asked);
                let ahead = match session.clock.or(server).filter(|_| A::INFO.reads_clock) {
                    Some(clock) => ahead(clock, asked, now),
                    None if A::INFO.reads_clock => {
                        return Attempt::Final(described(Cause::Refused("the answer does not tell the time".into())));
                    }
                    None => 0,
                };
                return match self.admitted_anew(now, session, ahead) {
                    Ok(admitted) => Attempt::Session(Box::new(admitted), lifetime),
                    Err(why) => Attempt::Final(described(Cause::Refused(why.into()))),
                };
            }
            Judgement::Rejected(no_value) | Judgement::Open(no_value) => no_value,
        };
        let attempt = match &no_value.why {
            Why::Fault(fault) if is_refusal(fault.kind) => Attempt::Refused,
            Why::Unrecognised(_) if is_of_a_failed_server(incoming.status) => Attempt::Missed,
            Why::Fault(_) | Why::Unreadable(_) | Why::Unrecognised(_) => Attempt::Final,
        };
        attempt(described(Cause::of(&self.quote(), no_value.why, incoming.status, &incoming.headers)))
    }

    /// An error of the sign-in itself, which goes to the first host.
    pub(super) fn sign_in_error(&self, name: &'static str, cause: Cause<A::Code>) -> Error<A::Code> {
        Error::named(name, cause).at(A::INFO.name, Some(place(self.core.base_url())), self.proxy.clone())
    }

    /// Ends a call that has no session. A replay keeps what the attempt before it may have done.
    pub(super) fn fail_sign_in(&mut self, now: Now, error: Arc<Error<A::Code>>) {
        let error = Error::new(self.info, Cause::SignIn(error));
        self.fail(error, now);
    }
}

/// By how many seconds a clock that was read between two moments is ahead of ours.
fn ahead(clock: UnixTime, asked: Now, now: Now) -> i64 {
    let half = i64::try_from(now.monotonic.since(asked.monotonic).as_secs() / 2).unwrap_or(0);
    clock.0.saturating_sub(asked.wall.0.saturating_add(half))
}

/// The `Retry-After` of an answer to a sign-in: an earlier attempt may lock the account out.
fn sign_in_wait(incoming: &Incoming, now: Now) -> Option<Duration> {
    let text = incoming.headers.get(RETRY_AFTER)?.to_str().ok()?;
    matches!(incoming.status, 403 | 413 | 429 | 503).then(|| retry_after(text, now)).flatten()
}

/// Whether a fault at sign-in means rejected credentials; the request holds nothing else that could be wrong. That
/// something is not found may be said of the call, by a proxy or a wrong base URL.
fn is_refusal(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Auth | FaultKind::Forbidden | FaultKind::InvalidArgument)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Now, UnixTime, ahead};
    use crate::time::Moment;

    #[test]
    fn a_clock_is_compared_with_the_middle_of_the_request() {
        let asked = Now { monotonic: Moment::START, wall: UnixTime(1_000) };
        let now = asked.later(Duration::from_secs(8));
        for (clock, expected) in [(1_004, 0), (1_010, 6), (990, -14)] {
            assert_eq!(ahead(UnixTime(clock), asked, now), expected, "{clock}");
        }
    }
}
