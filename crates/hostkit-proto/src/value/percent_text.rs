//! Text that an API percent-encodes by itself.

/// A text that is percent-encoded where it stands, beside what a form or a query encodes of it: `"ssh-ed25519%20AAAA"` in
/// JSON, `keys=ssh-ed25519%2520AAAA` in a form. It holds the plain text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct PercentText(pub String);

impl From<&str> for PercentText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for PercentText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::ops::Deref for PercentText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
