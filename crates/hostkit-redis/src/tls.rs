//! TLS by rustls and ring, as the clients have it. There is no switch that turns checks off.
//!
//! What is deliberately not here: the TLS of the crate `redis`. It takes the provider of the process, which panics where
//! another crate of the program brings a second one; it trusts what the system trusts, or instead of all that a
//! certificate of ours; and it waits for each byte anew.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Whom it trusts.
#[derive(Clone)]
pub(crate) struct Trust {
    roots: RootCertStore,
    pub(crate) config: Arc<ClientConfig>,
}

impl Trust {
    /// The public roots (webpki).
    pub(crate) fn public() -> io::Result<Self> {
        Self::of(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    }

    /// Those of before, and the certificates of a PEM file.
    pub(crate) fn and(&self, pem: &[u8]) -> io::Result<Self> {
        let failed = |why: String| {
            io::Error::new(ErrorKind::InvalidInput, format!("a root certificate for Redis cannot be read: {why}"))
        };
        let mut roots = self.roots.clone();
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| failed(error.to_string()))?;
            roots.add(certificate).map_err(|error| failed(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(failed("there is none in it".to_owned()));
        }
        Self::of(roots)
    }

    fn of(roots: RootCertStore) -> io::Result<Self> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let config = builder.with_root_certificates(roots.clone()).with_no_client_auth();
        Ok(Self { roots, config: Arc::new(config) })
    }
}
