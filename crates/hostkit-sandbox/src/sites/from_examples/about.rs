//! What the answer of an example says, and the same answer about what a request asks for.

use std::fmt::Debug;

use hostkit::protocol::evidence::{Input, Inputs};
use hostkit::protocol::judgement::{Judgement, Why, judge};
use hostkit::protocol::server::example::RecordedAnswer;
use hostkit::protocol::server::{ReceivedRequest, Serve, WrittenAnswer};
use hostkit::protocol::wire::{Limits, parse, write};
use hostkit::protocol::{Checks, EndpointInfo, Progress, Report, Value, Verdict, Waiter};
use hostkit::{Api, Endpoint, Fault, FaultKind, Format, Reason};
use http::HeaderMap;

use super::wire;

/// Which of the objects that have one result each are missing, and the fault of the examples that says so.
#[derive(Default)]
pub(super) struct Missing<'f> {
    pub(super) which: Vec<bool>,
    pub(super) fault: Option<&'f RecordedAnswer>,
}

impl Missing<'_> {
    pub(super) fn is_any(&self) -> bool {
        self.which.contains(&true)
    }

    pub(super) fn is_all(&self) -> bool {
        self.is_any() && !self.which.contains(&false)
    }
}

/// What a waiter makes of an answer, the nearest to its end last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// The end will never come; or no waiter looks at it.
    Other,
    Pending,
    Ready,
}

/// What a waiter for what a request asks for makes of an answer.
pub(super) fn stage<W>(new: fn(W::Endpoint) -> W, request: &ReceivedRequest<'_>, answer: &RecordedAnswer) -> Stage
where
    W: Waiter<Endpoint: Serve>,
{
    let format = <<W::Endpoint as Endpoint>::Api as Api>::INFO.formats.first().copied().unwrap_or(Format::Json);
    let answer = about::<W::Endpoint>(request, answer.clone(), answer.format.unwrap_or(format), None);
    let output = answer.as_ref().and_then(wire::value::<W::Endpoint>);
    let (Ok(call), Some(output)) = (W::Endpoint::parse(request), output) else { return Stage::Other };
    match new(call).judge(output, Checks::new(&Report::default())) {
        Progress::Ready(_) => Stage::Ready,
        Progress::Pending(_) | Progress::Unknown(_) => Stage::Pending,
        Progress::Failed(_) | Progress::Absent => Stage::Other,
    }
}

/// Whether an answer is another one than an empty list, or nothing.
pub(super) fn shows_more<E: Serve>(answer: &RecordedAnswer) -> bool {
    let Some(output) = wire::value::<E>(answer) else { return false };
    // In JSON an empty list is there, and without the envelope there are only the answer's own values.
    let mut out = WrittenAnswer::new(Format::Json, answer.status, Vec::new());
    E::answer(&output, &mut out);
    let Ok(body) = out.body() else { return false };
    match parse(Format::Json, &body, &Limits::DEFAULT) {
        Ok(document) => has_items(&Value::from(document.root())),
        Err(_) => !body.is_empty(),
    }
}

/// Whether there is something: an item of the outermost lists, or without lists a value.
fn has_items(value: &Value) -> bool {
    let (mut level, mut has_value) = (vec![value], false);
    while !level.is_empty() {
        let mut lists =
            level.iter().filter_map(|value| if let Value::List(items) = value { Some(items) } else { None });
        if let Some(first) = lists.next() {
            return !first.is_empty() || lists.any(|items| !items.is_empty());
        }
        has_value |= level.iter().any(|value| !matches!(value, Value::Null | Value::Map(_)));
        let below =
            level.into_iter().map(|value| if let Value::Map(entries) = value { entries.as_slice() } else { &[] });
        level = below.flatten().map(|(_, value)| value).collect();
    }
    has_value
}

/// What an answer gives, as `{:?}` shows it; empty if it is no success.
pub(super) fn shown_answer<E: Endpoint<Output: Debug>>(answer: &RecordedAnswer) -> String {
    wire::value::<E>(answer).map_or_else(String::new, |output| format!("{output:?}"))
}

/// Whether an answer says no to the call, for a reason of this kind.
pub(super) fn refuses<E: Serve>(answer: &RecordedAnswer, kind: FaultKind) -> bool {
    match judged::<E>(&Inputs::new(), answer) {
        Judgement::Rejected(no) | Judgement::Open(no) => matches!(no.why, Why::Fault(fault) if fault.kind == kind),
        Judgement::Nothing(_) => kind == FaultKind::NotFound,
        Judgement::Done(_) | Judgement::Accepted(..) => false,
    }
}

pub(super) fn is_in_part<E: Serve>(answer: &RecordedAnswer) -> bool {
    matches!(judged::<E>(&Inputs::new(), answer), Judgement::Accepted(_, Reason::PART))
}

/// An empty success, if the endpoint reads it as one.
pub(super) fn bare<E: Serve>(format: Format) -> Option<RecordedAnswer> {
    let mut statuses: Vec<u16> = E::INFO.bodiless.to_vec();
    statuses.extend([200, 204]);
    statuses.into_iter().find_map(|status| {
        let body = WrittenAnswer::for_endpoint::<E>(format, status).body().ok()?;
        let (phrase, headers) = (String::new(), HeaderMap::new());
        let answer = RecordedAnswer { case: "", format: Some(format), status, phrase, headers, body };
        matches!(judged::<E>(&Inputs::new(), &answer), Judgement::Done(_) | Judgement::Accepted(..)).then_some(answer)
    })
}

fn judged<E: Serve>(asked: &Inputs, answer: &RecordedAnswer) -> Judgement<E::Output, <E::Api as Api>::Code> {
    judge::<E>(asked, &answer.received(&E::INFO, &<E::Api as Api>::INFO))
}

/// Replaces what an answer repeats of its own request by what this request asks for; `None` where it still repeats another
/// one. Of each object that has a result of its own, it says that, or that it is missing.
pub(super) fn about<E: Serve>(
    request: &ReceivedRequest<'_>,
    answer: RecordedAnswer,
    format: Format,
    missing: Option<&Missing<'_>>,
) -> Option<RecordedAnswer> {
    let Ok(call) = E::parse(request) else { return Some(answer) };
    let answer = match missing {
        // An example of faults alone says nothing of what is there.
        Some(missing) if !missing.which.is_empty() => results(&call, &answer, format, missing)?,
        Some(missing) => results(&call, &answer, format, missing).unwrap_or(answer),
        None => answer,
    };
    let asked = call.echo();
    let is_about =
        |answer: &RecordedAnswer| matches!(judged::<E>(&asked, answer), Judgement::Done(_) | Judgement::Accepted(..));
    let (Judgement::Done(output) | Judgement::Accepted(output, _)) = judged::<E>(&Inputs::new(), &answer) else {
        return Some(answer);
    };
    let said = E::echoed(&output);
    if is_about(&answer) {
        return Some(answer);
    }
    let document = parse(format, &answer.body, &Limits::DEFAULT).ok()?;
    // The name on the wire may be another one than that of the spec.
    [true, false].into_iter().find_map(|is_named| {
        let mut tree = Value::from(document.root());
        for (name, wanted) in asked.iter() {
            let found = said.iter().find(|(said, _)| *said == name).map(|(_, found)| found);
            if let (Input::One(wanted), Some(Input::One(found))) = (wanted, found) {
                let key = is_named.then(|| name.rsplit('/').next().unwrap_or(name));
                replace(&mut tree, key, "", found, wanted);
            }
        }
        let changed = RecordedAnswer { body: write(format, &tree).ok()?, ..answer.clone() };
        is_about(&changed).then_some(changed)
    })
}

/// An answer with one result for each object that a call names; `None` where it has no such results.
fn results<E: Serve>(
    call: &E,
    answer: &RecordedAnswer,
    format: Format,
    missing: &Missing<'_>,
) -> Option<RecordedAnswer> {
    let fault = |(_, id): (&'static str, String)| {
        // It may be that of another call.
        let answer = missing.fault?.received(&EndpointInfo::DEFAULT, &<E::Api as Api>::INFO);
        let Verdict::Fault(fault) = <E::Api as Api>::verdict(&answer) else { return None };
        let is_number = |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
        let details = if is_number(&fault.details) && is_number(&id) { id } else { fault.details };
        Some(Fault::new(fault.status, fault.code, fault.message, details))
    };
    let faults = call
        .objects()
        .into_iter()
        .zip(&missing.which)
        .map(|(object, is_missing)| fault(object).filter(|_| *is_missing));
    let mut output = wire::value::<E>(answer)?;
    let is_changed = call.results(&mut output, &faults.collect::<Vec<_>>());
    is_changed.then(|| wire::written::<E>(&output, answer.clone(), format).ok())?
}

/// Replaces a text under this key, or under any, wherever it stands.
fn replace(node: &mut Value, wanted_key: Option<&str>, key: &str, from: &str, to: &str) {
    match node {
        Value::Text(text) | Value::Number(text)
            if text == from && wanted_key.is_none_or(|wanted| key.trim_start_matches('@') == wanted) =>
        {
            *text = to.to_owned();
        }
        Value::List(items) => items.iter_mut().for_each(|item| replace(item, wanted_key, key, from, to)),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| replace(value, wanted_key, key, from, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_something_by_its_items() {
        let shows = |json: &str| {
            has_items(&Value::from(parse(Format::Json, json.as_bytes(), &Limits::DEFAULT).unwrap().root()))
        };
        for empty in
            ["null", "[]", "{}", r#"{"data":[]}"#, r#"{"vms":[],"total":0}"#, r#"{"status":"ok","data":{"vms":[]}}"#]
        {
            assert!(!shows(empty), "{empty}");
        }
        for full in ["[7]", r#"{"id":7}"#, r#"{"vms":[{"tags":[]}],"total":1}"#, r#"{"7":{"id":7}}"#, "0"] {
            assert!(shows(full), "{full}");
        }
    }
}
