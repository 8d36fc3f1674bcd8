//! Scalars from an answer, and back into a tree.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use hostkit_wire::{Digits, Format, Kind, Node, Value};
use rust_decimal::Decimal;

use super::{DecodeError, FromText, FromWire, Reader, ToText, ToWire};
use crate::value::{
    Base64Text, Bytes, Csv, Currency, Date, DateTime, Gibibytes, Html, IpBlock, Kibibytes, Mebibytes, Money,
    PercentText, Secret, UnixTime,
};

/// [`FromWire::optional`] compiled here, once, with the reading of the plain value in it; `otherwise` reads all others.
macro_rules! optional {
    ($reader:ident => $plain:expr) => {
        optional!($reader => $plain, optional_by_plain);
    };
    ($reader:ident => $plain:expr, $otherwise:ident) => {
        #[inline(never)]
        fn optional(place: &mut Option<Self>, $reader: &mut Reader<'_>) -> Result<(), DecodeError> {
            match $plain {
                Some(value) => {
                    *place = Some(value);
                    Ok(())
                }
                None => $reader.$otherwise(place),
            }
        }
    };
}

macro_rules! numbers {
    ($($type:ty = $blank:expr),*) => { $(
        impl FromWire for $type {
            const IS_SCALAR: bool = true;

            fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.number()
            }

            #[inline(never)]
            fn plain(reader: &mut Reader<'_>) -> Option<Self> {
                reader.plain_number()
            }

            optional!(reader => reader.short_number(), optional_number);

            fn blank() -> Self {
                $blank
            }
        }

        impl ToWire for $type {
            fn to_wire(&self, _: Format) -> Option<Value> {
                Some(Value::Number(self.to_text().into_owned()))
            }
        }
    )* };
}

numbers!(i64 = 0, u64 = 0, u32 = 0, u16 = 0, u8 = 0, Decimal = Decimal::ZERO);

impl FromWire for UnixTime {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.kind() != Kind::Text {
            return reader.number();
        }
        // A text with its offset is no number, however strictly it is read.
        let is_loose = reader.is_loose();
        let text = reader.scalar("a time")?;
        let time = if is_loose { Self::from_text(&text) } else { Self::parse_offset(text.trim()) };
        time.ok_or_else(|| reader.expected("a time"))
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        reader.plain_number()
    }

    optional!(reader => reader.short_number(), optional_by_plain);

    fn blank() -> Self {
        Self(0)
    }
}

impl ToWire for UnixTime {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Number(self.to_text().into_owned()))
    }
}

impl FromWire for Money {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { amount: reader.number()?, currency: reader.currency })
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { amount: reader.plain_number()?, currency: reader.currency })
    }

    fn blank() -> Self {
        Self::default()
    }
}

impl ToWire for Money {
    fn to_wire(&self, format: Format) -> Option<Value> {
        self.amount.to_wire(format)
    }
}

impl FromWire for Currency {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.text_value()
    }

    fn blank() -> Self {
        Self::NONE
    }
}

impl ToWire for Currency {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.as_str().to_owned()))
    }
}

macro_rules! sizes {
    ($($type:ty),*) => { $(
        impl FromText for $type {
            const EXPECTED: &'static str = "a whole number";

            fn from_text(text: &str) -> Option<Self> {
                u64::from_text(text).map(Self)
            }

            fn from_digits(digits: Digits) -> Option<Self> {
                u64::from_digits(digits).map(Self)
            }
        }

        impl ToText for $type {
            fn to_text(&self) -> std::borrow::Cow<'_, str> {
                self.0.to_string().into()
            }
        }

        impl FromWire for $type {
            const IS_SCALAR: bool = true;

            fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                u64::from_wire(reader).map(Self)
            }

            #[inline]
            fn plain(reader: &mut Reader<'_>) -> Option<Self> {
                u64::plain(reader).map(Self)
            }

            optional!(reader => reader.short_number().map(Self), optional_number);

            fn blank() -> Self {
                Self(0)
            }
        }

        impl ToWire for $type {
            fn to_wire(&self, format: Format) -> Option<Value> {
                self.0.to_wire(format)
            }
        }
    )* };
}

sizes!(Bytes, Kibibytes, Mebibytes, Gibibytes);

impl FromWire for String {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if let Some(text) = Self::plain(reader) {
            return Ok(text);
        }
        if reader.kind() == Kind::Number && !reader.is_loose() {
            return Err(reader.expected("text"));
        }
        reader.scalar("text").map(Cow::into_owned)
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        reader.plain(|text| Some(text.to_owned()))
    }

    optional!(reader => reader.plain_here(|text| Some(text.to_owned())), optional_unless_plain);

    fn blank() -> Self {
        Self::new()
    }
}

impl ToWire for String {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.clone()))
    }
}

macro_rules! coded {
    ($($type:ty),*) => { $(
        impl FromWire for $type {
            const IS_SCALAR: bool = true;

            fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                if reader.kind() == Kind::Number && !reader.is_loose() {
                    return Err(reader.expected(Self::EXPECTED));
                }
                reader.text_value()
            }

            fn blank() -> Self {
                Self::default()
            }
        }

        impl ToWire for $type {
            fn to_wire(&self, _: Format) -> Option<Value> {
                Some(Value::Text(self.to_text().into_owned()))
            }
        }
    )* };
}

coded!(Base64Text, PercentText);

impl FromWire for Secret {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.kind() {
            Kind::Text | Kind::Number | Kind::Null => reader.scalar("a secret").map(Self::new),
            // A value in the place of a secret may itself be secret, so it is not shown.
            _ => Err(reader.error("a secret", "something else")),
        }
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        reader.plain(|text| Some(Self::new(text)))
    }

    optional!(reader => reader.plain_here(|text| Some(Self::new(text))), optional_unless_plain);

    fn blank() -> Self {
        Self::new("")
    }
}

impl ToWire for Secret {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.expose().to_owned()))
    }
}

impl FromWire for bool {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let loose = reader.has_loose_flags();
        match reader.kind() {
            Kind::Bool => reader.boolean(),
            Kind::Null if loose => reader.pass().map(|()| false),
            Kind::Text | Kind::Number if loose => reader.text_value(),
            _ => Err(reader.expected("a flag")),
        }
    }

    optional!(reader => Self::plain(reader), optional_unless_plain);

    #[inline]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        if let Some(flag) = reader.plain_boolean() {
            return Some(flag);
        }
        if !reader.has_loose_flags() {
            return None;
        }
        if let Some((flag, end)) = reader.short_flag() {
            reader.go_to(end);
            return Some(flag);
        }
        // Among loose flags, null is one.
        if reader.pass_null() { Some(false) } else { None }
    }

    fn blank() -> Self {
        false
    }

    fn is_absent(reader: &Reader<'_>) -> bool {
        reader.is_flag_absent()
    }
}

impl ToWire for bool {
    fn to_wire(&self, format: Format) -> Option<Value> {
        Some(match format {
            Format::Json | Format::Php => Value::Bool(*self),
            _ => Value::Text(self.to_text().into_owned()),
        })
    }
}

impl FromWire for IpAddr {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match Self::plain(reader) {
            Some(address) => Ok(address),
            None => reader.text_value(),
        }
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        reader.plain(Self::from_text)
    }

    fn blank() -> Self {
        Self::V4(Ipv4Addr::UNSPECIFIED)
    }
}

impl ToWire for IpAddr {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.to_string()))
    }
}

impl FromWire for IpBlock {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.text_value()
    }

    fn blank() -> Self {
        Self::NONE
    }
}

impl ToWire for IpBlock {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.to_string()))
    }
}

impl<T: FromText, const SEPARATOR: char> FromWire for Csv<T, SEPARATOR> {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.node() {
            Some(node) => reader.joined::<T, SEPARATOR>(node).map(Self),
            None => reader.text_value(),
        }
    }

    fn blank() -> Self {
        Self(Vec::new())
    }
}

impl<T: ToText, const SEPARATOR: char> ToWire for Csv<T, SEPARATOR> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.to_text().into_owned()))
    }
}

impl FromWire for Html {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.node().and_then(Node::inner_xml) {
            Some(markup) => Ok(Self::new(markup)),
            None => reader.scalar("markup").map(Self::new),
        }
    }

    fn blank() -> Self {
        Self::new("")
    }
}

impl ToWire for Html {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Markup(self.as_untrusted_str().to_owned()))
    }
}

impl FromWire for DateTime {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.scalar("a date and time")?;
        let patterns = reader.leniency.date_times;
        match patterns.iter().find_map(|pattern| Self::parse(pattern, text.trim())) {
            Some(value) => Ok(value),
            None => Err(reader.expected(format!("a date and time such as {}", patterns.first().unwrap_or(&"")))),
        }
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        let patterns = reader.leniency.date_times;
        reader.plain(|text| patterns.iter().find_map(|pattern| Self::parse(pattern, text)))
    }

    optional!(reader => reader.usual_time());

    fn blank() -> Self {
        Self::BLANK
    }

    fn is_absent(reader: &Reader<'_>) -> bool {
        reader.is_absent() || reader.is_zero_date()
    }
}

impl ToWire for DateTime {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.format("%Y-%m-%d %H:%M:%S")))
    }
}

impl FromWire for Date {
    const IS_SCALAR: bool = true;

    fn from_wire(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.scalar("a date")?;
        let patterns = reader.leniency.dates;
        match patterns.iter().find_map(|pattern| Self::parse(pattern, text.trim())) {
            Some(value) => Ok(value),
            None => Err(reader.expected(format!("a date such as {}", patterns.first().unwrap_or(&"")))),
        }
    }

    #[inline(never)]
    fn plain(reader: &mut Reader<'_>) -> Option<Self> {
        let patterns = reader.leniency.dates;
        reader.plain(|text| patterns.iter().find_map(|pattern| Self::parse(pattern, text)))
    }

    optional!(reader => Self::plain(reader));

    fn blank() -> Self {
        Self::BLANK
    }

    fn is_absent(reader: &Reader<'_>) -> bool {
        reader.is_absent() || reader.is_zero_date()
    }
}

impl ToWire for Date {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.format("%Y-%m-%d")))
    }
}
