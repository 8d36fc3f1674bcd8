//! Maps errors of ureq to transport errors.

use std::io;

use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};
use hostkit_net::failure::kind_of_socket_error;

use crate::patience::Cancelled;

/// Maps an error that occurred in a phase.
pub(crate) fn of(phase: Phase, error: &ureq::Error) -> TransportError {
    TransportError::new(phase, kind(error), &error.to_string())
}

/// Maps an error of the protocol that occurred in a phase.
pub(crate) fn of_protocol(phase: Phase, error: &ureq_proto::Error) -> TransportError {
    let kind = match error {
        ureq_proto::Error::HttpParseTooManyHeaders => Kind::TooLarge,
        _ => Kind::BadFraming,
    };
    TransportError::new(phase, kind, &error.to_string())
}

/// The error that occurred while reading the body.
pub(crate) fn of_body(error: &io::Error) -> TransportError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TransportError>());
    inner.cloned().unwrap_or_else(|| TransportError::new(Phase::Body, io_kind(error), &error.to_string()))
}

fn kind(error: &ureq::Error) -> Kind {
    use ureq::Error;
    match error {
        Error::Timeout(_) => Kind::Timeout,
        Error::HostNotFound => Kind::Dns,
        Error::Tls(_) | Error::TlsRequired => Kind::Tls,
        Error::Other(inner) if inner.is::<rustls::Error>() => Kind::Tls,
        Error::Other(inner) if inner.is::<Cancelled>() => Kind::Cancelled,
        Error::Protocol(_) => Kind::BadFraming,
        Error::Io(inner) => io_kind(inner),
        _ => Kind::Other,
    }
}

fn io_kind(error: &io::Error) -> Kind {
    // ureq and rustls wrap their errors in `io::Error`.
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
