//! Tracks whether a connection is made for the current request, which our own deadline cannot tell and reqwest's
//! errors only sometimes do.
//!
//! "Not sent" is a promise about money, so it is made only while the connector, TLS included, has not finished. And a
//! request for which the connector was not even asked went over a kept connection, which may be dead.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

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

    /// Whether a byte may have been sent over a new connection.
    pub(crate) fn may_have_sent(&self) -> bool {
        self.0.is_done.load(Ordering::SeqCst)
    }

    /// Whether the request needed no new connection.
    pub(crate) fn is_kept(&self) -> bool {
        !self.0.is_begun.load(Ordering::SeqCst)
    }
}

/// Wraps reqwest's connector in [`Watched`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(Arc::new(connector))
    }
}

/// A connector that records its beginning and its success. reqwest clones it six times per request, so it is shared and cloned in full
/// only to make a connection.
#[derive(Debug)]
pub(crate) struct Watched<S>(Arc<S>);

impl<S> Clone for Watched<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R> + Clone + Send + Sync + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // Readiness is checked in `call`, on the clone that connects.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        // The connector is called by the sending task but may be completed by another, so the progress is taken now.
        let progress = PROGRESS.try_with(Clone::clone).ok();
        if let Some(progress) = &progress {
            progress.0.is_begun.store(true, Ordering::SeqCst);
        }
        let mut connector = S::clone(&self.0);
        Box::pin(async move {
            poll_fn(|context| connector.poll_ready(context)).await?;
            let connected = connector.call(request).await?;
            if let Some(progress) = progress {
                progress.0.is_done.store(true, Ordering::SeqCst);
            }
            Ok(connected)
        })
    }
}
