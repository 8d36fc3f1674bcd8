//! Sizes with their unit, so that megabytes cannot be passed for gigabytes.

use std::fmt;

macro_rules! size {
    ($(#[$doc:meta])* $name:ident, $unit:literal, $factor:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
        pub struct $name(pub u64);

        impl $name {
            /// The size in bytes; `None` if it exceeds 64 bits.
            pub const fn to_bytes(self) -> Option<u64> {
                self.0.checked_mul($factor)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{} ", $unit), self.0)
            }
        }

        impl From<u64> for $name {
            fn from(count: u64) -> Self {
                Self(count)
            }
        }
    };
}

size!(
    /// Bytes.
    Bytes, "B", 1
);
size!(
    /// Units of 1,024 bytes; what hosters call kilobytes.
    Kibibytes, "KiB", 1 << 10
);
size!(
    /// Units of 1,048,576 bytes; what hosters call megabytes.
    Mebibytes, "MiB", 1 << 20
);
size!(
    /// Units of 1,073,741,824 bytes; what hosters call gigabytes.
    Gibibytes, "GiB", 1 << 30
);
