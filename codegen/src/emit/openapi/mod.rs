//! OpenAPI 3.1, as far as it can describe an API; `x-hostkit-…` has the rest.
//!
//! OpenAPI allows one operation per path and method. Where an API has several, distinguished by a field of the body or
//! query, each gets a path of its own with its name as a fragment, `/servers/{id}#change_server`: HTTP clients do not
//! send fragments, so a generated client still calls the right address.

mod answers;
mod components;
mod evidence;
mod json;
mod operation;
mod schema;

use std::collections::BTreeMap;

use crate::model::{Endpoint, Model};
use crate::surface::{Piece, Place, Word};
use crate::tree::Tree;
use json::{Json, Object, object, print};

/// Emits the document of one API.
pub(crate) fn emit(model: &Model) -> Tree {
    let mut tree = Tree::default();
    tree.add(format!("docs/openapi/{}.json", model.api), print(&Json::from(document(model))));
    tree
}

fn document(model: &Model) -> Object {
    let service = &model.service;
    let mut info = object! { "title": service.name.value.as_str(), "version": "1", "summary": &service.en };
    info.say("description", &service.about);
    info.set("x-hostkit-ru", &service.ru);
    info.set("x-hostkit-generated", "by `cargo xtask codegen` from specs/; do not edit");
    let servers: Vec<Object> = service
        .hosts
        .iter()
        .map(|host| {
            let mut server = object! { "url": &host.url };
            server.say("description", &host.en);
            server.set("x-hostkit-name", host.name.value.as_str());
            if let Some(currency) = host.currency.as_ref().or(service.currency.as_ref()) {
                server.set("x-hostkit-currency", currency.as_str());
            }
            server
        })
        .collect();
    let mut components = object! { "schemas": components::all(model) };
    components.object("schemas").set("Fault", fault(model));
    components.say("securitySchemes", security_schemes(model));
    let mut document = object! { "openapi": "3.1.0", "info": info };
    document.say("servers", servers);
    document.set("tags", tags(model));
    document.set("paths", paths(model));
    document.set("components", components);
    extensions(&mut document, model);
    document
}

fn tags(model: &Model) -> Vec<Object> {
    let mut modules: Vec<&str> = model.endpoints.iter().map(|endpoint| endpoint.module.as_str()).collect();
    modules.dedup();
    modules.into_iter().map(|module| object! { "name": module }).collect()
}

/// A path without parameter names: OpenAPI treats paths that differ only in those as the same.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn paths(model: &Model) -> Object {
    let mut count: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    for endpoint in &model.endpoints {
        *count.entry((shape(&endpoint.path), &endpoint.method)).or_default() += 1;
        first.entry(shape(&endpoint.path)).or_insert(&endpoint.path);
    }
    let mut paths = Object::default();
    for endpoint in &model.endpoints {
        let shape = shape(&endpoint.path);
        let path = first.get(&shape).copied().unwrap_or(&endpoint.path);
        let is_shared = count.get(&(shape, endpoint.method.as_str())).is_some_and(|count| *count > 1);
        let renamed = renamed(endpoint, path);
        let key = if is_shared { format!("{path}#{}", endpoint.name) } else { path.to_owned() };
        let operation = operation::operation(model, endpoint, &renamed);
        paths.object(&key).set(endpoint.method.to_lowercase(), operation);
    }
    paths
}

/// Parameters that the shared path calls by another name.
fn renamed(endpoint: &Endpoint, path: &str) -> BTreeMap<String, String> {
    let name = |segment: &str| segment.trim_matches(['{', '}']).to_owned();
    let pairs = endpoint.path.split('/').zip(path.split('/')).filter(|(own, _)| own.starts_with('{'));
    pairs.map(|(own, shared)| (name(own), name(shared))).collect()
}

fn security_schemes(model: &Model) -> Object {
    let service = &model.service;
    let session = service.session.iter().flat_map(|session| &session.put);
    let keys = service.credentials.iter().flat_map(|credentials| &credentials.put);
    let mut schemes = Object::default();
    for put in session.chain(keys) {
        let name = put.key.value.as_str();
        let is_basic = put.pieces.iter().any(|piece| matches!(piece, Piece::Basic(..)));
        let is_bearer = put.pieces.first() == Some(&Piece::Text("Bearer ".to_owned()));
        let place = match put.place {
            Place::Header => "header",
            Place::Query => "query",
            Place::Cookie => "cookie",
            Place::Body => continue,
        };
        let scheme = match name.eq_ignore_ascii_case("authorization") {
            true if is_basic => object! { "type": "http", "scheme": "basic" },
            true if is_bearer => object! { "type": "http", "scheme": "bearer" },
            _ => object! { "type": "apiKey", "in": place, "name": name },
        };
        schemes.set(name, scheme);
    }
    schemes
}

/// Schema of an error document.
fn fault(model: &Model) -> Object {
    let fault = &model.service.fault;
    let mut schema = object! { "type": "object", "description": "How the API says no." };
    let names = fault.documents.iter().flat_map(|one| {
        let single = [&fault.marker, &one.present, &one.fields];
        one.code.iter().chain(&one.message).chain(&one.details).chain(&one.bare).chain(single)
    });
    for name in names.filter(|name| !name.is_empty()) {
        let mut properties = &mut schema;
        for step in name.split('/') {
            properties = properties.object("properties").object(step);
        }
    }
    let codes: Vec<&str> = model.service.errors.iter().map(|error| error.code.value.as_str()).collect();
    schema.say("x-hostkit-codes", codes);
    schema
}

fn markers(words: &[Word]) -> Vec<String> {
    let text = |word: &Word| match word {
        Word::Text(text) | Word::Number(text) => text.clone(),
        Word::Flag(flag) => flag.to_string(),
    };
    words.iter().map(text).collect()
}

fn extensions(document: &mut Object, model: &Model) {
    let service = &model.service;
    document.set("x-hostkit-zone", &service.zone.value);
    document.set("x-hostkit-formats", service.formats.clone());
    let lenient = &service.lenient;
    let leniencies = [
        (lenient.one_as_list, "one-as-list"),
        (lenient.map_as_list, "map-as-list"),
        (lenient.null_as_empty, "null-as-empty"),
        (lenient.list_as_empty_map, "list-as-empty-map"),
        (lenient.loose_scalars, "loose-scalars"),
        (lenient.empty_text_is_absent, "empty-text-is-absent"),
        (lenient.loose_flags, "loose-flags"),
    ];
    let said: Vec<&str> = leniencies.iter().filter(|(is_on, _)| *is_on).map(|(_, name)| *name).collect();
    document.say("x-hostkit-leniencies", said);
    let mut dates = Object::default();
    dates.say("datetime", service.datetime_patterns.clone());
    dates.say("date", service.date_patterns.clone());
    document.say("x-hostkit-dates", dates);
    for credentials in &service.credentials {
        let mut one = object! { "summary": &credentials.en };
        let fields = credentials.fields.iter().map(|(name, _)| name.value.as_str()).collect::<Vec<_>>();
        one.say("fields", fields);
        one.say("optional", credentials.optional.clone());
        if let Some(sign_in) = &credentials.sign_in {
            one.set("sign-in", sign_in.rsplit('/').next().unwrap_or_default());
        }
        for put in &credentials.put {
            let place = match put.place {
                Place::Header => "headers",
                Place::Query => "query",
                Place::Cookie => "cookies",
                Place::Body => "body",
            };
            one.object(place).set(put.key.value.as_str(), put.name().unwrap_or(&put.template));
        }
        document.object("x-hostkit-credentials").set(credentials.name.value.as_str(), one);
    }
    if let Some(signature) = &service.signature {
        let mut one = object! { "algorithm": signature.algorithm.as_str(), "text": signature.text.text.as_str() };
        one.say("key", signature.key.as_ref().map(|key| key.text.value.clone()).unwrap_or_default());
        document.set("x-hostkit-signature", one);
    }
    let fault = &service.fault;
    let mut words = object! { "kind": fault.style.word() };
    words.say("marker", &fault.marker);
    words.say("success", markers(&fault.success));
    words.say("failure", markers(&fault.failure));
    words.say("code", fault.code.clone());
    words.say("message", fault.message.clone());
    words.say("details", fault.details.clone());
    words.say("fields", &fault.fields);
    words.say("request-id", service.request_id.iter().map(|place| place.value.clone()).collect::<Vec<_>>());
    document.set("x-hostkit-fault", words);
    let errors = service.errors.iter().map(|error| {
        let mut one =
            object! { "code": error.code.value.as_str(), "kind": &error.kind, "en": &error.en, "ru": &error.ru };
        one.say("accepted", error.accepted.clone().unwrap_or_default());
        one
    });
    document.say("x-hostkit-errors", errors.collect::<Vec<_>>());
    let rates = service.rates.iter().map(|rate| {
        object! { "name": rate.name.value.as_str(), "count": rate.count, "per": &rate.per }
    });
    document.say("x-hostkit-rates", rates.collect::<Vec<_>>());
}
