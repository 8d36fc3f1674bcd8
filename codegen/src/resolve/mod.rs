//! Surface to model: resolves names, types and references, and reports every contradiction.

mod answers;
mod bodies;
mod catalogue;
mod checks;
mod conditions;
mod evidence;
mod kinds;
mod limits;
pub(crate) mod names;
mod nested;
mod paging;
mod places;
mod put;
mod routing;
mod rules;
mod shapes;
mod signing;
mod totals;
mod types;
mod waiters;
mod wrappers;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::identifier;
use crate::model::{Endpoint, Field, Model, OneOf, Output, Type, TypeEntry, TypeKind, Value, Variant, WireName};
use crate::source::{At, FileId, Sources, Span};
use crate::surface::{self, IdKind, Limits, Surface, Writing};

pub(crate) use kinds::{is_copy, is_text};
pub(crate) use limits::{broken_by, no_pattern};
pub(crate) use routing::by_demand;
pub(crate) use rules::{Premise, only_if_words, required_words};
pub(crate) use types::parse;

/// Resolves the specs of one API.
pub(crate) fn resolve(surface: Surface, sources: &Sources, diagnostics: &mut Diagnostics) -> Model {
    let known: BTreeSet<String> =
        surface.types.iter().flat_map(|file| file.types.iter().map(|ty| ty.name.value.clone())).collect();
    let ranges = surface.types.iter().flat_map(|file| &file.types).filter_map(|ty| match &ty.kind {
        surface::TypeKind::Id { limits, .. } | surface::TypeKind::Ranged(limits) => {
            let is_text = matches!(ty.kind, surface::TypeKind::Id { kind: IdKind::Text | IdKind::Free, .. });
            Some((ty.name.value.clone(), (is_text, limits.value.clone())))
        }
        _ => None,
    });
    let ranges = ranges.collect();
    let numbers = surface.types.iter().flat_map(|file| &file.types).filter(|ty| match &ty.kind {
        surface::TypeKind::Id { kind, .. } => *kind == IdKind::Number,
        surface::TypeKind::Enumeration { is_number, .. } => *is_number,
        kind => matches!(kind, surface::TypeKind::Ranged(_)),
    });
    let numbers = numbers.map(|ty| ty.name.value.clone()).collect();
    let objects = surface
        .types
        .iter()
        .flat_map(|file| &file.types)
        .filter(|ty| matches!(ty.kind, surface::TypeKind::Struct(_) | surface::TypeKind::Union { .. }));
    let objects = objects.map(|ty| ty.name.value.clone()).collect();
    let mut resolver =
        Resolver { known, objects, numbers, ranges, diagnostics, service: &surface.service, has_unknown: false };
    if let Some(words) = surface.service.words.as_ref().filter(|words| pairs(&words.value).is_none()) {
        no_pairs(words, resolver.diagnostics);
    }
    let mut types = BTreeMap::new();
    let mut files: BTreeMap<&str, FileId> = BTreeMap::new();
    let mut twice: BTreeMap<(FileId, FileId), Vec<&At<String>>> = BTreeMap::new();
    for file in &surface.types {
        let spec = format!("specs/{}", sources.path(file.file));
        for definition in &file.types {
            identifier::check(&definition.name, resolver.diagnostics);
            let entry = resolver.type_entry(definition, &file.module, &spec);
            if types.insert(definition.name.value.clone(), entry).is_none() {
                files.insert(definition.name.as_str(), file.file);
            } else if let Some(first) = files.get(definition.name.as_str()) {
                // A file that is copied and changed is one mistake, however many types are in it.
                twice.entry((file.file, *first)).or_default().push(&definition.name);
            }
        }
    }
    for ((_, first), names) in twice {
        let Some(name) = names.first() else { continue };
        let message = match names.len() {
            1 => format!("the type `{}` is defined twice", name.value),
            count => format!("the type `{}` and {} more are defined twice", name.value, count - 1),
        };
        let first = sources.path(first);
        let first = first.split_once('/').map_or(first, |(_, inside)| inside);
        let help = format!("the first is in `{first}`: give one of them another name, or leave it out");
        resolver.diagnostics.add_with_help("E0205", &name.span, message, "defined again here", help);
    }
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for endpoint in &surface.endpoints {
        let spec = format!("specs/{}", sources.path(endpoint.file));
        endpoints.push(resolver.endpoint(endpoint.clone(), spec));
    }
    let has_unknown = resolver.has_unknown;
    endpoints.sort_by(|a, b| (&a.module, &a.name).cmp(&(&b.module, &b.name)));
    let mut service = surface.service.clone();
    service.has_rooted_action =
        endpoints.iter().any(|endpoint| endpoint.fixed_top.iter().any(|constant| !constant.key.starts_with('@')));
    let mut model = Model {
        api: surface.api.clone(),
        service,
        types,
        endpoints,
        unread: surface.unread.clone(),
        remarks: remarks(&surface, sources),
        inventory: surface.inventory.clone(),
        is_translated: surface.is_translated,
        search: surface.search.clone(),
    };
    // Whatever has a type that is not known would be said once more for each of its parts.
    if has_unknown {
        return model;
    }
    mark_uses(&mut model);
    places::check(&mut model, &surface, diagnostics);
    rules::resolve(&mut model, diagnostics);
    answers::resolve(&mut model, diagnostics);
    paging::resolve(&mut model, diagnostics);
    totals::check(&model, diagnostics);
    wrappers::check(&model, diagnostics);
    bodies::check(&model, diagnostics);
    waiters::resolve(&mut model, diagnostics);
    evidence::resolve(&mut model, diagnostics);
    catalogue::check(&model, diagnostics);
    checks::check(&model, &surface, diagnostics);
    shapes::check(&model, &surface, diagnostics);
    written::check(&model, diagnostics);
    names::check(&model, &surface, diagnostics);
    names::check_search(&model, diagnostics);
    // Of calls that are wrong otherwise, or copies, it would be said once more.
    if diagnostics.is_empty() {
        routing::check(&model, diagnostics);
    }
    model
}

fn remarks(surface: &Surface, sources: &Sources) -> Vec<(String, surface::Remarks)> {
    let path = |file| format!("specs/{}", sources.path(file));
    let service = (format!("specs/{}/service.toml", surface.api), surface.service.remarks.clone());
    let types = surface.types.iter().map(|file| (path(file.file), file.remarks.clone()));
    let endpoints = surface.endpoints.iter().map(|endpoint| (path(endpoint.file), endpoint.remarks.clone()));
    let all = std::iter::once(service).chain(types).chain(endpoints);
    all.filter(|(_, remarks)| !remarks.quirks.is_empty() || !remarks.notes.is_empty()).collect()
}

/// The type of a field that is written otherwise than its own; where that cannot be, it is reported with the form of the file.
fn written(ty: Type, write: Option<Writing>) -> Type {
    match (ty, write) {
        (ty, Some(Writing::Json)) => Type::Json(Box::new(ty)),
        (Type::Text, Some(Writing::Coded(coding))) => Type::Coded(coding),
        (ty, _) => ty,
    }
}

struct Resolver<'s, 'd> {
    known: BTreeSet<String>,
    /// Those whose values are no scalars.
    objects: BTreeSet<String>,
    /// Those whose values are numbers.
    numbers: BTreeSet<String>,
    /// The limits of ids and of numbers of a type of their own, and whether they are those of a text's length.
    ranges: BTreeMap<String, (bool, Limits)>,
    service: &'s surface::Service,
    /// Whether a type is not known.
    has_unknown: bool,
    diagnostics: &'d mut Diagnostics,
}

impl Resolver<'_, '_> {
    fn ty(&mut self, text: &At<String>) -> Type {
        let ty = match parse(text) {
            Ok(ty) => ty,
            Err(why) => {
                let near = types::elsewhere(text).or_else(|| {
                    did_you_mean(text, types::WORDS.iter().copied().chain(self.known.iter().map(String::as_str)))
                });
                let help = match near {
                    Some(near) if near == text.value => {
                        "a name has letters and digits alone: call the type otherwise".to_owned()
                    }
                    Some(near) => format!("did you mean `{near}`?"),
                    None if text.contains(['<', '[', '{']) => "a list is `[Name]`, a map `{text: Name}`".to_owned(),
                    None => format!("the built-in types are: {}", types::WORDS.join(", ")),
                };
                self.diagnostics.add_with_help("E0201", &text.span, why, "not a type expression", help);
                self.has_unknown = true;
                return Type::Any;
            }
        };
        for name in ty.names() {
            if !self.known.contains(name) {
                let help = match did_you_mean(name, self.known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("define `[{name}]` in a file of types/"),
                };
                let message = format!("unknown type `{name}`");
                self.diagnostics.add_with_help("E0201", &text.span, message, "no file of types/ defines it", help);
                self.has_unknown = true;
            }
        }
        ty
    }

    fn field(&mut self, field: &surface::Field) -> Field {
        let ty = match (self.ty(&field.ty), &field.join) {
            (Type::Option(item), None) => Type::Nullable(item),
            (ty, None) => ty,
            (Type::Option(item), Some(join)) => Type::Nullable(Box::new(self.joined(*item, join))),
            (ty, Some(join)) => self.joined(ty, join),
        };
        let ty = self.worded(ty, field);
        let ty = match ty {
            Type::Nullable(item) => Type::Nullable(Box::new(written(*item, field.write))),
            ty => written(ty, field.write),
        };
        let path = |given: &Option<String>, inner: Option<&str>| -> Vec<String> {
            let text = given.as_deref().or(inner).unwrap_or(&field.wire.value);
            text.split('/').map(str::to_owned).collect()
        };
        // A field without a form of its own is written in the service's first form.
        let forms = match if let Type::Nullable(item) = &ty { item } else { &ty } {
            Type::DateTime => self.service.datetime_patterns.first().filter(|form| *form != "%Y-%m-%d %H:%M:%S"),
            Type::Date => self.service.date_patterns.first().filter(|form| *form != "%Y-%m-%d"),
            _ => None,
        };
        let mut surface = field.clone();
        surface.pattern = surface.pattern.or_else(|| forms.cloned());
        if self.has_length(&ty) {
            let others = surface.host_limits.iter_mut().chain(&mut surface.when).map(|(_, limits)| limits);
            for limits in others.chain([&mut surface.limits]) {
                limits.min_length = limits.min.take().or(limits.min_length);
                limits.max_length = limits.max.take().or(limits.max_length);
            }
        }
        Field {
            rust: field.name.as_ref().map_or_else(|| names::snake(&field.wire), |name| name.value.clone()),
            name: WireName {
                json: path(&field.json, None),
                xml: path(&field.xml, None),
                also: field.also.clone(),
                item: field.item.as_ref().map(|item| item.value.clone()),
            },
            ty,
            surface,
        }
    }

    /// Whether the least and the most of a value are its length, which its type does not say by itself.
    fn has_length(&self, ty: &Type) -> bool {
        match ty {
            Type::Nullable(item) | Type::List(item) | Type::Map(_, item) => self.has_length(item),
            Type::Joined(..) | Type::Json(_) => true,
            // A list of numbers has their values.
            Type::Csv(item, _) => {
                !item.is_number() && !matches!(&**item, Type::Named(name) if self.numbers.contains(name))
            }
            Type::Named(name) => self.ranges.get(name).is_some_and(|(is_text, _)| *is_text),
            _ => false,
        }
    }

    /// The type of a list, an object or a map of scalars in one text, or of a map of such objects.
    fn joined(&mut self, ty: Type, join: &At<String>) -> Type {
        // Another separator is reported with the form of the file.
        let separator = join.chars().next().unwrap_or(',');
        match ty {
            Type::List(item) => Type::Csv(item, separator),
            Type::Named(_) => Type::Joined(Box::new(ty), separator),
            Type::Map(key, item) if matches!(&*item, Type::Named(name) if self.objects.contains(name)) => {
                Type::Map(key, Box::new(Type::Joined(item, separator)))
            }
            Type::Map(..) => Type::Joined(Box::new(ty), separator),
            ty => {
                let help =
                    "`join` is for a list of scalars, `type = \"[int]\", join = \",\"`, or an object or map of scalars";
                let message = "only a list, a map or an object can be joined";
                self.diagnostics.add_with_help("E0226", &join.span, message, "neither", help);
                ty
            }
        }
    }

    /// The type of a field, with the words of its flag.
    fn worded(&mut self, ty: Type, field: &surface::Field) -> Type {
        let Some(words) = field.words.as_ref().or(self.service.words.as_ref()) else { return ty };
        match ty {
            Type::Flag => match field.words.as_ref().and_then(|words| alone(&words.value)).or(pairs(&words.value)) {
                Some(pairs) => Type::Worded(pairs),
                None => {
                    // Those of the service are reported once.
                    if field.words.is_some() {
                        no_pairs(words, self.diagnostics);
                    }
                    Type::Flag
                }
            },
            ty => {
                let place = field.words.as_ref().map_or(&field.ty.span, |words| &words.span);
                if matches!(&ty, Type::Nullable(item) if **item == Type::Flag) {
                    let help = "leave out the `?`, or make it a type with `values`, which may be null";
                    let message = "a flag in words is not null";
                    self.diagnostics.add_with_help("E0242", place, message, "with a `?`", help);
                } else if field.words.is_some() || *ty.item() == Type::Flag {
                    let help = "a flag in words is a field of its own";
                    self.diagnostics.add_with_help("E0242", place, "this cannot be in words", "not a flag", help);
                }
                ty
            }
        }
    }

    fn fields(&mut self, fields: &[surface::Field]) -> Vec<Field> {
        fields.iter().map(|field| self.field(field)).collect()
    }

    /// Input fields: numbers and ids get the limits of their type.
    fn inputs(&mut self, fields: &[surface::Field]) -> Vec<Field> {
        let mut inputs = self.fields(fields);
        for input in &mut inputs {
            if let Type::Named(name) = input.ty.item()
                && let Some((is_text, of_type)) = self.ranges.get(name)
                // Those of its items are not those of a list in one text.
                && !(*is_text && input.ty.is_list_in_one_text())
            {
                input.surface.limits = std::mem::take(&mut input.surface.limits).or(of_type);
            }
        }
        inputs
    }

    /// Reports names shared by two fields of one object, on the wire or in Rust.
    fn unique(&mut self, fields: &[Field]) {
        let service = self.service;
        let mut rust: BTreeMap<&str, &Span> = BTreeMap::new();
        let mut wire: BTreeSet<(&str, Vec<String>)> = BTreeSet::new();
        let is_above = |upper: &[String], lower: &[String]| lower.len() > upper.len() && lower.starts_with(upper);
        let below = |upper: &[String], lower: &[String]| !upper.is_empty() && is_above(upper, lower);
        for field in fields {
            // Where there is no XML, or nothing else, no value has a name in it.
            let name = |field: &Field| {
                let names = [(false, field.name.json.clone()), (true, field.name.xml.clone())];
                names.map(|(is_xml, name)| if service.speaks(is_xml) { name } else { Vec::new() })
            };
            let holds = |(upper, lower): (Vec<String>, Vec<String>)| {
                let is_element = !lower.get(upper.len()).is_some_and(|step| step.starts_with('@'));
                is_element && below(&upper, &lower)
            };
            if let Some(other) = fields.iter().find(|other| name(other).into_iter().zip(name(field)).any(holds)) {
                let message = format!("`{}` stands inside `{}`, which is a field itself", field.wire(), other.wire());
                let help = "a value has one meaning: give the object a type of its own, with both in it";
                self.diagnostics.add_with_help("E0203", &field.surface.wire.span, message, "inside another", help);
            }
            let span = &field.surface.wire.span;
            if rust.insert(&field.rust, span).is_some() {
                let message = format!("two fields are called `{}` in Rust", field.rust);
                self.diagnostics.add_with_help(
                    "E0204",
                    span,
                    message,
                    "the second one",
                    "give one of them another name with `as`",
                );
            }
            let aliases = field.name.also.iter().map(|name| vec![name.clone()]);
            let json = std::iter::once(field.name.json.clone()).chain(aliases);
            let names = json.map(|name| ("json", name)).chain([("xml", field.name.xml.clone())]);
            for (format, name) in names.filter(|(format, _)| service.speaks(*format == "xml")) {
                if !wire.insert((format, name.clone())) {
                    let message = format!("two fields have the name `{}` in {format}", name.join("/"));
                    let help = "a decoder could not tell them apart: one of them needs another `json`, `xml` or `also`";
                    self.diagnostics.add_with_help("E0203", span, message, "the second one", help);
                }
            }
        }
    }

    fn type_entry(&mut self, definition: &surface::TypeDefinition, module: &str, spec: &str) -> TypeEntry {
        let kind = match &definition.kind {
            surface::TypeKind::Struct(fields) => {
                let mut fields = self.fields(fields);
                for field in fields.iter_mut().filter(|field| field.is_body()) {
                    // It has no name in any format, and is always there.
                    (field.name.json, field.name.xml, field.surface.required) = (Vec::new(), Vec::new(), true);
                }
                self.unique(&fields);
                for field in fields.iter_mut().filter(|field| field.ty.is_there_or_not()) {
                    let place = || At { value: false, span: field.surface.wire.span.clone() };
                    field.surface.absent.get_or_insert_with(place);
                }
                if let Some(field) = fields.iter().find(|field| definition.keep_raw && field.rust == "raw") {
                    let help = "`keep-raw` makes a field `raw`: give this one another name with `as`";
                    let (span, message) = (&field.surface.wire.span, "two fields are called `raw` in Rust");
                    self.diagnostics.add_with_help("E0204", span, message, "beside `keep-raw`", help);
                }
                TypeKind::Struct(fields)
            }
            surface::TypeKind::Enumeration { is_number, values } => {
                let mut seen = BTreeSet::new();
                let mut resolved = Vec::new();
                for value in values {
                    let rust = match &value.name {
                        Some(name) => name.value.clone(),
                        None => names::camel(&value.wire),
                    };
                    let help = "give it another name with `as`";
                    if names::TAKEN_VALUES.contains(&rust.as_str()) {
                        let message = format!("`{rust}` is a name that generated code uses");
                        self.diagnostics.add_with_help("E0204", &value.wire.span, message, "taken", help);
                    } else if !seen.insert(rust.clone()) {
                        let message = format!("two values are called `{rust}` in Rust");
                        self.diagnostics.add_with_help("E0204", &value.wire.span, message, "the second one", help);
                    }
                    resolved.push(Value {
                        wire: value.wire.value.clone(),
                        rust,
                        en: value.en.clone(),
                        ru: value.ru.clone(),
                    });
                }
                TypeKind::Enumeration { is_number: *is_number, values: resolved }
            }
            surface::TypeKind::Id { kind, .. } => TypeKind::Id(*kind),
            surface::TypeKind::Ranged(range) => match (range.min.unwrap_or(0), range.max.unwrap_or(i64::MAX)) {
                (lowest, highest) if 0 <= lowest && lowest <= highest => TypeKind::Ranged(lowest, highest),
                _ => {
                    let message =
                        "a whole number of its own type has a `min` from 0 up, a `max` that is not below it, or both";
                    let help = "for example `min = 0` and `max = 23`, or one of them where the document says no other";
                    self.diagnostics.add_with_help("E0207", &range.span, message, "not such a range", help);
                    TypeKind::Ranged(0, 0)
                }
            },
            surface::TypeKind::Union { objects, .. } if !objects.is_empty() => {
                let variants = names::without_common(&definition.name, objects);
                let types = objects.iter().map(|object| self.ty(object));
                TypeKind::Objects(variants.into_iter().zip(types).collect())
            }
            surface::TypeKind::Union { number, scalar, object, list, .. } => {
                let mut shape = |text: &Option<At<String>>| text.as_ref().map(|text| self.ty(text));
                TypeKind::Union {
                    number: shape(number),
                    scalar: shape(scalar),
                    object: shape(object),
                    list: shape(list),
                }
            }
        };
        TypeEntry {
            name: definition.name.value.clone(),
            module: module.to_owned(),
            spec: spec.to_owned(),
            en: definition.en.clone(),
            ru: definition.ru.clone(),
            about: definition.about.clone(),
            keep_raw: definition.keep_raw,
            limits: match &definition.kind {
                surface::TypeKind::Id { limits, .. } | surface::TypeKind::Ranged(limits) => limits.value.clone(),
                _ => Limits::default(),
            },
            kind,
            in_requests: false,
            in_answers: false,
        }
    }

    fn endpoint(&mut self, endpoint: surface::Endpoint, spec: String) -> Endpoint {
        let type_name = names::camel(&endpoint.stem);
        let method = endpoint.method.clone().or_else(|| self.service.method.clone());
        let path = endpoint.path.as_ref().map(|path| path.value.clone()).or_else(|| self.service.path.clone());
        if method.is_none() || path.is_none() {
            let what = if method.is_none() { "method" } else { "path" };
            let message = format!("the endpoint has no `{what}`, and the service has none for all");
            self.diagnostics.add("E0212", &endpoint.place, message, format!("`{what}` is missing"));
        }
        // Constants without names are put beside the credentials, which a call without credentials has not.
        let is_own = |put: &&surface::Put| !put.names().is_empty() || !endpoint.authorised;
        let service: Vec<surface::Put> = self.service.put.iter().filter(is_own).cloned().collect();
        let of_service = |place| surface::constants(&service, place, endpoint.action.as_deref());
        // What the service puts into every body stands around the root of a call.
        let is_rooted = endpoint.request_root.json.is_some();
        // An attribute of the root element is none of a body that is not there.
        let of_body = of_service(surface::Place::Body).into_iter();
        let of_body = of_body.filter(|constant| endpoint.has_body || !constant.key.starts_with('@'));
        let (fixed_top, inner): (Vec<_>, Vec<_>) =
            of_body.partition(|constant| is_rooted || constant.key.starts_with('@'));
        let fixed_body = [inner, endpoint.fixed_body.clone()].concat();
        let fixed_query = [of_service(surface::Place::Query), endpoint.fixed_query.clone()].concat();
        let one_of: Vec<OneOf> = endpoint.one_of.iter().map(|group| self.one_of(group, &type_name)).collect();
        let resolved = Endpoint {
            module: endpoint.module.replace('/', "_"),
            name: endpoint.stem.clone(),
            method: method.unwrap_or_else(|| "GET".to_owned()),
            path: path.unwrap_or_else(|| "/".to_owned()),
            spec,
            // A path without one of its parameters is another path.
            path_parameters: self.inputs(&endpoint.path_parameters).into_iter().map(Field::into_required).collect(),
            query: self.inputs(&endpoint.query),
            headers: self.inputs(&endpoint.headers),
            body: self.inputs(&endpoint.body),
            at_least_one: None,
            one_of,
            fixed_top,
            fixed_body,
            fixed_query,
            fixed_headers: [of_service(surface::Place::Header), endpoint.fixed_headers.clone()].concat(),
            output: self.output(&endpoint.response),
            key: None,
            echo: Vec::new(),
            each: Vec::new(),
            paging: None,
            waiters: Vec::new(),
            evidence: None,
            type_name,
            surface: endpoint,
        };
        self.unique(&resolved.body);
        self.order(&resolved);
        self.unique_in_body(&resolved);
        let all: Vec<Field> = resolved.inputs().cloned().collect();
        self.unique_rust(&all, &resolved.surface.one_of);
        resolved
    }

    /// Checks that each group stands before something of the body.
    fn order(&mut self, endpoint: &Endpoint) {
        let inputs = endpoint.surface.body.iter().map(|field| field.wire.as_str());
        let known: Vec<&str> =
            inputs.chain(endpoint.surface.fixed_body.iter().map(|constant| constant.key.as_str())).collect();
        let groups = endpoint.surface.one_of.iter().filter_map(|group| group.before.as_ref());
        for name in groups.filter(|name| !known.contains(&name.as_str())) {
            let help = match did_you_mean(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "the key of an input or of a constant there; without `before`, it stands behind them".to_owned()
                }
            };
            let message = format!("`[body]` has no `{}`", name.value);
            self.diagnostics.add_with_help("E0213", &name.span, message, "unknown", help);
        }
    }

    /// Reports what would stand in a body twice: constants, fields, and those of the variants of a group.
    fn unique_in_body(&mut self, endpoint: &Endpoint) {
        // Where bodies are in one format alone, nothing stands at the places in others.
        let formats = [false, true].into_iter().filter(|is_xml| self.service.sends(*is_xml));
        let twice: Vec<_> = formats.flat_map(|is_xml| twice(endpoint, is_xml)).collect();
        let mut seen = BTreeSet::new();
        for (name, span) in twice.into_iter().filter(|(_, span)| seen.insert(span.range.start)) {
            let message = format!("`{}` would stand in the body twice", name.join("/"));
            let help = "another field or constant of this body has that place: leave out one of them";
            self.diagnostics.add_with_help("E0203", &span, message, "the second one", help);
        }
    }

    fn unique_rust(&mut self, fields: &[Field], groups: &[surface::OneOf]) {
        let mut seen = BTreeSet::new();
        let names = fields.iter().map(|field| (&field.rust, &field.surface.wire.span));
        for (name, span) in names {
            if !seen.insert(name.clone()) {
                let message = format!("two inputs are called `{name}` in Rust");
                self.diagnostics.add_with_help(
                    "E0204",
                    span,
                    message,
                    "the second one",
                    "give one of them another name with `as`",
                );
            }
        }
        for field in fields.iter().filter(|field| field.is_nullable() && !field.is_required()) {
            let name = field.clearing();
            if !seen.insert(name.clone()) {
                let message = format!("`{name}` would set an input, and clear another one");
                let (span, help) = (&field.surface.wire.span, "give one of them another name with `as`");
                self.diagnostics.add_with_help("E0204", span, message, "may be null", help);
            }
        }
        for group in groups {
            let rust = names::snake(&group.name);
            if !seen.insert(rust.clone()) {
                let message = format!("the group `{rust}` has the same name as an input");
                self.diagnostics.add("E0204", &group.name.span, message, "the second one");
            }
        }
    }

    fn one_of(&mut self, group: &surface::OneOf, endpoint: &str) -> OneOf {
        // Inputs that are given together, or not at all.
        let are_together = |variant: &surface::Variant| {
            !group.required && variant.fields.len() > 1 && variant.fields.iter().any(|field| field.required)
        };
        if group.variants.len() < 2 && !group.variants.iter().any(are_together) {
            let message = format!("the group `{}` has fewer than two variants", group.name.value);
            let help = "one variant alone is for several inputs that are given together or not at all";
            self.diagnostics.add_with_help("E0213", &group.name.span, message, "fewer than two variants", help);
        }
        let mut names = BTreeSet::new();
        for variant in group.variants.iter().filter(|variant| !names.insert(names::camel(&variant.name))) {
            let message = format!("two variants are called `{}` in Rust", names::camel(&variant.name));
            self.diagnostics.add("E0204", &variant.name.span, message, "the second one");
        }
        // All its inputs absent, a variant would be read as another one.
        let may_be_empty = |variant: &&surface::Variant| {
            group.required
                && !variant.fields.is_empty()
                && variant.fixed.is_empty()
                && !variant.fields.iter().any(|field| field.required)
        };
        let is_nothing =
            |variant: &&surface::Variant| !group.required && variant.fields.is_empty() && variant.fixed.is_empty();
        for variant in group.variants.iter().filter(is_nothing) {
            let message = format!("the variant `{}` has neither an input nor a constant", variant.name.value);
            let help =
                "give it a constant, such as `kind = \"none\"`, or leave it out: of this group, nothing may be given";
            self.diagnostics.add_with_help("E0213", &variant.name.span, message, "nothing would be written", help);
        }
        for variant in group.variants.iter().filter(may_be_empty) {
            let message = format!("the variant `{}` has no required input", variant.name.value);
            let help = "mark the input by which it is known with `required = true`, or add a constant";
            self.diagnostics.add_with_help("E0213", &variant.name.span, message, "could be any variant", help);
        }
        let variants = group.variants.iter().map(|variant| {
            let fields = self.inputs(&variant.fields);
            self.unique(&fields);
            Variant {
                name: variant.name.value.clone(),
                rust: names::camel(&variant.name),
                fields,
                fixed: variant.fixed.clone(),
            }
        });
        OneOf {
            rust: names::snake(&group.name),
            type_name: format!("{endpoint}{}", names::camel(&group.name)),
            required: group.required,
            before: group.before.as_ref().map(|name| name.value.clone()),
            en: group.en.clone(),
            ru: group.ru.clone(),
            variants: variants.collect(),
        }
    }

    fn output(&mut self, response: &surface::Response) -> Output {
        let from = response.from.as_ref().map(|from| from.as_str());
        let Some(text) = &response.ty else {
            return if from == Some("bytes") { Output::Bytes } else { Output::None };
        };
        let ty = match self.ty(text) {
            Type::List(item) if response.is_each.is_some() => Type::List(Box::new(Type::Judged(item))),
            ty => ty,
        };
        match from {
            Some("headers") => return Output::Headers(ty),
            Some("text" | "bytes") => return Output::Text(ty),
            _ => {}
        }
        match WireName::of(&response.root) {
            Some(name) => {
                Output::Under(ty, WireName { item: response.item.as_ref().map(|item| item.value.clone()), ..name })
            }
            None => Output::Whole(ty),
        }
    }
}

/// What would stand in a body of this format twice.
fn twice(endpoint: &Endpoint, is_xml: bool) -> Vec<(Vec<String>, Span)> {
    let plain = |fields: &[Field], constants: &[surface::Constant]| -> Vec<(Vec<String>, Span)> {
        let fields = fields.iter().filter(|field| field.surface.names.is_none());
        let place = |field: &Field| if is_xml { field.name.xml.clone() } else { field.name.json.clone() };
        let fields = fields.map(|field| (place(field), field.surface.wire.span.clone()));
        let split = |key: &str| key.split('/').map(str::to_owned).collect::<Vec<_>>();
        fields.chain(constants.iter().map(|one| (split(&one.key), one.key.span.clone()))).collect()
    };
    // An attribute stands beside what is in its element.
    let holds = |one: &[String], other: &[String]| {
        other.starts_with(one) && !other.get(one.len()).is_some_and(|step| step.starts_with('@'))
    };
    let clash = |one: &[String], other: &[String]| holds(one, other) || holds(other, one);
    let fields = plain(&endpoint.body, &[]);
    let (mut known, mut found): (Vec<(Vec<String>, Span)>, Vec<_>) = (Vec::new(), Vec::new());
    for (name, span) in plain(&[], &endpoint.fixed_body) {
        if fields.iter().chain(&known).any(|(other, _)| clash(other, &name)) {
            found.push((name.clone(), span.clone()));
        }
        known.push((name, span));
    }
    known.extend(fields);
    for variant in endpoint.one_of.iter().flat_map(|group| &group.variants) {
        let inner = plain(&variant.fields, &variant.fixed);
        found.extend(inner.into_iter().filter(|(name, _)| known.iter().any(|(other, _)| clash(other, name))));
    }
    found
}

fn no_pairs(words: &At<Vec<surface::Word>>, diagnostics: &mut Diagnostics) {
    let help = "pairs of words, that for no first: `words = [\"off\", \"on\"]`; one alone, of a field, is that for yes";
    diagnostics.add_with_help("E0242", &words.span, "these are no words of a flag", "no pairs", help);
}

/// The pair of a word that says yes by being there, if it is the only one.
fn alone(words: &[surface::Word]) -> Option<Vec<[surface::Word; 2]>> {
    match words {
        [yes] => Some(vec![[surface::Word::Text(String::new()), yes.clone()]]),
        _ => None,
    }
}

/// The pairs of words; `None` if one is missing, or means both, or is empty, which is a value that is not there.
fn pairs(words: &[surface::Word]) -> Option<Vec<[surface::Word; 2]>> {
    let (pairs, rest) = words.as_chunks::<2>();
    if words.iter().any(|word| word.plain().is_empty()) {
        return None;
    }
    let has_both = pairs.iter().any(|[no, _]| pairs.iter().any(|[_, yes]| yes == no));
    (rest.is_empty() && !pairs.is_empty() && !has_both).then(|| pairs.to_vec())
}

/// Marks the types that requests and answers contain, at any depth.
fn mark_uses(model: &mut Model) {
    let mut requests = Vec::new();
    let mut answers = Vec::new();
    for endpoint in &model.endpoints {
        let groups = endpoint.one_of.iter().flat_map(|group| group.variants.iter().flat_map(|variant| &variant.fields));
        requests.extend(endpoint.inputs().chain(groups).map(|field| field.ty.clone()));
        answers.extend(endpoint.output.ty().cloned());
    }
    for (start, is_request) in [(requests, true), (answers, false)] {
        let mut queue: Vec<String> = start.iter().flat_map(|ty| ty.names().into_iter().map(str::to_owned)).collect();
        while let Some(name) = queue.pop() {
            let Some(entry) = model.types.get_mut(&name) else {
                continue;
            };
            let mark = if is_request { &mut entry.in_requests } else { &mut entry.in_answers };
            if std::mem::replace(mark, true) {
                continue;
            }
            queue.extend(entry.kind.parts().into_iter().flat_map(Type::names).map(str::to_owned));
        }
    }
}
