//! Percent-encoding of what stands in a path or a query.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// What may not stand in a query as it is: all but what RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for a segment of a path. Documents write `:` and `@` there as they are, in fingerprints and in names of
/// tasks, and no server takes them for anything else. The other delimiters that RFC 3986 allows have a meaning to some:
/// `;` and `=` begin parameters of the segment in Java, and `+` is a blank to many.
const IN_SEGMENT: &AsciiSet = &RESERVED.remove(b':').remove(b'@');

/// One segment of a path.
pub(crate) fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, IN_SEGMENT)
}

/// One name or value of a query.
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
