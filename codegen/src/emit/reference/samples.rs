//! The wire examples on a page: a request and an answer in each format, and one fault.

use std::collections::BTreeMap;

use super::words::{Language, cell, origin};
use crate::examples::example_path;
use crate::model::{Endpoint, Model};
use crate::surface::Example;

/// Files of wire examples as text, by their path below `specs/`.
pub(crate) type Wire<'s> = BTreeMap<&'s str, &'s str>;

/// Maximum lines of an example; longer ones are cut.
const LINES: usize = 60;

/// The examples of a call.
pub(super) fn section(language: Language, model: &Model, wire: &Wire<'_>, endpoint: &Endpoint) -> String {
    let mut text = String::new();
    let kinds = [
        ("request", language.pick("request", "запрос")),
        ("answer", language.pick("answer", "ответ")),
        ("fault", language.pick("fault", "ошибка")),
    ];
    for (kind, word) in kinds {
        for (example, body) in chosen(model, wire, endpoint, kind) {
            if text.is_empty() {
                text.push_str(&format!("\n### {}\n", language.pick("Examples", "Примеры")));
            }
            text.push_str(&sample(language, word, endpoint, example, body));
        }
    }
    text
}

/// The first example of each format; for requests with a head, the first for each accepted format.
fn chosen<'e>(model: &Model, wire: &'e Wire<'_>, endpoint: &'e Endpoint, kind: &str) -> Vec<(&'e Example, &'e str)> {
    let mut seen = Vec::new();
    let mut chosen = Vec::new();
    for example in endpoint.surface.examples_to_show(kind) {
        let Some(body) = wire.get(example_path(&model.api, &endpoint.surface, example).as_str()) else {
            continue;
        };
        let accept = body.lines().find(|line| line.starts_with("Accept:")).unwrap_or_default();
        let format = (example.ending.as_str(), accept);
        if kind == "fault" && !chosen.is_empty() || seen.contains(&format) {
            continue;
        }
        seen.push(format);
        chosen.push((example, *body));
    }
    chosen
}

fn sample(language: Language, word: &str, endpoint: &Endpoint, example: &Example, body: &str) -> String {
    let ending = example.ending.as_str();
    let file = format!("{}/{}", endpoint.spec.trim_end_matches(".toml"), example.file());
    let mut title = format!("\n{word}, {ending}, {}", origin(language, &example.origin));
    if let Some(line) = example.line {
        title.push_str(&format!(", {} {line}", language.pick("line", "строка")));
    }
    if let Some(status) = example.status {
        title.push_str(&format!(", {status}"));
    }
    title.push_str(&format!(": `{file}`\n"));
    if let Some(note) = example.note.as_ref().filter(|_| language == Language::English) {
        title.push_str(&format!("\n{}\n", cell(note)));
    }
    let lines: Vec<&str> = body.lines().collect();
    let mut shown = lines.iter().take(LINES).copied().collect::<Vec<_>>().join("\n");
    if lines.len() > LINES {
        shown.push_str("\n…");
    }
    let fence = if shown.contains("```") { "````" } else { "```" };
    let syntax = if matches!(ending, "xml" | "json" | "http") { ending } else { "text" };
    format!("{title}\n{fence}{syntax}\n{shown}\n{fence}\n")
}
