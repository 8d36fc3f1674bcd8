//! Properties of types: copied, one piece of text, a number.

use crate::model::{Model, Type, TypeKind};
use crate::surface::IdKind;

/// Whether the values are numbers on the wire.
pub(super) fn is_number(model: &Model, ty: &Type) -> bool {
    let Type::Named(name) = ty else {
        return ty.is_number();
    };
    matches!(
        model.types.get(name).map(|entry| &entry.kind),
        Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..) | TypeKind::Enumeration { is_number: true, .. })
    )
}

/// Whether values of the type are `Copy`.
pub(crate) fn is_copy(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::Int
        | Type::Uint
        | Type::Decimal
        | Type::Money
        | Type::Currency
        | Type::Flag
        | Type::Worded(_)
        | Type::UnixTime
        | Type::Ip
        | Type::IpBlock => true,
        Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => true,
        Type::Named(name) => {
            let kind = model.types.get(name).map(|entry| &entry.kind);
            matches!(kind, Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)))
        }
        _ => false,
    }
}

/// Whether a value of the type is one piece of text.
pub(crate) fn is_text(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::Text | Type::Int | Type::Uint | Type::Decimal | Type::Flag | Type::Worded(_) | Type::Ip => true,
        Type::IpBlock | Type::Money | Type::Currency => true,
        Type::DateTime | Type::Date | Type::UnixTime => true,
        Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => true,
        Type::Named(name) => {
            let kind = model.types.get(name).map(|entry| &entry.kind);
            matches!(kind, Some(TypeKind::Id { .. } | TypeKind::Ranged(..) | TypeKind::Enumeration { .. }))
        }
        _ => false,
    }
}

/// Whether values of the type are a few known ones: a flag, or those of an enumeration.
pub(super) fn has_few_values(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::Flag | Type::Worded(_) => true,
        Type::Named(name) => {
            matches!(model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Enumeration { .. }))
        }
        _ => false,
    }
}

/// The type's name, if it is a numeric id.
pub(super) fn number_id<'t>(model: &Model, ty: &'t Type) -> Option<&'t str> {
    match ty {
        Type::Named(name) => {
            let entry = model.types.get(name)?;
            matches!(entry.kind, TypeKind::Id(IdKind::Number)).then_some(name.as_str())
        }
        _ => None,
    }
}
