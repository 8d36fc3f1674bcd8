//! Schemas of named types. A type that only answers contain gets their leniency; all others are strict.

use super::answers::{answer_schema, counted, loosen};
use super::json::{Json, Object, object};
use super::schema::{add_choice, given, object_schema, type_schema};
use crate::model::{Field, Model, Type, TypeEntry, TypeKind, choices};
use crate::surface::{IdKind, Limits};

/// The schemas of all named types.
pub(super) fn all(model: &Model) -> Object {
    let mut schemas = Object::default();
    // A list beside headers is said where it is answered.
    let is_list = |entry: &TypeEntry| match &entry.kind {
        TypeKind::Struct(fields) => fields.iter().any(Field::is_body),
        _ => false,
    };
    for (name, entry) in model.types.iter().filter(|(_, entry)| !is_list(entry)) {
        // A lenient schema would let clients send what only answers may contain.
        let answers = if entry.in_requests { None } else { Some(model) };
        schemas.set(name.as_str(), entry_schema(model, entry, answers));
    }
    schemas
}

/// The schemas of objects of which a value is one: the one that is told by nothing has none of what tells the others.
fn one_of(model: &Model, objects: &[(String, Type)]) -> Vec<Object> {
    let own = model.own_fields(objects, false);
    let heads: Vec<Option<&Field>> =
        own.iter().map(|fields| fields.iter().find(|field| field.is_required()).copied()).collect();
    let told: Vec<Object> = heads.iter().flatten().map(|field| given(&field.name.json)).collect();
    let shape = |((_, ty), head): (&(String, Type), &Option<&Field>)| {
        let mut schema = type_schema(ty);
        if head.is_none() {
            schema.set("not", object! { "anyOf": told.clone() });
        }
        schema
    };
    objects.iter().zip(&heads).map(shape).collect()
}

/// The schema of a named type; `answers` is given for types that only answers contain.
fn entry_schema(model: &Model, entry: &TypeEntry, answers: Option<&Model>) -> Object {
    let mut schema = match &entry.kind {
        TypeKind::Struct(fields) => {
            let mut body: Vec<Field> = fields.iter().filter(|field| field.is_in_object()).cloned().collect();
            // Limits are those of what is sent, and one schema says what is answered, too.
            if entry.in_answers {
                body.iter_mut().for_each(|field| field.surface.limits = Limits::default());
            }
            let mut schema = object_schema(&body);
            choices(&body).iter().for_each(|choice| add_choice(&mut schema, choice));
            if let Some(model) = answers {
                body.iter().for_each(|field| loosen(model, &mut schema, field));
                for (field, total) in body.iter().filter_map(|field| Some((field, field.total()?))) {
                    counted(model, &mut schema, &field.name.json, &total.name.json);
                }
            }
            schema
        }
        TypeKind::Enumeration { is_number, values } => {
            let mut schema = object! { "type": if *is_number { "integer" } else { "string" } };
            // An `enum` would reject values that the document does not list.
            let known: Vec<Json> = values
                .iter()
                .map(|value| match value.wire.parse::<i64>() {
                    Ok(number) if *is_number => Json::from(number),
                    _ => Json::from(&value.wire),
                })
                .collect();
            schema.set("x-extensible-enum", known);
            for value in values {
                let texts = object! { "name": &value.rust, "en": &value.en, "ru": &value.ru };
                schema.object("x-hostkit-values").set(value.wire.as_str(), texts);
            }
            schema
        }
        TypeKind::Id(IdKind::Number) => object! { "type": "integer", "format": "int64", "minimum": 0 },
        // An answer may hold another number.
        TypeKind::Ranged(..) if answers.is_some() => type_schema(&Type::Uint),
        TypeKind::Ranged(lowest, i64::MAX) => object! { "type": "integer", "format": "int64", "minimum": *lowest },
        TypeKind::Ranged(lowest, highest) => {
            object! { "type": "integer", "format": "int64", "minimum": *lowest, "maximum": *highest }
        }
        TypeKind::Id(IdKind::Free) => object! { "type": "string", "minLength": 1, "maxLength": 255 },
        TypeKind::Id(IdKind::Text) => object! { "type": "string", "pattern": "^[0-9A-Za-z_-]+$" },
        TypeKind::Union { number, scalar, object, list } => {
            let shape = |ty| answers.map_or_else(|| type_schema(ty), |model| answer_schema(model, ty));
            let shapes: Vec<Object> = [number, scalar, object, list].into_iter().flatten().map(shape).collect();
            object! { "anyOf": shapes }
        }
        TypeKind::Objects(objects) => object! { "oneOf": one_of(model, objects) },
    };
    schema.say("description", &entry.en);
    schema.say("x-hostkit-ru", &entry.ru);
    schema.say("x-hostkit-about", &entry.about);
    if entry.keep_raw {
        schema.set("x-hostkit-keep-raw", true);
    }
    schema
}
