//! Conditions: whether a field can have what a waiter or evidence wants of it.

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::model::{Model, Type, TypeKind};
use crate::surface::{Condition, IdKind, Wanted, beginning, is_wanted};

/// Refuses values that a field of this type never has: what is wanted would never hold, or always.
pub(super) fn check(
    model: &Model,
    condition: &Condition,
    ty: &Type,
    code: &'static str,
    diagnostics: &mut Diagnostics,
) {
    let (Wanted::Texts(texts) | Wanted::Not(texts)) = &condition.wanted else { return };
    let path = &condition.path;
    if matches!(ty, Type::Flag | Type::Worded(_)) {
        let message = format!("`{}` is a flag, which is on or off", path.value);
        diagnostics.add_with_help(code, &path.span, message, "compared with a text", "write `true` or `false`");
        return;
    }
    let values = match ty {
        Type::Named(name) => model.types.get(name).map(|entry| &entry.kind),
        _ => None,
    };
    let known: Vec<&str> = match values {
        Some(TypeKind::Enumeration { values, .. }) => values.iter().map(|value| value.wire.as_str()).collect(),
        _ => Vec::new(),
    };
    let begins = match values {
        Some(TypeKind::Enumeration { is_number, .. }) => !is_number,
        Some(TypeKind::Id(kind)) => *kind != IdKind::Number,
        _ => *ty == Type::Text,
    };
    for text in texts {
        if let Some(start) = beginning(text).filter(|start| !begins || start.is_empty()) {
            let message = format!("`{}` cannot be looked at by its beginning", path.value);
            let help = match start {
                "" => "every text begins so: write `true` for one that is there",
                _ => "`*` at the end of a text means any rest, which a text alone has",
            };
            diagnostics.add_with_help(code, &path.span, message, format!("`{text}`"), help);
            continue;
        }
        if let Some(help) = never(model, ty, text) {
            let message = format!("`{}` is never `{text}`", path.value);
            diagnostics.add_with_help(code, &path.span, message, "not such a value", help);
            continue;
        }
        if !known.is_empty() && !known.iter().any(|value| is_wanted(value, text)) {
            let help = match did_you_mean(text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the values are: {}", known.join(", ")),
            };
            let message = format!("`{}` is never `{text}`", path.value);
            diagnostics.add_with_help(code, &path.span, message, "not such a value", help);
        }
    }
}

/// Why a number of this type is never written as this text, by what to write; of other types nothing.
pub(super) fn never(model: &Model, ty: &Type, text: &str) -> Option<String> {
    let kind = match ty {
        Type::Named(name) => model.types.get(name).map(|entry| &entry.kind),
        _ => None,
    };
    let (least, most) = match (ty, kind) {
        (Type::Int, _) => (i64::MIN, i64::MAX),
        (Type::Uint | Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes, _) => (0, i64::MAX),
        (_, Some(TypeKind::Id(IdKind::Number))) => (0, i64::MAX),
        (_, Some(TypeKind::Ranged(lowest, highest))) => (*lowest, *highest),
        _ => return None,
    };
    // It is compared as it is written: without a sign, a point or zeros before it.
    match text.parse::<i64>() {
        Ok(number) if number.to_string() != text => Some(format!("write `{number}`")),
        Ok(number) if number < least || number > most => Some(match most {
            i64::MAX => format!("write a whole number from {least} up"),
            _ => format!("write a whole number from {least} to {most}"),
        }),
        Ok(_) => None,
        Err(_) => Some("write a number".to_owned()),
    }
}
