//! The answers of the matrix: the right one of an endpoint in a format, changed in every way of the table.

use std::borrow::Cow;
use std::collections::BTreeSet;

use hostkit::protocol::Value;
use hostkit::protocol::wire;
use hostkit::{Format, UnknownFields};
use hostkit_tests::entries::{Entry, tree};

use super::kinds::{Facts, Kind, inside, put_inside};

/// One answer of the matrix.
pub struct Cell {
    pub kind: Kind,
    /// What was changed.
    pub what: String,
    pub status: u16,
    pub body: Vec<u8>,
}

/// The right answer of an endpoint in one format.
pub struct Base {
    pub status: u16,
    pub format: Format,
    /// What it says; `None` where there is no body.
    pub tree: Option<Value>,
    /// The same with what every answer stands below.
    pub whole: Option<Value>,
}

impl Base {
    /// The answer that says this.
    pub fn whole_with(&self, facts: &Facts, inner: Value) -> Value {
        match &self.whole {
            Some(whole) => put_inside(facts.top_in(self.format), whole, inner),
            None => inner,
        }
    }
}

type Entries = Vec<(Cow<'static, str>, Value)>;

/// The cells of one right answer; `others` are the answers of the API's other calls.
pub fn of(facts: &Facts, entry: &Entry, base: &Base, others: &[Entry]) -> Vec<Cell> {
    let mut cells = Cells { facts, entry, base, found: Vec::new() };
    match &base.tree {
        None => cells.without_body(others),
        Some(tree) => {
            cells.add(Kind::Right, "as it is", base.status, tree.clone());
            if let Some(marker) = facts.marker {
                cells.markers(tree, marker);
            } else {
                cells.roots(tree);
            }
            cells.statuses(tree);
            cells.ids(tree);
            cells.shapes(tree);
            cells.keys(tree);
            cells.others(others);
        }
    }
    cells.found
}

struct Cells<'a> {
    facts: &'a Facts,
    entry: &'a Entry,
    base: &'a Base,
    found: Vec<Cell>,
}

/// What a marker is that is no word.
fn no_words() -> Vec<(&'static str, Value)> {
    vec![
        ("null", Value::Null),
        ("false", Value::Bool(false)),
        ("true", Value::Bool(true)),
        ("0", Value::Number("0".to_owned())),
        ("1", Value::Number("1".to_owned())),
        ("empty", Value::Text(String::new())),
        ("an empty list", Value::List(Vec::new())),
        ("an empty object", Value::Map(Vec::new())),
    ]
}

/// The word of a marker, which may be a truth value.
fn word(word: &str) -> Value {
    word.parse().map_or_else(|_| text(word), Value::Bool)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

impl Cells<'_> {
    fn acts(&self) -> bool {
        self.entry.info.effect.acts()
    }

    fn add(&mut self, kind: Kind, what: impl Into<String>, status: u16, tree: Value) {
        // A format may be unable to say it: `print_r` has no lists, XML no second root.
        if let Ok(body) = wire::write(self.base.format, &self.base.whole_with(self.facts, tree)) {
            self.found.push(Cell { kind, what: what.into(), status, body });
        }
    }

    fn add_body(&mut self, kind: Kind, what: impl Into<String>, status: u16, body: impl Into<Vec<u8>>) {
        self.found.push(Cell { kind, what: what.into(), status, body: body.into() });
    }

    /// Cells of a call without output and without an envelope, whose right answer has no body.
    fn without_body(&mut self, others: &[Entry]) {
        let right = self.base.status;
        self.add_body(Kind::Right, "as it is", right, "");
        // Without a word of the spec, any success may come without a body.
        let other = [203, 205, 206, 226, 299].into_iter().filter(|_| !self.entry.info.bodiless.is_empty());
        for status in other.chain([200]).collect::<Vec<_>>() {
            self.add_body(Kind::NotTheFixedBody, "no body under another status", status, "");
        }
        let bodies = ["{}", "[]", "null", "false", "0", "\"\"", "ok", "<ok/>", "{\"status\":\"ok\"}", "<server/>"];
        for body in bodies.iter().chain(self.facts.errors) {
            for status in [right, 200] {
                self.add_body(Kind::NotTheFixedBody, "a body", status, *body);
            }
        }
        for other in others {
            for answer in &other.answers {
                self.add_body(Kind::NotTheFixedBody, other.folder, right, answer.bytes.clone());
            }
        }
        for status in [302, 400, 401, 404, 409, 422, 500, 502, 503] {
            self.add_body(self.under_failure(status, true), "no body", status, "");
        }
        self.errors(right);
    }

    /// What a success is under a failing status; one without anything in it may be a fault that the spec knows.
    fn under_failure(&self, status: u16, is_empty: bool) -> Kind {
        let is_fault = is_empty && self.facts.bare.contains(&status);
        if is_fault { Kind::ErrorUnderFailure } else { Kind::SuccessUnderFailure }
    }

    fn errors(&mut self, right: u16) {
        for error in self.facts.errors {
            let whole = tree(Format::Json, error.as_bytes()).expect("a document");
            let tree = inside(self.facts.top.json, &whole).expect("what it says").clone();
            for status in [right, 200, 202] {
                self.add(Kind::ErrorUnderSuccess, *error, status, tree.clone());
            }
            for status in [400, 422] {
                self.add(Kind::ErrorUnderFailure, *error, status, tree.clone());
            }
        }
    }

    fn statuses(&mut self, tree: &Value) {
        for status in [302, 400, 401, 403, 404, 409, 422, 500, 503] {
            let kind = self.under_failure(status, *tree == Value::Null);
            self.add(kind, status.to_string(), status, tree.clone());
        }
        self.errors(self.base.status);
    }

    fn markers(&mut self, tree: &Value, (key, success, failure): (&'static str, &str, &str)) {
        let status = self.base.status;
        let is_unmarked = self.facts.unmarked.contains(&self.entry.folder);
        let with = |value: Value| changed(tree, key, |entries, at| entries[at].1 = value.clone());
        let without = changed(tree, key, |entries, at| drop(entries.remove(at)));
        self.add(if is_unmarked { Kind::Right } else { Kind::MarkerAbsent }, "absent", status, without);
        for (name, value) in no_words().into_iter().filter(|(_, value)| ![word(success), word(failure)].contains(value))
        {
            self.add(Kind::MarkerNoWord, name, status, with(value));
        }
        let is_xml = self.base.format == Format::Xml;
        if !is_xml {
            // In XML, a list of one is the element.
            self.add(Kind::MarkerNoWord, "a list", status, with(Value::List(vec![word(success)])));
        }
        self.add(Kind::MarkerNoWord, "an object", status, with(Value::Map(vec![(key.into(), word(success))])));
        let mut first = success.to_lowercase();
        first[..1].make_ascii_uppercase();
        let blank = format!(" {success} ");
        for other in [success.to_lowercase(), success.to_uppercase(), first, "done".to_owned(), blank] {
            // In XML, blanks around a text are layout.
            let keeps_blanks = self.base.format != Format::PrintR && !is_xml;
            if other != success && (keeps_blanks || other.trim() == other) {
                self.add(Kind::MarkerOtherWord, other.clone(), status, with(text(&other)));
            }
        }
        for (name, first, second) in [
            ("success twice", success, success),
            ("success, then failure", success, failure),
            ("failure, then success", failure, success),
        ] {
            for is_next in [true, false] {
                let twice = changed(tree, key, |entries, at| {
                    entries[at].1 = word(first);
                    let place = if is_next { at + 1 } else { entries.len() };
                    entries.insert(place, (key.into(), word(second)));
                });
                self.add(Kind::MarkerTwice, name, status, twice);
            }
        }
        if let Some((code_key, codes)) = self.facts.codes {
            for code in codes {
                for value in [text(code), Value::Number((*code).to_owned())] {
                    let coded = root(tree, |entries| entries.push((code_key.into(), value)));
                    self.add(Kind::SuccessWithCode, *code, status, coded);
                }
            }
        }
        if self.acts() {
            for (place, changed) in below(tree, key, &word(failure)) {
                // A verdict at a known place has cells of its own.
                if self.facts.inner.is_none_or(|(inner, ..)| !place.contains(inner)) {
                    self.add(Kind::FailureInside, place, status, changed);
                }
            }
        }
        let takes_inner =
            self.facts.alike.iter().flat_map(|group| group.iter()).any(|folder| *folder == self.entry.folder);
        if let Some((inner, code_key, undone)) = self.facts.inner.filter(|_| takes_inner) {
            self.inner(tree, key, (success, failure), (inner, code_key, undone));
        }
    }

    /// An object with a verdict of its own.
    fn inner(
        &mut self,
        tree: &Value,
        key: &'static str,
        (success, failure): (&str, &str),
        (inner, code_key, undone): (&'static str, &'static str, &str),
    ) {
        let status = self.base.status;
        let with = |outer: &str, object: Value| {
            let tree = changed(tree, key, |entries, at| entries[at].1 = text(outer));
            root(&tree, |entries| {
                entries.retain(|(known, _)| known != inner);
                entries.push((inner.into(), object));
            })
        };
        let object = |word: Value, code: Option<&str>| {
            let mut entries: Entries = vec![(key.into(), word), ("msg".into(), text("no"))];
            entries.extend(code.map(|code| (code_key.into(), Value::Number(code.to_owned()))));
            Value::Map(entries)
        };
        for code in [None, Some("17"), Some("0")] {
            self.add(Kind::FailureInside, "in its place", status, with(success, object(text(failure), code)));
        }
        self.add(Kind::UndoneInside, "in its place", status, with(success, object(text(failure), Some(undone))));
        self.add(Kind::FailureInside, "a code alone", status, with(success, object(text(success), Some(undone))));
        for (name, value) in no_words() {
            self.add(Kind::FailureInside, format!("its word is {name}"), status, with(success, object(value, None)));
        }
        for word in [success.to_uppercase(), "later".to_owned()] {
            self.add(Kind::FailureInside, word.clone(), status, with(success, object(text(&word), None)));
        }
        let wordless = Value::Map(vec![("msg".into(), text("no"))]);
        self.add(Kind::FailureInside, "no word", status, with(success, wordless));
        self.add(Kind::FailureInside, "a text", status, with(success, text(failure)));
        if self.acts() {
            let all = with(failure, object(text(success), Some("0")));
            self.add(Kind::SuccessInside, "in its place", status, all);
        }
    }

    /// The root of an answer without an envelope.
    fn roots(&mut self, tree: &Value) {
        let status = self.base.status;
        let Value::Map(entries) = tree else { return };
        let Some((name, data)) = entries.first().cloned() else { return };
        for (what, body) in [("nothing", ""), ("blanks", " \n"), ("{}", "{}"), ("null", "null"), ("[]", "[]")] {
            // Without a word of the spec, nothing may come under any other status where the value may be absent.
            let may_be_nothing = self.entry.output.starts_with("core::option::") && body.trim_ascii().is_empty();
            let other = (!may_be_nothing || !self.entry.info.bodiless.is_empty()).then_some(202);
            for status in other.into_iter().chain([200]) {
                self.add_body(Kind::NoRoot, what, status, body);
            }
        }
        self.add(Kind::NoRoot, "another root", status, Value::Map(vec![("answer".into(), data.clone())]));
        self.add(Kind::NoRoot, "no root", status, data.clone());
        // Without a root of its own, the answer begins with a field.
        let has_root = matches!(data, Value::Map(_) | Value::List(_));
        if self.acts() && self.base.format != Format::Xml && (has_root || self.facts.is_by_presence) {
            for (what, value) in no_words().into_iter().filter(|(what, _)| !what.starts_with("an empty")) {
                self.add(Kind::NoRoot, what, status, Value::Map(vec![(name.clone(), value)]));
            }
            for error in self.facts.errors {
                let Some(Value::Map(error)) = hostkit_tests::entries::tree(Format::Json, error.as_bytes()) else {
                    continue;
                };
                let beside = [entries.clone(), error.clone()].concat();
                let kind = if self.facts.is_by_presence { Kind::ErrorUnderFailure } else { Kind::FailureInside };
                self.add(kind, "an error beside the root", status, Value::Map(beside));
                if let Value::Map(data) = &data {
                    let inside = [data.clone(), error].concat();
                    self.add(
                        Kind::FailureInside,
                        "an error in the root",
                        status,
                        Value::Map(vec![(name.clone(), Value::Map(inside))]),
                    );
                }
            }
        }
    }

    fn ids(&mut self, tree: &Value) {
        let status = self.base.status;
        for (_, path) in self.facts.made.iter().filter(|(folder, _)| *folder == self.entry.folder) {
            let is_number = self.entry.folder != "macloud/isos/start_download";
            let put = |value: Value| put(tree, path, |entries, at| entries[at].1 = value).expect(path);
            let gone = super::cells::put(tree, path, |entries, at| drop(entries.remove(at))).expect(path);
            self.add(Kind::NoMadeId, "absent", status, gone);
            let mut values = no_words();
            values.retain(|(name, _)| is_number && *name != "1" || !["0", "1"].contains(name));
            if is_number {
                values.extend([
                    ("\"0\"", text("0")),
                    ("-1", Value::Number("-1".to_owned())),
                    ("no number", text("no")),
                ]);
            }
            values.push(("a list", Value::List(vec![Value::Number("0".to_owned())])));
            // Texts may be written so, and some formats have no other true.
            values.retain(|(name, _)| *name != "true");
            for (name, value) in values {
                self.add(Kind::NoMadeId, name, status, put(value));
            }
        }
        for (_, path) in self.facts.echoes.iter().filter(|(folder, _)| *folder == self.entry.folder) {
            let other = |entries: &mut Entries, at: usize| entries[at].1 = Value::Number("987654321".to_owned());
            match put(tree, path, other) {
                Some(tree) => self.add(Kind::OtherId, *path, status, tree),
                None => {
                    // The answers of these may leave it out.
                    let added =
                        root(tree, |entries| entries.push(((*path).into(), Value::Number("987654321".to_owned()))));
                    self.add(Kind::OtherId, *path, status, added);
                }
            }
        }
    }

    fn shapes(&mut self, tree: &Value) {
        let status = self.base.status;
        if self.base.format == Format::Xml {
            return;
        }
        let whole = Value::List(vec![tree.clone()]);
        self.add(Kind::NotTheShape, "the answer in a list", status, whole);
        if self.entry.folder == "inferno/orders/list_orders" {
            let Some((_, Value::Map(orders))) = entry(tree, "orders") else { return };
            if orders.is_empty() {
                return;
            }
            let items: Vec<Value> = orders.iter().map(|(_, order)| order.clone()).collect();
            let keyed = |step: usize| {
                let items = items.iter().enumerate();
                Value::Map(items.map(|(index, item)| ((index * step).to_string().into(), item.clone())).collect())
            };
            let with = |value: Value| changed(tree, "orders", |entries, at| entries[at].1 = value.clone());
            self.add(Kind::NotTheShape, "a list for a map", status, with(Value::List(items.clone())));
            self.add(Kind::NotTheShape, "positions for keys", status, with(keyed(1)));
            self.add(Kind::NotTheShape, "a filtered list for a map", status, with(keyed(2)));
        }
        if self.facts.fixed_lists.contains(&self.entry.folder) {
            return;
        }
        for (place, changed) in everywhere(tree, &mut |value| match value {
            // In PHP and in `print_r` text, a list is a map whose keys are positions.
            Value::List(items) if !items.is_empty() => {
                let items = std::mem::take(items).into_iter().enumerate();
                *value = Value::Map(items.map(|(index, item)| ((2 * index + 1).to_string().into(), item)).collect());
                true
            }
            _ => false,
        }) {
            let kind = match self.facts.has_gaps {
                true => Kind::Gaps,
                false if self.acts() => Kind::NotTheShape,
                false => Kind::NotTheShapeInside,
            };
            self.add(kind, place, status, changed);
        }
    }

    /// Each key twice, in either order, with another value.
    fn keys(&mut self, tree: &Value) {
        let status = self.base.status;
        let marker = self.facts.marker.map(|(key, ..)| key);
        for (place, index, entries) in objects(tree) {
            for (at, (key, value)) in entries.iter().enumerate() {
                let is_again = entries.iter().filter(|(other, _)| other == key).count() > 1;
                // An element of a list in XML may come again, as may an attribute of several elements read as one.
                let is_list = self.base.format == Format::Xml && (is_again || !self.acts());
                let is_data = self.entry.folder == "inferno/products/list_products" && !place.is_empty();
                let is_ignored = self.facts.is_ignored(&place, key);
                if Some(key.as_ref()) == marker && place.is_empty() || is_list || is_data || is_ignored {
                    continue;
                }
                let other = match value {
                    Value::Number(number) => Value::Number(format!("{number}1")),
                    Value::Text(text) => Value::Text(format!("{text}1")),
                    other => other.clone(),
                };
                for place_again in [at, at + 1, entries.len()] {
                    let changed = replace(tree, index, |entries| {
                        entries.insert(place_again, (key.clone(), other.clone()));
                    });
                    self.add(Kind::KeyTwice, format!("{place}.{key}"), status, changed);
                }
            }
        }
    }

    /// The answers of other calls, unless nothing tells them from this one's.
    fn others(&mut self, others: &[Entry]) {
        if !self.acts() {
            return;
        }
        let mut own = BTreeSet::new();
        let is_alike = |other: &Entry| {
            let group = self.facts.alike.iter().find(|group| group.contains(&self.entry.folder));
            other.folder == self.entry.folder || group.is_some_and(|group| group.contains(&other.folder))
        };
        for other in others.iter().filter(|other| is_alike(other)) {
            for answer in &other.answers {
                tree(answer.format, &answer.bytes).iter().for_each(|tree| keys(tree, "", &mut own));
            }
        }
        own.extend(self.facts.codes.map(|(key, _)| key.to_owned()));
        // Two calls without output are answered alike.
        let is_silent = |other: &&Entry| !self.entry.has_output() && !other.has_output();
        for other in others.iter().filter(|other| !is_alike(other) && !is_silent(other)) {
            for answer in other.answers.iter().filter(|answer| answer.format == self.base.format) {
                // An object that is kept as it came may have the fields of any other.
                let decoded = (other.decode)(answer.status, &answer.bytes, UnknownFields::Collect);
                // One whose items all failed is a fault to every other call.
                let is_fault = |shown: &str| shown.contains("Err(Fault") && !shown.contains("Ok(");
                if decoded.is_ok_and(|decoded| is_kept(&decoded.shown) || is_fault(&decoded.shown)) {
                    continue;
                }
                let Some(tree) = tree(answer.format, &answer.bytes) else { continue };
                let mut found = BTreeSet::new();
                keys(&tree, "", &mut found);
                let texts = ["errorMsg", "message", "msg"].map(str::to_owned);
                if found.iter().all(|key| own.contains(key) || texts.contains(key)) {
                    continue;
                }
                let what = format!("{} {}", other.folder, answer.case);
                self.add_body(Kind::OtherData, what, self.base.status, answer.bytes.clone());
            }
        }
    }
}

/// Whether a part of a value is kept as it came: its shape and its keys are its own.
pub fn is_kept(shown: &str) -> bool {
    ["Raw(", "Some(List(", "Some(Map("].iter().any(|raw| shown.contains(raw))
}

/// The keys of a tree that say something, each with those above it.
fn keys(value: &Value, above: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let path = if above.is_empty() { key.to_string() } else { format!("{above}.{key}") };
                let says_nothing = match value {
                    Value::Null => true,
                    Value::List(items) => items.is_empty(),
                    Value::Map(entries) => entries.is_empty(),
                    _ => false,
                };
                if !says_nothing {
                    found.insert(path.clone());
                    keys(value, &path, found);
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| keys(item, above, found)),
        _ => {}
    }
}

fn root(tree: &Value, change: impl FnOnce(&mut Entries)) -> Value {
    let mut tree = tree.clone();
    if let Value::Map(entries) = &mut tree {
        change(entries);
    }
    tree
}

fn entry<'t>(tree: &'t Value, key: &str) -> Option<(usize, &'t Value)> {
    let Value::Map(entries) = tree else { return None };
    let at = entries.iter().position(|(known, _)| known == key)?;
    Some((at, &entries[at].1))
}

/// The tree with a change of the entry with this key at the top.
pub fn changed(tree: &Value, key: &str, change: impl FnOnce(&mut Entries, usize)) -> Value {
    let (at, _) = entry(tree, key).unwrap_or_else(|| panic!("no `{key}` in {tree:?}"));
    root(tree, |entries| change(entries, at))
}

/// The tree with a change of the entry at a path, which may be an attribute; `None` where there is none.
pub fn put(tree: &Value, path: &str, change: impl FnOnce(&mut Entries, usize)) -> Option<Value> {
    let mut tree = tree.clone();
    let (above, last) = path.rsplit_once('/').unwrap_or(("", path));
    let mut place = &mut tree;
    for step in above.split('/').filter(|step| !step.is_empty()) {
        let Value::Map(entries) = place else { return None };
        place = &mut entries.iter_mut().find(|(key, _)| key == step)?.1;
    }
    let Value::Map(entries) = place else { return None };
    let at = entries.iter().position(|(key, _)| key.strip_prefix('@').unwrap_or(key) == last)?;
    change(entries, at);
    Some(tree)
}

/// Copies of the tree in which one node was changed, each with its number as a name.
fn everywhere(tree: &Value, change: &mut impl FnMut(&mut Value) -> bool) -> Vec<(String, Value)> {
    let count = hostkit_tests::entries::count(tree);
    let one = std::cell::RefCell::new(change);
    let variant = |number| {
        let changed = hostkit_tests::entries::variant(tree, number, |_, value| (one.borrow_mut())(value))?;
        Some((format!("node {number}"), changed))
    };
    (0..count).filter_map(variant).collect()
}

/// The objects of a tree: a path for the reader, the number in the order of visits, and the entries.
fn objects(tree: &Value) -> Vec<(String, usize, Entries)> {
    let (mut found, mut number) = (Vec::new(), 0);
    hostkit_tests::entries::visit(&mut tree.clone(), "", &mut |key, value| {
        if let Value::Map(entries) = value {
            found.push((key.to_owned(), number, entries.clone()));
        }
        number += 1;
    });
    found
}

/// The tree with a change of the entries of the object with this number.
fn replace(tree: &Value, number: usize, change: impl FnOnce(&mut Entries)) -> Value {
    let change = std::cell::RefCell::new(Some(change));
    let changed = hostkit_tests::entries::variant(tree, number, |_, value| match value {
        Value::Map(entries) => {
            if let Some(change) = change.borrow_mut().take() {
                change(entries);
            }
            true
        }
        _ => false,
    });
    changed.expect("an object")
}

/// Copies of the tree with a failure below the top: in each object, and in one of its own.
fn below(tree: &Value, key: &'static str, failure: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let own = Value::Map(vec![(key.into(), failure.clone())]);
    for deep in [own.clone(), Value::Map(vec![("deeper".into(), own.clone())]), Value::List(vec![own])] {
        all.push(("in an object of its own".to_owned(), root(tree, |entries| entries.push(("inner".into(), deep)))));
    }
    for (place, number, _) in objects(tree).into_iter().skip(1) {
        let changed = replace(tree, number, |entries| entries.push((key.into(), failure.clone())));
        all.push((format!("in `{place}`"), changed));
    }
    all
}
