//! One safe call without its type: how it is sent, and what its answer says.

use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::path::Path;

use hostkit::ErrorKind;
use hostkit_codegen::{CallOutline, Place};
use hostkit_proto::judgement::{Judgement, Why, judge};
use hostkit_proto::server::every::{Examples, Served, Visitor};
use hostkit_proto::server::example::{self, RecordedAnswer};
use hostkit_proto::server::{ReceivedRequest, Serve, WrittenAnswer};
use hostkit_proto::{
    Api, Call, DecodeError, Effect, Endpoint, EndpointInfo, FaultCode, FaultKind, Format, RawAnswer, UnknownFields,
    Value,
};
use http::HeaderMap;

use super::plan::DoctorClient;
use super::recorder::Recorded;

/// What one request of a call is made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// The only input, if the call needs one.
    pub(super) id: Option<String>,
}

/// What the reader of the specs found in an answer.
pub(super) struct Reading {
    pub(super) means: Means,
    /// Paths of fields that the spec does not know.
    pub(super) unknown: Vec<String>,
    /// What could not be read.
    pub(super) errors: Vec<DecodeError>,
    /// What a server writes by the spec for the value, in the format of the answer.
    pub(super) rewritten: Option<Vec<u8>>,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    Value,
    Nothing,
    /// A fault, and whether the catalogue has its code.
    Fault(FaultKind, bool),
    Unreadable,
    NotOfThisApi,
}

/// One safe call of an API.
pub(super) trait Probe<A: Served> {
    /// Module and name, joined by a slash.
    fn name(&self) -> String;

    fn info(&self) -> EndpointInfo;

    /// Sends the call once.
    fn send(&self, client: &DoctorClient<A>, call: &CallOutline, request: &Request) -> Result<(), ErrorKind>;

    /// Reads an answer, to this request where it is known.
    fn read(&self, call: &CallOutline, request: &Request, answer: &Recorded) -> Reading;

    /// The answers of the examples in the specs, faults among them.
    fn examples(&self, specs: &Path) -> Result<Vec<RecordedAnswer>, String>;
}

/// Every safe call of an API, in the order of its specs.
pub(super) fn probes<A: Served>() -> Vec<Box<dyn Probe<A>>> {
    let mut probes = Probes(Vec::new());
    A::every(&mut probes);
    probes.0
}

struct Probes<A>(Vec<Box<dyn Probe<A>>>);

impl<A: Served> Visitor for Probes<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        if E::INFO.effect == Effect::Safe {
            self.0.push(Box::new(Of::<E>(*examples, PhantomData)));
        }
    }
}

struct Of<E>(Examples, PhantomData<E>);

impl<A: Served, E: Serve + Call + Endpoint<Api = A>> Probe<A> for Of<E> {
    fn name(&self) -> String {
        let folder = self.0.folder;
        folder.strip_prefix(A::INFO.name).and_then(|path| path.strip_prefix('/')).unwrap_or(folder).to_owned()
    }

    fn info(&self) -> EndpointInfo {
        E::INFO
    }

    fn send(&self, client: &DoctorClient<A>, call: &CallOutline, request: &Request) -> Result<(), ErrorKind> {
        let endpoint = make::<E>(call, request).ok_or(ErrorKind::Encode)?;
        client.call_raw(&endpoint).map(drop).map_err(|error| error.kind())
    }

    fn read(&self, call: &CallOutline, request: &Request, answer: &Recorded) -> Reading {
        let echo = make::<E>(call, request).map(|endpoint| endpoint.echo()).unwrap_or_default();
        let raw = RawAnswer::new(&E::INFO, &<A as Api>::INFO, answer.status, &answer.headers, &answer.body)
            .with_unknown_fields(UnknownFields::Collect);
        let judgement = judge::<E>(&echo, &raw);
        let report = raw.report();
        let mut reading = Reading {
            means: Means::Value,
            unknown: report.unknown().to_vec(),
            errors: report.defects().iter().chain(report.left_out()).cloned().collect(),
            rewritten: None,
        };
        match judgement {
            Judgement::Done(value) | Judgement::Accepted(value, _) => {
                let format = raw.document().map_or(Format::Json, |document| document.format());
                let mut written = WrittenAnswer::for_endpoint::<E>(format, answer.status);
                E::answer(&value, &mut written);
                reading.rewritten = written.body().ok();
            }
            Judgement::Nothing(_) => reading.means = Means::Nothing,
            Judgement::Rejected(no_value) | Judgement::Open(no_value) => match no_value.why {
                Why::Fault(fault) => {
                    let is_known = fault.code.as_ref().is_none_or(|code| code.kind().is_some());
                    reading.means = Means::Fault(fault.kind, is_known);
                }
                Why::Unreadable(error) => {
                    reading.means = Means::Unreadable;
                    reading.errors.push(error);
                }
                Why::Unrecognised(error) => {
                    reading.means = Means::NotOfThisApi;
                    reading.errors.push(error);
                }
            },
        }
        reading
    }

    fn examples(&self, specs: &Path) -> Result<Vec<RecordedAnswer>, String> {
        let (answers, faults) = example::answers(specs, &self.0)?;
        Ok(answers.into_iter().chain(faults).collect())
    }
}

/// The call that a request of these inputs and the constants of the spec is for.
fn make<E: Serve>(call: &CallOutline, request: &Request) -> Option<E> {
    let mut path = E::INFO.path.to_owned();
    let mut query: Vec<(String, String)> =
        call.query.iter().map(|(name, text, _)| (name.clone(), text.clone())).collect();
    let mut headers = HeaderMap::new();
    let value = |text: &str, is_number| if is_number { Value::Number(text.into()) } else { Value::Text(text.into()) };
    let mut body: Vec<(Cow<'static, str>, Value)> =
        call.body.iter().map(|(name, text, is_number)| (name.clone().into(), value(text, *is_number))).collect();
    for input in &call.inputs {
        let (id, (_, is_number)) = (request.id.as_ref()?, input.id.as_ref()?);
        let name = input.name.first()?;
        match input.place {
            Place::Path => path = path.replace(&format!("{{{name}}}"), id),
            Place::Query => query.push((name.clone(), id.clone())),
            Place::Header => {
                headers.insert(http::HeaderName::from_bytes(name.as_bytes()).ok()?, id.parse().ok()?);
            }
            Place::Body => body.push((Cow::Owned(name.clone()), nested(&input.name, value(id, *is_number)))),
        }
    }
    // An empty body is an object without fields only where nothing is around the fields.
    let bytes = if body.is_empty() && call.root.is_empty() {
        Vec::new()
    } else {
        let api = <E::Api as Api>::INFO;
        let format = api.request_format.unwrap_or(Format::Json);
        let tree = if format == Format::Form { Value::Map(body) } else { nested_in(&call.root, Value::Map(body)) };
        hostkit_wire::write(format, &tree).ok()?
    };
    let method = E::INFO.method;
    let unknown = UnknownFields::Deny;
    E::parse(&ReceivedRequest { method, path: &path, query, headers: &headers, body: &bytes, unknown }).ok()
}

/// A value below all names of a path but the first.
fn nested(path: &[String], value: Value) -> Value {
    nested_in(path.get(1..).unwrap_or_default(), value)
}

fn nested_in(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |value, name| Value::Map(vec![(Cow::Owned(name.clone()), value)]))
}
