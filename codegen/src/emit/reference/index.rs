//! The index page of an API: hosts, credentials, calls, errors, rates, and the document's inconsistencies.

use std::collections::BTreeMap;

use super::page::{RECOVERY, head, table};
use super::words::{Language, cell, kind};
use crate::model::{Endpoint, Model};
use crate::surface::{Credentials, Remarks};

/// The index page.
pub(super) fn page(language: Language, model: &Model) -> String {
    let service = &model.service;
    let mut page = head(language, model, "", &format!("specs/{}/service.toml", model.api));
    page.push_str(&format!("{}\n", language.of(&service.en, &service.ru)));
    if !service.about.is_empty() && language == Language::English {
        page.push_str(&format!("\n{}\n", service.about.trim()));
    }
    let mut section = |title: &str, body: String| {
        if !body.is_empty() {
            page.push_str(&format!("\n## {title}\n\n{body}"));
        }
    };
    section(language.pick("Calls", "Вызовы"), calls(language, model));
    let recovery = format!(
        "[{}]({}.md)\n",
        language.pick("What `recover` can find out of each call", "Что `recover` узнаёт о каждом вызове"),
        RECOVERY
    );
    section(language.pick("After a lost answer", "После потерянного ответа"), recovery);
    section(language.pick("Hosts", "Адреса"), hosts(language, model));
    section(language.pick("Formats", "Форматы"), formats(language, model));
    section(language.pick("Credentials", "Авторизация"), credentials(language, model));
    section(language.pick("Errors", "Ошибки"), errors(language, model));
    section(language.pick("Rate limits", "Ограничения частоты"), rates(language, model));
    let title = language.pick("Inconsistencies of the document", "Противоречия документа (по-английски)");
    section(title, remarks(model));
    page
}

/// The endpoints of each module.
pub(super) fn modules(model: &Model) -> BTreeMap<&str, Vec<&Endpoint>> {
    let mut modules: BTreeMap<&str, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in &model.endpoints {
        modules.entry(&endpoint.module).or_default().push(endpoint);
    }
    modules
}

fn calls(language: Language, model: &Model) -> String {
    let titles =
        [language.pick("page", "страница"), language.pick("what for", "зачем"), language.pick("calls", "вызовы")];
    let rows = modules(model).into_iter().map(|(module, endpoints)| {
        let link = |endpoint: &&Endpoint| format!("[{0}]({module}.md#{0})", endpoint.name);
        let links: Vec<String> = endpoints.iter().map(link).collect();
        let about = model.service.module(module).map_or("", |module| language.of(&module.en, &module.ru));
        vec![format!("[{module}]({module}.md)"), cell(about), links.join(", ")]
    });
    table(&titles, rows)
}

fn hosts(language: Language, model: &Model) -> String {
    if model.service.hosts.is_empty() {
        let text = language.pick(
            "Everybody hosts it for himself: a client is built with a base URL.\n",
            "Каждый размещает его у себя: клиенту задаётся базовый URL.\n",
        );
        return text.to_owned();
    }
    let titles =
        [language.pick("name", "имя"), "URL", language.pick("currency", "валюта"), language.pick("what", "что это")];
    let rows = model.service.hosts.iter().map(|host| {
        let currency = host.currency.as_ref().or(model.service.currency.as_ref()).map_or("–", |code| code.as_str());
        let about = cell(language.of(&host.en, &host.ru));
        vec![format!("`{}`", host.name.value), format!("`{}`", host.url), currency.to_owned(), about]
    });
    table(&titles, rows)
}

fn formats(language: Language, model: &Model) -> String {
    let service = &model.service;
    let mut lines = vec![format!("{}: {}", language.pick("Answers", "Ответы"), service.formats.join(", "))];
    if let Some(format) = &service.request_format {
        lines.push(format!("{}: {format}", language.pick("Request bodies", "Тела запросов")));
    }
    if service.negotiates {
        lines.push(
            language.pick("The format is requested in `Accept`", "Нужный формат указывается в `Accept`").to_owned(),
        );
    }
    lines.push(format!("{}: {}", language.pick("Time zone", "Часовой пояс"), service.zone.value));
    let codes = |list: &[String]| list.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
    if !service.datetime_patterns.is_empty() {
        lines.push(format!(
            "{}: {}",
            language.pick("Date and time", "Дата и время"),
            codes(&service.datetime_patterns)
        ));
    }
    if !service.date_patterns.is_empty() {
        lines.push(format!("{}: {}", language.pick("Dates", "Даты"), codes(&service.date_patterns)));
    }
    let lenient = &service.lenient;
    let leniencies = [
        (
            lenient.one_as_list,
            language.pick("a list of one may be the item itself", "список из одного может быть самим элементом"),
        ),
        (lenient.map_as_list, language.pick("a list may be a map", "список может быть словарём")),
        (
            lenient.null_as_empty,
            language.pick(
                "a list or map may be null or empty text",
                "список или словарь может быть null или пустым текстом",
            ),
        ),
        (lenient.list_as_empty_map, language.pick("an empty map may be `[]`", "пустой словарь может быть `[]`")),
        (
            lenient.loose_scalars,
            language.pick("numbers may be text and text numbers", "числа бывают текстом, текст числами"),
        ),
        (
            lenient.empty_text_is_absent,
            language.pick("empty text is no value", "пустой текст значит, что значения нет"),
        ),
        (
            lenient.loose_flags,
            language.pick("flags may be 0, 1, text, empty or null", "признаки бывают 0, 1, текстом, пустыми и null"),
        ),
    ];
    let said: Vec<&str> = leniencies.iter().filter(|(is_on, _)| *is_on).map(|(_, text)| *text).collect();
    if !said.is_empty() {
        lines.push(format!(
            "{}: {}",
            language.pick("Answers may also do this", "В ответах бывает и так"),
            said.join("; ")
        ));
    }
    lines.iter().map(|line| format!("- {line}\n")).collect()
}

fn credentials(language: Language, model: &Model) -> String {
    let mut text: String = model.service.credentials.iter().map(|one| credential(language, one)).collect();
    if let Some(signature) = &model.service.signature {
        let (algorithm, signed) = (signature.algorithm.as_str(), signature.text.text.as_str());
        let made = match &signature.key {
            Some(key) => {
                format!("HMAC-{} {} `{}`", algorithm, language.pick("with the key", "с ключом"), key.text.as_str())
            }
            None => algorithm.to_owned(),
        };
        let of = language.pick("The signature is", "Подпись:");
        text.push_str(&format!("- {of} {made} {} `{signed}`\n", language.pick("of", "от")));
    }
    if let Some(session) = &model.service.session {
        let headers: Vec<String> = session.put.iter().map(|put| format!("`{}`", put.key.value)).collect();
        let travels = language.pick("The token of a session travels in", "Токен сессии передаётся в");
        text.push_str(&format!("- {travels} {}", headers.join(", ")));
        if let Some(seconds) = session.lifetime {
            text.push_str(&format!(
                "; {} {seconds} {}",
                language.pick("it is good for", "срок"),
                language.pick("s", "с")
            ));
        }
        if let Some(header) = end_header(model) {
            let word =
                language.pick("or until the earlier end that the answer names in", "либо раньше, если так сказано в");
            text.push_str(&format!(", {word} `{header}`"));
        }
        text.push('\n');
    }
    text
}

/// The sign-in header that says when the token ends.
fn end_header(model: &Model) -> Option<&str> {
    let ends = model.service.session.as_ref()?.ends.as_ref()?;
    let sign_in = model.service.credentials.iter().find_map(|credentials| credentials.sign_in.as_ref())?;
    let fields = model.fields(model.endpoint(sign_in)?.output.ty()?)?;
    let field = fields.iter().find(|field| field.rust == ends.value)?;
    Some(field.surface.header.as_deref().unwrap_or_else(|| field.wire()))
}

fn credential(language: Language, credentials: &Credentials) -> String {
    let fields: Vec<String> = credentials
        .fields
        .iter()
        .map(|(name, _)| match credentials.is_optional(name) {
            true => format!("`{}` {}", name.value, language.pick("if there is one", "если есть")),
            false => format!("`{}`", name.value),
        })
        .collect();
    let mut text = format!(
        "- `{}` ({}): {}",
        credentials.name.value,
        fields.join(", "),
        language.of(&credentials.en, &credentials.ru)
    );
    if let Some((module, name)) = credentials.sign_in.as_ref().and_then(|sign_in| sign_in.rsplit_once('/')) {
        text.push_str(&format!(" {} [{name}]({module}.md#{name}).", language.pick("Signs in with", "Вход:")));
    }
    let keys: Vec<String> = credentials.put.iter().map(|put| format!("`{}`", put.key.value)).collect();
    if !keys.is_empty() {
        text.push_str(&format!(
            " {} {}.",
            language.pick("Sent with every call as", "В каждом вызове:"),
            keys.join(", ")
        ));
    }
    text.push('\n');
    text
}

fn errors(language: Language, model: &Model) -> String {
    let titles =
        [language.pick("code", "код"), "Rust", language.pick("kind", "вид"), language.pick("meaning", "смысл")];
    let rows = model.service.errors.iter().map(|error| {
        let mut meaning = cell(language.of(&error.en, &error.ru));
        if let Some(why) = &error.accepted {
            let text = language
                .pick("With a success: accepted, to happen later", "При успехе: принято, будет выполнено позже");
            meaning.push_str(&format!(" {text} (`{why}`)."));
        }
        if error.verify {
            meaning.push_str(
                language.pick(
                    " It is unknown whether the call was carried out.",
                    " Выполнен ли вызов, остаётся неизвестным.",
                ),
            );
        }
        let name = error.name.as_ref().map_or(error.code.value.as_str(), |name| name.value.as_str());
        vec![format!("`{}`", error.code.value), format!("`{name}`"), kind(language, &error.kind).to_owned(), meaning]
    });
    let places: Vec<String> = model.service.request_id.iter().map(|place| format!("`{}`", place.value)).collect();
    let mut text = table(&titles, rows);
    if !places.is_empty() {
        let title =
            language.pick("The id of the request, for the hoster's support", "Номер запроса, для поддержки хостера");
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}{title}: {}.\n", places.join(", ")));
    }
    text
}

fn rates(language: Language, model: &Model) -> String {
    let titles = [language.pick("rule", "правило"), language.pick("calls", "вызовов"), language.pick("per", "за")];
    let rows = model.service.rates.iter().map(|rate| {
        let window = match rate.per.as_str() {
            "second" => language.pick("second", "секунду"),
            "minute" => language.pick("minute", "минуту"),
            "hour" => language.pick("hour", "час"),
            _ => language.pick("day", "сутки"),
        };
        vec![format!("`{}`", rate.name.value), rate.count.to_string(), window.to_owned()]
    });
    table(&titles, rows)
}

/// Every quirk and note once, ordered by id.
fn remarks(model: &Model) -> String {
    let mut lines: Vec<(String, u32, String)> = Vec::new();
    let mut add = |id: &str, en: &str| {
        let letters = id.trim_end_matches(|character: char| character.is_ascii_digit());
        let number = id[letters.len()..].parse().unwrap_or(0);
        let line = (letters.to_owned(), number, format!("- {id}: {}\n", cell(en)));
        if !lines.contains(&line) {
            lines.push(line);
        }
    };
    for (_, Remarks { quirks, notes }) in &model.remarks {
        quirks.iter().for_each(|quirk| add(&quirk.id.value, &quirk.en));
        notes.iter().for_each(|(id, en)| add(&id.value, en));
    }
    lines.sort();
    lines.into_iter().map(|(_, _, line)| line).collect()
}
