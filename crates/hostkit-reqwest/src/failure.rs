//! Maps errors of hyper and reqwest to transport errors. Those of reqwest print URLs, so only the text of the innermost
//! cause is kept.

use std::error::Error;
use std::io;

use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};

use hostkit_net::failure::kind_of_socket_error;
use hostkit_net::{HeadTooLarge, NoAddress};

/// Maps an error that occurred in a phase.
pub(crate) fn of(phase: Phase, error: &(dyn Error + 'static)) -> TransportError {
    let mut innermost = error;
    let mut found = None;
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
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return error.is_timeout().then_some(Kind::Timeout);
    }
    if error.is::<HeadTooLarge>() {
        return Some(Kind::TooLarge);
    }
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
