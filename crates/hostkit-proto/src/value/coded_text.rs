//! Texts that an API encodes by itself, beside what a form or a query encodes of them.

macro_rules! coded {
    ($($(#[$about:meta])* $name:ident),*) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(pub String);

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }
    )* };
}

coded!(
    /// A text whose Base64 stands in its place, with padding: `"MTkyLjAuMi43"` for `192.0.2.7`. It holds the plain text, and
    /// is read with padding and without.
    Base64Text,
    /// A text that is percent-encoded where it stands, beside what a form or a query encodes of it: `"ssh-ed25519%20AAAA"`
    /// in JSON, `keys=ssh-ed25519%2520AAAA` in a form. It holds the plain text.
    PercentText
);
