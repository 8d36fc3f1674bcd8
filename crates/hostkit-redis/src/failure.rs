//! What went wrong with the server, told without anything that was sent to it or that it said in its own words.

use std::io::{self, ErrorKind};
use std::time::Duration;

use redis::{RedisError, ServerErrorKind};

use crate::address::Address;
use crate::link::Failure;

/// The error of a change that took too long.
pub(crate) fn late(place: &Address, patience: Duration) -> io::Error {
    let text = format!("{place}: no change of the entry within {patience:?}");
    io::Error::new(ErrorKind::TimedOut, text)
}

/// The error of a change that got no answer.
pub(crate) fn of(place: &Address, failure: &Failure) -> io::Error {
    match failure {
        Failure::Network(error) => broke(place, error),
        Failure::Refused(error) => {
            let code = error.code().filter(|code| is_code(code)).unwrap_or("an error");
            let text = format!("{place} refuses the user or the password ({code})");
            io::Error::new(ErrorKind::PermissionDenied, text)
        }
        Failure::Told(error) => told(place, error),
    }
}

fn broke(place: &Address, error: &io::Error) -> io::Error {
    // What rustls says is of certificates and of the protocol, and of nothing that was sent inside.
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return io::Error::new(ErrorKind::InvalidData, format!("{place}: TLS failed: {error}"));
    }
    let (kind, what) = match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => (ErrorKind::TimedOut, " does not answer in time"),
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => (ErrorKind::ConnectionRefused, ": nobody listens there"),
        ErrorKind::HostUnreachable => (ErrorKind::HostUnreachable, ": the name has no address, or no way leads there"),
        _ => (ErrorKind::ConnectionAborted, ": the connection broke"),
    };
    io::Error::new(kind, format!("{place}{what}"))
}

/// The server's own words may repeat what it was sent, so only its code is told.
fn told(place: &Address, error: &RedisError) -> io::Error {
    match (error.kind(), error.code()) {
        (redis::ErrorKind::Server(ServerErrorKind::ReadOnly), _) => {
            io::Error::new(ErrorKind::ReadOnlyFilesystem, format!("{place} is a replica, and takes no changes"))
        }
        (_, Some(code)) if is_code(code) => io::Error::other(format!("{place} answers {code}")),
        (kind, _) => io::Error::other(format!("{place}: {kind:?}")),
    }
}

/// A word in capitals, as the server's codes are.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether another connection may do better.
pub(crate) fn is_of_connection(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ReadOnlyFilesystem | ErrorKind::TimedOut)
}
