//! Checks how nested values get into places that hold text, such as a query or a form: under made names, or joined.
//!
//! Names are read back by the template that made them, so no name may be of two templates, or of a template and of
//! another input.

use std::collections::BTreeSet;

use super::kinds::{is_text, number_id};
use crate::diagnostic::Diagnostics;
use crate::model::{Endpoint, Field, HOLES, Model, Type, TypeKind, WireName, caller};
use crate::source::{At, Span};
use crate::surface::{Constant, IdKind, Place, Put};

pub(super) fn check(model: &Model, endpoint: &Endpoint, diagnostics: &mut Diagnostics) {
    let service = &model.service;
    let formats = service.body_formats();
    let is_form = formats.iter().any(|format| format == "form");
    let has_xml = service.sends(true);
    let mut nested = Nested { model, diagnostics };
    for (fields, place) in [(&endpoint.path_parameters, "the path"), (&endpoint.headers, "a header")] {
        fields.iter().for_each(|field| nested.no_words(field));
        fields.iter().for_each(|field| nested.is_one_text(field, place));
    }
    let variants = endpoint.one_of.iter().flat_map(|group| &group.variants);
    let inner = variants.clone().flat_map(|variant| &variant.fields);
    for field in &endpoint.query {
        if nested.fits(field, true, has_xml) {
            nested.is_one_text(field, "a query");
            if field.ty.is_there_or_not() {
                let place = field.surface.words.as_ref().map_or(&field.surface.ty.span, |words| &words.span);
                let help = "give both words, or make it a constant of a call of its own";
                let message = "a flag that is there or not cannot stand here";
                nested.diagnostics.add_with_help("E0242", place, message, "in a query", help);
            }
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

/// Checks the made names of the fields of types: in answers, the entries of a map may stand in the object around it.
pub(super) fn of_types(model: &Model, diagnostics: &mut Diagnostics) {
    let mut nested = Nested { model, diagnostics };
    for entry in model.types.values() {
        let TypeKind::Struct(fields) = &entry.kind else { continue };
        for field in fields {
            let Some(template) = &field.surface.names else { continue };
            if field.caller().is_some() {
                nested.is_called(fields, field);
                continue;
            }
            let (is_map, holes) = (matches!(field.ty, Type::Map(..)), nested.holes(template));
            if !is_map || holes != ["key"] {
                let help = "in an answer, a map has `{key}` in its names: `net{key}` for `net0`, `net1` and so on";
                nested.wrong(&template.span, "the template does not fit the type", "cannot be read", help);
            } else if field.is_required() || field.surface.total.is_some() {
                let help = "leave out `required` and `total`: the map is empty where no name is of the template";
                nested.wrong(&template.span, "a map with made names may be empty", "beside these names", help);
            } else if entry.in_requests {
                let help = "a type of its own for answers";
                nested.wrong(&template.span, "an object within a request has no made names", "sent, too", help);
            }
        }
        let envelope = model.service.fault.keys.iter().cloned();
        let literals = fields.iter().filter(|field| field.names().is_none()).flat_map(|field| {
            let WireName { json, xml, also, .. } = &field.name;
            [json.first(), xml.first()].into_iter().flatten().chain(also).cloned()
        });
        let literals = literals.chain(envelope).collect::<BTreeSet<String>>();
        let made = fields.iter().filter(|field| field.names().is_some());
        let mut patterns = made.flat_map(|field| nested.patterns(field)).collect::<Vec<_>>();
        patterns.extend(fields.iter().flat_map(|field| {
            let place = field.surface.names.as_ref().map(|names| names.span.clone());
            let values = caller(model, fields, field).map(|(_, values)| values).unwrap_or_default();
            values.iter().map(move |value| Pattern::literal(value.wire.clone(), place.clone()))
        }));
        let all = patterns.into_iter().chain(literals.into_iter().map(|name| Pattern::literal(name, None)));
        unambiguous(&all.collect::<Vec<_>>(), nested.diagnostics);
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
            Type::Csv(item, _) => item,
            // A path and a header have no objects; `write` in one is reported.
            Type::Joined(..) if matches!(place, "a form" | "a query") => return,
            Type::Json(_) | Type::Coded(_) => return,
            ty => ty,
        };
        // What may be null is refused there by itself.
        let is_said = field.surface.names.is_some() || field.is_nullable();
        if is_said || is_text(self.model, item) || *item == Type::Secret {
            return;
        }
        let help = match (&field.ty, place) {
            (Type::Csv(..), _) => "the items of a list that is joined are scalars",
            (Type::List(_), "a query" | "a form") => {
                "say how: `names = \"key[]\"`, `names = \"key[{index}]\"`, `join = \",\"` or `write = \"json\"`"
            }
            (Type::List(_), _) => "say how: `join = \",\"`",
            (Type::Html | Type::Any, _) => "use `text`, or another scalar",
            (_, "a query" | "a form") => {
                "say how its parts are called, such as `names = \"key[{key}]\"` or `names = \"key[{field}]\"`, or that they \
                 are one text, `join = \",\"` or `write = \"json\"`"
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
        let is_one_text = match &field.ty {
            Type::Csv(..) => Some(("a list is joined or has names, not both", "beside `join`")),
            Type::Joined(..) => Some(("a map of scalars is joined or has names, not both", "beside `join`")),
            Type::Json(_) => Some(("a value is JSON in one text or has names, not both", "beside `write`")),
            _ => None,
        };
        if let Some((message, label)) = is_one_text {
            self.wrong(&template.span, message, label, "choose one");
            return false;
        }
        if field.is_nullable() {
            let help = "leave out the `?`, or `names`";
            self.wrong(&template.span, "what may be null has one name", "beside a `?`", help);
        } else if needed.is_empty() {
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
        if let Some(from) = surface.from.as_ref().filter(|_| !holes.contains(&"index")) {
            self.wrong(&from.span, "`from` is the first number of an `{index}`", "not that", "0 or 1, with `{index}`");
        }
        if fields.is_none() && !is_text(self.model, item) && !matches!(item, Type::Secret | Type::Joined(..)) {
            let help = "an item is a scalar, or an object of scalars";
            self.wrong(&surface.ty.span, "only one level of nesting has names", "nested further", help);
        }
        for inner in fields.unwrap_or_default() {
            let is_plain = is_text(self.model, &inner.ty) || matches!(inner.ty, Type::Secret | Type::Csv(..));
            let has_one_name = inner.name.json.len() == 1 && (!has_xml || inner.name.json == inner.name.xml);
            if !has_one_name || is_text_only && !is_plain {
                let message = format!("`{}` of `{}` cannot have a made name", inner.wire(), item_name(item));
                let help = "a field with a made name has one name in all formats, and in a query or form one text";
                self.wrong(&template.span, message, "of these fields", help);
            }
        }
        self.diagnostics.count() == before
    }

    /// Checks a field of an object in one text whose part has the value of another field for a name.
    fn is_called(&mut self, fields: &[Field], field: &Field) {
        let (Some(template), Some(name)) = (&field.surface.names, field.caller()) else { return };
        let is_plain = |field: &Field| is_text(self.model, &field.ty) || field.ty == Type::Secret;
        let is_alone = field.wire_in_json() == field.wire() && field.surface.header.is_none();
        if !is_plain(field) || !is_alone {
            let help = "it is one scalar, which `also` gives further names";
            self.wrong(&template.span, "this cannot be called by the value of another field", "no scalar", help);
        } else if caller(self.model, fields, field).is_none() {
            let help = "`names = \"{model}\"` with the Rust name of a field here whose type has `values`: a part is called by \
                        one of these; the other holes are `{index}`, `{key}` and `{field}`";
            let message = format!("`{name}` is no enumeration in this object");
            self.wrong(&template.span, message, "calls nothing", help);
        }
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

    /// Whether it is a number of a type of its own, which is not negative.
    fn is_ranged(&self, name: &str) -> bool {
        matches!(self.model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Ranged(..)))
    }

    fn class(&self, key: &Type) -> Class {
        let is_word = |name: &String| {
            matches!(self.model.types.get(name).map(|entry| &entry.kind), Some(TypeKind::Id(IdKind::Text)))
        };
        match key {
            Type::Uint => Class::Digits,
            key if number_id(self.model, key).is_some() => Class::Digits,
            Type::Named(name) if self.is_ranged(name) => Class::Digits,
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
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Any => true,
        }
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

    /// What a name consists of: bytes, and at most one hole of one byte or more.
    fn symbols(&self) -> Vec<Symbol> {
        let bytes = |text: &str| text.bytes().map(Symbol::Byte).collect::<Vec<_>>();
        let mut symbols = bytes(&self.before);
        if let Some((class, after)) = &self.rest {
            symbols.push(Symbol::Hole(*class));
            symbols.extend(bytes(after));
        }
        symbols
    }

    /// Whether some name is of both: both are read side by side, from every pair of places that one name leads to.
    fn overlaps(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.symbols(), other.symbols());
        let (mut seen, mut left) = (BTreeSet::from([(0, 0)]), vec![(0, 0)]);
        while let Some((our, their)) = left.pop() {
            let (one, two) = match (ours.get(our), theirs.get(their)) {
                (None, None) => return true,
                (Some(one), Some(two)) if one.shares(*two) => (*one, *two),
                _ => continue,
            };
            for next in one.next(our).flat_map(|our| two.next(their).map(move |their| (our, their))) {
                if seen.insert(next) {
                    left.push(next);
                }
            }
        }
        false
    }
}

/// A part of a name.
#[derive(Debug, Clone, Copy)]
enum Symbol {
    Byte(u8),
    Hole(Class),
}

impl Symbol {
    /// Whether one byte may stand in both.
    fn shares(self, other: Self) -> bool {
        match (self, other) {
            (Self::Byte(one), Self::Byte(two)) => one == two,
            (Self::Byte(byte), Self::Hole(class)) | (Self::Hole(class), Self::Byte(byte)) => class.takes(byte),
            // A digit is of every class.
            (Self::Hole(_), Self::Hole(_)) => true,
        }
    }

    /// The places behind one byte, from this symbol's own: a hole may have more.
    fn next(self, place: usize) -> impl Iterator<Item = usize> + Clone {
        let more = matches!(self, Self::Hole(_)).then_some(place);
        more.into_iter().chain([place + 1])
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
                let help = match (&pattern.rest, &other.rest) {
                    (None, None) => {
                        "each name is of one field: leave out `names`, or the value or field that has this name"
                    }
                    _ => "put a text between or around the holes that no other name has",
                };
                diagnostics.add_with_help("E0226", place, message, label, help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Pattern};

    const TEXTS: [&str; 6] = ["", "a", "1", "a1", "a_", "_1"];

    /// Every text of up to five of these letters: a name that two of the patterns share is no longer.
    fn names() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..5 {
            last = last.iter().flat_map(|name| ["a", "1", "_", "."].map(|letter| format!("{name}{letter}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    fn patterns() -> Vec<Pattern> {
        let classes = [Class::Digits, Class::Word, Class::Any];
        let holes = classes.iter().flat_map(|class| TEXTS.map(|after| Some((*class, after.to_owned()))));
        let rests: Vec<_> = holes.chain([None]).collect();
        let pattern = |before: &str, rest| Pattern { before: before.to_owned(), rest, place: None };
        TEXTS.iter().flat_map(|before| rests.iter().map(|rest| pattern(before, rest.clone()))).collect()
    }

    fn is_of(name: &str, pattern: &Pattern) -> bool {
        let Some((class, after)) = &pattern.rest else { return name == pattern.before };
        let hole = name.strip_prefix(&pattern.before).and_then(|rest| rest.strip_suffix(after.as_str()));
        hole.is_some_and(|hole| !hole.is_empty() && hole.bytes().all(|byte| class.takes(byte)))
    }

    #[test]
    fn two_patterns_that_share_a_name_overlap() {
        let (names, patterns) = (names(), patterns());
        let shared: Vec<Vec<bool>> =
            patterns.iter().map(|pattern| names.iter().map(|name| is_of(name, pattern)).collect()).collect();
        let mut pairs = [0, 0];
        for (one, ones) in patterns.iter().zip(&shared) {
            for (other, others) in patterns.iter().zip(&shared) {
                let is_shared = ones.iter().zip(others).any(|(one, other)| *one && *other);
                assert_eq!(one.overlaps(other), is_shared, "{one:?} and {other:?}");
                assert_eq!(one.overlaps(other), other.overlaps(one), "{one:?} and {other:?}");
                pairs[usize::from(one.overlaps(other))] += 1;
            }
        }
        assert!(pairs.iter().all(|count| *count > 1000), "always the same: {pairs:?}");
    }
}
