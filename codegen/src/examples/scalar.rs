//! The nodes and texts that a scalar type accepts.

use std::net::IpAddr;

use hostkit_proto::codec::{Found, FromText, MistakenChoice, one_object};
use hostkit_proto::{Currency, Date, DateTime, Decimal, IpBlock, Leniency, UnixTime};
use hostkit_wire::{Format, Kind, Node};

use crate::model::{Field, Model, Type, TypeKind};
use crate::surface::IdKind;

/// A scalar reader with the service's leniencies.
#[derive(Clone, Copy)]
pub(super) struct Scalars<'m> {
    pub(super) model: &'m Model,
}

/// What an error names as expected.
type Expected = String;

impl<'m> Scalars<'m> {
    fn leniency(self) -> &'m Leniency {
        &self.model.service.lenient
    }

    /// Whether this node means that an optional field is absent.
    pub(super) fn is_absent(self, ty: &Type, node: Node<'_>) -> bool {
        if matches!(ty, Type::Flag | Type::Worded(_)) {
            return self.leniency().is_flag_absent(node);
        }
        let is_date = matches!(ty, Type::DateTime | Type::Date);
        self.leniency().is_absent(node) || is_date && node.as_str().is_some_and(DateTime::is_zero)
    }

    /// The type of the one of several objects that a node is.
    pub(super) fn one_object<'t>(
        self,
        objects: &'t [(String, Type)],
        node: Node<'_>,
    ) -> Result<&'t Type, MistakenChoice> {
        let is_xml = node.format() == Format::Xml;
        let found = |field: &&'m Field| {
            let path = if is_xml { &field.name.xml } else { &field.name.json };
            let at_path = path.iter().try_fold(node, |node, step| node.get(step));
            let found = at_path.or_else(|| field.name.also.iter().find_map(|name| node.get(name)));
            Found {
                name: path.first().map_or("", String::as_str),
                is_required: field.is_required(),
                is_there: found.is_some_and(|found| is_xml || found.kind() != Kind::Null),
                has_value: found.is_some_and(|found| !self.leniency().is_absent(found)),
            }
        };
        let own = self.model.own_fields(objects, is_xml);
        let found: Vec<Vec<Found<'_>>> = own.iter().map(|fields| fields.iter().map(found).collect()).collect();
        let index = one_object(&found)?;
        Ok(objects.get(index).map_or(&Type::Any, |(_, ty)| ty))
    }

    /// Checks that the node reads as this scalar type; the error says what was expected.
    pub(super) fn check(self, ty: &Type, node: Node<'_>) -> Result<(), Expected> {
        let expected = || Err(self.expected(ty));
        match ty {
            Type::Any => Ok(()),
            Type::Text | Type::Coded(_) if node.kind() == Kind::Number && !self.leniency().is_loose(node) => expected(),
            Type::Html if node.inner_xml().is_some() => Ok(()),
            Type::Secret if !matches!(node.kind(), Kind::Text | Kind::Number | Kind::Null) => expected(),
            Type::Worded(words) if words.iter().flatten().any(|word| word.as_protocol().is(node)) => Ok(()),
            Type::Flag | Type::Worded(_) => match node.kind() {
                Kind::Bool => Ok(()),
                Kind::Null if self.leniency().has_loose_flags(node) => Ok(()),
                Kind::Text | Kind::Number if self.leniency().has_loose_flags(node) => self.text_of(ty, node),
                _ => expected(),
            },
            Type::UnixTime if node.as_str().is_some_and(|text| UnixTime::parse_offset(text.trim()).is_some()) => Ok(()),
            Type::Csv(item, _) if node.kind() == Kind::List => {
                node.items().try_for_each(|node| self.text_of(item, node))
            }
            ty if self.is_numeric(ty) && node.kind() != Kind::Number && !self.leniency().is_loose(node) => expected(),
            ty => self.text_of(ty, node),
        }
    }

    /// The leniency under which this scalar would read as the type.
    pub(super) fn wanted_leniency(self, ty: &Type, node: Node<'_>) -> Option<&'static str> {
        match (ty, node.kind()) {
            (_, kind) if !matches!(kind, Kind::Text | Kind::Number) => None,
            (Type::Secret, _) => None,
            (Type::Flag | Type::Worded(_), _) => self.text_of(&Type::Flag, node).ok().map(|()| "loose-flags"),
            (Type::Text | Type::Coded(_), Kind::Number) => Some("loose-scalars"),
            (ty, Kind::Text) if self.is_numeric(ty) => self.text_of(ty, node).ok().map(|()| "loose-scalars"),
            _ => None,
        }
    }

    fn is_numeric(self, ty: &Type) -> bool {
        match ty {
            Type::UnixTime => true,
            Type::Named(name) => {
                let kind = self.model.types.get(name).map(|entry| &entry.kind);
                matches!(kind, Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)))
            }
            ty => ty.is_number(),
        }
    }

    fn text_of(self, ty: &Type, node: Node<'_>) -> Result<(), Expected> {
        let service = &self.model.service;
        let fits = Leniency::scalar_text(node).is_some_and(|text| match ty {
            Type::DateTime => patterns(&service.datetime_patterns, "%Y-%m-%d %H:%M:%S")
                .any(|pattern| DateTime::parse(pattern, text.trim()).is_some()),
            Type::Date => {
                patterns(&service.date_patterns, "%Y-%m-%d").any(|pattern| Date::parse(pattern, text.trim()).is_some())
            }
            ty => self.fits(ty, text),
        });
        if fits { Ok(()) } else { Err(self.expected(ty)) }
    }

    /// Whether an answer that is one text reads as this type.
    pub(super) fn fits_body(self, ty: &Type, text: &str) -> bool {
        let service = &self.model.service;
        match ty {
            Type::DateTime => patterns(&service.datetime_patterns, "%Y-%m-%d %H:%M:%S")
                .any(|pattern| DateTime::parse(pattern, text).is_some()),
            Type::Date => {
                patterns(&service.date_patterns, "%Y-%m-%d").any(|pattern| Date::parse(pattern, text).is_some())
            }
            ty => self.fits(ty, text),
        }
    }

    /// Whether a text of the path or the query reads as the field: dates in the pattern that is written.
    pub(super) fn fits_address(self, field: &Field, text: &str) -> bool {
        match (&field.ty, &field.surface.pattern) {
            (Type::DateTime, Some(pattern)) => DateTime::parse(pattern, text).is_some(),
            (Type::Date, Some(pattern)) => Date::parse(pattern, text).is_some(),
            (ty, _) => self.fits(ty, text),
        }
    }

    /// Whether a bare text reads as this type: in map keys and headers.
    pub(super) fn fits(self, ty: &Type, text: &str) -> bool {
        match ty {
            Type::Int => reads::<i64>(text),
            Type::Uint | Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => reads::<u64>(text),
            Type::Decimal | Type::Money => reads::<Decimal>(text),
            Type::Currency => reads::<Currency>(text),
            Type::Worded(words) if words.iter().flatten().any(|word| word.as_protocol().text() == text) => true,
            Type::Flag | Type::Worded(_) => reads::<bool>(text),
            // Dates have one pattern in these places; the service's patterns apply to bodies, paths and queries.
            Type::DateTime => reads::<DateTime>(text),
            Type::Date => reads::<Date>(text),
            Type::UnixTime => reads::<UnixTime>(text),
            Type::Ip => reads::<IpAddr>(text),
            Type::IpBlock => reads::<IpBlock>(text),
            Type::Coded(coding) => coding.plain(text).is_some(),
            Type::Csv(item, separator) => {
                let parts = text.split(*separator).map(str::trim).filter(|part| *separator != ' ' || !part.is_empty());
                text.trim().is_empty() || parts.clone().all(|part| self.fits(item, part))
            }
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)) => reads::<u64>(text),
                Some(TypeKind::Id(IdKind::Free)) => {
                    (1..=255).contains(&text.len()) && !text.bytes().any(|byte| byte.is_ascii_control())
                }
                Some(TypeKind::Id(IdKind::Text)) => {
                    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                    (1..=128).contains(&text.len()) && text.bytes().all(is_allowed)
                }
                _ => true,
            },
            _ => true,
        }
    }

    /// Description of this type's values as bare texts, in map keys and headers.
    pub(super) fn expected_bare(self, ty: &Type) -> Expected {
        match ty {
            Type::DateTime => "a date and time as %Y-%m-%d %H:%M:%S, whatever `[dates]` says".to_owned(),
            Type::Date => "a date as %Y-%m-%d, whatever `[dates]` says".to_owned(),
            ty => self.expected(ty),
        }
    }

    /// Description of this type's values.
    pub(super) fn expected(self, ty: &Type) -> Expected {
        let service = &self.model.service;
        let first = |patterns: &[String]| patterns.first().cloned().unwrap_or_default();
        match ty {
            Type::Text => "text".to_owned(),
            Type::Secret => "a secret".to_owned(),
            Type::Html => "markup".to_owned(),
            Type::Decimal | Type::Money => "a decimal number".to_owned(),
            Type::Currency => Currency::EXPECTED.to_owned(),
            Type::Worded(words) => {
                let words = words.iter().flatten().filter(|word| !ty.is_there_or_not() || !word.plain().is_empty());
                let all: Vec<String> = words.map(|word| word.as_protocol().to_string()).collect();
                format!("a flag ({})", all.join(", "))
            }
            Type::Flag => "a flag".to_owned(),
            Type::DateTime => format!("a date and time such as {}", first(&service.datetime_patterns)),
            Type::Date => format!("a date such as {}", first(&service.date_patterns)),
            Type::UnixTime => "a time, in seconds or with its offset".to_owned(),
            Type::Ip => "an IP address".to_owned(),
            Type::IpBlock => IpBlock::EXPECTED.to_owned(),
            Type::Joined(..) => "texts with their names, as `a=1`".to_owned(),
            Type::Coded(coding) => coding.expected().to_owned(),
            Type::Json(_) => "JSON in one text".to_owned(),
            Type::Csv(_, ',') => "values separated by commas".to_owned(),
            Type::Csv(_, separator) => format!("values with `{separator}` between them"),
            Type::Named(name) => match self.model.types.get(name).map(|entry| &entry.kind) {
                Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)) => "a whole number".to_owned(),
                Some(TypeKind::Id(IdKind::Free)) => "text without control characters".to_owned(),
                Some(TypeKind::Id(IdKind::Text)) => "letters, digits, `-` or `_`".to_owned(),
                _ => "text".to_owned(),
            },
            ty if ty.is_number() => "a whole number".to_owned(),
            _ => "a value".to_owned(),
        }
    }
}

fn patterns<'f>(patterns: &'f [String], default: &'static str) -> impl Iterator<Item = &'f str> {
    let default = patterns.is_empty().then_some(default);
    patterns.iter().map(String::as_str).chain(default)
}

fn reads<T: FromText>(text: &str) -> bool {
    T::from_text(text).is_some()
}
