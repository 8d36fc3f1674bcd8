//! Checks how nested values get into places that hold text, such as a query or a form: under made names, or joined.
//!
//! Names are read back by the template that made them, so no name may be of two templates, or of a template and of
//! another input.

use super::kinds::{is_text, number_id};
use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, Model, Type, TypeKind};
use crate::source::{At, Span};
use crate::surface::{Constant, IdKind, Place, Put};

/// The holes of a template, by what they hold.
const HOLES: [&str; 3] = ["index", "key", "field"];

pub(super) fn check(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    let formats = service.request_format.as_ref().map_or(service.formats.as_slice(), std::slice::from_ref);
    let is_form = formats.iter().any(|format| format == "form");
    let has_xml = formats.iter().any(|format| format == "xml");
    let mut nested = Nested { model, diagnostics };
    for (fields, place) in [(&endpoint.path_parameters, "the path"), (&endpoint.headers, "a header")] {
        fields.iter().for_each(|field| nested.no_names(field));
        fields.iter().for_each(|field| nested.no_words(field));
        fields.iter().for_each(|field| nested.is_one_text(field, place));
    }
    let variants = endpoint.one_of.iter().flat_map(|group| &group.variants);
    let inner = variants.clone().flat_map(|variant| &variant.fields);
    inner.clone().for_each(|field| nested.no_names(field));
    for field in &endpoint.query {
        if nested.fits(field, true, has_xml) {
            nested.is_one_text(field, "a query");
        }
    }
    for field in endpoint.body.iter().chain(inner) {
        if nested.fits(field, is_form, has_xml) && is_form && !matches!(field.ty, Type::Html | Type::Any) {
            nested.is_one_text(field, "a form");
        }
    }
    let constants = variants.clone().flat_map(|variant| &variant.fixed).chain(&endpoint.fixed_body);
    let fields = endpoint.body.iter().chain(variants.flat_map(|variant| &variant.fields));
    let fields = fields.flat_map(|field| nested.patterns(field)).chain(constants.map(constant));
    let keys = service.request_keys().into_iter().map(|key| Pattern::literal(key, None));
    unambiguous(&fields.chain(keys).collect::<Vec<_>>(), nested.diagnostics);
    let fields = endpoint.query.iter().flat_map(|field| nested.patterns(field));
    let fields = fields.chain(endpoint.fixed_query.iter().map(constant));
    let put = service.put.iter().chain(service.put_by_format.iter().flat_map(|(_, puts)| puts));
    let put = put.chain(service.credentials.iter().flat_map(|credentials| &credentials.put));
    let put = put.chain(service.session.iter().flat_map(|session| &session.put));
    let is_in_query = |put: &&Put| put.place == Place::Query && put.constant(None).is_none();
    let keys = put.filter(is_in_query).map(|put| Pattern::literal(put.key.value.clone(), None));
    unambiguous(&fields.chain(keys).collect::<Vec<_>>(), nested.diagnostics);
}

/// Refuses made names in the fields of types: a template stands where the value is an input.
pub(super) fn of_types(model: &Model, diagnostics: &mut Diagnostics) {
    let mut nested = Nested { model, diagnostics };
    for entry in model.types.values() {
        if let TypeKind::Struct(fields) = &entry.kind {
            fields.iter().for_each(|field| nested.no_names(field));
        }
    }
}

struct Nested<'m, 'd> {
    model: &'m Model,
    diagnostics: &'d mut Diagnostics,
}

impl Nested<'_, '_> {
    fn wrong(&mut self, span: &Span, message: impl Into<String>, label: &str, help: &str) {
        self.diagnostics.add_with_help("E0226", span, message, label, help);
    }

    fn no_names(&mut self, field: &Field) {
        if let Some(names) = &field.surface.names {
            let help = "give them to an input of `[query]` or `[body]`";
            self.wrong(&names.span, "names are made for inputs of a query or a body", "not here", help);
        }
    }

    fn no_words(&mut self, field: &Field) {
        if matches!(field.ty, Type::Worded(_)) {
            let place = field.surface.words.as_ref().map_or(&field.surface.ty.span, |words| &words.span);
            let help = "words are for bodies, queries and answers: make it a text or an enumeration";
            self.diagnostics.add_with_help("E0242", place, "a flag in words cannot stand here", "not here", help);
        }
    }

    /// Reports a value of several parts that stands in a place of one text.
    fn is_one_text(&mut self, field: &Field, place: &str) {
        let item = match &field.ty {
            Type::Csv(item) => item,
            ty => ty,
        };
        if field.surface.names.is_some() || is_text(self.model, item) || *item == Type::Secret {
            return;
        }
        let help = match (&field.ty, place) {
            (Type::Csv(_), _) => "the items of a list that is joined are scalars",
            (Type::List(_), "a query" | "a form") => {
                "say how: `names = \"key[]\"`, `names = \"key[{index}]\"` or `join = \",\"`"
            }
            (Type::List(_), _) => "say how: `join = \",\"`",
            (_, "a query" | "a form") => {
                "say how its parts are called, such as `names = \"key[{key}]\"` or `names = \"key[{field}]\"`"
            }
            _ => "a scalar can stand here",
        };
        let message = format!("{place} holds text, which `{}` is not", field.surface.ty.value);
        self.wrong(&field.surface.ty.span, message, "not one text", help);
    }

    /// Whether the template of an input fits its type, or there is none.
    fn fits(&mut self, field: &Field, is_text_only: bool, has_xml: bool) -> bool {
        let surface = &field.surface;
        let Some(template) = &surface.names else {
            if let Some(from) = &surface.from {
                self.wrong(&from.span, "`from` is for `names` with `{index}`", "no `names`", "leave it out");
            }
            return true;
        };
        let before = self.diagnostics.count();
        let holes = self.holes(template);
        let (item, wanted) = match &field.ty {
            Type::List(item) => (&**item, "index"),
            Type::Map(_, item) => (&**item, "key"),
            ty => (ty, ""),
        };
        let fields = self.model.fields(item);
        let mut needed: Vec<&str> = [wanted].into_iter().filter(|hole| !hole.is_empty()).collect();
        needed.extend(fields.is_some().then_some("field"));
        let repeats = holes.is_empty() && wanted == "index" && fields.is_none();
        if surface.join.is_some() {
            self.wrong(&template.span, "a list is joined or has names, not both", "beside `join`", "choose one");
            return false;
        }
        if needed.is_empty() {
            let help = "a scalar has one name: its key";
            self.wrong(&template.span, "names are made for a list, a map or an object", "not one of them", help);
        } else if repeats && !is_text_only {
            let help = "a name repeats in a query or a form alone; a list of other formats needs no `names`";
            self.wrong(&template.span, "an object of this format has each name once", "no `{index}`", help);
        } else if !repeats && (holes.len() != needed.len() || needed.iter().any(|hole| !holes.contains(hole))) {
            let help = "a list needs `{index}`, or nothing where the name repeats, a map `{key}`, an object `{field}`; a \
                        list or map of objects two of them";
            self.wrong(&template.span, "the template does not fit the type", "cannot make names", help);
        }
        if self.diagnostics.count() > before {
            return false;
        }
        if let Some(from) = surface.from.as_ref().filter(|from| !holes.contains(&"index") || from.value < 0) {
            self.wrong(&from.span, "`from` is the first number of an `{index}`", "not that", "0 or 1, with `{index}`");
        }
        if fields.is_none() && !is_text(self.model, item) && *item != Type::Secret {
            let help = "an item is a scalar, or an object of scalars";
            self.wrong(&surface.ty.span, "only one level of nesting has names", "nested further", help);
        }
        for inner in fields.unwrap_or_default() {
            let is_plain = is_text(self.model, &inner.ty) || matches!(inner.ty, Type::Secret | Type::Csv(_));
            let has_one_name = inner.name.json.len() == 1 && (!has_xml || inner.name.json == inner.name.xml);
            if !has_one_name || is_text_only && !is_plain {
                let message = format!("`{}` of `{}` cannot have a made name", inner.wire(), item_name(item));
                let help = "a field with a made name has one name in all formats, and in a query or form one text";
                self.wrong(&template.span, message, "of these fields", help);
            }
        }
        self.diagnostics.count() == before
    }

    /// The holes of a template, each once.
    fn holes<'t>(&mut self, template: &'t At<String>) -> Vec<&'t str> {
        let mut holes = Vec::new();
        for part in template.value.split('{').skip(1) {
            let help = "holes are `{index}`, `{key}` and `{field}`, each once";
            match part.split_once('}').map(|(hole, _)| hole) {
                Some(hole) if HOLES.contains(&hole) && !holes.contains(&hole) => holes.push(hole),
                Some(hole) => self.wrong(&template.span, format!("`{{{hole}}}` is no hole"), "unknown or twice", help),
                None => self.wrong(&template.span, "a `{` of the template has no `}`", "not closed", help),
            }
        }
        holes
    }

    /// The names that an input may have.
    fn patterns(&self, field: &Field) -> Vec<Pattern> {
        let Some(template) = &field.surface.names else {
            let name = field.name.json.first().cloned().unwrap_or_default();
            return vec![Pattern::literal(name, None)];
        };
        let (hole, class) = match &field.ty {
            Type::Map(key, _) => ("{key}", self.class(key)),
            _ => ("{index}", Class::Digits),
        };
        let pattern = |template: &str| match template.split_once(hole) {
            Some((before, after)) => Pattern {
                before: before.to_owned(),
                rest: Some((class, after.to_owned())),
                place: Some(
                    field.surface.names.as_ref().map_or_else(|| field.surface.wire.span.clone(), |at| at.span.clone()),
                ),
            },
            None => Pattern::literal(template.to_owned(), field.surface.names.as_ref().map(|at| at.span.clone())),
        };
        match self.model.fields(field.ty.item()) {
            Some(fields) if template.contains("{field}") => {
                fields.iter().map(|field| pattern(&template.replace("{field}", field.wire_in_json()))).collect()
            }
            _ => vec![pattern(template)],
        }
    }

    fn class(&self, key: &Type) -> Class {
        let is_word = |name: &String| {
            matches!(self.model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Id(IdKind::Text)))
        };
        match key {
            Type::Uint => Class::Digits,
            key if number_id(self.model, key).is_some() => Class::Digits,
            Type::Named(name) if is_word(name) => Class::Word,
            _ => Class::Any,
        }
    }
}

fn item_name(item: &Type) -> &str {
    match item {
        Type::Named(name) => name,
        _ => "an item",
    }
}

fn constant(constant: &Constant) -> Pattern {
    Pattern::literal(constant.key.value.clone(), None)
}

/// The characters of what fills a hole.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    Digits,
    /// Letters, digits, `-` and `_`.
    Word,
    Any,
}

impl Class {
    fn takes(self, text: &str) -> bool {
        text.bytes().all(|byte| match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Any => true,
        })
    }
}

/// Names of one shape: a text, or a text with one hole.
#[derive(Debug, Clone)]
struct Pattern {
    before: String,
    /// What fills the hole, and what stands behind it.
    rest: Option<(Class, String)>,
    /// Where the template is; none for a name that is said as such.
    place: Option<Span>,
}

impl Pattern {
    fn literal(name: String, place: Option<Span>) -> Self {
        Self { before: name, rest: None, place }
    }

    /// Whether some name may be of both: never a false no.
    fn overlaps(&self, other: &Self) -> bool {
        match (&self.rest, &other.rest) {
            (None, None) => self.before == other.before,
            (Some(_), None) => other.overlaps(self),
            (None, Some((class, after))) => {
                let middle = self.before.strip_prefix(&other.before).and_then(|rest| rest.strip_suffix(after.as_str()));
                middle.is_some_and(|middle| !middle.is_empty() && class.takes(middle))
            }
            (Some((class, after)), Some((other_class, other_after))) => {
                let before = match other.before.strip_prefix(&self.before) {
                    Some(more) => class.takes(more),
                    None => self.before.strip_prefix(&other.before).is_some_and(|more| other_class.takes(more)),
                };
                let after = match other_after.strip_suffix(after.as_str()) {
                    Some(more) => class.takes(more),
                    None => after.strip_suffix(other_after.as_str()).is_some_and(|more| other_class.takes(more)),
                };
                before && after
            }
        }
    }
}

/// Reports names that could be read in two ways, once for each template.
fn unambiguous(patterns: &[Pattern], diagnostics: &mut Diagnostics) {
    let mut reported: Vec<&Span> = Vec::new();
    for (position, pattern) in patterns.iter().enumerate() {
        for other in patterns.iter().skip(position + 1).filter(|other| other.overlaps(pattern)) {
            let Some(place) = pattern.place.as_ref().or(other.place.as_ref()) else { continue };
            if !reported.contains(&place) {
                reported.push(place);
                let message = "a name of this template could be read in two ways";
                let label = match (&pattern.rest, &other.rest) {
                    (None, _) => format!("or as `{}`", pattern.before),
                    (_, None) => format!("or as `{}`", other.before),
                    _ => format!("as `{}…` or as `{}…`", pattern.before, other.before),
                };
                let help = "put a text between or around the holes that no other name has";
                diagnostics.add_with_help("E0226", place, message, label, help);
            }
        }
    }
}
