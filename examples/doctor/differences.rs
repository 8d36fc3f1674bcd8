//! Where an answer differs from the specs.

use std::collections::{BTreeMap, BTreeSet};

use hostkit_codegen::CallOutline;
use hostkit_proto::Format;
use hostkit_proto::server::every::Served;
use hostkit_proto::server::example::RecordedAnswer;
use hostkit_wire::{Document, Kind, Limits, Node};
use http::HeaderMap;

use super::place::{Names, collect, describe, find, nodes, of_kind};
use super::probe::{Means, Probe, Request};
use super::recorder::Recorded;

/// One difference between an answer and the specs; it shows no value of the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The place in the answer, such as `answer.data.id`, `status` or `headers`.
    pub place: String,
    /// What the specs say.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What the answers of a call are compared with.
pub(super) struct Comparison<'c> {
    pub(super) call: &'c CallOutline,
    names: &'c Names<'c>,
    /// The names of the headers that the spec reads or that an example has, in lower case.
    headers: BTreeSet<String>,
    /// The kinds that the examples show, for each format in which there are some.
    shown: Vec<(Format, Kinds)>,
}

/// The kinds of values at each place.
type Kinds = BTreeMap<String, BTreeSet<&'static str>>;

impl<'c> Comparison<'c> {
    pub(super) fn new<A: Served>(
        call: &'c CallOutline,
        names: &'c Names<'c>,
        probe: &dyn Probe<A>,
        examples: &[RecordedAnswer],
    ) -> Self {
        let recorded = examples.iter().flat_map(|example| example.headers.keys().map(ToString::to_string));
        let headers = call.headers.iter().map(|name| name.to_ascii_lowercase()).chain(recorded).collect();
        let mut this = Self { call, names, headers, shown: Vec::new() };
        for document in examples.iter().filter_map(|example| document::<A>(probe, &example.body)) {
            let shown = (document.format(), this.kinds(document.root()));
            this.shown.push(shown);
        }
        this
    }

    /// The differences of one answer, each once, and what the answer means.
    pub(super) fn of<A: Served>(
        &self,
        probe: &dyn Probe<A>,
        request: &Request,
        answer: &Recorded,
    ) -> (Means, BTreeSet<Difference>) {
        let mut found = BTreeSet::new();
        let mut add = |place: String, expected: String, what: String| {
            found.insert(Difference { place, expected, found: what });
        };
        if !self.call.statuses.contains(&answer.status) {
            let listed: Vec<String> = self.call.statuses.iter().map(u16::to_string).collect();
            add("status".to_owned(), listed.join(", "), answer.status.to_string());
        }
        for (expected, found) in self.respelt(&answer.headers) {
            add("headers".to_owned(), format!("`{expected}`"), format!("`{found}`"));
        }
        let reading = probe.read(self.call, request, answer);
        if let Means::Fault(_, false) = reading.means {
            add("the code of the fault".to_owned(), "one of the catalogue".to_owned(), "another one".to_owned());
        }
        let body = document::<A>(probe, &answer.body);
        let root = body.as_ref().map(Document::root);
        let mut reported = BTreeSet::new();
        for error in &reading.errors {
            let place = self.names.path(error.path());
            reported.insert(place.clone());
            add(place, self.names.expected(error), self.names.found(error));
        }
        for path in &reading.unknown {
            // A name that the reader shortened is not found, and not shown.
            let (place, what) = match root.and_then(|root| find(root, path)) {
                Some((name, node)) => (self.names.new_field(path, name), describe(node)),
                None => (self.names.path(path), "something".to_owned()),
            };
            add(place, "no such field".to_owned(), what);
        }
        let Some(root) = root else { return (reading.means, found) };
        for (path, key, node) in self.unknown_of_kept(root) {
            let expected = "no such field".to_owned();
            found.insert(Difference { place: self.names.new_field(&path, key), expected, found: describe(node) });
        }
        // What a server writes by the spec is as right as what the examples show, unless it writes what it got.
        let rewritten = reading
            .rewritten
            .as_deref()
            .filter(|_| self.call.kept.is_empty())
            .and_then(|body| document::<A>(probe, body));
        let rewritten = rewritten.map(|document| (document.format(), self.kinds(document.root())));
        let mut known = BTreeMap::<&String, BTreeSet<&'static str>>::new();
        for (path, kinds) in self
            .shown
            .iter()
            .chain(&rewritten)
            .filter(|(format, _)| *format == root.format())
            .flat_map(|(_, kinds)| kinds)
        {
            known.entry(path).or_default().extend(kinds);
        }
        for (path, kinds) in self.kinds(root) {
            let Some(known) = known.get(&path).filter(|_| !reported.contains(&path)) else { continue };
            for kind in kinds.difference(known) {
                let expected = known.iter().copied().collect::<Vec<_>>().join(" or ");
                found.insert(Difference { place: path.clone(), expected, found: (*kind).to_owned() });
            }
        }
        (reading.means, found)
    }

    /// Headers that the specs name, and that are there in another spelling: the case of letters is not seen.
    fn respelt(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let letters = |name: &str| -> String {
            name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let other = |name: &String| {
            let other = headers.keys().map(http::HeaderName::as_str).find(|other| letters(other) == letters(name))?;
            (!headers.contains_key(name)).then(|| (name.clone(), other.to_owned()))
        };
        self.headers.iter().filter_map(other).collect()
    }

    /// Fields that no spec knows of objects that are kept as they come, so that the reader has nothing to report.
    pub(super) fn unknown_of_kept<'t>(&self, root: Node<'t>) -> Vec<(String, &'t str, Node<'t>)> {
        let all = nodes(root);
        let mut unknown = Vec::new();
        for place in &self.call.kept {
            let steps = if root.format() == Format::Xml { &place.xml } else { &place.json };
            let mut objects = Vec::new();
            collect(root, steps, &mut objects);
            for object in objects {
                let path = all.iter().find(|(.., node)| node.index() == object.index()).map(|(path, ..)| path.as_str());
                let entries = object.entries().filter(|(key, _)| !place.keys.contains(*key));
                unknown.extend(entries.map(|(key, node)| (format!("{}.{key}", path.unwrap_or("answer")), key, node)));
            }
        }
        unknown
    }

    /// The kinds of what is there; an empty text, list or object stands for nothing in many APIs.
    fn kinds(&self, root: Node<'_>) -> Kinds {
        let mut found = Kinds::new();
        for (path, _, node) in nodes(root) {
            if node.kind() != Kind::Null && !node.is_empty() && !node.is_empty_text() {
                found.entry(self.names.path(&path)).or_default().insert(of_kind(node.kind()));
            }
        }
        found
    }
}

/// The body as a tree, if it is in one of the formats of the call.
pub(super) fn document<'b, A: Served>(probe: &dyn Probe<A>, body: &'b [u8]) -> Option<Document<'b>> {
    let own = probe.info().formats;
    let formats = if own.is_empty() { A::INFO.formats } else { own };
    hostkit_wire::parse_any(formats, body, &Limits::DEFAULT).ok()
}
