//! TLS configuration and trusted roots.
//!
//! The TLS of the crate `redis` is not used: it takes the process-wide crypto provider and panics if two are linked; it
//! trusts either the system's roots or one custom root, never both; and its timeout restarts with each read.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use hostkit::SetupError;
use rustls::ClientConfig;

/// The trusted roots, and the configuration built from them.
#[derive(Clone)]
pub(crate) struct Trust {
    roots: hostkit_net::Trust,
    pub(crate) config: Arc<ClientConfig>,
}

impl Trust {
    /// The public roots (webpki).
    pub(crate) fn public() -> io::Result<Self> {
        Self::of(hostkit_net::Trust::default()).map_err(io::Error::other)
    }

    /// Adds the certificates of a PEM file.
    pub(crate) fn and(&self, pem: &[u8]) -> io::Result<Self> {
        let failed = |why: &str| {
            io::Error::new(ErrorKind::InvalidInput, format!("a root certificate for Redis cannot be read: {why}"))
        };
        let mut roots = self.roots.clone();
        match roots.add_pem(pem).and_then(|()| Self::of(roots)) {
            Ok(trust) => Ok(trust),
            Err(SetupError::Certificate(why)) => Err(failed(&why)),
            Err(other) => Err(io::Error::other(other)),
        }
    }

    fn of(roots: hostkit_net::Trust) -> Result<Self, SetupError> {
        let config = Arc::new(roots.client_config()?);
        Ok(Self { roots, config })
    }
}
