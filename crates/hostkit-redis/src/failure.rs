//! What went wrong with the server, told without anything that was sent to it or that it said in its own words.

use std::io::{self, ErrorKind};
use std::time::Duration;

use redis::{RedisError, ServerErrorKind};

use crate::Server;

impl Server {
    pub(crate) fn late(&self, patience: Duration) -> io::Error {
        let text = format!("{}: no change of the entry within {patience:?}", self.place);
        io::Error::new(ErrorKind::TimedOut, text)
    }

    /// The server's own words may repeat what it was sent, so only its code is told.
    pub(crate) fn failed(&self, error: &RedisError) -> io::Error {
        let place = &self.place;
        match (error.kind(), error.code()) {
            _ if error.is_timeout() => io::Error::new(ErrorKind::TimedOut, format!("{place} does not answer in time")),
            (redis::ErrorKind::AuthenticationFailed, _) => {
                io::Error::new(ErrorKind::PermissionDenied, format!("{place} refuses the user or the password"))
            }
            (redis::ErrorKind::Io, _) if error.is_connection_refusal() => {
                io::Error::new(ErrorKind::ConnectionRefused, format!("{place}: nobody listens there"))
            }
            (redis::ErrorKind::Io, _) => {
                io::Error::new(ErrorKind::ConnectionAborted, format!("{place}: the connection broke"))
            }
            (redis::ErrorKind::Server(ServerErrorKind::ReadOnly), _) => {
                io::Error::new(ErrorKind::ReadOnlyFilesystem, format!("{place} is a replica, and takes no changes"))
            }
            (_, Some(code)) if is_code(code) => io::Error::other(format!("{place} answers {code}")),
            (kind, _) => io::Error::other(format!("{place}: {kind:?}")),
        }
    }
}

/// A word in capitals, as the server's codes are.
fn is_code(code: &str) -> bool {
    code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether another connection may do better.
pub(crate) fn is_of_connection(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ReadOnlyFilesystem | ErrorKind::TimedOut)
}
