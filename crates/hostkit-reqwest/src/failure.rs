//! Maps reqwest's errors to transport errors. They print URLs with their queries, so only the text of the innermost
//! cause is kept.

use std::error::Error;
use std::io;

use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};

use hostkit_net::NoAddress;
use hostkit_net::failure::kind_of_socket_error;

/// Maps an error that occurred in a phase.
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

/// The cause of an error; the source of an `io::Error` skips its inner error, which is needed here.
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
            // hyper's predicate exists for servers only; the conformance suite fails if the text changes.
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
