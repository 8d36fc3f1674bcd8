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
///
/// With the feature `serde` it is written as `[redacted]`, and read back from that as a secret that is not known any more:
/// no call sends it. Any other text is read as the secret itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Known);

#[derive(Clone, PartialEq, Eq)]
enum Known {
    Text(Zeroizing<Box<str>>),
    Redacted,
}

#[cfg(feature = "serde")]
const REDACTED: &str = "[redacted]";

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(Known::Text(Zeroizing::new(text.into())))
    }

    /// The secret that stood where it was written redacted: no call sends it.
    pub const fn redacted() -> Self {
        Self(Known::Redacted)
    }

    /// Whether it was read back from where it stood redacted, so that nothing is known of it.
    pub fn is_redacted(&self) -> bool {
        matches!(self.0, Known::Redacted)
    }

    /// The text itself, empty if it is [redacted](Self::is_redacted). Every use of this is a place to review.
    pub fn expose(&self) -> &str {
        // Fails only while the thread ends, when nothing records any more.
        let _ = EXPOSED.try_with(|exposed| {
            if let Ok(mut exposed) = exposed.try_borrow_mut()
                && let Some(exposed) = &mut *exposed
            {
                exposed.push(self.clone());
            }
        });
        match &self.0 {
            Known::Text(text) => text,
            Known::Redacted => "",
        }
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

    /// Whether the text is empty, as that of a redacted secret is.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Known::Text(text) => text.is_empty(),
            Known::Redacted => true,
        }
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
        match &self.0 {
            Known::Text(text) => str::hash(text, state),
            Known::Redacted => state.write_u8(0),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Ok(if *text == REDACTED { Self::redacted() } else { Self::new(text.as_str()) })
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
        let Secret(Known::Text(text)) = Secret::new("hunter2") else { panic!("it is known") };
        is_wiped(&text);
    }

    #[test]
    fn tells_whether_it_is_known() {
        assert!(Secret::redacted().is_redacted() && !Secret::new("").is_redacted());
    }

    #[test]
    fn hashes_what_it_compares() {
        let secrets = [Secret::new("one"), Secret::new("two"), Secret::redacted()];
        let hashes: std::collections::BTreeSet<u64> = secrets.iter().map(hash).collect();
        assert_eq!(hashes.len(), secrets.len());
        assert_eq!(hash(&Secret::new("one")), hash(&secrets[0]));
    }

    fn hash(secret: &Secret) -> u64 {
        use std::hash::BuildHasher as _;
        std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one(secret)
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
