//! Scalars from the wire tree and back.

use std::net::IpAddr;

use hostkit_wire::{Format, Kind, Node, Value};
use rust_decimal::Decimal;

use super::{DecodeError, FromText, FromWire, Reader, ToText, ToWire};
use crate::value::{Bytes, Csv, Date, DateTime, Gibibytes, Html, Kibibytes, Mebibytes, Secret, UnixTime};

macro_rules! numbers {
    ($($type:ty),*) => { $(
        impl FromWire for $type {
            fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                if node.kind() == Kind::Number || reader.leniency.is_loose(node) {
                    reader.text_value(node)
                } else {
                    Err(reader.expected(<$type as FromText>::EXPECTED, node))
                }
            }
        }

        impl ToWire for $type {
            fn to_wire(&self, _: Format) -> Option<Value> {
                Some(Value::Number(self.to_text().into_owned()))
            }
        }
    )* };
}

numbers!(i64, u64, u32, u16, u8, Decimal, UnixTime);

macro_rules! sizes {
    ($($type:ty),*) => { $(
        impl FromText for $type {
            const EXPECTED: &'static str = "a whole number";

            fn from_text(text: &str) -> Option<Self> {
                u64::from_text(text).map(Self)
            }
        }

        impl ToText for $type {
            fn to_text(&self) -> std::borrow::Cow<'_, str> {
                self.0.to_string().into()
            }
        }

        impl FromWire for $type {
            fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                u64::from_wire(node, reader).map(Self)
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
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if node.kind() == Kind::Number && !reader.leniency.is_loose(node) {
            return Err(reader.expected("text", node));
        }
        reader.scalar(node, "text").map(str::to_owned)
    }
}

impl ToWire for String {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.clone()))
    }
}

impl FromWire for Secret {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match node.kind() {
            Kind::Text | Kind::Number | Kind::Null => reader.scalar(node, "a secret").map(Self::new),
            // A value in the place of a secret may itself be secret, so it is not shown.
            _ => Err(reader.error("a secret", "something else")),
        }
    }
}

impl ToWire for Secret {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.expose().to_owned()))
    }
}

impl FromWire for bool {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if let Some(value) = node.as_bool() {
            return Ok(value);
        }
        let loose = reader.leniency.has_loose_flags(node);
        match node.kind() {
            Kind::Null if loose => Ok(false),
            Kind::Text | Kind::Number if loose => reader.text_value(node),
            _ => Err(reader.expected("a flag", node)),
        }
    }

    fn is_absent(node: Node<'_>, reader: &Reader<'_>) -> bool {
        reader.leniency.is_flag_absent(node)
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
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.text_value(node)
    }
}

impl ToWire for IpAddr {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.to_string()))
    }
}

impl<T: FromText> FromWire for Csv<T> {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        // PHP sends the list as joined text or, if the code did not join it, as an array.
        if node.kind() == Kind::List {
            let mut items = Vec::new();
            for item in node.items() {
                items.push(reader.text_value(item)?);
            }
            return Ok(Self(items));
        }
        reader.text_value(node)
    }
}

impl<T: ToText> ToWire for Csv<T> {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.to_text().into_owned()))
    }
}

impl FromWire for Html {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match node.inner_xml() {
            Some(markup) => Ok(Self::new(markup)),
            None => reader.scalar(node, "markup").map(Self::new),
        }
    }
}

impl ToWire for Html {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Markup(self.as_untrusted_str().to_owned()))
    }
}

impl FromWire for DateTime {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.scalar(node, "a date and time")?.trim();
        let forms = reader.leniency.date_times;
        match forms.iter().find_map(|form| Self::parse(form, text)) {
            Some(value) => Ok(value),
            None => Err(reader.expected(format!("a date and time such as {}", forms.first().unwrap_or(&"")), node)),
        }
    }

    fn is_absent(node: Node<'_>, reader: &Reader<'_>) -> bool {
        reader.is_absent(node) || node.as_str().is_some_and(|text| reader.leniency.zero_dates.contains(&text))
    }
}

impl ToWire for DateTime {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.format("%Y-%m-%d %H:%M:%S")))
    }
}

impl FromWire for Date {
    fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.scalar(node, "a date")?.trim();
        let forms = reader.leniency.dates;
        match forms.iter().find_map(|form| Self::parse(form, text)) {
            Some(value) => Ok(value),
            None => Err(reader.expected(format!("a date such as {}", forms.first().unwrap_or(&"")), node)),
        }
    }

    fn is_absent(node: Node<'_>, reader: &Reader<'_>) -> bool {
        reader.is_absent(node) || node.as_str().is_some_and(|text| reader.leniency.zero_dates.contains(&text))
    }
}

impl ToWire for Date {
    fn to_wire(&self, _: Format) -> Option<Value> {
        Some(Value::Text(self.format("%Y-%m-%d")))
    }
}
