//! `encode` of an endpoint: its inputs on their way to the wire.

use super::code::{Code, quoted};
use super::rules::{body_check, checks, limit_check};
use super::words_text::{initialiser, local, name_expression, set_statement};
use crate::model::{Endpoint, Field, Model, OneOf, Type, WireName};
use crate::surface::Constant;

pub(super) fn emit(code: &mut Code, endpoint: &Endpoint, model: &Model) {
    let mut body = Code::default();
    body.indented(|code| code.indented(|code| encode_statements(code, endpoint, model)));
    let text = body.finish();
    let out = if text.contains("out.") || text.contains("(out") { "out" } else { "_" };
    code.open(format!("fn encode(&self, {out}: &mut RequestParts) -> Result<(), EncodeError> {{"));
    code.raw(&text);
    code.line("Ok(())");
    code.close("}");
}

fn encode_statements(code: &mut Code, endpoint: &Endpoint, model: &Model) {
    checks(code, endpoint, model);
    for field in &endpoint.path_parameters {
        code.line(format!("out.path({}, &self.{})?;", quoted(field.wire()), field.rust));
    }
    for constant in &endpoint.fixed_query {
        code.line(format!("out.query({}, &{});", quoted(&constant.key.value), quoted(&constant.text)));
    }
    for field in &endpoint.query {
        let method = if field.is_option() { "optional_query" } else { "query" };
        let value = match (&field.surface.form, field.is_option()) {
            (Some(form), true) => format!("self.{}.map(|date| date.format({}))", field.rust, quoted(form)),
            (Some(form), false) => format!("self.{}.format({})", field.rust, quoted(form)),
            (None, _) => format!("self.{}", field.rust),
        };
        code.line(format!("out.{method}({}, &{value});", quoted(field.wire())));
    }
    for field in &endpoint.headers {
        let method = if field.ty == Type::Secret { "secret_header" } else { "header" };
        if field.is_option() {
            code.open(format!("if let Some(value) = &self.{} {{", field.rust));
            code.line(format!("out.{method}({}, value)?;", quoted(field.wire())));
            code.close("}");
        } else {
            code.line(format!("out.{method}({}, &self.{})?;", quoted(field.wire()), field.rust));
        }
    }
    let has_body = !endpoint.fixed_body.is_empty() || endpoint.surface.has_body;
    if !has_body {
        return;
    }
    let sets = !endpoint.fixed_body.is_empty() || !endpoint.body.is_empty() || !endpoint.one_of.is_empty();
    code.line(if sets { "let mut body = out.object();" } else { "let body = out.object();" });
    for constant in &endpoint.fixed_body {
        code.statement(&constant_statement("body", constant));
    }
    for field in &endpoint.body {
        code.statement(&set_input(field, &format!("self.{}", field.rust)));
    }
    for group in &endpoint.one_of {
        encode_group(code, group);
    }
    body_check(code, endpoint);
    let root = &endpoint.surface.request_root;
    let split = |path: &Option<String>| -> Vec<String> {
        path.as_deref().unwrap_or_default().split('/').map(str::to_owned).collect()
    };
    let name = WireName {
        json: split(&root.json.clone().or_else(|| root.xml.clone())),
        xml: split(&root.xml),
        also: Vec::new(),
    };
    match (&root.xml, &root.json) {
        (None, _) => code.line("out.body(body);"),
        (Some(_), None) => code.line(format!("out.xml_wrapped_body(&{}, body);", name_expression(&name))),
        (Some(_), Some(_)) => code.line(format!("out.wrapped_body(&{}, body);", name_expression(&name))),
    }
}

/// A list or a map that nobody gave is not written: empty would mean something else.
fn set_input(field: &Field, value: &str) -> String {
    let statement = set_statement("body", field, value);
    let is_many = matches!(field.ty, Type::List(_) | Type::Map(..)) && field.surface.spread.is_none();
    if is_many && !field.is_required() { statement.replacen("body.set(", "body.set_filled(", 1) } else { statement }
}

pub(super) fn constant_value(constant: &Constant) -> String {
    let kind = if constant.is_number { "Number" } else { "Text" };
    format!("Value::{kind}({}.into())", quoted(&constant.text))
}

fn constant_statement(target: &str, constant: &Constant) -> String {
    format!("{target}.set_value(&Name::new({}), {});", quoted(&constant.key.value), constant_value(constant))
}

/// The variables of `encode`.
const TAKEN: &[&str] = &["body", "out"];

fn encode_group(code: &mut Code, group: &OneOf) {
    code.open(format!("match &self.{} {{", group.rust));
    for variant in &group.variants {
        let path = format!("{}::{}", group.type_name, variant.rust);
        let pattern = match variant.fields.as_slice() {
            [] => path,
            [field] => format!("{path}({})", local(&field.rust, TAKEN)),
            fields => {
                let names: Vec<String> = fields.iter().map(|field| initialiser(&field.rust, TAKEN)).collect();
                format!("{path} {{ {} }}", names.join(", "))
            }
        };
        let pattern = if group.required { pattern } else { format!("Some({pattern})") };
        let mut statements = Code::default();
        for field in &variant.fields {
            limit_check(&mut statements, field, &local(&field.rust, TAKEN));
        }
        for constant in &variant.fixed {
            statements.line(constant_statement("body", constant));
        }
        for field in &variant.fields {
            statements.line(set_input(field, &local(&field.rust, TAKEN)));
        }
        let statements = statements.finish();
        let lines: Vec<&str> = statements.lines().collect();
        match lines.as_slice() {
            [] => code.line(format!("{pattern} => {{}}")),
            [one] if one.ends_with(';') && !one.contains('?') => {
                let one = one.trim_end_matches(';');
                code.arm(&pattern, one);
            }
            lines => {
                code.open(format!("{pattern} => {{"));
                for line in lines {
                    code.statement(line);
                }
                code.close("}");
            }
        }
    }
    if !group.required {
        code.line("None => {}");
    }
    code.close("}");
}
