//! What ureq's errors mean to an exchange. The phase comes from the witness, not from them.

use std::io;

use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};
use hostkit_net::failure::kind_of_socket_error;

/// An error of ureq in a phase.
pub(crate) fn of(phase: Phase, error: &ureq::Error) -> TransportError {
    TransportError::new(phase, kind(error), &error.to_string())
}

/// An error while the body was read.
pub(crate) fn of_body(error: &io::Error) -> TransportError {
    TransportError::new(Phase::Body, io_kind(error), &error.to_string())
}

fn kind(error: &ureq::Error) -> Kind {
    use ureq::Error;
    match error {
        Error::Timeout(_) => Kind::Timeout,
        Error::HostNotFound => Kind::Dns,
        Error::Tls(_) | Error::TlsRequired => Kind::Tls,
        Error::Other(inner) if inner.is::<rustls::Error>() => Kind::Tls,
        Error::LargeResponseHeader(..) => Kind::TooLarge,
        // The type is not ours to name; the conformance suite notices if the words change.
        Error::Protocol(inner) if inner.to_string().contains("too many headers") => Kind::TooLarge,
        Error::Protocol(_) | Error::BodyStalled => Kind::BadFraming,
        Error::Io(inner) => io_kind(inner),
        _ => Kind::Other,
    }
}

fn io_kind(error: &io::Error) -> Kind {
    // ureq and rustls travel inside of errors of the standard library.
    if let Some(inner) = error.get_ref() {
        if let Some(inner) = inner.downcast_ref::<ureq::Error>() {
            return kind(inner);
        }
        if inner.is::<rustls::Error>() {
            return Kind::Tls;
        }
    }
    kind_of_socket_error(error.kind()).unwrap_or(Kind::Other)
}
