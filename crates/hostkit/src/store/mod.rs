//! What several processes share: sessions and rate limits, in entries that they change in turn.
//!
//! A [`Store`] keeps bytes and may block; what they mean is decided here, as plain functions of an entry and the time.
//! No machine and no future ever waits for a store: a thread of its own asks it, and the exchange waits for that thread
//! as it waits for anything else, until its deadline at the latest.

pub(crate) mod entry;
pub(crate) mod thread;

use std::fmt;
use std::io;
use std::time::SystemTime;

use hostkit_proto::BaseUrl;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Entries outside of the process, each changed by one at a time.
///
/// Sessions are secrets: a store keeps others from reading them, and says nothing of an entry's bytes in errors and logs.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Hands the time and the bytes of an entry to `change` (`None` where there is none) and keeps what it gives back;
    /// `None` leaves the entry as it is. Nobody else changes the entry in between. A store that finds out only afterwards
    /// that somebody did calls `change` again; the last call counts. It is called on a thread of its own, and may block
    /// for a bounded time.
    ///
    /// The time is that of the clock which all who share the store have in common, read after `change` of the store was
    /// called: the machine's own for a folder, the server's for a server.
    ///
    /// # Errors
    /// The entry could not be read, locked or kept. What was there before is then there still, or, where a connection
    /// broke, what `change` gave back.
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()>;
}

/// What a store is to do with the bytes of an entry, at a time.
pub type Change<'c> = &'c mut dyn FnMut(SystemTime, Option<&[u8]>) -> Option<Vec<u8>>;

/// The name of an entry: what it holds, the API, its place and the account, as the caller calls it. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoreKey(String);

/// What may stand in a file name, everywhere and as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// File systems take 255 bytes, and a store may want to add an ending.
const LONGEST: usize = 200;

impl StoreKey {
    pub(crate) fn new(kind: &str, api: &str, base: &BaseUrl, account: &str) -> Self {
        let parts = [kind, api, &base.to_string(), account];
        let mut name = parts.map(|part| utf8_percent_encode(part, ESCAPED).to_string()).join(".");
        if name.len() > LONGEST {
            let sum = entry::sum(name.as_bytes());
            name.truncate(LONGEST);
            name.push_str(&format!(".{sum:016x}"));
        }
        Self(name)
    }

    /// The name: letters, digits, `-`, `_`, `%` and `.` between its parts, at most 217 bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_file_names() {
        let base = "https://api.example/v1".parse().unwrap();
        let key = StoreKey::new("session", "shop", &base, "../../Иван/.ssh");
        assert!(key.as_str().starts_with("session.shop.https%3A%2F%2Fapi%2Eexample%2Fv1.%2E%2E%2F"), "{key:?}");
        let long = |end: &str| StoreKey::new("session", "shop", &base, &format!("{}{end}", "x".repeat(500)));
        assert!(long("a").as_str().len() <= 217);
        assert_ne!(long("a"), long("b"));
    }
}
