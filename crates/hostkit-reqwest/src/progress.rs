//! Tracks whether a connection is made for the current request, which our own deadline cannot tell and hyper's errors
//! only sometimes do.
//!
//! "Not sent" is a promise about money, so it is made only while the connector, TLS included, has not finished. And a
//! request for which the connector was not even asked went over a kept connection, which may be dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    static PROGRESS: ConnectionProgress;
}

/// How far a connection for the current request has got.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionProgress(Arc<Connecting>);

#[derive(Debug, Default)]
struct Connecting {
    /// When the time of the request is over; `None` where it has no end.
    late: Option<Instant>,
    is_begun: AtomicBool,
    is_done: AtomicBool,
}

impl ConnectionProgress {
    /// The progress of a request that has so much time left.
    pub(crate) fn new(left: Duration) -> Self {
        Self(Arc::new(Connecting { late: Instant::now().checked_add(left), ..Connecting::default() }))
    }

    /// Runs a request and records its progress here.
    pub(crate) async fn watch<F: Future>(&self, request: F) -> F::Output {
        PROGRESS.scope(self.clone(), request).await
    }

    /// A connection begins to be made for the current request.
    pub(crate) fn begin() -> Self {
        let progress = PROGRESS.try_with(Clone::clone).unwrap_or_default();
        progress.0.is_begun.store(true, Ordering::SeqCst);
        progress
    }

    /// The connection is made, and the request may be sent; `false` if its time is over. A timer cannot tell: a process
    /// that was stopped, or that did something else meanwhile, polls the request before it looks at the timer.
    pub(crate) fn end(&self) -> bool {
        let is_in_time = self.0.late.is_none_or(|late| Instant::now() < late);
        self.0.is_done.store(is_in_time, Ordering::SeqCst);
        is_in_time
    }

    /// Whether a byte may have been sent over a new connection.
    pub(crate) fn may_have_sent(&self) -> bool {
        self.0.is_done.load(Ordering::SeqCst)
    }

    /// Whether the request needed no new connection.
    pub(crate) fn is_kept(&self) -> bool {
        !self.0.is_begun.load(Ordering::SeqCst)
    }
}
