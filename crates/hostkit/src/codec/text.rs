//! Values that are one piece of text: in paths, queries, keys of maps and comma lists.

use std::borrow::Cow;
use std::net::IpAddr;

use rust_decimal::Decimal;

use crate::sabotage::is_broken;
use crate::value::{Csv, Date, DateTime, Secret, UnixTime};

/// Reads a value from text.
pub trait FromText: Sized {
    /// What an error says was expected.
    const EXPECTED: &'static str;

    /// Reads it; `None` where the text is something else.
    fn from_text(text: &str) -> Option<Self>;
}

/// Writes a value as text.
pub trait ToText {
    /// Writes it.
    fn to_text(&self) -> Cow<'_, str>;
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl FromText for $type {
            const EXPECTED: &'static str = "a whole number";

            fn from_text(text: &str) -> Option<Self> {
                let text = text.trim();
                // PHP prints a float that happens to be whole as `5.0` or `5.00`.
                let text = match text.split_once('.') {
                    Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => whole,
                    _ => text,
                };
                if text.starts_with('+') { None } else { text.parse().ok() }
            }
        }

        impl ToText for $type {
            fn to_text(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        }
    )* };
}

integers!(i64, u64, u32, u16, u8);

impl FromText for String {
    const EXPECTED: &'static str = "text";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl ToText for String {
    fn to_text(&self) -> Cow<'_, str> {
        self.as_str().into()
    }
}

impl FromText for Secret {
    const EXPECTED: &'static str = "a secret";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}

impl ToText for Secret {
    fn to_text(&self) -> Cow<'_, str> {
        self.expose().into()
    }
}

impl FromText for Decimal {
    const EXPECTED: &'static str = "a decimal number";

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if is_broken("P20") {
            return text.parse::<f64>().ok()?.to_string().parse().ok();
        }
        Self::from_str_exact(text).or_else(|_| Self::from_scientific(text)).ok()
    }
}

impl ToText for Decimal {
    fn to_text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl FromText for IpAddr {
    const EXPECTED: &'static str = "an IP address";

    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl ToText for IpAddr {
    fn to_text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl FromText for bool {
    const EXPECTED: &'static str = "a flag (0 or 1)";

    fn from_text(text: &str) -> Option<Self> {
        match text.trim() {
            "1" | "true" => Some(true),
            "0" | "" | "false" => Some(false),
            _ => None,
        }
    }
}

impl ToText for bool {
    fn to_text(&self) -> Cow<'_, str> {
        if *self { "1" } else { "0" }.into()
    }
}

impl FromText for UnixTime {
    const EXPECTED: &'static str = "a time";

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        <i64 as FromText>::from_text(text).map(Self).or_else(|| Self::parse_offset(text))
    }
}

impl ToText for UnixTime {
    fn to_text(&self) -> Cow<'_, str> {
        self.0.to_string().into()
    }
}

impl ToText for DateTime {
    fn to_text(&self) -> Cow<'_, str> {
        self.format("%Y-%m-%d %H:%M:%S").into()
    }
}

impl FromText for DateTime {
    const EXPECTED: &'static str = "a date and time";

    fn from_text(text: &str) -> Option<Self> {
        Self::parse("%Y-%m-%d %H:%M:%S", text)
    }
}

impl ToText for Date {
    fn to_text(&self) -> Cow<'_, str> {
        self.format("%Y-%m-%d").into()
    }
}

impl FromText for Date {
    const EXPECTED: &'static str = "a date";

    fn from_text(text: &str) -> Option<Self> {
        Self::parse("%Y-%m-%d", text)
    }
}

impl ToText for str {
    fn to_text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl<T: FromText> FromText for Csv<T> {
    const EXPECTED: &'static str = "values separated by commas";

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self(Vec::new()));
        }
        text.split(',').map(|item| T::from_text(item.trim())).collect()
    }
}

impl<T: ToText> ToText for Csv<T> {
    fn to_text(&self) -> Cow<'_, str> {
        let items: Vec<_> = self.0.iter().map(ToText::to_text).collect();
        items.join(",").into()
    }
}

impl<T: ToText + ?Sized> ToText for &T {
    fn to_text(&self) -> Cow<'_, str> {
        (**self).to_text()
    }
}
