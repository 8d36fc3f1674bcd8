//! What is kept of an exchange to be recorded at its end: its span, and the time for which limits held it back.

use std::time::Duration;

use hostkit_proto::{Api, EndpointInfo};

use crate::client::ClientCore;
use crate::time::Moment;

/// What is to be recorded of an exchange.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// Since when a limit holds it back.
    held_since: Option<Moment>,
    pub(super) waited: Duration,
    /// Whether its end was recorded.
    pub(super) is_recorded: bool,
    /// Whether it is part of a call, which records the end.
    pub(super) is_part: bool,
}

impl Watched {
    /// A limit holds it back from now on.
    pub(super) fn hold(&mut self, now: Moment) {
        self.held_since.get_or_insert(now);
    }

    /// No limit holds it back any more; returns how long one did.
    pub(super) fn release(&mut self, now: Moment) -> Duration {
        let held = self.held_since.take().map(|since| now.since(since)).unwrap_or_default();
        self.waited += held;
        held
    }
}

/// The span of a call.
pub(super) fn span<A: Api>(core: &ClientCore<A>, info: &EndpointInfo) -> tracing::Span {
    use tracing::field::Empty;

    tracing::debug_span!(
        "call",
        otel.kind = "client",
        api = A::INFO.name,
        account = core.account(),
        endpoint = info.name,
        http.request.method = info.method.as_str(),
        url.template = info.path,
        server.address = core.base_url().host(),
        otel.status_code = Empty,
        outcome = Empty,
        http.response.status_code = Empty,
        attempts = Empty,
        waited_ms = Empty,
    )
}

/// Whole milliseconds, for the log.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
