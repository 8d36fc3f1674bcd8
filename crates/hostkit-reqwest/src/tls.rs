//! TLS by rustls and ring, under one configuration for both clients. There is no switch that turns checks off.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::setup::SetupError;

/// The public roots (webpki), those in `pem`, or what the platform trusts.
pub(crate) fn configuration(pem: &[u8], is_platform: bool) -> Result<ClientConfig, SetupError> {
    let failed = |error: rustls::Error| SetupError::Tls(error.to_string());
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
    let extra = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let extra = extra.map_err(|error| SetupError::Certificate(error.to_string()))?;
    #[cfg(feature = "platform-verifier")]
    if is_platform {
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider).map_err(failed)?;
        // Not dangerous in spite of its name: the platform checks instead of webpki.
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        return Ok(builder.with_no_client_auth());
    }
    debug_assert!(!is_platform, "only the feature sets it");
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in extra {
        roots.add(certificate).map_err(|error| SetupError::Certificate(error.to_string()))?;
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
