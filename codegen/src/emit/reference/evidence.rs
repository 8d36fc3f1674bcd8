//! Evidence that a call happened: the read, and what counts in its answer.

use super::words::{Language, cell};
use crate::model::Endpoint;
use crate::source::At;
use crate::surface::{Evidence, Pairs, Wanted};

/// Bullets with the read and its signs; empty for calls without evidence.
pub(super) fn section(language: Language, endpoint: &Endpoint) -> String {
    if let Some(why) = &endpoint.surface.no_evidence {
        let title = language.pick("No call shows whether it happened", "По API этого не узнать (по-английски)");
        return format!("{title}: {}\n", cell(&why.value));
    }
    let unseen_is_no = endpoint.evidence.as_ref().is_some_and(|evidence| evidence.unseen_is_no);
    let lines = endpoint.surface.evidence.iter().flat_map(|evidence| lines(language, evidence, unseen_is_no));
    lines.map(|line| format!("- {line}\n")).collect()
}

fn lines(language: Language, evidence: &Evidence, unseen_is_no: bool) -> Vec<String> {
    let pick = |english, russian| language.pick(english, russian);
    let mut lines = Vec::new();
    if let Some(first) = &evidence.first {
        let each =
            pick("Read first, then the call above for each item", "Сначала читается, затем для каждого элемента");
        lines.push(format!("{each}: {}", link(first)));
    }
    lines.push(format!("{}: {}", pick("Read", "Читается"), link(&evidence.read)));
    let from = pick("from", "из");
    let inputs = |(read, own): &(At<String>, At<String>)| format!("`{}` {from} `{}`", read.value, own.value);
    push(&mut lines, pick("Its inputs", "Параметры чтения"), evidence.inputs.iter().map(inputs));
    let constants = evidence.with.iter().map(|constant| format!("`{}` = `{}`", constant.key.value, constant.text));
    push(&mut lines, pick("Always with", "Всегда с"), constants);
    push(&mut lines, pick("Items in", "Где искать"), evidence.lists.iter().map(quoted));
    push(
        &mut lines,
        pick("Each item of this input has to appear", "Каждый элемент ищется отдельно"),
        evidence.each.iter().map(quoted),
    );
    let holds = pick("is the input", "равно параметру");
    push(
        &mut lines,
        pick("Number of new items, given by the input", "Сколько элементов появится"),
        evidence.count.iter().map(quoted),
    );
    push(
        &mut lines,
        pick("It happened only if", "Вызов выполнен, только если"),
        equals(language, &evidence.filter, holds).into_iter(),
    );
    let below = pick("is, in full or without its domain, the input", "равно, полностью или без домена, параметру");
    push(&mut lines, pick("And if", "И если"), equals(language, &evidence.below, below).into_iter());
    let values = evidence.is.iter().map(|condition| held(language, &condition.path, &condition.wanted));
    push(&mut lines, pick("And if", "И если"), values);
    let new = evidence.new.iter().map(quoted);
    push(&mut lines, pick("It happened if an item is new, by", "Вызов выполнен, если появился элемент с новым"), new);
    let changed = evidence.changed.iter().map(quoted);
    push(&mut lines, pick("It happened if this has changed", "Вызов выполнен, если изменилось"), changed);
    push(&mut lines, pick("By the amount of the input", "На сколько"), evidence.by.iter().map(quoted));
    let by_itself =
        pick("Unless the hoster may have done it by itself, by", "Если хостер не мог сделать это сам, по полю");
    push(&mut lines, by_itself, evidence.by_itself_if.iter().map(quoted));
    let there = evidence.there.iter().map(quoted);
    push(&mut lines, pick("It happened if this has appeared", "Вызов выполнен, если появилось"), there);
    let signs = [
        (
            evidence.by_itself,
            "The hoster may do the same by itself: what is seen may be that",
            "Хостер может сделать то же сам: увиденное может быть и этим",
        ),
        (evidence.gone, "It happened if no such item is left", "Вызов выполнен, если такого элемента больше нет"),
        (
            evidence.not_found,
            "It happened if the read answers “not found”",
            "Вызов выполнен, если чтение отвечает «не найдено»",
        ),
        (evidence.absent_is_no, "An absent field means that it did not happen", "Если поля нет, вызов не выполнен"),
        (
            unseen_is_no,
            "If it is not seen in time, it did not happen",
            "Если признак так и не появился, вызов не выполнен",
        ),
        (
            evidence.already.is_some(),
            "Where it is so before the call, the call is not sent",
            "Если всё уже так до вызова, вызов не отправляется",
        ),
    ];
    lines.extend(
        signs.iter().filter(|(holds, ..)| *holds).map(|(_, english, russian)| pick(english, russian).to_owned()),
    );
    let lag = pick("Seconds until it shows, at most", "Через сколько секунд видно, не позже");
    lines.push(format!("{lag}: {}", evidence.lag));
    lines
}

fn push(lines: &mut Vec<String>, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        lines.push(format!("{title}: {}", items.join(", ")));
    }
}

/// What fields have to be equal to; the hoster fills in an input with a `?` that is not given.
fn equals(language: Language, pairs: &Pairs, holds: &str) -> Vec<String> {
    let given = language.pick(", where it is given", ", если он задан");
    let line = |(field, input): &(At<String>, At<String>)| match input.strip_suffix('?') {
        Some(input) => format!("`{}` {holds} `{input}`{given}", field.value),
        None => format!("`{}` {holds} `{}`", field.value, input.value),
    };
    pairs.iter().map(line).collect()
}

fn quoted(word: &At<String>) -> String {
    format!("`{}`", word.value)
}

/// Link to the section of the read.
fn link(read: &At<String>) -> String {
    let (module, name) = read.rsplit_once('/').unwrap_or(("", &read.value));
    format!("[`{name}`]({}.md#{name})", module.replace('/', "_"))
}

/// What is wanted of a field.
pub(super) fn held(language: Language, path: &str, wanted: &Wanted) -> String {
    let or = format!(" {} ", language.pick("or", "или"));
    let listed = |texts: &[String]| texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(&or);
    match wanted {
        Wanted::There => format!("`{path}` = `true`"),
        Wanted::Absent => format!("`{path}` = `false`"),
        Wanted::Texts(texts) => format!("`{path}` = {}", listed(texts)),
        Wanted::Not(texts) => format!("`{path}`, {} {}", language.pick("which is not", "но не"), listed(texts)),
    }
}
