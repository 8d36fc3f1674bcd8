//! P32: no body of an answer makes a false outcome. Every endpoint in every format of its answers, and every kind of
//! answer that contradicts itself, lacks something or belongs to another call; by hand and through both clients.
//!
//! `HOSTKIT_PROMISE_SIZE=long` sends every cell through both clients; otherwise a part of them.

mod cells;
mod clients;
mod kinds;

use std::collections::BTreeMap;
use std::fmt::Debug;

use hostkit::by_hand::EndpointExt;
use hostkit::protocol::evidence::{Input, Inputs};
use hostkit::protocol::judgement::{Judgement, judge};
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::protocol::{EndpointInfo, RawAnswer, Value};
use hostkit::{Api, Call, Endpoint, Format, Perform, UnknownFields};
use hostkit_tests::entries::{self, Entry, place};
use hostkit_tests::{sign_in, size};
use http::{HeaderMap, StatusCode};

use cells::{Base, Cell};
use clients::Clients;
use kinds::{Facts, Kind, Want, wanted};

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Done or accepted, with this value.
    Value(String),
    Rejected {
        may_have_happened: bool,
    },
    /// Unresolved, or an error of a read.
    Open,
}

/// What reading an answer by hand gives.
pub struct Read {
    pub end: End,
    pub is_reported: bool,
    /// The error, if there is one.
    pub text: String,
}

pub fn read<E: Endpoint>(call: &E, status: u16, body: &[u8], unknown: UnknownFields) -> Read
where
    E::Output: Debug,
{
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, body).with_unknown_fields(unknown);
    let (end, text) = match judge::<E>(&call.echo(), &answer) {
        Judgement::Done(value) | Judgement::Accepted(value, _) | Judgement::Nothing(value) => {
            (End::Value(format!("{value:?}")), String::new())
        }
        Judgement::Rejected(no) => (End::Rejected { may_have_happened: no.may_have_happened }, format!("{:?}", no.why)),
        Judgement::Open(no) => (End::Open, format!("{:?}", no.why)),
    };
    Read { end, is_reported: !answer.report().is_empty(), text }
}

/// Whether a call ended as the table says.
fn is_as_wanted(want: Want, acts: bool, right: &str, read: &Read, unknown: UnknownFields) -> bool {
    let is_error = !matches!(read.end, End::Value(_));
    let is_rejected = matches!(read.end, End::Rejected { .. });
    let is_open = read.end == End::Open;
    let is_verify = read.end == End::Rejected { may_have_happened: true };
    match want {
        Want::Value => matches!(&read.end, End::Value(value) if value == right),
        _ if !acts && want != Want::Reported => is_error,
        Want::InDoubt => is_open,
        Want::InDoubtOrVerify => is_open || is_verify,
        Want::Verify => is_verify,
        Want::Rejected => is_rejected,
        Want::Reported if acts => is_open,
        Want::Reported => is_error || read.is_reported && unknown != UnknownFields::Deny,
    }
}

/// One pass over an API.
struct Pass<A: Api> {
    facts: &'static Facts,
    entries: Vec<Entry>,
    clients: Clients<A>,
    cells: BTreeMap<Kind, usize>,
    by_client: usize,
    number: usize,
    skipped: Vec<String>,
    wrong: Vec<String>,
}

/// Whether the answer of a call is in its headers: no body of it says anything.
fn is_in_headers(entry: &Entry, examples: &Examples) -> bool {
    entry.has_output() && examples.answers.is_empty() && !examples.answers_with_head.is_empty()
}

/// A call with its type erased: only reading and sending it are compiled for each.
struct Erased<'c, A: Api> {
    info: EndpointInfo,
    /// What it asks for.
    asked: Inputs,
    read: &'c dyn Fn(u16, &[u8], UnknownFields) -> Read,
    /// The value that `read_http` reads, as it shows itself.
    read_http: &'c dyn Fn(&http::Response<Vec<u8>>) -> Option<String>,
    by_client: &'c dyn Fn(&Clients<A>, &Cell) -> Vec<End>,
}

impl<A: Served> Pass<A> {
    fn new() -> Self {
        let facts = Facts::of::<A>();
        let credentials = sign_in::credentials::<A>("key-of-a-test");
        let entries = entries::all().into_iter().filter(|entry| entry.api == facts.api).collect();
        Self {
            facts,
            entries,
            clients: Clients::new(credentials),
            cells: BTreeMap::new(),
            by_client: 0,
            number: 0,
            skipped: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// The right answers of an endpoint: one for each format, about what the call asks for.
    fn bases(&self, call: &Erased<'_, A>, entry: &Entry, examples: &Examples) -> Vec<Base> {
        let formats = if call.info.formats.is_empty() { A::INFO.formats } else { call.info.formats };
        if is_in_headers(entry, examples) {
            return Vec::new();
        }
        if entry.answers.is_empty() {
            return vec![Base { status: 204, format: formats[0], tree: None, whole: None }];
        }
        formats.iter().filter_map(|format| self.base(call, entry, *format)).collect()
    }

    /// The whole document of a base.
    fn right(&self, base: &Base) -> Vec<u8> {
        let Some(tree) = &base.tree else { return Vec::new() };
        let whole = base.whole_with(self.facts, tree.clone());
        hostkit::protocol::wire::write(base.format, &whole).expect("the right answer")
    }

    fn base(&self, call: &Erased<'_, A>, entry: &Entry, format: Format) -> Option<Base> {
        let marker = self.facts.marker.map(|(key, ..)| key);
        let has_marker = |tree: &Value| match (marker, tree) {
            (Some(marker), Value::Map(entries)) => entries.iter().any(|(key, _)| key == marker),
            _ => marker.is_none(),
        };
        let own = entry.answers.iter().filter(|answer| answer.format == format);
        let own = own.filter_map(|answer| Some((answer.status, entries::tree(format, &answer.bytes)?)));
        // Where the hoster's examples have no such answer, the server half writes one.
        let written = entry.answers.iter().filter_map(|answer| {
            let bytes = (entry.rewrite)(answer.status, &answer.bytes, format).ok()?;
            Some((answer.status, entries::tree(format, &bytes)?))
        });
        let (mut other, top) = (None, self.facts.top_in(format));
        for (status, whole) in own.chain(written) {
            let Some(mut tree) = kinds::inside(top, &whole).cloned() else { continue };
            if !has_marker(&tree) {
                continue;
            }
            let mut repeats_all = true;
            let echoes = self.facts.echoes.iter().filter(|(folder, _)| *folder == entry.folder);
            for ((_, path), (_, input)) in echoes.zip(call.asked.iter()) {
                let Input::One(text) = input else { continue };
                let is_same = |entries: &mut Vec<(std::borrow::Cow<'static, str>, Value)>, at: usize| {
                    entries[at].1 = Value::Text(text.clone());
                };
                match cells::put(&tree, path, is_same) {
                    Some(put) => tree = put,
                    None => repeats_all = false,
                }
            }
            let base = Base { status, format, tree: Some(tree), whole: Some(whole) };
            // What repeats other inputs belongs to the request of another case.
            let end = (call.read)(status, &self.right(&base), UnknownFields::Collect).end;
            match (matches!(end, End::Value(_)), repeats_all) {
                (true, true) => return Some(base),
                (true, false) => other = other.or(Some(base)),
                (false, _) => {}
            }
        }
        other
    }

    fn each<E: Serve + Endpoint<Api = A>>(
        &mut self,
        examples: &Examples,
        by_client: impl Fn(&Clients<A>, &E, &Cell) -> Vec<End>,
    ) where
        E::Output: Debug,
    {
        let Some(case) = examples.requests.first() else { panic!("{}: no request", examples.folder) };
        let call: E = example::call(&place(examples.folder, case));
        let erased = Erased {
            info: E::INFO,
            asked: call.echo(),
            read: &|status, body, unknown| read(&call, status, body, unknown),
            read_http: &|response| call.read_http(response).ok().map(|value| format!("{value:?}")),
            by_client: &|clients, cell| by_client(clients, &call, cell),
        };
        self.cells_of(examples, &erased);
    }

    fn cells_of(&mut self, examples: &Examples, call: &Erased<'_, A>) {
        let at = self.entries.iter().position(|entry| entry.folder == examples.folder).expect("an entry");
        let entry = self.entries.swap_remove(at);
        if self.facts.echoes.iter().any(|(folder, _)| *folder == entry.folder) {
            assert!(!call.asked.is_empty(), "{}: nothing says which id was asked for", entry.folder);
        }
        let bases = self.bases(call, &entry, examples);
        if bases.is_empty() && !is_in_headers(&entry, examples) {
            self.skipped.push(format!("{}: no answer", entry.folder));
        }
        for base in &bases {
            self.entries.push(clone(&entry));
            let cells = cells::of(self.facts, &entry, base, &self.entries);
            self.entries.pop();
            for cell in cells {
                self.cell(call, base, &cell);
            }
        }
        self.entries.push(entry);
    }

    fn cell(&mut self, call: &Erased<'_, A>, base: &Base, cell: &Cell) {
        let acts = call.info.effect.acts();
        let shown = || {
            let body: String = String::from_utf8_lossy(&cell.body).chars().take(400).collect();
            format!("{} {} {:?}, {}, under {}: {body}", call.info.spec, base.format, cell.kind, cell.what, cell.status)
        };
        let want = wanted(cell.kind, self.facts.marker.is_some() || self.facts.is_by_presence);
        let right = match (call.read)(base.status, &self.right(base), UnknownFields::Collect).end {
            End::Value(value) => value,
            other => {
                self.skipped.push(format!("{}: the right answer is {other:?}", call.info.spec));
                return;
            }
        };
        if matches!(cell.kind, Kind::Gaps | Kind::KeyTwice) && cells::is_kept(&right) {
            return;
        }
        *self.cells.entry(cell.kind).or_default() += 1;
        for unknown in [UnknownFields::Collect, UnknownFields::Ignore, UnknownFields::Deny] {
            let read = (call.read)(cell.status, &cell.body, unknown);
            if !is_as_wanted(want, acts, &right, &read, unknown) {
                self.wrong.push(format!("{unknown:?}: {:?} {}; {}", read.end, read.text, shown()));
                return;
            }
        }
        let Read { end: by_hand, text: why, .. } = (call.read)(cell.status, &cell.body, UnknownFields::Collect);
        let mut response = http::Response::new(cell.body.clone());
        *response.status_mut() = StatusCode::from_u16(cell.status).expect("a status");
        let value = (call.read_http)(&response);
        let same = match &by_hand {
            End::Value(expected) => value.as_ref() == Some(expected),
            _ => value.is_none(),
        };
        if !same {
            self.wrong.push(format!("read_http gives {value:?}: {}", shown()));
        }
        self.number += 1;
        // HTTP has no body under 204, so no client hands one over.
        let is_http = cell.status != 204 || cell.body.is_empty();
        if is_http && self.number.is_multiple_of(size::size(usize::MAX, 101, 1)) {
            for end in (call.by_client)(&self.clients, cell) {
                self.by_client += 1;
                // A call that is not performed has no rejection, only an error.
                let is_same = match (&end, &by_hand) {
                    (End::Open, End::Rejected { .. }) => call.info.effect.is_callable(),
                    // A client leaves a conflict open where nothing was read before the call.
                    (End::Rejected { may_have_happened: true }, End::Rejected { may_have_happened: false }) => {
                        why.contains("kind: Conflict")
                    }
                    (end, by_hand) => end == by_hand,
                };
                if !is_same {
                    self.wrong.push(format!("a client ends as {end:?}, by hand it is {by_hand:?}: {}", shown()));
                }
            }
        }
    }

    fn report(self) {
        let total: usize = self.cells.values().sum();
        println!(
            "P32: {total} cases, {}: {} through a client, {} skipped, {} wrong; {:?}",
            self.facts.api,
            self.by_client,
            self.skipped.len(),
            self.wrong.len(),
            self.cells
        );
        assert!(self.skipped.is_empty(), "{}", self.skipped.join("\n"));
        let wrong: Vec<String> = self.wrong.iter().take(60).cloned().collect();
        assert!(wrong.is_empty(), "{} false outcomes\n{}", self.wrong.len(), wrong.join("\n"));
        assert!(total > 10 * self.entries.len(), "{total} cells");
    }
}

fn clone(entry: &Entry) -> Entry {
    Entry {
        info: entry.info.clone(),
        answers: entry
            .answers
            .iter()
            .map(|answer| entries::Answer { bytes: answer.bytes.clone(), ..*answer })
            .collect(),
        requests: Vec::new(),
        unwritten: Vec::new(),
        ..*entry
    }
}

impl<A: Served> Visitor for Pass<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |clients, call, cell| clients.call(call, cell));
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |clients, call, cell| clients.perform(call, cell));
    }
}

fn check<A: Served>() {
    let mut pass = Pass::<A>::new();
    A::every(&mut pass);
    pass.report();
}

hostkit_apis::tests!(check);
