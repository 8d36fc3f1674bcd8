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
        }
    }
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
