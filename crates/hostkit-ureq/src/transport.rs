//! Sends one request over one connection, kept or new, with one deadline.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use hostkit::SetupError;
use hostkit::transport::{Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit_net::failure::check_address;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_LENGTH};

use crate::connect::Connector;
use crate::exchange::{Connection, Exchange};
use crate::failure;
use crate::patience::Patience;
use crate::pool::{Origin, Pool};
use crate::setup::Setup;

/// The log target under which ureq writes every byte that it sends and receives.
const BYTE_LOG: &str = "ureq_proto::util";
const BYTES_ARE_LOGGED: &str = "the logger accepts `ureq` at TRACE, which logs every byte of requests and answers, \
                                secrets included: filter it (ureq=debug), or see Setup::allow_byte_log";

/// The transport of this crate. Clones share their connections.
#[derive(Clone)]
pub struct UreqTransport(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) connector: Connector,
    pub(crate) pool: Pool,
    /// Host and port of the proxy.
    pub(crate) proxy: Option<Arc<str>>,
    pub(crate) may_log_bytes: bool,
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

    pub(crate) fn over(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    fn exchange(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let Outgoing { mut request, timeout, limits, reusable, silence, cancel, .. } = outgoing;
        let (now, length) = (Instant::now(), request.body().len());
        let headers = request.headers_mut();
        // Each client sends it where the call says nothing.
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        if length > 0 && !headers.contains_key(CONTENT_LENGTH) {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        let Shared { connector, pool, .. } = &*self.0;
        let patience = Patience::new(now, timeout, cancel);
        let origin = Origin::of(request.uri()).filter(|_| reusable);
        let kept = origin.as_ref().and_then(|origin| pool.take(origin, now));
        let silent_until = (kept.is_some() && silence < timeout).then(|| now + silence);
        let connected = kept.map_or_else(|| connector.connect(request.uri(), &patience).map(Connection::new), Ok);
        let mut connection = connected.map_err(|error| {
            connector.names.forget();
            failure::of(Phase::Connect, &error)
        })?;
        let (incoming, is_reusable) = Exchange::new(&mut connection, &patience, silent_until).run(request, &limits)?;
        if let Some(origin) = origin.filter(|_| is_reusable) {
            pool.keep(origin, connection, Instant::now());
        }
        Ok(incoming)
    }
}

impl Transport for UreqTransport {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        check_address(outgoing.request.uri())?;
        if !self.0.may_log_bytes && log::log_enabled!(target: BYTE_LOG, log::Level::Trace) {
            return Err(TransportError::new(Phase::Connect, TransportErrorKind::Other, BYTES_ARE_LOGGED));
        }
        let proxy = self.0.proxy.clone().filter(|_| outgoing.request.uri().scheme_str() != Some("http"));
        match self.exchange(outgoing) {
            Ok(incoming) => Ok(incoming.through(proxy)),
            Err(error) => Err(error.through(proxy)),
        }
    }
}

impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UreqTransport")
    }
}
