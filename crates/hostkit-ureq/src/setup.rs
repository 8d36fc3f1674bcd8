//! Transport settings: the network, and ureq's own settings where they are safe.

use std::fmt;
use std::sync::Arc;

use hostkit::SetupError;
use hostkit_net::Network;
use ureq::Agent;
use ureq::config::{Config, ConfigBuilder};
use ureq::typestate::AgentScope;

use crate::connect::Connector;
use crate::pool::Pool;
use crate::transport::{Shared, UreqTransport};

/// How many bytes of a request are written at once, and how many of an answer are read.
const BUFFER: usize = 64 << 10;

type Configure = dyn Fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> + Send + Sync;

/// Builds a [`UreqTransport`], which by default connects directly and trusts the public roots (webpki).
///
/// ```
/// # fn main() -> Result<(), hostkit::SetupError> {
/// use hostkit_ureq::{Network, UreqTransport};
///
/// let network = Network::new().proxy("http://127.0.0.1:3128");
/// let transport = UreqTransport::setup().network(network).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Setup {
    network: Network,
    may_log_bytes: bool,
    configure: Option<Box<Configure>>,
}

impl Setup {
    /// How the transport reaches the host: proxy, certificates, name lookup, time to connect.
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// Allows sending while the program's logger accepts ureq's TRACE output, which contains secrets.
    ///
    /// At TRACE, ureq logs every byte of requests and answers, keys, tokens and passwords included (target
    /// `ureq_proto::util`). By default the transport refuses to send while this target is enabled. Prefer filtering it
    /// (`ureq=debug`); hostkit's own `tracing` output has no secrets at any level.
    pub fn allow_byte_log(mut self) -> Self {
        self.may_log_bytes = true;
        self
    }

    /// Changes how ureq connects, such as the address family or sizes of buffers. Proxy and time limits are set afterwards;
    /// settings of requests and answers have no effect, because ureq's protocol is driven from here.
    pub fn configure(
        mut self,
        configure: impl Fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> + Send + Sync + 'static,
    ) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    /// The proxy's URL is not that of an HTTP proxy, or a root certificate cannot be read or is missing.
    pub fn build(self) -> Result<UreqTransport, SetupError> {
        let proxy = self.network.proxy_url()?.map(ureq::Proxy::new).transpose();
        // The error would print the URL, and with it the password.
        let proxy = proxy.map_err(|_| SetupError::Proxy)?;
        let connector = Connector {
            direct: self.config(None),
            proxied: proxy.map(|proxy| self.config(Some(proxy))),
            tls: Arc::new(self.network.tls()?),
            names: self.network.names(),
            limit: self.network.time_to_connect(),
        };
        let (proxy, may_log_bytes) = (self.network.proxy_address(), self.may_log_bytes);
        Ok(UreqTransport::over(Shared { connector, pool: Pool::default(), proxy, may_log_bytes }))
    }

    fn config(&self, proxy: Option<ureq::Proxy>) -> Config {
        // Each connection has both, and fills them with zeros.
        let builder = Agent::config_builder().input_buffer_size(BUFFER).output_buffer_size(BUFFER);
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        builder.proxy(proxy).build()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("network", &self.network).finish_non_exhaustive()
    }
}
