//! Expressions and type names that several parts of the Rust emitter share.

use super::code::{Code, quoted};
use crate::model::{Field, Model, Type, TypeKind, WireName, item_limit};

/// The Rust type of a type expression.
pub(super) fn rust_type(ty: &Type) -> String {
    match ty {
        Type::Text => "String".to_owned(),
        Type::Int => "i64".to_owned(),
        Type::Uint => "u64".to_owned(),
        Type::Decimal => "Decimal".to_owned(),
        Type::Flag | Type::Switch => "bool".to_owned(),
        Type::Secret => "Secret".to_owned(),
        Type::DateTime => "DateTime".to_owned(),
        Type::Date => "Date".to_owned(),
        Type::UnixTime => "UnixTime".to_owned(),
        Type::Ip => "IpAddr".to_owned(),
        Type::Html => "Html".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Kibibytes => "Kibibytes".to_owned(),
        Type::Mebibytes => "Mebibytes".to_owned(),
        Type::Gibibytes => "Gibibytes".to_owned(),
        Type::Any => "Value".to_owned(),
        Type::Csv(item) => format!("Csv<{}>", rust_type(item)),
        Type::List(item) => format!("Vec<{}>", rust_type(item)),
        Type::Map(key, item) => format!("BTreeMap<{}, {}>", rust_type(key), rust_type(item)),
        Type::Option(item) => format!("Option<{}>", rust_type(item)),
        Type::Named(name) => name.clone(),
    }
}

/// The type of a struct's field.
pub(super) fn field_type(field: &Field) -> String {
    let ty = rust_type(&field.ty);
    if field.is_option() { format!("Option<{ty}>") } else { ty }
}

/// The type of a constructor's or setter's parameter, and the expression that converts it.
pub(super) fn parameter(field: &Field) -> (String, String) {
    let name = &field.rust;
    match field.ty {
        Type::Text => ("impl Into<String>".to_owned(), format!("{name}.into()")),
        Type::Secret => ("impl Into<Secret>".to_owned(), format!("{name}.into()")),
        _ => (rust_type(&field.ty), name.clone()),
    }
}

/// `Name::new("ip").xml("@addr")`.
pub(super) fn name_expression(name: &WireName) -> String {
    let list = |items: &[String]| items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ");
    let first = |path: &[String]| path.first().cloned().unwrap_or_default();
    let mut text = format!("Name::new({})", quoted(&first(&name.json)));
    if name.json.len() > 1 {
        text.push_str(&format!(".json_inner(&[{}])", list(&name.json[1..])));
    }
    if first(&name.xml) != first(&name.json) {
        text.push_str(&format!(".xml({})", quoted(&first(&name.xml))));
    }
    if name.xml.len() > 1 {
        text.push_str(&format!(".xml_inner(&[{}])", list(&name.xml[1..])));
    }
    if !name.also.is_empty() {
        text.push_str(&format!(".also(&[{}])", list(&name.also)));
    }
    text
}

/// The variable for a field, where the names in `taken` are variables already.
pub(super) fn local(name: &str, taken: &[&str]) -> String {
    if taken.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// `name`, or `name: variable` where the variable has another name.
pub(super) fn initialiser(name: &str, taken: &[&str]) -> String {
    let local = local(name, taken);
    if local == name { local } else { format!("{name}: {local}") }
}

pub(super) fn max_items(given: Option<i64>) -> String {
    let digits = item_limit(given).to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) && digits.len() > 4 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

/// `fields.required(&Name::new("id"))?`.
pub(super) fn read_expression(field: &Field) -> String {
    read_under(&format!("&{}", name_expression(&field.name)), field)
}

/// `fields.required(const { &Name::new("id") })?`, where many objects are read: the name is made by the compiler, and
/// not for each of them.
pub(super) fn read_of_many(field: &Field) -> String {
    read_under(&format!("const {{ &{} }}", name_expression(&field.name)), field)
}

fn read_under(name: &str, field: &Field) -> String {
    let max = max_items(field.surface.max_items);
    match (&field.ty, field.is_required()) {
        (Type::List(_), true) => format!("fields.required_list({name}, {max})?"),
        (Type::List(_), false) => format!("fields.list({name}, {max})?"),
        (Type::Map(..), true) => format!("fields.required_map({name})?"),
        (Type::Map(..), false) => format!("fields.map({name})?"),
        (_, true) => format!("fields.required({name})?"),
        (_, false) => match &field.surface.absent {
            Some(absent) => format!("fields.or({name}, {})?", absent.value),
            None if field.surface.trim => format!("fields.trimmed({name})?"),
            None => format!("fields.optional({name})?"),
        },
    }
}

/// `&self.disk`, wrapped where the wire wants another spelling; `value` is the place of the value.
pub(super) fn write_expression(field: &Field, value: &str) -> String {
    let reference = if value.starts_with("self.") { format!("&{value}") } else { value.to_owned() };
    if matches!(field.ty, Type::Switch) {
        return format!("&Switch({reference})");
    }
    if field.surface.write_text {
        return format!("&AsText({reference})");
    }
    if let Some(form) = &field.surface.form {
        return format!("&DateForm({reference}, {})", quoted(form));
    }
    reference
}

/// `body.set(&Name::new("vps_hdd"), &self.disk);`, or the spreading of made keys.
pub(super) fn set_statement(target: &str, field: &Field, value: &str) -> String {
    if let Some(spread) = &field.surface.spread {
        let method = if matches!(field.ty, Type::Map(..)) { "spread_map" } else { "spread_list" };
        let reference = if value.starts_with("self.") { format!("&{value}") } else { value.to_owned() };
        return format!("{target}.{method}({}, {reference});", quoted(spread));
    }
    format!("{target}.set(&{}, {});", name_expression(&field.name), write_expression(field, value))
}

/// A value of the type for an example, as an expression; `None` where the type has no simple one.
pub(super) fn sample(model: &Model, ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Text => "\"example\"".to_owned(),
        Type::Secret => "\"example-secret\"".to_owned(),
        Type::Int | Type::Uint => "1".to_owned(),
        Type::Decimal => "hostkit::Decimal::ONE".to_owned(),
        Type::Flag | Type::Switch => "true".to_owned(),
        Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes => {
            let name = rust_type(ty);
            format!("hostkit::{name}(1)")
        }
        Type::Ip => "std::net::IpAddr::from([192, 0, 2, 7])".to_owned(),
        Type::UnixTime => "hostkit::UnixTime(1_301_860_800)".to_owned(),
        Type::Csv(item) => format!("vec![{}].into()", sample(model, item)?),
        Type::List(item) => format!("vec![{}]", sample_owned(model, item)?),
        Type::Map(..) => "std::collections::BTreeMap::new()".to_owned(),
        Type::Named(name) => match &model.types.get(name)?.kind {
            TypeKind::Id { is_number: true } => format!("{name}::new(1)"),
            TypeKind::Id { is_number: false } => format!("{name}::new(\"0a1b\").expect(\"letters and digits\")"),
            TypeKind::Enumeration { values, .. } => format!("{name}::{}", values.first()?.rust),
            TypeKind::Struct(fields) => {
                let samples: Option<Vec<_>> =
                    fields.iter().filter(|field| field.is_required()).map(|field| sample(model, &field.ty)).collect();
                format!("{name}::new({})", samples?.join(", "))
            }
            TypeKind::Union { .. } => return None,
        },
        Type::DateTime | Type::Date | Type::Html | Type::Any | Type::Option(_) => return None,
    })
}

fn sample_owned(model: &Model, ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Text | Type::Secret => format!("{}.into()", sample(model, ty)?),
        _ => sample(model, ty)?,
    })
}

/// The doc lines of a field.
pub(super) fn field_docs(code: &mut Code, field: &Field) {
    let surface = &field.surface;
    code.doc(&surface.en);
    let mut facts = Vec::new();
    if let Some(unit) = &surface.unit {
        facts.push(format!("Unit: {unit}."));
    }
    facts.extend(limit_text(&surface.limits));
    for (host, limits) in &surface.host_limits {
        facts.extend(limit_text(limits).map(|text| format!("At `{}`: {text}", host.value)));
    }
    for (condition, limits) in &surface.when {
        facts.extend(
            limit_text(limits).map(|text| text.replacen("Limits", &format!("Limits if `{}`", condition.value), 1)),
        );
    }
    if let Some(other) = &surface.not_below {
        facts.push(format!("Not less than `{}`.", other.value));
    }
    if let Some(condition) = &surface.required_if {
        facts.push(format!("Required if `{}`.", condition.value));
    }
    if let Some(condition) = &surface.only_if {
        facts.push(format!("Only if `{}`.", condition.value));
    }
    match surface.provenance.as_deref() {
        None | Some("documented") => {}
        Some("client") => facts.push("Known from clients, not from the document.".to_owned()),
        Some(other) => facts.push(format!("Provenance: {other}.")),
    }
    if !facts.is_empty() {
        code.doc("");
        code.doc(&facts.join(" "));
    }
}

fn limit_text(limits: &crate::surface::Limits) -> Option<String> {
    let mut parts = Vec::new();
    match (limits.min, limits.max) {
        (Some(min), Some(max)) => parts.push(format!("from {min} to {max}")),
        (Some(min), None) => parts.push(format!("at least {min}")),
        (None, Some(max)) => parts.push(format!("at most {max}")),
        (None, None) => {}
    }
    if let Some(step) = limits.multiple_of {
        parts.push(format!("a multiple of {step}"));
    }
    match (limits.min_length, limits.max_length) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} characters")),
        (Some(1), None) => parts.push("not empty".to_owned()),
        (Some(min), None) => parts.push(format!("at least {min} characters")),
        (None, Some(max)) => parts.push(format!("at most {max} characters")),
        (None, None) => {}
    }
    if let Some(shape) = &limits.shape {
        parts.push(crate::emit::shape_words(shape).0.to_owned());
    }
    (!parts.is_empty()).then(|| format!("Limits: {}.", parts.join(", ")))
}

/// Whether an object of these fields can be made without a word: then it is what `Default` gives.
pub(super) fn is_default<'f>(fields: impl IntoIterator<Item = &'f Field>) -> bool {
    let is_said =
        |field: &Field| field.is_required() || field.surface.absent.as_ref().is_some_and(|absent| absent.value);
    !fields.into_iter().any(is_said)
}

/// The derives of a struct.
pub(super) fn derives(is_default: bool) -> &'static str {
    match is_default {
        true => "#[derive(Debug, Clone, PartialEq, Default)]",
        false => "#[derive(Debug, Clone, PartialEq)]",
    }
}

/// What `new` gives: these values, where they are not the default.
pub(super) fn made(code: &mut Code, values: &[String], is_default: bool) {
    match is_default {
        true => code.line("Self::default()"),
        false => code.literal("Self", values, ""),
    }
}

/// What an absent field holds.
pub(super) fn empty_value(field: &Field) -> &'static str {
    match field.ty {
        Type::List(_) => "Vec::new()",
        Type::Map(..) => "BTreeMap::new()",
        _ => "None",
    }
}

