//! Which call a request is: the order in which a server tries the calls, and calls that no request tells apart.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::kinds::{is_number, is_text};
use crate::diagnostic::Diagnostics;
use crate::model::{AtLeastOne, Endpoint, Field, Model, OneOf, Type, TypeKind, Variant, choice_of, choices};
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
            let takes =
                |is_xml| requests(model, endpoint, is_xml).iter().any(|request| takes(model, first, request, is_xml));
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
fn requests<'m>(model: &'m Model, endpoint: &'m Endpoint, is_xml: bool) -> Vec<Request<'m>> {
    let all = smallest(endpoint, is_xml);
    // What is an object here may be the root of another call, and what stands in it the fields of that.
    let opened = |request: Request<'m>| {
        let mut bodies = vec![Vec::new()];
        for (path, given) in request.body {
            let forms = match &given {
                Given::Input(ty) => forms(model, &path, ty, is_xml, 0),
                _ => Vec::new(),
            };
            let one = (path, given);
            bodies = match forms.as_slice() {
                [] => bodies.into_iter().map(|body| [body, vec![one.clone()]].concat()).collect(),
                forms => {
                    let with = |form: &Vec<_>| [&[one.clone()][..], form].concat();
                    let each = |body: Vec<_>| forms.iter().map(move |form| [body.clone(), with(form)].concat());
                    bodies.into_iter().flat_map(each).take(MOST).collect()
                }
            };
        }
        let (query, headers) = (request.query, request.headers);
        bodies.into_iter().map(move |body| Request { query: query.clone(), headers: headers.clone(), body })
    };
    all.into_iter().flat_map(opened).take(MOST).collect()
}

/// How deep objects inside objects are looked into.
const DEEP: usize = 8;

/// The fields of an object, or in XML of each of a list: there an object alone is a list of one.
fn fields_of<'m>(model: &'m Model, ty: &Type, is_xml: bool) -> Option<&'m [Field]> {
    match ty {
        Type::List(item) if is_xml => model.fields(item),
        Type::Named(_) => model.fields(ty),
        _ => None,
    }
}

/// The smallest contents of an object at a path, one for each of its choices; none of what is no object.
fn forms<'m>(model: &'m Model, path: &str, ty: &'m Type, is_xml: bool, depth: usize) -> Vec<Vec<(String, Given<'m>)>> {
    let Some(fields) = fields_of(model, ty, is_xml).filter(|_| depth < DEEP) else { return Vec::new() };
    let of_field = |field: &'m Field| -> Vec<Vec<(String, Given<'m>)>> {
        let place = self::path(field, &format!("{path}/"), is_xml);
        let own = vec![(place.clone(), Given::Input(&field.ty))];
        match forms(model, &place, &field.ty, is_xml, depth + 1) {
            inner if inner.is_empty() => vec![own],
            inner => inner.into_iter().map(|form| [own.clone(), form].concat()).collect(),
        }
    };
    let always = fields.iter().filter(|field| field.is_required()).map(of_field);
    let chosen = choices(fields).into_iter().filter(|choice| choice.is_required);
    let chosen = chosen.map(|choice| choice.fields.into_iter().flat_map(of_field).collect::<Vec<_>>());
    always.chain(chosen).fold(vec![Vec::new()], |all, more| {
        let with_each = |one: Vec<_>| more.iter().map(move |other: &Vec<_>| [one.clone(), other.clone()].concat());
        all.into_iter().flat_map(with_each).take(MOST).collect()
    })
}

/// Whether what a request has below a path is an object with these fields: nothing else, and what it has to have.
fn is_object(model: &Model, fields: &[Field], path: &str, request: &Request<'_>, is_xml: bool, depth: usize) -> bool {
    let inside = format!("{path}/");
    let is_below =
        |path: &str, other: &str| other.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let takes = |field: &Field| {
        let place = self::path(field, &inside, is_xml);
        let there = request.body.iter().find(|(known, _)| *known == place);
        match there {
            Some((_, given)) if fits(model, &field.ty, given, is_xml) => Some(true),
            _ if !request.body.iter().any(|(known, _)| is_below(&place, known)) => Some(false),
            _ => {
                let inner = fields_of(model, &field.ty, is_xml).filter(|_| depth < DEEP)?;
                is_object(model, inner, &place, request, is_xml, depth + 1).then_some(true)
            }
        }
    };
    let Some(taken) = fields.iter().map(takes).collect::<Option<Vec<bool>>>() else { return false };
    let is_there = |field: &Field| fields.iter().zip(&taken).any(|(known, there)| *there && known.rust == field.rust);
    let places: Vec<String> =
        fields.iter().filter(|field| is_there(field)).map(|field| self::path(field, &inside, is_xml)).collect();
    let is_known = |other: &str| places.iter().any(|place| is_below(place, other) || is_below(other, place));
    fields.iter().all(|field| is_there(field) || !field.is_required() || choice_of(fields, field).is_some())
        && choices(fields).iter().all(|choice| {
            let given = choice.fields.iter().filter(|field| is_there(field)).count();
            given == 1 || given == 0 && !choice.is_required
        })
        && request.body.iter().filter(|(known, _)| known.starts_with(&inside)).all(|(known, _)| is_known(known))
}

/// What a call has in its smallest requests, objects as a whole.
fn smallest(endpoint: &Endpoint, is_xml: bool) -> Vec<Request<'_>> {
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
        // A root that stands deeper has this one around it.
        if !request.body.iter().any(|(path, _)| path == root.trim_end_matches('/') || path.starts_with(&root)) {
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
    // What stands in an object that is taken as a whole.
    let mut wholes: Vec<String> = Vec::new();
    for field in &endpoint.body {
        let path = path(field, &root, is_xml);
        let is_inside =
            |(known, _): &(String, Given<'_>)| known.strip_prefix(&path).is_some_and(|rest| rest.starts_with('/'));
        let inner = fields_of(model, &field.ty, is_xml);
        match find(&path) {
            Some(given) if fits(model, &field.ty, given, has_only_text) => wholes.push(format!("{path}/")),
            // An object may be there by what stands in it alone.
            None if !request.body.iter().any(is_inside) => {
                if field.is_required() {
                    return false;
                }
                continue;
            }
            _ if inner.is_some_and(|fields| is_object(model, fields, &path, request, is_xml, 0)) => {
                wholes.push(format!("{path}/"));
            }
            Some(_) => return false,
            None if field.is_required() => return false,
            None => continue,
        }
        known.push(path);
    }
    for group in &endpoint.one_of {
        // A variant of which everything is there that it has at least.
        let chosen = group.variants.iter().find(|variant| {
            let mut least = of_variant(variant, &root, is_xml).into_iter();
            least.all(|(path, wanted)| match (find(&path), wanted) {
                (Some(Given::Constant(found)), Given::Constant(text)) => *found == text,
                (Some(given), Given::Input(ty)) if fits(model, ty, given, has_only_text) => true,
                (_, Given::Input(ty)) => fields_of(model, ty, is_xml)
                    .is_some_and(|fields| is_object(model, fields, &path, request, is_xml, 0)),
                _ => false,
            })
        });
        match chosen {
            Some(variant) => {
                let objects = variant.fields.iter().filter(|field| fields_of(model, &field.ty, is_xml).is_some());
                wholes.extend(objects.map(|field| format!("{}/", path(field, &root, is_xml))));
                known.extend(variant.fields.iter().map(|field| path(field, &root, is_xml)));
                known.extend(variant.fixed.iter().map(|one| constant(one, &root).0));
            }
            None if group.required => return false,
            None => {}
        }
    }
    // What it does not know is of another call; the keys of every request are of none.
    let keys = model.service.request_keys();
    // An object is known by what is known of it.
    let is_known = |(path, given): &(String, Given<'_>)| {
        let is_around = |known: &String| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let is_object = match given {
            Given::Empty => true,
            Given::Input(ty) => fields_of(model, ty, is_xml).is_some(),
            Given::Constant(_) => false,
        };
        known.contains(path)
            || keys.contains(path)
            || wholes.iter().any(|whole| path.starts_with(whole))
            || is_object && known.iter().any(is_around)
    };
    request.body.iter().all(is_known)
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
