//! Checks what stands around values in answers: a root, a key around each item, an object around a scalar.

use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, Model, Output, Type, TypeKind};

pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut field = |field: &Field| {
        if let Some(item) = field.surface.item.as_ref().filter(|_| !matches!(field.ty, Type::List(_))) {
            let help = "the field of a single object goes down by its path: `json = \"a/b\"`";
            diagnostics.add_with_help("E0243", &item.span, "`item` is for the items of a list", "not a list", help);
        }
    };
    for entry in model.types.values() {
        if let TypeKind::Struct(fields) = &entry.kind {
            fields.iter().for_each(&mut field);
        }
    }
    for endpoint in &model.endpoints {
        let variants = endpoint.one_of.iter().flat_map(|group| &group.variants);
        endpoint.inputs().chain(variants.flat_map(|variant| &variant.fields)).for_each(&mut field);
    }
    for endpoint in &model.endpoints {
        output(endpoint, diagnostics);
    }
    scalar(model, diagnostics);
    for path in &model.service.ignore {
        if model.service.fault.keys.contains(&path.value) {
            let message = format!("`{}` is a key of the envelope", path.value);
            diagnostics.add("E0243", &path.span, message, "read and ignored");
        } else if let Some(reader) = reader(model, &path.value) {
            let help = "what is read has its field, in every call: leave it out here, or there";
            let message = format!("`{}` is read by {reader}", path.value);
            diagnostics.add_with_help("E0243", &path.span, message, "read and ignored", help);
        }
    }
}

/// What reads the value at an ignored path: a fault, or a field of some answer. One with a `*` is meant for the rest, and
/// the details of a fault may stand in answers without one, too.
fn reader(model: &Model, path: &str) -> Option<String> {
    let documents = &model.service.fault.documents;
    if documents.iter().flat_map(|document| document.code.iter().chain(&document.message)).any(|place| place == path) {
        return Some("`[[fault]]`".to_owned());
    }
    let steps: Vec<&str> = path.split('/').collect();
    model.endpoints.iter().find_map(|endpoint| {
        let is_xml = [true, false].into_iter().filter(|is_xml| model.answers_in(endpoint, *is_xml));
        is_xml.into_iter().find_map(|is_xml| match &endpoint.output {
            Output::Whole(ty) => field_at(model, ty, &steps, is_xml),
            Output::Under(ty, name) => {
                let root = if is_xml { &name.xml } else { &name.json };
                field_at(model, ty, below(&steps, root)?, is_xml)
            }
            _ => None,
        })
    })
}

/// The field of a type to which these steps lead, as `Type.field`.
fn field_at(model: &Model, ty: &Type, steps: &[&str], is_xml: bool) -> Option<String> {
    match ty {
        Type::List(item) | Type::Option(item) | Type::Nullable(item) => field_at(model, item, steps, is_xml),
        Type::Map(_, item) => field_at(model, item, steps.get(1..)?, is_xml),
        Type::Named(name) => match &model.types.get(name)?.kind {
            TypeKind::Struct(fields) => fields.iter().filter(|field| field.is_in_object()).find_map(|field| {
                let own = if is_xml { &field.name.xml } else { &field.name.json };
                match below(steps, own).filter(|_| !own.is_empty())? {
                    [] => Some(format!("`{name}.{}`", field.wire())),
                    rest => field_at(model, &field.ty, rest, is_xml),
                }
            }),
            // A list of the union itself would have no end.
            TypeKind::Union { object, .. } => field_at(model, object.as_ref()?, steps, is_xml),
            TypeKind::Objects(objects) => objects.iter().find_map(|(_, ty)| field_at(model, ty, steps, is_xml)),
            _ => None,
        },
        _ => None,
    }
}

/// What is left of these steps below a name.
fn below<'s, 'p>(steps: &'s [&'p str], name: &[String]) -> Option<&'s [&'p str]> {
    let is_it = steps.len() >= name.len() && steps.iter().zip(name).all(|(step, own)| step == own);
    is_it.then(|| &steps[name.len()..])
}

fn output(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let Some(item) = &endpoint.surface.response.item else { return };
    if !matches!(&endpoint.output, Output::Whole(Type::List(_)) | Output::Under(Type::List(_), _)) {
        let help = "the `root` of a single object goes down: `root = \"a/b\"`";
        diagnostics.add_with_help("E0243", &item.span, "`item` is for the items of a list", "not a list", help);
    }
}

/// Refuses a field whose object could be taken for a wrapped scalar.
fn scalar(model: &Model, diagnostics: &mut Diagnostics) {
    let Some(scalar) = &model.service.scalar else { return };
    let structs = model.types.values().filter(|entry| entry.in_answers).filter_map(|entry| match &entry.kind {
        TypeKind::Struct(fields) => Some(fields),
        _ => None,
    });
    if scalar.value.is_empty() {
        diagnostics.add("E0243", &scalar.span, "`scalar` is the key of a value", "empty");
    }
    for field in structs.flatten().filter(|field| field.name.json.first() == Some(&scalar.value)) {
        let message = format!("an object with `{}` alone is a scalar", scalar.value);
        let help = "a union has a scalar and an object: `union = { scalar = …, object = … }`";
        diagnostics.add_with_help("E0243", &field.surface.wire.span, message, "also a field", help);
    }
}
