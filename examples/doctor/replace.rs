//! Answers with every value replaced by another one of the same shape, the same one by the same in a whole run.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, Ipv6Addr};

use hostkit_wire::{Format, Kind, Node, Value};

use super::place::{Names, nodes};

/// An answer that can be kept beside the specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The path below the folder of the API's specs, such as `servers/get_server/doctor.answer.json`.
    pub path: String,
    /// The body, without any value of the account.
    pub bytes: Vec<u8>,
    /// The line for `[examples]` of the spec.
    pub line: String,
}

/// How often another value is looked for if one is taken.
const TRIES: u64 = 50;

/// The replacements of a run. Nothing tells a value from its replacement: the hashes have keys of their own.
pub(super) struct Replacer<'n> {
    names: &'n Names<'n>,
    keys: RandomState,
    replaced: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl<'n> Replacer<'n> {
    pub(super) fn new(names: &'n Names<'n>) -> Self {
        Self { names, keys: RandomState::new(), replaced: BTreeMap::new(), taken: BTreeSet::new() }
    }

    /// The tree of an answer with other values. What the specs name stays, and so do numbers that count its items.
    pub(super) fn tree(&mut self, root: Node<'_>, new_fields: &BTreeSet<String>) -> Value {
        let counts = nodes(root).into_iter().filter_map(|(_, _, node)| match node.kind() {
            Kind::List => Some(node.items().count().to_string()),
            Kind::Map => Some(node.entries().count().to_string()),
            _ => None,
        });
        let counts = counts.collect();
        self.value(root, new_fields, &counts)
    }

    fn value(&mut self, node: Node<'_>, new_fields: &BTreeSet<String>, counts: &BTreeSet<String>) -> Value {
        match node.kind() {
            Kind::Null | Kind::Bool => Value::from(node),
            Kind::Number => {
                let number = node.as_str().unwrap_or_default();
                let stays = counts.contains(number);
                Value::Number(if stays { number.to_owned() } else { self.text(number) })
            }
            Kind::Text => {
                let text = node.as_str().unwrap_or_default();
                Value::Text(if counts.contains(text) { text.to_owned() } else { self.text(text) })
            }
            Kind::List => Value::List(node.items().map(|item| self.value(item, new_fields, counts)).collect()),
            Kind::Map => {
                let entries = node.entries().map(|(key, item)| {
                    // In XML no name is a key of the account: those of elements are the hoster's.
                    let is_new = new_fields.contains(key) || node.format() == Format::Xml;
                    let is_name = self.names.is_of_the_specs(key) || is_new && self.names.is_plain(key);
                    let key = if is_name || key == "$text" { key.to_owned() } else { self.text(key) };
                    (Cow::Owned(key), self.value(item, new_fields, counts))
                });
                Value::Map(entries.collect())
            }
        }
    }

    /// The replacement of a scalar or of a key.
    fn text(&mut self, text: &str) -> String {
        if self.names.is_word(text) || says_nothing(text) {
            return text.to_owned();
        }
        if let Some(known) = self.replaced.get(text) {
            return known.clone();
        }
        let tries = (0..TRIES).map(|attempt| Digits::new(self.keys.hash_one((text, attempt)), &self.keys));
        let mut tries = tries.map(|mut digits| other(text, &mut digits));
        let is_free = |found: &String| found != text && !self.taken.contains(found) && !self.names.has_values(found);
        let last = tries.next().unwrap_or_default();
        let found = if is_free(&last) { last } else { tries.find(is_free).unwrap_or(last) };
        self.taken.insert(found.clone());
        self.replaced.insert(text.to_owned(), found.clone());
        found
    }
}

/// A flag, a zero, or the date that PHP writes where there is none.
fn says_nothing(text: &str) -> bool {
    let is_flag = text.len() < 9 && text.parse::<f64>().is_ok_and(|number| number == 0.0 || number == 1.0);
    is_flag || text.contains("-0001") || text.starts_with("0000-00-00")
}

/// Pseudorandom numbers from a seed.
struct Digits<'k> {
    seed: u64,
    keys: &'k RandomState,
}

impl<'k> Digits<'k> {
    fn new(seed: u64, keys: &'k RandomState) -> Self {
        Self { seed, keys }
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.seed = self.keys.hash_one(self.seed);
        self.seed % end.max(1)
    }

    fn among(&mut self, letters: &str) -> char {
        let at = self.below(letters.chars().count() as u64);
        letters.chars().nth(usize::try_from(at).unwrap_or_default()).unwrap_or('x')
    }
}

/// Another value of the same shape.
fn other(text: &str, digits: &mut Digits<'_>) -> String {
    if let Some((address, network)) = text.split_once('/').filter(|(address, _)| address.parse::<Ipv4Addr>().is_ok()) {
        return format!("{}/{network}", other(address, digits));
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        // A mask belongs to no account.
        let [first, ..] = address.octets();
        let networks = ["192.0.2", "198.51.100", "203.0.113"];
        let network = networks[usize::try_from(digits.below(3)).unwrap_or_default()];
        return if first == 255 { text.to_owned() } else { format!("{network}.{}", 1 + digits.below(254)) };
    }
    if let Some(network) = text.strip_suffix(".*").filter(|network| format!("{network}.0").parse::<Ipv4Addr>().is_ok())
    {
        return other(&format!("{network}.0"), digits)
            .rsplit_once('.')
            .map_or(String::new(), |(network, _)| format!("{network}.*"));
    }
    if text.contains(':') && text.parse::<Ipv6Addr>().is_ok() {
        return format!("2001:db8::{:x}", 1 + digits.below(0xfff0));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let (_, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
        let path = if path.is_empty() { String::new() } else { format!("/{}", shape(path, digits)) };
        return format!("{scheme}://example.org{path}");
    }
    if let Some((user, host)) = text.split_once('@')
        && host.contains('.')
        && !text.contains(' ')
    {
        return format!("{}@example.org", shape(user, digits));
    }
    match date(text, digits) {
        Some(date) => date,
        None => shape(text, digits),
    }
}

/// Another date in the same form, if the text begins with one: `2024-05-01…` or `01.05.2024…`.
fn date(text: &str, digits: &mut Digits<'_>) -> Option<String> {
    let parts: Vec<&str> = text.split(|letter: char| !letter.is_ascii_digit()).collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if !matches!(lengths.get(..3)?, [4, 2, 2] | [2, 2, 4]) {
        return None;
    }
    let mut written = String::new();
    let parts = text.split_inclusive(|letter: char| !letter.is_ascii_digit());
    for (index, part) in parts.enumerate() {
        let number = part.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let rest = &part[number.len()..];
        let new = match (index, number.len()) {
            (_, 0) => String::new(),
            (0, 4) | (2, 4) => (2012 + digits.below(14)).to_string(),
            (1, _) => format!("{:02}", 1 + digits.below(12)),
            (0, _) | (2, _) => format!("{:02}", 1 + digits.below(28)),
            (3, 2) => format!("{:02}", digits.below(24)),
            (4 | 5, 2) => format!("{:02}", digits.below(60)),
            // Fractions of a second; an offset stays as it is.
            (_, 3..) => shape(number, digits),
            _ => number.to_owned(),
        };
        written.push_str(&new);
        written.push_str(rest);
    }
    Some(written)
}

/// Digits for digits, letters for letters; hexadecimal stays so, and the first digit of a number is no zero.
fn shape(text: &str, digits: &mut Digits<'_>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut within_digits = false;
    for letter in text.chars() {
        let is_digit = letter.is_ascii_digit();
        written.push(match letter {
            '0' if !within_digits => '0',
            '0'..='9' if within_digits => digits.among("0123456789"),
            '0'..='9' => digits.among("23456789"),
            'a'..='f' => digits.among("abcdef"),
            'g'..='z' => digits.among("ghijklmnopqrstuvwxyz"),
            'A'..='F' => digits.among("ABCDEF"),
            'G'..='Z' => digits.among("GHIJKLMNOPQRSTUVWXYZ"),
            letter if letter.is_uppercase() => digits.among("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ"),
            letter if letter.is_alphabetic() => digits.among("абвгдежзиклмнопрстуфхцчшэюя"),
            letter => letter,
        });
        within_digits = is_digit;
    }
    written
}
