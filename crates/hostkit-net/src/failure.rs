//! Maps socket errors to transport errors, and refuses addresses that need TLS.

use std::io;

use hostkit::BaseUrl;
use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};
use http::Uri;

/// Maps an I/O error kind to a transport error kind; `None` if only the HTTP library can tell.
pub fn kind_of_socket_error(kind: io::ErrorKind) -> Option<Kind> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some(Kind::Refused),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Some(Kind::Reset)
        }
        io::ErrorKind::UnexpectedEof => Some(Kind::Closed),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Some(Kind::Timeout),
        _ => None,
    }
}

/// Refuses to send anywhere but over `https` or to a loopback address.
///
/// # Errors
/// Any other address; no byte was sent.
pub fn check_address(uri: &Uri) -> Result<(), TransportError> {
    if BaseUrl::admits(uri) {
        return Ok(());
    }
    Err(TransportError::new(Phase::Connect, Kind::Other, "neither https nor a loopback address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_this_machine_without_tls() {
        for (url, is_fine) in [
            ("https://host.example/", true),
            ("http://127.0.0.1:8080/", true),
            ("http://localhost/", true),
            ("http://host.example/", false),
            ("http://127.0.0.1.host.example/", false),
        ] {
            let checked = check_address(&Uri::from_static(url));
            assert_eq!(checked.as_ref().is_err_and(TransportError::is_not_sent), !is_fine, "{url}: {checked:?}");
        }
    }
}
