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

/// Whether values of two types may be the same text on the wire.
pub(super) fn may_be_equal(model: &Model, one: &Type, other: &Type) -> bool {
    let has_words = |ty: &Type| is_word(model, ty) || is_whole(model, ty);
    one == other || has_words(one) && has_words(other)
}

/// Whether what each text of one type is on the wire is also a value of the other.
pub(super) fn is_read_as(model: &Model, from: &Type, ty: &Type) -> bool {
    match ty {
        Type::Text => may_be_equal(model, from, ty),
        Type::Uint => number_id(model, from).is_some(),
        _ if number_id(model, ty).is_some() => *from == Type::Uint || number_id(model, from).is_some(),
        ty => is_word(model, from) && has_few_values(model, ty) && is_word(model, ty),
    }
}

/// Whether values are texts, of which some types know what they say.
pub(super) fn is_word(model: &Model, ty: &Type) -> bool {
    let kind = if let Type::Named(name) = ty { model.types.get(name).map(|entry| &entry.kind) } else { None };
    *ty == Type::Text
        || matches!(
            kind,
            Some(TypeKind::Id(IdKind::Text | IdKind::Free) | TypeKind::Enumeration { is_number: false, .. })
        )
}

/// Whether values are whole numbers, written in one way.
fn is_whole(model: &Model, ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Uint) || matches!(ty, Type::Named(_)) && is_number(model, ty)
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
