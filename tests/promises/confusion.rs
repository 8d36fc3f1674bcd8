//! The confusion matrix: each endpoint's example answers given to every other endpoint of the API.
//!
//! An endpoint that accepts another one's answer would take a proxy's mistake for success. Calls without output accept
//! each other's answers, and so do calls with the same output type; every other accepted pair is listed in
//! `confusion/<api>.txt` with its reason.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::protocol::server::example::Place;
use hostkit::protocol::wire::{Kind, Limits, Node};
use hostkit::protocol::{RawAnswer, Verdict};
use hostkit::{Api, Call, Endpoint, Format, Perform};

type Accepts = Box<dyn Fn(u16, &[u8]) -> bool>;

struct Entry {
    folder: &'static str,
    output: &'static str,
    accepts: Accepts,
    answers: Vec<(&'static str, Format, u16, Vec<u8>)>,
}

struct Matrix<A> {
    entries: Vec<Entry>,
    api: std::marker::PhantomData<A>,
}

impl<A: Api> Matrix<A> {
    fn new() -> Self {
        Self { entries: Vec::new(), api: std::marker::PhantomData }
    }

    fn add<E>(&mut self, examples: &Examples)
    where
        E: Serve + Endpoint<Api = A> + 'static,
    {
        let answers = examples.answers.iter().map(|(case, format, status)| {
            let place = Place { root: concat!(env!("CARGO_MANIFEST_DIR"), "/.."), folder: examples.folder, case };
            (*case, *format, *status, example::bytes(&place, *format))
        });
        // An answer without data is the same document at every endpoint.
        let answers = answers.filter(|(_, _, _, bytes)| {
            hostkit::protocol::wire::parse_any(A::INFO.formats, bytes, &Limits::DEFAULT)
                .is_ok_and(|document| has_data(document.root(), A::INFO.leniency.envelope))
        });
        let accepts = |status: u16, body: &[u8]| {
            let headers = http::HeaderMap::new();
            let answer = RawAnswer::new(&E::INFO, &A::INFO, status, &headers, body);
            matches!(A::verdict(&answer), Verdict::Success | Verdict::Accepted(_)) && E::decode(&answer).is_ok()
        };
        self.entries.push(Entry {
            folder: examples.folder,
            output: std::any::type_name::<E::Output>(),
            accepts: Box::new(accepts),
            answers: answers.collect(),
        });
    }

    /// Compares the accepted pairs with the list, and prints the figures.
    fn check(&self, api: &str) {
        let list = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("promises/confusion/{api}.txt"));
        let text = fs::read_to_string(&list).unwrap_or_default();
        let mut justified: BTreeMap<(String, String), bool> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (pair, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?} gives no reason"));
            assert!(reason.len() > 10, "{line:?} gives no reason");
            let (taker, giver) = pair.split_once(" takes ").unwrap_or_else(|| panic!("{line:?} is no pair"));
            justified.insert((taker.to_owned(), giver.to_owned()), false);
        }
        let (mut given, mut accepted, mut wrong) = (0, 0, Vec::new());
        for taker in &self.entries {
            for giver in self.entries.iter().filter(|giver| giver.folder != taker.folder) {
                for (case, format, status, bytes) in &giver.answers {
                    given += 1;
                    if !(taker.accepts)(*status, bytes) {
                        continue;
                    }
                    accepted += 1;
                    if taker.output == giver.output || taker.output == "()" {
                        continue;
                    }
                    let short = |folder: &str| folder.split_once('/').map_or(folder, |(_, rest)| rest).to_owned();
                    let (takes, gives) = (short(taker.folder), short(giver.folder));
                    let fits = |pattern: &str, name: &str| match pattern.strip_suffix('*') {
                        Some(prefix) => name.starts_with(prefix),
                        None => pattern == name,
                    };
                    let reason = justified.iter_mut().find(|((a, b), _)| fits(a, &takes) && fits(b, &gives));
                    match reason {
                        Some((_, used)) => *used = true,
                        None => wrong.push(format!("{takes} takes {gives}: ({case}, {format})")),
                    }
                }
            }
        }
        wrong.sort();
        wrong.dedup_by(|a, b| a.split(": (").next() == b.split(": (").next());
        println!(
            "{api}: {given} answers given to other endpoints, {accepted} accepted, {} pairs unjustified",
            wrong.len()
        );
        assert!(given >= self.entries.len(), "{api}: {given} answers of {} endpoints", self.entries.len());
        assert!(wrong.is_empty(), "not on the list of {}:\n{}", list.display(), wrong.join("\n"));
        let unused: Vec<_> = justified.iter().filter(|(_, used)| !**used).map(|(pair, _)| pair).collect();
        assert!(unused.is_empty(), "on the list, but not accepted any more: {unused:?}");
    }
}

impl<A: Api> Visitor for Matrix<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.add::<E>(examples);
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.add::<E>(examples);
    }
}

/// Whether the document has a scalar beside the envelope.
fn has_data(node: Node<'_>, envelope: &[&str]) -> bool {
    let is_data = |(key, node): (&str, Node<'_>)| match node.kind() {
        Kind::List | Kind::Map => has_data(node, &[]),
        Kind::Null => false,
        _ => !envelope.contains(&key),
    };
    match node.kind() {
        Kind::Map => node.entries().any(is_data),
        Kind::List => node.items().any(|item| has_data(item, &[])),
        Kind::Null => false,
        _ => true,
    }
}

fn check<A: Served>() {
    let mut matrix = Matrix::<A>::new();
    A::every(&mut matrix);
    matrix.check(A::INFO.name);
}

hostkit_apis::tests!(check);
