//! Refuses answers of which HTTP libraries do not agree where the body ends.

use hostkit::transport::{Phase, TransportError, TransportErrorKind};
use http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use http::version::Version;

/// Refuses a transfer coding that some libraries ignore, and others do not: any but `chunked` and `identity`, several, or
/// one under HTTP/1.0, which has none. Refuses a length that is no number, or several, which some ignore where no body
/// comes.
///
/// # Errors
/// [`TransportErrorKind::BadFraming`].
pub fn check_framing(version: Version, headers: &HeaderMap) -> Result<(), TransportError> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_known = codings.next().is_none_or(|coding| {
        let is = |name: &str| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        codings.next().is_none() && version != Version::HTTP_10 && (is("chunked") || is("identity"))
    });
    if is_known && has_one_length(headers) {
        return Ok(());
    }
    let why = "the answer has a transfer coding or a length that HTTP libraries read differently";
    Err(TransportError::new(Phase::Body, TransportErrorKind::BadFraming, why))
}

/// Whether all lengths of the headers, if there are any, are one number.
fn has_one_length(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CONTENT_LENGTH).iter();
    let mut lengths = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).map(|length| {
        let digits = std::str::from_utf8(length.trim_ascii()).ok().filter(|text| !text.starts_with('+'));
        digits.and_then(|digits| digits.parse::<u64>().ok())
    });
    let first = lengths.next();
    first.is_none_or(|first| first.is_some() && lengths.all(|length| length == first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn one_plain_coding_and_length_are_read_by_all_alike() {
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
        for (lengths, is_fine) in [
            (&["8"][..], true),
            (&["8, 08", "8"], true),
            (&["8", "3"], false),
            (&["8, 3"], false),
            (&["+8"], false),
            (&["8,"], false),
            (&[""], false),
            (&["18446744073709551616"], false),
        ] {
            let lengths = lengths.iter().map(|length| (CONTENT_LENGTH, HeaderValue::from_static(length)));
            let mut headers = HeaderMap::from_iter(lengths);
            assert_eq!(check_framing(Version::HTTP_11, &headers).is_ok(), is_fine, "{headers:?}");
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            assert_eq!(check_framing(Version::HTTP_11, &headers).is_ok(), is_fine, "{headers:?}");
        }
        assert!(!check(Version::HTTP_10, &["chunked"]) && check(Version::HTTP_10, &[]));
    }
}
