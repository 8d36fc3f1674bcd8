//! What is known of each endpoint of an API: its examples, read once, and how its calls and answers are read.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use hostkit::protocol::evidence::Reading;
use hostkit::protocol::server::every::{Examples, Visitor};
use hostkit::protocol::server::example::{RecordedAnswer, answers, calls};
use hostkit::protocol::server::{ReceivedRequest, Serve, Simulate};
use hostkit::protocol::{Perform, Value, Verdict, Waiter};
use hostkit::{Api, Endpoint, FaultKind, Format};

use super::about::{Missing, Stage, about, bare, is_in_part, refuses, shown_answer, shows_more, stage};
use super::kept::{self, CarriedOut, Read};
use super::pages::Pages;
use super::wire;
use crate::site::Call;
use crate::world::{Acts, Named, Object};

/// A fault of the examples.
pub(super) struct KnownFault<A: Api> {
    /// The name of the endpoint whose example it is.
    pub(super) endpoint: &'static str,
    pub(super) answer: RecordedAnswer,
    pub(super) kind: FaultKind,
    pub(super) code: Option<A::Code>,
}

/// What the site knows of an endpoint.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) answers: Vec<RecordedAnswer>,
    /// The calls of its request examples, by case.
    pub(super) requests: Vec<Asked>,
    /// The call of a request.
    pub(super) shown: fn(&ReceivedRequest<'_>) -> Option<Shown>,
    /// What an answer gives, as `{:?}` shows it.
    pub(super) shown_answer: fn(&RecordedAnswer) -> String,
    /// Whether an answer says no to the call, for a reason of this kind.
    pub(super) refuses: fn(&RecordedAnswer, FaultKind) -> bool,
    /// Whether an answer says that only some of several things were done.
    pub(super) is_in_part: fn(&RecordedAnswer) -> bool,
    /// The answer where no example is needed: that the call was carried out.
    pub(super) bare: fn(Format) -> Option<RecordedAnswer>,
    /// An answer about what a request asks for, made from one about something else; `None` where it stays about that.
    pub(super) about: fn(&ReceivedRequest<'_>, RecordedAnswer, Format, Option<&Missing<'_>>) -> Option<RecordedAnswer>,
    /// An answer about something that a call made, made from one about something else.
    pub(super) about_item: fn(&RecordedAnswer, (&str, &Value), Format) -> Option<RecordedAnswer>,
    pub(super) pages: Option<Pages>,
    /// Whether an answer is more than an empty list: it is shown before others that are as near.
    pub(super) shows_more: fn(&RecordedAnswer) -> bool,
    /// What its waiters say of an answer to a request.
    pub(super) waiters: Vec<Says>,
    /// An answer with what calls have changed.
    pub(super) changed: Change,
    /// Of a call that acts: the names of the endpoints that show it, and how it is carried out.
    pub(super) carry_out: Option<([&'static str; 2], CarryOut)>,
}

/// A call as `{:?}` shows it.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) call: String,
    /// The object that it reads by its id.
    pub(super) object: Option<Object>,
    /// The object that has to be there.
    pub(super) needs: Option<Object>,
    /// The objects that have one result each.
    pub(super) objects: Vec<Object>,
}

pub(super) type Says = Box<dyn Fn(&ReceivedRequest<'_>, &RecordedAnswer) -> Stage + Send + Sync>;

/// The call of a request example.
pub(super) struct Asked {
    pub(super) case: &'static str,
    /// As `{:?}` shows it.
    pub(super) call: String,
    /// Its path, and its inputs in query and body.
    pub(super) path: String,
    pub(super) inputs: Vec<(String, String)>,
}

impl Asked {
    /// How near a request comes to this one: how much it has of it, less what it has not.
    pub(super) fn nearness(&self, path: &str, inputs: &[(String, String)]) -> isize {
        let one = |is_there: bool| if is_there { 1 } else { -1 };
        isize::from(self.path == path) + self.inputs.iter().map(|pair| one(inputs.contains(pair))).sum::<isize>()
    }
}

pub(super) type Change = fn(&Call, &Acts, RecordedAnswer, Format) -> Result<Option<RecordedAnswer>, String>;

pub(super) type CarryOut = fn(&Call, &Read<'_>, &Acts, RecordedAnswer, Format) -> Result<Option<CarriedOut>, String>;

impl Known {
    /// The answers that say yes.
    pub(super) fn successes(&self) -> impl Iterator<Item = &RecordedAnswer> {
        self.answers.iter().filter(|answer| (200..300).contains(&answer.status))
    }

    /// How near an answer comes to a request with this path and inputs, and whether it shows more than others.
    pub(super) fn nearness(&self, answer: &RecordedAnswer, path: &str, inputs: &[(String, String)]) -> (isize, bool) {
        let of_case = self.requests.iter().filter(|request| request.case == answer.case);
        let near = of_case.map(|request| request.nearness(path, inputs)).max().unwrap_or(0);
        (near, (self.shows_more)(answer))
    }

    /// What waiters make of an answer to a request.
    pub(super) fn stage(&self, request: &ReceivedRequest<'_>, answer: &RecordedAnswer) -> Stage {
        self.waiters.iter().map(|says| says(request, answer)).max().unwrap_or(Stage::Other)
    }

    /// The same, those in this format first.
    pub(super) fn in_format(&self, format: Format) -> Vec<&RecordedAnswer> {
        let mut answers: Vec<_> = self.successes().collect();
        answers.sort_by_key(|answer| answer.format.is_some_and(|found| found != format));
        answers
    }
}

/// Reads the examples of every endpoint.
pub(super) struct Reader<'s, A: Api> {
    pub(super) specs: &'s Path,
    pub(super) endpoints: Vec<Result<Known, String>>,
    pub(super) faults: Vec<KnownFault<A>>,
    pub(super) evidence: BTreeSet<&'static str>,
    pub(super) answered: Named,
    pub(super) asked: Named,
}

impl<A: Api> Reader<'_, A> {
    fn add<E>(&mut self, examples: &Examples, carry_out: Option<([&'static str; 2], CarryOut)>)
    where
        E: Serve + Endpoint<Api = A, Output: Debug> + Debug + 'static,
    {
        let requests = calls::<E>(self.specs, examples);
        let read = answers(self.specs, examples).and_then(|(answers, faults)| {
            self.faults.extend(faults.into_iter().filter_map(|answer| {
                let Verdict::Fault(fault) = A::verdict(&answer.received(&E::INFO, &A::INFO)) else { return None };
                let (endpoint, kind, code) = (E::INFO.name, fault.kind, fault.code);
                Some(KnownFault { endpoint, answer, kind, code })
            }));
            answers.iter().for_each(|answer| self.answered.add(&shown_answer::<E>(answer)));
            let requests = requests?;
            // What a request names whose example is a fault may be missing.
            let is_refused = |case: &str| {
                let mut refused = examples.faults.iter().map(|(case, ..)| case).chain(examples.faults_with_head);
                refused.any(|fault| *fault == case)
            };
            for (_, call) in requests.iter().filter(|(case, _)| !is_refused(case)) {
                self.asked.add(&format!("{call:?}"));
            }
            let pages = Pages::of::<E>(&requests, &answers, A::INFO.formats.first().copied().unwrap_or(Format::Json))?;
            let usual = A::INFO.formats.first().copied().unwrap_or(Format::Json);
            let requests = requests.into_iter().map(|(case, call)| {
                let (path, inputs) = wire::asked(&call, usual)?;
                Ok(Asked { case, call: format!("{call:?}"), path, inputs })
            });
            let requests = requests.collect::<Result<Vec<_>, String>>()?;
            let shown = |request: &ReceivedRequest<'_>| {
                let call = E::parse(request).ok()?;
                let (object, needs, objects) = (call.object(), call.needs(), call.objects());
                Some(Shown { call: format!("{call:?}"), object, needs, objects })
            };
            Ok(Known {
                name: E::INFO.name,
                answers,
                requests,
                shown,
                shown_answer: shown_answer::<E>,
                refuses: refuses::<E>,
                is_in_part: is_in_part::<E>,
                bare: bare::<E>,
                about: about::<E>,
                about_item: kept::about_item::<E>,
                pages,
                shows_more: shows_more::<E>,
                waiters: Vec::new(),
                changed: kept::changed::<E>,
                carry_out,
            })
        });
        self.endpoints.push(read);
    }
}

impl<A: Api> Visitor for Reader<'_, A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + hostkit::Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.add::<E>(examples, None);
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Simulate + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        let reads = [
            <<E::Reading as Reading>::First as Endpoint>::INFO.name,
            <<E::Reading as Reading>::Then as Endpoint>::INFO.name,
        ];
        if E::FACTS.not_shown.is_none() {
            self.evidence.extend(reads);
        }
        self.add::<E>(examples, E::FACTS.not_shown.is_none().then_some((reads, kept::carry_out::<E> as CarryOut)));
    }

    fn waiter<W>(&mut self, new: fn(W::Endpoint) -> W)
    where
        W: Waiter<Endpoint: Serve + Endpoint<Api = A>, Found: Debug> + 'static,
    {
        // What is gone is no answer.
        if let Some(Ok(known)) = self.endpoints.last_mut()
            && W::gone().is_none()
        {
            known.waiters.push(Box::new(move |request, answer| stage(new, request, answer)));
        }
    }
}
