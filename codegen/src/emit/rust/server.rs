//! The server half of an endpoint: reading its request, writing its answer; and the router over all of them.

use super::code::{Code, quoted};
use super::words_text::{initialiser, local, name_expression, read_expression, rust_type};
use crate::model::{Endpoint, Field, Model, OneOf, Output, Type, Variant, WireName};
use crate::surface::Constant;

/// `impl Serve` of one endpoint.
pub(super) fn emit(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    code.open(format!("impl Serve for {} {{", endpoint.type_name));
    emit_parse(code, endpoint);
    code.blank();
    emit_answer(code, model, endpoint);
    code.close("}");
}

/// The variables of `parse`.
const TAKEN: &[&str] = &["fields", "path", "request"];

fn variable(name: &str) -> String {
    local(name, TAKEN)
}

fn emit_parse(code: &mut Code, endpoint: &Endpoint) {
    code.open("fn parse(request: &Incoming<'_>) -> Result<Self, DecodeError> {");
    let binding = if endpoint.path_parameters.is_empty() { "" } else { "let path = " };
    code.line(format!("{binding}request.matches::<Self>()?;"));
    for constant in &endpoint.fixed_query {
        code.line(format!("request.fixed_query({}, {})?;", quoted(&constant.key.value), quoted(&constant.text)));
    }
    for field in &endpoint.path_parameters {
        code.line(format!("let {} = path.get({})?;", variable(&field.rust), quoted(field.wire())));
    }
    for field in &endpoint.query {
        let method = if field.is_option() { "query" } else { "required_query" };
        let (variable, name) = (variable(&field.rust), quoted(field.wire()));
        code.line(match &field.surface.form {
            Some(form) => {
                let (form, ty) = (quoted(form), rust_type(&field.ty));
                format!("let {variable} = request.{method}_in({form}, {ty}::parse, {name})?;")
            }
            None => format!("let {variable} = request.{method}({name})?;"),
        });
    }
    for field in &endpoint.headers {
        let method = if field.is_option() { "header" } else { "required_header" };
        code.line(format!("let {} = request.{method}({})?;", variable(&field.rust), quoted(field.wire())));
    }
    let mut names: Vec<String> = Vec::new();
    for field in endpoint.path_parameters.iter().chain(&endpoint.query).chain(&endpoint.headers) {
        names.push(initialiser(&field.rust, TAKEN));
    }
    let has_body = !endpoint.fixed_body.is_empty() || endpoint.surface.has_body;
    if !has_body {
        code.line("request.no_body::<Self>()?;");
        code.literal("Ok(Self", &names, ")");
        code.close("}");
        return;
    }
    let root = &endpoint.surface.request_root;
    let split = |path: &str| -> Vec<String> { path.split('/').map(str::to_owned).collect() };
    let root = match (&root.xml, &root.json) {
        (None, _) => "Root::None".to_owned(),
        (Some(xml), None) => {
            let name = WireName { json: split(xml), xml: split(xml), also: Vec::new() };
            format!("Root::XmlOnly({})", name_expression(&name))
        }
        (Some(xml), Some(json)) => {
            let name = WireName { json: split(json), xml: split(xml), also: Vec::new() };
            format!("Root::Under({})", name_expression(&name))
        }
    };
    let reads = !endpoint.fixed_body.is_empty() || !endpoint.body.is_empty() || !endpoint.one_of.is_empty();
    names.extend(endpoint.body.iter().map(|field| initialiser(&field.rust, TAKEN)));
    names.extend(endpoint.one_of.iter().map(|group| initialiser(&group.rust, TAKEN)));
    if !reads {
        code.line(format!("request.body::<Self, _>(&{root}, |_| Ok(Self {{ {} }}))", names.join(", ")));
        code.close("}");
        return;
    }
    code.open(format!("request.body::<Self, _>(&{root}, |fields| {{"));
    for constant in &endpoint.fixed_body {
        code.line(fixed_statement(constant));
    }
    // Made keys take what is left: they come last.
    let (spread, plain): (Vec<&Field>, Vec<&Field>) =
        endpoint.body.iter().partition(|field| field.surface.spread.is_some());
    for field in &plain {
        code.long_line(&format!("let {} = ", variable(&field.rust)), &read_expression(field), ";");
    }
    for group in &endpoint.one_of {
        parse_group(code, group);
    }
    for field in spread {
        let method = if matches!(field.ty, Type::Map(..)) { "gather_map" } else { "gather_list" };
        let template = quoted(field.surface.spread.as_ref().map(|spread| spread.value.as_str()).unwrap_or_default());
        code.line(format!("let {} = fields.{method}({template})?;", variable(&field.rust)));
    }
    code.literal("Ok(Self", &names, ")");
    code.close("})");
    code.close("}");
}

fn fixed_statement(constant: &Constant) -> String {
    format!("fields.fixed({}, {})?;", quoted(&constant.key.value), quoted(&constant.text))
}

/// Tries the variants in turn: those first that have a key of their own.
fn parse_group(code: &mut Code, group: &OneOf) {
    let is_own = |variant: &Variant, key: &str| {
        let others = group.variants.iter().filter(|other| other.rust != variant.rust);
        !others.into_iter().any(|other| keys(other).iter().any(|known| known == key))
    };
    let mut order: Vec<&Variant> = group.variants.iter().collect();
    order.sort_by_key(|variant| !variant.fields.iter().any(|field| is_own(variant, field.wire())));
    let mut all: Vec<String> = group.variants.iter().flat_map(keys).map(|key| quoted(&key)).collect();
    all.sort();
    all.dedup();
    if !group.required {
        code.open(format!("let {} = if fields.has_any(&[{}]) {{", variable(&group.rust), all.join(", ")));
    }
    let binding = if group.required { variable(&group.rust) } else { "variant".to_owned() };
    code.line(format!("let {binding} = fields"));
    for (index, variant) in order.iter().enumerate() {
        let end = if index + 1 == order.len() { "?;" } else { "" };
        code.indented(|code| emit_attempt(code, group, variant, index > 0, end));
    }
    if !group.required {
        code.line("Some(variant)");
        code.close("} else {");
        code.reopen();
        code.line("None");
        code.close("};");
    }
}

/// One link of the chain of attempts.
fn emit_attempt(code: &mut Code, group: &OneOf, variant: &Variant, is_alternative: bool, end: &str) {
    let path = format!("{}::{}", group.type_name, variant.rust);
    let mut values = Vec::new();
    let (head, tail) = match variant.fields.as_slice() {
        [] => (format!("Ok({path}"), ")"),
        [field] => (format!("Ok({path}({})", read_expression(field)), ")"),
        fields => {
            values = fields.iter().map(|field| format!("{}: {}", field.rust, read_expression(field))).collect();
            (format!("Ok({path}"), ")")
        }
    };
    let is_short = values.is_empty() && variant.fixed.is_empty();
    if is_short {
        return code.line(if is_alternative {
            format!(".or_else(|_| fields.attempt(|fields| {head}{tail})){end}")
        } else {
            format!(".attempt(|fields| {head}{tail}){end}")
        });
    }
    if is_alternative {
        code.open(".or_else(|_| {");
    }
    code.open(if is_alternative { "fields.attempt(|fields| {" } else { ".attempt(|fields| {" });
    for constant in &variant.fixed {
        code.line(fixed_statement(constant));
    }
    if values.is_empty() {
        code.line(format!("{head}{tail}"));
    } else {
        code.literal(&head, &values, tail);
    }
    code.close(if is_alternative { "})".to_owned() } else { format!("}}){end}") });
    if is_alternative {
        code.close(format!("}}){end}"));
    }
}

/// The keys by which a variant travels.
fn keys(variant: &Variant) -> Vec<String> {
    let fields = variant.fields.iter().flat_map(|field| [field.name.json.first(), field.name.xml.first()]);
    let mut keys: Vec<String> = fields.flatten().cloned().collect();
    keys.extend(variant.fixed.iter().map(|constant| constant.key.value.clone()));
    keys
}

fn emit_answer(code: &mut Code, model: &Model, endpoint: &Endpoint) {
    let output = super::endpoint::output_type(endpoint).to_string();
    if matches!(endpoint.output, Output::None) {
        code.line("fn answer(_: &(), _: &mut Outgoing) {}");
        return;
    }
    code.open(format!("fn answer(output: &{output}, out: &mut Outgoing) {{"));
    match &endpoint.output {
        Output::None => {}
        Output::Whole(_) => code.line("out.whole(output);"),
        Output::Under(Type::Option(_), name) => {
            code.line(format!("out.optional_value(&{}, output);", name_expression(name)));
        }
        Output::Under(_, name) => code.line(format!("out.value(&{}, output);", name_expression(name))),
        Output::Headers(ty) => {
            for field in model.fields(ty).unwrap_or_default() {
                let header = quoted(field.surface.header.as_deref().unwrap_or_else(|| field.wire()));
                if field.is_required() {
                    code.line(format!("out.header({header}, &output.{});", field.rust));
                } else {
                    code.open(format!("if let Some(value) = &output.{} {{", field.rust));
                    code.line(format!("out.header({header}, value);"));
                    code.close("}");
                }
            }
        }
    }
    code.close("}");
}

/// The router over all endpoints of the API.
pub(super) fn emit_router(code: &mut Code, model: &Model) {
    code.doc("A request of any endpoint.");
    code.line("#[derive(Debug, Clone, PartialEq)]");
    code.line("#[non_exhaustive]");
    code.line("#[allow(clippy::large_enum_variant, reason = \"a request is routed once and matched at once\")]");
    code.open("pub enum Request {");
    for endpoint in &model.endpoints {
        code.doc(&endpoint.surface.en);
        code.line(format!("{}({}),", endpoint.type_name, path_of(endpoint)));
    }
    code.close("}");
    code.blank();
    code.open("impl Request {");
    code.doc("What is known of the call.");
    code.open("pub fn info(&self) -> EndpointInfo {");
    code.open("match self {");
    for endpoint in &model.endpoints {
        code.line(format!("Self::{}(_) => {}::INFO,", endpoint.type_name, path_of(endpoint)));
    }
    code.close("}");
    code.close("}");
    code.close("}");
    code.blank();
    code.doc("Finds the endpoint that a request calls.");
    code.doc("");
    code.doc("# Errors");
    code.doc("Where no endpoint takes the request, the error of the one that came nearest.");
    code.open("pub fn route(request: &Incoming<'_>) -> Result<Request, DecodeError> {");
    code.line("let mut router = Router::new(request);");
    for endpoint in by_demand(model) {
        code.line(format!("router.attempt(Request::{});", endpoint.type_name));
    }
    code.line("router.finish()");
    code.close("}");
}

fn path_of(endpoint: &Endpoint) -> String {
    format!("crate::{}::{}", endpoint.module, endpoint.type_name)
}

/// Those that ask for most come first, so that a variant with a constant or a required field wins over one without.
fn by_demand(model: &Model) -> Vec<&Endpoint> {
    let demand = |endpoint: &Endpoint| {
        let required = endpoint.inputs().filter(|field| field.is_required()).count();
        let groups = endpoint.one_of.iter().filter(|group| group.required).count();
        let fixed = endpoint.fixed_body.len() + endpoint.fixed_query.len();
        let literal = endpoint.path.split('/').filter(|segment| !segment.starts_with('{')).count();
        (literal, required + groups + fixed)
    };
    let mut order: Vec<&Endpoint> = model.endpoints.iter().collect();
    order.sort_by_key(|endpoint| (std::cmp::Reverse(demand(endpoint)), endpoint.name.clone()));
    order
}

/// `every`: all endpoints with their examples, for tests that hold for all of them.
pub(super) fn emit_every(code: &mut Code, model: &Model) {
    code.doc("Shows every endpoint of the API to a visitor, with its wire examples.");
    code.open(format!("pub fn every(visitor: &mut impl Visitor<Api = {}>) {{", model.service.name.value));
    for endpoint in &model.endpoints {
        let method = if endpoint.is_callable() { "call" } else { "perform" };
        let examples = || endpoint.surface.examples.iter();
        let requests: Vec<String> = examples()
            .filter(|example| example.kind == "request" && example.formats.iter().any(|format| format == "http"))
            .map(|example| quoted(&example.case.value))
            .collect();
        let mut answers = Vec::new();
        for example in examples().filter(|example| example.kind == "answer") {
            for format in example.formats.iter().filter(|format| *format != "http") {
                let format = super::words::format_name(format);
                answers.push(format!("({}, {format}, {})", quoted(&example.case.value), example.status.unwrap_or(200)));
            }
        }
        let folder = format!("{}/{}/{}", model.api, endpoint.surface.module, endpoint.name);
        code.open(format!("visitor.{method}::<{}>(&Examples {{", path_of(endpoint)));
        code.line(format!("folder: {},", quoted(&folder)));
        code.list("requests: &[", &requests, "],");
        code.list("answers: &[", &answers, "],");
        code.close("});");
    }
    code.close("}");
}
