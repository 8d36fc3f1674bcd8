//! The API itself: the marker type, credentials, the catalogue of codes.

mod api;

use super::code::{Code, quoted};
use super::endpoint::crate_name;
use crate::model::Model;
use crate::resolve::names::{camel, snake};

pub(super) fn emit(code: &mut Code, model: &Model) {
    let service = &model.service;
    code.doc(&service.en);
    if !service.about.is_empty() {
        code.doc("");
        code.doc(&service.about);
    }
    code.alias(&service.ru);
    for alias in &service.aliases {
        code.alias(alias);
    }
    code.line("#[derive(Debug, Clone, Copy, PartialEq, Eq)]");
    code.line(format!("pub struct {};", service.name.value));
    code.blank();
    emit_credentials(code, model);
    code.blank();
    emit_codes(code, model);
    code.blank();
    api::emit(code, model);
}

fn rust_field_type(kind: &str) -> &'static str {
    match kind {
        "int" => "i64",
        "secret" => "Secret",
        _ => "String",
    }
}

fn field_parameter(name: &str, kind: &str) -> (String, String) {
    match kind {
        "int" => (format!("{name}: i64"), name.to_owned()),
        "secret" => (format!("{name}: impl Into<Secret>"), format!("{name}: {name}.into()")),
        _ => (format!("{name}: impl Into<String>"), format!("{name}: {name}.into()")),
    }
}

fn emit_credentials(code: &mut Code, model: &Model) {
    let all = &model.service.credentials;
    code.doc("What a user proves himself with.");
    code.doc("");
    code.doc_line("```");
    code.doc_line(&format!("use {}::Credentials;", crate_name(model)));
    code.doc("");
    if let Some(first) = all.first() {
        let sample = |kind: &str| match kind {
            "int" => "777",
            "secret" => "\"example-secret\"",
            _ => "\"example\"",
        };
        let arguments: Vec<&str> = first.fields.iter().map(|(_, kind)| sample(kind)).collect();
        code.doc_line(&format!("let credentials = Credentials::{}({});", snake(&first.name), arguments.join(", ")));
        code.doc_line("assert!(!format!(\"{credentials:?}\").contains(\"example-secret\"));");
    }
    code.doc_line("```");
    code.line("#[derive(Debug, Clone, PartialEq)]");
    code.line("#[non_exhaustive]");
    code.open("pub enum Credentials {");
    for credentials in all {
        code.doc(&credentials.en);
        code.alias(&credentials.ru);
        code.open(format!("{} {{", credentials.name.value));
        for (field, kind) in &credentials.fields {
            code.doc(&format!("The field `{}`.", field.value));
            code.line(format!("{}: {},", field.value, rust_field_type(kind)));
        }
        code.close("},");
    }
    code.close("}");
    code.blank();
    code.open("impl Credentials {");
    for (index, credentials) in all.iter().enumerate() {
        if index > 0 {
            code.blank();
        }
        code.doc(&credentials.en);
        let (parameters, values): (Vec<String>, Vec<String>) =
            credentials.fields.iter().map(|(field, kind)| field_parameter(field, kind)).unzip();
        code.call(&format!("pub fn {}(", snake(&credentials.name)), &parameters, ") -> Self {");
        code.indented(|code| code.literal(&format!("Self::{}", credentials.name.value), &values, ""));
        code.line("}");
    }
    code.close("}");
}

fn emit_codes(code: &mut Code, model: &Model) {
    let errors = &model.service.errors;
    let name = |index: usize| {
        let error = &errors[index];
        error.name.as_ref().map_or_else(|| camel(&error.code), |name| name.value.clone())
    };
    code.open("hostkit::text_enum! {");
    code.doc("The error codes of the API.");
    code.open("pub enum Code {");
    for (index, error) in errors.iter().enumerate() {
        code.doc(&error.en);
        code.alias(&error.ru);
        code.line(format!("{} = {},", name(index), quoted(&error.code.value)));
    }
    code.close("}");
    code.close("}");
    code.blank();
    code.open("impl FaultCode for Code {");
    code.open("fn from_text(text: &str) -> Self {");
    code.line("Self::from_text(text)");
    code.close("}");
    code.blank();
    code.open("fn as_str(&self) -> &str {");
    code.line("self.as_str()");
    code.close("}");
    code.blank();
    code.open("fn kind(&self) -> Option<FaultKind> {");
    code.open("Some(match self {");
    let mut kinds: Vec<&str> = errors.iter().map(|error| error.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let names: Vec<String> = (0..errors.len())
            .filter(|index| errors[*index].kind == kind)
            .map(|index| format!("Self::{}", name(index)))
            .collect();
        code.alternatives(&names, &format!("FaultKind::{}", camel(kind)));
    }
    code.line("Self::Unknown(_) => return None,");
    code.close("})");
    code.close("}");
    code.close("}");
}
