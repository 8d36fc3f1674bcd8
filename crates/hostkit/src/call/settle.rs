//! What an answer, or none, means for the call: done, tried again, or over.

use std::time::Duration;

use hostkit_proto::judgement::{Judgement, NoValue, Why};
use hostkit_proto::{Api, ApiInfo, Effect, EndpointInfo, RawAnswer, Reason, Report};
use http::header::RETRY_AFTER;

use super::{Arrival, Exchange, Failed, Stage, State};
use crate::call::retry;
use crate::call::retry::{Again, Failure, MAX_ATTEMPTS};
use crate::error::{Cause, Error};
use crate::time::Now;
use crate::transport::{Incoming, Phase, TransportError, TransportErrorKind};

/// The API's constants with the lifetime that answers need.
pub(crate) fn api_info<A: Api>() -> &'static ApiInfo {
    const { &A::INFO }
}

/// The driver never said what came of the request.
pub(super) fn lost() -> TransportError {
    TransportError::new(Phase::Head, TransportErrorKind::Timeout, "")
}

impl<A: Api> Exchange<A> {
    /// Takes what the answer to the call means, and says so where it has a value.
    pub(super) fn settle<T>(
        &mut self,
        now: Now,
        arrival: &Arrival,
        judge: impl FnOnce(&RawAnswer<'_>) -> Judgement<T, A::Code>,
    ) -> Option<(T, Option<Reason>, Report)> {
        let answer = self.answer(self.info, &arrival.incoming);
        let (value, accepted) = match judge(&answer) {
            Judgement::Done(value) | Judgement::Nothing(value) => (value, None),
            Judgement::Accepted(value, reason) => (value, Some(reason)),
            Judgement::Rejected(no_value) => {
                self.settle_no_value(now, arrival.sent, &answer, Stage::Rejected, no_value);
                return None;
            }
            Judgement::Open(no_value) => {
                self.settle_no_value(now, arrival.sent, &answer, Stage::Open, no_value);
                return None;
            }
        };
        self.settle_value(answer.status());
        Some((value, accepted, answer.report()))
    }

    /// An answer as it is read for this call, or for its sign-in.
    pub(super) fn answer<'a>(&self, info: &EndpointInfo, incoming: &'a Incoming) -> RawAnswer<'a> {
        RawAnswer::new(info, api_info::<A>(), incoming.status, &incoming.headers, &incoming.body)
            .with_unknown_fields(self.unknown())
            .with_limits(self.tree_limits())
    }

    fn settle_value(&mut self, status: u16) {
        self.span.clone().in_scope(|| {
            self.prove_session();
            self.succeed(status);
        });
    }

    fn settle_no_value(
        &mut self,
        now: Now,
        sent: Now,
        answer: &RawAnswer<'_>,
        stage: Stage,
        no_value: NoValue<A::Code>,
    ) {
        self.span.clone().in_scope(|| {
            let NoValue { why, may_have_happened } = no_value;
            let status = answer.status();
            let wait = answer.header(RETRY_AFTER.as_str()).and_then(|text| retry::retry_after(text, now));
            let failure = Failure::of(&why, status, wait.is_some());
            // Any word of the API but one against the session shows that it was accepted.
            let is_accepted = match &why {
                Why::Fault(fault) => !fault.is_auth(),
                Why::Unreadable(_) => true,
                Why::Unrecognised => false,
            };
            if is_accepted {
                self.prove_session();
            }
            let error = Error::new(self.info, why.into()).with_answer(self.info, status, answer.body());
            let failed = Failed { sent, ..self.failed(error, stage, may_have_happened, now) };
            self.settle_failure(now, failure, failed, wait, false);
        });
    }

    /// Takes that no answer came.
    pub(super) fn settle_broken(&mut self, now: Now, sent: Now, error: TransportError) {
        let is_final = matches!(error.kind(), TransportErrorKind::TooLarge | TransportErrorKind::Cancelled);
        let is_not_sent = error.is_not_sent();
        let failure = if is_not_sent { Failure::NotSent } else { Failure::Broken };
        let stage = if is_not_sent { Stage::NotSent } else { Stage::Open };
        let may_have_happened = stage == Stage::Open && self.info.effect != Effect::Safe;
        let error = Error::new(self.info, Cause::Transport(error));
        let failed = Failed { sent, ..self.failed(error, stage, may_have_happened, now) };
        self.settle_failure(now, failure, failed, None, is_final);
    }

    fn prove_session(&self) {
        if let Some(generation) = self.generation {
            self.core.shared().session.prove(generation);
        }
    }

    fn settle_failure(
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
        let is_refused = again == Again::SignIn || failed.error.is_auth();
        if let (true, Some(generation)) = (is_refused, self.generation) {
            // Also where the call is not replayed: the next one must not try with the same token.
            self.core.shared().session.evict(generation, now.monotonic);
        }
        let is_allowed = !is_final && self.attempts < MAX_ATTEMPTS;
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
                self.last = Some(failed);
                self.state = State::Pause(until);
            }
            _ => self.end(failed),
        }
    }
}
