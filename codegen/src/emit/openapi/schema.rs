//! Schemas of types and fields, based on the JSON tree; where XML differs, `xml` describes it as far as OpenAPI can,
//! and `x-hostkit-xml` has the path otherwise.

use super::json::{Json, Object, object};
use crate::model::{Choice, Field, OneOf, Type};
use crate::surface::{Coding, Constant, Limits, Word, Writing};

/// The schema of a type expression.
pub(super) fn type_schema(ty: &Type) -> Object {
    match ty {
        Type::Text => object! { "type": "string" },
        Type::Coded(Coding::Base64) => object! { "type": "string", "contentEncoding": "base64" },
        Type::Coded(Coding::Percent) => object! { "type": "string", "pattern": "^([^%]|%[0-9A-Fa-f]{2})*$" },
        Type::Int => object! { "type": "integer", "format": "int64" },
        Type::Uint => object! { "type": "integer", "format": "int64", "minimum": 0 },
        // Marked exact: reading it as a binary fraction loses digits.
        Type::Decimal | Type::Money => object! { "type": "number", "x-hostkit-exact": true },
        Type::Currency => object! { "type": "string", "pattern": "^[A-Za-z][!-~]{1,7}$" },
        Type::Flag => object! { "type": "boolean" },
        Type::Worded(words) => worded(words.first().map_or(&[], |pair| pair.as_slice())),
        Type::Secret => object! { "type": "string", "format": "password" },
        Type::DateTime => object! { "type": "string", "x-hostkit-type": "datetime" },
        Type::Date => object! { "type": "string", "x-hostkit-type": "date" },
        Type::UnixTime => object! { "type": "integer", "format": "int64", "x-hostkit-type": "unixtime" },
        Type::Ip => object! { "type": "string", "x-hostkit-type": "ip" },
        Type::IpBlock => object! { "type": "string", "x-hostkit-type": "ipblock" },
        Type::Html => object! { "type": "string", "contentMediaType": "text/html" },
        Type::Bytes => unit("bytes"),
        Type::Kibibytes => unit("KiB"),
        Type::Mebibytes => unit("MiB"),
        Type::Gibibytes => unit("GiB"),
        Type::Any => Object::default(),
        Type::Csv(item, separator) => joined("x-hostkit-csv", item, *separator),
        Type::Joined(item, separator) => joined("x-hostkit-joined", item, *separator),
        Type::Json(item) => object! {
            "type": "string", "contentMediaType": "application/json", "contentSchema": type_schema(item)
        },
        Type::List(item) => object! { "type": "array", "items": type_schema(item) },
        Type::Map(_, item) => object! { "type": "object", "additionalProperties": type_schema(item) },
        Type::Option(item) | Type::Nullable(item) => {
            object! { "anyOf": vec![type_schema(item), object! { "type": "null" }] }
        }
        Type::Judged(item) => object! { "anyOf": vec![type_schema(item), object! { "type": "object" }] },
        Type::Named(name) => object! { "$ref": format!("#/components/schemas/{name}") },
    }
}

/// The schema of a moment that is written as in RFC 3339.
fn moment() -> Object {
    object! { "type": "string", "format": "date-time", "x-hostkit-type": "unixtime" }
}

fn unit(name: &str) -> Object {
    object! { "type": "integer", "format": "int64", "minimum": 0, "x-hostkit-unit": name }
}

/// The schema of a text that has several parts, with that of the parts.
fn joined(key: &str, item: &Type, separator: char) -> Object {
    let mut schema = object! { "type": "string" };
    schema.set(key, type_schema(item));
    if separator != ',' {
        schema.set("x-hostkit-join", separator.to_string());
    }
    schema
}

/// The schema of a list whose items are each the entry of an object under this key, if there is one.
pub(super) fn under_key(mut list: Object, key: Option<&str>) -> Object {
    if let Some(key) = key {
        let mut item = object! { "type": "object", "required": vec![key] };
        item.object("properties").set(key, std::mem::take(list.object("items")));
        list.set("items", item);
    }
    list
}

/// One of these words.
pub(super) fn worded(words: &[Word]) -> Object {
    // An empty word for no is none.
    let words = match words {
        [no, yes @ ..] if no.plain().is_empty() => yes,
        all => all,
    };
    let kind = match words.first() {
        Some(Word::Flag(_)) => "boolean",
        Some(Word::Number(_)) => "integer",
        _ => "string",
    };
    let json = |word: &Word| match word {
        Word::Flag(flag) => Json::Flag(*flag),
        Word::Number(number) => number.parse().map_or_else(|_| Json::Text(number.clone()), Json::Number),
        Word::Text(text) => Json::Text(text.clone()),
    };
    let words: Vec<Json> = words.iter().map(json).collect();
    object! { "type": kind, "enum": words }
}

/// An object with these fields at their JSON paths.
pub(super) fn object_schema(fields: &[Field]) -> Object {
    let mut schema = object! { "type": "object" };
    for field in fields {
        add_field(&mut schema, field);
    }
    schema
}

fn add_field(schema: &mut Object, field: &Field) {
    let Some((last, above)) = field.name.json.split_last() else {
        return;
    };
    // A schema cannot name made names.
    if field.surface.names.is_some() {
        let mut made = type_schema(field.ty.item());
        add_names(&mut made, field);
        made.say("description", &field.surface.en);
        schema.object("x-hostkit-made-keys").set(field.rust.as_str(), made);
        return;
    }
    let mut place = schema;
    for name in above {
        if field.is_required() {
            require(place, name);
        }
        place = place.object("properties").object(name);
        place.set("type", "object");
    }
    place.object("properties").set(last.as_str(), field_schema(field));
    if field.is_required() {
        require(place, last);
    }
}

/// Says how the parts of a value are called.
pub(super) fn add_names(schema: &mut Object, field: &Field) {
    if let Some(template) = &field.surface.names {
        schema.set("x-hostkit-names", &template.value);
    }
    if let Some(from) = &field.surface.from {
        schema.set("x-hostkit-names-from", from.value);
    }
}

fn require(schema: &mut Object, name: &str) {
    let known = schema.texts("required");
    if !known.iter().any(|known| known == name) {
        let all: Vec<String> = known.into_iter().chain([name.to_owned()]).collect();
        schema.set("required", all);
    }
}

/// Schema of one field, with its limits.
pub(super) fn field_schema(field: &Field) -> Object {
    let schema = match &field.ty {
        Type::UnixTime if field.surface.pattern.is_some() => moment(),
        Type::Nullable(item) if **item == Type::UnixTime && field.surface.pattern.is_some() => {
            object! { "anyOf": vec![moment(), object! { "type": "null" }] }
        }
        ty if !field.surface.is_quoted() => under_key(type_schema(ty), field.name.item.as_deref()),
        Type::Flag | Type::Worded(_) => object! { "type": "string", "pattern": "^[01]$" },
        Type::Decimal | Type::Money => object! { "type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$" },
        _ => object! { "type": "string", "pattern": "^-?[0-9]+$" },
    };
    described(schema, field)
}

/// Adds a field's description and limits to the schema of its value.
pub(super) fn described(mut schema: Object, field: &Field) -> Object {
    let surface = &field.surface;
    schema.say("description", &surface.en);
    // Limits of a text that is encoded are those of the plain one.
    match &field.ty {
        _ if matches!(surface.write, Some(Writing::Coded(_))) => {}
        Type::Map(..) if surface.limits != Limits::default() => {
            limit(schema.object("additionalProperties"), &surface.limits);
        }
        Type::Csv(..) => {
            let (of_items, of_whole) = surface.limits.apart();
            if of_items != Limits::default() {
                limit(schema.object("x-hostkit-csv"), &of_items);
            }
            limit(&mut schema, &of_whole);
        }
        Type::List(_) if field.name.item.is_none() && surface.limits != Limits::default() => {
            limit(schema.object("items"), &surface.limits);
        }
        _ => limit(&mut schema, &surface.limits),
    }
    if let Some(max) = surface.max_items {
        schema.set("maxItems", max);
    }
    xml(&mut schema, field);
    schema.say("x-hostkit-ru", &surface.ru);
    schema.say("x-hostkit-also", surface.also.clone());
    if let Some(absent) = &surface.absent {
        schema.set("x-hostkit-absent", absent.value);
    }
    match surface.write {
        Some(Writing::Quoted) => schema.set("x-hostkit-write", "text"),
        Some(Writing::Coded(coding)) => schema.set("x-hostkit-write", coding.word()),
        Some(Writing::Json) | None => {}
    }
    for (key, value) in [
        ("x-hostkit-unit", surface.unit.as_deref()),
        ("x-hostkit-pattern", surface.pattern.as_deref()),
        ("x-hostkit-provenance", surface.provenance.as_deref()),
        ("x-hostkit-required-if", surface.required_if.as_ref().map(|at| at.value.as_str())),
        ("x-hostkit-not-below", surface.not_below.as_ref().map(|at| at.value.as_str())),
        ("x-hostkit-only-if", surface.only_if.as_ref().map(|at| at.value.as_str())),
    ] {
        if let Some(value) = value {
            schema.set(key, value);
        }
    }
    for (condition, limits) in &surface.when {
        limit(schema.object("x-hostkit-when").object(&condition.value), limits);
    }
    for (host, limits) in &surface.host_limits {
        limit(schema.object("x-hostkit-hosts").object(&host.value), limits);
    }
    schema
}

fn limit(schema: &mut Object, limits: &Limits) {
    for (key, value) in [
        ("minimum", limits.min),
        ("maximum", limits.max),
        ("multipleOf", limits.multiple_of),
        ("minLength", limits.min_length),
        ("maxLength", limits.max_length),
    ] {
        if let Some(value) = value {
            schema.set(key, value);
        }
    }
    if let Some(max) = limits.max_bytes {
        schema.set("x-hostkit-max-bytes", max);
    }
    if let Some(shape) = &limits.shape {
        schema.set("pattern", crate::emit::shape_texts(shape).pattern);
    }
}

/// Adds the XML name, if it is not the JSON path.
fn xml(schema: &mut Object, field: &Field) {
    let (json, path) = (&field.name.json, &field.name.xml);
    if json == path {
        return;
    }
    let is_list = matches!(field.ty, Type::List(_));
    match path.as_slice() {
        [name] if json.len() == 1 => match name.strip_prefix('@') {
            Some(attribute) => schema.set("xml", object! { "name": attribute, "attribute": true }),
            // OpenAPI cannot express an element's own text.
            None if name == "$text" => schema.set("x-hostkit-xml", name.as_str()),
            None if is_list => schema.object("items").set("xml", object! { "name": name.as_str() }),
            None => schema.set("xml", object! { "name": name.as_str() }),
        },
        [wrapper, name] if json.len() == 1 && is_list && !name.starts_with(['@', '$']) => {
            schema.set("xml", object! { "name": wrapper.as_str(), "wrapped": true });
            schema.object("items").set("xml", object! { "name": name.as_str() });
        }
        path => schema.set("x-hostkit-xml", path.join("/")),
    }
}

/// Adds the alternatives of an input group to a body.
pub(super) fn add_group(schema: &mut Object, group: &OneOf) {
    let mut demands: Vec<Vec<String>> = Vec::new();
    let mut shapes: Vec<Object> = Vec::new();
    for variant in &group.variants {
        let mut shape = object_schema(&variant.fields);
        add_constants(&mut shape, &variant.fixed);
        demands.push(shape.texts("required"));
        let mut titled = object! { "title": &variant.rust };
        titled.extend(shape);
        shapes.push(titled);
    }
    let is_routing = are_apart(&demands);
    if !group.required {
        let mut none = object! { "title": "None", "type": "object" };
        if is_routing {
            let any: Vec<Object> = demands.into_iter().map(|names| object! { "required": names }).collect();
            none.set("not", object! { "anyOf": any });
        }
        shapes.push(none);
    }
    let mut choice = object! { "description": &group.en };
    choice.set(if is_routing { "oneOf" } else { "anyOf" }, shapes);
    choice.set("x-hostkit-group", &group.rust);
    choice.say("x-hostkit-ru", &group.ru);
    schema.append("allOf", choice);
}

/// Adds a choice between the fields of an object.
pub(super) fn add_choice(schema: &mut Object, choice: &Choice<'_>) {
    let mut given: Vec<Object> = choice.fields.iter().map(|field| given(&field.name.json)).collect();
    if !choice.is_required {
        let none = object! { "not": object! { "anyOf": given.clone() } };
        given.push(none);
    }
    schema.append("allOf", object! { "oneOf": given });
}

/// The schema of an object in which something stands at this path.
pub(super) fn given(path: &[String]) -> Object {
    let Some((first, rest)) = path.split_first() else { return Object::default() };
    let mut schema = object! { "required": vec![first.as_str()] };
    if !rest.is_empty() {
        schema.object("properties").set(first.as_str(), given(rest));
    }
    schema
}

/// Adds the fields of all variants to the body's properties, none required: many client generators ignore `oneOf`, and
/// their clients could not send these fields otherwise.
pub(super) fn add_choices(schema: &mut Object, groups: &[OneOf]) {
    let mut all: Vec<(String, Vec<Json>)> = Vec::new();
    for variant in groups.iter().flat_map(|group| &group.variants) {
        let mut shape = object_schema(&variant.fields);
        add_constants(&mut shape, &variant.fixed);
        for (name, one) in shape.object("properties").entries() {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, shapes)) if shapes.contains(one) => {}
                Some((_, shapes)) => shapes.push(one.clone()),
                None => all.push((name.to_owned(), vec![one.clone()])),
            }
        }
    }
    for (name, mut shapes) in all {
        // A property of the body itself already applies to every variant.
        if schema.object("properties").has(&name) {
            continue;
        }
        let one = if shapes.len() == 1 { shapes.pop() } else { None };
        let shape = one.unwrap_or_else(|| Json::from(object! { "anyOf": shapes }));
        schema.object("properties").set(name, shape);
    }
}

/// Whether no variant satisfies the requirements of another; `oneOf` would then reject valid bodies.
fn are_apart(demands: &[Vec<String>]) -> bool {
    demands.iter().enumerate().all(|(index, demand)| {
        let mut others = demands.iter().enumerate().filter(|(other, _)| *other != index);
        !others.any(|(_, other)| demand.iter().all(|name| other.contains(name)))
    })
}

/// Adds the constants of a body.
pub(super) fn add_constants(schema: &mut Object, constants: &[Constant]) {
    for constant in constants {
        let (mut object, mut path) = (&mut *schema, constant.key.value.as_str());
        while let Some((outer, rest)) = path.split_once('/') {
            require(object, outer);
            object = object.object("properties").object(outer);
            path = rest;
        }
        object.object("properties").set(path, object! { "const": constant_value(constant) });
        require(object, path);
    }
}

/// A constant in its wire form.
pub(super) fn constant_value(constant: &Constant) -> Json {
    match constant.text.parse::<i64>() {
        Ok(number) if constant.is_number => Json::from(number),
        _ => Json::from(&constant.text),
    }
}

#[cfg(test)]
mod tests {
    use super::{Object, object, type_schema};
    use crate::model::Type;

    #[test]
    fn null_is_a_type_beside_that_of_the_value() {
        let schema = type_schema(&Type::Nullable(Box::new(Type::Flag)));
        assert!(schema == object! { "anyOf": vec![object! { "type": "boolean" }, object! { "type": "null" }] });
    }

    #[test]
    fn a_text_of_several_parts_names_its_separator_unless_that_is_a_comma() {
        let joined = |separator| type_schema(&Type::Csv(Box::new(Type::Flag), separator));
        let said = |more: Object| {
            let mut schema = object! { "type": "string", "x-hostkit-csv": object! { "type": "boolean" } };
            schema.extend(more);
            schema
        };
        assert!(joined(',') == said(Object::default()));
        assert!(joined('|') == said(object! { "x-hostkit-join": "|" }));
    }
}
