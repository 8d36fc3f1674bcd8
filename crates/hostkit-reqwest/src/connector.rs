//! Connections for hyper, made by reqwest with its settings, proxies and TLS.
//!
//! hyper reads any number of 1xx heads, and only the connection below it can count them. reqwest has no way to wrap its
//! connections, so a layer takes each one out of it as soon as it is made.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::Uri;
use tower_layer::Layer;
use tower_service::Service;

use crate::connection::{Counted, Made};
use crate::progress::ConnectionProgress;

type BoxError = Box<dyn Error + Send + Sync>;
type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

tokio::task_local! {
    static TAKEN: Arc<Mutex<Option<Box<dyn Made>>>>;
}

/// Makes connections with a client of reqwest that has the layer [`Take`], and records their progress.
#[derive(Debug, Clone)]
pub(crate) struct Connector(pub(crate) reqwest::Client);

impl Service<Uri> for Connector {
    type Response = Counted;
    type Error = BoxError;
    type Future = BoxFuture<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, origin: Uri) -> Self::Future {
        // The connector is called by the sending task but may be completed by another, so the progress is taken now.
        let progress = ConnectionProgress::begin();
        let connecting = self.0.get(origin.to_string()).send();
        Box::pin(async move {
            let taken = Arc::default();
            let result = TAKEN.scope(Arc::clone(&taken), connecting).await;
            let made = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
            match (made, result) {
                (Some(made), _) if progress.end() => Ok(Counted::new(made)),
                (Some(_), _) => Err(io::Error::new(io::ErrorKind::TimedOut, "the connection came too late").into()),
                (None, Err(error)) => Err(error.into()),
                (None, Ok(_)) => Err("reqwest answered without a connection".into()),
            }
        })
    }
}

/// Takes the connections of reqwest's connector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Take;

impl<S> Layer<S> for Take {
    type Service = Taking<S>;

    fn layer(&self, connector: S) -> Taking<S> {
        Taking(connector)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Taking<S>(S);

impl<S, R> Service<R> for Taking<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + 'static,
    S::Response: Made + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<S::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // Readiness is checked in `call`, on the clone that connects.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        let mut connector = self.0.clone();
        Box::pin(async move {
            poll_fn(|context| connector.poll_ready(context)).await?;
            let made = connector.call(request).await?;
            TAKEN.with(|taken| *taken.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(made)));
            Err(WasTaken.into())
        })
    }
}

/// What reqwest is told instead of getting the connection.
#[derive(Debug)]
struct WasTaken;

impl fmt::Display for WasTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was made and taken")
    }
}

impl Error for WasTaken {}
