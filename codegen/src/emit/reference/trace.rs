//! Evidence that a call happened: the read, and what counts in its answer.

use super::words::{Language, cell};
use crate::model::Endpoint;
use crate::source::At;
use crate::surface::{Pairs, Trace};

/// Bullets with the read and its signs; empty for calls without evidence.
pub(super) fn section(language: Language, endpoint: &Endpoint) -> String {
    if let Some(why) = &endpoint.surface.no_trace {
        let title = language.pick("Nothing on the API shows it", "По API этого не узнать (по-английски)");
        return format!("{title}: {}\n", cell(&why.value));
    }
    let lines = endpoint.surface.trace.iter().flat_map(|trace| lines(language, trace));
    lines.map(|line| format!("- {line}\n")).collect()
}

fn lines(language: Language, trace: &Trace) -> Vec<String> {
    let pick = |english, russian| language.pick(english, russian);
    let mut lines = Vec::new();
    if let Some(first) = &trace.first {
        let each =
            pick("Is read first, and then for each of its items", "Сначала читается, затем для каждого элемента");
        lines.push(format!("{each}: {}", link(first)));
    }
    lines.push(format!("{}: {}", pick("Is read", "Читается"), link(&trace.read)));
    let from = pick("from", "из");
    let inputs = |(read, own): &(At<String>, At<String>)| format!("`{}` {from} `{}`", read.value, own.value);
    push(&mut lines, pick("Its inputs", "Параметры чтения"), trace.inputs.iter().map(inputs));
    push(&mut lines, pick("Looked at", "Где искать"), trace.lists.iter().map(quoted));
    push(
        &mut lines,
        pick("Each of these shows by itself", "Каждый элемент ищется отдельно"),
        trace.each.iter().map(quoted),
    );
    let holds = pick("is the input", "равно параметру");
    push(&mut lines, pick("As many items as", "Сколько элементов появится"), trace.count.iter().map(quoted));
    push(&mut lines, pick("It happened only if", "Вызов выполнен, только если"), equals(&trace.filter, holds));
    let values = trace.is.iter().map(|constant| format!("`{}` = `{}`", constant.key.value, constant.text));
    push(&mut lines, pick("And if", "И если"), values);
    let new = trace.new.iter().map(quoted);
    push(&mut lines, pick("It happened if an item is new, by", "Вызов выполнен, если появился элемент с новым"), new);
    let changed = trace.changed.iter().map(quoted);
    push(&mut lines, pick("It happened if this is not what it was before", "Вызов выполнен, если изменилось"), changed);
    push(&mut lines, pick("By as much as", "На сколько"), trace.by.iter().map(quoted));
    let renews =
        pick("Unless the hoster may have renewed it by itself, by", "Если хостер не мог продлить сам, по полю");
    push(&mut lines, renews, trace.renews.iter().map(quoted));
    let there = trace.there.iter().map(quoted);
    push(
        &mut lines,
        pick("It happened if this is there now and was not before", "Вызов выполнен, если появилось"),
        there,
    );
    let signs = [
        (trace.gone, "It happened if no such item is left", "Вызов выполнен, если такого элемента больше нет"),
        (
            trace.not_found,
            "It happened if the read says that there is none",
            "Вызов выполнен, если чтение отвечает «не найдено»",
        ),
        (trace.absent_is_no, "An absent field means that it did not happen", "Если поля нет, вызов не выполнен"),
        (
            trace.unseen_is_no,
            "If it is not seen in time, it did not happen",
            "Если признак так и не появился, вызов не выполнен",
        ),
    ];
    lines.extend(
        signs.iter().filter(|(holds, ..)| *holds).map(|(_, english, russian)| pick(english, russian).to_owned()),
    );
    let settle = pick("Seconds that it may take to show", "Через сколько секунд видно, не позже");
    lines.push(format!("{settle}: {}", trace.settle));
    lines
}

fn push(lines: &mut Vec<String>, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        lines.push(format!("{title}: {}", items.join(", ")));
    }
}

fn equals<'p>(pairs: &'p Pairs, holds: &'p str) -> impl Iterator<Item = String> + 'p {
    pairs.iter().map(move |(field, input)| format!("`{}` {holds} `{}`", field.value, input.value))
}

fn quoted(word: &At<String>) -> String {
    format!("`{}`", word.value)
}

/// Link to the section of the read.
fn link(read: &At<String>) -> String {
    let (module, name) = read.rsplit_once('/').unwrap_or(("", &read.value));
    format!("[`{name}`]({}.md#{name})", module.replace('/', "_"))
}
