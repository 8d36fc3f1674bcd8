//! Transport settings: proxy, certificates, name lookup, and reqwest's own settings where they are safe.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hostkit::SetupError;
use hostkit_net::{CONNECT_TIMEOUT, IDLE_TIMEOUT, Lookup, Names, Trust};
use reqwest::{ClientBuilder, redirect, retry};
use rustls::ClientConfig;

use crate::progress::Watch;
use crate::resolver::NameResolver;
use crate::transport::ReqwestTransport;

/// The most header lines that are read; the limit of the call is checked afterwards.
const MAX_HEADERS: usize = 256;

type Configure = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;

/// Builds a [`ReqwestTransport`], which by default connects directly and trusts the public roots (webpki).
///
/// ```
/// # fn main() -> Result<(), hostkit::SetupError> {
/// let transport = hostkit_reqwest::ReqwestTransport::setup().proxy("http://127.0.0.1:3128").build()?;
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

    /// Changes reqwest's own settings, such as the local address or the keep-alive of TCP. Redirects, retries, proxy,
    /// pool and TLS are set afterwards and cannot be changed.
    pub fn configure(mut self, configure: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static) -> Self {
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

    /// Limits the name lookup, connecting to all its addresses and the TLS handshake together; 10 seconds by default.
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
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let proxy = self.proxy.as_deref().map(reqwest::Proxy::https).transpose();
        // The error would print the URL, and with it the password.
        let proxy = proxy.map_err(|_| SetupError::Proxy)?;
        let tls = self.trust()?.client_config()?;
        let names = Names::new(self.lookup.clone());
        let client = |is_pooled| {
            let builder = self.builder(proxy.clone(), &tls, &names, is_pooled);
            builder.build().map_err(|error| SetupError::Tls(error.without_url().to_string()))
        };
        let (pooled, fresh) = (client(true)?, client(false)?);
        Ok(ReqwestTransport::from_clients(pooled, fresh, names))
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
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .no_proxy()
            // Verbose mode logs every byte, secrets included.
            .connection_verbose(false)
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(if is_pooled { 64 } else { 0 })
            .tls_backend_preconfigured(tls.clone())
            .dns_resolver(NameResolver(names.clone()))
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
