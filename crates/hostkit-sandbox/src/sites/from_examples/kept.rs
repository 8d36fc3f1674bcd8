//! What calls that acted changed: which calls show it, and what these answer from then on.

use std::any::Any;
use std::sync::Arc;

use hostkit::protocol::evidence::{Inputs, Reading};
use hostkit::protocol::judgement::{Judgement, judge};
use hostkit::protocol::server::example::RecordedAnswer;
use hostkit::protocol::server::simulate::ReadOf;
use hostkit::protocol::server::{Serve, Simulate, WrittenAnswer};
use hostkit::protocol::wire::{Limits, Node, parse};
use hostkit::protocol::{Perform, RawAnswer, RequestParts};
use hostkit::{Api, Endpoint, Format, UnknownFields};

use super::Known;
use crate::site::{Call, pairs};
use crate::world::{Act, Acts};

/// The call that `E` reads to show itself.
type Then<E> = <<E as Perform>::Reading as Reading>::Then;

/// A call that was carried out.
pub(super) struct CarriedOut {
    pub(super) act: Act,
    /// The highest number that it gave.
    pub(super) last: u64,
    /// Its own answer, with the number of what it made.
    pub(super) answer: RecordedAnswer,
}

/// Carries out a call that acts; `None` if no example can show it.
pub(super) fn carry_out<E>(
    call: &Call,
    read: &Known,
    acts: &Acts,
    answer: RecordedAnswer,
    format: Format,
) -> Result<Option<CarriedOut>, String>
where
    E: Serve + Simulate + Perform + 'static,
{
    let own = E::parse(&call.incoming(UnknownFields::Ignore)).map_err(|error| error.to_string())?;
    let reading = E::reading(&own.inputs()).map_err(|error| error.to_string())?;
    let is_one_call = <E::Reading as Reading>::First::INFO.name == Then::<E>::INFO.name;
    let asked = if is_one_call { Some(asked(reading.first(), format)?) } else { None };
    let all: Vec<_> = read.successes().filter_map(|answer| Some((answer, value::<Then<E>>(answer)?))).collect();
    let numbers = |shown: &ReadOf<E>| E::listed(shown).iter().filter_map(|key| key.parse().ok()).max().unwrap_or(0);
    let highest = all.iter().map(|(_, shown)| numbers(shown)).max().unwrap_or(0);
    let number = acts.last.max(highest) + 1;
    let with_items = || all.iter().filter(|(_, shown)| !E::listed(shown).is_empty()).map(|(answer, _)| *answer);
    // What is new stands on the last page that has something.
    let on_last_page = with_items().filter(|answer| read.pages.as_ref().is_some_and(|pages| pages.is_end(answer.case)));
    let Some(example) = on_last_page.last().or_else(|| with_items().next()).or(all.first().map(|(answer, _)| *answer))
    else {
        return Ok(None);
    };
    let page = read.pages.as_ref().filter(|_| with_items().next().is_some()).map(|_| example.case);
    let (mut last, mut answer) = (acts.last, answer);
    if page.is_some() || with_items().next().is_some() {
        let (Some(before), Some(mut after)) = (value::<Then<E>>(example), value::<Then<E>>(example)) else {
            return Ok(None);
        };
        own.show(number, &before, &mut after).map_err(|error| error.to_string())?;
        last = numbers(&after).max(last);
        if let Some(mut output) = value::<E>(&answer) {
            own.name(number, &mut output);
            answer = written::<E>(&output, answer, format)?;
        }
    }
    let example = example.clone();
    let show = move |shown: &mut dyn Any| {
        let shown = shown.downcast_mut::<ReadOf<E>>().ok_or("another call's answer")?;
        let example = value::<Then<E>>(&example).ok_or("the example is no success")?;
        own.show(number, &example, shown).map_err(|error| error.to_string())
    };
    let act = Act { reads: Then::<E>::INFO.name, asked, page, show: Arc::new(show) };
    Ok(Some(CarriedOut { act, last, answer }))
}

/// An answer with what calls have changed; `None` if its object is gone.
pub(super) fn changed<E: Serve + 'static>(
    call: &Call,
    acts: &Acts,
    answer: RecordedAnswer,
    format: Format,
) -> Result<Option<RecordedAnswer>, String> {
    let given = given(call);
    let is_shown = |act: &&Act| {
        act.reads == E::INFO.name
            && act.page.is_none_or(|page| page == answer.case)
            && act
                .asked
                .as_ref()
                .is_none_or(|(path, asked)| *path == given.0 && asked.iter().all(|pair| given.1.contains(pair)))
    };
    let mut acts = acts.all.iter().filter(is_shown).peekable();
    if acts.peek().is_none() {
        return Ok(Some(answer));
    }
    let mut output = value::<E>(&answer).ok_or("the example is no success")?;
    for act in acts {
        if !(act.show)(&mut output)? {
            return Ok(None);
        }
    }
    written::<E>(&output, answer, format).map(Some)
}

/// What an answer gives; `None` if it is no success.
pub(super) fn value<E: Endpoint>(answer: &RecordedAnswer) -> Option<E::Output> {
    let raw = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, answer.status, &answer.headers, &answer.body);
    match judge::<E>(&Inputs::new(), &raw) {
        Judgement::Done(output) | Judgement::Accepted(output, _) | Judgement::Nothing(output) => Some(output),
        Judgement::Rejected(_) | Judgement::Open(_) => None,
    }
}

/// The answer that the server half writes in the place of another one.
fn written<E: Serve>(output: &E::Output, answer: RecordedAnswer, format: Format) -> Result<RecordedAnswer, String> {
    let format = answer.format.unwrap_or(format);
    let mut out = WrittenAnswer::for_endpoint::<E>(format, answer.status);
    E::answer(output, &mut out);
    let body = out.body().map_err(|error| error.to_string())?;
    let mut headers = answer.headers;
    headers.extend(out.headers);
    Ok(RecordedAnswer { format: Some(format), status: out.status, headers, body, ..answer })
}

/// The path of a call, and its inputs in query and body.
pub(super) fn asked<E: Endpoint>(call: &E, format: Format) -> Result<(String, Vec<(String, String)>), String> {
    let api = <E::Api as Api>::INFO;
    let mut out = RequestParts::new(&E::INFO, &api, format, api.hosts.first().map_or("", |host| host.name));
    call.encode(&mut out).map_err(|error| error.to_string())?;
    let base = "http://127.0.0.1".parse().map_err(|error| format!("{error}"))?;
    let request = out.finish(&base).map_err(|error| error.to_string())?;
    Ok((request.uri().path().to_owned(), inputs(request.uri().query().unwrap_or_default(), request.body())))
}

/// The same of a request.
pub(super) fn given(call: &Call) -> (String, Vec<(String, String)>) {
    (call.path.clone(), inputs(&call.raw_query, &call.body))
}

/// The pairs of a query, and the scalars of a body with their paths.
fn inputs(query: &str, body: &[u8]) -> Vec<(String, String)> {
    let mut all = pairs(query);
    let formats = [Format::Json, Format::Xml, Format::Form];
    let document = formats.into_iter().find_map(|format| parse(format, body, &Limits::DEFAULT).ok());
    if let Some(document) = document {
        scalars(document.root(), "", &mut all);
    }
    all
}

fn scalars(node: Node<'_>, path: &str, all: &mut Vec<(String, String)>) {
    if let Some(text) = node.as_str() {
        all.push((path.to_owned(), text.to_owned()));
    }
    for (key, below) in node.entries() {
        scalars(below, &format!("{path}/{key}"), all);
    }
    for below in node.items() {
        scalars(below, path, all);
    }
}
