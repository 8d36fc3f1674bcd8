//! Getters over a checked table; they ignore wrong shapes, which the checker has already reported.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::put::{place, template};
use super::translation::Translation;
use crate::source::{At, FileId, Span};
use crate::surface::{Constant, Pairs, Put, Template, Word};

/// Value of a number, if it fits into 64 bits.
pub(super) fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// Decimal digits of a number, as sent: a spec may say `0x10`.
pub(super) fn decimal(number: &DeInteger<'_>) -> String {
    match whole(number).filter(|_| number.radix() != 10) {
        Some(value) => value.to_string(),
        None => number.as_str().to_owned(),
    }
}

/// The text of a scalar, and whether it is written without quotes.
fn scalar(value: &DeValue<'_>) -> Option<(String, bool)> {
    Some(match value {
        DeValue::String(text) => (text.to_string(), false),
        DeValue::Integer(number) => (decimal(number), true),
        DeValue::Float(number) => (number.as_str().to_owned(), true),
        DeValue::Boolean(flag) => (flag.to_string(), true),
        _ => return None,
    })
}

#[derive(Clone, Copy)]
pub(super) struct Node<'t, 'i> {
    pub(super) file: FileId,
    pub(super) table: &'t DeTable<'i>,
    pub(super) translation: Translation<'t>,
}

/// An entry of a table whose values are tables or texts that stand for their `en`.
pub(super) struct Described<'t, 'i> {
    pub(super) name: At<String>,
    pub(super) en: String,
    pub(super) ru: String,
    pub(super) table: Option<Node<'t, 'i>>,
}

impl<'t, 'i> Node<'t, 'i> {
    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.table.get(key)
    }

    /// Where its first key stands.
    pub(super) fn place(&self) -> Span {
        let first = self.table.iter().next().map(|(name, _)| name.span());
        Span { file: self.file, range: first.unwrap_or(0..0) }
    }

    /// The keys that are written, with their places.
    pub(super) fn keys(&self) -> Vec<At<String>> {
        let key = |name: &Spanned<std::borrow::Cow<'_, str>>| At {
            value: name.get_ref().to_string(),
            span: Span { file: self.file, range: name.span() },
        };
        self.table.iter().map(|(name, _)| key(name)).collect()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Place of a value, or the start of the file if there is none.
    pub(super) fn span(&self, key: &str) -> Span {
        Span { file: self.file, range: self.get(key).map_or(0..0, Spanned::span) }
    }

    fn at<T>(&self, spanned: &Spanned<DeValue<'_>>, value: T) -> At<T> {
        At { value, span: Span { file: self.file, range: spanned.span() } }
    }

    pub(super) fn optional_at(&self, key: &str) -> Option<At<String>> {
        let value = self.get(key)?;
        value.get_ref().as_str().map(|text| self.at(value, text.to_owned()))
    }

    pub(super) fn text_at(&self, key: &str) -> At<String> {
        self.optional_at(key).unwrap_or_else(|| At { value: String::new(), span: self.span(key) })
    }

    pub(super) fn optional(&self, key: &str) -> Option<String> {
        self.optional_at(key).map(|at| at.value)
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.optional(key).unwrap_or_default()
    }

    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        self.get(key)?.get_ref().as_integer().and_then(whole)
    }

    pub(super) fn integer_at(&self, key: &str) -> Option<At<i64>> {
        Some(self.at(self.get(key)?, self.integer(key)?))
    }

    pub(super) fn flag_at(&self, key: &str) -> Option<At<bool>> {
        let value = self.get(key)?;
        value.get_ref().as_bool().map(|flag| self.at(value, flag))
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.flag_at(key).map(|at| at.value)
    }

    pub(super) fn texts_at(&self, key: &str) -> Vec<At<String>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        match value.get_ref() {
            DeValue::String(text) => vec![self.at(value, text.to_string())],
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| item.get_ref().as_str().map(|text| self.at(item, text.to_owned())))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.texts_at(key).into_iter().map(|at| at.value).collect()
    }

    /// Texts, whole numbers and truth values.
    pub(super) fn words(&self, key: &str) -> Vec<Word> {
        let items = self.get(key).and_then(|value| value.get_ref().as_array());
        let word = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
            DeValue::String(text) => Some(Word::Text(text.to_string())),
            DeValue::Integer(number) => Some(Word::Number(decimal(number))),
            DeValue::Boolean(flag) => Some(Word::Flag(*flag)),
            _ => None,
        };
        items.into_iter().flatten().filter_map(word).collect()
    }

    /// [`Node::words`] with the place of the list.
    pub(super) fn words_at(&self, key: &str) -> Option<At<Vec<Word>>> {
        self.has(key).then(|| At { value: self.words(key), span: self.span(key) })
    }

    pub(super) fn integers(&self, key: &str) -> Vec<i64> {
        let items = self.get(key).and_then(|value| value.get_ref().as_array());
        items.into_iter().flatten().filter_map(|item| item.get_ref().as_integer().and_then(whole)).collect()
    }

    pub(super) fn table(&self, key: &str) -> Option<Node<'t, 'i>> {
        let table = self.get(key)?.get_ref().as_table()?;
        Some(Node { table, ..*self })
    }

    /// The tables of `[[key]]`.
    pub(super) fn list(&self, key: &str) -> impl Iterator<Item = Node<'t, 'i>> + use<'t, 'i> {
        let node = *self;
        let items = self.get(key).and_then(|value| value.get_ref().as_array());
        items
            .into_iter()
            .flatten()
            .filter_map(move |item| item.get_ref().as_table().map(|table| Node { table, ..node }))
    }

    /// The subtables, with their names.
    pub(super) fn tables(&self) -> impl Iterator<Item = (At<String>, Node<'t, 'i>)> + use<'t, 'i> {
        let node = *self;
        self.table.iter().filter_map(move |(name, value)| {
            let table = value.get_ref().as_table()?;
            let span = Span { file: node.file, range: name.span() };
            Some((At { value: name.get_ref().to_string(), span }, Node { table, ..node }))
        })
    }

    /// The subtables as owners of the sentences in them.
    pub(super) fn owners(&self) -> impl Iterator<Item = (At<String>, Node<'t, 'i>)> + use<'t, 'i> {
        let node = *self;
        self.table.iter().filter_map(move |(name, value)| {
            let (table, owner) = (value.get_ref().as_table()?, name.get_ref().as_ref());
            let at = At { value: owner.to_owned(), span: Span { file: node.file, range: name.span() } };
            Some((at, Node { table, translation: node.translation.within(owner), ..node }))
        })
    }

    /// The entries of a table whose values are tables or texts that stand for their `en`.
    pub(super) fn described(&self, key: &str) -> Vec<Described<'t, 'i>> {
        let Some(table) = self.table(key) else { return Vec::new() };
        let entry = |(name, value): (&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)| {
            let name = At { value: name.get_ref().to_string(), span: Span { file: self.file, range: name.span() } };
            let inner = value.get_ref().as_table().map(|table| Node { table, ..*self });
            let en = match inner {
                Some(node) => node.text("en"),
                None => value.get_ref().as_str().unwrap_or_default().to_owned(),
            };
            Described { name, ru: self.translation.of(&en), en, table: inner }
        };
        table.table.iter().map(entry).collect()
    }

    /// The Russian of this table's `en`.
    pub(super) fn ru(&self) -> String {
        self.translation.of(&self.text("en"))
    }

    /// The entries of a table of scalars.
    pub(super) fn constants(&self, key: &str) -> Vec<Constant> {
        self.table(key).map(|table| table.scalars()).unwrap_or_default()
    }

    /// The scalars among the entries.
    pub(super) fn scalars(&self) -> Vec<Constant> {
        let (mut constants, mut behind) = (Vec::new(), 0);
        for (name, value) in self.table {
            let key = At { value: name.get_ref().to_string(), span: Span { file: self.file, range: name.span() } };
            match scalar(value.get_ref()) {
                Some((text, is_number)) => constants.push(Constant { key, text, is_number, behind }),
                None => behind += 1,
            }
        }
        constants
    }

    /// What is put into requests; what is a table has another meaning.
    pub(super) fn puts(&self, key: &str) -> Vec<Put> {
        let Some(table) = self.table(key) else { return Vec::new() };
        let put = |(name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
            let (place, key) = place(name.get_ref()).ok()?;
            let (text, is_number) = scalar(value.get_ref())?;
            let pieces = template(&text).ok()?;
            let key = At { value: key.to_owned(), span: Span { file: self.file, range: name.span() } };
            Some(Put { place, key, template: self.at(value, text), pieces, is_number })
        };
        table.table.iter().filter_map(put).collect()
    }

    /// A template, if it is sound.
    pub(super) fn template(&self, key: &str) -> Option<Template> {
        let text = self.optional_at(key)?;
        template(&text).ok().map(|pieces| Template { text, pieces })
    }

    pub(super) fn pairs(&self, key: &str) -> Pairs {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let pair = |(name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
            let text = value.get_ref().as_str()?.to_owned();
            let key = At { value: name.get_ref().to_string(), span: Span { file: self.file, range: name.span() } };
            Some((key, self.at(value, text)))
        };
        table.table.iter().filter_map(pair).collect()
    }

    /// [`Node::pairs`], in which a key may have several texts.
    pub(super) fn pairs_of_texts(&self, key: &str) -> Pairs {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let pairs = table.keys().into_iter().flat_map(|name| {
            let texts = table.texts_at(&name);
            texts.into_iter().map(move |text| (name.clone(), text))
        });
        pairs.collect()
    }

    /// Raw values, for the few keys of free shape.
    pub(super) fn raw(&self) -> impl Iterator<Item = (At<String>, &'t DeValue<'i>)> + use<'t, 'i> {
        let file = self.file;
        self.table.iter().map(move |(name, value)| {
            let span = Span { file, range: name.span() };
            (At { value: name.get_ref().to_string(), span }, value.get_ref())
        })
    }
}
