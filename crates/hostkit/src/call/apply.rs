//! Applies an answer, or its absence, to the exchange: done, retried, or failed.

use std::time::Duration;

use hostkit_proto::judgement::{Judgement, NoValue, Why};
use hostkit_proto::{
    Api, ApiInfo, Effect, EndpointInfo, RawAnswer, Reason, Report, RequestParts, Secret, Session, SignIn,
};
use http::header::RETRY_AFTER;

use super::{Arrival, Ending, Exchange, Failed, State};
use crate::call::retry;
use crate::call::retry::{Again, Failure};
use crate::error::{Cause, Error};
use crate::quote::Quote;
use crate::time::Now;
use crate::transport::{Incoming, Phase, TransportError, TransportErrorKind};
use crate::watch::CallOutcome;

/// The API's constants as a `'static` reference.
pub(crate) fn api_info<A: Api>() -> &'static ApiInfo {
    const { &A::INFO }
}

/// The error for a request whose result the driver never reported.
pub(super) fn lost() -> TransportError {
    TransportError::new(Phase::Head, TransportErrorKind::Timeout, "")
}

impl<A: Api> Exchange<A> {
    /// Judges an answer and applies the judgement; returns the value if there is one.
    pub(super) fn apply_answer<T>(
        &mut self,
        now: Now,
        arrival: &Arrival,
        judge: impl FnOnce(&RawAnswer<'_>) -> Judgement<T, A::Code>,
    ) -> Option<(T, Option<Reason>, Report)> {
        let answer = self.answer(self.info, &arrival.incoming);
        let (value, accepted, outcome) = match judge(&answer) {
            Judgement::Done(value) | Judgement::Nothing(value) => (value, None, CallOutcome::Done),
            Judgement::Accepted(value, reason) => (value, Some(reason), CallOutcome::Accepted),
            Judgement::Rejected(no_value) => {
                self.apply_no_value(now, arrival.sent, &answer, Ending::Rejected, no_value);
                return None;
            }
            Judgement::Open(no_value) => {
                self.apply_no_value(now, arrival.sent, &answer, Ending::Open, no_value);
                return None;
            }
        };
        self.apply_value(now, answer.status(), outcome);
        Some((value, accepted, answer.report()))
    }

    /// Prepares an answer to this call, or to its sign-in, for decoding.
    pub(super) fn answer<'a>(&self, info: &EndpointInfo, incoming: &'a Incoming) -> RawAnswer<'a> {
        RawAnswer::new(info, api_info::<A>(), incoming.status, &incoming.headers, &incoming.body)
            .with_phrase(&incoming.phrase)
            .with_currency(self.core.shared().currency)
            .with_unknown_fields(self.unknown())
            .with_limits(self.tree_limits())
            .with_max_items(self.answer_limits().max_items)
    }

    fn apply_value(&mut self, now: Now, status: u16, outcome: CallOutcome) {
        self.span.clone().in_scope(|| {
            self.prove_session();
            self.succeed(now, status, outcome);
        });
    }

    fn apply_no_value(
        &mut self,
        now: Now,
        sent: Now,
        answer: &RawAnswer<'_>,
        ending: Ending,
        no_value: NoValue<A::Code>,
    ) {
        self.span.clone().in_scope(|| {
            let NoValue { why, may_have_happened } = no_value;
            let status = answer.status();
            let wait = answer.header(RETRY_AFTER.as_str()).and_then(|text| retry::retry_after(text, now));
            let failure = Failure::of(&why, status, wait.is_some());
            // Any answer of the API but an authentication fault shows that the session was accepted.
            let is_accepted = match &why {
                Why::Fault(fault) => !fault.is_auth(),
                Why::Unreadable(_) => true,
                Why::Unrecognised(_) => false,
            };
            if is_accepted {
                self.prove_session();
            }
            let cause = Cause::of(&self.quote(), why, status, answer.headers());
            let error =
                Error::new(self.info, cause).with_answer(self.info, status, answer.body()).with_retry_after(wait);
            let failed = Failed { sent, ..self.failed(error, ending, may_have_happened, now) };
            self.retry_or_end(now, failure, failed, wait, false);
        });
    }

    /// Applies a failure of the transport.
    pub(super) fn apply_transport_error(&mut self, now: Now, sent: Now, error: TransportError) {
        let is_final = error.is_lasting() || error.kind() == TransportErrorKind::Cancelled;
        let is_not_sent = error.is_not_sent();
        let failure = if is_not_sent { Failure::NotSent } else { Failure::Broken };
        let ending = if is_not_sent { Ending::NotSent } else { Ending::Open };
        let may_have_happened = ending == Ending::Open && self.info.effect != Effect::Safe;
        let error = Error::new(self.info, Cause::Transport(error));
        let failed = Failed { sent, ..self.failed(error, ending, may_have_happened, now) };
        self.retry_or_end(now, failure, failed, None, is_final);
    }

    /// Quotes an answer without the secrets of the request, which are found by making it again.
    pub(super) fn quote(&self) -> Quote {
        let shared = self.core.shared();
        let parts = || RequestParts::of(self.info, api_info::<A>(), shared.format, shared.host);
        // What cannot be made was not sent.
        let (_, credentials) = Secret::exposed_by(|| {
            let own = match A::sign_in(&shared.credentials, &mut parts()) {
                Ok(SignIn::Ready(session)) => session,
                _ => Session::default(),
            };
            let session = self.session.as_ref().map_or(&own, |admitted| &admitted.session);
            A::authorise(&shared.credentials, session, &mut parts())
        });
        Quote::without([&self.secrets[..], &credentials].concat())
    }

    fn prove_session(&self) {
        if let Some(generation) = self.generation {
            self.core.shared().session.prove(generation);
        }
    }

    fn retry_or_end(
        &mut self,
        now: Now,
        failure: Failure,
        failed: Failed<A::Code>,
        wait: Option<Duration>,
        is_final: bool,
    ) {
        let again = retry::again(self.class, failure);
        self.may_have_happened |= failed.error.may_have_happened();
        if let (true, Some(wait)) = (failure.is_rate_limited(), wait) {
            self.holding = self.core.rates().hold_all(now.monotonic, self.info.rates, wait);
        }
        let is_foreign_401 = matches!(failure, Failure::Unrecognised { status: 401, .. });
        let is_refused = again == Again::SignIn || is_foreign_401 || failed.error.is_auth();
        if let (true, Some(generation)) = (is_refused, self.generation) {
            // Also if the call is not replayed: the next one must not reuse the token.
            self.core.shared().session.evict(generation, now.monotonic);
        }
        let is_allowed = !is_final && self.attempts < self.max_attempts();
        let pause = match again {
            Again::No => None,
            Again::SignIn => {
                let is_new = !std::mem::replace(&mut self.is_replayed, true) && self.generation.is_some();
                is_new.then_some(Duration::ZERO)
            }
            Again::Once if std::mem::replace(&mut self.is_reread, true) => None,
            Again::Once | Again::Yes => {
                let random = &self.core.shared().random;
                let backoff = retry::backoff(self.attempts, failure.is_rate_limited(), random);
                Some(backoff.max(wait.unwrap_or_default()))
            }
        };
        let until = pause.filter(|_| is_allowed).map(|pause| now.monotonic + pause);
        let until = until.filter(|until| self.deadline.is_some_and(|deadline| *until < deadline));
        match until {
            Some(until) if again == Again::SignIn || self.core.shared().retries.take() => {
                tracing::debug!(attempt = self.attempts, error = %failed.error, "trying again");
                if failure.is_rate_limited() {
                    self.watched.hold(now.monotonic);
                }
                self.last = Some(failed);
                self.state = State::Pause(until);
            }
            _ => self.end(failed),
        }
    }
}
