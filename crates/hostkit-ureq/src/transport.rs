//! Sends one request over one connection: two agents (pooled and unpooled), one deadline, and a body read to its end.

use std::fmt;
use std::sync::Arc;

use hostkit::SetupError;
use hostkit::transport::{AnswerLimits, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit_net::Names;
use hostkit_net::failure::check_address;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::{Agent, AsSendBody, Body};

use crate::progress::ConnectionProgress;
use crate::setup::Setup;
use crate::{failure, input};

/// The log targets under which ureq writes every byte that it sends and receives, URLs and redirects.
const BYTE_LOGS: [&str; 2] = ["ureq_proto::util", "ureq::util"];
const BYTES_ARE_LOGGED: &str = "the logger accepts `ureq` at TRACE, which logs every byte of requests and answers, \
                                secrets included: filter it (ureq=debug), or see Setup::allow_byte_log";

/// The transport of this crate. Clones share their connections.
#[derive(Clone)]
pub struct UreqTransport {
    pooled: Agent,
    fresh: Agent,
    names: Names,
    /// Host and port of the proxy.
    proxy: Option<Arc<str>>,
    may_log_bytes: bool,
}

impl UreqTransport {
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

    pub(crate) fn from_agents(
        pooled: Agent,
        fresh: Agent,
        names: Names,
        proxy: Option<Arc<str>>,
        may_log_bytes: bool,
    ) -> Self {
        Self { pooled, fresh, names, proxy, may_log_bytes }
    }

    fn run<S: AsSendBody>(
        &self,
        agent: &Agent,
        request: http::Request<S>,
        limits: &AnswerLimits,
    ) -> Result<Incoming, TransportError> {
        // Plain http is allowed to loopback only, and a proxy could read it. Settings of a request copy those of the
        // agent, so no other request has any.
        let bypasses_proxy = agent.config().proxy().is_some() && request.uri().scheme_str() == Some("http");
        let request = if bypasses_proxy { agent.configure_request(request).proxy(None).build() } else { request };
        let response = agent.run(request).map_err(|error| {
            let failed = failure::of(ConnectionProgress::now().phase, &error);
            if failed.is_not_sent() {
                self.names.forget();
            }
            failed
        })?;
        let (mut parts, body) = response.into_parts();
        input::unmask(&mut parts.headers);
        let incoming = Incoming::new(limits, parts.status.as_u16(), parts.headers)?;
        receive(body, incoming)
    }
}

impl Transport for UreqTransport {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let Outgoing { request, timeout, limits, reusable, silence, cancel, .. } = outgoing;
        check_address(request.uri())?;
        let is_logged = |target| log::log_enabled!(target: target, log::Level::Trace);
        if !self.may_log_bytes && BYTE_LOGS.into_iter().any(is_logged) {
            return Err(TransportError::new(Phase::Connect, TransportErrorKind::Other, BYTES_ARE_LOGGED));
        }
        let proxy = self.proxy.clone().filter(|_| request.uri().scheme_str() != Some("http"));
        let agent = if reusable { &self.pooled } else { &self.fresh };
        ConnectionProgress::begin(timeout, silence, cancel);
        // With the unit type as body, ureq sends no Content-Length.
        let result = if request.body().is_empty() && !request.headers().contains_key(CONTENT_LENGTH) {
            self.run(agent, request.map(|_| ()), &limits)
        } else {
            self.run(agent, request, &limits)
        };
        match result {
            Ok(incoming) => Ok(incoming.through(proxy)),
            Err(error) => Err(error.through(proxy)),
        }
    }
}

/// Reads a body to its end, within the limits.
fn receive(body: Body, mut incoming: Incoming) -> Result<Incoming, TransportError> {
    let declared = incoming.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if let Some(length) = declared {
        incoming.declare(length)?;
    }
    incoming.read_from(body.into_reader(), failure::of_body)?;
    // ureq treats a reset as the end of a body without a length, and accepts a chunked body without its last chunk.
    let progress = ConnectionProgress::now();
    if progress.broken || (progress.ended && incoming.headers().contains_key(TRANSFER_ENCODING)) {
        let kind = if progress.broken { TransportErrorKind::Reset } else { TransportErrorKind::Closed };
        return Err(TransportError::new(Phase::Body, kind, "the body was cut short"));
    }
    Ok(incoming)
}

impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UreqTransport")
    }
}
