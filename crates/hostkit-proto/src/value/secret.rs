//! Text that must not reach a log.

use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};

use base64::Engine as _;
use zeroize::Zeroizing;

thread_local! {
    /// The secrets that were exposed, while somebody collects them.
    static EXPOSED: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// A password, key or token: no `Display`, a redacted `Debug`, wiped when dropped.
///
/// ```
/// let secret = hostkit_proto::Secret::new("hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret([redacted])");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Every use of this is a place to review.
    pub fn expose(&self) -> &str {
        // Fails only while the thread ends, when nothing records any more.
        let _ = EXPOSED.try_with(|exposed| {
            if let Ok(mut exposed) = exposed.try_borrow_mut()
                && let Some(exposed) = &mut *exposed
            {
                exposed.push(self.clone());
            }
        });
        &self.0
    }

    /// The base64 of `login:password`, as the scheme Basic of HTTP has it.
    ///
    /// ```
    /// assert_eq!(hostkit_proto::Secret::basic("me", "hunter2").expose(), "bWU6aHVudGVyMg==");
    /// ```
    pub fn basic(login: impl fmt::Display, password: impl fmt::Display) -> Self {
        let both = Zeroizing::new(format!("{login}:{password}"));
        Self::new(base64::engine::general_purpose::STANDARD.encode(both.as_bytes()))
    }

    /// Runs a function, and collects the secrets that it exposes on this thread: those that go into a request, which a
    /// server may repeat in its answer.
    pub fn exposed_by<T>(run: impl FnOnce() -> T) -> (T, Vec<Self>) {
        let outer = EXPOSED.replace(Some(Vec::new()));
        let result = run();
        (result, EXPOSED.replace(outer).unwrap_or_default())
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        str::hash(&self.0, state);
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn a_secret_is_wiped_when_it_is_dropped() {
        // Freed memory cannot be looked at without unsafe code, so the type that wipes it stands for the wiping.
        fn is_wiped(_: &impl ZeroizeOnDrop) {}
        is_wiped(&Secret::new("hunter2").0);
    }

    #[test]
    fn collects_what_is_exposed() {
        let (one, two) = (Secret::new("one"), Secret::new("two"));
        let ((), exposed) = Secret::exposed_by(|| {
            assert_eq!(one.expose(), "one");
            let (text, inner) = Secret::exposed_by(|| two.expose().to_owned());
            assert_eq!((text.as_str(), inner), ("two", vec![two.clone()]));
        });
        assert_eq!(exposed, std::slice::from_ref(&one));
        assert_eq!(one.expose(), "one");
        assert!(Secret::exposed_by(|| ()).1.is_empty());
    }
}
