//! Whom the store believes in TLS.
//!
//! What is deliberately not here: the TLS of the crate `redis`. It takes the provider of the process, which panics where
//! another crate of the program brings a second one; it trusts what the system trusts, or instead of all that a
//! certificate of ours; and it waits for each byte anew.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use hostkit::SetupError;
use rustls::ClientConfig;

/// Whom it trusts, and the configuration that says so.
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

    /// Those of before, and the certificates of a PEM file.
    pub(crate) fn and(&self, pem: &[u8]) -> io::Result<Self> {
        let failed = |why: &str| {
            io::Error::new(ErrorKind::InvalidInput, format!("a root certificate for Redis cannot be read: {why}"))
        };
        let mut roots = self.roots.clone();
        match roots.add_pem(pem).and_then(|added| Ok((added, Self::of(roots)?))) {
            Ok((0, _)) => Err(failed("there is none in it")),
            Ok((_, trust)) => Ok(trust),
            Err(SetupError::Certificate(why)) => Err(failed(&why)),
            Err(other) => Err(io::Error::other(other)),
        }
    }

    fn of(roots: hostkit_net::Trust) -> Result<Self, SetupError> {
        let config = Arc::new(roots.client_config()?);
        Ok(Self { roots, config })
    }
}
