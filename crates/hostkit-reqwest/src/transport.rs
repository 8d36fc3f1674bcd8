//! Sends one request over one connection: two clients (pooled and unpooled), one deadline, and a body read to its end.

use std::fmt;
use std::pin::pin;

use hostkit::SetupError;
use hostkit::transport::{AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, TransportError, TransportErrorKind};
use hostkit_net::Names;
use hostkit_net::failure::check_address;
use reqwest::Client;
use tokio::time::timeout;

use crate::failure;
use crate::progress::ConnectionProgress;
use crate::setup::Setup;

/// The transport of this crate. Clones share their connections.
#[derive(Clone)]
pub struct ReqwestTransport {
    pooled: Client,
    fresh: Client,
    names: Names,
}

impl ReqwestTransport {
    /// Creates a transport with default settings: direct connections and the public roots.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new() -> Result<Self, SetupError> {
        Self::setup().build()
    }

    /// Starts building a transport with settings of its own.
    pub fn setup() -> Setup {
        Setup::default()
    }

    pub(crate) fn from_clients(pooled: Client, fresh: Client, names: Names) -> Self {
        Self { pooled, fresh, names }
    }

    /// The phase of a failure before the answer's head arrived.
    ///
    /// A pooled connection bypasses the connector, so an unused connector proves nothing. reqwest does not report how
    /// much of a request was sent, so all of it is assumed to have been.
    fn phase(reusable: bool, sight: &ConnectionProgress, error: Option<&reqwest::Error>) -> Phase {
        let is_proven = match error {
            Some(error) => error.is_connect(),
            None => !reusable,
        };
        if is_proven && !sight.may_have_sent() { Phase::Connect } else { Phase::Head }
    }
}

impl AsyncTransport for ReqwestTransport {
    async fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let Outgoing { request, timeout: left, limits, reusable, .. } = outgoing;
        check_address(request.uri())?;
        let request = reqwest::Request::try_from(request);
        let request = request.map_err(|error| failure::of(Phase::Connect, error))?;
        let client = if reusable { &self.pooled } else { &self.fresh };
        let sight = ConnectionProgress::default();
        let mut is_head_there = false;
        let result = {
            // The future is large: pinned here, the futures that wrap it do not copy it.
            let exchange = pin!(async {
                let response = client.execute(request).await;
                let failed = |error| failure::of(Self::phase(reusable, &sight, Some(&error)), error);
                let response = response.map_err(failed)?;
                is_head_there = true;
                receive(response, &limits).await
            });
            timeout(left, sight.watch(exchange)).await
        };
        let result = result.unwrap_or_else(|_| {
            let phase = if is_head_there { Phase::Body } else { Self::phase(reusable, &sight, None) };
            Err(TransportError::new(phase, TransportErrorKind::Timeout, ""))
        });
        // A timeout without a new connection may mean a dead address; if a pooled connection was slow, it costs one
        // lookup.
        let is_late = |error: &TransportError| error.kind() == TransportErrorKind::Timeout && !sight.may_have_sent();
        if result.as_ref().is_err_and(|error| error.is_not_sent() || is_late(error)) {
            self.names.forget();
        }
        result
    }
}

/// Reads an answer to its end, within the limits.
async fn receive(mut response: reqwest::Response, limits: &AnswerLimits) -> Result<Incoming, TransportError> {
    let headers = std::mem::take(response.headers_mut());
    let mut incoming = Incoming::new(limits, response.status().as_u16(), headers)?;
    if let Some(length) = response.content_length() {
        incoming.declare(length)?;
    }
    while let Some(chunk) = response.chunk().await.map_err(|error| failure::of(Phase::Body, error))? {
        incoming.extend(&chunk)?;
    }
    Ok(incoming)
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}
