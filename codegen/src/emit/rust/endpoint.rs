//! One file per endpoint: the request, its constructor and setters, `impl Endpoint`.

use super::code::{Code, quoted};
use super::words_text::{derives, empty_value, field_docs, is_default, made};
use super::words_text::{field_type, max_items, name_expression, parameter, rust_type, sample};
use crate::model::{Endpoint, Field, Model, OneOf, Output, Type};
use crate::resolve::names::camel;

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
    if endpoint.is_callable() {
        code.line(format!("impl Call for {name} {{}}"));
    } else {
        super::trace::emit_perform(code, endpoint);
    }
    if endpoint.effect() == "safe" || endpoint.surface.repeat_documented {
        code.blank();
        code.line(format!("impl Repeatable for {name} {{}}"));
    }
    super::trace::emit(code, model, endpoint);
    for waiter in &endpoint.waiters {
        code.blank();
        super::waiter::emit(code, model, endpoint, waiter);
    }
}

/// The name of the crate that the code will live in.
fn crate_name(model: &Model) -> String {
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
    if let Some(inputs) = &endpoint.at_least_one {
        code.doc("");
        code.doc(&format!("At least one of these has to be given: {}.", inputs.names()));
    }
    if !surface.reconcile.is_empty() {
        code.doc("");
        let by_client = super::trace::sentence(endpoint);
        code.doc(&format!("If the end stays open: {}{by_client}", surface.reconcile));
    }
    emit_sample(code, model, endpoint);
    code.alias(&surface.ru);
    code.line(derives(has_default(endpoint)));
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

/// Whether nothing has to be said to make the call.
fn has_default(endpoint: &Endpoint) -> bool {
    is_default(endpoint.inputs()) && !endpoint.one_of.iter().any(|group| group.required)
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
    let mut uses = vec![format!("use {own}::{}::{};", endpoint.module, list(&names))];
    if !types.is_empty() {
        uses.push(format!("use {own}::types::{};", list(&types)));
    }
    uses.push("use hostkit::{Effect, Endpoint};".to_owned());
    uses.sort();
    uses.iter().for_each(|line| code.doc_line(line));
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
    code.call("pub fn new(", &parameters, ") -> Self {");
    code.indented(|code| made(code, &values, has_default(endpoint)));
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
    code.tokens(super::encode::emit(endpoint, model));
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
