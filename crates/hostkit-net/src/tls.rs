//! TLS with rustls and ring, whose verification cannot be turned off.

use std::sync::Arc;

use hostkit::SetupError;
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Trusted certificate authorities; by default the public roots (webpki).
#[derive(Debug, Clone, Default)]
pub struct Trust {
    added: Vec<CertificateDer<'static>>,
    #[cfg(feature = "platform-verifier")]
    is_platform: bool,
}

impl Trust {
    /// Adds root certificates in PEM.
    ///
    /// # Errors
    /// A certificate cannot be read, or there is none.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<(), SetupError> {
        let before = self.added.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            self.added.push(certificate.map_err(|error| SetupError::Certificate(error.to_string()))?);
        }
        if self.added.len() == before {
            let why = "there is none: in PEM, one begins with -----BEGIN CERTIFICATE-----";
            return Err(SetupError::Certificate(why.to_owned()));
        }
        Ok(())
    }

    /// Verifies with the operating system's trust store instead of the public roots.
    #[cfg(feature = "platform-verifier")]
    pub fn platform(&mut self) {
        self.is_platform = true;
    }

    /// Builds a client configuration that trusts these roots.
    ///
    /// # Errors
    /// A certificate is not a valid root, or TLS cannot be set up.
    pub fn client_config(&self) -> Result<ClientConfig, SetupError> {
        let failed = |error: rustls::Error| SetupError::Tls(error.to_string());
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
        #[cfg(feature = "platform-verifier")]
        if self.is_platform {
            let added = self.added.iter().cloned();
            let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(added, provider).map_err(failed)?;
            // Safe despite the method's name: the platform verifies instead of webpki.
            let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
            return Ok(strict(builder.with_no_client_auth()));
        }
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in &self.added {
            roots.add(certificate.clone()).map_err(|error| SetupError::Certificate(error.to_string()))?;
        }
        Ok(strict(builder.with_root_certificates(roots).with_no_client_auth()))
    }
}

/// Has each connection show a certificate: a resumed session shows none, so one that ended meanwhile, or a server of
/// another name that shares the keys of sessions, would get the key of an account.
///
/// Also turns off what features of rustls turn on: any crate of a build can do that, and the greeting would offer
/// compressed certificates.
fn strict(mut config: ClientConfig) -> ClientConfig {
    config.resumption = Resumption::disabled();
    config.cert_decompressors.clear();
    config.cert_compressors.clear();
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        let no_base64 = b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        assert!(matches!(Trust::default().add_pem(no_base64), Err(SetupError::Certificate(_))));

        let no_certificate = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let mut trust = Trust::default();
        assert_eq!(trust.add_pem(no_certificate), Ok(()));
        assert!(matches!(trust.client_config(), Err(SetupError::Certificate(_))));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        for pem in [&b""[..], b"nothing of the kind\n", b"\x30\x82\x01\x0a"] {
            assert!(matches!(Trust::default().add_pem(pem), Err(SetupError::Certificate(_))));
        }
    }
}
