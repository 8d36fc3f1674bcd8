//! Documentation comments: their texts, wrapped to the project's width.

mod client;
mod output;
mod sample;
mod value;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use sample::Sample;

use super::imports::Scope;
use super::words::rust_type;
use crate::model::{Choice, Endpoint, Field, Model, Output, Type, Waiter};
use crate::recorded::Wire;
use crate::surface::{Credentials, Limits, Service};
use crate::syntax::translation::is_word;

/// The project's `max_width`: rustfmt does not wrap documentation.
const WIDTH: usize = 120;

/// Indents of the docs of an item, of its member (a field or method), and of what is inside a member.
pub(super) const ITEM: usize = 0;
pub(super) const MEMBER: usize = 4;
pub(super) const INNER: usize = 8;

/// A doc comment; empty lines separate its paragraphs.
pub(super) struct Doc {
    indent: usize,
    lines: Vec<String>,
}

impl Doc {
    pub(super) fn new(indent: usize, text: &str) -> Self {
        Self { indent, lines: Vec::new() }.and(text)
    }

    /// Adds the paragraphs of a text, which may be empty.
    pub(super) fn and(mut self, text: &str) -> Self {
        for paragraph in text.split("\n\n").filter(|text| !text.trim().is_empty()) {
            let lines = wrapped(paragraph, WIDTH - self.indent - "/// ".len());
            self.paragraph(lines);
        }
        self
    }

    /// Adds the section "Errors".
    pub(super) fn and_errors(mut self, text: &str) -> Self {
        self.paragraph(vec!["# Errors".to_owned()]);
        let lines = wrapped(text, WIDTH - self.indent - "/// ".len());
        self.lines.extend(lines);
        self
    }

    /// Adds an example, if there is one, without wrapping its lines.
    fn and_sample(mut self, sample: Option<Sample>) -> Self {
        let Some(Sample { attribute, lines }) = sample else { return self };
        let (start, end) = (format!("```{attribute}"), "```".to_owned());
        self.paragraph([start].into_iter().chain(lines).chain([end]).collect());
        self
    }

    /// The lines as values of `doc` attributes, with a leading blank.
    fn attributes(&self) -> impl Iterator<Item = String> {
        self.lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") })
    }

    fn paragraph(&mut self, lines: Vec<String>) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.extend(lines);
    }
}

/// Docs of a waiter.
pub(super) fn of_waiter(waiter: &Waiter) -> Doc {
    let doc = Doc::new(ITEM, &waiter.surface.en);
    match waiter.surface.lag {
        0 => doc,
        lag => doc.and(&format!(
            "A final state that the first poll sees may predate the call that is waited for: it counts after {lag} \
             {}, or once another state was seen.",
            if lag == 1 { "second" } else { "seconds" }
        )),
    }
}

/// Docs of a module.
pub(super) fn of_module(doc: &Doc) -> TokenStream {
    let lines = doc.attributes();
    quote!(#(#![doc = #lines])*)
}

impl From<&str> for Doc {
    fn from(text: &str) -> Self {
        Self::new(ITEM, text)
    }
}

impl ToTokens for Doc {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let lines = self.attributes();
        tokens.extend(quote!(#(#[doc = #lines])*));
    }
}

/// Wraps a paragraph to `room` characters.
fn wrapped(paragraph: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Other words that a Rust name is searched for by, as rustdoc's aliases: a translation of one word, the words for those
/// of the name, and the name on the wire. Nobody types a sentence.
///
/// Those of a type belong to its `pub use`: rustdoc drops those of a definition that is exported from a private module.
pub(super) fn aliases(model: &Model, name: &str, translation: &str, wire: Option<&str>) -> TokenStream {
    let translation = Some(translation.trim_end_matches('.').to_lowercase()).filter(|text| is_word(text));
    // What is part of the name is found without.
    let wire = wire.filter(|wire| is_word(wire) && !name.contains(&wire.replace('-', "_")));
    let words = model.search_words(name).into_iter().chain(translation.as_deref());
    alias(&words.chain(wire).filter(|word| *word != name).collect())
}

/// The search words of the API itself.
pub(super) fn service_aliases(service: &Service) -> TokenStream {
    // rustdoc refuses quotes.
    let words: Vec<String> = service.aliases.iter().map(|text| text.replace(['"', '\''], "")).collect();
    alias(&words.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect())
}

fn alias(words: &BTreeSet<&str>) -> TokenStream {
    match words.len() {
        0 => TokenStream::new(),
        1 => quote!(#(#[doc(alias = #words)])*),
        _ => quote!(#[doc(alias(#(#words),*))]),
    }
}

/// The search words of a field.
pub(super) fn field_aliases(model: &Model, field: &Field) -> TokenStream {
    let wire = match field.name.json.as_slice() {
        [name] => Some(name.as_str()),
        _ => None,
    };
    aliases(model, &field.rust, &field.surface.ru, wire)
}

/// Docs of a field: its sentence and limits.
pub(super) fn field(indent: usize, field: &Field) -> Doc {
    let surface = &field.surface;
    let mut facts = Vec::new();
    facts.extend(surface.unit.as_ref().map(|unit| format!("Unit: {unit}.")));
    facts.extend(limits(&surface.limits).map(|limits| format!("Limits: {limits}.")));
    for (host, there) in &surface.host_limits {
        facts.extend(limits(there).map(|limits| format!("Limits at `{}`: {limits}.", host.value)));
    }
    for (condition, then) in &surface.when {
        facts.extend(limits(then).map(|limits| format!("Limits {}: {limits}.", if_words(condition))));
    }
    facts.extend(surface.not_below.as_ref().map(|other| format!("Not less than `{}`.", other.value)));
    facts.extend(surface.required_if.as_ref().map(|condition| format!("Required {}.", if_words(condition))));
    facts.extend(surface.only_if.as_ref().map(|condition| match condition.strip_prefix('!') {
        Some(condition) => format!("Not if `{condition}`."),
        None => format!("Only if `{}`.", condition.value),
    }));
    match surface.provenance.as_deref() {
        None | Some("documented") => {}
        Some("client") => facts.push("Known from clients, not from the document.".to_owned()),
        Some(other) => facts.push(format!("Provenance: {other}.")),
    }
    Doc::new(indent, &surface.en).and(&facts.join(" "))
}

/// What a choice asks of its fields.
pub(super) fn choice(choice: &Choice<'_>) -> String {
    let names: Vec<String> = choice.fields.iter().map(|field| format!("`{}`", field.rust)).collect();
    match choice.is_required {
        true => format!("Exactly one of {} has to be given.", names.join(", ")),
        false => format!("At most one of {} may be given.", names.join(", ")),
    }
}

/// A condition as the end of a sentence.
fn if_words(condition: &str) -> String {
    match condition.strip_prefix('!') {
        Some(condition) => format!("unless `{condition}`"),
        None => format!("if `{condition}`"),
    }
}

/// The limits of a value in words.
pub(super) fn limits(limits: &Limits) -> Option<String> {
    let mut parts = Vec::new();
    match (limits.min, limits.max) {
        (Some(min), Some(max)) => parts.push(format!("from {min} to {max}")),
        (Some(min), None) => parts.push(format!("at least {min}")),
        (None, Some(max)) => parts.push(format!("at most {max}")),
        (None, None) => {}
    }
    parts.extend(limits.multiple_of.map(|step| format!("a multiple of {step}")));
    match (limits.min_length, limits.max_length) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max} characters")),
        (Some(1), None) => parts.push("not empty".to_owned()),
        (Some(min), None) => parts.push(format!("at least {min} characters")),
        (None, Some(max)) => parts.push(format!("at most {max} characters")),
        (None, None) => {}
    }
    parts.extend(limits.max_bytes.map(|max| format!("at most {max} byte{}", if max == 1 { "" } else { "s" })));
    parts.extend(limits.shape.as_ref().map(|shape| crate::emit::shape_texts(shape).english));
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Docs of a call: what it does, its facts, and how to find out whether it happened.
pub(super) fn endpoint(model: &Model, wire: &Wire<'_>, scope: &Scope<'_>, endpoint: &Endpoint) -> Doc {
    let surface = &endpoint.surface;
    let mut facts = format!("`{} {}`", endpoint.method, endpoint.path);
    if let Some(action) = &surface.action {
        facts += &format!(", action `{action}`");
    }
    facts += &format!("; effect: **{}**", endpoint.effect());
    if !surface.flags.is_empty() {
        facts += &format!(" ({})", surface.flags.join(", "));
    }
    facts += &match (surface.source_line, surface.provenance.as_deref()) {
        (Some(line), _) => format!(". Source: line {line} of the document."),
        (None, Some(provenance)) => format!(". Provenance: {provenance}."),
        (None, None) => ".".to_owned(),
    };
    let mut doc = Doc::new(ITEM, &surface.en).and(&facts).and(&gives(endpoint)).and(&surface.about);
    if let Some(removed) = &surface.removed {
        let hosts = removed.hosts.iter().map(|(host, since)| format!("`{}` (since {})", host.value, since.value));
        let hosts = hosts.collect::<Vec<_>>().join(", ");
        doc = doc.and(&format!("Removed at {hosts}, where it is refused without being sent: use {}.", removed.instead));
    }
    if let Some(inputs) = &endpoint.at_least_one {
        doc = doc.and(&format!("At least one of these is required: {}.", inputs.names()));
    }
    if endpoint.paging.is_some() {
        doc = doc.and("The answer is a page of a list: `client.items` goes through all pages.");
    }
    if !surface.recovery.is_empty() {
        doc = doc.and(&format!("If the outcome is unknown: {}{}", surface.recovery, recovered(endpoint)));
    }
    doc.and_sample(sample::call(model, wire, scope, endpoint))
}

/// What comes back from a call, and what waits for it.
fn gives(endpoint: &Endpoint) -> String {
    let value = match &endpoint.output {
        Output::None => "no value".to_owned(),
        Output::Bytes => "the bytes of the answer".to_owned(),
        Output::Headers(ty) | Output::Text(ty) | Output::Whole(ty) | Output::Under(ty, _) => described(ty),
    };
    let waiters: Vec<String> = endpoint.waiters.iter().map(|waiter| format!("[`{}`]", waiter.type_name)).collect();
    match waiters.as_slice() {
        [] => format!("It gives {value}."),
        names => format!("It gives {value}. Wait with {}.", names.join(" or ")),
    }
}

/// A type as a text, with a link to what the API declares.
fn described(ty: &Type) -> String {
    match ty {
        Type::List(item) => format!("a list of {}", described(item)),
        Type::Map(key, item) => format!("{} by {}", described(item), described(key)),
        Type::Option(item) => format!("{} or nothing", described(item)),
        Type::Judged(item) => format!("{}, or the fault in its place", described(item)),
        Type::Named(name) => format!("[`{name}`](crate::types::{name})"),
        other => format!("`{}`", rust_type(other)),
    }
}

/// Docs of the credentials.
pub(super) fn credentials(model: &Model) -> Doc {
    Doc::new(ITEM, "The credentials of a user.").and_sample(sample::credentials(model))
}

/// What `recover` can find out about a call.
fn recovered(endpoint: &Endpoint) -> String {
    if let Some(why) = &endpoint.surface.no_evidence {
        return format!(" No call shows whether it happened: {}", why.value);
    }
    if endpoint.evidence.is_none() {
        return String::new();
    }
    " `client.recover` does this, comparing with what `perform` read before the call.".to_owned()
}

/// Docs of a file of types.
pub(super) fn types(module: &str) -> String {
    format!("Types of `types/{module}.toml`.")
}

/// Docs of an endpoint's file.
pub(super) fn endpoint_file(endpoint: &Endpoint) -> String {
    format!("`{} {}`: {}", endpoint.method, endpoint.path, lower_first(&endpoint.surface.en))
}

/// Docs of a module of calls: what a user does with them, and the first of them that reads.
pub(super) fn module(model: &Model, wire: &Wire<'_>, scope: &Scope<'_>, module: &str, endpoints: &[&Endpoint]) -> Doc {
    let text = match model.service.module(module) {
        Some(module) => module.en.clone(),
        None => format!("Calls of `specs/{}/{module}/`.", model.api),
    };
    let mut reads: Vec<_> = endpoints.iter().filter(|endpoint| endpoint.is_callable()).collect();
    // Whoever knows no number yet begins with a call that needs none.
    reads.sort_by_key(|endpoint| endpoint.inputs().any(Field::is_required));
    let sample = reads.iter().find_map(|endpoint| sample::call(model, wire, scope, endpoint));
    let whose = sample.as_ref().map_or("", |_| "With a `client` as on [the page of the crate](crate):");
    Doc::new(ITEM, &text).and(whose).and_sample(sample)
}

/// Docs of a module's server half.
pub(super) fn server_module(api: &str, module: &str) -> String {
    format!("The server half of `specs/{api}/{module}/`.")
}

/// Docs of a credentials field.
pub(super) fn credential(field: &str, is_optional: bool) -> Doc {
    let which = if is_optional { ", which not every account has" } else { "" };
    Doc::new(INNER, &format!("The field `{field}`{which}."))
}

/// Docs of a constructor of credentials.
pub(super) fn credentials_constructor(credentials: &Credentials) -> Doc {
    let names: Vec<String> = credentials.optional.iter().map(|field| format!("`{field}`")).collect();
    let more = match names.split_last() {
        None => String::new(),
        Some((one, [])) => format!(" An account with {one} is made by the variant itself."),
        Some((last, others)) => {
            format!(" An account with {} or {last} is made by the variant itself.", others.join(", "))
        }
    };
    Doc::new(MEMBER, &[credentials.en.as_str(), &more].concat())
}

/// Lower-cases the start of a sentence after a colon, unless its first word is an acronym or a name.
fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().collect::<String>() + characters.as_str()
        }
        _ => text.to_owned(),
    }
}
