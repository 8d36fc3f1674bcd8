//! Places in answers, and what may be shown of an answer: names of the specs and kinds of values, never a value.

use std::collections::BTreeSet;

use hostkit_codegen::{Outline, Step};
use hostkit_proto::DecodeError;
use hostkit_wire::{Kind, Node};

/// What stands for a name that an account may have chosen.
const HIDDEN: &str = "*";
/// The longest new name that is shown.
const LONGEST: usize = 40;

/// Tells names from values.
pub(super) struct Names<'o> {
    outline: &'o Outline,
    /// Every scalar of every answer of the run, in lower case, but for the words of the specs.
    values: BTreeSet<String>,
}

impl<'o> Names<'o> {
    pub(super) fn new(outline: &'o Outline) -> Self {
        Self { outline, values: BTreeSet::new() }
    }

    /// Learns the values of an answer.
    pub(super) fn learn(&mut self, root: Node<'_>) {
        for (_, _, node) in nodes(root) {
            if let Some(text) = node.as_str().filter(|text| !self.outline.words.contains(*text)) {
                self.values.insert(text.trim().to_lowercase());
            }
        }
    }

    pub(super) fn is_word(&self, text: &str) -> bool {
        self.outline.words.contains(text)
    }

    /// Whether a text has a value of the account in it.
    pub(super) fn has_values(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        // A date or an address within a longer text is a value, too.
        let signed = text.split(|letter: char| !letter.is_alphanumeric() && !".-:@".contains(letter));
        words.chain(signed).any(|word| word.len() > 2 && self.values.contains(word)) || self.values.contains(&text)
    }

    pub(super) fn is_of_the_specs(&self, name: &str) -> bool {
        self.outline.names.contains(name)
    }

    /// Whether a name that no spec has reads like a name of a field, and is no value of the account.
    pub(super) fn is_plain(&self, name: &str) -> bool {
        let letters = name.strip_prefix('@').unwrap_or(name);
        letters.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            && letters.bytes().filter(u8::is_ascii_digit).count() <= 1
            && name.len() <= LONGEST
            && !self.values.contains(&letters.to_lowercase())
    }

    /// A path of the reader, such as `answer.data.*.id`; items of lists are `[]`.
    pub(super) fn path(&self, path: &str) -> String {
        if path.starts_with("header ") {
            // The name of a header is from the spec.
            return path.to_owned();
        }
        let mut text = String::new();
        for (index, part) in path.split('.').enumerate() {
            let (name, items) = part.find('[').map_or((part, ""), |at| part.split_at(at));
            let is_shown = index == 0 && name == "answer" || self.is_of_the_specs(name) || part == "[]";
            let name = if is_shown { name } else { HIDDEN };
            if index > 0 {
                // A key with dots is one name.
                if name == HIDDEN && text.ends_with(".*") {
                    continue;
                }
                text.push('.');
            }
            text.push_str(name);
            text.push_str(&"[]".repeat(items.matches('[').count()));
        }
        text
    }

    /// The path of a field that the spec does not know, with its name if that may be shown.
    pub(super) fn new_field(&self, path: &str, name: &str) -> String {
        let parent = path.strip_suffix(name).and_then(|parent| parent.strip_suffix('.')).unwrap_or("answer");
        let is_shown = self.is_of_the_specs(name) || self.is_plain(name);
        format!("{}.{}", self.path(parent), if is_shown { name } else { HIDDEN })
    }

    /// What an error expected, without what the account asked for.
    pub(super) fn expected(&self, error: &DecodeError) -> String {
        let text = error.expected();
        if text.ends_with("which was asked for") {
            return "what was asked for".to_owned();
        }
        if text.starts_with("the item ") {
            return "each item under its own key".to_owned();
        }
        let hides = |word: &str| word.len() > 3 && self.values.contains(&word.trim_matches('`').to_lowercase());
        text.split(' ').map(|word| if hides(word) { HIDDEN } else { word }).collect::<Vec<_>>().join(" ")
    }

    /// What an error found: its kind.
    pub(super) fn found(&self, error: &DecodeError) -> String {
        if let Some(wire) = error.wire() {
            let text = wire.clone().map_quote(|_| None).to_string();
            let is_shown = |word: &&str| !self.values.contains(&word.trim_matches('`').to_lowercase());
            return text.split(' ').filter(is_shown).collect::<Vec<_>>().join(" ");
        }
        let found = error.found();
        match found {
            "nothing" | "a list" | "an object" | "no such header" => found.to_owned(),
            "true" | "false" => "a truth value".to_owned(),
            _ if found.starts_with('"') => of_text(found.trim_matches('"')),
            _ if found.ends_with(" twice") => "a key that is there twice".to_owned(),
            _ if found.starts_with("an empty body") || found.starts_with("a part, ") => found.to_owned(),
            _ if found.starts_with("the ")
                && found.split('`').skip(1).step_by(2).all(|key| self.is_of_the_specs(key)) =>
            {
                found.to_owned()
            }
            _ if found.starts_with('`') && found.contains("` is ") => "another word".to_owned(),
            _ if found.parse::<f64>().is_ok() => "a number".to_owned(),
            _ => "something else".to_owned(),
        }
    }
}

/// The kind of a node, and the form of a date.
pub(super) fn describe(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Text => of_text(node.as_str().unwrap_or_default()),
        kind => of_kind(kind).to_owned(),
    }
}

pub(super) fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "nothing",
        Kind::Bool => "a truth value",
        Kind::Number => "a number",
        Kind::Text => "a text",
        Kind::List => "a list",
        Kind::Map => "an object",
    }
}

/// A text; one of digits with signs between them, such as a date, with its form.
fn of_text(text: &str) -> String {
    let is_of_digits = text.chars().all(|letter| letter.is_ascii_digit() || " -:./+TZ".contains(letter));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // An address has a form, too, but one that tells its length.
    let is_date = is_of_digits && (8..=20).contains(&digits) && digits < text.len() && text.matches('.').count() < 3;
    if is_date {
        let form: String = text.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect();
        return format!("a text of the form {form}");
    }
    "a text".to_owned()
}

/// Every node with its path, as the reader writes it, and its key if it has one.
pub(super) fn nodes(root: Node<'_>) -> Vec<(String, Option<&str>, Node<'_>)> {
    let mut all = vec![("answer".to_owned(), None, root)];
    let mut next = 0;
    while let Some((path, _, node)) = all.get(next).cloned() {
        all.extend(node.entries().map(|(key, child)| (format!("{path}.{key}"), Some(key), child)));
        all.extend(node.items().enumerate().map(|(index, child)| (format!("{path}[{index}]"), None, child)));
        next += 1;
    }
    all
}

/// The key and the node at a path of the reader, which may leave out what is around the data.
pub(super) fn find<'t>(root: Node<'t>, path: &str) -> Option<(&'t str, Node<'t>)> {
    let common = |other: &str| path.bytes().rev().zip(other.bytes().rev()).take_while(|(a, b)| a == b).count();
    let named = nodes(root).into_iter().filter_map(|(other, key, node)| Some((common(&other), key?, node)));
    let fitting = named.filter(|(common, key, _)| *common > key.len() || *common == path.len());
    fitting.max_by_key(|(common, ..)| *common).map(|(_, key, node)| (key, node))
}

/// The nodes at a path; a list or a map on the way stands for each of its items, as lenient answers have them.
pub(super) fn collect<'t>(node: Node<'t>, steps: &[Step], found: &mut Vec<Node<'t>>) {
    let Some((step, rest)) = steps.split_first() else {
        match node.kind() {
            Kind::List => found.extend(node.items()),
            _ => found.push(node),
        }
        return;
    };
    match (step, node.kind()) {
        (Step::Any, Kind::List) => node.items().for_each(|item| collect(item, rest, found)),
        // One object in place of the list of one, or a map whose values are the items.
        (Step::Any, Kind::Map) => match rest.first() {
            Some(Step::Entry(names)) if names.iter().any(|name| node.get(name).is_some()) => collect(node, rest, found),
            _ => node.entries().for_each(|(_, item)| collect(item, rest, found)),
        },
        (Step::Entry(_), Kind::List) => node.items().for_each(|item| collect(item, steps, found)),
        (Step::Entry(names), Kind::Map) => {
            let named = node.entries().filter(|(key, _)| names.iter().any(|name| name == key));
            named.for_each(|(_, item)| collect(item, rest, found));
        }
        _ => {}
    }
}
