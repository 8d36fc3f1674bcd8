//! Structs, open enumerations, ids and unions of `types/`.

use super::code::{Code, quoted};
use super::words::{field_type, parameter, read_of_many, rust_type, set_statement};
use crate::model::{Field, Type, TypeEntry, TypeKind};

/// The items of one type as the client sees it.
pub(super) fn emit(code: &mut Code, entry: &TypeEntry) {
    match &entry.kind {
        TypeKind::Id { is_number } => emit_id(code, entry, *is_number),
        TypeKind::Enumeration { .. } => emit_enumeration(code, entry),
        TypeKind::Struct(fields) => {
            emit_struct(code, entry, fields);
            if entry.in_answers && !is_from_headers(fields) {
                code.blank();
                emit_from_wire(code, entry, fields);
            }
            if entry.in_requests {
                code.blank();
                emit_to_wire(code, entry, fields);
            }
        }
        TypeKind::Union { scalar, object, list } => emit_union(code, entry, &shapes(scalar, object, list)),
    }
}

/// What only a server needs of a type.
pub(super) fn emit_server(code: &mut Code, entry: &TypeEntry) -> bool {
    let fields = match &entry.kind {
        TypeKind::Struct(fields) => fields,
        TypeKind::Union { scalar, object, list } => {
            let shapes = shapes(scalar, object, list);
            match (entry.in_requests, entry.in_answers) {
                (false, true) => emit_union_to_wire(code, entry, &shapes),
                (true, false) => emit_union_from_wire(code, entry, &shapes),
                _ => return false,
            }
            return true;
        }
        _ => return false,
    };
    if is_from_headers(fields) {
        return false;
    }
    if entry.in_answers && !entry.in_requests {
        emit_to_wire(code, entry, fields);
        return true;
    }
    if entry.in_requests && !entry.in_answers {
        emit_from_wire(code, entry, fields);
        return true;
    }
    false
}

fn is_from_headers(fields: &[Field]) -> bool {
    !fields.is_empty() && fields.iter().all(|field| field.surface.header.is_some())
}

fn docs(code: &mut Code, entry: &TypeEntry) {
    code.doc(&entry.en);
    if !entry.about.is_empty() {
        code.doc("");
        code.doc(&entry.about);
    }
}

fn emit_id(code: &mut Code, entry: &TypeEntry, is_number: bool) {
    code.open(if is_number { "hostkit::number_id! {" } else { "hostkit::text_id! {" });
    docs(code, entry);
    code.alias(&entry.ru);
    code.line(format!("pub struct {};", entry.name));
    code.close("}");
}

fn emit_enumeration(code: &mut Code, entry: &TypeEntry) {
    let TypeKind::Enumeration { is_number, values } = &entry.kind else {
        return;
    };
    code.open(if *is_number { "hostkit::number_enum! {" } else { "hostkit::text_enum! {" });
    docs(code, entry);
    code.alias(&entry.ru);
    code.open(format!("pub enum {} {{", entry.name));
    for value in values {
        code.doc(&value.en);
        code.alias(&value.ru);
        code.line(format!("{} = {},", value.rust, quoted(&value.wire)));
    }
    code.close("}");
    code.close("}");
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

fn emit_struct(code: &mut Code, entry: &TypeEntry, fields: &[Field]) {
    docs(code, entry);
    code.alias(&entry.ru);
    code.line(derives(is_default(fields)));
    code.line("#[cfg_attr(feature = \"serde\", derive(serde::Serialize))]");
    code.line("#[non_exhaustive]");
    code.open(format!("pub struct {} {{", entry.name));
    for field in fields {
        field_docs(code, field);
        code.alias(&field.surface.ru);
        code.line(format!("pub {}: {},", field.rust, field_type(field)));
    }
    if entry.keep_raw {
        code.doc("The whole object as it came.");
        code.line("pub raw: Raw,");
    }
    code.close("}");
    code.blank();
    emit_constructor(code, &entry.name, fields, entry.keep_raw);
}

fn emit_constructor(code: &mut Code, name: &str, fields: &[Field], keep_raw: bool) {
    let required: Vec<&Field> = fields.iter().filter(|field| field.is_required()).collect();
    let parameters: Vec<String> =
        required.iter().map(|field| format!("{}: {}", field.rust, parameter(field).0)).collect();
    let mut values: Vec<String> = Vec::new();
    for field in fields {
        values.push(if field.is_required() {
            let (_, value) = parameter(field);
            if value == field.rust { value } else { format!("{}: {value}", field.rust) }
        } else if let Some(absent) = &field.surface.absent {
            format!("{}: {}", field.rust, absent.value)
        } else {
            format!("{}: {}", field.rust, empty_value(field))
        });
    }
    if keep_raw {
        values.push("raw: Raw::default()".to_owned());
    }
    code.open(format!("impl {name} {{"));
    code.doc(match parameters.as_slice() {
        [] => "Everything is absent.",
        _ => "What has to be there; everything else is absent.",
    });
    code.call("pub fn new(", &parameters, ") -> Self {");
    code.indented(|code| made(code, &values, is_default(fields)));
    code.line("}");
    code.close("}");
}

/// What an absent field holds.
pub(super) fn empty_value(field: &Field) -> &'static str {
    match field.ty {
        Type::List(_) => "Vec::new()",
        Type::Map(..) => "BTreeMap::new()",
        _ => "None",
    }
}

fn emit_from_wire(code: &mut Code, entry: &TypeEntry, fields: &[Field]) {
    code.open(format!("impl FromWire for {} {{", entry.name));
    code.open("fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {");
    code.line(format!("let mut fields = reader.object(node, {})?;", quoted(&entry.spec)));
    let mut values: Vec<String> =
        fields.iter().map(|field| format!("{}: {}", field.rust, read_of_many(field))).collect();
    if entry.keep_raw {
        values.push("raw: fields.raw()".to_owned());
    }
    code.literal("let value = Self", &values, ";");
    code.line("fields.finish()?;");
    code.line("Ok(value)");
    code.close("}");
    code.close("}");
}

fn emit_to_wire(code: &mut Code, entry: &TypeEntry, fields: &[Field]) {
    code.open(format!("impl ToWire for {} {{", entry.name));
    code.open("fn to_wire(&self, format: Format) -> Option<Value> {");
    if entry.keep_raw {
        // What came is written as it came; the fields count for a value that was made here.
        code.open("if let Some(raw) = self.raw.value() {");
        code.line("return Some(raw);");
        code.close("}");
    }
    code.line("let mut object = Object::new(format);");
    for field in fields {
        code.statement(&set_statement("object", field, &format!("self.{}", field.rust)));
    }
    code.line("Some(object.into_value())");
    code.close("}");
    code.close("}");
}

/// The shapes that a union has, by the names of their variants.
fn shapes<'t>(
    scalar: &'t Option<Type>,
    object: &'t Option<Type>,
    list: &'t Option<Type>,
) -> Vec<(&'static str, &'t Type)> {
    let shapes = [("Scalar", scalar), ("Object", object), ("List", list)];
    shapes.into_iter().filter_map(|(name, ty)| ty.as_ref().map(|ty| (name, ty))).collect()
}

fn emit_union(code: &mut Code, entry: &TypeEntry, shapes: &[(&str, &Type)]) {
    docs(code, entry);
    code.alias(&entry.ru);
    code.line("#[derive(Debug, Clone, PartialEq)]");
    code.line("#[cfg_attr(feature = \"serde\", derive(serde::Serialize), serde(untagged))]");
    code.line("#[non_exhaustive]");
    code.open(format!("pub enum {} {{", entry.name));
    for (shape, ty) in shapes {
        let what = match *shape {
            "Scalar" => "It came as a single value.",
            "Object" => "It came as an object.",
            _ => "It came as a list.",
        };
        code.doc(what);
        code.line(format!("{shape}({}),", rust_type(ty)));
    }
    code.close("}");
    if entry.in_answers {
        code.blank();
        emit_union_from_wire(code, entry, shapes);
    }
    if entry.in_requests {
        code.blank();
        emit_union_to_wire(code, entry, shapes);
    }
}

fn emit_union_from_wire(code: &mut Code, entry: &TypeEntry, shapes: &[(&str, &Type)]) {
    code.open(format!("impl FromWire for {} {{", entry.name));
    code.open("fn from_wire(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {");
    code.open("match node.kind() {");
    let mut expected = Vec::new();
    for (shape, _) in shapes {
        let (kinds, word) = match *shape {
            "Scalar" => ("Kind::Text | Kind::Number | Kind::Bool", "a single value"),
            "Object" => ("Kind::Map", "an object"),
            _ => ("Kind::List", "a list"),
        };
        expected.push(word);
        code.line(format!("{kinds} => FromWire::from_wire(node, reader).map(Self::{shape}),"));
    }
    code.line(format!("_ => Err(reader.expected({}, node)),", quoted(&expected.join(" or "))));
    code.close("}");
    code.close("}");
    code.close("}");
}

fn emit_union_to_wire(code: &mut Code, entry: &TypeEntry, shapes: &[(&str, &Type)]) {
    code.open(format!("impl ToWire for {} {{", entry.name));
    code.open("fn to_wire(&self, format: Format) -> Option<Value> {");
    code.open("match self {");
    for (shape, _) in shapes {
        code.line(format!("Self::{shape}(value) => value.to_wire(format),"));
    }
    code.close("}");
    code.close("}");
    code.close("}");
}
