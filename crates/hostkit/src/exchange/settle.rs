//! What an answer, or none, means for the call: done, tried again, or over.

use std::time::Duration;

use http::Method;
use http::header::RETRY_AFTER;

use super::{Ended, Exchange, Failed, Head, Read, Reading, State, ended};
use crate::answer::RawAnswer;
use crate::api::{Api, ApiInfo};
use crate::endpoint::Flag;
use crate::error::{Cause, Error};
use crate::fault::{Fault, FaultKind, Verdict};
use crate::outcome::Reason;
use crate::retry::{self, Again, Failure, MAX_ATTEMPTS};
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
    /// Takes what came of the call.
    pub(super) fn settle(&mut self, now: Now, sent: Now, result: Result<Incoming, TransportError>, read: Read<'_>) {
        let incoming = match result {
            Ok(incoming) => incoming,
            Err(error) => {
                let is_final = matches!(error.kind(), TransportErrorKind::TooLarge | TransportErrorKind::Cancelled);
                let failure = if error.is_not_sent() { Failure::NotSent } else { Failure::Broken };
                let error = Error::new(self.info, Cause::Transport(error));
                return self.settle_failure(now, sent, failure, error, None, is_final);
            }
        };
        let Incoming { status, headers, body, .. } = incoming;
        let attempts = self.attempts;
        let answer = RawAnswer::new(self.info, api_info::<A>(), status, &headers, &body)
            .with_unknown_fields(self.unknown())
            .with_limits(self.tree_limits());
        let wait = answer.header(RETRY_AFTER.as_str()).and_then(|text| retry::retry_after(text, now));
        let verdict = A::verdict(&answer);
        self.prove_session(&verdict);
        let (failure, cause) = match verdict {
            Verdict::Success => match read(&answer) {
                Ok(()) => {
                    // 202 says in HTTP's own words that it is still to be done.
                    let is_queued = self.info.has(Flag::Async) || status == 202;
                    let accepted = is_queued.then_some(Reason::QUEUED.as_str());
                    let report = answer.report();
                    // The answer borrows the headers, which go with its value.
                    drop(answer);
                    return self.end(Ended::Read { head: Head { status, headers, attempts, report }, accepted });
                }
                Err(error) => (Failure::Unreadable, Cause::Decode(error)),
            },
            Verdict::Accepted(reason) => match read(&answer) {
                Ok(()) => {
                    let report = answer.report();
                    drop(answer);
                    let head = Head { status, headers, attempts, report };
                    return self.end(Ended::Read { head, accepted: Some(reason) });
                }
                Err(error) => (Failure::Unreadable, Cause::Decode(error)),
            },
            Verdict::Fault(fault) if self.is_nothing(&fault) => {
                let report = answer.report();
                drop(answer);
                let (_, stage) = retry::decide(self.class, Failure::of(&fault));
                let error = Error::new(self.info, Cause::Fault(fault));
                let error = error.with_answer(self.info, status, &body);
                let failed = Failed { sent, ..self.failed(error, stage, now) };
                let head = Head { status, headers, attempts, report };
                return self.end(Ended::Empty { head, failed });
            }
            Verdict::Fault(mut fault) => {
                fault.verify |= self.may_be_told_of_a_repeat(fault.kind);
                (Failure::of(&fault), Cause::Fault(fault))
            }
            Verdict::Unrecognised => {
                let told_to_wait = wait.is_some() && matches!(status, 413 | 429 | 503);
                (Failure::Unrecognised { status, told_to_wait }, Cause::Unrecognised)
            }
        };
        let error = Error::new(self.info, cause).with_answer(self.info, status, &body);
        self.settle_failure(now, sent, failure, error, wait, false);
        if self.reading == Reading::Raw && matches!(&self.state, State::Ended(_)) && read(&answer).is_ok() {
            let report = answer.report();
            drop(answer);
            let head = Head { status, headers, attempts, report };
            self.state = State::Ended(Box::new(Ended::Read { head, accepted: None }));
        }
    }

    /// Whether a "no" may be the answer to a second arrival of a call that was carried out: proxies repeat GET, PUT and
    /// DELETE when a server drops the connection. Only what is refused for its credentials, or because
    /// there is no such call, was refused the first time, too: the first arrival may have been the last one that a limit
    /// allows, and what it deleted is nobody's now.
    fn may_be_told_of_a_repeat(&self, kind: FaultKind) -> bool {
        let is_repeated = !matches!(self.info.method, Method::POST);
        let is_certain = matches!(kind, FaultKind::Auth | FaultKind::Unsupported);
        self.class == retry::Class::Acting && is_repeated && !is_certain
    }

    /// Tells whether the session was accepted: by any word of the API but one against it.
    fn prove_session(&self, verdict: &Verdict<A::Code>) {
        let is_accepted = match verdict {
            Verdict::Success | Verdict::Accepted(_) => true,
            Verdict::Fault(fault) => fault.kind != FaultKind::Auth,
            Verdict::Unrecognised => false,
        };
        if let (true, Some(generation)) = (is_accepted, self.generation) {
            self.core.shared().session.prove(generation);
        }
    }

    fn is_nothing(&self, fault: &Fault<A::Code>) -> bool {
        self.reading == Reading::ValueOrNothing && ended::is_empty(&self.info.empty, fault)
    }

    fn settle_failure(
        &mut self,
        now: Now,
        sent: Now,
        failure: Failure,
        error: Error<A::Code>,
        wait: Option<Duration>,
        is_final: bool,
    ) {
        let (again, stage) = retry::decide(self.class, failure);
        let failed = Failed { sent, ..self.failed(error, stage, now) };
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
            _ => self.end(Ended::Failed(failed)),
        }
    }
}
