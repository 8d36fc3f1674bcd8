//! Percent-encoding of what stands in a path or a query.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// What may stand in a path segment or a query as it is (RFC 3986, unreserved).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One segment of a path, or one name or value of a query.
pub(crate) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// Appends the pairs as a query, with its question mark if there are any.
pub(crate) fn push_query(target: &mut String, pairs: &[(Cow<'static, str>, String)]) {
    let mut before = '?';
    for (name, value) in pairs {
        target.push(before);
        target.extend(encode(name));
        target.push('=');
        target.extend(encode(value));
        before = '&';
    }
}

/// Appends a pair to a form.
#[cfg(feature = "signing")]
pub(crate) fn push_pair(form: &mut Vec<u8>, name: &str, value: &str) {
    if !form.is_empty() {
        form.push(b'&');
    }
    form.extend_from_slice(format!("{}={}", encode(name), encode(value)).as_bytes());
}
