//! What a program has to know of an API's specs to make its calls and to compare the answers, without types of Rust.

use std::collections::{BTreeMap, BTreeSet};

use super::lists::{Found, Step, Way, walk};
use crate::model::{Endpoint, Field, Model, Output, Type, TypeKind, WireName};
use crate::surface::{Constant, IdKind, Word};

/// An API as its specs outline it.
#[derive(Debug, Clone)]
pub struct Outline {
    /// The kinds of credentials: the name, and each field that every account has, with whether it is a whole number.
    pub credentials: Vec<(String, Vec<(String, bool)>)>,
    /// Every name on the wire that a spec mentions.
    pub names: BTreeSet<String>,
    /// Every value on the wire that a spec mentions: of enumerations, markers, error codes and short ranges.
    pub words: BTreeSet<String>,
    /// The calls, by module and name joined by a slash.
    pub calls: BTreeMap<String, CallOutline>,
}

/// A call as its spec outlines it.
#[derive(Debug, Clone)]
pub struct CallOutline {
    /// Whether it is the sign-in of some credentials, or is sent without any because it asks for them.
    pub is_sign_in: bool,
    /// The statuses that it answers, by its spec and its examples.
    pub statuses: BTreeSet<u16>,
    /// The inputs that it needs.
    pub inputs: Vec<Input>,
    /// Groups of inputs of which it needs one.
    pub choices: Vec<String>,
    /// The element or key around the body in JSON.
    pub root: Vec<String>,
    /// The constants of its query and of its body: name, text, and whether it is a number.
    pub query: Vec<(String, String, bool)>,
    /// As `query`, for the body.
    pub body: Vec<(String, String, bool)>,
    /// The ids in its answer.
    pub ids: Vec<IdPlace>,
    /// The objects in its answer that are kept as they come, because the document does not show all of them.
    pub kept: Vec<KeptPlace>,
    /// The names of the headers that its answer is read from.
    pub headers: Vec<String>,
}

/// An input that a call needs.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where it is sent.
    pub place: Place,
    /// Its name on the wire, as a path where it is nested.
    pub name: Vec<String>,
    /// The type of an id, and whether it is sent as a number; `None` for any other type.
    pub id: Option<(String, bool)>,
}

/// Where an input is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In the body.
    Body,
}

/// Where an answer has ids of a type.
#[derive(Debug, Clone)]
pub struct IdPlace {
    /// The type.
    pub id: String,
    /// The path in JSON and similar formats.
    pub json: Vec<Step>,
    /// The path in XML.
    pub xml: Vec<Step>,
    /// Whether the ids are the keys of the map there.
    pub are_keys: bool,
}

/// Where an answer has objects that are kept as they come.
#[derive(Debug, Clone)]
pub struct KeptPlace {
    /// The path in JSON and similar formats.
    pub json: Vec<Step>,
    /// The path in XML.
    pub xml: Vec<Step>,
    /// The keys that the spec knows there.
    pub keys: BTreeSet<String>,
}

/// The widest range whose values count as words of the spec.
const NARROW: i64 = 100;

pub(crate) fn of(model: &Model) -> Outline {
    let service = &model.service;
    let credentials = service.credentials.iter().map(|kind| {
        let fields = kind.required().map(|(name, ty)| (name.value.clone(), ty.value == "int")).collect();
        (kind.name.value.clone(), fields)
    });
    Outline {
        credentials: credentials.collect(),
        names: names(model),
        words: words(model),
        calls: model.endpoints.iter().map(|endpoint| (path(endpoint), call(model, endpoint))).collect(),
    }
}

fn path(endpoint: &Endpoint) -> String {
    format!("{}/{}", endpoint.module, endpoint.name)
}

fn call(model: &Model, endpoint: &Endpoint) -> CallOutline {
    let surface = &endpoint.surface;
    let asks = |path: String| {
        model.service.credentials.iter().any(|kind| kind.sign_in.as_ref().is_some_and(|sign_in| sign_in.value == path))
    };
    let examples = surface.examples.iter().filter(|example| example.kind != "request");
    let mut statuses: BTreeSet<i64> = examples.filter_map(|example| example.status).collect();
    statuses.extend(surface.statuses.iter().map(|status| status.code.value));
    if !statuses.iter().any(|status| (200..300).contains(status)) {
        statuses.insert(200);
    }
    let of = |place, fields: &[Field]| -> Vec<Input> {
        fields.iter().filter(|field| field.is_required()).map(|field| input(model, place, field)).collect()
    };
    let path_parameters = endpoint.path_parameters.iter().map(|field| input(model, Place::Path, field));
    let choices = endpoint.one_of.iter().filter(|group| group.required).map(|group| group.rust.clone());
    let (mut ids, mut kept) = (Vec::new(), Vec::new());
    walk(model, endpoint, &mut |found| match found {
        Found::List(..) => {}
        Found::Id(Way { json, xml }, id) => ids.push(IdPlace { id: id.to_owned(), json, xml, are_keys: false }),
        Found::Keys(Way { json, xml }, id) => ids.push(IdPlace { id: id.to_owned(), json, xml, are_keys: true }),
        Found::Kept(Way { json, xml }, fields) => {
            let first = |field: &Field| -> Vec<String> {
                [field.name.json.first(), field.name.xml.first()].into_iter().flatten().cloned().collect()
            };
            let names = fields.iter().flat_map(|field| [first(field), field.name.also.clone()].concat());
            let totals = fields.iter().filter_map(Field::total);
            let totals = totals.flat_map(|total| [total.name.json, total.name.xml].concat());
            let keys = names.chain(totals).chain(model.service.fault.keys.iter().cloned()).collect();
            kept.push(KeptPlace { json, xml, keys });
        }
    });
    let headers = match &endpoint.output {
        Output::Headers(ty) => model.fields(ty).unwrap_or_default(),
        _ => &[],
    };
    CallOutline {
        is_sign_in: asks(path(endpoint))
            || !surface.authorised && surface.flags.iter().any(|flag| flag == "secret-request"),
        statuses: statuses.into_iter().filter_map(|status| status.try_into().ok()).collect(),
        inputs: path_parameters
            .chain(of(Place::Query, &endpoint.query))
            .chain(of(Place::Header, &endpoint.headers))
            .chain(of(Place::Body, &endpoint.body))
            .collect(),
        choices: choices.chain(endpoint.at_least_one.iter().map(crate::model::AtLeastOne::names)).collect(),
        root: surface.request_root.json.iter().flat_map(|root| root.split('/')).map(str::to_owned).collect(),
        query: constants(&endpoint.fixed_query),
        body: constants(&endpoint.fixed_body),
        ids,
        kept,
        headers: headers
            .iter()
            .map(|field| field.surface.header.clone().unwrap_or_else(|| field.wire().to_owned()))
            .collect(),
    }
}

fn constants(constants: &[Constant]) -> Vec<(String, String, bool)> {
    constants.iter().map(|constant| (constant.key.value.clone(), constant.text.clone(), constant.is_number)).collect()
}

fn input(model: &Model, place: Place, field: &Field) -> Input {
    let id = match &field.ty {
        Type::Named(name) => match model.types.get(name).map(|entry| &entry.kind) {
            Some(TypeKind::Id(kind)) => Some((name.clone(), *kind == IdKind::Number && !field.surface.is_quoted())),
            _ => None,
        },
        _ => None,
    };
    let name = if place == Place::Body { field.name.json.clone() } else { vec![field.wire().to_owned()] };
    Input { place, name, id }
}

fn names(model: &Model) -> BTreeSet<String> {
    let structs = model.types.values().filter_map(|entry| match &entry.kind {
        TypeKind::Struct(fields) => Some(fields),
        _ => None,
    });
    let outputs = model.endpoints.iter().filter_map(|endpoint| match &endpoint.output {
        Output::Under(_, name) => Some(name),
        _ => None,
    });
    let totals = model.endpoints.iter().filter_map(Endpoint::total).map(|total| total.name);
    let totals = totals.chain(structs.clone().flatten().filter_map(Field::total).map(|total| total.name));
    let of = |name: &WireName| [&name.json[..], &name.xml, &name.also].concat();
    let fault = &model.service.fault;
    let documents =
        fault.documents.iter().flat_map(|document| [&document.code[..], &document.message, &document.details].concat());
    let places = documents.chain(fault.code.iter().chain(&fault.message).chain(&fault.inner).cloned());
    let places = places.chain([fault.marker.clone(), fault.fields.clone()]);
    let places = places.flat_map(|place| place.split('/').map(str::to_owned).collect::<Vec<_>>());
    structs
        .flatten()
        .flat_map(|field| of(&field.name))
        .chain(outputs.flat_map(of))
        .chain(totals.flat_map(|name| of(&name)))
        .chain(places)
        .chain(fault.keys.iter().cloned())
        .chain(model.service.errors.iter().map(|error| error.code.value.clone()))
        .filter(|name| !name.is_empty() && name != "*")
        .collect()
}

fn words(model: &Model) -> BTreeSet<String> {
    let values = model.types.values().flat_map(|entry| match &entry.kind {
        TypeKind::Enumeration { values, .. } => values.iter().map(|value| value.wire.clone()).collect(),
        TypeKind::Ranged(first, last) if last - first <= NARROW => {
            (*first..=*last).map(|number| number.to_string()).collect()
        }
        _ => Vec::new(),
    });
    let fault = &model.service.fault;
    let word = |word: &Word| match word {
        Word::Text(text) | Word::Number(text) => text.clone(),
        Word::Flag(flag) => flag.to_string(),
    };
    let markers = fault.success.iter().chain(&fault.failure).map(word);
    let empty = model.endpoints.iter().flat_map(|endpoint| endpoint.surface.response.empty_codes.iter().cloned());
    let errors = model.service.errors.iter().flat_map(|error| {
        std::iter::once(&error.code).chain(&error.texts).map(|text| text.value.clone()).collect::<Vec<_>>()
    });
    values.chain(markers).chain(empty).chain(errors).chain(fault.no_code.iter().chain(&fault.auth).cloned()).collect()
}
