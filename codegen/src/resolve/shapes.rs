//! Checks that each type expression and its limits give a type of Rust, and that values of it can be read and written.

use std::collections::BTreeSet;

use hostkit_proto::{Date, DateTime, UnixTime};

use super::kinds::{is_number, is_text};
use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, ITSELF, Model, Output, Type, TypeEntry, TypeKind, caller};
use crate::source::{At, Span};
use crate::surface::{self, Service, Surface, Writing};

/// The most fields that a table of generated code has.
const FIELDS: usize = 128;

pub(super) fn check(model: &Model, surface: &Surface, diagnostics: &mut Diagnostics) {
    for endpoint in &model.endpoints {
        inputs(endpoint).for_each(|field| of_field(model, field, true, diagnostics));
        let beside = endpoint.path_parameters.iter().chain(&endpoint.query).chain(&endpoint.headers);
        beside.for_each(|field| nullable(model, field, Place::Beside, diagnostics));
        let of_variants = endpoint.one_of.iter().flat_map(|group| &group.variants).flat_map(|variant| &variant.fields);
        for field in endpoint.body.iter().chain(of_variants) {
            nullable(model, field, Place::Body, diagnostics);
            pattern(&model.service, field, false, diagnostics);
        }
        // A query says in which pattern each of its dates is.
        endpoint.query.iter().for_each(|field| pattern(&model.service, field, true, diagnostics));
        output(model, endpoint, diagnostics);
    }
    for entry in model.types.values() {
        nameless(model, entry, diagnostics);
        if let TypeKind::Struct(fields) = &entry.kind {
            for field in fields {
                of_field(model, field, false, diagnostics);
                let place = if entry.in_answers || !entry.in_requests { Place::Answer } else { Place::Body };
                nullable(model, field, place, diagnostics);
                pattern(&model.service, field, false, diagnostics);
            }
        }
    }
    for definition in surface.types.iter().flat_map(|file| &file.types) {
        let Some(entry) = model.types.get(&definition.name.value) else { continue };
        match (&entry.kind, &definition.kind) {
            (TypeKind::Enumeration { .. }, surface::TypeKind::Enumeration { is_number, values }) => {
                enumeration(&definition.name, *is_number, values, diagnostics);
            }
            (TypeKind::Struct(fields), _) if fields.len() > FIELDS => {
                let message = format!("`{}` has {} fields", entry.name, fields.len());
                let help = "leave out what nobody needs under `ignore` of the service, or make it an `any`";
                let label = format!("{FIELDS} at most");
                diagnostics.add_with_help("E0252", &definition.name.span, message, label, help);
            }
            (TypeKind::Union { number, scalar, object, list }, _) => {
                union(model, &definition.name.span, [number, scalar, object, list].map(Option::as_ref), diagnostics);
            }
            (TypeKind::Objects(variants), surface::TypeKind::Union { objects, .. }) => {
                let surface::TypeKind::Union { number, scalar, object, list, .. } = &definition.kind else { continue };
                let other = [number, scalar, object, list].into_iter().flatten().next();
                objects_of(model, variants, objects, other, diagnostics);
            }
            _ => {}
        }
        itself(model, &definition.name, diagnostics);
    }
    dates(model, diagnostics);
}

/// All inputs of a call, those of its variants too.
fn inputs(endpoint: &Endpoint) -> impl Iterator<Item = &Field> {
    let variants = endpoint.one_of.iter().flat_map(|group| &group.variants);
    endpoint.inputs().chain(variants.flat_map(|variant| &variant.fields))
}

fn of_field(model: &Model, field: &Field, is_input: bool, diagnostics: &mut Diagnostics) {
    let surface = &field.surface;
    let (span, place) = (&surface.wire.span, &surface.ty.span);
    expression(model, &field.ty, place, diagnostics);
    let ty = if let Type::Nullable(item) = &field.ty { item } else { &field.ty };
    if let Type::Joined(item, separator) = if let Type::Map(_, item) = ty { item } else { ty } {
        joined(model, field, item, *separator, diagnostics);
    }
    if let Type::Csv(item, _) = ty
        && !is_text(model, item)
        && **item != Type::Secret
    {
        let help = "the items of a list that is joined are scalars";
        diagnostics.add_with_help("E0226", place, "items that are joined are one text each", "not one text", help);
    }
    let is_many =
        matches!(field.ty, Type::List(_)) || is_input && matches!(ty, Type::List(_) | Type::Map(..) | Type::Csv(..));
    if surface.max_items.is_some() && !is_many {
        let help = "of an input of a call that is a list or a map, with `?` too, and of an answer's list";
        diagnostics.add_with_help("E0207", span, "`max-items` limits no list", "not such a limit", help);
    }
    let is_json = |ty: &Type| matches!(ty, Type::Json(item) if is_text(model, item) || **item == Type::Secret);
    if is_json(if let Type::Nullable(item) = &field.ty { item } else { &field.ty }) {
        let help = "leave it out, or `write = \"text\"` for a number in quotes: a list, a map or an object is JSON in one text";
        diagnostics.add_with_help("E0207", span, "a scalar is one text by itself", "beside `write`", help);
    }
    if surface.write == Some(Writing::Json) && surface.join.is_some() {
        let help = "leave out one of them: `a=1,b=2`, or `{\"a\":1,\"b\":2}`";
        diagnostics.add_with_help("E0207", span, "one text is joined or JSON, not both", "beside `join`", help);
    }
    if let Some(Writing::Coded(coding)) = surface.write
        && !matches!(if let Type::Nullable(item) = &field.ty { item } else { &field.ty }, Type::Coded(_))
    {
        let help = "leave it out: only a `text`, alone or with `?`, is encoded by itself";
        let message = format!("`write = {:?}` is for a `text`", coding.word());
        diagnostics.add_with_help("E0207", span, message, "not one", help);
    }
    if surface.is_quoted() && !field.ty.item().is_number() && !is_text(model, field.ty.item()) {
        let help = "leave it out: only a number differs with and without quotes; the JSON of a list, a map or an object in one \
                    text is `write = \"json\"`";
        diagnostics.add_with_help("E0207", span, "`write = \"text\"` is for numbers", "not a number", help);
    }
    let is_said =
        field.is_required() || surface.required_if.is_some() || surface.keys.iter().any(|key| key.value == "absent");
    if field.ty.is_there_or_not() && is_said {
        let help = "leave out `required` and `absent`, or give the word for no, too";
        let message = "one word says yes by being there, and no by being absent";
        diagnostics.add_with_help(
            "E0242",
            surface.words.as_ref().map_or(span, |words| &words.span),
            message,
            "one word",
            help,
        );
    }
    let limits = std::iter::once(&surface.limits);
    let others = surface.host_limits.iter().chain(&surface.when).map(|(_, limits)| limits);
    for limits in limits.chain(others) {
        if limits.min_length.into_iter().chain(limits.max_length).any(|length| length < 0) {
            diagnostics.add("E0207", span, "the length of a text is not negative", "not a length");
        }
    }
}

/// Refuses an object in one text whose fields are not one text each, or could not be told from one another.
fn joined(model: &Model, field: &Field, item: &Type, outer: char, diagnostics: &mut Diagnostics) {
    let place = &field.surface.ty.span;
    let is_one = |ty: &Type| is_text(model, ty) || matches!(ty, Type::Secret | Type::Coded(_));
    if let Type::Map(_, item) = item {
        if !is_one(item) {
            let help = "a map of scalars, `{text: uint}`: other values have `write = \"json\"`";
            diagnostics.add_with_help("E0226", place, "values that are joined are one text each", "not one text", help);
        }
        return;
    }
    let Some(fields) = model.fields(item) else {
        let help = "a type with `fields`, a list or a map of scalars";
        diagnostics.add_with_help("E0226", place, "only a list, a map or an object can be joined", "neither", help);
        return;
    };
    let called = fields.iter().filter_map(|inner| caller(model, fields, inner)).flat_map(|(_, values)| values);
    let own = fields.iter().flat_map(|inner| inner.name.json.iter().chain(&inner.name.also));
    let is_read = |name: &str| name == ITSELF || !name.contains(['=', outer]) && name.trim() == name;
    if let Some(name) = own.chain(called.map(|value| &value.wire)).find(|name| !is_read(name)) {
        let message = format!("a part of one text cannot be called `{name}`");
        let help = format!(
            "without `=`, `{outer}` and blanks at its ends: behind the first `=` is the value, and `{outer}` stands between the parts"
        );
        diagnostics.add_with_help("E0226", place, message, "never read", help);
    }
    let is_plain = |inner: &&Field| {
        let ty = if let Type::Csv(item, _) = &inner.ty { item } else { &inner.ty };
        is_one(ty) && inner.name.json.len() == 1 && inner.surface.header.is_none()
    };
    if let Some(inner) = fields.iter().find(|inner| !is_plain(inner)) {
        let message = format!("`{}` cannot stand in one text with others", inner.wire());
        let help = "the fields of an object that is joined are scalars or lists with a `join`, each with one name";
        diagnostics.add_with_help("E0226", place, message, "one of these fields", help);
    }
    let is_apart = |inner: &&Field| !matches!(inner.ty, Type::Csv(_, separator) if separator == outer);
    if let Some(inner) = fields.iter().find(|inner| !is_apart(inner)) {
        let message = format!("the items of `{}` have the same `{outer}` between them", inner.wire());
        let help = "what stands between the items of a list is not what stands between the fields around it";
        diagnostics.add_with_help("E0226", place, message, "could be read in two ways", help);
    }
}

/// Refuses a part without a name of its own that is called something all the same, or stands where all have names.
fn nameless(model: &Model, entry: &TypeEntry, diagnostics: &mut Diagnostics) {
    let TypeKind::Struct(fields) = &entry.kind else { return };
    let types = model.types.values().flat_map(|other| other.kind.parts());
    let calls = model.endpoints.iter();
    let inputs = calls.clone().flat_map(inputs).map(|input| &input.ty);
    let outputs = calls.filter_map(|endpoint| endpoint.output.ty());
    let is_bare = types.chain(inputs).chain(outputs).any(|ty| is_bare(ty, &entry.name));
    if let Some(names) =
        fields.iter().find_map(|field| field.surface.names.as_ref().filter(|_| field.caller().is_some()))
        && is_bare
    {
        let help = "`join` where the type is used: in other objects each field has a name of its own";
        let message = "a part that is called by a value stands in one text alone";
        diagnostics.add_with_help("E0226", &names.span, message, "in an object that is none", help);
    }
    let Some(field) = fields.iter().find(|field| field.is_nameless()) else { return };
    let mut wrong = |message: &str, label: &str, help: &str| {
        diagnostics.add_with_help("E0226", &field.surface.wire.span, message, label, help);
    };
    if field.surface.name.is_none() {
        let help = "such as `\".\" = { as = \"volume\", … }`";
        wrong("a part without a name on the wire needs one in Rust", "without `as`", help);
    }
    let is_named = [&field.name.json, &field.name.xml].into_iter().any(|name| *name != [ITSELF]);
    if is_named || field.surface.header.is_some() {
        let help = "leave out `json`, `xml` and `header`: `also` names the part where it is read with a name, too";
        wrong("a part without a name has none in any format", "named all the same", help);
    }
    if is_bare {
        let help = "`join` where the type is used; of a body beside headers, `.` is a list";
        wrong("a part without a name stands in one text alone", "in an object that is none", help);
    }
}

/// Whether values of a type have an object of this name in them that is not one text.
fn is_bare(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Named(found) => found == name,
        Type::List(item) | Type::Csv(item, _) | Type::Option(item) | Type::Nullable(item) | Type::Map(_, item) => {
            is_bare(item, name)
        }
        Type::Json(item) => is_bare(item, name),
        _ => false,
    }
}

/// Where a value stands that may be null.
enum Place {
    /// A path, a query or a header.
    Beside,
    /// The body of a request.
    Body,
    /// An object of an answer, where null means absent.
    Answer,
}

/// Refuses a null that could not be written, or told from what is absent or from a value.
fn nullable(model: &Model, field: &Field, place: Place, diagnostics: &mut Diagnostics) {
    let Type::Nullable(item) = &field.ty else { return };
    let service = &model.service;
    let formats = service.body_formats();
    let leave_out = "leave out the `?`: a field is optional without `required = true`";
    let (message, label, help) = match (place, &**item) {
        (Place::Answer, _) => (
            "`?` stands in a `[response]`, and where requests alone have null: a field of an answer is absent then",
            "not optional",
            leave_out,
        ),
        (Place::Beside, _) => ("only the body of a request can have null", "not here", leave_out),
        (Place::Body, _) if formats.iter().any(|format| format != "json") => {
            ("null is written in JSON, and bodies of this API may have another format", "not null", leave_out)
        }
        (Place::Body, Type::Any) => ("`any` is null by itself", "twice", "leave out the `?`"),
        (Place::Body, _) if field.surface.is_quoted() => {
            ("a number in quotes is not null", "beside `write`", "leave out one of them")
        }
        (Place::Body, _) => return,
    };
    diagnostics.add_with_help("E0201", &field.surface.ty.span, message, label, help);
}

/// The pattern of a date, or of a field that is none.
fn pattern(service: &Service, field: &Field, is_query: bool, diagnostics: &mut Diagnostics) {
    // A field without one has the first of the service, which is looked at where it stands.
    let is_own = field.surface.keys.iter().any(|key| key.value == "pattern");
    let Some(pattern) = field.surface.pattern.as_ref().filter(|_| is_own) else { return };
    let span = &field.surface.wire.span;
    let ty = if let Type::Nullable(item) = &field.ty { item } else { &field.ty };
    let is_read = match ty {
        Type::DateTime => reads_datetime(pattern),
        Type::Date => reads_date(pattern),
        Type::UnixTime => reads_moment(pattern),
        _ => {
            let help = "items of a list or map are in the form that `[dates]` of service.toml says";
            let message = "`pattern` is for one `date`, `datetime` or `unixtime`";
            diagnostics.add_with_help("E0207", span, message, "not such a field", help);
            return;
        }
    };
    if !is_read {
        let message = format!("no date can be read by `{pattern}`");
        let help = match ty {
            Type::UnixTime => "a moment is as in RFC 3339: `%Y-%m-%dT%H:%M:%S%:z` or `%Y-%m-%dT%H:%M:%SZ`",
            _ => "such as `%Y-%m-%d %H:%M:%S`, with the year in four digits",
        };
        diagnostics.add_with_help("E0207", span, message, "not a pattern of dates", help);
        return;
    }
    let (key, known) = match ty {
        Type::DateTime => ("datetime", &service.datetime_patterns),
        Type::UnixTime => return,
        _ => ("date", &service.date_patterns),
    };
    // Whoever reads an object tries the patterns of the service, whatever the field is written in.
    let is_known =
        known.contains(pattern) || known.is_empty() && ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"].contains(&&**pattern);
    if !is_query && !is_known {
        let message = format!("`{key}` of `[dates]` does not have `{pattern}`");
        let help = "add it there: a date is read by each of these";
        diagnostics.add_with_help("E0207", span, message, "never read", help);
    }
}

/// A date that every pattern shows as itself.
const SHOWN: &str = "2026-11-29 00:00:00";

fn reads_datetime(pattern: &str) -> bool {
    let shown = DateTime::parse("%Y-%m-%d %H:%M:%S", SHOWN);
    shown.is_some_and(|date| DateTime::parse(pattern, &date.format(pattern)) == Some(date))
}

fn reads_date(pattern: &str) -> bool {
    let shown = Date::parse("%Y-%m-%d", &SHOWN[..10]);
    shown.is_some_and(|date| Date::parse(pattern, &date.format(pattern)) == Some(date))
}

/// Whether moments are written by the pattern as they are read, whatever the pattern: with their offset.
fn reads_moment(pattern: &str) -> bool {
    let shown = UnixTime(1_795_910_401);
    UnixTime::parse_offset(&shown.format(pattern)) == Some(shown)
}

fn output(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let response = &endpoint.surface.response;
    let (Some(ty), Some(place)) = (endpoint.output.ty(), &response.ty) else {
        if response.max_items.is_some() {
            let help = "leave it out: this answer has no list";
            let span = &endpoint.surface.place;
            diagnostics.add_with_help("E0207", span, "`max-items` limits no list", "not such a limit", help);
        }
        return;
    };
    let inner = match ty {
        Type::Option(inner) => inner,
        ty => ty,
    };
    expression(model, inner, &place.span, diagnostics);
    let is_option = matches!(ty, Type::Option(_));
    if response.max_items.is_some() && !matches!(ty, Type::List(_)) {
        let (message, help) = match inner {
            Type::List(_) => ("a list that may be absent has no `max-items`", "leave out the `?`, or `max-items`"),
            _ => ("`max-items` limits no list", "leave it out: this answer has no list"),
        };
        diagnostics.add_with_help("E0207", &place.span, message, "not such a limit", help);
    }
    // Without a root, the whole answer may be null, but not where it has the marker of a success.
    let is_there = match endpoint.output {
        Output::Under(..) => false,
        Output::Whole(_) => !model.service.fault.marker.is_empty(),
        _ => true,
    };
    if is_option && is_there {
        let help = "leave out the `?`, or say by `root` where there may be nothing";
        diagnostics.add_with_help("E0201", &place.span, "this output is always there", "not optional", help);
    }
}

/// What stands inside a type expression.
fn expression(model: &Model, ty: &Type, span: &Span, diagnostics: &mut Diagnostics) {
    match ty {
        Type::Option(_) => {
            let help = "leave out the `?`: a field is optional without `required = true`";
            let message = "`?` stands at the end of a `type`";
            diagnostics.add_with_help("E0201", span, message, "not optional", help);
        }
        Type::List(item) | Type::Csv(item, _) | Type::Nullable(item) | Type::Joined(item, _) | Type::Json(item) => {
            expression(model, item, span, diagnostics)
        }
        Type::Map(key, item) => {
            // Keys are sorted and looked for, which an amount and a secret do not allow.
            if !is_text(model, key) || matches!(**key, Type::Money | Type::Currency) {
                let help = "`text`, a number, a date or an id";
                diagnostics.add_with_help("E0223", span, "a key of a map has to be a scalar", "not a scalar", help);
            }
            expression(model, item, span, diagnostics);
        }
        _ => {}
    }
}

fn enumeration(
    name: &At<String>,
    is_number: bool,
    values: &[surface::EnumerationValue],
    diagnostics: &mut Diagnostics,
) {
    if values.is_empty() {
        let help = "add a value that the API is known to send, or make the fields `text`";
        diagnostics.add_with_help("E0252", &name.span, "an enumeration has values", "without `values`", help);
    }
    // A number is compared as it is written shortest.
    let is_whole = |text: &str| text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    for value in values.iter().filter(|value| is_number && !is_whole(&value.wire)) {
        let message = format!("`{}` is no whole number", value.wire.value);
        let help = "leave out `kind = \"number\"` if the values are texts";
        diagnostics.add_with_help("E0252", &value.wire.span, message, "of an enumeration of numbers", help);
    }
}

fn union(model: &Model, span: &Span, shapes: [Option<&Type>; 4], diagnostics: &mut Diagnostics) {
    let [number, scalar, object, list] = shapes;
    let is_scalar = |ty: &Type| is_text(model, ty) || *ty == Type::Secret;
    let is_object = |ty: &Type| model.fields(ty).is_some() || matches!(ty, Type::Map(..) | Type::Any);
    let wrong = [
        ("number", number.is_some_and(|ty| !is_number(model, ty)), "a number"),
        ("scalar", scalar.is_some_and(|ty| !is_scalar(ty)), "one text, number or flag"),
        ("object", object.is_some_and(|ty| !is_object(ty)), "a type with fields, or a map"),
        ("list", list.is_some_and(|ty| !matches!(ty, Type::List(_))), "a list: `[Name]`"),
    ];
    for (key, _, what) in wrong.iter().filter(|(_, is_wrong, _)| *is_wrong) {
        let message = format!("`{key}` of a union is {what}");
        diagnostics.add("E0252", span, message, "not such a type");
    }
    let service = &model.service;
    let formats = service.formats.iter().map(String::as_str).chain(service.request_format.as_deref());
    if number.is_some() && formats.clone().any(|format| !["json", "php"].contains(&format)) {
        let help = "elsewhere a number is a text: leave out `number`";
        diagnostics.add_with_help("E0252", span, "JSON and PHP alone tell a number from a text", "a number", help);
    }
    if shapes.into_iter().flatten().count() < 2 {
        let help = "`union = { scalar = …, object = … }`; a value of one shape has the type of that";
        diagnostics.add_with_help("E0252", span, "a union has two shapes or more", "fewer than two", help);
    }
    for ty in shapes.into_iter().flatten() {
        expression(model, ty, span, diagnostics);
    }
}

/// Checks that each object of a union is one, and is told from the others by what it has.
fn objects_of(
    model: &Model,
    variants: &[(String, Type)],
    objects: &[At<String>],
    other: Option<&At<String>>,
    diagnostics: &mut Diagnostics,
) {
    let mut wrong = |span: &Span, message: &str, label: &str, help: &str| {
        diagnostics.add_with_help("E0252", span, message, label, help);
    };
    if let Some(other) = other {
        let help = "a type with the `objects`, and one with the other shapes, whose `object` it is";
        wrong(&other.span, "a union of `objects` has no other shapes", "beside `objects`", help);
    }
    let is_object = |ty: &Type| model.fields(ty).is_some();
    if let Some((object, _)) = objects.iter().zip(variants).find(|(_, (_, ty))| !is_object(ty)) {
        return wrong(
            &object.span,
            "each of the `objects` of a union is a type with fields",
            "not one",
            "name such a type",
        );
    }
    if let [only] = objects {
        let help =
            "`objects = [\"FilterIds\", \"FilterNames\"]`; an object that is always the same has the type of that";
        return wrong(&only.span, "an object that is one of several has two types or more", "fewer than two", help);
    }
    for is_xml in [false, true] {
        let formats = model.service.formats.iter().chain(&model.service.request_format);
        if !formats.into_iter().any(|format| (format == "xml") == is_xml) {
            continue;
        }
        let own = model.own_fields(variants, is_xml);
        let is_told = |fields: &&Vec<&Field>| fields.iter().any(|field| field.is_required());
        let mut untold = objects.iter().zip(&own).filter(|(_, fields)| !is_told(fields)).map(|(object, _)| object);
        if let (Some(one), Some(second)) = (untold.next(), untold.next()) {
            let message =
                format!("neither `{}` nor `{}` has a required field that no other one has", one.value, second.value);
            let help = "by such a field an object is told from the others; at most one of them does without, and is what has \
                        none of theirs";
            return wrong(&second.span, &message, "told by nothing", help);
        }
    }
}

/// Refuses a type whose values would hold themselves, without a list or a map between.
fn itself(model: &Model, name: &At<String>, diagnostics: &mut Diagnostics) {
    let inside = |ty: &Type| match if let Type::Nullable(item) = ty { item } else { ty } {
        Type::Named(name) => Some(name.clone()),
        _ => None,
    };
    let (mut seen, mut open) = (BTreeSet::new(), vec![name.value.clone()]);
    while let Some(next) = open.pop() {
        let held: Vec<String> = match model.types.get(&next).map(|entry| &entry.kind) {
            Some(TypeKind::Struct(fields)) => fields.iter().filter_map(|field| inside(&field.ty)).collect(),
            Some(TypeKind::Union { scalar, object, .. }) => {
                [scalar, object].into_iter().flatten().filter_map(inside).collect()
            }
            Some(TypeKind::Objects(objects)) => objects.iter().filter_map(|(_, ty)| inside(ty)).collect(),
            _ => Vec::new(),
        };
        if held.contains(&name.value) {
            let message = format!("a `{}` would hold another one without end", name.value);
            let help = "make the field a list, such as `[Name]`, or `any`";
            diagnostics.add_with_help("E0252", &name.span, message, "holds itself", help);
            return;
        }
        open.extend(held.into_iter().filter(|name| seen.insert(name.clone())));
    }
}

fn dates(model: &Model, diagnostics: &mut Diagnostics) {
    for (key, pattern) in [("datetime", &model.service.datetime_patterns), ("date", &model.service.date_patterns)] {
        let reads = if key == "date" { reads_date } else { reads_datetime };
        for pattern in pattern.iter().filter(|pattern| !reads(pattern)) {
            let message = format!("no `{key}` can be read by `{pattern}`");
            let help = "such as `%Y-%m-%d` or `%d.%m.%Y %H:%M`, with the year in four digits";
            diagnostics.add_with_help("E0207", &model.service.dates, message, "in `[dates]`", help);
        }
    }
}
