//! How a client reaches its host: proxy, certificates, name lookup and the time to connect.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hostkit::SetupError;
use http::Uri;
use rustls::ClientConfig;

use crate::{Lookup, Names, Trust};

/// The default limit for connecting: a name may have several addresses, and the first ones may be unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How a client reaches its host; by default directly, with the system's resolver and the public roots (webpki).
#[derive(Clone, Default)]
pub struct Network {
    proxy: Option<String>,
    roots: Vec<Vec<u8>>,
    #[cfg(feature = "platform-verifier")]
    is_platform: bool,
    lookup: Option<Lookup>,
    connect_timeout: Option<Duration>,
}

impl Network {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends through an HTTP proxy, `http://user:password@host:port`, in a `CONNECT` tunnel.
    ///
    /// Plain http, which is allowed to loopback only, bypasses it. Proxy variables of the environment are ignored.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Adds trusted root certificates in PEM, such as those of a test installation. Without one in it, the client cannot be
    /// set up.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.roots.push(pem.to_owned());
        self
    }

    /// Verifies with the operating system's trust store instead of the public roots.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.is_platform = true;
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

    /// Limits the name lookup, and again connecting to all its addresses together; 10 seconds by default.
    ///
    /// Some clients count the name lookup and the TLS handshake into the second. The call's deadline applies as well.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// The URL of the HTTP proxy, which may hold a password.
    ///
    /// # Errors
    /// It is no URL, or that of another kind of proxy, such as SOCKS: a client would find that out at its first call only.
    pub fn proxy_url(&self) -> Result<Option<&str>, SetupError> {
        let Some(url) = self.proxy.as_deref() else { return Ok(None) };
        let uri: Uri = url.parse().map_err(|_| SetupError::Proxy)?;
        let is_http = uri.scheme_str().is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        let names_a_host = uri.host().is_some_and(|host| !host.is_empty());
        if is_http && names_a_host && uri.path().trim_matches('/').is_empty() && uri.query().is_none() {
            Ok(Some(url))
        } else {
            Err(SetupError::Proxy)
        }
    }

    /// Host and port of the proxy, for errors.
    pub fn proxy_address(&self) -> Option<Arc<str>> {
        let url = self.proxy.as_deref()?;
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        let authority = rest.split(['/', '?', '#']).next()?;
        Some(authority.rsplit('@').next()?.into())
    }

    /// The limit for connecting.
    pub fn time_to_connect(&self) -> Duration {
        self.connect_timeout.unwrap_or(CONNECT_TIMEOUT)
    }

    /// The name lookups, with a cache of their own.
    pub fn names(&self) -> Names {
        Names::new(self.lookup.clone())
    }

    /// The configuration of TLS.
    ///
    /// # Errors
    /// A certificate cannot be read or is not a valid root, a PEM has none, or TLS cannot be set up.
    pub fn tls(&self) -> Result<ClientConfig, SetupError> {
        let mut trust = Trust::default();
        for pem in &self.roots {
            trust.add_pem(pem)?;
        }
        #[cfg(feature = "platform-verifier")]
        if self.is_platform {
            trust.platform();
        }
        trust.client_config()
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The proxy's URL may hold a password.
        f.debug_struct("Network").field("proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}
