//! Markup that a hoster sent.

/// HTML as received: untrusted, not sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Html(String);

impl Html {
    /// Wraps markup.
    pub fn new(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// The markup. Do not print it to a terminal or a page as it is.
    pub fn as_untrusted_str(&self) -> &str {
        &self.0
    }
}
