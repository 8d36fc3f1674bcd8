//! Errors of the server and the network, without any text that was sent or received.

use std::io::{self, ErrorKind};
use std::time::Duration;

use redis::{RedisError, ServerErrorKind};

use crate::address::Address;
use crate::connection::Failure;

/// The error of a change that exceeded the store's patience.
pub(crate) fn timed_out(place: &Address, patience: Duration) -> io::Error {
    let text = format!("{place}: no change of the entry within {patience:?}");
    io::Error::new(ErrorKind::TimedOut, text)
}

/// The error of a change that failed.
pub(crate) fn of(place: &Address, failure: &Failure) -> io::Error {
    match failure {
        Failure::Network(error) => network_error(place, error),
        Failure::Refused(error) => {
            let code = error.code().filter(|code| is_code(code)).unwrap_or("an error");
            let text = format!("{place} refuses the user or the password ({code})");
            io::Error::new(ErrorKind::PermissionDenied, text)
        }
        Failure::Server(error) => server_error(place, error),
    }
}

fn network_error(place: &Address, error: &io::Error) -> io::Error {
    // rustls describes certificates and the protocol, never the payload, so its text may be shown.
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return io::Error::new(ErrorKind::InvalidData, format!("{place}: TLS failed: {error}"));
    }
    let (kind, what) = match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => (ErrorKind::TimedOut, " does not answer in time"),
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => (ErrorKind::ConnectionRefused, ": connection refused"),
        ErrorKind::HostUnreachable => {
            (ErrorKind::HostUnreachable, ": the name has no address, or the host is unreachable")
        }
        _ => (ErrorKind::ConnectionAborted, ": the connection broke"),
    };
    io::Error::new(kind, format!("{place}{what}"))
}

/// Shows only the error code, because the server's message may quote what it was sent.
fn server_error(place: &Address, error: &RedisError) -> io::Error {
    match (error.kind(), error.code()) {
        (redis::ErrorKind::Server(ServerErrorKind::ReadOnly), _) => {
            io::Error::new(ErrorKind::ReadOnlyFilesystem, format!("{place} is a read-only replica"))
        }
        (_, Some(code)) if is_code(code) => io::Error::other(format!("{place} answers {code}")),
        (kind, _) => io::Error::other(format!("{place}: {kind:?}")),
    }
}

/// Whether this is an upper-case word, as the server's error codes are.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether a new connection may succeed.
pub(crate) fn is_retryable(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ReadOnlyFilesystem | ErrorKind::TimedOut)
}
