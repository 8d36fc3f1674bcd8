//! Which call a request is: the order in which a server tries the calls, and calls that no request tells apart.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::kinds::{is_number, is_text};
use crate::diagnostic::Diagnostics;
use crate::model::{AtLeastOne, Endpoint, Field, Model, OneOf, Type, TypeKind, Variant};
use crate::surface::{Constant, IdKind};

/// The calls in the order in which a server tries them on a request: the most demanding first, so that a constant, a
/// required input or a number in the path wins over its absence.
pub(crate) fn by_demand(model: &Model) -> Vec<&Endpoint> {
    let demand = |endpoint: &Endpoint| {
        let required = endpoint.inputs().filter(|field| field.is_required()).count();
        let groups = endpoint.one_of.iter().filter(|group| group.required).count();
        let fixed = endpoint.fixed_body.len() + endpoint.fixed_top.len() + endpoint.fixed_query.len();
        let fixed = fixed + endpoint.fixed_headers.len();
        let literal = endpoint.path.split('/').filter(|segment| !segment.starts_with('{')).count();
        let narrow: usize = endpoint.path_parameters.iter().map(|field| narrowness(model, &field.ty)).sum();
        // Of two that demand as much, the one with more constants takes less.
        (literal, required + groups + fixed, narrow, fixed)
    };
    let mut order: Vec<&Endpoint> = model.endpoints.iter().collect();
    order.sort_by_key(|endpoint| (Reverse(demand(endpoint)), endpoint.name.clone()));
    order
}

/// How few texts a type takes: any text, those of an id, or those of a number and the like.
fn narrowness(model: &Model, ty: &Type) -> usize {
    match ty {
        Type::Text | Type::Coded(_) | Type::Secret | Type::Html | Type::Any => 0,
        Type::Named(name) => match model.types.get(name).map(|entry| &entry.kind) {
            Some(TypeKind::Id(IdKind::Text)) => 1,
            Some(TypeKind::Id(IdKind::Number) | TypeKind::Ranged(..)) => 2,
            _ => 0,
        },
        _ => 2,
    }
}

/// Reports calls whose requests are also those of a call that is tried before them.
pub(super) fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let mut alike: BTreeMap<_, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in by_demand(model) {
        let before = alike.entry((&endpoint.method, shape(&endpoint.path))).or_default();
        for first in before.iter().filter(|first| has_same_path(model, first, endpoint) && first.name != endpoint.name)
        {
            let takes = |is_xml| requests(endpoint, is_xml).iter().any(|request| takes(model, first, request, is_xml));
            if ![false, true].into_iter().any(|is_xml| model.service.sends(is_xml) && takes(is_xml)) {
                continue;
            }
            let message = format!("no request tells `{}` from `{}`", endpoint.name, first.name);
            let label = format!("the same call as `{}/{}.toml`", first.surface.module, first.name);
            let help = "a constant, a required input or another path tells calls apart; what is one call at the hoster is \
                        one file";
            let span = endpoint.surface.path.as_ref().map_or(&endpoint.surface.place, |path| &path.span);
            diagnostics.add_with_help("E0225", span, message, label, help);
        }
        before.push(endpoint);
    }
}

/// The path with its inputs nameless: a constant is tried before an input of the same place, so calls whose paths differ
/// in this are told apart.
fn shape(path: &str) -> Vec<&str> {
    path.trim_end_matches('/').split('/').map(|step| input_name(step).map_or(step, |_| "{}")).collect()
}

/// The name of the input that a step of a path is.
fn input_name(step: &str) -> Option<&str> {
    step.strip_prefix('{')?.strip_suffix('}')
}

/// Whether each path of the second call is one of the first, which has the same shape.
fn has_same_path(model: &Model, first: &Endpoint, second: &Endpoint) -> bool {
    let inputs = |endpoint: &Endpoint| -> Vec<Type> {
        let names = endpoint.path.trim_end_matches('/').split('/').filter_map(input_name);
        let field = |name: &str| endpoint.path_parameters.iter().find(|field| field.wire() == name);
        names.filter_map(|name| Some(field(name)?.ty.clone())).collect()
    };
    inputs(first).iter().zip(&inputs(second)).all(|(one, other)| covers(model, one, other, true))
}

/// Something that a request has.
#[derive(Clone)]
enum Given<'m> {
    Constant(&'m str),
    Input(&'m Type),
    /// An object without fields.
    Empty,
}

/// What a request has, by its place: query, headers, and the paths of the body.
#[derive(Clone, Default)]
struct Request<'m> {
    query: Vec<(String, Given<'m>)>,
    headers: Vec<(String, Given<'m>)>,
    body: Vec<(String, Given<'m>)>,
}

/// Where an input stands: under its template, if its parts have names of their own.
fn place(field: &Field) -> String {
    field.surface.names.as_ref().map_or_else(|| field.wire().to_owned(), |names| names.value.clone())
}

/// The path of the root of a body with a slash behind it, or nothing.
fn root(endpoint: &Endpoint, is_xml: bool) -> String {
    let root = &endpoint.surface.request_root;
    let root = if is_xml { &root.xml } else { &root.json };
    root.as_ref().map_or_else(String::new, |root| format!("{root}/"))
}

fn path(field: &Field, root: &str, is_xml: bool) -> String {
    let path = match &field.surface.names {
        Some(names) => names.value.clone(),
        None => if is_xml { &field.name.xml } else { &field.name.json }.join("/"),
    };
    format!("{root}{path}")
}

fn constant<'m>(constant: &'m Constant, root: &str) -> (String, Given<'m>) {
    (format!("{root}{}", constant.key.value), Given::Constant(&constant.text))
}

/// What a variant has at least.
fn of_variant<'m>(variant: &'m Variant, root: &str, is_xml: bool) -> Vec<(String, Given<'m>)> {
    let fields = variant.fields.iter().filter(|field| field.is_required());
    let fields = fields.map(|field| (path(field, root, is_xml), Given::Input(&field.ty)));
    fields.chain(variant.fixed.iter().map(|one| constant(one, root))).collect()
}

/// What query or headers always have.
fn always<'m>(fields: &'m [Field], constants: &'m [Constant]) -> Vec<(String, Given<'m>)> {
    let fields = fields.iter().filter(|field| field.is_required());
    let fields = fields.map(|field| (place(field), Given::Input(&field.ty)));
    fields.chain(constants.iter().map(|one| constant(one, ""))).collect()
}

/// The most requests that are looked at of one call.
const MOST: usize = 64;

/// The smallest requests of a call: each with what is always there, one variant of each group that is always there, and
/// one of the inputs of which one has to be given.
fn requests(endpoint: &Endpoint, is_xml: bool) -> Vec<Request<'_>> {
    let root = root(endpoint, is_xml);
    let mut body: Vec<_> = endpoint.fixed_top.iter().map(|one| constant(one, "")).collect();
    if !root.is_empty() {
        body.push((root.trim_end_matches('/').to_owned(), Given::Empty));
    }
    let fields = endpoint.body.iter().filter(|field| field.is_required());
    body.extend(fields.map(|field| (path(field, &root, is_xml), Given::Input(&field.ty))));
    body.extend(endpoint.fixed_body.iter().map(|one| constant(one, &root)));
    let mut all = vec![Request {
        query: always(&endpoint.query, &endpoint.fixed_query),
        headers: always(&endpoint.headers, &endpoint.fixed_headers),
        body,
    }];
    for group in endpoint.one_of.iter().filter(|group| group.required) {
        all = with_each(&all, &variants(group, &root, is_xml));
    }
    let optional = |field: &&Field| !field.is_required();
    let one_more: Vec<Request<'_>> = match &endpoint.at_least_one {
        None => return all,
        Some(AtLeastOne::Body(_)) => {
            let fields = endpoint.body.iter().filter(optional).map(|field| in_body(field, &root, is_xml));
            let groups = endpoint.one_of.iter().filter(|group| !group.required);
            fields.chain(groups.flat_map(|group| variants(group, &root, is_xml))).collect()
        }
        Some(AtLeastOne::Of(names)) => {
            let is_one = |name: &str| names.iter().any(|(known, ..)| known == name);
            let body = endpoint.body.iter().map(|field| (field, in_body(field, &root, is_xml)));
            let query = endpoint.query.iter().map(|field| {
                (field, Request { query: vec![(place(field), Given::Input(&field.ty))], ..Request::default() })
            });
            let headers = endpoint.headers.iter().map(|field| {
                (field, Request { headers: vec![(place(field), Given::Input(&field.ty))], ..Request::default() })
            });
            let fields = body.chain(query).chain(headers).filter(|(field, _)| is_one(field.wire()));
            let groups = endpoint.one_of.iter().filter(|group| is_one(&group.rust));
            fields.map(|(_, one)| one).chain(groups.flat_map(|group| variants(group, &root, is_xml))).collect()
        }
    };
    with_each(&all, &one_more)
}

fn in_body<'m>(field: &'m Field, root: &str, is_xml: bool) -> Request<'m> {
    Request { body: vec![(path(field, root, is_xml), Given::Input(&field.ty))], ..Request::default() }
}

fn variants<'m>(group: &'m OneOf, root: &str, is_xml: bool) -> Vec<Request<'m>> {
    let one = |variant| Request { body: of_variant(variant, root, is_xml), ..Request::default() };
    group.variants.iter().map(one).collect()
}

/// Each request with each of the others in it.
fn with_each<'m>(all: &[Request<'m>], others: &[Request<'m>]) -> Vec<Request<'m>> {
    let joined = all.iter().flat_map(|one| {
        others.iter().map(|other| Request {
            query: [&one.query[..], &other.query].concat(),
            headers: [&one.headers[..], &other.headers].concat(),
            body: [&one.body[..], &other.body].concat(),
        })
    });
    joined.take(MOST).collect()
}

/// Whether a call takes a request of another one as its own.
fn takes(model: &Model, endpoint: &Endpoint, request: &Request<'_>, is_xml: bool) -> bool {
    let sent = model.service.request_format.as_deref();
    let has_only_text = is_xml || sent == Some("form");
    let beside = |fields: &[Field], constants: &[Constant], given: &[(String, Given<'_>)]| {
        let fits = |field: &Field| match given.iter().find(|(name, _)| *name == place(field)) {
            Some((_, given)) => fits(model, &field.ty, given, true),
            None => !field.is_required(),
        };
        let is_there = |constant: &Constant| {
            let found = given.iter().find(|(name, _)| *name == constant.key.value);
            matches!(found, Some((_, Given::Constant(text))) if *text == constant.text)
        };
        fields.iter().all(fits) && constants.iter().all(is_there)
    };
    if !beside(&endpoint.query, &endpoint.fixed_query, &request.query)
        || !beside(&endpoint.headers, &endpoint.fixed_headers, &request.headers)
    {
        return false;
    }
    let root = root(endpoint, is_xml);
    let find = |path: &str| request.body.iter().find(|(known, _)| known == path).map(|(_, given)| given);
    let mut known: Vec<String> = Vec::new();
    if !root.is_empty() {
        known.push(root.trim_end_matches('/').to_owned());
        if find(root.trim_end_matches('/')).is_none() {
            return false;
        }
    }
    let tops = endpoint.fixed_top.iter().map(|one| constant(one, ""));
    for (path, wanted) in tops.chain(endpoint.fixed_body.iter().map(|one| constant(one, &root))) {
        match (find(&path), wanted) {
            (Some(Given::Constant(found)), Given::Constant(text)) if *found == text => known.push(path),
            _ => return false,
        }
    }
    for field in &endpoint.body {
        let path = path(field, &root, is_xml);
        match find(&path) {
            Some(given) if !fits(model, &field.ty, given, has_only_text) => return false,
            None if field.is_required() => return false,
            Some(_) => known.push(path),
            None => {}
        }
    }
    for group in &endpoint.one_of {
        // A variant of which everything is there that it has at least.
        let chosen = group.variants.iter().find(|variant| {
            let mut least = of_variant(variant, &root, is_xml).into_iter();
            least.all(|(path, wanted)| match (find(&path), wanted) {
                (Some(Given::Constant(found)), Given::Constant(text)) => *found == text,
                (Some(given), Given::Input(ty)) => fits(model, ty, given, has_only_text),
                _ => false,
            })
        });
        match chosen {
            Some(variant) => {
                known.extend(variant.fields.iter().map(|field| path(field, &root, is_xml)));
                known.extend(variant.fixed.iter().map(|one| constant(one, &root).0));
            }
            None if group.required => return false,
            None => {}
        }
    }
    // What it does not know is of another call; the keys of every request are of none.
    let keys = model.service.request_keys();
    request.body.iter().all(|(path, _)| known.contains(path) || keys.contains(path))
}

/// Whether an input of this type takes what is given.
fn fits(model: &Model, ty: &Type, given: &Given<'_>, has_only_text: bool) -> bool {
    match given {
        Given::Constant(text) => narrowness(model, ty) < 2 || text.parse::<i64>().is_ok() && is_number(model, ty),
        Given::Input(other) => covers(model, ty, other, has_only_text),
        Given::Empty => false,
    }
}

/// Whether each value of the second type is also one of the first, as it is written.
fn covers(model: &Model, ty: &Type, other: &Type, has_only_text: bool) -> bool {
    if ty == other {
        return true;
    }
    // A list of one item is written as the item.
    if let (Type::List(item), true) = (ty, has_only_text) {
        return covers(model, item, other, has_only_text);
    }
    let is_scalar = |ty: &Type| is_text(model, ty) || *ty == Type::Secret;
    let is_flag = |ty: &Type| matches!(ty, Type::Flag | Type::Worded(_));
    let has_same_kind =
        has_only_text || is_number(model, ty) == is_number(model, other) && is_flag(ty) == is_flag(other);
    let is_of_numbers = is_number(model, ty) && is_number(model, other);
    is_scalar(ty)
        && is_scalar(other)
        && has_same_kind
        && (is_of_numbers || narrowness(model, ty) <= narrowness(model, other).min(1))
}
