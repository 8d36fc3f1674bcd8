//! Sends one request over one connection: two clients (pooled and unpooled), one deadline, and a body read to its end.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use hostkit::SetupError;
use hostkit::transport::{AnswerLimits, AsyncTransport, Incoming, Outgoing, Phase, TransportError, TransportErrorKind};
use hostkit_net::Names;
use hostkit_net::failure::check_address;
use http::Uri;
use http::uri::{Authority, Scheme};
use reqwest::{Client, Request, Url};
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
    /// Host and port of the proxy.
    proxy: Option<Arc<str>>,
    /// The origin of the first request. Most requests go to it, and parsing it costs more than changing a path.
    origin: OnceLock<Origin>,
}

#[derive(Clone)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
    url: Url,
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

    pub(crate) fn from_clients(pooled: Client, fresh: Client, names: Names, proxy: Option<Arc<str>>) -> Self {
        Self { pooled, fresh, names, proxy, origin: OnceLock::new() }
    }

    /// The URL as reqwest wants it. Path and query cannot lead to another origin.
    fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        let refused = |why: &str| TransportError::new(Phase::Connect, TransportErrorKind::Other, why);
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(refused("the URL has no origin"));
        };
        let known = self.origin.get().filter(|known| known.scheme == *scheme && known.authority == *authority);
        let mut url = match known {
            Some(known) => known.url.clone(),
            None => {
                let url = [scheme.as_str(), "://", authority.as_str()].concat();
                let url = Url::parse(&url).map_err(|error| refused(&error.to_string()))?;
                self.origin.get_or_init(|| Origin {
                    scheme: scheme.clone(),
                    authority: authority.clone(),
                    url: url.clone(),
                });
                url
            }
        };
        url.set_path(uri.path());
        url.set_query(uri.query());
        Ok(url)
    }

    /// The phase of a failure before the answer's head arrived.
    ///
    /// A pooled connection bypasses the connector: only where there is no pool, our own deadline may prove that nothing was
    /// sent. Else only an error of connecting does: hyper hands a request over after it.
    /// reqwest does not report how much of a request was sent, so all of it is assumed to have been.
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
        let Outgoing { request, timeout: left, limits, reusable, silence, .. } = outgoing;
        check_address(request.uri())?;
        let proxy = self.proxy.clone().filter(|_| request.uri().scheme_str() != Some("http"));
        let (parts, body) = request.into_parts();
        let mut request = Request::new(parts.method, self.url(&parts.uri)?);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        let client = if reusable { &self.pooled } else { &self.fresh };
        let sight = ConnectionProgress::default();
        let mut is_head_there = false;
        let result = {
            // The future is large: pinned here, the futures that wrap it do not copy it.
            let exchange = pin!(async {
                let mut response = pin!(client.execute(request));
                let response = if reusable && silence < left {
                    match timeout(silence, response.as_mut()).await {
                        Ok(response) => response,
                        Err(_) if sight.is_kept() => return Err(silent()),
                        Err(_) => response.await,
                    }
                } else {
                    response.await
                };
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

/// The error of a kept connection on which no answer begins.
fn silent() -> TransportError {
    TransportError::new(Phase::Head, TransportErrorKind::Timeout, "a kept connection said nothing")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_origin_gives_the_url_that_parsing_gives() {
        let transport = ReqwestTransport::new().unwrap();
        for text in [
            "https://api.example.org/v1/servers?name=a%26b",
            "https://api.example.org/",
            "https://api.example.org/v1/a%2Fb?",
            "https://api.example.org//example.net/",
            "https://api.example.org:444/v1",
            "https://api.example.org.example.net/v1",
            "http://api.example.org/v1",
            "http://[::1]:8080/v1?a=b&c=d",
        ] {
            assert_eq!(transport.url(&text.parse().unwrap()), Ok(Url::parse(text).unwrap()), "{text}");
        }
        assert!(transport.url(&Uri::from_static("/servers")).is_err_and(|error| error.is_not_sent()));
    }
}
