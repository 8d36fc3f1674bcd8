//! Transport settings: proxy, certificates, name lookup, and ureq's own settings where they are safe.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hostkit::SetupError;
use hostkit_net::{CONNECT_TIMEOUT, IDLE_TIMEOUT, Lookup, Names, Trust};
use ureq::Agent;
use ureq::config::{Config, ConfigBuilder};
use ureq::typestate::AgentScope;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector};

use crate::progress::Watch;
use crate::resolver::NameResolver;
use crate::tls::TlsConnector;
use crate::transport::UreqTransport;

/// The largest head that is read, in bytes; the limit of the call is checked afterwards.
pub(crate) const MAX_HEAD: usize = 128 << 10;

type Configure = dyn Fn(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> + Send + Sync;

/// Builds a [`UreqTransport`], which by default connects directly and trusts the public roots (webpki).
///
/// ```
/// # fn main() -> Result<(), hostkit::SetupError> {
/// let transport = hostkit_ureq::UreqTransport::setup().proxy("http://127.0.0.1:3128").build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Setup {
    proxy: Option<String>,
    roots: Vec<u8>,
    #[cfg(feature = "platform-verifier")]
    is_platform: bool,
    lookup: Option<Lookup>,
    connect_timeout: Option<Duration>,
    may_log_bytes: bool,
    configure: Option<Box<Configure>>,
}

impl Setup {
    /// Sends through an HTTP proxy, `http://user:password@host:port`, in a `CONNECT` tunnel.
    ///
    /// Plain http, which is allowed to loopback only, bypasses it. Proxy variables of the environment are ignored.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Adds trusted root certificates in PEM, such as those of a test installation.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.roots.extend_from_slice(pem);
        self.roots.push(b'\n');
        self
    }

    /// Verifies certificates with the operating system's trust store instead of the public roots.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.is_platform = true;
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

    /// Resolves host names with this function instead of the system's resolver.
    ///
    /// It may block: it runs on a thread for that name. Answers are cached for 30 seconds, or until an address cannot
    /// be reached. Addresses of `localhost` that are not loopback are dropped.
    pub fn lookup(mut self, lookup: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        self.lookup = Some(Arc::new(lookup));
        self
    }

    /// Limits the name lookup, and separately the connecting to all its addresses; 10 seconds each by default.
    ///
    /// The call's deadline applies as well.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    /// The proxy's URL is invalid, or a certificate cannot be read.
    pub fn build(self) -> Result<UreqTransport, SetupError> {
        let proxy = self.proxy.as_deref().map(ureq::Proxy::new).transpose();
        // The error would print the URL, and with it the password.
        let proxy = proxy.map_err(|_| SetupError::Proxy)?;
        let tls = Arc::new(self.trust()?.client_config()?);
        let names = Names::new(self.lookup.clone());
        let agent = |is_pooled: bool| {
            let config = self.config(proxy.clone(), is_pooled);
            let chain = ().chain(ConnectProxyConnector::default()).chain(TcpConnector::default());
            Agent::with_parts(config, Watch(chain.chain(TlsConnector(Arc::clone(&tls)))), NameResolver(names.clone()))
        };
        let (pooled, fresh) = (agent(true), agent(false));
        Ok(UreqTransport::from_agents(pooled, fresh, names, self.may_log_bytes))
    }

    fn trust(&self) -> Result<Trust, SetupError> {
        let mut trust = Trust::default();
        trust.add_pem(&self.roots)?;
        #[cfg(feature = "platform-verifier")]
        if self.is_platform {
            trust.platform();
        }
        Ok(trust)
    }

    fn config(&self, proxy: Option<ureq::Proxy>, is_pooled: bool) -> Config {
        let builder = Agent::config_builder();
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        let connect = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let (total, per_host) = if is_pooled { (64, 64) } else { (0, 0) };
        builder
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(proxy)
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .max_idle_age(IDLE_TIMEOUT)
            .max_idle_connections(total)
            .max_idle_connections_per_host(per_host)
            .input_buffer_size(2 * MAX_HEAD)
            .build()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The proxy's URL may hold a password.
        f.debug_struct("Setup").field("proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}
