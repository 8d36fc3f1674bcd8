//! Whether a connection was made for the request under way: what reqwest's errors tell of some failures, and a deadline
//! of ours of none.
//!
//! "Not sent" is a promise about money. It is given only where the connector, TLS included, was still at work.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static CONNECTED: Arc<AtomicBool>;
}

/// Whether the request under way may have a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight(Arc<AtomicBool>);

impl Sight {
    /// Polls a request in sight of this witness.
    pub(crate) async fn watch<F: Future>(&self, request: F) -> F::Output {
        CONNECTED.scope(Arc::clone(&self.0), request).await
    }

    /// Whether a byte may have been sent.
    pub(crate) fn may_have_sent(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Puts a witness around reqwest's connector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(Arc::new(connector))
    }
}

/// A connector that notes its success. reqwest clones it six times for a request, connection or not: shared, it is only
/// cloned in full where there is one to make.
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
        // The clone that is made for a connection is asked instead.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        // The connector is called by the task that sends, and may be finished by another.
        let sight = CONNECTED.try_with(Arc::clone).ok();
        let mut connector = S::clone(&self.0);
        Box::pin(async move {
            poll_fn(|context| connector.poll_ready(context)).await?;
            let connected = connector.call(request).await?;
            if let Some(sight) = sight {
                sight.store(true, Ordering::SeqCst);
            }
            Ok(connected)
        })
    }
}
