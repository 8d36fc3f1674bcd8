//! Sessions, rate limits and calls shared between processes, as entries that are changed atomically.
//!
//! A [`Store`] keeps bytes and may block; their meaning is decided here, by pure functions of an entry and the time. No
//! machine and no future blocks on a store: each store has a thread, and an exchange waits for that thread's answer, at
//! most until its deadline.

pub(crate) mod entry;
pub(crate) mod thread;

use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use hostkit_proto::BaseUrl;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Entries outside of the process, each with atomic changes.
///
/// Sessions are secrets: a store protects entries from other readers, and keeps their bytes out of errors and logs.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Applies `change` to an entry atomically.
    ///
    /// `change` gets the time and the entry's bytes (`None` if there is no entry) and returns the new bytes, or `None`
    /// to leave the entry as it is. A store that detects a conflict afterwards calls `change` again; the last call
    /// counts. The method runs on the store's own thread and may block for a bounded time.
    ///
    /// The time comes from the clock that all users of the store share (the machine's for a folder, the server's for a
    /// server), and is read after this method was called.
    ///
    /// # Errors
    /// The entry could not be read, locked or written. It is then unchanged or, if a connection broke, may hold the new
    /// bytes.
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()>;
}

/// Computes the new bytes of an entry from the time and its present bytes.
pub type Change<'c> = &'c mut dyn FnMut(SystemTime, Option<&[u8]>) -> Option<Vec<u8>>;

/// The name of an entry: its kind, the API, the base URL and the caller's name of the account. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoreKey {
    name: String,
    kept_for: Duration,
}

/// Characters that are safe in file names on every system stay as they are.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Sessions and rate limits are over before.
pub(crate) const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// File systems allow 255 bytes, and a store may add a suffix.
const LONGEST: usize = 200;

impl StoreKey {
    pub(crate) fn new(kind: &str, kept_for: Duration, api: &str, base: &BaseUrl, account: &str) -> Self {
        let parts = [kind, api, &without_usual_port(base), account];
        let mut name = parts.map(|part| utf8_percent_encode(part, ESCAPED).to_string()).join(".");
        if name.len() > LONGEST {
            let sum = entry::sum(name.as_bytes());
            name.truncate(LONGEST);
            name.push_str(&format!(".{sum:016x}"));
        }
        Self { name, kept_for }
    }

    /// The name: letters, digits, `-`, `_`, `%` and `.` between its parts, at most 217 bytes.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// How long the entry is needed after its last change: a store that forgets entries forgets none sooner. That of calls
    /// is needed for more than a month, since a hoster may carry one out that it accepted long before.
    pub fn kept_for(&self) -> Duration {
        self.kept_for
    }
}

/// The base URL without the port that its scheme has anyway: who writes it and who does not share their entries.
fn without_usual_port(base: &BaseUrl) -> String {
    let usual = if base.scheme() == "https" { 443 } else { 80 };
    match base.port() {
        Some(port) if port == usual => format!("{}://{}{}", base.scheme(), base.host(), base.prefix()),
        _ => base.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_file_names() {
        let base = "https://api.example/v1".parse().unwrap();
        let key = StoreKey::new("session", WEEK, "shop", &base, "../../Иван/.ssh");
        assert!(key.as_str().starts_with("session.shop.https%3A%2F%2Fapi%2Eexample%2Fv1.%2E%2E%2F"), "{key:?}");
        let long = |end: &str| StoreKey::new("session", WEEK, "shop", &base, &format!("{}{end}", "x".repeat(500)));
        assert!(long("a").as_str().len() <= 217);
        let at = |base: &str| StoreKey::new("calls", WEEK, "shop", &base.parse().unwrap(), "one");
        assert_eq!(at("https://api.example:443/v1"), at("https://API.example/v1/"));
        assert_eq!(at("http://[::1]:80"), at("http://[::1]"));
        assert_ne!(at("https://api.example:80"), at("https://api.example"));
        assert_ne!(long("a"), long("b"));
    }
}
