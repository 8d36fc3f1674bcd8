//! What is known after a lost answer: of each call that acts, what it is found again by, from when on its absence counts,
//! and what cannot be told.

use std::time::Duration;

use hostkit_proto::Effect;
use hostkit_proto::evidence::{Facts, Shows};

use super::evidence::held;
use super::index::modules;
use super::page::{RECOVERY, head, table};
use super::words::{Language, cell};
use crate::model::{ByItself, Endpoint, Evidence, Field, Items, Model, Sign, Type, TypeKind};
use crate::surface::IdKind;

/// The page of one API.
pub(super) fn page(language: Language, model: &Model) -> String {
    let mut page = head(language, model, RECOVERY, &format!("specs/{}/", model.api));
    page.push_str(language.pick(
        "What `client.recover` can find out of a call whose answer was lost: by what it finds the call, how long after its \
         end \"not seen\" means that it did not happen, and what it cannot tell. What somebody else makes exactly alike \
         meanwhile cannot be told apart.\n\n",
        "Что `client.recover` узнаёт о вызове, ответ на который потерян: по чему вызов находят, через сколько времени \
         после него «не видно» значит «не выполнен», и чего узнать нельзя. То, что за это время точно так же сделал кто-то \
         другой, не отличить.\n\n",
    ));
    let titles = [
        language.pick("call", "вызов"),
        language.pick("effect", "действие"),
        language.pick("found by", "по чему находят"),
        language.pick("absence counts after", "отсутствие значит через"),
        language.pick("cannot be told", "чего не узнать"),
    ];
    let calls = modules(model).into_values().flatten().filter(|call| !call.is_callable());
    page.push_str(&table(&titles, calls.map(|call| row(language, model, call))));
    page
}

fn row(language: Language, model: &Model, call: &Endpoint) -> Vec<String> {
    let (name, effect) = (format!("[{0}]({1}.md#{0})", call.name, call.module), call.effect().to_owned());
    match (&call.evidence, &call.surface.no_evidence) {
        (Some(evidence), _) => {
            vec![
                name,
                effect,
                found_by(language, evidence),
                absence(language, call, evidence),
                doubts(language, model, call, evidence),
            ]
        }
        (None, why) => {
            let why = why.as_ref().map(|why| cell(&why.value)).unwrap_or_default();
            vec![name, effect, "–".to_owned(), "–".to_owned(), why]
        }
    }
}

/// What shows the call, in the fields of what is read.
fn found_by(language: Language, evidence: &Evidence) -> String {
    let pick = |english, russian| language.pick(english, russian);
    let mut text = match &evidence.sign {
        Sign::New(key) => format!("{} `{}`", pick("a new", "новый"), key.rust),
        Sign::Changed(path) => format!("`{}`, {}", dotted(path), pick("which changes", "меняется")),
        Sign::Grew(path, by) => format!("`{}`, {} `{}`", dotted(path), pick("which grows by", "растёт на"), by.rust),
        Sign::Paid(path, Some(by)) => {
            format!("`{}`, {} `{}`", dotted(path), pick("which moves on by", "сдвигается на"), by.rust)
        }
        Sign::Paid(path, None) => format!("`{}`, {}", dotted(path), pick("which moves on", "сдвигается вперёд")),
        Sign::There(path) => format!("`{}`, {}", dotted(path), pick("which appears", "появляется")),
        Sign::Gone => pick("its absence", "отсутствие").to_owned(),
        Sign::Became => pick("its state", "состояние").to_owned(),
    };
    let is = evidence.is.iter().map(|(path, wanted)| held(language, &dotted(path), wanted));
    let own = evidence.filter.iter().chain(&evidence.below).map(|(path, own)| match own.is_option() {
        true => format!("`{}` ({})", dotted(path), pick("if it is given", "если задан")),
        false => format!("`{}`", dotted(path)),
    });
    let each = evidence.each.iter().flat_map(|(_, columns)| columns).map(|(path, _)| format!("`{}`", dotted(path)));
    let marks: Vec<String> = is.chain(own).chain(each).collect();
    if !marks.is_empty() {
        text.push_str(&format!(", {} {}", pick("with", "с"), marks.join(", ")));
    }
    if let Some(count) = &evidence.count {
        text.push_str(&format!(", {} `{}`", pick("as many as", "столько, сколько в"), count.rust));
    }
    if evidence.not_found {
        text.push_str(pick(", or it is not found", ", или объект не найден"));
    }
    text
}

fn absence(language: Language, call: &Endpoint, evidence: &Evidence) -> String {
    if !evidence.unseen_is_no {
        return language.pick("never", "никогда").to_owned();
    }
    let usual = Duration::from_secs(u64::try_from(evidence.lag).unwrap_or_default());
    let effect = if call.effect() == "spends" { Effect::Spends } else { Effect::State };
    let seconds = Facts::new(Shows::Item, usual).absence_after(effect).as_secs();
    match seconds % 60 {
        0 => format!("{} {}", seconds / 60, language.pick("min", "мин")),
        _ => format!("{seconds} {}", language.pick("s", "с")),
    }
}

/// What a verdict stays open for, or cannot tell from the call's own work.
fn doubts(language: Language, model: &Model, call: &Endpoint, evidence: &Evidence) -> String {
    let pick = |english, russian| language.pick(english, russian);
    let mut doubts: Vec<String> = Vec::new();
    let has_own = !(evidence.filter.is_empty() && evidence.below.is_empty() && evidence.each.is_none());
    let was_so =
        || pick("whether it happened where it was so before", "выполнен ли он, если так было и до него").to_owned();
    match &evidence.sign {
        Sign::New(_) if !has_own => doubts.push(
            pick(
                "nothing of the caller's is in it: whatever else is new meanwhile counts as the call's",
                "ничего своего в нём нет: любое другое новое за это время сочтётся сделанным этим вызовом",
            )
            .to_owned(),
        ),
        Sign::New(_) if call.may_make_nothing() => doubts.push(was_so()),
        // What is not sent where it is so already is never so before it.
        Sign::Became | Sign::There(_) if !evidence.already_is_refused => doubts.push(was_so()),
        Sign::Gone if evidence.items != Items::Fields && !goes_for_good(model, evidence) => {
            doubts.push(pick("whether the same was given again since", "не появилось ли то же самое снова").to_owned())
        }
        Sign::Grew(..) => doubts.push(
            pick("how often, where it grew by something else", "сколько раз, если выросло на другое число").to_owned(),
        ),
        Sign::Paid(..) => {
            doubts.push(match &evidence.by_itself {
                ByItself::If(field) => format!(
                    "{} `{}` {}",
                    pick("near its end, unless", "незадолго до конца срока, если"),
                    field.rust,
                    pick("is off: the hoster may have renewed it", "не выключено: хостер мог продлить сам")
                ),
                _ => pick(
                    "near its end: the hoster may have renewed it",
                    "незадолго до конца срока: хостер мог продлить сам",
                )
                .to_owned(),
            });
        }
        _ => {}
    }
    match (&evidence.by_itself, &evidence.sign) {
        (ByItself::Yes, _) => doubts.push(
            pick(
                "whether what is new is the call's: the hoster makes the same by itself",
                "сделано ли новое этим вызовом: хостер делает то же сам",
            )
            .to_owned(),
        ),
        (ByItself::If(field), Sign::Changed(_)) => doubts.push(format!(
            "{} `{}`: {}",
            pick("with", "при"),
            field.rust,
            pick("the hoster may have changed it by itself", "хостер мог изменить это сам")
        )),
        _ => {}
    }
    if !evidence.unseen_is_no {
        doubts.push(pick("that it did not happen", "что он не выполнен").to_owned());
    }
    doubts.join("; ")
}

/// Whether what is gone has a number of its own, which no other gets.
fn goes_for_good(model: &Model, evidence: &Evidence) -> bool {
    let is_id = |(path, _): &(Vec<Field>, Field)| {
        let [Field { ty: Type::Named(name), .. }] = path.as_slice() else { return false };
        model.types.get(name).is_some_and(|entry| matches!(entry.kind, TypeKind::Id(IdKind::Number)))
    };
    evidence.filter.first().is_some_and(is_id)
}

fn dotted(path: &[Field]) -> String {
    path.iter().map(|field| field.rust.as_str()).collect::<Vec<_>>().join(".")
}
