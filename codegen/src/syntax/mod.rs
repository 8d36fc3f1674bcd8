//! Text to surface: TOML with places, checked against the keys of the language.

mod check;
mod endpoint;
mod field;
pub(crate) mod keys;
mod node;
mod service;

use toml::de::DeTable;

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Sources, Span};
use crate::surface::{Block, Example, Inventory, Surface, TypeFile};
use check::Checker;
use node::Node;

/// Reads every file of one API. Problems go to `diagnostics`; a file with problems is left out.
pub(crate) fn read(api: &str, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Surface> {
    let prefix = format!("{api}/");
    let mut service = None;
    let mut types = Vec::new();
    let mut endpoints = Vec::new();
    let mut inventory = None;
    for (file, path, text) in sources.iter() {
        let Some(rest) = path.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".toml")) else {
            continue;
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let range = error.span().unwrap_or(0..text.len().min(1));
            diagnostics.add("E0001", &Span { file, range }, error.message(), "not TOML");
        }
        if !errors.is_empty() {
            continue;
        }
        let mut checker = Checker { file, diagnostics };
        let place = Span { file, range: 0..text.find('\n').unwrap_or(text.len()) };
        let top = table.get_ref();
        let before = checker.diagnostics.count();
        match rest.rsplit_once('/') {
            None if rest == "service" => checker.table(top, keys::SERVICE, &place, "the service"),
            None if rest == "inventory" => checker.table(top, keys::INVENTORY, &place, "the inventory"),
            Some(("types", _)) => check_types(&mut checker, top),
            Some(_) => {
                checker.table(top, keys::ENDPOINT, &place, "the endpoint");
                endpoint::check_one_of(&mut checker, top);
            }
            None => checker.diagnostics.add(
                "E0002",
                &place,
                "the file belongs to no part of an API",
                "neither a service nor an endpoint",
            ),
        }
        if checker.diagnostics.count() > before {
            continue;
        }
        let node = Node { file, table: top };
        match rest.rsplit_once('/') {
            None if rest == "service" => service = Some(service::read(&node)),
            None => inventory = Some(read_inventory(&node)),
            Some(("types", module)) => types.push(read_types(file, module, &node)),
            Some((module, stem)) => endpoints.push(endpoint::read(file, module, stem, &node)),
        }
    }
    let Some(service) = service else {
        if diagnostics.is_empty() {
            let span = Span { file: FileId(0), range: 0..0 };
            diagnostics.add("E0003", &span, format!("`specs/{api}/service.toml` is missing"), "no service beside this");
        }
        return None;
    };
    for endpoint in &mut endpoints {
        sort_examples(&mut endpoint.examples, &service.formats);
    }
    Some(Surface { api: api.to_owned(), service, types, endpoints, inventory })
}

/// Those of the document in its order, then the others by name; formats as the service orders them.
fn sort_examples(examples: &mut [Example], formats: &[String]) {
    examples.sort_by_cached_key(|example| {
        let format = formats.iter().position(|format| *format == example.ending).unwrap_or(usize::MAX);
        let is_other = example.origin != "document";
        (is_other, example.line, example.case.value.clone(), format, example.ending.clone())
    });
}

fn check_types(checker: &mut Checker<'_>, top: &DeTable<'_>) {
    for (name, value) in top {
        let word: &str = name.get_ref();
        let place = checker.span(name);
        match (word, value.get_ref()) {
            ("quirk" | "note", toml::de::DeValue::Array(items)) => {
                let keys = if word == "quirk" { keys::QUIRK } else { keys::NOTE };
                for item in items {
                    if let Some(table) = item.get_ref().as_table() {
                        checker.table(table, keys, &place, &format!("`[[{word}]]`"));
                    }
                }
            }
            (_, toml::de::DeValue::Table(table)) => {
                checker.table(table, keys::TYPE, &place, &format!("the type `{word}`"))
            }
            _ => checker.diagnostics.add("E0103", &place, format!("`{word}` has to be a type"), "not a table"),
        }
    }
}

fn read_types(file: FileId, module: &str, node: &Node<'_, '_>) -> TypeFile {
    let types = node.tables().filter(|(name, _)| !matches!(name.as_str(), "quirk" | "note"));
    let types = types.map(|(name, node)| field::read_type(name, &node)).collect();
    TypeFile { file, module: module.to_owned(), types, remarks: field::read_remarks(node) }
}

fn read_inventory(node: &Node<'_, '_>) -> Inventory {
    Inventory {
        endpoints: node
            .list("endpoint")
            .map(|node| (node.integer("number").unwrap_or(0), node.text("title"), node.integer("line")))
            .collect(),
        blocks: node
            .list("block")
            .map(|node| Block {
                line: node.integer("line").unwrap_or(0),
                kind: node.text("kind"),
                endpoint: node.integer("endpoint"),
            })
            .collect(),
        inconsistencies: node.list("inconsistency").map(|node| node.text("id")).collect(),
    }
}
