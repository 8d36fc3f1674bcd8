//! The error of a text that a program or a user gave as a value.

use std::fmt;

/// A text that is no such value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    text: Box<str>,
    expected: Box<str>,
}

impl ParseError {
    /// Only for the macros that declare ids and enumerations.
    #[doc(hidden)]
    pub fn new(text: &str, expected: &str) -> Self {
        Self { text: text.chars().take(60).collect(), expected: expected.into() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {}", self.text, self.expected)
    }
}

impl std::error::Error for ParseError {}

/// A value is saved as the text that it shows.
#[cfg(feature = "serde")]
macro_rules! serde_as_shown {
    ($($name:ident),*) => { $(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )* };
}

#[cfg(feature = "serde")]
pub(super) use serde_as_shown;

#[cfg(test)]
mod tests {
    use std::fmt::Display;
    use std::str::FromStr;

    use crate::{Bytes, Currency, Date, DateTime, Gibibytes, IpBlock, Kibibytes, Mebibytes, Money, UnixTime};

    fn is_read<T: FromStr<Err = super::ParseError> + Display>(texts: &[&str]) {
        for text in texts {
            assert_eq!(text.parse::<T>().map(|value| value.to_string()).as_deref(), Ok(*text));
        }
        for odd in ["", " ", "7 things", "2026", "29.11.2026", "10GiB", "1.5 GiB", "-1 B"] {
            let error = odd.parse::<T>().map(|value| value.to_string()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{odd:?} is not a")) || error.contains(" is not the "), "{error}");
        }
    }

    #[test]
    fn what_a_value_shows_is_read_again() {
        is_read::<DateTime>(&["2026-11-29T08:00:00", "1999-01-01T23:59:59"]);
        is_read::<Date>(&["2026-11-29"]);
        is_read::<UnixTime>(&["2026-11-29T08:00:00Z", "9223372036854775807 s"]);
        is_read::<Bytes>(&["7 B"]);
        is_read::<Kibibytes>(&["7 KiB"]);
        is_read::<Mebibytes>(&["1024 MiB"]);
        is_read::<Gibibytes>(&["10 GiB"]);
        is_read::<Currency>(&["RUB"]);
        is_read::<IpBlock>(&["192.0.2.7", "192.0.2.7/24", "192.0.2.7/32", "0.0.0.0/0", "2001:db8::/64", "::/0"]);
        assert_eq!("2026-11-29T11:00:00+03:00".parse(), Ok(UnixTime(1_795_939_200)));
        assert!("12.50 RUB".parse::<Money>().is_ok());
    }
}
