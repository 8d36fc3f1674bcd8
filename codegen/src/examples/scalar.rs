//! Which nodes and which texts a scalar type reads.

use std::net::IpAddr;

use hostkit_wire::{Format, Kind, Node};
use jiff::civil;
use jiff::fmt::strtime;

use crate::model::{Field, Model, Type, TypeKind};

/// A scalar type together with what the service says of scalars.
#[derive(Clone, Copy)]
pub(super) struct Scalars<'m> {
    pub(super) model: &'m Model,
}

/// What an error says was expected.
type Expected = String;

impl Scalars<'_> {
    /// Whether an optional field with this node has no value.
    pub(super) fn is_absent(self, ty: &Type, node: Node<'_>) -> bool {
        let service = &self.model.service;
        let lenient = &service.lenient;
        if matches!(ty, Type::Flag | Type::Switch) {
            return node.kind() == Kind::Null && node.format() != Format::Xml && !lenient.loose_flags;
        }
        let is_date = matches!(ty, Type::DateTime | Type::Date);
        if is_date && node.as_str().is_some_and(|text| service.zero_dates.iter().any(|zero| zero == text)) {
            return true;
        }
        match node.kind() {
            Kind::Null => true,
            Kind::Text => {
                let is_text_only = matches!(node.format(), Format::Xml | Format::Form);
                node.as_str() == Some("") && (lenient.empty_text_is_absent || is_text_only)
            }
            Kind::List => lenient.list_as_empty_map && node.is_empty(),
            _ => false,
        }
    }

    fn is_text_only(node: Node<'_>) -> bool {
        matches!(node.format(), Format::Xml | Format::PrintR | Format::Form)
    }

    fn is_loose(self, node: Node<'_>) -> bool {
        self.model.service.lenient.loose_scalars || Self::is_text_only(node)
    }

    /// Whether the node reads as this scalar type; what was expected if not.
    pub(super) fn check(self, ty: &Type, node: Node<'_>) -> Result<(), Expected> {
        let expected = || Err(self.expected(ty));
        match ty {
            Type::Any => Ok(()),
            Type::Text if node.kind() == Kind::Number && !self.is_loose(node) => expected(),
            Type::Html if node.inner_xml().is_some() => Ok(()),
            Type::Secret if !matches!(node.kind(), Kind::Text | Kind::Number | Kind::Null) => expected(),
            Type::Flag | Type::Switch => match node.kind() {
                Kind::Bool => Ok(()),
                Kind::Null if self.has_loose_flags(node) => Ok(()),
                Kind::Text | Kind::Number if self.has_loose_flags(node) => self.text_of(ty, node),
                _ => expected(),
            },
            Type::Csv(item) if node.kind() == Kind::List => node.items().try_for_each(|node| self.text_of(item, node)),
            ty if self.is_numeric(ty) && node.kind() != Kind::Number && !self.is_loose(node) => expected(),
            ty => self.text_of(ty, node),
        }
    }

    fn has_loose_flags(self, node: Node<'_>) -> bool {
        self.model.service.lenient.loose_flags || Self::is_text_only(node)
    }

    fn is_numeric(self, ty: &Type) -> bool {
        match ty {
            Type::UnixTime => true,
            Type::Named(name) => {
                let kind = self.model.types.get(name).map(|entry| &entry.kind);
                matches!(kind, Some(TypeKind::Id { is_number: true }))
            }
            ty => ty.is_number(),
        }
    }

    fn text_of(self, ty: &Type, node: Node<'_>) -> Result<(), Expected> {
        let is_xml = node.format() == Format::Xml;
        let text = match node.kind() {
            Kind::Text | Kind::Number => node.as_str(),
            Kind::Null if is_xml => Some(""),
            Kind::Map if is_xml => node.get("$text").and_then(Node::as_str),
            _ => None,
        };
        let service = &self.model.service;
        let fits = text.is_some_and(|text| match ty {
            Type::DateTime => forms(&service.datetime_forms, "%Y-%m-%d %H:%M:%S")
                .any(|form| civil::DateTime::strptime(form, text.trim()).is_ok()),
            Type::Date => {
                forms(&service.date_forms, "%Y-%m-%d").any(|form| civil::Date::strptime(form, text.trim()).is_ok())
            }
            ty => self.fits(ty, text),
        });
        if fits { Ok(()) } else { Err(self.expected(ty)) }
    }

    /// Whether a text of the query reads as the field: a date in the form that is written.
    pub(super) fn fits_query(self, field: &Field, text: &str) -> bool {
        match (&field.ty, &field.surface.form) {
            (Type::DateTime, Some(form)) => civil::DateTime::strptime(form, text).is_ok(),
            (Type::Date, Some(form)) => civil::Date::strptime(form, text).is_ok(),
            (ty, _) => self.fits(ty, text),
        }
    }

    /// Whether a text alone reads as this type: in keys of maps, paths and headers.
    pub(super) fn fits(self, ty: &Type, text: &str) -> bool {
        let trimmed = text.trim();
        match ty {
            Type::Int => whole(trimmed).is_some_and(|text| text.parse::<i64>().is_ok()),
            Type::Uint | Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => is_unsigned(trimmed),
            Type::Decimal => is_decimal(trimmed),
            Type::Flag | Type::Switch => matches!(trimmed, "1" | "true" | "0" | "" | "false"),
            // In these places a date has one form; the service's forms are those of bodies and queries.
            Type::DateTime => civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", trimmed).is_ok(),
            Type::Date => civil::Date::strptime("%Y-%m-%d", trimmed).is_ok(),
            Type::UnixTime => whole(trimmed).is_some_and(|text| text.parse::<i64>().is_ok()) || has_offset(trimmed),
            Type::Ip => trimmed.parse::<IpAddr>().is_ok(),
            Type::Csv(item) => trimmed.is_empty() || text.split(',').all(|part| self.fits(item, part.trim())),
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Id { is_number: true }) => is_unsigned(trimmed),
                Some(TypeKind::Id { is_number: false }) => {
                    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                    (1..=128).contains(&text.len()) && text.bytes().all(is_allowed)
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// What a value of this type is, in words.
    pub(super) fn expected(self, ty: &Type) -> Expected {
        let service = &self.model.service;
        let first = |forms: &[String]| forms.first().cloned().unwrap_or_default();
        match ty {
            Type::Text => "text".to_owned(),
            Type::Secret => "a secret".to_owned(),
            Type::Html => "markup".to_owned(),
            Type::Decimal => "a decimal number".to_owned(),
            Type::Flag | Type::Switch => "a flag".to_owned(),
            Type::DateTime => format!("a date and time such as {}", first(&service.datetime_forms)),
            Type::Date => format!("a date such as {}", first(&service.date_forms)),
            Type::UnixTime => "a time in seconds".to_owned(),
            Type::Ip => "an IP address".to_owned(),
            Type::Csv(_) => "values separated by commas".to_owned(),
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Id { is_number: true }) => "a whole number".to_owned(),
                Some(TypeKind::Id { is_number: false }) => "letters, digits, `-` or `_`".to_owned(),
                _ => "text".to_owned(),
            },
            ty if ty.is_number() => "a whole number".to_owned(),
            _ => "a value".to_owned(),
        }
    }
}

fn forms<'f>(forms: &'f [String], default: &'static str) -> impl Iterator<Item = &'f str> {
    let default = forms.is_empty().then_some(default);
    forms.iter().map(String::as_str).chain(default)
}

/// A whole number as PHP may write it: `5.00` is 5.
fn whole(text: &str) -> Option<&str> {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    (!text.starts_with('+')).then_some(text)
}

fn is_unsigned(text: &str) -> bool {
    whole(text).is_some_and(|text| text.parse::<u64>().is_ok())
}

/// A sign, up to 28 digits with one point among them, and perhaps an exponent.
fn is_decimal(text: &str) -> bool {
    let (number, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(number, power)| (number, Some(power)));
    let unsigned = number.strip_prefix(['-', '+']).unwrap_or(number);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|byte| *byte == b'.').count();
    let is_power = exponent.is_none_or(|power| power.parse::<i8>().is_ok());
    (1..=28).contains(&digits) && points <= 1 && digits + points == unsigned.len() && is_power
}

fn has_offset(text: &str) -> bool {
    ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%:z"].iter().any(|form| strtime::parse(form, text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{has_offset, is_decimal, is_unsigned};

    #[test]
    fn numbers() {
        for text in ["0", "-1.50", "1e3", "1.5E-2", ".5", "007"] {
            assert!(is_decimal(text), "{text}");
        }
        for text in ["", "-", ".", "1,5", "1.2.3", "0x1", "1e", "12345678901234567890123456789"] {
            assert!(!is_decimal(text), "{text}");
        }
        assert!(is_unsigned("5.00") && is_unsigned("7"));
        assert!(!is_unsigned("-1") && !is_unsigned("+1") && !is_unsigned("1.5") && !is_unsigned(""));
    }

    #[test]
    fn times_with_an_offset() {
        assert!(has_offset("2022-05-27T19:48:19+0300") && has_offset("2022-05-27T19:48:19+03:00"));
        assert!(!has_offset("2022-05-27 19:48:19"));
    }
}
