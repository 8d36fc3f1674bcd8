//! One file per endpoint: the request, its constructor and setters, `impl Endpoint`.

use super::code::{Code, quoted};
use super::types::{empty_value, field_docs};
use super::words::{
    field_type, initialiser, local, max_items, name_expression, parameter, rust_type, sample, set_statement,
};
use crate::model::{Endpoint, Field, Model, OneOf, Output, Type, TypeKind};
use crate::resolve::names::camel;
use crate::surface::{Constant, Limits};

/// The items of the endpoint.
pub(super) fn emit(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    emit_struct(code, model, endpoint);
    for group in &endpoint.one_of {
        code.blank();
        emit_group(code, group);
    }
    code.blank();
    emit_methods(code, endpoint);
    code.blank();
    emit_endpoint(code, model, endpoint);
    code.blank();
    let name = &endpoint.type_name;
    code.line(format!("impl {} for {name} {{}}", if endpoint.is_callable() { "Call" } else { "Perform" }));
    if endpoint.effect() == "safe" || endpoint.surface.repeat_documented {
        code.blank();
        code.line(format!("impl Repeatable for {name} {{}}"));
    }
    if let Some(trace) = &endpoint.trace {
        code.blank();
        super::trace::emit(code, model, endpoint, trace);
    }
    for waiter in &endpoint.waiters {
        code.blank();
        super::waiter::emit(code, model, endpoint, waiter);
    }
}

/// The name of the crate that the code will live in.
pub(super) fn crate_name(model: &Model) -> String {
    format!("{}_proto", model.api.replace('-', "_"))
}

fn emit_struct(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    let surface = &endpoint.surface;
    code.doc(&surface.en);
    code.doc("");
    let mut facts = format!("`{} {}`", endpoint.method, endpoint.path);
    if let Some(action) = &surface.action {
        facts.push_str(&format!(", action `{action}`"));
    }
    facts.push_str(&format!("; effect: **{}**", endpoint.effect()));
    if !surface.flags.is_empty() {
        facts.push_str(&format!(" ({})", surface.flags.join(", ")));
    }
    facts.push('.');
    match (surface.source_line, surface.provenance.as_deref()) {
        (Some(line), _) => facts.push_str(&format!(" Source: line {line} of the document.")),
        (None, Some(provenance)) => facts.push_str(&format!(" Provenance: {provenance}.")),
        (None, None) => {}
    }
    code.doc(&facts);
    if !surface.about.is_empty() {
        code.doc("");
        code.doc(&surface.about);
    }
    if !surface.reconcile.is_empty() {
        code.doc("");
        let by_client = endpoint.trace.as_ref().map(super::trace::sentence).unwrap_or_default();
        code.doc(&format!("If the end stays open: {}{by_client}", surface.reconcile));
    }
    emit_sample(code, model, endpoint);
    code.alias(&surface.ru);
    code.line("#[derive(Debug, Clone, PartialEq)]");
    code.line("#[non_exhaustive]");
    let has_fields = endpoint.inputs().next().is_some() || !endpoint.one_of.is_empty();
    if !has_fields {
        code.line(format!("pub struct {} {{}}", endpoint.type_name));
        return;
    }
    code.open(format!("pub struct {} {{", endpoint.type_name));
    for field in endpoint.inputs() {
        field_docs(code, field);
        code.line(format!("pub {}: {},", field.rust, field_type(field)));
    }
    for group in &endpoint.one_of {
        code.doc(&group.en);
        code.line(format!("pub {}: {},", group.rust, group_type(group)));
    }
    code.close("}");
}

fn group_type(group: &OneOf) -> String {
    if group.required { group.type_name.clone() } else { format!("Option<{}>", group.type_name) }
}

/// The doc example: the call as it would be made, and what it says of itself.
fn emit_sample(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    let mut arguments = Vec::new();
    for field in endpoint.inputs().filter(|field| field.is_required()) {
        match sample(model, &field.ty) {
            Some(sample) => arguments.push(sample),
            None => return,
        }
    }
    for group in endpoint.one_of.iter().filter(|group| group.required) {
        match group.variants.first().map(|variant| (&variant.rust, variant.fields.as_slice())) {
            Some((name, [field])) => match sample(model, &field.ty) {
                Some(value) => {
                    let value =
                        if matches!(field.ty, Type::Text | Type::Secret) { format!("{value}.into()") } else { value };
                    arguments.push(format!("{}::{name}({value})", group.type_name));
                }
                None => return,
            },
            _ => return,
        }
    }
    let own = crate_name(model);
    let text = arguments.join(", ");
    let types: Vec<&str> =
        model.types.keys().map(String::as_str).filter(|name| text.contains(&format!("{name}::"))).collect();
    let groups: Vec<&str> =
        endpoint.one_of.iter().map(|group| group.type_name.as_str()).filter(|name| text.contains(name)).collect();
    code.doc("");
    code.doc_line("```");
    let mut names = vec![endpoint.type_name.as_str()];
    names.extend(groups);
    names.sort_unstable();
    let list = |names: &[&str]| if let [one] = names { (*one).to_owned() } else { format!("{{{}}}", names.join(", ")) };
    code.doc_line(&format!("use {own}::{}::{};", endpoint.module, list(&names)));
    if !types.is_empty() {
        code.doc_line(&format!("use {own}::types::{};", list(&types)));
    }
    code.doc_line("use hostkit::{Effect, Endpoint};");
    code.doc("");
    code.doc_line(&format!("let call = {}::new({text});", endpoint.type_name));
    code.doc_line(&format!("assert_eq!({}::INFO.effect, Effect::{});", endpoint.type_name, camel(endpoint.effect())));
    code.doc_line("# drop(call);");
    code.doc_line("```");
}

fn emit_group(code: &mut Code, group: &OneOf) {
    code.doc(&group.en);
    code.alias(&group.ru);
    code.line("#[derive(Debug, Clone, PartialEq)]");
    code.open(format!("pub enum {} {{", group.type_name));
    for variant in &group.variants {
        if let [field] = variant.fields.as_slice() {
            field_docs(code, field);
            code.line(format!("{}({}),", variant.rust, field_type(field)));
        } else {
            let en: Vec<&str> = variant.fields.iter().map(|field| field.surface.en.as_str()).collect();
            code.doc(en.first().copied().unwrap_or("Nothing more."));
            if variant.fields.is_empty() {
                code.line(format!("{},", variant.rust));
                continue;
            }
            code.open(format!("{} {{", variant.rust));
            for field in &variant.fields {
                field_docs(code, field);
                code.line(format!("{}: {},", field.rust, field_type(field)));
            }
            code.close("},");
        }
    }
    code.close("}");
}

fn emit_methods(code: &mut Code, endpoint: &Endpoint) {
    let required: Vec<&Field> = endpoint.inputs().filter(|field| field.is_required()).collect();
    let mut parameters: Vec<String> =
        required.iter().map(|field| format!("{}: {}", field.rust, parameter(field).0)).collect();
    let mut values: Vec<String> = Vec::new();
    for field in endpoint.inputs() {
        if field.is_required() {
            let (_, value) = parameter(field);
            values.push(if value == field.rust { value } else { format!("{}: {value}", field.rust) });
        } else {
            let empty = match &field.surface.absent {
                Some(absent) => absent.value.to_string(),
                None => empty_value(field).to_owned(),
            };
            values.push(format!("{}: {empty}", field.rust));
        }
    }
    for group in &endpoint.one_of {
        if group.required {
            parameters.push(format!("{}: {}", group.rust, group.type_name));
            values.push(group.rust.clone());
        } else {
            values.push(format!("{}: None", group.rust));
        }
    }
    code.open(format!("impl {} {{", endpoint.type_name));
    code.doc(if parameters.is_empty() {
        "The call."
    } else {
        "The call with what it needs; everything else is absent."
    });
    if parameters.is_empty() {
        code.line("#[allow(clippy::new_without_default)]");
    }
    code.call("pub fn new(", &parameters, ") -> Self {");
    code.indented(|code| code.literal("Self", &values, ""));
    code.line("}");
    for field in endpoint.inputs().filter(|field| !field.is_required()) {
        code.blank();
        code.doc(&field.surface.en);
        let (ty, value) = parameter(field);
        code.open(format!("pub fn {}(mut self, {}: {ty}) -> Self {{", field.rust, field.rust));
        let value = if field.is_option() { format!("Some({value})") } else { value };
        code.line(format!("self.{} = {value};", field.rust));
        code.line("self");
        code.close("}");
    }
    for group in endpoint.one_of.iter().filter(|group| !group.required) {
        code.blank();
        code.doc(&group.en);
        code.open(format!("pub fn {}(mut self, {}: {}) -> Self {{", group.rust, group.rust, group.type_name));
        code.line(format!("self.{} = Some({});", group.rust, group.rust));
        code.line("self");
        code.close("}");
    }
    code.close("}");
}

fn emit_endpoint(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    let output = output_type(endpoint);
    code.open(format!("impl Endpoint for {} {{", endpoint.type_name));
    code.line(format!("type Api = {};", model.service.name.value));
    code.line(format!("type Output = {output};"));
    code.blank();
    emit_info(code, endpoint);
    code.blank();
    emit_encode(code, endpoint, model);
    code.blank();
    emit_decode(code, model, endpoint, &output);
    let response = &endpoint.surface.response;
    let can_be_empty = !response.empty_statuses.is_empty() || !response.empty_codes.is_empty();
    if can_be_empty && matches!(endpoint.output.ty(), Some(Type::List(_) | Type::Map(..) | Type::Option(_))) {
        let empty = match endpoint.output.ty() {
            Some(Type::Map(..)) => "BTreeMap::new()",
            Some(Type::Option(_)) => "None",
            _ => "Vec::new()",
        };
        code.blank();
        code.open(format!("fn empty() -> Option<{output}> {{"));
        code.line(format!("Some({empty})"));
        code.close("}");
    }
    code.close("}");
}

pub(super) fn output_type(endpoint: &Endpoint) -> String {
    endpoint.output.ty().map_or_else(|| "()".to_owned(), rust_type)
}

fn emit_info(code: &mut Code, endpoint: &Endpoint) {
    let surface = &endpoint.surface;
    let texts = |items: &[String]| items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ");
    let mut fields = vec![format!("name: {}", quoted(&endpoint.name))];
    fields.push(format!("method: Method::{}", endpoint.method));
    fields.push(format!("path: {}", quoted(&endpoint.path)));
    fields.push(format!("effect: Effect::{}", camel(endpoint.effect())));
    if !surface.flags.is_empty() {
        let flags: Vec<String> = surface.flags.iter().map(|flag| format!("Flag::{}", camel(flag))).collect();
        fields.push(format!("flags: &[{}]", flags.join(", ")));
    }
    if surface.repeat_documented {
        fields.push("repeat_documented: true".to_owned());
    }
    if !surface.rates.is_empty() {
        let rates: Vec<String> = surface.rates.iter().map(|rate| rate.value.clone()).collect();
        fields.push(format!("rates: &[{}]", texts(&rates)));
    }
    if !surface.authorised {
        fields.push("authorised: false".to_owned());
    }
    let response = &surface.response;
    let statuses: Vec<String> = response.empty_statuses.iter().map(i64::to_string).collect();
    let mut empty = Vec::new();
    if !statuses.is_empty() {
        empty.push(format!("statuses: &[{}]", statuses.join(", ")));
    }
    if !response.empty_codes.is_empty() {
        empty.push(format!("codes: &[{}]", texts(&response.empty_codes)));
    }
    if !response.empty_except.is_empty() {
        empty.push(format!("except: &[{}]", texts(&response.empty_except)));
    }
    if !empty.is_empty() {
        if empty.len() < 3 {
            empty.push("..Emptiness::NONE".to_owned());
        }
        fields.push(format!("empty: Emptiness {{ {} }}", empty.join(", ")));
    }
    if !response.formats.is_empty() {
        let formats: Vec<&str> = response.formats.iter().map(|format| format_name(format)).collect();
        fields.push(format!("formats: &[{}]", formats.join(", ")));
    }
    if let Some(deadline) = surface.deadline {
        fields.push(format!("deadline: Duration::from_secs({deadline})"));
    }
    if !surface.reconcile.is_empty() {
        fields.push(format!("reconcile: {}", quoted(&surface.reconcile)));
    }
    if let Some(number) = surface.documents {
        fields.push(format!("documents: \"#{number}\""));
    }
    fields.push(format!("spec: {}", quoted(&endpoint.spec)));
    fields.push("..EndpointInfo::DEFAULT".to_owned());
    code.literal("const INFO: EndpointInfo = EndpointInfo", &fields, ";");
}

pub(super) fn format_name(format: &str) -> &'static str {
    match format {
        "xml" => "Format::Xml",
        "php" => "Format::Php",
        "print_r" => "Format::PrintR",
        "form" => "Format::Form",
        _ => "Format::Json",
    }
}

fn emit_encode(code: &mut Code, endpoint: &Endpoint, model: &Model) {
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
    for field in endpoint.inputs() {
        limit_check(code, field, &format!("&self.{}", field.rust));
    }
    let inputs: Vec<&Field> = endpoint.inputs().collect();
    for field in endpoint.inputs() {
        condition_checks(code, field, &inputs, model);
    }
    for field in &endpoint.path_parameters {
        code.line(format!("out.path({}, &self.{})?;", quoted(field.wire()), field.rust));
    }
    for constant in &endpoint.fixed_query {
        code.line(format!("out.query({}, &{});", quoted(&constant.key.value), quoted(&constant.text)));
    }
    for field in &endpoint.query {
        let method = if field.is_option() { "optional_query" } else { "query" };
        code.line(format!("out.{method}({}, &self.{});", quoted(field.wire()), field.rust));
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
        code.statement(&set_statement("body", field, &format!("self.{}", field.rust)));
    }
    for group in &endpoint.one_of {
        encode_group(code, group);
    }
    let root = &endpoint.surface.request_root;
    let split = |path: &Option<String>| -> Vec<String> {
        path.as_deref().unwrap_or_default().split('/').map(str::to_owned).collect()
    };
    let name = crate::model::WireName {
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
            statements.line(set_statement("body", field, &local(&field.rust, TAKEN)));
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

fn limit_check(code: &mut Code, field: &Field, value: &str) {
    let surface = &field.surface;
    if surface.limits == Limits::default() && surface.host_limits.is_empty() {
        return;
    }
    let limit = limit_expression(&surface.limits);
    let name = quoted(field.wire());
    if surface.host_limits.is_empty() {
        return code.statement(&format!("out.check({name}, {value}, &{limit})?;"));
    }
    let hosts: Vec<String> = surface
        .host_limits
        .iter()
        .map(|(host, limits)| format!("({}, {})", quoted(&host.value), limit_expression(limits)))
        .collect();
    code.statement(&format!("out.check_by_host({name}, {value}, &{limit}, &[{}])?;", hosts.join(", ")));
}

fn limit_expression(limits: &Limits) -> String {
    let mut text = "InputLimit::NONE".to_owned();
    let parts = [
        ("min", limits.min),
        ("max", limits.max),
        ("multiple_of", limits.multiple_of),
        ("min_length", limits.min_length),
        ("max_length", limits.max_length),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            text.push_str(&format!(".{name}({value})"));
        }
    }
    text
}

fn condition_checks(code: &mut Code, field: &Field, inputs: &[&Field], model: &Model) {
    let (absent, present) = match field.ty {
        Type::List(_) | Type::Map(..) => {
            (format!("self.{}.is_empty()", field.rust), format!("!self.{}.is_empty()", field.rust))
        }
        _ if field.is_option() => (format!("self.{}.is_none()", field.rust), format!("self.{}.is_some()", field.rust)),
        _ => return,
    };
    for (condition, is_required) in [(&field.surface.required_if, true), (&field.surface.only_if, false)] {
        let Some(condition) = condition else {
            continue;
        };
        let Some((holds, fails)) = condition_expressions(condition, inputs, model) else {
            continue;
        };
        let (test, rule) = if is_required {
            (format!("{holds} && {absent}"), format!("is required if `{}`", condition.value))
        } else {
            (format!("{fails} && {present}"), format!("is allowed only if `{}`", condition.value))
        };
        code.open(format!("if {test} {{"));
        code.line(format!("return Err(out.refuse({}, {}));", quoted(field.wire()), quoted(&rule)));
        code.close("}");
    }
}

/// The condition, and its opposite.
fn condition_expressions(condition: &str, inputs: &[&Field], model: &Model) -> Option<(String, String)> {
    let (name, value) = match condition.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (condition, None),
    };
    let field = inputs.iter().find(|field| field.wire() == name)?;
    let place = format!("self.{}", field.rust);
    let compare = |right: String| (format!("{place} == {right}"), format!("{place} != {right}"));
    let Some(value) = value else {
        return Some(match field.is_option() {
            true => compare("Some(true)".to_owned()),
            false => (place.clone(), format!("!{place}")),
        });
    };
    let variant = match &field.ty {
        Type::Named(name) => match &model.types.get(name)?.kind {
            TypeKind::Enumeration { values, .. } => {
                values.iter().find(|known| known.wire == value).map(|known| format!("{name}::{}", known.rust))
            }
            _ => None,
        },
        _ => None,
    };
    Some(match (variant, field.is_option()) {
        (Some(variant), true) => compare(format!("Some({variant})")),
        (Some(variant), false) => compare(variant),
        (None, true) => {
            let holds = format!("{place}.as_ref().is_some_and(|value| value.to_text() == {})", quoted(value));
            let fails = format!("{place}.as_ref().is_none_or(|value| value.to_text() != {})", quoted(value));
            (holds, fails)
        }
        (None, false) => {
            let value = quoted(value);
            (format!("{place}.to_text() == {value}"), format!("{place}.to_text() != {value}"))
        }
    })
}

fn emit_decode(code: &mut Code, model: &Model, endpoint: &Endpoint, output: &str) {
    code.open(format!("fn decode(answer: &RawAnswer<'_>) -> Result<{output}, DecodeError> {{"));
    match &endpoint.output {
        Output::None => code.line("answer.nothing()"),
        Output::Whole(_) => code.line("answer.whole()"),
        Output::Under(ty, name) => {
            let name = name_expression(name);
            let expression = match ty {
                Type::List(_) => format!("answer.list(&{name}, {})", max_items(endpoint.surface.response.max_items)),
                Type::Map(..) => format!("answer.map(&{name})"),
                Type::Option(_) => format!("answer.optional_value(&{name})"),
                _ => format!("answer.value(&{name})"),
            };
            code.long_line("", &expression, "");
        }
        Output::Headers(ty) => {
            let fields = model.fields(ty).unwrap_or_default();
            let mut values = Vec::new();
            for field in fields {
                let header = quoted(field.surface.header.as_deref().unwrap_or_else(|| field.wire()));
                values.push(if field.is_required() {
                    format!("{}: answer.required_header({header})?", field.rust)
                } else {
                    format!("{}: answer.optional_header({header})", field.rust)
                });
            }
            code.literal(&format!("Ok({}", rust_type(ty)), &values, ")");
        }
    }
    code.close("}");
}
