//! Every endpoint of every API with its wire examples, with its types erased, for tests over all of them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::{Judgement, Why, judge};
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::protocol::server::example::Place;
use hostkit::protocol::server::{ReceivedRequest, Serve};
use hostkit::protocol::wire::Limits;
use hostkit::protocol::{EndpointInfo, Leniency, RawAnswer, RequestParts, Value};
use hostkit::{Api, BaseUrl, Call, Endpoint, Format, Perform, Report, UnknownFields};
use hostkit_apis::ForEach;

/// Status and bytes of an answer to the bytes that the server half writes for its value.
pub type Rewrite = fn(u16, &[u8], Format) -> Result<Vec<u8>, String>;

/// An answer of an example that decodes.
pub struct Answer {
    pub case: &'static str,
    pub format: Format,
    pub status: u16,
    pub bytes: Vec<u8>,
}

/// What an answer decodes to.
pub struct Decoded {
    pub shown: String,
    pub report: Report,
}

pub struct Entry {
    pub api: &'static str,
    pub folder: &'static str,
    pub info: EndpointInfo,
    pub output: &'static str,
    pub leniency: Leniency,
    pub answers: Vec<Answer>,
    /// What the client half writes for the examples, without credentials.
    pub requests: Vec<http::Request<Vec<u8>>>,
    /// The formats in which it cannot write one of them.
    pub unwritten: Vec<Format>,
    /// Reads an answer as a client does, the verdict first.
    pub decode: fn(u16, &[u8], UnknownFields) -> Result<Decoded, String>,
    /// Whether an answer decodes.
    pub accepts: fn(u16, &[u8]) -> bool,
    /// What the server half writes for the value of an answer.
    pub rewrite: Rewrite,
    /// What the client half writes for a request that the server half has read.
    pub resend: fn(&ReceivedRequest<'_>) -> Result<http::Request<Vec<u8>>, String>,
}

impl Entry {
    pub fn has_output(&self) -> bool {
        self.output != "()"
    }

    /// Whether the answers under a key are data: not of the envelope, which the verdict reads, and not ignored.
    pub fn is_data(&self, key: &str) -> bool {
        let last = |path: &&'static str| path.rsplit('/').next() == Some(key);
        !self.leniency.envelope.contains(&key) && !self.leniency.ignore.iter().any(last) && !last(&self.leniency.marker)
    }

    /// Whether the answer is not a document: any text or bytes are one, of which neither kind nor end can be told.
    pub fn takes_anything(&self) -> bool {
        self.info.is_raw && (self.output.ends_with("::String") || self.output.ends_with("::Vec<u8>"))
    }
}

struct Collector<A> {
    entries: Vec<Entry>,
    api: PhantomData<A>,
}

/// The endpoints of all APIs.
pub fn all() -> Vec<Entry> {
    let mut all = All(Vec::new());
    hostkit_apis::each(&mut all);
    assert!(!all.0.is_empty(), "no endpoints");
    all.0
}

struct All(Vec<Entry>);

impl ForEach for All {
    fn api<A: Served>(&mut self) {
        let mut collector = Collector::<A> { entries: Vec::new(), api: PhantomData };
        A::every(&mut collector);
        self.0.append(&mut collector.entries);
    }
}

/// The endpoints of the hosters' APIs. The invented ones are alike on purpose, so an answer of one may be read as that of
/// another.
pub fn of_hosters() -> Vec<Entry> {
    let mut all = All(Vec::new());
    hostkit_apis::each_hoster(&mut all);
    all.0
}

/// The first format of an API in which the client half can write every call of the examples.
pub fn format<A: Served>() -> Format {
    static KNOWN: Mutex<BTreeMap<&str, Format>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(A::INFO.name).or_insert_with(writable::<A>)
}

fn writable<A: Served>() -> Format {
    let mut collector = Collector::<A> { entries: Vec::new(), api: PhantomData };
    A::every(&mut collector);
    let fits = |format: &&Format| collector.entries.iter().all(|entry| entry.unwritten.iter().all(|no| no != *format));
    *A::INFO.formats.iter().find(fits).unwrap_or(&A::INFO.formats[0])
}

/// The root of the workspace with the folder of an endpoint.
pub fn place(folder: &'static str, case: &'static str) -> Place {
    Place { root: concat!(env!("CARGO_MANIFEST_DIR"), "/.."), folder, case }
}

fn value<E: Endpoint>(answer: &RawAnswer<'_>) -> Result<E::Output, String> {
    match judge::<E>(&Inputs::new(), answer) {
        Judgement::Done(value) | Judgement::Accepted(value, _) => Ok(value),
        Judgement::Nothing(_) => Err("a fault that says there is nothing".to_owned()),
        Judgement::Rejected(answer) | Judgement::Open(answer) => Err(match answer.why {
            Why::Fault(fault) => format!("a fault: {fault:?}"),
            Why::Unreadable(error) => error.to_string(),
            Why::Unrecognised(_) => "unrecognised".to_owned(),
        }),
    }
}

fn decode<E: Endpoint>(status: u16, body: &[u8], unknown: UnknownFields) -> Result<Decoded, String>
where
    E::Output: Debug,
{
    let headers = http::HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, body).with_unknown_fields(unknown);
    let value = value::<E>(&answer)?;
    Ok(Decoded { shown: format!("{value:?}"), report: answer.report() })
}

fn accepts<E: Endpoint>(status: u16, body: &[u8]) -> bool {
    let headers = http::HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, body);
    value::<E>(&answer).is_ok()
}

fn rewrite<E: Serve>(status: u16, body: &[u8], format: Format) -> Result<Vec<u8>, String> {
    let headers = http::HeaderMap::new();
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, body);
    let value = value::<E>(&answer)?;
    let report = answer.report();
    if !report.is_empty() {
        return Err(format!("{report:?}"));
    }
    Ok(example::encode::<E>(&value, format, status).1)
}

/// What the client half writes for a call, below `http://127.0.0.1`.
pub fn written<E: Endpoint>(call: &E, format: Format) -> Result<http::Request<Vec<u8>>, String> {
    let api = <E::Api as Api>::INFO;
    let base: BaseUrl = "http://127.0.0.1".parse().map_err(|error| format!("{error}"))?;
    let mut out = RequestParts::new(&E::INFO, &api, format, api.hosts.first().map_or("", |host| host.name));
    call.encode(&mut out).and_then(|()| out.finish(&base)).map_err(|error| error.to_string())
}

fn resend<E: Serve>(request: &ReceivedRequest<'_>) -> Result<http::Request<Vec<u8>>, String> {
    let call = E::parse(request).map_err(|error| error.to_string())?;
    let is_json = request
        .headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().ends_with(b"json; charset=UTF-8"));
    let formats = <E::Api as Api>::INFO.formats;
    written(&call, if is_json && formats.contains(&Format::Json) { Format::Json } else { formats[0] })
}

impl<A: Api> Collector<A> {
    fn add<E>(&mut self, examples: &Examples)
    where
        E: Serve + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        let answers = examples.answers.iter().map(|(case, format, status)| Answer {
            case,
            format: *format,
            status: *status,
            bytes: example::bytes(&place(examples.folder, case), *format),
        });
        // A fault that means "nothing" is not a document of the endpoint.
        let answers = answers.filter(|answer| accepts::<E>(answer.status, &answer.bytes)).collect();
        let (mut requests, mut unwritten) = (Vec::new(), Vec::new());
        for case in examples.requests {
            let call: E = example::call(&place(examples.folder, case));
            for format in A::INFO.formats {
                match written(&call, *format) {
                    Ok(request) => requests.push(request),
                    Err(_) => unwritten.push(*format),
                }
            }
        }
        self.entries.push(Entry {
            api: A::INFO.name,
            folder: examples.folder,
            info: E::INFO,
            output: std::any::type_name::<E::Output>(),
            leniency: A::INFO.leniency,
            answers,
            requests,
            unwritten,
            decode: decode::<E>,
            accepts: accepts::<E>,
            rewrite: rewrite::<E>,
            resend: resend::<E>,
        });
    }
}

impl<A: Api> Visitor for Collector<A> {
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

/// The tree of a document, to be changed and written again; `None` where nothing can be read.
pub fn tree(format: Format, bytes: &[u8]) -> Option<Value> {
    hostkit::protocol::wire::parse(format, bytes, &Limits::DEFAULT).ok().map(|document| document.root().into())
}

/// Calls `see` for each node of a tree with its key, the root first.
pub fn visit(value: &mut Value, key: &str, see: &mut dyn FnMut(&str, &mut Value)) {
    see(key, value);
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| visit(item, key, see)),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| visit(value, key, see)),
        _ => {}
    }
}

/// The number of nodes of a tree.
pub fn count(value: &Value) -> usize {
    let below = match value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Map(fields) => fields.iter().map(|(_, value)| count(value)).sum(),
        _ => 0,
    };
    1 + below
}

/// Copies of a tree, in each of which one node was changed.
pub fn variants(value: &Value, change: impl Fn(&str, &mut Value) -> bool) -> Vec<Value> {
    (0..count(value)).filter_map(|chosen| variant(value, chosen, &change)).collect()
}

/// A copy of a tree in which the node of this number was changed; `None` if the change does not apply to it.
pub fn variant(value: &Value, chosen: usize, change: impl Fn(&str, &mut Value) -> bool) -> Option<Value> {
    let mut copy = value.clone();
    let (key, node) = find(&mut copy, "", &mut { chosen })?;
    change(key, node).then_some(copy)
}

/// The node behind so many others, in the order of [`visit`], with its key.
fn find<'v>(value: &'v mut Value, key: &'v str, others: &mut usize) -> Option<(&'v str, &'v mut Value)> {
    if *others == 0 {
        return Some((key, value));
    }
    *others -= 1;
    match value {
        Value::List(items) => items.iter_mut().find_map(|item| find(item, key, others)),
        Value::Map(fields) => fields.iter_mut().find_map(|(key, value)| find(value, key, others)),
        _ => None,
    }
}
