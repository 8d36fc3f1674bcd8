//! Transport settings: the network, and ureq's own settings where they are safe.

use std::fmt;
use std::sync::Arc;

use hostkit::SetupError;
use hostkit_net::{IDLE_TIMEOUT, MAX_HEAD, Network};
use ureq::Agent;
use ureq::config::{Config, ConfigBuilder};
use ureq::typestate::AgentScope;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector};

use crate::connect::CancellableConnector;
use crate::progress::Watch;
use crate::resolver::NameResolver;
use crate::tls::TlsConnector;
use crate::transport::UreqTransport;

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
    /// `ureq_proto::util`), and redirect targets (`ureq::util`). By default the transport refuses to send while these
    /// targets are enabled. Prefer filtering them (`ureq=debug`); hostkit's own `tracing` output has no secrets at any
    /// level.
    pub fn allow_byte_log(mut self) -> Self {
        self.may_log_bytes = true;
        self
    }

    /// Changes ureq's own settings, such as the address family or sizes of buffers. Redirects, time limits, proxy,
    /// pool and status handling are set afterwards and cannot be changed.
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
        let tls = Arc::new(self.network.tls()?);
        let names = self.network.names();
        let connect = self.network.time_to_connect();
        let agent = |is_pooled: bool| {
            let config = self.config(proxy.clone(), is_pooled);
            let chain = ().chain(ConnectProxyConnector::default()).chain(CancellableConnector::default());
            let watch = Watch { chain: chain.chain(TlsConnector(Arc::clone(&tls))), connect };
            Agent::with_parts(config, watch, NameResolver { names: names.clone(), limit: connect })
        };
        let (pooled, fresh) = (agent(true), agent(false));
        Ok(UreqTransport::from_agents(pooled, fresh, names, self.network.proxy_address(), self.may_log_bytes))
    }

    fn config(&self, proxy: Option<ureq::Proxy>, is_pooled: bool) -> Config {
        let builder = Agent::config_builder();
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        let (total, per_host) = if is_pooled { (64, 64) } else { (0, 0) };
        builder
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(proxy)
            // `Watch` and the resolver limit the time: they know the deadline of the call.
            .timeout_global(None)
            .timeout_resolve(None)
            .timeout_connect(None)
            .max_response_header_size(MAX_HEAD)
            .max_idle_age(IDLE_TIMEOUT)
            .max_idle_connections(total)
            .max_idle_connections_per_host(per_host)
            .input_buffer_size(2 * MAX_HEAD)
            .build()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("network", &self.network).finish_non_exhaustive()
    }
}
