//! One call as an operation: parameters, body, answers, and extensions for what OpenAPI cannot express.

use std::collections::BTreeMap;

use super::answers::{answer_schema, answered, counted, empty_list, wrapped};
use super::json::{Json, Object, object};
use super::schema::{
    add_choices, add_constants, add_group, add_names, constant_value, field_schema, object_schema, type_schema,
    under_key,
};
use crate::model::{AtLeastOne, Endpoint, Field, Model, Output, Type, WireName};
use crate::surface::{ACTION, FaultStyle, Place, Put};

/// The operation of an endpoint; `renamed` has the path parameters that the shared path calls by another name.
pub(super) fn operation(model: &Model, endpoint: &Endpoint, renamed: &BTreeMap<String, String>) -> Object {
    let surface = &endpoint.surface;
    let mut operation = object! {
        "operationId": &endpoint.name,
        "tags": vec![endpoint.module.as_str()],
        "summary": &surface.en,
    };
    operation.say("description", &surface.about);
    operation.say("parameters", parameters(endpoint, renamed));
    if !endpoint.fixed_body.is_empty() || !endpoint.fixed_top.is_empty() || surface.has_body {
        operation.set("requestBody", request_body(model, endpoint));
    }
    operation.set("responses", responses(model, endpoint));
    operation.set("security", if surface.authorised { security(model) } else { Json::List(Vec::new()) });
    extensions(&mut operation, model, endpoint);
    operation
}

/// Alternative credentials of a call.
fn security(model: &Model) -> Json {
    let mut all = Vec::new();
    if let Some(session) = &model.service.session {
        all.push(schemes_of(session.put.iter()));
    }
    for credentials in &model.service.credentials {
        let one = schemes_of(credentials.put.iter().filter(|put| credentials.optional_names(put).is_empty()));
        if one != Object::default() && !all.contains(&one) {
            all.push(one);
        }
    }
    Json::from(all)
}

/// The security schemes among what is put into a request; a body has none.
fn schemes_of<'p>(puts: impl Iterator<Item = &'p Put>) -> Object {
    let mut schemes = Object::default();
    for put in puts.filter(|put| put.place != Place::Body) {
        schemes.set(put.key.value.as_str(), Vec::<String>::new());
    }
    schemes
}

fn parameters(endpoint: &Endpoint, renamed: &BTreeMap<String, String>) -> Vec<Object> {
    let places = [("path", &endpoint.path_parameters), ("query", &endpoint.query), ("header", &endpoint.headers)];
    let mut parameters = Vec::new();
    for (place, fields) in places {
        for field in fields {
            let name = if place == "path" { renamed.get(field.wire()) } else { None };
            parameters.push(parameter(place, name.map_or(field.wire(), String::as_str), field));
        }
    }
    for (place, constants) in [("query", &endpoint.fixed_query), ("header", &endpoint.fixed_headers)] {
        for constant in constants {
            let schema = object! { "const": constant_value(constant) };
            let name = constant.key.value.as_str();
            parameters.push(object! { "name": name, "in": place, "required": true, "schema": schema });
        }
    }
    parameters
}

fn parameter(place: &str, name: &str, field: &Field) -> Object {
    let mut parameter = object! { "name": name, "in": place };
    parameter.say("description", &field.surface.en);
    if field.is_required() {
        parameter.set("required", true);
    }
    parameter.set("schema", field_schema(field));
    add_names(&mut parameter, field);
    parameter
}

fn request_body(model: &Model, endpoint: &Endpoint) -> Object {
    let service = &model.service;
    let formats = service.request_format.clone().map_or_else(|| service.formats.clone(), |format| vec![format]);
    let mut fields = object_schema(&endpoint.body);
    add_constants(&mut fields, &endpoint.fixed_body);
    add_choices(&mut fields, &endpoint.one_of);
    endpoint.one_of.iter().for_each(|group| add_group(&mut fields, group));
    let root = &endpoint.surface.request_root;
    let mut content = Object::default();
    for format in formats {
        let mut schema = fields.clone();
        let path = if format == "xml" { &root.xml } else { &root.json };
        if let Some(path) = path {
            schema = below(&format, &path.split('/').map(str::to_owned).collect::<Vec<_>>(), schema, false);
            let around: Vec<_> =
                endpoint.fixed_top.iter().filter(|constant| !constant.key.starts_with('@')).cloned().collect();
            add_constants(&mut schema, &around);
        }
        content.set(media_type(&format), object! { "schema": schema });
    }
    let mut body = object! { "required": true, "content": content };
    body.say("x-hostkit-examples", examples(endpoint, "request"));
    body
}

fn responses(model: &Model, endpoint: &Endpoint) -> Object {
    let surface = &endpoint.surface;
    let answers = surface.examples.iter().filter(|example| example.kind == "answer");
    let mut statuses: BTreeMap<i64, String> =
        answers.filter_map(|example| Some((example.status?, String::new()))).collect();
    statuses.extend(surface.statuses.iter().map(|status| (status.code.value, status.en.clone())));
    if !statuses.keys().any(|status| *status < 300) {
        statuses.insert(200, String::new());
    }
    let mut responses = Object::default();
    for (status, text) in statuses {
        let is_success = status < 300;
        let text = match text.as_str() {
            "" if is_success => "Success.",
            "" => "A fault.",
            text => text,
        };
        let mut response = object! { "description": text };
        if is_success && status != 204 {
            answer(&mut response, model, endpoint);
        } else if !is_success {
            response.extend(object! { "content": fault_content(model, endpoint) });
        } else {
            headers(&mut response, model, endpoint);
        }
        responses.set(status.to_string(), response);
    }
    let mut fault = object! { "description": "A fault.", "content": fault_content(model, endpoint) };
    fault.say("x-hostkit-examples", examples(endpoint, "fault"));
    responses.set("default", fault);
    responses
}

fn fault_content(model: &Model, endpoint: &Endpoint) -> Object {
    let mut content = Object::default();
    for format in formats(model, endpoint) {
        let fault = object! { "$ref": "#/components/schemas/Fault" };
        content.set(media_type(format), object! { "schema": topped(model, format, fault) });
    }
    content
}

/// The schema of an answer below what all answers stand below.
fn topped(model: &Model, format: &str, schema: Object) -> Object {
    let steps = model.service.top(format == "xml").split('/').filter(|step| !step.is_empty());
    steps.rev().fold(schema, |schema, step| match step {
        "*" => object! { "type": "object", "additionalProperties": schema },
        step if step.bytes().all(|byte| byte.is_ascii_digit()) => object! { "type": "array", "items": schema },
        step => below(format, &[step.to_owned()], schema, false),
    })
}

fn answer(response: &mut Object, model: &Model, endpoint: &Endpoint) {
    headers(response, model, endpoint);
    let formats = formats(model, endpoint);
    let item = endpoint.surface.response.item.as_ref().map(|item| item.as_str());
    let max_items = endpoint.surface.response.max_items;
    let mut content = Object::default();
    for format in formats {
        let schema = match &endpoint.output {
            Output::Text(ty) => {
                content.set("text/plain", object! { "schema": type_schema(ty) });
                break;
            }
            Output::Bytes => {
                content.set("application/octet-stream", object! { "schema": Object::default() });
                break;
            }
            Output::None if let Some(place) = endpoint.null() => {
                let path = place.map(|name| if format == "xml" { name.xml } else { name.json });
                below(format, &path.unwrap_or_default(), object! { "type": "null" }, false)
            }
            Output::None if !model.service.fault.marker.is_empty() => object! { "type": "object" },
            Output::None | Output::Headers(_) => continue,
            Output::Whole(_) if let Some(body) = endpoint.body_field(model) => {
                let Field { ty, name, surface, .. } = body;
                whole(model, format, ty, name.item.as_deref(), surface.max_items)
            }
            Output::Whole(ty) => whole(model, format, ty, item, max_items),
            Output::Under(ty, WireName { json, xml, .. }) => {
                let path = if format == "xml" { xml } else { json };
                let mut inner = whole(model, format, ty, item, max_items);
                if format != "xml" && json.len() == 1 {
                    wrapped(model, &mut inner, ty, xml);
                }
                let mut schema = below(format, path, inner, matches!(ty, Type::List(_)));
                if let Some(total) = endpoint.total().filter(|_| format != "xml") {
                    counted(model, &mut schema, path, &total.name.json);
                }
                if format != "xml" && model.service.lenient.list_as_empty_map {
                    hollow(schema, path, ty)
                } else {
                    schema
                }
            }
        };
        let mut schema = enveloped(model, schema);
        // A fault may mean "nothing there", even under a success status.
        let response = &endpoint.surface.response;
        if !response.empty_statuses.is_empty() || !response.empty_codes.is_empty() {
            schema = object! { "anyOf": vec![schema, object! { "$ref": "#/components/schemas/Fault" }] };
        }
        content.set(media_type(format), object! { "schema": topped(model, format, schema) });
    }
    response.say("content", content);
    response.say("x-hostkit-examples", examples(endpoint, "answer"));
}

/// Adds the keys of the envelope to the answer's schema.
fn enveloped(model: &Model, mut schema: Object) -> Object {
    let fault = &model.service.fault;
    let is_object = !["$ref", "items", "anyOf"].iter().any(|key| schema.has(key));
    if fault.style == FaultStyle::Envelope && is_object {
        let properties = schema.object("properties");
        for key in &fault.keys {
            if !properties.has(key) {
                properties.set(key.as_str(), Object::default());
            }
        }
    }
    schema
}

fn whole(model: &Model, format: &str, ty: &Type, item: Option<&str>, max_items: Option<i64>) -> Object {
    // XML has no null, and a list in it is always a list.
    let mut schema = if format == "xml" { type_schema(ty) } else { under_key(answer_schema(model, ty), item) };
    if let (Some(max), Type::List(_)) = (max_items, ty) {
        schema.set("maxItems", max);
    }
    if format == "xml" { schema } else { answered(model, schema, ty, true) }
}

fn headers(response: &mut Object, model: &Model, endpoint: &Endpoint) {
    for field in endpoint.header_fields(model) {
        let name = field.surface.header.as_deref().unwrap_or_else(|| field.wire());
        let mut header = object! { "schema": type_schema(&field.ty) };
        header.say("description", &field.surface.en);
        if field.is_required() {
            header.set("required", true);
        }
        response.object("headers").set(name, header);
    }
}

/// Formats of the answer.
fn formats<'m>(model: &'m Model, endpoint: &'m Endpoint) -> &'m [String] {
    let own = &endpoint.surface.response.formats;
    if own.is_empty() { &model.service.formats } else { own }
}

/// Nests a schema under a path. In XML the first name is the document's element, and the last name of a list repeats.
fn below(format: &str, path: &[String], inner: Object, is_list: bool) -> Object {
    let Some((first, rest)) = path.split_first() else {
        return inner;
    };
    if format != "xml" {
        let inner = below(format, rest, inner, is_list);
        let mut schema = object! { "type": "object" };
        schema.object("properties").set(first.as_str(), inner);
        schema.set("required", vec![first.as_str()]);
        return schema;
    }
    let mut schema = match rest {
        [] => inner,
        [last] if is_list => {
            let mut list = inner;
            list.object("items").set("xml", object! { "name": last.as_str() });
            list.set("xml", object! { "name": first.as_str(), "wrapped": true });
            return list;
        }
        [next, ..] => {
            let mut schema = object! { "type": "object" };
            schema.object("properties").set(next.as_str(), below(format, rest, inner, is_list));
            schema.set("required", vec![next.as_str()]);
            schema
        }
    };
    schema.set("xml", object! { "name": first.as_str() });
    schema
}

/// Accepts `[]` for the object around an empty list or map.
fn hollow(mut schema: Object, path: &[String], ty: &Type) -> Object {
    if let ([first, _, ..], Type::List(_) | Type::Map(..)) = (path, ty) {
        let around = std::mem::take(schema.object("properties").object(first));
        schema.object("properties").set(first.as_str(), object! { "anyOf": vec![around, empty_list()] });
    }
    schema
}

/// Media type of a format. The two of PHP have no registered type, so these are our names.
fn media_type(format: &str) -> &'static str {
    match format {
        "xml" => "application/xml",
        "php" => "application/vnd.php.serialized",
        "print_r" => "text/plain",
        "form" => "application/x-www-form-urlencoded",
        _ => "application/json",
    }
}

/// Files of the examples, by path from the project's root.
fn examples(endpoint: &Endpoint, kind: &str) -> Vec<String> {
    let folder = endpoint.spec.trim_end_matches(".toml");
    let all = endpoint.surface.examples.iter().filter(|example| example.kind == kind);
    all.map(|example| format!("{folder}/{}", example.file())).collect()
}

fn extensions(operation: &mut Object, model: &Model, endpoint: &Endpoint) {
    let surface = &endpoint.surface;
    operation.set("x-hostkit-effect", endpoint.effect());
    operation.say("x-hostkit-flags", surface.flags.clone());
    if surface.repeat_documented {
        operation.set("x-hostkit-repeat", "documented");
    }
    if let Some((input, step)) = surface.paging.as_ref().and_then(|paging| paging.next.first()) {
        let mut paging = object! { "input": input.as_str(), "next": step.as_str() };
        for (key, path) in surface.paging.iter().flat_map(|paging| [("total", &paging.total), ("pages", &paging.pages)])
        {
            paging.say(key, path.as_ref().map(|path| path.value.clone()).unwrap_or_default());
        }
        operation.set("x-hostkit-paging", paging);
    }
    operation.say("x-hostkit-ru", &surface.ru);
    operation.say("x-hostkit-rates", surface.rates.iter().map(|rate| rate.value.as_str()).collect::<Vec<_>>());
    let selector = model.service.put.iter().find(|put| put.names().contains(&ACTION));
    if let (Some(action), Some(put)) = (&surface.action, selector) {
        let place = if put.place == Place::Query { "query" } else { "body" };
        let selector = object! { "in": place, "name": put.key.value.as_str(), "value": action.as_str() };
        operation.set("x-hostkit-selector", selector);
    }
    operation.set("x-hostkit-formats", formats(model, endpoint).to_vec());
    if let Some(removed) = &surface.removed {
        let mut hosts = Object::default();
        removed.hosts.iter().for_each(|(host, since)| hosts.set(host.value.as_str(), since.value.as_str()));
        let mut about = object! { "hosts": hosts, "instead": &removed.instead };
        about.say("provenance", removed.provenance.clone().unwrap_or_default());
        operation.set("x-hostkit-removed-at", about);
    }
    if let Some(seconds) = surface.deadline {
        operation.set("x-hostkit-deadline", seconds);
    }
    operation.say("x-hostkit-recovery", &surface.recovery);
    if let (Some(evidence), Some(resolved)) = (&surface.evidence, &endpoint.evidence) {
        operation.set("x-hostkit-evidence", super::evidence::evidence(evidence, resolved.unseen_is_no));
    }
    if let Some(why) = &surface.no_evidence {
        operation.set("x-hostkit-no-evidence", &why.value);
    }
    if let Some(inputs) = &endpoint.at_least_one {
        let names: Vec<&str> = match inputs {
            AtLeastOne::Body(names) => names.iter().map(String::as_str).collect(),
            AtLeastOne::Of(inputs) => inputs.iter().map(|(name, ..)| name.as_str()).collect(),
        };
        operation.set("x-hostkit-at-least-one", names);
    }
    let response = &surface.response;
    let mut empty = Object::default();
    empty.say("statuses", response.empty_statuses.clone());
    empty.say("codes", response.empty_codes.clone());
    empty.say("except", response.empty_except.clone());
    operation.say("x-hostkit-empty", empty);
    for waiter in &endpoint.waiters {
        let surface = &waiter.surface;
        let mut times = object! { "summary": &surface.en, "first": surface.first, "interval": surface.interval };
        times.extend(object! { "cap": surface.cap, "deadline": surface.deadline });
        if surface.lag > 0 {
            times.set("lag", surface.lag);
        }
        operation.object("x-hostkit-waiters").set(surface.name.value.as_str(), times);
    }
    let mut source = Object::default();
    if let Some(number) = surface.document {
        source.set("call", number);
    }
    if let Some(line) = surface.source_line {
        source.set("line", line);
    }
    source.set("provenance", surface.provenance.as_deref().unwrap_or("documented"));
    source.set("spec", endpoint.spec.as_str());
    operation.set("x-hostkit-source", source);
}
