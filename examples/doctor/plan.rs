//! Which calls are made, in which order, with which ids.

use std::collections::BTreeMap;

use hostkit::{ErrorKind, Format};
use hostkit_codegen::{CallOutline, Outline};
use hostkit_proto::server::every::Served;
use hostkit_proto::{EndpointInfo, Flag};
use hostkit_ureq::Client;
use hostkit_wire::Limits;

use super::place::collect;
use super::probe::{Probe, Request, probes};
use super::recorder::{Recorded, Recorder};

/// The client of a run.
pub(super) type DoctorClient<A> = Client<A, Recorder>;

/// The most objects that one call is made for.
const OBJECTS: usize = 2;

/// What became of a call.
pub(super) struct Made {
    pub(super) probe: usize,
    pub(super) request: Request,
    pub(super) answer: Recorded,
    /// Whether it is the sign-in, which the client made by itself.
    pub(super) is_sign_in: bool,
}

/// The calls of a run: first the plan, then what came of it.
pub(super) struct Plan<'o, A: Served> {
    outline: &'o Outline,
    pub(super) probes: Vec<Box<dyn Probe<A>>>,
    pub(super) made: Vec<Made>,
    /// Module and name of each call that was not made, and why.
    pub(super) not_tried: Vec<(String, String)>,
    /// The ids that answers gave, by type, in their order.
    ids: BTreeMap<String, Vec<String>>,
}

impl<'o, A: Served> Plan<'o, A> {
    pub(super) fn new(outline: &'o Outline) -> Self {
        Self { outline, probes: probes::<A>(), made: Vec::new(), not_tried: Vec::new(), ids: BTreeMap::new() }
    }

    /// What the spec of a call says.
    pub(super) fn call(&self, probe: usize) -> Option<&'o CallOutline> {
        self.outline.calls.get(&self.name(probe))
    }

    /// Module and name, joined by a slash.
    pub(super) fn name(&self, probe: usize) -> String {
        self.probes.get(probe).map(|probe| probe.name()).unwrap_or_default()
    }

    /// Makes the calls: first those without inputs, then those whose ids the answers gave, until none is left.
    pub(super) fn run(&mut self, client: &DoctorClient<A>) {
        let mut left = Vec::new();
        for probe in 0..self.probes.len() {
            match self.reason_against(probe) {
                Some(reason) => self.skip(probe, reason),
                None => left.push(probe),
            }
        }
        while let Some(at) = left.iter().position(|probe| self.requests(*probe).is_some_and(|found| !found.is_empty()))
        {
            let probe = left.remove(at);
            for request in self.requests(probe).unwrap_or_default() {
                if let Err(reason) = self.make(client, probe, request) {
                    self.skip(probe, reason);
                }
            }
        }
        for probe in left {
            let types: Vec<_> = self.call(probe).into_iter().flat_map(|call| &call.inputs).collect();
            let types: Vec<_> = types.iter().filter_map(|input| input.id.as_ref()).map(|(id, _)| id.as_str()).collect();
            self.skip(probe, format!("no answer gave an id of the type `{}`", types.join("`, `")));
        }
    }

    fn skip(&mut self, probe: usize, reason: String) {
        let entry = (self.name(probe), reason);
        if !self.not_tried.contains(&entry) {
            self.not_tried.push(entry);
        }
    }

    /// Why a call is never made.
    fn reason_against(&self, probe: usize) -> Option<String> {
        let info = self.probes.get(probe)?.info();
        let Some(call) = self.call(probe) else { return Some("its spec was not found".to_owned()) };
        if call.is_sign_in {
            return Some("it is a sign-in, which the client makes where it needs one".to_owned());
        }
        if let Some(reason) = unsafe_by(&info) {
            return Some(reason);
        }
        if let Some(choice) = call.choices.first() {
            return Some(format!("it needs `{choice}`, which no answer gives"));
        }
        match &call.inputs[..] {
            [] => None,
            [input] if input.id.is_some() => None,
            [input] => Some(format!("it needs `{}`, which is not an id", input.name.join("."))),
            inputs => {
                let names: Vec<_> = inputs.iter().map(|input| input.name.join(".")).collect();
                Some(format!("it needs `{}`, and nothing says which belong together", names.join("`, `")))
            }
        }
    }

    /// The requests that can be made by now; `None` if an id is missing.
    fn requests(&self, probe: usize) -> Option<Vec<Request>> {
        let call = self.call(probe)?;
        match call.inputs.first() {
            None => Some(vec![Request::default()]),
            Some(input) => {
                let (id, _) = input.id.as_ref()?;
                let found = self.ids.get(id)?.iter().take(OBJECTS);
                Some(found.map(|id| Request { id: Some(id.clone()) }).collect())
            }
        }
    }

    fn make(&mut self, client: &DoctorClient<A>, probe: usize, request: Request) -> Result<(), String> {
        let Some(call) = self.call(probe) else { return Ok(()) };
        let Some(found) = self.probes.get(probe) else { return Ok(()) };
        let endpoint = found.info().name;
        client.transport().expect(endpoint);
        let sent = found.send(client, call, &request);
        let mut reason = sent.err().map(|kind| describe(kind).to_owned());
        for answer in client.transport().take() {
            if answer.endpoint == endpoint {
                self.harvest(call, &answer);
                self.made.push(Made { probe, request: request.clone(), answer, is_sign_in: false });
                reason = None;
                continue;
            }
            let is_it = |probe: &usize| {
                self.probes.get(*probe).is_some_and(|found| found.info().name == answer.endpoint)
                    && self.call(*probe).is_some_and(|call| call.is_sign_in)
            };
            if let Some(probe) = (0..self.probes.len()).find(is_it) {
                self.made.push(Made { probe, request: Request::default(), answer, is_sign_in: true });
            }
        }
        reason.map_or(Ok(()), Err)
    }

    /// Collects the ids of an answer.
    fn harvest(&mut self, call: &CallOutline, answer: &Recorded) {
        if !(200..300).contains(&answer.status) {
            return;
        }
        let formats = [A::INFO.formats, &[Format::PrintR]].concat();
        let Ok(document) = hostkit_wire::parse_any(&formats, &answer.body, &Limits::DEFAULT) else { return };
        for place in &call.ids {
            let steps = if document.format() == Format::Xml { &place.xml } else { &place.json };
            let mut found = Vec::new();
            collect(document.root(), steps, &mut found);
            let kept = self.ids.entry(place.id.clone()).or_default();
            let mut keep = |text: &str| {
                let is_id =
                    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
                if is_id && text != "0" && !kept.iter().any(|known| known == text) {
                    kept.push(text.to_owned());
                }
            };
            for node in found {
                match place.are_keys {
                    true => node.entries().for_each(|(key, _)| keep(key)),
                    false => node.as_str().into_iter().for_each(&mut keep),
                }
            }
        }
    }
}

/// Why a call is not safe enough, by its flags.
fn unsafe_by(info: &EndpointInfo) -> Option<String> {
    // Personal data is replaced; every other flag says that the call acts, or that a secret is in it.
    let flag = info.flags.iter().find(|flag| **flag != Flag::Pii)?;
    Some(match flag {
        Flag::SecretRequest => "its request carries a secret".to_owned(),
        Flag::SecretResponse => "its answer carries a secret".to_owned(),
        flag => format!("by its flag {flag:?} it may act"),
    })
}

fn describe(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Encode => "the request cannot be made of this id",
        ErrorKind::SignIn => "the sign-in failed",
        ErrorKind::Refused => "this host no longer has the call",
        ErrorKind::Exhausted => "a rate limit left no time for it",
        _ => "no complete answer came",
    }
}
