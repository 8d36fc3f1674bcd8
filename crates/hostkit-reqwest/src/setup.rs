//! Transport settings: the network, and how reqwest connects.

use std::fmt;

use hostkit::SetupError;
use hostkit_net::{IDLE_TIMEOUT, Names, Network};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::{ClientBuilder, retry};
use rustls::ClientConfig;

use crate::connector::{Connector, Take};
use crate::resolver::NameResolver;
use crate::transport::ReqwestTransport;

type Configure = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;

/// Builds a [`ReqwestTransport`], which by default connects directly and trusts the public roots (webpki).
///
/// ```
/// # fn main() -> Result<(), hostkit::SetupError> {
/// use hostkit_reqwest::{Network, ReqwestTransport};
///
/// let network = Network::new().proxy("http://127.0.0.1:3128");
/// let transport = ReqwestTransport::setup().network(network).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Setup {
    network: Network,
    configure: Option<Box<Configure>>,
}

impl Setup {
    /// How the transport reaches the host: proxy, certificates, name lookup, time to connect.
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// Changes how reqwest connects, such as the local address or the keep-alive of TCP. Proxy, names, TLS and the time
    /// to connect are set afterwards; settings of requests and answers have no effect, because hyper sends them.
    pub fn configure(mut self, configure: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    /// The proxy's URL is not that of an HTTP proxy, or a root certificate cannot be read or is missing.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let proxy = self.network.proxy_url()?.map(reqwest::Proxy::https).transpose();
        // The error would print the URL, and with it the password.
        let proxy = proxy.map_err(|_| SetupError::Proxy)?;
        let tls = self.network.tls()?;
        let names = self.network.names();
        let builder = self.builder(proxy, tls, &names);
        let connector = builder.build().map_err(|error| SetupError::Tls(error.without_url().to_string()))?;
        let connector = Connector(connector);
        let client = |idle| {
            Client::builder(TokioExecutor::new())
                // Proxies and caches fold long header lines: each fold is a blank (RFC 9112, 5.2).
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(idle)
                .build(connector.clone())
        };
        Ok(ReqwestTransport::from_clients(client(64), client(0), names, self.network.proxy_address()))
    }

    /// The client of reqwest, which makes the connections.
    fn builder(&self, proxy: Option<reqwest::Proxy>, tls: ClientConfig, names: &Names) -> ClientBuilder {
        let builder = ClientBuilder::new();
        let builder = match &self.configure {
            Some(configure) => configure(builder),
            None => builder,
        };
        let builder = builder
            .retry(retry::never())
            .http1_only()
            // Any crate of a build can turn on the feature of reqwest that does this by default.
            .no_hickory_dns()
            .no_proxy()
            // Verbose mode logs every byte, secrets included.
            .connection_verbose(false)
            .connect_timeout(self.network.time_to_connect())
            .tls_backend_preconfigured(tls)
            .dns_resolver(NameResolver(names.clone()))
            .connector_layer(Take);
        match proxy {
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("network", &self.network).finish_non_exhaustive()
    }
}
