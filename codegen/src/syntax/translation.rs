//! A language beside English: one dictionary for an API, from each English sentence to its translation.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::source::{At, FileId, Span};

/// The translation of a sentence wherever no other one is given.
const ELSEWHERE: &str = "*";

/// A sentence that other languages translate, and the endpoint, type or service that has it.
#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    pub(crate) owner: String,
    pub(crate) text: At<String>,
}

/// The table of words by which names are searched for.
const SEARCH: &str = "search";

/// The translations of an API's sentences into one language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary {
    entries: BTreeMap<String, Entry>,
    /// Words for the words of Rust names.
    search: Vec<(At<String>, Vec<String>)>,
}

#[derive(Debug, Clone)]
struct Entry {
    place: Span,
    /// By owner; `ELSEWHERE` for all others.
    texts: Vec<(At<String>, String)>,
}

impl Entry {
    fn of(&self, owner: &str) -> Option<&(At<String>, String)> {
        let find = |wanted: &str| self.texts.iter().find(|(owner, _)| owner.value == wanted);
        find(owner).or_else(|| find(ELSEWHERE))
    }
}

impl Dictionary {
    /// Reads a dictionary; entries of another shape are reported.
    pub(super) fn read(file: FileId, table: &DeTable<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut dictionary = Self::default();
        for (english, value) in table {
            let place = Span { file, range: english.span() };
            if let (SEARCH, DeValue::Table(words)) = (english.get_ref().as_ref(), value.get_ref()) {
                dictionary.read_search(file, words, diagnostics);
                continue;
            }
            let text = |owner: &str, place: &Span, value: &DeValue<'_>| {
                let owner = At { value: owner.to_owned(), span: place.clone() };
                value.as_str().map(|text| (owner, text.to_owned()))
            };
            let texts = match value.get_ref() {
                DeValue::Table(owners) => owners
                    .iter()
                    .map(|(owner, value)| text(owner.get_ref(), &Span { file, range: owner.span() }, value.get_ref()))
                    .collect(),
                value => text(ELSEWHERE, &place, value).map(|text| vec![text]),
            };
            match texts {
                Some(texts) => drop(dictionary.entries.insert(english.get_ref().to_string(), Entry { place, texts })),
                None => diagnostics.add_with_help(
                    "E0103",
                    &place,
                    "a translation has to be text",
                    "not text",
                    "or a table from endpoints and types to texts, if one sentence has several translations",
                ),
            }
        }
        dictionary
    }

    fn read_search(&mut self, file: FileId, table: &DeTable<'_>, diagnostics: &mut Diagnostics) {
        for (name, value) in table {
            let place = Span { file, range: name.span() };
            let texts = value.get_ref().as_array().map(|texts| texts.iter().map(|text| text.get_ref().as_str()));
            let words: Option<Vec<&str>> = texts.and_then(|texts| texts.collect());
            match words {
                Some(words) if words.iter().all(|word| is_word(word)) => {
                    let words = words.into_iter().map(str::to_owned).collect();
                    self.search.push((At { value: name.get_ref().to_string(), span: place }, words));
                }
                _ => {
                    let help = "such as `reboot = [\"перезагрузить\", \"перезагрузка\"]`";
                    diagnostics.add_with_help("E0108", &place, "this is no list of single words", "not words", help);
                }
            }
        }
    }

    pub(super) fn search(&self) -> &[(At<String>, Vec<String>)] {
        &self.search
    }

    /// Reports the sentences without a translation, and the translations of nothing.
    pub(super) fn check(&self, language: &str, sentences: &[Sentence], diagnostics: &mut Diagnostics) {
        let mut used = BTreeSet::new();
        let mut missing = BTreeSet::new();
        for Sentence { owner, text } in sentences.iter().filter(|sentence| !sentence.text.is_empty()) {
            match self.entries.get(&text.value).and_then(|entry| entry.of(owner)) {
                Some((owner, _)) => drop(used.insert((text.value.as_str(), owner.value.as_str()))),
                // One mistake, one diagnostic.
                None if missing.insert(text.value.as_str()) => {
                    let help = format!("add `{:?} = \"…\"` to `{language}.toml`", text.value);
                    let message = format!("`{language}.toml` does not translate this sentence");
                    diagnostics.add_with_help("E0106", &text.span, message, "without a translation", help);
                }
                None => {}
            }
        }
        // A sentence that was changed is one mistake.
        if !missing.is_empty() {
            return;
        }
        for (english, entry) in &self.entries {
            for (owner, _) in entry.texts.iter().filter(|(owner, _)| !used.contains(&(english, &owner.value))) {
                let owners = sentences.iter().filter(|sentence| sentence.text.value == *english);
                let owners: BTreeSet<&str> = owners.map(|sentence| sentence.owner.as_str()).collect();
                let known = sentences.iter().map(|sentence| sentence.text.as_str());
                let help = match did_you_mean(english, known.filter(|known| known != english)) {
                    _ if !owners.is_empty() => {
                        format!("it is a sentence of {}", owners.into_iter().collect::<Vec<_>>().join(", "))
                    }
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "delete it, or write the sentence as the specs have it".to_owned(),
                };
                let message = match owner.value.as_str() {
                    ELSEWHERE => "no spec has this sentence".to_owned(),
                    owner => format!("`{owner}` does not have this sentence"),
                };
                let place = if owner.value == ELSEWHERE { &entry.place } else { &owner.span };
                diagnostics.add_with_help("E0107", place, message, "translates nothing", help);
            }
        }
    }
}

/// Whether a text can be typed into a search as one word.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_' | '.'))
}

/// The dictionary from the point of view of one owner of sentences; without a dictionary, nothing is translated.
#[derive(Clone, Copy)]
pub(super) struct Translation<'t> {
    pub(super) dictionary: Option<&'t Dictionary>,
    pub(super) owner: &'t str,
}

impl<'t> Translation<'t> {
    pub(super) fn within(self, owner: &'t str) -> Self {
        Self { owner, ..self }
    }

    pub(super) fn of(self, english: &str) -> String {
        let entry = self.dictionary.and_then(|dictionary| dictionary.entries.get(english));
        entry.and_then(|entry| entry.of(self.owner)).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}
