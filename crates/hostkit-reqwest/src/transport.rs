//! Sends one request over one connection: two clients (pooled and unpooled), one deadline, and a body read to its end.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use hostkit::SetupError;
use hostkit::transport::{AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, TransportError, TransportErrorKind};
use hostkit_net::failure::check_address;
use hostkit_net::{Names, check_framing};
use http::header::ACCEPT;
use http::{HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes};
use hyper::ext::ReasonPhrase;
use hyper_util::client::legacy::{self, Client};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::connector::Connector;
use crate::failure;
use crate::progress::ConnectionProgress;
use crate::setup::Setup;

/// The transport of this crate. Clones share their connections.
#[derive(Clone)]
pub struct ReqwestTransport {
    pooled: Client<Connector, Full<Bytes>>,
    fresh: Client<Connector, Full<Bytes>>,
    names: Names,
    /// Host and port of the proxy.
    proxy: Option<Arc<str>>,
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

    pub(crate) fn from_clients(
        pooled: Client<Connector, Full<Bytes>>,
        fresh: Client<Connector, Full<Bytes>>,
        names: Names,
        proxy: Option<Arc<str>>,
    ) -> Self {
        Self { pooled, fresh, names, proxy }
    }

    /// The phase of a failure before the answer's head arrived.
    ///
    /// A pooled connection bypasses the connector: only where there is no pool, our own deadline may prove that nothing was
    /// sent. Else only an error of connecting does: hyper hands a request over after it.
    /// hyper does not report how much of a request was sent, so all of it is assumed to have been.
    fn phase(reusable: bool, sight: &ConnectionProgress, error: Option<&legacy::Error>) -> Phase {
        let is_proven = match error {
            Some(error) => error.is_connect(),
            None => !reusable,
        };
        if is_proven && !sight.may_have_sent() { Phase::Connect } else { Phase::Head }
    }
}

impl AsyncTransport for ReqwestTransport {
    async fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let Outgoing { request, timeout: left, limits, reusable, silence, .. } = outgoing;
        check_address(request.uri())?;
        let proxy = self.proxy.clone().filter(|_| request.uri().scheme_str() != Some("http"));
        let mut request = request.map(|body| Full::new(Bytes::from(body)));
        // What the blocking client sends, too, where the call says nothing.
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let client = if reusable { &self.pooled } else { &self.fresh };
        let sight = ConnectionProgress::new(left);
        let mut is_head_there = false;
        let result = {
            // The future is large: pinned here, the futures that wrap it do not copy it.
            let exchange = pin!(async {
                if reusable {
                    notice_arrivals().await;
                }
                let mut response = pin!(client.request(request));
                let response = if reusable && silence < left {
                    match timeout(silence, response.as_mut()).await {
                        Ok(response) => response,
                        Err(_) if sight.is_kept() => return Err(silent()),
                        Err(_) => response.await,
                    }
                } else {
                    response.await
                };
                let failed = |error| failure::of(Self::phase(reusable, &sight, Some(&error)), &error);
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
        // A timeout may mean a dead address; if a pooled connection was slow, it costs one lookup.
        let is_late = |error: &TransportError| error.kind() == TransportErrorKind::Timeout && !sight.may_have_sent();
        if result.as_ref().is_err_and(|error| error.is_not_sent() || is_late(error)) {
            self.names.forget();
        }
        match result {
            Ok(incoming) => Ok(incoming.through(proxy)),
            Err(error) => Err(error.through(proxy)),
        }
    }
}

/// Lets the kept connections read what arrived while the runtime stood still, as between two `block_on` of one thread.
/// Otherwise an answer without a request would pass for the answer to the next one.
async fn notice_arrivals() {
    // The first yield looks at the sockets, the second runs the connections' tasks.
    for _ in 0..2 {
        yield_now().await;
    }
}

/// The error of a kept connection on which no answer begins.
fn silent() -> TransportError {
    TransportError::new(Phase::Head, TransportErrorKind::Timeout, "a kept connection said nothing")
}

/// Reads an answer to its end, within the limits.
async fn receive(response: Response<hyper::body::Incoming>, limits: &AnswerLimits) -> Result<Incoming, TransportError> {
    let (head, mut body) = response.into_parts();
    check_framing(head.version, &head.headers)?;
    let phrase = head.extensions.get::<ReasonPhrase>().map(ReasonPhrase::as_bytes).unwrap_or_default();
    let mut incoming = Incoming::new(limits, head.status.as_u16(), head.headers)?.with_phrase(phrase);
    if let Some(length) = body.size_hint().exact() {
        incoming.declare(length)?;
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| failure::of(Phase::Body, &error))?;
        if let Some(data) = frame.data_ref() {
            incoming.extend(data)?;
        }
    }
    Ok(incoming)
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}
