//! Checks request examples: the head against the endpoint's method, path, query and headers; the body against its
//! fields, groups, constants and made names.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use hostkit_wire::{Format, Kind, Limits, Node};

use super::encode;
use super::fields::Fields;
use super::files::wire_format;
use super::message::Message;
use super::problem::{Problem, unreadable};
use super::rules;
use super::walk::Walker;
use crate::model::{Endpoint, Field, Model, OneOf, Type, Variant};
use crate::surface::{Constant, Place};

/// Checks a request with its head.
pub(super) fn check(
    model: &Model,
    endpoint: &Endpoint,
    walker: &mut Walker<'_>,
    message: &Message<'_>,
) -> Result<(), Problem> {
    head(endpoint, walker, message)?;
    walker.base = message.body_start;
    let service = &model.service;
    let formats: Vec<Format> = match &service.request_format {
        Some(format) => vec![wire_format(format)],
        None => service.formats.iter().map(|format| wire_format(format)).collect(),
    };
    // What blanks follow the body is no part of it.
    body(endpoint, walker, message.body.trim_ascii_end(), &formats)?;
    if walker.problems.is_empty() {
        let said = encode::said(model, endpoint, &walker.chosen, message);
        walker.problems = rules::broken(endpoint, &said, &walker.chosen, message.body_start);
    }
    if walker.problems.is_empty() { encode::compare(model, endpoint, &walker.chosen, message) } else { Ok(()) }
}

fn other(endpoint: &Endpoint, what: impl Into<String>) -> Problem {
    Problem {
        code: "E0306",
        offset: 0,
        message: what.into(),
        label: "another call".to_owned(),
        help: format!("{} says `{} {}`", endpoint.spec, endpoint.method, endpoint.path),
    }
}

fn head(endpoint: &Endpoint, walker: &mut Walker<'_>, message: &Message<'_>) -> Result<(), Problem> {
    let mut words = message.first.split(' ');
    let (verb, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if verb != endpoint.method {
        return Err(other(endpoint, format!("the example's verb is `{verb}`")));
    }
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    address(endpoint, walker, target, verb.len() + path.len() + 2)?;
    // A call without credentials may take as an input what they are in other calls.
    let is_input = |name: &str| endpoint.headers.iter().any(|field| field.wire().eq_ignore_ascii_case(name));
    let mut headers = message.headers.iter().filter(|(name, _)| !is_input(name));
    if let Some((name, _)) = headers.find(|(name, _)| is_set_by_clients(walker.model, endpoint, name)) {
        return Err(Problem {
            message: format!("`{name}` has no place in an example: clients set it"),
            label: "the head of this example".to_owned(),
            help: format!("take `{name}` out"),
            ..other(endpoint, "")
        });
    }
    for constant in &endpoint.fixed_headers {
        if message.header(&constant.key) != Some(&constant.text) {
            let what = format!("the example has no header `{}: {}`", constant.key.value, constant.text);
            return Err(other(endpoint, what));
        }
    }
    for field in &endpoint.headers {
        walker.header(field, field.wire(), message.header(field.wire()), "E0306");
    }
    Ok(())
}

/// Checks path and query; `base` is where the query begins in the file.
fn address(endpoint: &Endpoint, walker: &mut Walker<'_>, target: &str, base: usize) -> Result<(), Problem> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let given: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let wanted: Vec<&str> = endpoint.path.trim_end_matches('/').split('/').collect();
    if given.len() != wanted.len() {
        return Err(other(endpoint, format!("the example's path is `{path}`")));
    }
    // Only an example with a head has the path in its file.
    let mut offset = base.checked_sub(path.len() + 1);
    for (given, wanted) in given.iter().zip(wanted) {
        let place = offset.unwrap_or_default();
        offset = offset.map(|offset| offset + given.len() + 1);
        let parameter = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let field = parameter.and_then(|name| endpoint.path_parameters.iter().find(|field| field.wire() == name));
        let Some(field) = field else {
            if *given != wanted {
                return Err(other(endpoint, format!("`{given}` of the example's path is not `{wanted}`")));
            }
            continue;
        };
        if given.is_empty() || !walker.scalars().fits_address(field, &encode::unescaped(given)) {
            let expected = walker.scalars().expected(&field.ty);
            let what = format!("`{given}` of the example's path is not `{wanted}`, {expected}");
            return Err(Problem { offset: place, label: "in this path".to_owned(), ..other(endpoint, what) });
        }
        walker.limited_text(field, &encode::unescaped(given), 0);
    }
    walker.base = base;
    check_query(endpoint, walker, query)?;
    walker.base = 0;
    Ok(())
}

/// Headers for address, length and credentials, and constants of every call, which clients set.
fn is_set_by_clients(model: &Model, endpoint: &Endpoint, name: &str) -> bool {
    let credentials = model.service.credentials.iter().flat_map(|credentials| &credentials.put);
    let session = model.service.session.iter().flat_map(|session| &session.put);
    let constants = model.service.put.iter().filter(|put| put.names().is_empty());
    let constants = constants.chain(model.service.put_by_format.iter().flat_map(|(_, puts)| puts));
    let constants = constants.filter(|_| endpoint.surface.authorised);
    let own = credentials.chain(session).chain(constants).filter_map(|put| match put.place {
        Place::Header => Some(put.key.as_str()),
        Place::Cookie => Some("cookie"),
        Place::Query | Place::Body => None,
    });
    let mut known = ["host", "content-length"].into_iter().chain(own);
    known.any(|known| known.eq_ignore_ascii_case(name))
}

fn check_query(endpoint: &Endpoint, walker: &mut Walker<'_>, query: &str) -> Result<(), Problem> {
    let document = hostkit_wire::parse(Format::Form, query.as_bytes(), &Limits::DEFAULT);
    let document = document.map_err(|error| other(endpoint, format!("the query cannot be read: {error}")))?;
    let text = |key: &str| document.root().get(key).and_then(Node::as_str);
    for constant in &endpoint.fixed_query {
        if text(&constant.key.value) != Some(&constant.text) {
            let what = format!("the example's query has no `{}={}`", constant.key.value, constant.text);
            return Err(other(endpoint, what));
        }
    }
    let (made, plain): (Vec<&Field>, Vec<&Field>) = endpoint.query.iter().partition(|field| field.names().is_some());
    for field in &plain {
        match text(field.wire()) {
            Some(_) if matches!(field.ty, Type::Joined(..) | Type::Json(_)) => {
                let node = document.root().get(field.wire());
                node.into_iter().for_each(|node| walker.within(field.wire(), |walker| walker.value(&field.ty, node)));
            }
            Some(text) if walker.scalars().fits_address(field, text) => walker.limited_text(field, text, 0),
            None if !field.is_required() => {}
            Some(_) => {
                let expected = walker.scalars().expected(&field.ty);
                return Err(other(endpoint, format!("`{}` of the query is not {expected}", field.wire())));
            }
            None => return Err(other(endpoint, format!("the example's query has no `{}`", field.wire()))),
        }
    }
    let service = &walker.model.service;
    let always = service.put.iter().chain(service.put_by_format.iter().flat_map(|(_, puts)| puts));
    let always = always.filter(|put| put.place == Place::Query).map(|put| put.key.as_str());
    let constants = endpoint.fixed_query.iter().map(|constant| constant.key.value.as_str()).chain(always);
    let known: Vec<&str> = plain.into_iter().map(Field::wire).chain(constants).collect();
    let Some(mut fields) = Fields::open(walker, document.root()) else { return Ok(()) };
    fields.rest(|key| known.contains(&key));
    for field in made {
        fields.gather(walker, field);
    }
    match fields.rest(|_| true).first() {
        Some((key, _)) => Err(other(endpoint, format!("the spec has no `{key}` in the query"))),
        None => Ok(()),
    }
}

/// Checks a request without a head, which has only the inputs of the body and of the path.
pub(super) fn only_body(
    endpoint: &Endpoint,
    walker: &mut Walker<'_>,
    target: &str,
    bytes: &[u8],
    format: Format,
) -> Result<(), Problem> {
    let required = endpoint.headers.iter().filter(|field| field.is_required()).map(Field::wire);
    match required.chain(endpoint.fixed_headers.iter().map(|constant| constant.key.as_str())).next() {
        Some(name) => Err(Problem {
            label: "an example without a head".to_owned(),
            help: "give the example a head: its name then ends in `.request.http`".to_owned(),
            ..other(endpoint, format!("the call needs the header `{name}`, and a body has none"))
        }),
        None => {
            address(endpoint, walker, target, 0)?;
            body(endpoint, walker, bytes, &[format])?;
            let model = walker.model;
            if walker.problems.is_empty() {
                let said = encode::said_without_head(model, endpoint, &walker.chosen, target, (format, bytes));
                walker.problems = rules::broken(endpoint, &said, &walker.chosen, 0);
            }
            match walker.problems.is_empty() {
                true => encode::compare_body(model, endpoint, &walker.chosen, format, bytes),
                false => Ok(()),
            }
        }
    }
}

/// Checks the body of a request.
fn body(endpoint: &Endpoint, walker: &mut Walker<'_>, bytes: &[u8], formats: &[Format]) -> Result<(), Problem> {
    let service = &walker.model.service;
    walker.envelope = service.request_keys();
    // An empty body is an object without fields.
    let is_empty = bytes.iter().all(u8::is_ascii_whitespace);
    let document = match is_empty {
        true => hostkit_wire::parse(Format::Json, b"{}", &Limits::DEFAULT),
        false => hostkit_wire::parse_any(formats, bytes, &Limits::DEFAULT),
    };
    let document = document.map_err(|error| unreadable(&error, walker.base))?;
    let top = document.root();
    if let Some((_, element)) = top.entries().next().filter(|_| document.format() == Format::Xml) {
        attributes(endpoint, walker, element);
    }
    let root = &endpoint.surface.request_root;
    let path = if document.format() == Format::Xml { &root.xml } else { &root.json };
    let Some(path) = path else {
        if let Some(mut fields) = Fields::open(walker, top) {
            read(endpoint, walker, &mut fields);
            fields.finish(walker, &endpoint.body);
        }
        return Ok(());
    };
    let mut node = top;
    for (depth, key) in path.split('/').enumerate() {
        let Some(mut outer) = Fields::open(walker, node) else {
            return Ok(());
        };
        // Only the outermost object has them.
        if depth == 0 {
            let around = endpoint.fixed_top.iter().filter(|constant| !constant.key.starts_with('@'));
            around.for_each(|constant| fixed(walker, &mut outer, constant));
        }
        let Some(inner) = outer.take(key) else {
            walker.missing(key, node.offset());
            return Ok(());
        };
        outer.finish(walker, &[]);
        node = inner;
    }
    walker.envelope.clear();
    if let Some(mut fields) = Fields::open(walker, node) {
        read(endpoint, walker, &mut fields);
        fields.finish(walker, &endpoint.body);
    }
    Ok(())
}

/// Checks the attributes of the root element that every request has.
fn attributes(endpoint: &Endpoint, walker: &mut Walker<'_>, element: Node<'_>) {
    let known = walker.envelope.iter().filter(|key| key.starts_with('@'));
    let found: Vec<Node<'_>> = known.filter_map(|key| element.get(key)).collect();
    found.into_iter().for_each(|node| walker.pass(node));
    for constant in endpoint.fixed_top.iter().filter(|constant| constant.key.starts_with('@')) {
        match element.get(&constant.key) {
            Some(node) if node.as_str() == Some(&constant.text) => {}
            Some(node) => walker.expected(&format!("{:?}", constant.text), node),
            None => walker.missing(&constant.key, element.offset()),
        }
    }
}

fn read(endpoint: &Endpoint, walker: &mut Walker<'_>, fields: &mut Fields<'_>) {
    for constant in &endpoint.fixed_body {
        fixed(walker, fields, constant);
    }
    // Made names come last, because they are matched by their template alone.
    let (made, plain): (Vec<&Field>, Vec<&Field>) = endpoint.body.iter().partition(|field| field.names().is_some());
    for field in plain {
        fields.field(walker, field);
    }
    for group in &endpoint.one_of {
        one_of(walker, fields, group);
    }
    for field in made {
        fields.gather(walker, field);
    }
}

fn fixed(walker: &mut Walker<'_>, fields: &mut Fields<'_>, constant: &Constant) {
    let (key, text) = (&constant.key.value, &constant.text);
    let mut steps = key.split('/').map(str::to_owned);
    let first = steps.next().unwrap_or_default();
    let rest: Vec<String> = steps.collect();
    let found = fields.take(&first).and_then(|node| fields.descend(node, &rest));
    match found {
        Some(node) if node.as_str() == Some(text) => {}
        // An element without content is an empty text.
        Some(node) if text.is_empty() && node.kind() == Kind::Null && node.format() == Format::Xml => {}
        // `true` is not text, but a constant of the body may be.
        Some(node) if node.as_bool().is_some_and(|flag| flag.to_string() == *text) => {}
        Some(node) => walker.within(key, |walker| walker.expected(&format!("{text:?}"), node)),
        None => walker.missing(key, fields.node.offset()),
    }
}

/// How badly a variant fits: its problems, what it leaves of the body, and how many of its paths are there.
type Rank = (usize, usize, Reverse<usize>);

fn one_of(walker: &mut Walker<'_>, fields: &mut Fields<'_>, group: &OneOf) {
    let is_there = |path: String| path.split('/').try_fold(fields.node, |node, step| node.get(step)).is_some();
    let is_any_there = group.variants.iter().flat_map(Variant::paths).any(is_there);
    if !group.required && !is_any_there {
        return;
    }
    let mut best: Option<(Rank, Vec<Problem>, Fields<'_>)> = None;
    for (index, variant) in group.variants.iter().enumerate() {
        let mut attempt = fields.clone();
        let before = std::mem::take(&mut walker.problems);
        for constant in &variant.fixed {
            fixed(walker, &mut attempt, constant);
        }
        attempt.fields(walker, &variant.fields);
        // Without this, a variant whose keys are all absent would fit any body.
        let is_there = |path: String| path.split('/').try_fold(fields.node, |node, step| node.get(step)).is_some();
        if !variant.paths().any(is_there) && variant.paths().next().is_some() {
            walker.missing(&group.rust, fields.node.offset());
        }
        let found = std::mem::replace(&mut walker.problems, before);
        // If several variants fit, the one that takes most of the body is meant.
        let paths: BTreeSet<String> = variant.paths().filter(|path| is_there(path.clone())).collect();
        let rank = (found.len(), attempt.untaken(), Reverse(paths.len()));
        if best.as_ref().is_none_or(|(first, ..)| rank < *first) {
            best = Some((rank, found, attempt));
            walker.chosen.insert(group.rust.clone(), index);
        }
    }
    if let Some((_, problems, attempt)) = best {
        walker.problems.extend(problems);
        *fields = attempt;
    }
}
