//! The section of a call: request, answer, faults and wire examples.

use super::page::{part, table};
use super::samples::Wire;
use super::words::{Language, cell, effect, flag, kind, provenance, type_text};
use super::{evidence, fields, samples};
use crate::model::{Endpoint, Model, Output};
use crate::surface::Constant;

/// The section of one call.
pub(super) fn section(language: Language, model: &Model, wire: &Wire<'_>, endpoint: &Endpoint) -> String {
    let surface = &endpoint.surface;
    let mut text = format!("## {}\n\n{}\n", endpoint.name, language.of(&surface.en, &surface.ru));
    if !surface.about.is_empty() && language == Language::English {
        text.push_str(&format!("\n{}\n", surface.about.trim()));
    }
    text.push('\n');
    text.push_str(&facts(language, model, endpoint));
    text.push_str(&part(language.pick("Inputs", "Параметры"), &inputs(language, model, endpoint)));
    text.push_str(&output(language, model, endpoint));
    text.push_str(&part(language.pick("Statuses and errors", "Статусы и ошибки"), &errors(language, endpoint)));
    text.push_str(&part(language.pick("Waiters", "Ожидания"), &waiters(language, endpoint)));
    let shows = language.pick("Evidence that it happened", "Как узнать, выполнен ли вызов");
    text.push_str(&part(shows, &evidence::section(language, endpoint)));
    text.push_str(&samples::section(language, model, wire, endpoint));
    text
}

/// Bullets with the call, its effect, limits and source.
fn facts(language: Language, model: &Model, endpoint: &Endpoint) -> String {
    let surface = &endpoint.surface;
    let mut lines = vec![format!("{}: `{} {}`", language.pick("Call", "Вызов"), endpoint.method, endpoint.path)];
    let constants: Vec<String> = [
        ("query", &endpoint.fixed_query),
        ("header", &endpoint.fixed_headers),
        ("body", &endpoint.fixed_top),
        ("body", &endpoint.fixed_body),
    ]
    .into_iter()
    .flat_map(|(place, list)| list.iter().map(move |constant| fixed(language, place, constant)))
    .collect();
    if !constants.is_empty() {
        lines.push(format!("{}: {}", language.pick("Always sent", "Всегда передаётся"), constants.join(", ")));
    }
    lines.push(format!("Rust: `{}_proto::{}::{}`", model.api.replace('-', "_"), endpoint.module, endpoint.type_name));
    let name = endpoint.effect();
    lines.push(format!("{}: **{name}**, {}", language.pick("Effect", "Действие"), effect(language, name)));
    if surface.repeat_documented {
        lines.push(
            language
                .pick("The document says that repeating it is harmless", "Повтор по документу безвреден")
                .to_owned(),
        );
    }
    if !surface.flags.is_empty() {
        let flags = surface.flags.iter().map(|name| format!("{name} ({})", flag(language, name)));
        lines.push(format!("{}: {}", language.pick("Flags", "Признаки"), flags.collect::<Vec<_>>().join(", ")));
    }
    if !surface.authorised {
        lines.push(language.pick("Sent without credentials", "Без авторизации").to_owned());
    }
    if let Some(removed) = &surface.removed {
        let hosts = removed.hosts.iter().map(|(host, since)| format!("`{}` ({})", host.value, since.value));
        let title =
            language.pick("Removed at, where it is refused without being sent", "Удалён, запрос не отправляется");
        let instead = language.pick("instead", "вместо него (по-английски)");
        let source = provenance(language, removed.provenance.as_deref().unwrap_or("documented"));
        let hosts = hosts.collect::<Vec<_>>().join(", ");
        lines.push(format!("{title}: {hosts}; {instead}: {}; {source}", cell(&removed.instead)));
    }
    if !surface.rates.is_empty() {
        let rates: Vec<String> = surface.rates.iter().map(|rate| format!("`{}`", rate.value)).collect();
        lines.push(format!("{}: {}", language.pick("Counts towards", "Учитывается в"), rates.join(", ")));
    }
    if let Some(inputs) = &endpoint.at_least_one {
        let title = language.pick("At least one is required", "Нужен хотя бы один параметр");
        lines.push(format!("{title}: {}", inputs.names()));
    }
    if let Some(paging) = &endpoint.paging {
        let title =
            language.pick("Answers in pages, which `client.items` joins, by", "Ответ по страницам (`client.items`)");
        lines.push(format!("{title}: `{}`", paging.input.wire()));
    }
    if let Some(seconds) = surface.deadline {
        lines.push(format!("{}: {seconds} {}", language.pick("Deadline", "Срок"), language.pick("s", "с")));
    }
    if !surface.recovery.is_empty() {
        let title = language.pick("If the outcome is unknown", "Если исход неизвестен (по-английски)");
        lines.push(format!("{title}: {}", cell(&surface.recovery)));
    }
    lines.push(source(language, endpoint));
    lines.iter().map(|line| format!("- {line}\n")).collect()
}

fn fixed(language: Language, place: &str, constant: &Constant) -> String {
    let place = match place {
        "query" => language.pick("in the query", "в строке запроса"),
        _ => language.pick("in the body", "в теле"),
    };
    format!("`{}={}` {place}", constant.key.value, constant.text)
}

fn source(language: Language, endpoint: &Endpoint) -> String {
    let surface = &endpoint.surface;
    let mut parts = Vec::new();
    if let Some(number) = surface.document {
        parts.push(format!("{} {number}", language.pick("documented call", "вызов документа")));
    }
    if let Some(line) = surface.source_line {
        parts.push(format!("{} {line}", language.pick("line", "строка")));
    }
    let word = surface.provenance.as_deref().unwrap_or("documented");
    parts.push(provenance(language, word).to_owned());
    format!("{}: {}; `{}`", language.pick("Source", "Источник"), parts.join(", "), endpoint.spec)
}

fn inputs(language: Language, model: &Model, endpoint: &Endpoint) -> String {
    let titles = [
        language.pick("name", "имя"),
        language.pick("where", "где"),
        language.pick("type", "тип"),
        language.pick("required", "обязателен"),
        language.pick("meaning", "смысл"),
    ];
    let places = [
        (language.pick("path", "путь"), &endpoint.path_parameters),
        (language.pick("query", "строка запроса"), &endpoint.query),
        (language.pick("header", "заголовок"), &endpoint.headers),
        (language.pick("body", "тело"), &endpoint.body),
    ];
    let rows = places.into_iter().flat_map(|(place, list)| fields::inputs(language, model, place, list));
    let mut text = table(&titles, rows);
    for group in &endpoint.one_of {
        let which = if group.required {
            language.pick("exactly one of these", "ровно один из вариантов")
        } else {
            language.pick("one of these at most", "не больше одного из вариантов")
        };
        if !text.is_empty() {
            text.push('\n');
        }
        let about = language.of(&group.en, &group.ru);
        text.push_str(&format!("`{}`, Rust `{}`: {about} ({which})\n\n", group.rust, group.type_name));
        let rows = group.variants.iter().flat_map(|variant| {
            let constants = variant.fixed.iter().map(|constant| {
                let name = language.pick("constant", "постоянное");
                vec![
                    format!("`{}`", constant.key.value),
                    variant.rust.clone(),
                    format!("`{}`", constant.text),
                    name.to_owned(),
                    String::new(),
                ]
            });
            let rows: Vec<Vec<String>> =
                constants.chain(fields::inputs(language, model, &variant.rust, &variant.fields)).collect();
            if rows.is_empty() {
                vec![vec!["–".to_owned(), variant.rust.clone(), String::new(), String::new(), String::new()]]
            } else {
                rows
            }
        });
        let titles = [titles[0], language.pick("variant", "вариант"), titles[2], titles[3], titles[4]];
        text.push_str(&table(&titles, rows));
    }
    text
}

fn output(language: Language, model: &Model, endpoint: &Endpoint) -> String {
    let mut text = format!("\n### {}\n\n", language.pick("Output", "Ответ"));
    let place = match &endpoint.output {
        Output::None => {
            text.push_str(language.pick("No value, only success.\n", "Только признак успеха.\n"));
            return text;
        }
        Output::Bytes => {
            text.push_str(language.pick("The body as it is, bytes.\n", "Тело как есть, байты.\n"));
            return text;
        }
        Output::Text(_) => language.pick(", the body itself", ", само тело").to_owned(),
        Output::Headers(_) => language.pick(", in headers", ", в заголовках").to_owned(),
        Output::Whole(_) => String::new(),
        Output::Under(_, name) => format!(", {} {}", language.pick("under", "в"), fields::name(model, name)),
    };
    let ty = endpoint.output.ty().cloned().unwrap_or(crate::model::Type::Any);
    text.push_str(&format!("{}{place}.\n", type_text(language, &ty)));
    if let Some(total) = endpoint.total() {
        let title = language.pick("Number of items in all", "Сколько всего");
        text.push_str(&format!("{title}: {}.\n", fields::name(model, &total.name)));
    }
    let response = &endpoint.surface.response;
    if !response.formats.is_empty() {
        text.push_str(&format!("{}: {}.\n", language.pick("Formats", "Форматы"), response.formats.join(", ")));
    }
    if let Some(fields) = model.fields(ty.item()) {
        text.push('\n');
        text.push_str(&fields::outputs(language, model, fields));
    }
    text
}

fn errors(language: Language, endpoint: &Endpoint) -> String {
    let titles = [language.pick("status", "статус"), language.pick("kind", "вид"), language.pick("meaning", "смысл")];
    let rows = endpoint.surface.statuses.iter().map(|status| {
        let word = kind(language, &status.means).to_owned();
        vec![status.code.value.to_string(), word, cell(language.of(&status.en, &status.ru))]
    });
    let mut text = table(&titles, rows);
    let response = &endpoint.surface.response;
    let statuses = response.empty_statuses.iter().map(i64::to_string);
    let codes: Vec<String> =
        statuses.chain(response.empty_codes.iter().cloned()).map(|code| format!("`{code}`")).collect();
    if !codes.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        let title = language.pick("Faults that mean an empty answer", "Эти ошибки значат, что ничего нет");
        text.push_str(&format!("{title}: {}.\n", codes.join(", ")));
    }
    if text.is_empty() {
        let title = language.pick("Common to all calls", "Общие для всех вызовов");
        text.push_str(&format!(
            "{title}: [{}](README.md#{}).\n",
            language.pick("Errors", "Ошибки"),
            language.pick("errors", "ошибки")
        ));
    }
    text
}

fn waiters(language: Language, endpoint: &Endpoint) -> String {
    let titles = [
        language.pick("waiter", "ожидание"),
        language.pick("what", "чего ждёт"),
        language.pick("polls every", "опрос каждые"),
        language.pick("gives up after", "сдаётся через"),
    ];
    let seconds = language.pick("s", "с");
    let rows = endpoint.waiters.iter().map(|waiter| {
        let surface = &waiter.surface;
        vec![
            format!("`{}`", waiter.type_name),
            cell(language.of(&surface.en, &surface.ru)),
            format!("{}…{} {seconds}", surface.interval, surface.cap),
            format!("{} {seconds}", surface.deadline),
        ]
    });
    table(&titles, rows)
}
