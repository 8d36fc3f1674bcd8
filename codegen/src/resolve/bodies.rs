//! Checks answers that are no documents, and the parts of an answer that stand in headers.

use super::kinds::{is_text, number_id};
use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, Model, Output, Type, TypeKind};
use crate::source::Span;

pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    for endpoint in &model.endpoints {
        raw(model, endpoint, diagnostics);
    }
    in_headers(model, diagnostics);
    beside_headers(model, diagnostics);
}

fn wrong(diagnostics: &mut Diagnostics, span: &Span, message: &str, label: &str, help: &str) {
    diagnostics.add_with_help("E0244", span, message, label, help);
}

/// A body that is text or bytes says nothing beside its value, so that of a call that acts has to be recognised.
fn raw(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let response = &endpoint.surface.response;
    if let Some(ty) = response.ty.as_ref().filter(|_| endpoint.method == "HEAD" && endpoint.output.ty().is_some())
        && !matches!(endpoint.output, Output::Headers(_))
    {
        let help = "`from = \"headers\"` reads the headers of the answer";
        wrong(diagnostics, &ty.span, "the answer to HEAD has no body", "never there", help);
    }
    let Some(from) = &response.from else { return };
    let has_place = response.root.json.is_some() || response.root.xml.is_some() || response.item.is_some();
    if from.value == "headers" {
        if has_place {
            let help = "leave out `root` and `item`: nothing is read from the body";
            wrong(diagnostics, &from.span, "headers have no places in a document", "beside `root` or `item`", help);
        }
        return;
    }
    if from.value == "null" {
        if let Some(ty) = &response.ty {
            wrong(diagnostics, &ty.span, "null has no type", "beside `from = \"null\"`", "leave it out");
        }
        return;
    }
    let acts = !matches!(endpoint.effect(), "safe");
    if has_place {
        let help = "the whole body is the value: leave out `root` and `item`";
        wrong(diagnostics, &from.span, "a body that is no document has no places", "beside `root` or `item`", help);
    }
    match (&endpoint.output, &response.ty) {
        (_, Some(ty)) if from.value == "bytes" => {
            wrong(diagnostics, &ty.span, "bytes have no type", "beside `from = \"bytes\"`", "leave it out");
        }
        (Output::Text(ty), Some(place)) if !is_text(model, ty) && *ty != Type::Secret => {
            let help = "a scalar, such as `text`, `int` or an id";
            wrong(diagnostics, &place.span, "the body is one text, and this is none", "not a scalar", help);
        }
        (Output::Text(ty), Some(place)) if acts && number_id(model, ty).is_none() => {
            let help = "an id that is a number: any other text could be the one that says no";
            wrong(diagnostics, &place.span, "the answer to a call that acts has to be recognised", "any text", help);
        }
        (Output::Bytes, _) if acts => {
            let help = "the call needs an answer that says that it was carried out";
            wrong(diagnostics, &from.span, "the answer to a call that acts has to be recognised", "any bytes", help);
        }
        (Output::None, _) => {
            let help = "`type = \"text\"` or another scalar";
            wrong(diagnostics, &from.span, "a body that is one text has a type", "no `type`", help);
        }
        _ => {}
    }
}

/// Checks the fields that are the whole body: a list, beside which all others stand in headers.
fn beside_headers(model: &Model, diagnostics: &mut Diagnostics) {
    for (name, entry) in &model.types {
        let TypeKind::Struct(fields) = &entry.kind else { continue };
        let Some(body) = fields.iter().find(|field| field.is_body()) else { continue };
        let place = &body.surface.wire.span;
        if body.surface.name.is_none() {
            let help = "such as `\".\" = { as = \"things\", … }`";
            wrong(diagnostics, place, "the whole body has no name on the wire", "without `as`", help);
        }
        let mut others = fields.iter().filter(|field| !field.is_body());
        if others.clone().next().is_none() {
            let help = "name the list itself: `type = \"[Name]\"` of `[response]`";
            wrong(diagnostics, place, "no header stands beside this body", "the only field", help);
        }
        if let Some(other) = others.find(|field| field.is_in_object()) {
            let help = "`header` says which header has it; a list has no fields";
            wrong(diagnostics, &other.surface.wire.span, "beside the whole body stand headers", "in the body", help);
        }
        if entry.keep_raw {
            wrong(diagnostics, place, "a list is not kept as it came", "beside `keep-raw`", "leave out `keep-raw`");
        }
        let uses = |endpoint: &&Endpoint| endpoint.output.ty().is_some_and(|ty| ty.names().contains(&name.as_str()));
        for endpoint in model.endpoints.iter().filter(uses) {
            let response = &endpoint.surface.response;
            let is_under = matches!(endpoint.output, Output::Under(..) | Output::Headers(_));
            if let Some(ty) = response.ty.as_ref().filter(|_| is_under) {
                let help = "leave out `root` and `from`, or name the list at its `root`";
                wrong(diagnostics, &ty.span, "the whole body is a list, so nothing is above it", "not the whole", help);
            }
        }
    }
}

/// Checks that values of headers are texts, and that only the output of a call has some.
fn in_headers(model: &Model, diagnostics: &mut Diagnostics) {
    for (name, entry) in &model.types {
        let TypeKind::Struct(fields) = &entry.kind else { continue };
        let in_header = |field: &&Field| field.surface.header.is_some();
        let Some(first) = fields.iter().find(in_header) else { continue };
        for field in fields.iter().filter(in_header) {
            let item = match &field.ty {
                Type::Csv(item, _) => item,
                ty => ty,
            };
            let is_worded = matches!(field.ty, Type::Worded(_));
            if is_worded || !is_text(model, item) && *item != Type::Secret {
                let help = "a scalar, or a list that is joined";
                wrong(diagnostics, &field.surface.ty.span, "a header has one text", "not one text", help);
            }
        }
        let place = &first.surface.wire.span;
        let uses = |ty: &Type| ty.names().contains(&name.as_str());
        let is_nested = model.types.values().any(|other| other.kind.parts().into_iter().any(uses));
        let outputs = model.endpoints.iter().filter(|endpoint| endpoint.output.ty().is_some_and(uses));
        let is_wrapped = outputs.clone().any(|endpoint| !matches!(endpoint.output.ty(), Some(Type::Named(_))));
        if entry.in_requests || is_nested || is_wrapped {
            let help = "only the type that is the whole output of a call has fields of headers";
            wrong(diagnostics, place, "an object within a body has no headers", "of a header", help);
        }
        let is_alone = fields.iter().all(|field| field.surface.header.is_some());
        for endpoint in outputs.filter(|endpoint| is_alone && !matches!(endpoint.output, Output::Headers(_))) {
            let span = endpoint.surface.response.ty.as_ref().map_or(&endpoint.surface.place, |ty| &ty.span);
            let help = "`from = \"headers\"`";
            wrong(diagnostics, span, "all of this output stands in headers", "nothing in the body", help);
        }
    }
}
