//! Tracks whether a connection is made for the current request, which our own deadline cannot tell and hyper's errors
//! only sometimes do.
//!
//! "Not sent" is a promise about money, so it is made only while the connector, TLS included, has not finished. And a
//! request for which the connector was not even asked went over a kept connection, which may be dead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

tokio::task_local! {
    static PROGRESS: ConnectionProgress;
}

/// How far a connection for the current request has got.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionProgress(Arc<Connecting>);

#[derive(Debug, Default)]
struct Connecting {
    is_begun: AtomicBool,
    is_done: AtomicBool,
}

impl ConnectionProgress {
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

    /// The connection is made.
    pub(crate) fn end(&self) {
        self.0.is_done.store(true, Ordering::SeqCst);
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
