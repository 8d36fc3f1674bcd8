//! Values with a plain text form, for paths, queries, map keys and comma-separated lists.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use base64::Engine as _;
use base64::alphabet::STANDARD as DIGITS;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use hostkit_wire::Digits;
use percent_encoding::percent_decode_str;
use rust_decimal::Decimal;

use crate::percent;
use crate::value::{
    Base64Text, Csv, Currency, Date, DateTime, IpBlock, Money, PercentText, Secret, UnixTime, plain, scientific,
};

/// Reads a value from text.
pub trait FromText: Sized {
    /// Names the expected value in error texts.
    const EXPECTED: &'static str;

    /// Parses the text; `None` if it is not such a value.
    fn from_text(text: &str) -> Option<Self>;

    /// The value of a text of digits with at most one point, read already; `None` leaves it to [`FromText::from_text`].
    #[doc(hidden)]
    fn from_digits(_: Digits) -> Option<Self> {
        None
    }
}

/// Writes a value as text.
pub trait ToText {
    /// The value as text.
    fn to_text(&self) -> Cow<'_, str>;
}

macro_rules! integers {
    ($($type:ty),*) => { $(
        impl FromText for $type {
            const EXPECTED: &'static str = "a whole number";

            fn from_text(text: &str) -> Option<Self> {
                if let Some(number) = few_digits(text) {
                    return Self::try_from(number).ok();
                }
                let text = text.trim();
                // PHP prints a float that happens to be whole as `5.0` or `5.00`.
                let text = match text.split_once('.') {
                    Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => whole,
                    _ => text,
                };
                if text.starts_with('+') { None } else { text.parse().ok() }
            }

            #[inline]
            fn from_digits(digits: Digits) -> Option<Self> {
                if digits.scale() == 0 { Self::try_from(digits.number).ok() } else { None }
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

/// Parses up to nine digits, which is the common case.
fn few_digits(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.bytes().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

/// Parses up to 18 characters: digits with an optional inner decimal point.
fn few_decimals(text: &str) -> Option<Decimal> {
    // Eighteen digits fit into an `i64`.
    if text.len() > 18 {
        return None;
    }
    let (mut number, mut point) = (0, None);
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(position),
            _ => return None,
        }
    }
    let scale = match point {
        None if text.is_empty() => return None,
        None => 0,
        Some(position) if position == 0 || position + 1 == text.len() => return None,
        Some(position) => text.len() - position - 1,
    };
    Decimal::try_new(number, scale as u32).ok()
}

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

impl FromText for PercentText {
    const EXPECTED: &'static str = "percent-encoded text";

    fn from_text(text: &str) -> Option<Self> {
        let mut behind = text.split('%').skip(1).map(str::as_bytes);
        let is_encoded =
            |part: &[u8]| matches!(part, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
        if !behind.all(is_encoded) {
            return None;
        }
        percent_decode_str(text).decode_utf8().ok().map(|text| Self(text.into_owned()))
    }
}

impl ToText for PercentText {
    fn to_text(&self) -> Cow<'_, str> {
        percent::encode(self).into()
    }
}

impl FromText for Base64Text {
    const EXPECTED: &'static str = "the Base64 of a text";

    fn from_text(text: &str) -> Option<Self> {
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let bytes = GeneralPurpose::new(&DIGITS, lenient).decode(text).ok()?;
        String::from_utf8(bytes).ok().map(Self)
    }
}

impl ToText for Base64Text {
    fn to_text(&self) -> Cow<'_, str> {
        STANDARD.encode(self.as_bytes()).into()
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

impl FromText for Currency {
    const EXPECTED: &'static str = "the code of a currency";

    fn from_text(text: &str) -> Option<Self> {
        Self::new(text.trim())
    }
}

impl ToText for Currency {
    fn to_text(&self) -> Cow<'_, str> {
        self.as_str().into()
    }
}

/// On the wire an amount is a number; its currency stands elsewhere.
impl FromText for Money {
    const EXPECTED: &'static str = Decimal::EXPECTED;

    fn from_text(text: &str) -> Option<Self> {
        Decimal::from_text(text).map(Self::from)
    }
}

impl ToText for Money {
    fn to_text(&self) -> Cow<'_, str> {
        self.amount.to_string().into()
    }
}

impl FromText for Decimal {
    const EXPECTED: &'static str = "a decimal number";

    fn from_text(text: &str) -> Option<Self> {
        if let Some(number) = few_decimals(text) {
            return Some(number);
        }
        let text = text.trim();
        plain(text).or_else(|| scientific(text))
    }

    #[inline]
    fn from_digits(digits: Digits) -> Option<Self> {
        Self::try_new(digits.number, digits.scale()).ok()
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
        if let Some(address) = four_numbers(text) {
            return Some(Self::V4(address));
        }
        // `2001:db8::1/64` and `[2001:db8::1]` name an address, too.
        let text = text.trim();
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let inside = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
        let address: Self = match inside {
            Some(inside) => Self::V6(inside.parse().ok()?),
            None => address.parse().ok()?,
        };
        let longest = if address.is_ipv4() { 32 } else { 128 };
        match prefix {
            Some(prefix) if few_digits(prefix).is_none_or(|length| length > longest) => None,
            _ => Some(address),
        }
    }
}

/// An IPv4 address as the standard library reads it, in half of its instructions.
fn four_numbers(text: &str) -> Option<Ipv4Addr> {
    let (mut address, mut rest) = (0, text.as_bytes());
    for place in 0..4 {
        if place > 0 {
            let [b'.', behind @ ..] = rest else { return None };
            rest = behind;
        }
        let [first @ b'0'..=b'9', behind @ ..] = rest else { return None };
        let mut number = u32::from(first - b'0');
        rest = behind;
        // No zero before other digits.
        if number > 0
            && let [digit @ b'0'..=b'9', behind @ ..] = rest
        {
            (number, rest) = (number * 10 + u32::from(digit - b'0'), behind);
            if let [digit @ b'0'..=b'9', behind @ ..] = rest {
                (number, rest) = (number * 10 + u32::from(digit - b'0'), behind);
            }
        }
        if number > 255 {
            return None;
        }
        address = address << 8 | number;
    }
    rest.is_empty().then(|| Ipv4Addr::from_bits(address))
}

impl ToText for IpAddr {
    fn to_text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl FromText for IpBlock {
    const EXPECTED: &'static str = "a block of IP addresses";

    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl ToText for IpBlock {
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

    fn from_digits(digits: Digits) -> Option<Self> {
        i64::from_digits(digits).map(Self)
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

/// The parts of a text; an empty one has none.
pub(super) fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let is_empty = text.trim().is_empty();
    // Of several blanks, each is the end of the part before it, or one blank of many.
    text.split(separator).map(str::trim).filter(move |part| !(is_empty || separator == ' ' && part.is_empty()))
}

impl<T: FromText, const SEPARATOR: char> FromText for Csv<T, SEPARATOR> {
    const EXPECTED: &'static str = match SEPARATOR {
        ',' => "values separated by commas",
        ' ' => "values separated by blanks",
        ';' => "values separated by semicolons",
        _ => "values with a separator between them",
    };

    fn from_text(text: &str) -> Option<Self> {
        parts(text, SEPARATOR).map(T::from_text).collect()
    }
}

impl<T: ToText, const SEPARATOR: char> ToText for Csv<T, SEPARATOR> {
    fn to_text(&self) -> Cow<'_, str> {
        let items: Vec<_> = self.0.iter().map(ToText::to_text).collect();
        items.join(SEPARATOR.encode_utf8(&mut [0; 4])).into()
    }
}

impl<T: ToText + ?Sized> ToText for &T {
    fn to_text(&self) -> Cow<'_, str> {
        (**self).to_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference without the fast path.
    fn read_slowly(text: &str) -> Option<Decimal> {
        Decimal::from_str_exact(text.trim()).or_else(|_| Decimal::from_scientific(text.trim())).ok()
    }

    #[test]
    fn four_numbers_are_what_the_standard_library_reads() {
        let octets = ["", "0", "7", "00", "01", "10", "99", "255", "256", "300", "999", "1000", "+1", "x", " 1", "1 "];
        for first in octets {
            for last in octets {
                for text in [
                    format!("{first}.2.30.{last}"),
                    format!("2.{first}.{last}.30"),
                    format!("{first}.{last}.1"),
                    format!("{first}.1.2.{last}.3"),
                    format!("{first}.1.2.{last}."),
                    format!(".{first}.1.2.{last}"),
                    format!("{first}{last}"),
                ] {
                    assert_eq!(four_numbers(&text), text.parse().ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn few_digits_are_the_number_that_they_say() {
        for text in ["0", "7", "007", "123456789", "1234567890", "", "-1", "+1", "1 ", "1.0", "5.00", "1.5", "x", "٣"]
        {
            let whole = text.trim().split('.').next().unwrap_or("");
            let slow = (!text.starts_with('+') && text != "1.5").then(|| whole.parse::<u64>().ok()).flatten();
            assert_eq!(u64::from_text(text), slow, "{text:?}");
        }
        assert_eq!(u8::from_text("255"), Some(255));
        assert_eq!(u8::from_text("256"), None);
        assert_eq!(i64::from_text("-7"), Some(-7));
    }

    #[test]
    fn an_exponent_beyond_every_decimal_is_refused() {
        for exponent in
            ["-9223372036854775808", "9223372036854775807", "-2147483648", "2147483647", "99999999999999999999"]
        {
            assert_eq!(Decimal::from_text(&format!("1e{exponent}")), None, "{exponent}");
        }
    }

    #[test]
    fn few_decimals_are_what_the_library_reads_to_the_last_zero() {
        for text in [
            "0",
            "0.00",
            "8.20",
            "8.2",
            "007.50",
            "63.05",
            "999999999999999999",
            "12345678.123456789",
            "",
            "0.1234567890123456",
            "1.",
            ".5",
            ".",
            "1.2.3",
            "-8.2",
            "+8.2",
            " 8.2",
            "8,2",
            "1e3",
            "1.5E+3",
            "1234567890123456789012345678901234567890",
            "0.00000000000000000000000000001",
        ] {
            let (quick, slow) = (Decimal::from_text(text), read_slowly(text));
            assert_eq!(quick.map(|number| number.to_string()), slow.map(|number| number.to_string()), "{text:?}");
        }
    }
}
