//! What reqwest's errors mean to an exchange. They print URLs with their queries, so only the words of their innermost
//! cause are kept.

use std::error::Error;
use std::io;

use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};

use hostkit_net::NoAddress;
use hostkit_net::failure::kind_of_socket_error;

/// An error of reqwest in a phase.
pub(crate) fn of(phase: Phase, error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let mut innermost: &(dyn Error + 'static) = &error;
    let mut found = error.is_timeout().then_some(Kind::Timeout);
    loop {
        found = kind(innermost).or(found);
        match cause(innermost) {
            Some(cause) => innermost = cause,
            None => break,
        }
    }
    TransportError::new(phase, found.unwrap_or(Kind::Other), &innermost.to_string())
}

/// What is below an error. An error of the standard library keeps what it is made of to itself.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source())
}

fn kind(error: &(dyn Error + 'static)) -> Option<Kind> {
    if error.is::<NoAddress>() {
        return Some(Kind::Dns);
    }
    if error.is::<rustls::Error>() {
        return Some(Kind::Tls);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return match error {
            // The test for it is not compiled for clients; the conformance suite notices if the words change.
            error if error.is_parse() && error.to_string().contains("too large") => Some(Kind::TooLarge),
            error if error.is_parse() => Some(Kind::BadFraming),
            error if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => Some(Kind::Closed),
            _ => None,
        };
    }
    let kind = error.downcast_ref::<io::Error>()?.kind();
    kind_of_socket_error(kind).or(match kind {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Some(Kind::BadFraming),
        _ => None,
    })
}
