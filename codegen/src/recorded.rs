//! Reads the recorded value of an example, as `{:#?}` prints it, into a tree.

use std::collections::BTreeMap;

use hostkit_proto::Money;

use crate::examples::{example_path, values_path};
use crate::model::{Endpoint, Model};
use crate::surface::Example;

/// Files of wire examples, by path below `specs/`.
#[derive(Debug, Clone)]
pub(crate) struct Wire<'s>(BTreeMap<&'s str, &'s [u8]>);

impl<'s> Wire<'s> {
    pub(crate) fn new(files: impl IntoIterator<Item = (&'s str, &'s [u8])>) -> Self {
        Self(files.into_iter().collect())
    }

    /// Text of an example's file; `None` if there is no file or it is not UTF-8.
    pub(crate) fn text(&self, model: &Model, endpoint: &Endpoint, example: &Example) -> Option<&'s str> {
        let path = example_path(&model.api, &endpoint.surface, example);
        str::from_utf8(self.0.get(path.as_str())?).ok()
    }

    /// The value that an example's file decodes to; `None` if it is not recorded yet.
    pub(crate) fn value(&self, model: &Model, endpoint: &Endpoint, example: &Example) -> Option<Recorded<'s>> {
        let values = str::from_utf8(self.0.get(values_path(&model.api, &endpoint.surface).as_str())?).ok()?;
        Recorded::read(section(values, &example.file())?)
    }
}

/// The value recorded for a file: the lines after its header and those of files with the same value, up to the next
/// header.
fn section<'t>(values: &'t str, file: &str) -> Option<&'t str> {
    const NAME: &str = "== ";
    let mut rest = values;
    while rest.lines().next()?.strip_prefix(NAME) != Some(file) {
        rest = rest.split_once('\n')?.1;
    }
    while rest.starts_with(NAME) {
        rest = rest.split_once('\n')?.1;
    }
    Some(rest.find(&format!("\n{NAME}")).map_or(rest, |end| &rest[..end]))
}

/// A recorded value; secrets are redacted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Recorded<'t> {
    /// A bare word: a number, an amount of money, a date, an address, `None`, a variant without fields.
    Word(&'t str),
    Text(String),
    /// `ServerId(298)`; a bare tuple has no name.
    Tuple(&'t str, Vec<Recorded<'t>>),
    Struct(&'t str, Vec<(&'t str, Recorded<'t>)>),
    List(Vec<Recorded<'t>>),
    Map(Vec<(Recorded<'t>, Recorded<'t>)>),
}

/// Maximum nesting of a recorded value.
const DEPTH: usize = 64;

impl<'t> Recorded<'t> {
    /// Reads a value; `None` unless the text is exactly one.
    pub(crate) fn read(text: &'t str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let value = reader.value(DEPTH)?;
        reader.rest.trim().is_empty().then_some(value)
    }

    pub(crate) fn word(&self) -> Option<&'t str> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The content of a one-field tuple of this name.
    pub(crate) fn inside(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Tuple(found, fields) if *found == name => {
                if let [field] = fields.as_slice() {
                    Some(field)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// A field of a struct.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        let Self::Struct(_, fields) = self else { return None };
        fields.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Option<Recorded<'t>> {
        let depth = depth.checked_sub(1)?;
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('"') {
            return self.quoted().map(Recorded::Text);
        }
        let end = self.rest.find([',', '\n', '(', ')', '[', ']', '{', '}']).unwrap_or(self.rest.len());
        // Addresses contain colons as well, but without a blank after them.
        let end = self.rest.find(": ").map_or(end, |colon| end.min(colon));
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let name = word.trim();
        // An amount of money has its currency behind a blank.
        if name.contains(char::is_whitespace) && name.parse::<Money>().is_err() {
            return None;
        }
        if self.takes('(') {
            return self.until(')', |reader| reader.value(depth)).map(|fields| Recorded::Tuple(name, fields));
        }
        match (name, self.rest.chars().next()) {
            ("", Some('[')) if self.takes('[') => self.until(']', |reader| reader.value(depth)).map(Recorded::List),
            ("", Some('{')) if self.takes('{') => {
                let entry = |reader: &mut Self| {
                    let key = reader.value(depth)?;
                    if reader.takes(':') { Some((key, reader.value(depth)?)) } else { None }
                };
                self.until('}', entry).map(Recorded::Map)
            }
            ("", _) => None,
            (_, Some('{')) if self.takes('{') => {
                let field = |reader: &mut Self| {
                    let name = reader.value(depth)?.word()?;
                    if reader.takes(':') { Some((name, reader.value(depth)?)) } else { None }
                };
                self.until('}', field).map(|fields| Recorded::Struct(name, fields))
            }
            _ => Some(Recorded::Word(name)),
        }
    }

    /// Comma-separated items, with an optional trailing comma.
    fn until<T>(&mut self, end: char, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(item(self)?);
            if !self.takes(',') && !self.rest.trim_start().starts_with(end) {
                return None;
            }
        }
        Some(items)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A Rust string literal, unescaped.
    fn quoted(&mut self) -> Option<String> {
        let mut is_escaped = false;
        let (end, _) = self.rest.char_indices().skip(1).find(|(_, character)| {
            let is_end = *character == '"' && !is_escaped;
            is_escaped = *character == '\\' && !is_escaped;
            is_end
        })?;
        let (literal, rest) = self.rest.split_at_checked(end + 1)?;
        self.rest = rest;
        syn::parse_str::<syn::LitStr>(literal).ok().map(|literal| literal.value())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::IpAddr;

    use super::{Recorded, section};

    #[test]
    fn a_value_stands_under_all_its_names() {
        let values = "== a.answer.json\n== a.answer.xml\nSome(\n    \"== b\",\n)\n\n== b.answer.json\n()\n";
        for (file, value) in [("a.answer.json", "Some(\n    \"== b\",\n)\n"), ("b.answer.json", "()\n")] {
            assert_eq!(section(values, file).map(str::trim_end), Some(value.trim_end()));
        }
        assert_eq!(section(values, "a.answer.xml"), section(values, "a.answer.json"));
        assert_eq!(section(values, "c.answer.json"), None);
        assert_eq!(section("== d", "d"), None);
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "only written")]
    struct Everything {
        id: Id,
        at: Option<IpAddr>,
        none: Option<Id>,
        nothing: (),
        text: String,
        list: Vec<(u8, &'static str)>,
        empty: Vec<u8>,
        map: BTreeMap<Id, Empty>,
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Id(#[allow(dead_code, reason = "only written")] i64);

    #[derive(Debug)]
    struct Empty {}

    #[test]
    fn what_debug_writes_is_read() {
        let value = Everything {
            id: Id(-298),
            at: "2001:db8::1".parse().ok(),
            none: None,
            nothing: (),
            text: "a \"quoted\" {brace}: \\, \n\u{7}я".to_owned(),
            list: vec![(1, "x"), (2, "")],
            empty: Vec::new(),
            map: BTreeMap::from([(Id(1), Empty {})]),
        };
        for text in [format!("{value:#?}\n"), format!("{value:?}")] {
            let read = Recorded::read(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.field("id").and_then(|id| id.inside("Id")), Some(&Recorded::Word("-298")));
            assert_eq!(read.field("at").and_then(|at| at.inside("Some")?.word()), Some("2001:db8::1"));
            assert_eq!(read.field("none"), Some(&Recorded::Word("None")));
            assert_eq!(read.field("nothing"), Some(&Recorded::Tuple("", Vec::new())));
            assert_eq!(read.field("text").and_then(Recorded::text), Some(value.text.as_str()));
            let pair =
                |number, text: &str| Recorded::Tuple("", vec![Recorded::Word(number), Recorded::Text(text.to_owned())]);
            assert_eq!(read.field("list"), Some(&Recorded::List(vec![pair("1", "x"), pair("2", "")])));
            assert_eq!(read.field("empty"), Some(&Recorded::List(Vec::new())));
            let key = Recorded::Tuple("Id", vec![Recorded::Word("1")]);
            assert_eq!(read.field("map"), Some(&Recorded::Map(vec![(key, Recorded::Word("Empty"))])));
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let deep = "[".repeat(100_000);
        for text in ["", "A {", "A { b }", "[1 2]", "{1}", "\"open", "1, 2", "A(1))", deep.as_str()] {
            assert_eq!(Recorded::read(text), None, "{}", &text[..text.len().min(20)]);
        }
    }
}
