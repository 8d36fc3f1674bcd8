//! A problem in an example.

use hostkit_wire::{WireError, WireErrorKind};

/// A problem in an example.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    /// Bytes from the start of the file.
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: String,
}

/// Problem of an example that its format's reader rejects.
pub(super) fn unreadable(error: &WireError, base: usize) -> Problem {
    let help = match error.kind() {
        WireErrorKind::NotUtf8(true) => "examples are UTF-8; convert the bytes and say so in the example's `note`",
        WireErrorKind::Html => "expected data; if the API really answers like this, there is no value to test",
        _ => "the ending of the file says its format; a correction of the document belongs into the example's `note`",
    };
    Problem {
        code: "E0301",
        offset: base + error.offset(),
        message: format!("the example cannot be read: {error}"),
        label: "not readable from here on".to_owned(),
        help: help.to_owned(),
    }
}
