//! One request over one connection: two agents, one deadline over all of it, and a body that is read to its very end.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::time::Duration;

use hostkit::SetupError;
use hostkit::transport::{AnswerLimits, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit_net::Names;
use hostkit_net::failure::check_address;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use ureq::{Agent, AsSendBody};

use crate::failure;
use crate::setup::{MAX_HEAD, Setup};
use crate::witness::{FOREVER, Sight};

/// Where ureq logs every byte that it sends and receives, and whole URLs and redirects.
const BYTE_LOGS: [&str; 2] = ["ureq_proto::util", "ureq::util"];
const BYTES_ARE_LOGGED: &str = "the logger takes `ureq` at TRACE, where it writes every byte of requests and answers, \
                                secrets included: filter it (ureq=debug), or see Setup::allow_byte_log";

/// What this crate sends with. Clones share their connections.
#[derive(Clone)]
pub struct UreqTransport {
    pooled: Agent,
    fresh: Agent,
    names: Names,
    may_log_bytes: bool,
}

impl UreqTransport {
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

    pub(crate) fn from_agents(pooled: Agent, fresh: Agent, names: Names, may_log_bytes: bool) -> Self {
        Self { pooled, fresh, names, may_log_bytes }
    }

    fn run<S: AsSendBody>(
        &self,
        agent: &Agent,
        request: http::Request<S>,
        timeout: Duration,
        limits: &AnswerLimits,
    ) -> Result<Incoming, TransportError> {
        let is_plain = request.uri().scheme_str() == Some("http");
        let request = agent.configure_request(request);
        // Plain http goes to this machine, and no proxy may read it on the way.
        let request = if is_plain { request.proxy(None) } else { request };
        let request = request
            // ureq adds it to its clock, which ends: no deadline at all would be a panic.
            .timeout_global(Some(timeout.min(FOREVER)))
            // ureq counts separators and the first line as well.
            .max_response_header_size(limits.max_head.saturating_add(8 << 10).min(MAX_HEAD))
            .build();
        Sight::begin(timeout);
        let response = agent.run(request).map_err(|error| {
            let failed = failure::of(Sight::now().phase, &error);
            if failed.is_not_sent() {
                self.names.forget();
            }
            failed
        })?;
        let (parts, body) = response.into_parts();
        let incoming = Incoming::new(limits, parts.status.as_u16(), parts.headers)?;
        receive(body.into_reader(), incoming)
    }
}

impl Transport for UreqTransport {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let Outgoing { request, timeout, limits, reusable, .. } = outgoing;
        check_address(request.uri())?;
        let is_logged = |target| log::log_enabled!(target: target, log::Level::Trace);
        if !self.may_log_bytes && BYTE_LOGS.into_iter().any(is_logged) {
            return Err(TransportError::new(Phase::Connect, TransportErrorKind::Other, BYTES_ARE_LOGGED));
        }
        let agent = if reusable { &self.pooled } else { &self.fresh };
        // A GET without a body is sent without a length.
        if request.body().is_empty() && !request.headers().contains_key(CONTENT_LENGTH) {
            return self.run(agent, request.map(|_| ()), timeout, &limits);
        }
        self.run(agent, request, timeout, &limits)
    }
}

/// Reads a body to its end, as far as the limits allow.
fn receive(mut body: impl Read, mut incoming: Incoming) -> Result<Incoming, TransportError> {
    let declared = incoming.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if let Some(length) = declared {
        incoming.declare(length)?;
    }
    let mut buffer = [0; 8 << 10];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(amount) => incoming.extend(buffer.get(..amount).unwrap_or_default())?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failure::of_body(&error)),
        }
    }
    // ureq takes a reset for the end of a body that ends with its connection, and forgives a missing last line.
    let sight = Sight::now();
    if sight.broken || (sight.ended && incoming.headers().contains_key(TRANSFER_ENCODING)) {
        let kind = if sight.broken { TransportErrorKind::Reset } else { TransportErrorKind::Closed };
        return Err(TransportError::new(Phase::Body, kind, "the body was cut short"));
    }
    Ok(incoming)
}

impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UreqTransport")
    }
}
