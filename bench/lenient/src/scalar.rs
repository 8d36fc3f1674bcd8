//! The project's value types, read from text.

use std::net::IpAddr;

use hostkit_proto::codec::FromText;
use hostkit_proto::{Bytes, Csv, Currency, Date, DateTime, Decimal, Gibibytes, Kibibytes, Mebibytes, Money, Secret, UnixTime};

/// A value that is one piece of text.
pub trait Scalar: Sized {
    /// What error texts name as expected.
    const EXPECTED: &'static str;

    /// Parses the text; `None` if it does not fit.
    fn read(text: &str) -> Option<Self>;

    /// Converts a whole number that a library has already parsed, without a detour over text if possible.
    fn number(number: u64) -> Option<Self> {
        Self::read(&number.to_string())
    }

    /// Whether an optional field with this text has no value.
    fn is_absent(text: &str) -> bool {
        text.is_empty()
    }
}

/// Implements `Scalar` for types that `FromText` reads.
macro_rules! from_text {
    ($($name:ty),* $(,)?) => { $(
        impl crate::Scalar for $name {
            const EXPECTED: &'static str = <$name as hostkit_proto::codec::FromText>::EXPECTED;

            fn read(text: &str) -> Option<Self> {
                <$name as hostkit_proto::codec::FromText>::from_text(text)
            }
        }
    )* };
}
pub(crate) use from_text;

/// Implements `Scalar` for whole numbers.
macro_rules! whole {
    ($($name:ty => $make:expr),* $(,)?) => { $(
        impl crate::Scalar for $name {
            const EXPECTED: &'static str = "a whole number";

            fn read(text: &str) -> Option<Self> {
                <$name as hostkit_proto::codec::FromText>::from_text(text)
            }

            fn number(number: u64) -> Option<Self> {
                $make(number)
            }
        }
    )* };
}
pub(crate) use whole;

from_text!(Currency, IpAddr, Secret, String, UnixTime);
whole!(
    u64 => Some,
    i64 => |number| i64::try_from(number).ok(),
    u32 => |number| u32::try_from(number).ok(),
    u16 => |number| u16::try_from(number).ok(),
    u8 => |number| u8::try_from(number).ok(),
    Bytes => |number| Some(Bytes(number)),
    Kibibytes => |number| Some(Kibibytes(number)),
    Mebibytes => |number| Some(Mebibytes(number)),
    Gibibytes => |number| Some(Gibibytes(number)),
    Decimal => |number| Some(Decimal::from(number)),
    Money => |number| Some(Money::from(Decimal::from(number))),
);

impl Scalar for bool {
    const EXPECTED: &'static str = "a flag (0 or 1)";

    fn read(text: &str) -> Option<Self> {
        <bool as FromText>::from_text(text)
    }

    // Empty text is PHP's `false`, not an absent flag.
    fn is_absent(_: &str) -> bool {
        false
    }
}

impl<T: FromText> Scalar for Csv<T> {
    const EXPECTED: &'static str = "values separated by commas";

    fn read(text: &str) -> Option<Self> {
        <Self as FromText>::from_text(text)
    }
}

impl Scalar for DateTime {
    const EXPECTED: &'static str = "a date and time";

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.as_bytes().get(2) {
            Some(b'.') => Self::parse("%d.%m.%Y %H:%M:%S", text).or_else(|| Self::parse("%d.%m.%Y %H:%M", text)),
            _ => Self::parse("%Y-%m-%d %H:%M:%S", text),
        }
    }

    fn is_absent(text: &str) -> bool {
        text.is_empty() || text.starts_with("30.11.-0001") || text.starts_with("0000-00-00")
    }
}

impl Scalar for Date {
    const EXPECTED: &'static str = "a date";

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let form = if text.as_bytes().get(2) == Some(&b'.') { "%d.%m.%Y" } else { "%Y-%m-%d" };
        Self::parse(form, text)
    }

    fn is_absent(text: &str) -> bool {
        text.is_empty() || text.starts_with("30.11.-0001") || text.starts_with("0000-00-00")
    }
}
