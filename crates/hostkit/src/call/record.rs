//! Records the end of an exchange: in its span, the counters and the hook, and in the log where it may have happened.

use std::time::Duration;

use hostkit_proto::{Api, EndpointInfo};

use super::watched::millis;
use super::{Ending, Exchange, Failed};
use crate::call::ticket::TicketCause;
use crate::time::Moment;
use crate::watch::{CallOutcome, CallRecord};

impl<A: Api> Exchange<A> {
    /// Records the end of a failed exchange, unless it is part of a call.
    pub(super) fn record_failure(&mut self, failed: &Failed<A::Code>) {
        let outcome = match failed.ending {
            _ if failed.error.is_cancelled() => CallOutcome::Cancelled,
            Ending::NotSent => CallOutcome::NotSent,
            Ending::Rejected => CallOutcome::Rejected,
            Ending::Open => CallOutcome::Failed,
        };
        if !self.watched.is_part {
            self.record(failed.ended.monotonic, outcome, failed.error.status());
        }
    }

    /// Records the end of the call, once: in its span, the counters and the hook.
    pub(super) fn record(&mut self, now: Moment, outcome: CallOutcome, status: Option<u16>) {
        if std::mem::replace(&mut self.watched.is_recorded, true) {
            return;
        }
        self.watched.release(now);
        let begun = self.begun.unwrap_or(now);
        let record = CallRecord {
            api: A::INFO.name,
            account: self.core.account(),
            endpoint: self.info.name,
            effect: self.info.effect,
            is_sign_in: false,
            outcome,
            status,
            attempts: self.attempts,
            waited: self.watched.waited,
            took: now.since(begun),
        };
        self.span.record("outcome", outcome.as_str());
        if !matches!(outcome, CallOutcome::Done | CallOutcome::Accepted) {
            self.span.record("otel.status_code", "ERROR");
        }
        self.span.record("attempts", self.attempts);
        self.span.record("waited_ms", millis(record.waited));
        if let Some(status) = status {
            self.span.record("http.response.status_code", status);
        }
        self.span.in_scope(|| self.core.shared().watch.ended(&record));
    }

    /// Records the end of a sign-in.
    pub(super) fn record_sign_in(
        &self,
        info: &EndpointInfo,
        outcome: CallOutcome,
        status: Option<u16>,
        waited: Duration,
        took: Duration,
    ) {
        self.core.shared().watch.ended(&CallRecord {
            api: A::INFO.name,
            account: self.core.account(),
            endpoint: info.name,
            effect: info.effect,
            is_sign_in: true,
            outcome,
            status,
            attempts: u32::from(outcome != CallOutcome::NotSent),
            waited,
            took,
        });
    }

    /// Warns of a call that acts and may have happened: the log may be all that is left of it.
    pub(super) fn warn(&self, outcome: CallOutcome, cause: Option<TicketCause>, status: Option<u16>) {
        tracing::warn!(
            parent: &self.span,
            api = A::INFO.name,
            account = self.core.account(),
            endpoint = self.info.name,
            http.request.method = self.info.method.as_str(),
            url.template = self.info.path,
            outcome = outcome.as_str(),
            cause = cause.map_or("its future was dropped", TicketCause::as_str),
            http.response.status_code = status,
            recovery = self.info.recovery,
            "a call may have happened",
        );
    }
}
