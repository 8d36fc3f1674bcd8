//! The names of the APIs that a sandbox serves.

use std::borrow::Borrow;
use std::fmt;

use hostkit::Api;

/// The name of an API: that of its folder in `specs/`, and the first segment of its path in the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiName(&'static str);

impl ApiName {
    /// The name of an API.
    pub const fn of<A: Api>() -> Self {
        Self(A::INFO.name)
    }

    /// The name as text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The simulated API of that name.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|api| api.as_str() == text)
    }
}

impl Borrow<str> for ApiName {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
