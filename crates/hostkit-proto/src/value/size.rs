//! Sizes with their unit, so that megabytes cannot be passed for gigabytes.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;

use super::ParseError;

macro_rules! size {
    ($(#[$doc:meta])* $name:ident, $unit:literal, $factor:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(pub u64);

        impl $name {
            const UNIT: &'static str = $unit;
            const FACTOR: u64 = $factor;

            /// The size in bytes; `None` if it exceeds 64 bits.
            pub const fn to_bytes(self) -> Option<u64> {
                self.0.checked_mul(Self::FACTOR)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", self.0, Self::UNIT)
            }
        }

        impl FromStr for $name {
            type Err = ParseError;

            /// Reads what is shown: a whole number, a blank and the unit.
            fn from_str(text: &str) -> Result<Self, ParseError> {
                let count = text.strip_suffix(Self::UNIT).and_then(|count| count.strip_suffix(' ')?.parse().ok());
                count.map(Self).ok_or_else(|| ParseError::new(text, concat!("a size, such as `10 ", $unit, "`")))
            }
        }

        impl From<u64> for $name {
            fn from(count: u64) -> Self {
                Self(count)
            }
        }

        impl Add for $name {
            type Output = Self;

            /// The sum, at most what 64 bits hold.
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }

        impl Sub for $name {
            type Output = Self;

            /// The difference, at least nothing.
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
                sizes.fold(Self(0), Add::add)
            }
        }

        impl<'a> Sum<&'a Self> for $name {
            fn sum<I: Iterator<Item = &'a Self>>(sizes: I) -> Self {
                sizes.copied().sum()
            }
        }
    };
}

/// A size in a larger unit is a size in each smaller one; the way back is only open to whole units.
macro_rules! convert {
    ($($large:ident to $($small:ident),+;)+) => { $($(
        impl From<$large> for $small {
            /// The same size, at most what 64 bits hold.
            fn from(size: $large) -> Self {
                Self(size.0.saturating_mul($large::FACTOR / $small::FACTOR))
            }
        }

        impl TryFrom<$small> for $large {
            type Error = SizeError;

            /// The same size.
            ///
            /// # Errors
            /// A size that is no whole number of the larger unit.
            fn try_from(size: $small) -> Result<Self, SizeError> {
                let factor = $large::FACTOR / $small::FACTOR;
                match size.0 % factor {
                    0 => Ok(Self(size.0 / factor)),
                    _ => Err(SizeError { size: size.to_string(), unit: $large::UNIT }),
                }
            }
        }
    )+)+ };
}

/// A size that is no whole number of a larger unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeError {
    size: String,
    unit: &'static str,
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no whole number of {}", self.size, self.unit)
    }
}

impl std::error::Error for SizeError {}

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

convert! {
    Gibibytes to Mebibytes, Kibibytes, Bytes;
    Mebibytes to Kibibytes, Bytes;
    Kibibytes to Bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_add_and_convert() {
        let disks = [Gibibytes(10), Gibibytes(30)];
        assert_eq!(disks.iter().sum::<Gibibytes>(), Gibibytes(40));
        assert_eq!(Mebibytes(512) + Gibibytes(1).into(), Mebibytes(1536));
        assert_eq!(Bytes::from(Kibibytes(2)), Bytes(2048));
        assert_eq!(Gibibytes::try_from(Mebibytes(2048)), Ok(Gibibytes(2)));
        let error = Gibibytes::try_from(Mebibytes(1536)).unwrap_err().to_string();
        assert_eq!(error, "1536 MiB is no whole number of GiB");
    }

    #[test]
    fn nothing_wraps_around() {
        assert_eq!(Bytes(u64::MAX) + Bytes(1), Bytes(u64::MAX));
        assert_eq!(Bytes(1) - Bytes(2), Bytes(0));
        assert_eq!(Bytes::from(Gibibytes(u64::MAX)), Bytes(u64::MAX));
        assert_eq!(Gibibytes(u64::MAX).to_bytes(), None);
    }
}
