//! How the transport is set up: a proxy, certificates, and reqwest's own settings where they do no harm.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hostkit::ConfigError;
use hostkit::sabotage::is_broken;
use reqwest::{ClientBuilder, redirect, retry};
use rustls::ClientConfig;

use crate::resolver::{Lookup, Names};
use crate::tls;
use crate::transport::ReqwestTransport;
use crate::witness::Watch;

/// How long a connection that nobody uses is kept: shorter than servers do, so that few die in our hands.
const IDLE: Duration = Duration::from_secs(5);

/// How long connecting may take: a name may have several addresses, and the first ones may be dead.
const CONNECT: Duration = Duration::from_secs(10);

/// How many header lines are read at most; the limit of the call is checked once they are there.
const MAX_HEADERS: usize = 256;

type Configure = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;

/// How a [`ReqwestTransport`] is set up. The default goes straight to the host and trusts the public roots (webpki).
///
/// ```
/// # fn main() -> Result<(), hostkit_reqwest::SetupError> {
/// let transport = hostkit_reqwest::ReqwestTransport::setup().proxy("http://127.0.0.1:3128").build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Setup {
    proxy: Option<String>,
    roots: Vec<u8>,
    is_platform: bool,
    lookup: Option<Lookup>,
    connect_timeout: Option<Duration>,
    configure: Option<Box<Configure>>,
}

impl Setup {
    /// Sends through an HTTP proxy, `http://user:password@host:port`, in a tunnel that it cannot look into. Plain http,
    /// which is for this machine alone, goes there directly. The environment is never asked.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts these certificates too, in PEM: those of a test installation, say.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.roots.extend_from_slice(pem);
        self.roots.push(b'\n');
        self
    }

    /// Trusts what the operating system trusts, instead of the public roots.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.is_platform = true;
        self
    }

    /// Changes reqwest's own settings, such as the local address or the keep-alive of TCP. Redirects, retries, proxy,
    /// pool and TLS are set afterwards: they stay what they have to be.
    pub fn configure(mut self, configure: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// Asks this for the addresses of a name, instead of the system: a list of the caller's own, another resolver, or a
    /// test. It may block, on a thread that belongs to one name; its answer is believed for half a minute, or until
    /// an address cannot be reached. `localhost` stays on this machine, whatever is answered.
    pub fn lookup(mut self, lookup: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        self.lookup = Some(Arc::new(lookup));
        self
    }

    /// The time for the name, for connecting to its addresses, all of them together, and for the handshake of TLS; 10
    /// seconds by default. The deadline of the call ends it, too.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Makes the transport.
    ///
    /// # Errors
    /// A proxy that is no URL, or certificates that cannot be read.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let proxy = self.proxy.as_deref().map(reqwest::Proxy::https).transpose();
        // The error would print the URL, and with it the password.
        let proxy = proxy.map_err(|_| SetupError::Proxy)?;
        let tls = tls::configuration(&self.roots, self.is_platform)?;
        let names = Names::new(self.lookup.clone());
        let client = |is_pooled| {
            let builder = self.builder(proxy.clone(), &tls, &names, is_pooled);
            builder.build().map_err(|error| SetupError::Tls(error.without_url().to_string()))
        };
        let (pooled, fresh) = (client(true)?, client(false)?);
        Ok(ReqwestTransport::from_clients(pooled, fresh, names))
    }

    fn builder(
        &self,
        proxy: Option<reqwest::Proxy>,
        tls: &ClientConfig,
        names: &Names,
        is_pooled: bool,
    ) -> ClientBuilder {
        let builder = ClientBuilder::new();
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        let builder = builder
            .redirect(if is_broken("P11-redirects") { redirect::Policy::limited(5) } else { redirect::Policy::none() })
            .referer(false)
            .retry(retry::never())
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .no_proxy()
            // It would log every byte, secrets included.
            .connection_verbose(false)
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT))
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(if is_pooled { 64 } else { 0 })
            .tls_backend_preconfigured(tls.clone())
            .dns_resolver(names.clone())
            .connector_layer(Watch);
        match proxy {
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The proxy's URL may hold a password.
        f.debug_struct("Setup").field("proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}

/// A client or a transport that cannot be set up like this.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// What `hostkit` says of its options.
    Config(ConfigError),
    /// The proxy is no URL.
    Proxy,
    /// A certificate cannot be read.
    Certificate(String),
    /// TLS cannot be set up.
    Tls(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(f, "{error}"),
            Self::Proxy => f.write_str("the proxy is not a URL such as http://127.0.0.1:3128"),
            Self::Certificate(why) => write!(f, "a root certificate cannot be read: {why}"),
            Self::Tls(why) => write!(f, "TLS cannot be set up: {why}"),
        }
    }
}

impl std::error::Error for SetupError {}

impl From<ConfigError> for SetupError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
