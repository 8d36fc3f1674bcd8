//! The lists of an API's answers, and answers with a given number of items in one of them.

use std::path::Path;

use hostkit::Format;
use hostkit::protocol::Value;
use hostkit_codegen::{AnswerList, Sources, Specs, Step};

/// Every list that an answer of the API may hold.
pub fn of(api: &str) -> Vec<AnswerList> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs"));
    let (mut specs, mut examples) = (Vec::new(), Vec::new());
    read(root, &root.join(api), &mut |path, bytes| match String::from_utf8(bytes) {
        Ok(text) if path.ends_with(".toml") => specs.push((path, text)),
        Ok(text) => examples.push((path, text.into_bytes())),
        Err(error) => examples.push((path, error.into_bytes())),
    });
    let sources = Sources::new(specs).with_examples(examples);
    Specs::read(api, &sources).unwrap_or_else(|found| panic!("{}", found.render(&sources, false))).lists()
}

/// The endpoint, and the path of the list in JSON.
pub fn name(list: &AnswerList) -> String {
    let steps = list.json.iter().map(|step| match step {
        Step::Entry(names) => names.join("|"),
        Step::Any => "*".to_owned(),
    });
    format!("{}: {}", list.endpoint, steps.collect::<Vec<_>>().join("/"))
}

fn read(root: &Path, folder: &Path, see: &mut impl FnMut(String, Vec<u8>)) {
    for entry in std::fs::read_dir(folder).expect("a folder of specs") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            read(root, &path, see);
        } else {
            let name = path.strip_prefix(root).expect("below the folder").to_string_lossy().replace('\\', "/");
            see(name, std::fs::read(&path).expect("a file"));
        }
    }
}

/// Answers that differ in the length of one list.
pub struct Bodies<'l> {
    steps: &'l [Step],
    format: Format,
    tree: Value,
    item: Value,
}

impl<'l> Bodies<'l> {
    /// Answers made from an example; `None` if it has no item to copy. `takes` says whether an answer is accepted.
    pub fn new(list: &'l AnswerList, format: Format, tree: &Value, takes: &dyn Fn(&[u8]) -> bool) -> Option<Self> {
        let steps = if format == Format::Xml { &list.xml } else { &list.json };
        let mut item = None;
        let mut tree = tree.clone();
        fill(&mut tree, steps, format, &mut |first| {
            item = Some(first.clone());
            vec![first.clone()]
        });
        let mut bodies = Self { steps, format, tree, item: item? };
        // An answer that says how many items there are is none with more of them.
        if ![1, list.max_items.min(9)].iter().all(|count| bodies.bytes(*count).is_some_and(|bytes| takes(&bytes))) {
            return None;
        }
        // The shortest item that is still accepted, since a list may have a million.
        while let Some(shorter) = shorter(&bodies.item).into_iter().find(|item| {
            let shorter = Self { item: item.clone(), tree: bodies.tree.clone(), ..bodies };
            shorter.bytes(2).is_some_and(|bytes| takes(&bytes))
        }) {
            bodies.item = shorter;
        }
        Some(bodies)
    }

    fn bytes(&self, count: usize) -> Option<Vec<u8>> {
        let mut tree = self.tree.clone();
        fill(&mut tree, self.steps, self.format, &mut |_| vec![self.item.clone(); count]);
        hostkit::protocol::wire::write(self.format, &tree).ok()
    }

    /// The answer with this many items.
    pub fn with(&mut self, count: usize) -> Vec<u8> {
        self.bytes(count).expect("an answer that could be written with one item")
    }
}

/// The item without one of its fields, for each field.
fn shorter(item: &Value) -> Vec<Value> {
    let Value::Map(fields) = item else { return Vec::new() };
    let without = |left_out: usize| {
        let kept = fields.iter().enumerate().filter(|(position, _)| *position != left_out);
        Value::Map(kept.map(|(_, field)| field.clone()).collect())
    };
    (0..fields.len()).map(without).collect()
}

/// Replaces the items of a list; `false` if the list is missing or empty.
fn fill(value: &mut Value, steps: &[Step], format: Format, make: &mut dyn FnMut(&Value) -> Vec<Value>) -> bool {
    match (steps, value) {
        ([], Value::List(items)) => {
            let Some(first) = items.first() else { return false };
            *items = make(first);
            true
        }
        // One item may stand for a list.
        ([], item @ Value::Map(_)) => {
            *item = Value::List(make(item));
            true
        }
        ([Step::Entry(names)], Value::Map(fields)) if format == Format::Xml => {
            let is_item = |key: &str| names.iter().any(|name| name == key);
            let Some(position) = fields.iter().position(|(key, _)| is_item(key)) else { return false };
            let (key, first) = fields[position].clone();
            fields.retain(|(key, _)| !is_item(key));
            let position = position.min(fields.len());
            fields.splice(position..position, make(&first).into_iter().map(|item| (key.clone(), item)));
            true
        }
        ([Step::Entry(names), rest @ ..], Value::Map(fields)) => fields
            .iter_mut()
            .filter(|(key, _)| names.iter().any(|name| name == key))
            .any(|(_, value)| fill(value, rest, format, make)),
        ([Step::Any, rest @ ..], Value::List(items)) => items.iter_mut().any(|item| fill(item, rest, format, make)),
        // The values of a map, or one item that stands for a list.
        ([Step::Any, rest @ ..], value @ Value::Map(_)) => {
            if fill(value, rest, format, make) {
                return true;
            }
            let Value::Map(fields) = value else { return false };
            fields.iter_mut().any(|(_, value)| fill(value, rest, format, make))
        }
        _ => false,
    }
}
