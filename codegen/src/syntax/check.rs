//! Checks a TOML table against its keys, and reports all unknown keys, missing keys and wrong shapes.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, FORMATS, Key, Shape};
use super::node::{decimal, whole};
use super::put;
use super::translation::Sentence;
use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::identifier;
use crate::resolve::no_pattern;
use crate::source::{At, FileId, Span};
use crate::surface::is_pattern;

/// Placeholder in a skeleton for a value that its author must decide.
const UNDECIDED: &str = "?";

pub(crate) struct Checker<'d> {
    pub(crate) file: FileId,
    /// The endpoint, type or service that is checked.
    pub(crate) owner: String,
    /// What other languages translate.
    pub(crate) sentences: &'d mut Vec<Sentence>,
    pub(crate) diagnostics: &'d mut Diagnostics,
}

impl Checker<'_> {
    pub(crate) fn span<T>(&self, value: &Spanned<T>) -> Span {
        Span { file: self.file, range: value.span() }
    }

    /// Checks one table; `place` is where a missing key is reported.
    pub(crate) fn table(&mut self, table: &DeTable<'_>, keys: &'static [Key], place: &Span, what: &str) {
        // A required key that is misspelt is there.
        let mut meant = Vec::new();
        for (name, value) in table {
            let word: &str = name.get_ref();
            match keys.iter().find(|key| key.name == word) {
                Some(key) => self.value(value, key),
                None => {
                    let span = self.span(name);
                    let message = format!("unknown key `{word}` in {what}");
                    match did_you_mean(word, keys.iter().map(|key| key.name)) {
                        Some(near) => {
                            meant.push(near);
                            self.diagnostics.add_with_help(
                                "E0101",
                                &span,
                                message,
                                "not a key of the spec language",
                                format!("did you mean `{near}`?"),
                            );
                        }
                        None => {
                            let known: Vec<_> = keys.iter().map(|key| key.name).collect();
                            self.diagnostics.add_with_help(
                                "E0101",
                                &span,
                                message,
                                "not a key of the spec language",
                                format!("the keys are: {}", known.join(", ")),
                            );
                        }
                    }
                }
            }
        }
        for key in keys.iter().filter(|key| key.required) {
            let is_list = matches!(key.shape, Shape::Words(_) | Shape::Tables(_));
            let given = table.get(key.name).map(|value| value.get_ref());
            let is_empty = |value: &DeValue<'_>| value.as_array().is_some_and(|items| items.is_empty());
            let is_none = given.is_none_or(|value| is_list && is_empty(value));
            if is_none && !meant.contains(&key.name) {
                self.diagnostics.add_with_help(
                    "E0102",
                    place,
                    format!("{what} has no `{}`", key.name),
                    format!("`{}` is missing here", key.name),
                    match key.shape {
                        Shape::Word(words) => format!("{} One of: {}", key.doc, listed(words)),
                        _ => key.doc.to_owned(),
                    },
                );
            }
        }
    }

    /// Checks the value of one key.
    pub(crate) fn value(&mut self, value: &Spanned<DeValue<'_>>, key: &'static Key) {
        let span = self.span(value);
        let inner = value.get_ref();
        match key.shape {
            Shape::Sentence if inner.as_str().is_some_and(|text| text.trim().is_empty()) => self
                .diagnostics
                .add_with_help("E0105", &span, format!("`{}` is empty", key.name), "says nothing", key.doc),
            Shape::Text | Shape::Sentence if inner.as_str() == Some(UNDECIDED) => self.diagnostics.add_with_help(
                "E0105",
                &span,
                format!("`{}` is not decided yet", key.name),
                "still what the skeleton has",
                key.doc,
            ),
            Shape::Text if inner.is_str() => {}
            Shape::Name if inner.is_str() => {
                let name = At { value: inner.as_str().unwrap_or_default().to_owned(), span };
                identifier::check(&name, self.diagnostics);
            }
            Shape::FlagOrText if inner.is_bool() || inner.is_str() => {}
            Shape::Sentence if inner.is_str() => self.sentence(value),
            Shape::Integer | Shape::Number(..) if inner.is_integer() => self.whole(value, key),
            Shape::Flag if inner.is_bool() => {}
            Shape::Alternatives if is_alternatives(inner) => self.once(value, key),
            Shape::Constants | Shape::Pairs | Shape::PairsOfTexts | Shape::Conditions if inner.is_table() => {
                self.entries(inner.as_table().into_iter().flatten(), key);
            }
            Shape::Put | Shape::PutByFormat if inner.is_table() => {
                let may_be_format = key.shape == Shape::PutByFormat;
                self.put(inner.as_table().into_iter().flatten(), may_be_format);
            }
            Shape::Any => {}
            Shape::Template if inner.is_str() => {
                if let Err(why) = put::template(inner.as_str().unwrap_or_default()) {
                    self.diagnostics.add_with_help("E0241", &span, why, "not a template", key.doc);
                }
            }
            Shape::Word(words) if inner.is_str() => self.word(value, key.name, words),
            Shape::Form(words) => match inner.as_str() {
                Some(text) if is_pattern(text) => {
                    if let Some(why) = no_pattern(text) {
                        let message = format!("`{}` is no pattern", key.name);
                        let help = "a regular expression of whole texts, such as `^[a-z][a-z0-9-]*$`";
                        self.diagnostics.add_with_help("E0104", &span, message, why, help);
                    }
                }
                Some(_) => self.word(value, key.name, words),
                None => self.shape(&span, key, inner),
            },
            Shape::TextOrTexts if inner.is_str() => {}
            Shape::TextOrTexts | Shape::Texts if is_list(inner, |item| item.is_str()) => self.once(value, key),
            Shape::Scalars if is_list(inner, |item| item.is_str() || item.is_integer() || item.is_bool()) => {}
            Shape::Numbers(..) if is_list(inner, |item| item.is_integer()) => {
                inner.as_array().into_iter().flatten().for_each(|item| self.whole(item, key));
                self.once(value, key);
            }
            Shape::Words(words) if is_list(inner, |item| item.is_str()) => {
                for item in inner.as_array().into_iter().flatten() {
                    self.word(item, key.name, words);
                }
                self.once(value, key);
            }
            Shape::TextByFormat if inner.is_str() => {}
            Shape::TextByFormat if inner.is_table() => {
                for (name, text) in inner.as_table().into_iter().flatten() {
                    if !["xml", "json"].contains(&name.get_ref().as_ref()) || !text.get_ref().is_str() {
                        let span = self.span(name);
                        self.diagnostics.add(
                            "E0103",
                            &span,
                            format!("`{}` takes `xml` and `json`", key.name),
                            "not one of them",
                        );
                    }
                }
            }
            Shape::Table(keys) => match inner.as_table() {
                Some(table) => self.table(table, keys, &span, &format!("`{}`", key.name)),
                None => self.shape(&span, key, inner),
            },
            Shape::Tables(keys) => match inner.as_array() {
                Some(items) if items.iter().all(|item| item.get_ref().is_table()) => {
                    for item in items {
                        let span = self.span(item);
                        if let Some(table) = item.get_ref().as_table() {
                            self.table(table, keys, &span, &format!("`[[{}]]`", key.name));
                        }
                    }
                }
                _ => self.shape(&span, key, inner),
            },
            Shape::Named(keys) => match inner.as_table() {
                Some(table) => self.named(table, keys, key.name, false),
                None => self.shape(&span, key, inner),
            },
            Shape::Inputs(keys) => match inner.as_table() {
                Some(table) => table.into_iter().for_each(|(name, value)| self.input(name, value, keys, key.name)),
                None => self.shape(&span, key, inner),
            },
            Shape::Described(keys) => match inner.as_table() {
                Some(table) => self.named(table, keys, key.name, true),
                None => self.shape(&span, key, inner),
            },
            _ => self.shape(&span, key, inner),
        }
    }

    fn sentence(&mut self, value: &Spanned<DeValue<'_>>) {
        if let Some(text) = value.get_ref().as_str() {
            let text = At { value: text.to_owned(), span: self.span(value) };
            self.sentences.push(Sentence { owner: self.owner.clone(), text });
        }
    }

    /// Checks an input, or a constant that stands among inputs.
    pub(crate) fn input(
        &mut self,
        name: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        keys: &'static [Key],
        what: &str,
    ) {
        let (place, inner) = (self.span(name), value.get_ref());
        match inner.as_table() {
            Some(table) => self.table(table, keys, &place, &format!("`{}` of `{what}`", name.get_ref())),
            None if is_scalar(inner) => {}
            None => self.diagnostics.add_with_help(
                "E0103",
                &place,
                format!("`{}` has to be a table or a constant", name.get_ref()),
                format!("this is of type {}", inner.type_str()),
                "an input is a table with `type` and `en`, a constant is text, a number, `true` or `false`",
            ),
        }
    }

    /// Checks a table of free names whose values are tables with the same keys, or the text of their `en`.
    fn named(&mut self, table: &DeTable<'_>, keys: &'static [Key], what: &str, may_be_text: bool) {
        for (name, value) in table {
            let place = self.span(name);
            let text = keys.iter().find(|key| may_be_text && value.get_ref().is_str() && key.name == "en");
            match (value.get_ref().as_table(), text) {
                (Some(inner), _) => self.table(inner, keys, &place, &format!("`{}` of `{what}`", name.get_ref())),
                (None, Some(key)) => self.value(value, key),
                (None, None) => self.diagnostics.add(
                    "E0103",
                    &place,
                    format!("`{}` has to be a table", name.get_ref()),
                    "not a table",
                ),
            }
        }
    }

    /// The values of a table with free names.
    fn entries<'t, 'i: 't>(
        &mut self,
        entries: impl Iterator<Item = (&'t Spanned<Cow<'i, str>>, &'t Spanned<DeValue<'i>>)>,
        key: &Key,
    ) {
        for (name, value) in entries {
            let inner = value.get_ref();
            if let (Shape::Conditions, Some(table)) = (key.shape, inner.as_table()) {
                let what = format!("`{}` of `{}`", name.get_ref(), key.name);
                self.table(table, keys::CONDITION, &self.span(name), &what);
                continue;
            }
            let (fits, expected) = match key.shape {
                Shape::Pairs => (inner.is_str(), "text"),
                Shape::PairsOfTexts => {
                    (inner.is_str() || is_list(inner, |item| item.is_str()), "text, or a list of texts")
                }
                Shape::Conditions => (
                    is_alternatives(inner) || inner.is_bool(),
                    "text, a whole number, a list of them, `{ not = … }`, `true` or `false`",
                ),
                _ => (is_scalar(inner), "text, a number, `true` or `false`"),
            };
            if !fits {
                self.diagnostics.add(
                    "E0103",
                    &self.span(value),
                    format!("`{}` of `{}` has to be {expected}", name.get_ref(), key.name),
                    format!("this is of type {}", inner.type_str()),
                );
            }
        }
    }

    /// What is put into requests.
    fn put<'t, 'i: 't>(
        &mut self,
        entries: impl Iterator<Item = (&'t Spanned<Cow<'i, str>>, &'t Spanned<DeValue<'i>>)>,
        may_be_format: bool,
    ) {
        const HELP: &str = "a key is `header.NAME`, `query.NAME`, `body.NAME` or `cookie.NAME`; a value is text with \
                            `{name}` or `{basic:login,password}`, a number, `true` or `false`";
        for (name, value) in entries {
            let inner = value.get_ref();
            if let Some(table) =
                inner.as_table().filter(|_| may_be_format && FORMATS.contains(&name.get_ref().as_ref()))
            {
                self.put(table.into_iter(), false);
                continue;
            }
            if let Err(why) = put::place(name.get_ref()) {
                self.diagnostics.add_with_help("E0241", &self.span(name), why, "not a place", HELP);
            }
            let why = match inner.as_str().map(put::template) {
                Some(Err(why)) => why,
                None if !is_scalar(inner) => {
                    format!("`{}` has to be text, a number, `true` or `false`", name.get_ref())
                }
                _ => continue,
            };
            self.diagnostics.add_with_help("E0241", &self.span(value), why, "not a template", HELP);
        }
    }

    /// Reports the items of a list that are there twice.
    fn once(&mut self, list: &Spanned<DeValue<'_>>, key: &Key) {
        let mut known = Vec::new();
        for item in list.get_ref().as_array().into_iter().flatten() {
            let text = match item.get_ref() {
                DeValue::Integer(number) => decimal(number),
                other => other.as_str().unwrap_or_default().to_owned(),
            };
            if known.contains(&text) {
                let message = format!("`{}` has `{}` twice", key.name, text.escape_debug());
                self.diagnostics.add_with_help(
                    "E0205",
                    &self.span(item),
                    message,
                    "again here",
                    "leave out one of them",
                );
            }
            known.push(text);
        }
    }

    fn whole(&mut self, value: &Spanned<DeValue<'_>>, key: &Key) {
        let Some(number) = value.get_ref().as_integer() else { return };
        let span = self.span(value);
        match (whole(number), key.shape) {
            (None, _) => {
                let message = format!("`{}` does not fit into 64 bits", key.name);
                self.diagnostics.add_with_help("E0103", &span, message, "too large", key.doc);
            }
            (Some(number), Shape::Number(from, to) | Shape::Numbers(from, to)) if !(from..=to).contains(&number) => {
                let message = format!("`{}` is a number from {from} to {to}", key.name);
                self.diagnostics.add_with_help("E0207", &span, message, "not such a number", key.doc);
            }
            _ => {}
        }
    }

    fn word(&mut self, value: &Spanned<DeValue<'_>>, key: &str, words: &'static [&'static str]) {
        let word = value.get_ref().as_str().unwrap_or_default();
        if words.contains(&word) {
            return;
        }
        let span = self.span(value);
        let help = match did_you_mean(word, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the words are: {}", listed(words)),
        };
        self.diagnostics.add_with_help(
            "E0104",
            &span,
            format!("`{key}` cannot be `{word}`"),
            "not one of the words",
            help,
        );
    }

    fn shape(&mut self, span: &Span, key: &Key, found: &DeValue<'_>) {
        let expected = match key.shape {
            Shape::Text | Shape::Name | Shape::Sentence | Shape::Template | Shape::Word(_) | Shape::Form(_) => "text",
            Shape::Integer | Shape::Number(..) => "a whole number",
            Shape::Flag => "true or false",
            Shape::FlagOrText => "true, false or text",
            Shape::Texts | Shape::Words(_) => "a list of texts",
            Shape::TextOrTexts => "text, or a list of texts",
            Shape::Alternatives => "text, a whole number, or a list of them",
            Shape::Scalars => "a list of texts, whole numbers, `true` or `false`",
            Shape::Numbers(..) => "a list of whole numbers",
            Shape::TextByFormat => "text, or a table with `xml` and `json`",
            Shape::Table(_) | Shape::Named(_) | Shape::Inputs(_) | Shape::Described(_) | Shape::Any => "a table",
            Shape::Constants
            | Shape::Pairs
            | Shape::PairsOfTexts
            | Shape::Conditions
            | Shape::Put
            | Shape::PutByFormat => "a table",
            Shape::Tables(_) => "tables in double brackets",
        };
        self.diagnostics.add_with_help(
            "E0103",
            span,
            format!("`{}` has to be {expected}", key.name),
            format!("this is of type {}", found.type_str()),
            key.doc,
        );
    }
}

fn is_scalar(value: &DeValue<'_>) -> bool {
    value.is_str() || value.is_integer() || value.is_float() || value.is_bool()
}

/// Whether it is a text or a whole number, or several of them.
fn is_alternatives(value: &DeValue<'_>) -> bool {
    let is_one = |value: &DeValue<'_>| value.is_str() || value.is_integer();
    is_one(value) || is_list(value, is_one) && value.as_array().is_some_and(|items| !items.is_empty())
}

fn is_list<'i>(value: &DeValue<'i>, is_item: impl Fn(&DeValue<'i>) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(|item| is_item(item.get_ref())))
}

/// Words with commas between them; an invisible character is shown as TOML writes it.
fn listed(words: &[&str]) -> String {
    words.iter().map(|word| word.replace('\0', "\\u0000")).collect::<Vec<_>>().join(", ")
}
