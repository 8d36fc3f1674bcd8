//! Schemas of values in answers: the service's leniencies, as far as a schema can express them.
//!
//! Requests stay strict, so that no client sends what only answers may contain.

use hostkit_proto::ListShape;
use hostkit_wire::{Format, Limits, Node};

use super::json::{Object, object};
use super::schema::{described, type_schema, under_key, worded};
use crate::model::{Field, Model, Type, TypeKind};
use crate::resolve::is_text as is_scalar;
use crate::surface::IdKind;

/// A whole number in a text.
const WHOLE: &str = "^-?[0-9]+$";
/// The same or empty: an empty text is an absent value.
const WHOLE_OR_EMPTY: &str = "^(-?[0-9]+)?$";
/// A decimal number in a text.
const DECIMAL: &str = "^-?[0-9]+([.][0-9]+)?$";
const DECIMAL_OR_EMPTY: &str = "^(-?[0-9]+([.][0-9]+)?)?$";

/// Widens the schema of an answer's field to everything that clients accept.
pub(super) fn loosen(model: &Model, schema: &mut Object, field: &Field) {
    let Some((last, above)) = field.name.json.split_last() else {
        return;
    };
    if field.surface.names.is_some() {
        return;
    }
    let place = above.iter().fold(schema, |place, name| place.object("properties").object(name));
    let strict = described(under_key(answer_schema(model, &field.ty), field.name.item.as_deref()), field);
    let mut loose = answered(model, strict, &field.ty, field.is_required());
    if field.name.json.len() == 1 {
        wrapped(model, &mut loose, &field.ty, &field.name.xml);
    }
    place.object("properties").set(last.as_str(), loose);
}

/// Accepts a list inside the wrapper that it has in XML: `{"logs": {"log": […]}}`.
pub(super) fn wrapped(model: &Model, schema: &mut Object, ty: &Type, xml: &[String]) {
    let ([.., _, last], Type::List(_)) = (xml, ty) else {
        return;
    };
    if model.service.lenient.one_as_list && schema.has("anyOf") && !last.starts_with(['@', '$']) {
        let mut wrapper = object! { "type": "object", "required": vec![last.as_str()] };
        wrapper.object("properties").set(last.as_str(), answered(model, answer_schema(model, ty), ty, true));
        schema.append("anyOf", wrapper);
    }
}

/// Adds where the answer says how many items there are, and that the list or map need not be there if it says 0.
pub(super) fn counted(model: &Model, schema: &mut Object, list: &[String], total: &[String]) {
    let Some((last, above)) = list.split_last() else { return };
    let place = above.iter().fold(&mut *schema, |place, name| place.object("properties").object(name));
    let required: Vec<String> = place.texts("required").into_iter().filter(|name| name != last).collect();
    place.split_off("required");
    place.say("required", required);
    let strict = std::mem::take(place.object("properties").object(last));
    let nothing = [
        object! { "type": "null" },
        object! { "type": "string", "maxLength": 0 },
        empty_list(),
        object! { "type": "object", "maxProperties": 0 },
    ];
    let shapes: Vec<Object> = std::iter::once(strict).chain(nothing).collect();
    place.object("properties").set(last.as_str(), object! { "anyOf": shapes });
    let Some((last, above)) = total.split_last() else { return };
    let place = above.iter().fold(schema, |place, name| place.object("properties").object(name));
    let number = answered(model, answer_schema(model, &Type::Uint), &Type::Uint, false);
    place.object("properties").set(last.as_str(), number);
}

/// The schema of a type expression in an answer.
pub(super) fn answer_schema(model: &Model, ty: &Type) -> Object {
    let lenient = &model.service.lenient;
    let item = |item: &Type| answered(model, answer_schema(model, item), item, true);
    let (whole, decimal) = match lenient.empty_text_is_absent {
        true => (WHOLE_OR_EMPTY, DECIMAL_OR_EMPTY),
        false => (WHOLE, DECIMAL),
    };
    match ty {
        Type::List(inner) => object! { "type": "array", "items": item(inner) },
        Type::Map(_, inner) => object! { "type": "object", "additionalProperties": item(inner) },
        Type::Option(inner) => object! { "anyOf": vec![item(inner), object! { "type": "null" }] },
        Type::Judged(inner) => object! { "anyOf": vec![item(inner), object! { "type": "object" }] },
        Type::Flag if lenient.loose_flags => loose(type_schema(ty), &["boolean", "integer", "string"], Some("^[01]?$")),
        Type::Text | Type::Coded(_) | Type::Html | Type::Secret if lenient.loose_scalars => {
            loose(type_schema(ty), &["string", "number"], None)
        }
        Type::Decimal | Type::Money if lenient.loose_scalars => {
            loose(type_schema(ty), &["number", "string"], Some(decimal))
        }
        Type::Worded(words) => {
            let all = words.iter().map(|pair| worded(pair));
            object! { "anyOf": all.chain([answer_schema(model, &Type::Flag)]).collect::<Vec<_>>() }
        }
        Type::Int | Type::Uint | Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes
            if lenient.loose_scalars =>
        {
            loose(type_schema(ty), &["integer", "string"], Some(whole))
        }
        Type::Csv(inner, _) if lenient.loose_scalars => {
            let list = object! { "type": "array", "items": item(inner) };
            object! { "anyOf": vec![type_schema(ty), object! { "type": "number" }, list] }
        }
        // A time with an offset is always text, whatever the leniencies.
        Type::UnixTime => loose(type_schema(ty), &["integer", "string"], None),
        Type::Named(name) => named(model, name),
        other => type_schema(other),
    }
}

/// The schema with other types, and a pattern for texts among them.
fn loose(mut strict: Object, types: &[&str], pattern: Option<&str>) -> Object {
    strict.set("type", types.to_vec());
    if let Some(pattern) = pattern {
        strict.set("pattern", pattern);
    }
    strict
}

fn named(model: &Model, name: &str) -> Object {
    let strict = object! { "$ref": format!("#/components/schemas/{name}") };
    let other = match model.types.get(name).map(|entry| &entry.kind) {
        Some(TypeKind::Enumeration { is_number: true, .. } | TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)) => {
            object! { "type": "string", "pattern": WHOLE }
        }
        Some(TypeKind::Enumeration { .. } | TypeKind::Id { .. }) => object! { "type": "number" },
        _ => return strict,
    };
    if !model.service.lenient.loose_scalars {
        return strict;
    }
    object! { "anyOf": vec![strict, other] }
}

/// Adds the alternatives that clients accept for a value: null or empty text where it may be absent, and the service's
/// leniencies for lists and maps.
pub(super) fn answered(model: &Model, mut strict: Object, ty: &Type, is_required: bool) -> Object {
    let leniency = &model.service.lenient;
    let is_list = |json, shape| says(json, |node| leniency.list(node) == Some(shape));
    let is_map = |json| says(json, |node| leniency.map(node).is_some());
    let is_absent = |json| says(json, |node| leniency.is_absent(node));
    let mut shapes = Vec::new();
    let is_struct = |name: &String| {
        matches!(model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Struct(_) | TypeKind::Objects(_)))
    };
    match ty {
        Type::List(item) if !matches!(**item, Type::Any) => {
            let one = || answered(model, answer_schema(model, item), item, true);
            if is_list("1", ListShape::Item) && !matches!(**item, Type::List(_)) {
                shapes.push(one());
            }
            if is_list("{\"a\":1}", ListShape::Values) {
                shapes.push(object! { "type": "object", "additionalProperties": one() });
            } else if is_list("{\"1\":1}", ListShape::Values) {
                // A list with gaps.
                let positions = object! { "pattern": "^[0-9]+$" };
                shapes.push(object! { "type": "object", "propertyNames": positions, "additionalProperties": one() });
            } else if is_list("{}", ListShape::Nothing) {
                shapes.push(object! { "type": "object", "maxProperties": 0 });
            }
        }
        Type::Map(..) if is_map("[]") => shapes.push(empty_list()),
        Type::Named(name) if is_absent("[]") && is_struct(name) => shapes.push(empty_list()),
        _ => {}
    }
    // An optional list that cannot be read counts as empty.
    let is_nothing = |json| match ty {
        Type::List(_) if is_list(json, ListShape::Nothing) => true,
        Type::Map(..) if is_map(json) => true,
        _ => !is_required && is_absent(json),
    };
    if is_nothing("null") && !matches!(ty, Type::Any | Type::Option(_)) {
        shapes.push(object! { "type": "null" });
    }
    let is_text = matches!(ty, Type::Text | Type::Coded(_) | Type::Html | Type::Secret | Type::Any);
    if is_nothing("\"\"") && !is_text {
        shapes.push(object! { "type": "string", "maxLength": 0 });
    }
    let scalar = model.service.scalar();
    if !scalar.is_empty() && (is_text || is_scalar(model, ty)) {
        let mut object = object! { "type": "object", "required": vec![scalar] };
        object.object("properties").set(scalar, strict.clone());
        shapes.push(object);
    }
    if shapes.is_empty() {
        return strict;
    }
    let mut about = Object::default();
    for key in strict.keys() {
        if matches!(key.as_str(), "description" | "xml") || key.starts_with("x-hostkit-") {
            about.extend(strict.split_off(&key));
        }
    }
    shapes.insert(0, strict);
    let mut schema = object! { "anyOf": shapes };
    schema.extend(about);
    schema
}

/// Whether the predicate holds for this JSON text.
fn says(json: &str, says: impl Fn(Node<'_>) -> bool) -> bool {
    hostkit_wire::parse(Format::Json, json.as_bytes(), &Limits::DEFAULT).is_ok_and(|document| says(document.root()))
}

pub(super) fn empty_list() -> Object {
    object! { "type": "array", "items": Object::default(), "maxItems": 0 }
}
