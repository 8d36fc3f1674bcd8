//! One request over one connection: two clients, one deadline over all of it, and a body that is read to its very end.

use std::fmt;
use std::pin::pin;

use hostkit::SetupError;
use hostkit::transport::{AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, TransportError, TransportErrorKind};
use hostkit_net::Names;
use hostkit_net::failure::check_address;
use reqwest::Client;
use tokio::time::timeout;

use crate::failure;
use crate::setup::Setup;
use crate::witness::Sight;

/// What this crate sends with. Clones share their connections.
#[derive(Clone)]
pub struct ReqwestTransport {
    pooled: Client,
    fresh: Client,
    names: Names,
}

impl ReqwestTransport {
    /// The default: straight to the host, the public roots.
    ///
    /// # Errors
    /// TLS that cannot be set up.
    pub fn new() -> Result<Self, SetupError> {
        Self::setup().build()
    }

    /// One that is to be set up.
    pub fn setup() -> Setup {
        Setup::default()
    }

    pub(crate) fn from_clients(pooled: Client, fresh: Client, names: Names) -> Self {
        Self { pooled, fresh, names }
    }

    /// The phase of a failure before the answer's head was there.
    ///
    /// A pooled connection needs no connector, so there the witness proves nothing. reqwest does not tell how much of a
    /// request was sent: all of it has to be supposed.
    fn phase(reusable: bool, sight: &Sight, error: Option<&reqwest::Error>) -> Phase {
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
        let sight = Sight::default();
        let mut is_head_there = false;
        let result = {
            // Pinned here: each of those around it would be moved with it otherwise, and it is large.
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
        // Without a connection made for it, an address may have been silent; a pooled one that was costs a question more.
        let is_late = |error: &TransportError| error.kind() == TransportErrorKind::Timeout && !sight.may_have_sent();
        if result.as_ref().is_err_and(|error| error.is_not_sent() || is_late(error)) {
            self.names.forget();
        }
        result
    }
}

/// Reads an answer to its end, as far as the limits allow.
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
