//! How the transport is set up: a proxy, certificates, and reqwest's own settings where they do no harm.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hostkit::SetupError;
use hostkit_net::{CONNECT_TIMEOUT, IDLE_TIMEOUT, Lookup, Names, Trust};
use reqwest::{ClientBuilder, redirect, retry};
use rustls::ClientConfig;

use crate::resolver::NameResolver;
use crate::transport::ReqwestTransport;
use crate::witness::Watch;

/// How many header lines are read at most; the limit of the call is checked once they are there.
const MAX_HEADERS: usize = 256;

type Configure = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;

/// How a [`ReqwestTransport`] is set up. The default goes straight to the host and trusts the public roots (webpki).
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
            // It would log every byte, secrets included.
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
