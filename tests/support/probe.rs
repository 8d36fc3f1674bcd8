//! Checks that hold for any bytes at an endpoint: no panic, a short error that says where in the body, and a value that
//! survives being written by the server half and read by the client half.

use std::fmt::Debug;

use std::marker::PhantomData;

use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::judge;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::{Serve, WrittenAnswer};
use hostkit::protocol::wire::Limits;
use hostkit::protocol::{RawAnswer, Verdict};
use hostkit::{Api, Call, Endpoint, Format, Perform, Report, UnknownFields};
use hostkit_apis::ForEach;
use http::HeaderMap;

/// The longest error, or line of a report, in bytes.
const SHORT: usize = 4_096;

/// The result of reading some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A value.
    Value,
    /// A fault of the API.
    Fault,
    /// An error.
    Refused,
}

/// An endpoint with a function that reads any bytes as its answer, with a status.
pub struct Probe {
    pub api: &'static str,
    pub folder: &'static str,
    pub run: fn(u16, &[u8]) -> Found,
    /// Reads an answer directly from the body and from its tree, and compares; whether it could be read directly.
    pub compare: fn(u16, &[u8]) -> bool,
}

/// The endpoints of all APIs.
pub fn all() -> Vec<Probe> {
    let mut all = All(Vec::new());
    hostkit_apis::each(&mut all);
    all.0
}

struct All(Vec<Probe>);

impl ForEach for All {
    fn api<A: Served>(&mut self) {
        let mut collector = Collector::<A>(Vec::new(), PhantomData);
        A::every(&mut collector);
        self.0.append(&mut collector.0);
    }
}

struct Collector<A>(Vec<Probe>, PhantomData<A>);

impl<A: Api> Visitor for Collector<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.0.push(Probe { api: A::INFO.name, folder: examples.folder, run: answer::<E>, compare: compare::<E> });
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.0.push(Probe { api: A::INFO.name, folder: examples.folder, run: answer::<E>, compare: compare::<E> });
    }
}

/// The judgement on an answer that is read directly from the body is the one on its tree, and so is the report. With
/// small limits, too: whatever is over one is so in both.
fn compare<E: Serve>(status: u16, body: &[u8]) -> bool
where
    E::Output: Debug + PartialEq,
{
    let headers = HeaderMap::new();
    let small = Limits { max_bytes: 4_096, max_nodes: 120, max_depth: 5, max_items: 14 };
    let mut is_direct = false;
    for (unknown, limits) in [
        (UnknownFields::Collect, Limits::DEFAULT),
        (UnknownFields::Deny, Limits::DEFAULT),
        (UnknownFields::Ignore, Limits::DEFAULT),
        (UnknownFields::Collect, small),
    ] {
        let new = || {
            let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, body);
            answer.with_unknown_fields(unknown).with_limits(limits)
        };
        let (direct, by_tree) = (new(), new());
        // Whoever asked for the tree is read from it.
        let _ = by_tree.document();
        let (found, expected) = (judge::<E>(&Inputs::new(), &direct), judge::<E>(&Inputs::new(), &by_tree));
        assert!(
            found == expected && format!("{found:?}") == format!("{expected:?}"),
            "{}, {unknown:?}: {found:?}, from the tree {expected:?}, of {}",
            E::INFO.name,
            lossy(body)
        );
        let (found, expected) = (sorted(&direct.report()), sorted(&by_tree.report()));
        assert_eq!(found, expected, "{}, {unknown:?}: {}", E::INFO.name, lossy(body));
        is_direct |= unknown == UnknownFields::Collect && limits == Limits::DEFAULT && !direct.is_parsed();
    }
    is_direct
}

/// The lines of a report. Their order is that of the reading: of the document, or of the spec.
fn sorted(report: &Report) -> (Vec<String>, usize) {
    let defects = report.defects().iter().map(ToString::to_string);
    let left_out = report.left_out().iter().map(|error| format!("left out: {error}"));
    let mut lines: Vec<String> = report.unknown().iter().cloned().chain(defects).chain(left_out).collect();
    lines.sort();
    (lines, report.total())
}

/// Reads an answer with unknown fields denied and collected, and checks the results.
fn answer<E: Serve>(status: u16, body: &[u8]) -> Found
where
    E::Output: Debug + PartialEq,
{
    compare::<E>(status, body);
    let strict = one::<E>(status, body, UnknownFields::Deny);
    let lenient = one::<E>(status, body, UnknownFields::Collect);
    // An answer that is accepted with unknown fields denied must also be accepted without that.
    assert!(strict != Found::Value || lenient == Found::Value, "{}: {strict:?}, then {lenient:?}", E::INFO.name);
    lenient
}

fn one<E: Serve>(status: u16, body: &[u8], unknown: UnknownFields) -> Found
where
    E::Output: Debug + PartialEq,
{
    let headers = HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, body).with_unknown_fields(unknown);
    let name = E::INFO.name;
    let found = match <E::Api as Api>::verdict(&answer) {
        Verdict::Success | Verdict::Accepted(_) => match E::decode(&answer) {
            Ok(value) => {
                assert!(!format!("{value:?}").is_empty() || name.is_empty());
                again::<E>(&answer, &value);
                Found::Value
            }
            Err(error) => {
                assert!(error.offset().is_none_or(|offset| offset <= body.len()), "{name}: {error}");
                let text = error.to_string();
                assert!(text.len() <= SHORT, "{name}: an error of {} bytes", text.len());
                Found::Refused
            }
        },
        Verdict::Fault(fault) => {
            // It contains the API's texts, each once.
            let text = fault.to_string();
            assert!(text.len() <= 4 * body.len() + SHORT, "{name}: a fault of {} bytes", text.len());
            Found::Fault
        }
        Verdict::Unclear(_) | Verdict::Unrecognised => Found::Refused,
    };
    let report = answer.report();
    let errors = || report.defects().iter().chain(report.left_out());
    assert!(report.unknown().len() <= 100 && report.defects().len() <= 100 && report.left_out().len() <= 100, "{name}");
    assert!(report.total() <= 8 * body.len() + 8, "{name}: {} for {} bytes", report.total(), body.len());
    let lines = report.unknown().iter().map(String::len);
    let longest = lines.chain(errors().map(|error| error.to_string().len())).max();
    assert!(longest.is_none_or(|longest| longest <= SHORT), "{name}: a report with a line of {longest:?} bytes");
    found
}

/// The server half writes the value, unless the format cannot represent it, and the client half reads the same value.
fn again<E: Serve>(answer: &RawAnswer<'_>, value: &E::Output)
where
    E::Output: Debug + PartialEq,
{
    let api = &<E::Api as Api>::INFO;
    let format = answer.document().map_or(api.formats[0], |document| document.format());
    let mut out = WrittenAnswer::for_endpoint::<E>(format, answer.status());
    E::answer(value, &mut out);
    let Ok(body) = out.body() else { return };
    if format == Format::PrintR {
        // print_r escapes nothing: a text may look like syntax.
        return;
    }
    let second = RawAnswer::new(&E::INFO, api, out.status, &out.headers, &body);
    let decoded = match <E::Api as Api>::verdict(&second) {
        Verdict::Success | Verdict::Accepted(_) => E::decode(&second),
        other => panic!("{}: {other:?} of what the server half wrote: {}", E::INFO.name, lossy(&body)),
    };
    match decoded {
        Ok(decoded) => {
            // Raw objects are not written unchanged; their `Debug` output hides the difference.
            let is_same = decoded == *value || format!("{decoded:?}") == format!("{value:?}");
            assert!(is_same, "{}: {value:?}, then {decoded:?} of {}", E::INFO.name, lossy(&body));
        }
        Err(error) => panic!("{}: {value:?}, then {error} of {}", E::INFO.name, lossy(&body)),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(1_000).collect()
}
