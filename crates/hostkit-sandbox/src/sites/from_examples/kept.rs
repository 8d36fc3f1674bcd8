//! What calls that acted changed: which calls show it, and what these answer from then on.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use hostkit::protocol::evidence::{Reading, Shows};
use hostkit::protocol::server::example::RecordedAnswer;
use hostkit::protocol::server::simulate::{FirstOf, ReadOf};
use hostkit::protocol::server::{Serve, Simulate};
use hostkit::protocol::wire::{Limits, parse, write};
use hostkit::protocol::{Perform, Value};
use hostkit::{Endpoint, Format, UnknownFields};

use super::pages::Pages;
use super::wire::{Other, asked, others, value, written};
use crate::site::Call;
use crate::world::{Act, Acts, Object, Show};

/// The answers to a request with this path and these inputs, those first that are nearest to it.
pub(super) type Nearest<'k> = dyn Fn(&str, &[(String, String)]) -> Vec<&'k RecordedAnswer> + 'k;

/// The examples of the calls that show another one.
pub(super) struct Read<'k> {
    /// Those of the last call that say yes.
    pub(super) answers: &'k Nearest<'k>,
    pub(super) pages: Option<&'k Pages>,
    /// The same of the call before it.
    pub(super) first: (Vec<&'k RecordedAnswer>, Option<&'k Pages>),
}

/// The call that `E` reads to show itself, and the one before it.
type Then<E> = <<E as Perform>::Reading as Reading>::Then;
type First<E> = <<E as Perform>::Reading as Reading>::First;

/// A call that was carried out.
pub(super) struct CarriedOut {
    /// What it changed; the first of these is read first.
    pub(super) acts: Vec<Act>,
    /// The highest number that it gave.
    pub(super) last: u64,
    /// Its own answer, with the number of what it made.
    pub(super) answer: RecordedAnswer,
    /// The type of the ids of what it made, the ids, and the example of the call that shows it.
    pub(super) makes: &'static str,
    pub(super) made: Vec<String>,
    pub(super) example: RecordedAnswer,
    /// What is gone.
    pub(super) removed: Vec<Object>,
}

/// Carries out a call that acts; `None` if no example can show it.
pub(super) fn carry_out<E>(
    call: &Call,
    read: &Read<'_>,
    acts: &Acts,
    answer: RecordedAnswer,
    format: Format,
) -> Result<Option<CarriedOut>, String>
where
    E: Serve + Simulate + Perform + 'static,
{
    let own = Arc::new(E::parse(&call.incoming(UnknownFields::Ignore)).map_err(|error| error.to_string())?);
    let inputs = own.inputs();
    if !E::is_shown(&inputs) {
        return Ok(None);
    }
    let reading = E::reading(&inputs).map_err(|error| error.to_string())?;
    let is_one_call = First::<E>::INFO.name == Then::<E>::INFO.name;
    // A list that names nothing cannot show what is made below it.
    let names =
        |answer: &&&RecordedAnswer| value::<First<E>>(answer).is_some_and(|list| !reading.follow(list).1.is_empty());
    let lists = if is_one_call { &[][..] } else { &read.first.0 };
    let example_of_list = lists.iter().find(names).or(lists.first()).copied();
    let first = example_of_list.and_then(value::<First<E>>);
    // What is shown is like what the same read shows by the examples.
    let (path, inputs) = match example_of_list.and_then(value::<First<E>>) {
        None if is_one_call => asked(reading.first(), format)?,
        None => Default::default(),
        Some(list) => reading.follow(list).1.last().map(|call| asked(call, format)).transpose()?.unwrap_or_default(),
    };
    let all = (read.answers)(&path, &inputs).into_iter();
    let all: Vec<_> = all.filter_map(|answer| Some((answer, value::<Then<E>>(answer)?))).collect();
    let highest = |keys: Vec<String>| keys.iter().filter_map(|key| key.parse().ok()).max().unwrap_or(0);
    let shown = all.iter().map(|(_, shown)| highest(E::listed(shown))).max().unwrap_or(0);
    let listed = first.as_ref().map_or(0, |list| highest(E::listed_first(list)));
    let number = acts.last.max(shown).max(listed) + 1;
    let with_items = || all.iter().filter(|(_, shown)| !E::listed(shown).is_empty()).map(|(answer, _)| *answer);
    let Some(example) = with_items().next().or(all.first().map(|(answer, _)| *answer)) else { return Ok(None) };
    let makes = with_items().next().is_some();
    // What is new stands on the last page that has something.
    let pages = read.pages.filter(|_| makes);
    let pages = pages.map(|pages| pages.last_with(&with_items().map(|answer| answer.case).collect::<Vec<_>>()));
    let (mut last, mut answer, mut more, mut made) = (number, answer, 0, Vec::new());
    if makes {
        let (Some(before), Some(mut after)) = (value::<Then<E>>(example), value::<Then<E>>(example)) else {
            return Ok(None);
        };
        own.show(number, &before, &mut after).map_err(|error| error.to_string())?;
        last = highest(E::listed(&after)).max(last);
        more = E::listed(&after).len() as i64 - E::listed(&before).len() as i64;
        let known = E::listed(&before);
        made = E::listed(&after).into_iter().filter(|id| !known.contains(id)).collect();
        if let Some(mut output) = value::<E>(&answer) {
            own.name(number, &mut output);
            answer = written::<E>(&output, answer, format)?;
        }
    }
    let mut done = Vec::new();
    let asked = match first {
        None if is_one_call => Some(asked(reading.first(), format)?),
        Some(mut list) if makes => {
            let is_named = !E::listed_first(&list).is_empty();
            if let Some(example) = example_of_list.and_then(value::<First<E>>) {
                own.list(number, &example, &mut list);
            }
            let asked = reading.follow(list).1.last().map(|call| asked(call, format)).transpose()?;
            if let Some(example) = example_of_list.filter(|_| is_named).cloned() {
                let own = Arc::clone(&own);
                let pages = read.first.1.map(|pages| pages.last_with(&[example.case]));
                let show = move |shown: &mut dyn Any| {
                    let shown = shown.downcast_mut::<FirstOf<E>>().ok_or("another call's answer")?;
                    let example = value::<First<E>>(&example).ok_or("the example is no success")?;
                    own.list(number, &example, shown);
                    Ok(true)
                };
                done.push(Act {
                    reads: First::<E>::INFO.name,
                    asked: None,
                    made: Vec::new(),
                    pages,
                    show: Arc::new(show),
                    recount: None,
                });
            }
            asked
        }
        _ => None,
    };
    let listed = if E::FACTS.shows == Shows::Absence { own.objects() } else { Vec::new() };
    let removed = own.removes().into_iter().chain(listed).collect();
    let (example, shown_by) = (example.clone(), example.clone());
    let show = move |shown: &mut dyn Any| {
        let shown = shown.downcast_mut::<ReadOf<E>>().ok_or("another call's answer")?;
        let example = value::<Then<E>>(&example).ok_or("the example is no success")?;
        own.show(number, &example, shown).map_err(|error| error.to_string())
    };
    let recount = move |shown: &mut dyn Any| {
        E::recount(shown.downcast_mut::<ReadOf<E>>().ok_or("another call's answer")?, more);
        Ok(true)
    };
    // Every page says how many items there are, not only the one that has what is new.
    let recount: Option<Arc<Show>> = if more == 0 { None } else { Some(Arc::new(recount)) };
    let (reads, show) = (Then::<E>::INFO.name, Arc::new(show));
    done.push(Act { reads, asked, made: Vec::new(), pages, show, recount });
    let makes = E::MAKES;
    Ok(Some(CarriedOut { acts: done, last, answer, makes, made, example: shown_by, removed }))
}

/// What a list has of an object that was made.
pub(super) fn listed_item(shown: &RecordedAnswer, id: &str, format: Format) -> Option<Value> {
    item(&tree(shown, format)?, id).cloned()
}

/// An answer whose lists of bare ids lack these: what is gone is not found, and is listed nowhere.
pub(super) fn without_ids(answer: RecordedAnswer, gone: &[&str], format: Format) -> RecordedAnswer {
    let Some(mut tree) = tree(&answer, format) else { return answer };
    if gone.is_empty() || !leave_out(&mut tree, gone) {
        return answer;
    }
    match write(answer.format.unwrap_or(format), &tree) {
        Ok(body) => RecordedAnswer { body, ..answer },
        Err(_) => answer,
    }
}

/// Takes these ids out of every list of scalars; whether some list had one.
fn leave_out(tree: &mut Value, gone: &[&str]) -> bool {
    match tree {
        Value::List(items) if items.iter().all(|item| scalar(item).is_some()) => {
            let before = items.len();
            items.retain(|item| scalar(item).is_none_or(|id| !gone.contains(&id)));
            items.len() < before
        }
        Value::List(items) => items.iter_mut().filter_map(|item| leave_out(item, gone).then_some(())).count() > 0,
        Value::Map(entries) => {
            entries.iter_mut().filter_map(|(_, inner)| leave_out(inner, gone).then_some(())).count() > 0
        }
        _ => false,
    }
}

/// The object of which this is the id: the last one, since what is new comes last; one of a list, if there is one, and not
/// what says how many there are.
fn item<'t>(tree: &'t Value, id: &str) -> Option<&'t Value> {
    fn add<'t>(tree: &'t Value, id: &str, is_listed: bool, found: &mut Vec<(bool, &'t Value)>) {
        match tree {
            Value::List(items) => items.iter().for_each(|inner| add(inner, id, true, found)),
            Value::Map(entries) => {
                if entries.iter().any(|(_, value)| scalar(value) == Some(id)) {
                    found.push((is_listed, tree));
                }
                entries.iter().for_each(|(_, inner)| add(inner, id, false, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    add(tree, id, false, &mut found);
    let listed = found.iter().rev().find(|(is_listed, _)| *is_listed);
    listed.or(found.last()).map(|(_, item)| *item)
}

fn scalar(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

/// An answer about another object, with what this one has as an item of a list; `None` where it would be none of its call.
pub(super) fn about_item<E: Serve>(
    answer: &RecordedAnswer,
    (id, made): (&str, &Value),
    format: Format,
) -> Option<RecordedAnswer> {
    let Value::Map(item) = made else { return None };
    let key = item.iter().find(|(_, value)| scalar(value) == Some(id)).map(|(key, _)| key.clone())?;
    let document = tree(answer, format)?;
    let format = answer.format.unwrap_or(format);
    // What does not fit the call is left as the example has it, but for the id.
    [true, false].into_iter().find_map(|takes_all| {
        let mut tree = document.clone();
        let target = with_key(&mut tree, &key)?;
        for (name, value) in item {
            let is_taken = takes_all && scalar(value).is_some() || *name == key;
            if let Some((_, place)) = target.iter_mut().find(|(known, _)| known == name).filter(|_| is_taken) {
                *place = value.clone();
            }
        }
        let changed = RecordedAnswer { body: write(format, &tree).ok()?, ..answer.clone() };
        value::<E>(&changed).is_some().then_some(changed)
    })
}

/// The first object with this key.
fn with_key<'t>(tree: &'t mut Value, key: &str) -> Option<&'t mut Vec<(Cow<'static, str>, Value)>> {
    let has_key = |entries: &[(Cow<'static, str>, Value)]| {
        entries.iter().any(|(name, value)| name == key && scalar(value).is_some())
    };
    match tree {
        Value::List(items) => items.iter_mut().find_map(|inner| with_key(inner, key)),
        Value::Map(entries) => match has_key(entries) {
            true => Some(entries),
            false => entries.iter_mut().find_map(|(_, inner)| with_key(inner, key)),
        },
        _ => None,
    }
}

/// Whether a request asks for what a call changed: at the same path, with the same required inputs, and with no filter for
/// others.
fn is_asked<E: Serve>(call: &Call, act: &Act, answer: &RecordedAnswer, format: Format) -> bool {
    let Some(asked) = &act.asked else { return true };
    let Some(others) = others::<E>(call, asked, format) else { return false };
    let is_for_others = |other: &Other| {
        let field = other.name.rsplit(['/', '.']).next().unwrap_or_default();
        if other.is_required {
            return true;
        }
        if !act.made.is_empty() {
            return act.made.iter().all(|made| is_other(made, field, &other.value));
        }
        // What no answer has, such as the length of a page, tells no objects apart.
        let is_another = asked.1.iter().any(|(name, _)| *name == other.name);
        is_another && tree(answer, format).is_some_and(|tree| has_key(&tree, field))
    };
    !others.iter().any(is_for_others)
}

/// Whether a field of an object has something else than this.
fn is_other(object: &Value, field: &str, wanted: &str) -> bool {
    fn has(value: &Value, wanted: &str) -> bool {
        match value {
            Value::List(items) => items.iter().any(|item| has(item, wanted)),
            Value::Map(entries) => entries.iter().any(|(_, value)| has(value, wanted)),
            value => scalar(value).is_some_and(|text| text.eq_ignore_ascii_case(wanted)),
        }
    }
    let Value::Map(entries) = object else { return false };
    let mut found = entries.iter().filter(|(key, _)| key.trim_start_matches('@') == field).peekable();
    found.peek().is_some() && !found.any(|(_, value)| has(value, wanted))
}

fn has_key(tree: &Value, wanted: &str) -> bool {
    match tree {
        Value::List(items) => items.iter().any(|item| has_key(item, wanted)),
        Value::Map(entries) => entries.iter().any(|(key, value)| key == wanted || has_key(value, wanted)),
        _ => false,
    }
}

/// The document of an answer.
fn tree(answer: &RecordedAnswer, format: Format) -> Option<Value> {
    let document = parse(answer.format.unwrap_or(format), &answer.body, &Limits::DEFAULT).ok()?;
    Some(Value::from(document.root()))
}

/// An answer with what calls have changed; `None` if its object is gone.
pub(super) fn changed<E: Serve + 'static>(
    call: &Call,
    acts: &Acts,
    answer: RecordedAnswer,
    format: Format,
) -> Result<Option<RecordedAnswer>, String> {
    let is_of_page = |act: &Act| act.pages.as_ref().is_none_or(|pages| pages.contains(&answer.case));
    let is_shown = |act: &&Act| {
        act.reads == E::INFO.name
            && (is_of_page(act) || act.recount.is_some())
            && is_asked::<E>(call, act, &answer, format)
    };
    let mut acts = acts.all.iter().filter(is_shown).peekable();
    if acts.peek().is_none() {
        return Ok(Some(answer));
    }
    let mut output = value::<E>(&answer).ok_or("the example is no success")?;
    for act in acts {
        if let Some(recount) = &act.recount {
            recount(&mut output)?;
        }
        if is_of_page(act) && !(act.show)(&mut output)? {
            return Ok(None);
        }
    }
    written::<E>(&output, answer, format).map(Some)
}
