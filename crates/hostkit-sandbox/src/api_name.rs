//! The APIs that the sandbox serves.

use std::fmt;

/// One of the four APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiName {
    /// Clodo: REST-like, XML and JSON, a token from two headers.
    Clodo,
    /// Inferno Solutions: one URL with `?action=`, JSON and `print_r` text.
    Inferno,
    /// Friendhosting's ROOTPANEL.NET: form POST, PHP `serialize()` and JSON.
    RootPanel,
    /// Macloud: REST-like, JSON, a token.
    Macloud,
}

impl ApiName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Clodo, Self::Inferno, Self::RootPanel, Self::Macloud];

    /// The first segment of its path, and its name in `specs/`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clodo => "clodo",
            Self::Inferno => "inferno",
            Self::RootPanel => "rootpanel",
            Self::Macloud => "macloud",
        }
    }

    /// The API of that name.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.as_str() == text)
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
