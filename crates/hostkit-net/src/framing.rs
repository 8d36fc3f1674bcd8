//! Refuses answers of which HTTP libraries do not agree where the body ends.

use hostkit::transport::{Phase, TransportError, TransportErrorKind};
use http::header::{HeaderMap, TRANSFER_ENCODING};
use http::version::Version;

/// Refuses a transfer coding that some libraries ignore, and others do not: any but `chunked` and `identity`, several,
/// or one under HTTP/1.0, which has none.
///
/// # Errors
/// [`TransportErrorKind::BadFraming`].
pub fn check_framing(version: Version, headers: &HeaderMap) -> Result<(), TransportError> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else { return Ok(()) };
    let is = |name: &str| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(name.as_bytes());
    if codings.next().is_none() && version != Version::HTTP_10 && (is("chunked") || is("identity")) {
        return Ok(());
    }
    let why = "the answer has a transfer coding that HTTP libraries read differently";
    Err(TransportError::new(Phase::Body, TransportErrorKind::BadFraming, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn one_plain_coding_is_read_by_all_alike() {
        let check = |version, codings: &[&'static str]| {
            let codings = codings.iter().map(|coding| (TRANSFER_ENCODING, HeaderValue::from_static(coding)));
            check_framing(version, &codings.collect()).is_ok()
        };
        for fine in [&[][..], &["chunked"], &[" Chunked "], &["identity"]] {
            assert!(check(Version::HTTP_11, fine), "{fine:?}");
        }
        let odd = ["gzip, chunked", "chunked, gzip", "chunked,", "", "gzip", "xchunked", "chunked;a=b", "\"chunked\""];
        for coding in odd {
            assert!(!check(Version::HTTP_11, &[coding]), "{coding:?}");
        }
        assert!(!check(Version::HTTP_11, &["chunked", "chunked"]));
        assert!(!check(Version::HTTP_10, &["chunked"]) && check(Version::HTTP_10, &[]));
    }
}
