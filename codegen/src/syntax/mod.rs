//! Text to surface: TOML with places, checked against the keys of the language.

mod beside;
mod check;
mod endpoint;
mod field;
pub(crate) mod keys;
mod node;
mod put;
mod service;
pub(crate) mod translation;

use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Sources, Span};
use crate::surface::{Block, Inventory, Surface, TypeFile};
use check::Checker;
use node::Node;
use translation::{Dictionary, Translation};

/// The language that may stand beside English, in `ru.toml` of an API.
const LANGUAGE: &str = "ru";

/// Reads every file of one API. Problems go to `diagnostics`; a file with problems is left out.
pub(crate) fn read(api: &str, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Surface> {
    // The files that cannot be read, from the folder of the API.
    let mut unread = Vec::new();
    let files = parse(api, sources, diagnostics, &mut unread);
    let dictionary = files.iter().find(|file| file.path == LANGUAGE);
    let dictionary = dictionary.map(|file| Dictionary::read(file.id, file.table.get_ref(), diagnostics));
    let mut service = None;
    let mut types = Vec::new();
    let mut endpoints = Vec::new();
    let mut inventory = None;
    let mut sentences = Vec::new();
    for file in files.iter().filter(|file| file.path != LANGUAGE) {
        let (top, place) = (file.table.get_ref(), file.first_line.clone());
        let owner = file.path.rsplit('/').next().unwrap_or_default();
        let before = diagnostics.count();
        let mut checker = Checker {
            file: file.id,
            owner: owner.to_owned(),
            sentences: &mut sentences,
            diagnostics: &mut *diagnostics,
        };
        match file.path.rsplit_once('/') {
            None if file.path == "service" => checker.table(top, keys::SERVICE, &place, "the service"),
            None if file.path == "inventory" => checker.table(top, keys::INVENTORY, &place, "the inventory"),
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
        if diagnostics.count() > before {
            unread.push(file.path);
            continue;
        }
        let translation = Translation { dictionary: dictionary.as_ref(), owner };
        let node = Node { file: file.id, table: top, translation };
        match file.path.rsplit_once('/') {
            None if file.path == "service" => service = Some(service::read(&node)),
            None => inventory = Some(read_inventory(&node)),
            Some(("types", module)) => types.push(read_types(file.id, module, &node)),
            Some((module, stem)) => endpoints.push(endpoint::read(place, module, stem, &node)),
        }
    }
    let Some(service) = service else {
        if diagnostics.is_empty() {
            let span = Span { file: FileId(0), range: 0..0 };
            diagnostics.add("E0003", &span, format!("`specs/{api}/service.toml` is missing"), "no service beside this");
        }
        return None;
    };
    // What refers to a service or a type that cannot be read would be said once more for each place.
    if unread.iter().any(|path| !path.contains('/') || path.starts_with("types/")) {
        return None;
    }
    // The sentences of a file that cannot be read are not known.
    if let Some(dictionary) = dictionary.as_ref().filter(|_| diagnostics.is_empty()) {
        dictionary.check(LANGUAGE, &sentences, diagnostics);
    }
    beside::check_statuses(&service.statuses, &service.fault, diagnostics);
    for endpoint in &mut endpoints {
        beside::complete(api, endpoint, &service, inventory.as_ref(), sources, diagnostics);
    }
    let search = dictionary.as_ref().map(|dictionary| dictionary.search().to_vec());
    let is_translated = dictionary.is_some();
    let search = search.unwrap_or_default();
    let unread = unread.into_iter().map(str::to_owned).collect();
    Some(Surface { api: api.to_owned(), service, types, endpoints, unread, inventory, is_translated, search })
}

/// A spec file as TOML.
struct Parsed<'s> {
    id: FileId,
    /// Below the folder of the API, without extension.
    path: &'s str,
    first_line: Span,
    table: Spanned<DeTable<'s>>,
}

/// The spec files of one API that are TOML.
fn parse<'s>(
    api: &str,
    sources: &'s Sources,
    diagnostics: &mut Diagnostics,
    unread: &mut Vec<&'s str>,
) -> Vec<Parsed<'s>> {
    let prefix = format!("{api}/");
    let inside = |path: &'s str| path.strip_prefix(&prefix)?.strip_suffix(".toml");
    let files: Vec<_> = sources.iter().filter_map(|(id, path, text)| Some((id, inside(path)?, text))).collect();
    let mut parsed = Vec::new();
    for (index, (id, path, text)) in files.iter().copied().enumerate() {
        if let Some(first) = original(&files, index) {
            let span = Span { file: id, range: 0..text.find('\n').unwrap_or(text.len()) };
            let message = format!("the file is a copy of `{first}.toml`");
            let help = "leave out one of them: all that it says would be there twice";
            diagnostics.add_with_help("E0205", &span, message, "the same text", help);
            // What names the copy of a call finds none.
            if path.contains('/') && !path.starts_with("types/") {
                unread.push(path);
            }
            continue;
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let range = error.span().unwrap_or(0..text.len().min(1));
            let help = match error.message() {
                message if message.contains("duplicate") => "each name is there once in a table: leave out one of them",
                _ => "texts stand in quotes, lists in `[…]`, tables in `{ … }` on one line or below a `[header]`",
            };
            diagnostics.add_with_help("E0001", &Span { file: id, range }, error.message(), "not TOML", help);
        }
        if errors.is_empty() {
            let first_line = Span { file: id, range: 0..text.find('\n').unwrap_or(text.len()) };
            parsed.push(Parsed { id, path, first_line, table });
        } else {
            unread.push(path);
        }
    }
    parsed
}

/// The file that has the same text as the one at `index` and counts: that of the service, else the first of them.
fn original<'s>(files: &[(FileId, &'s str, &'s str)], index: usize) -> Option<&'s str> {
    let (_, path, text) = files[index];
    let same = files.iter().filter(|(.., other)| *other == text && !text.trim().is_empty()).map(|(_, path, _)| *path);
    let is_root = |path: &str| ["service", "inventory", LANGUAGE].contains(&path);
    let first = same.clone().find(|path| is_root(path)).or_else(|| same.clone().next())?;
    (first != path).then_some(first)
}

fn check_types(checker: &mut Checker<'_>, top: &DeTable<'_>) {
    for (name, value) in top {
        let word: &str = name.get_ref();
        let place = checker.span(name);
        match value.get_ref() {
            _ if word == keys::QUIRKS.name => checker.value(value, &keys::QUIRKS),
            toml::de::DeValue::Table(table) => {
                word.clone_into(&mut checker.owner);
                checker.table(table, keys::TYPE, &place, &format!("the type `{word}`"));
            }
            _ => checker.diagnostics.add("E0103", &place, format!("`{word}` has to be a type"), "not a table"),
        }
    }
}

fn read_types(file: FileId, module: &str, node: &Node<'_, '_>) -> TypeFile {
    let types = node.owners().filter(|(name, _)| name.as_str() != keys::QUIRKS.name);
    let types = types.map(|(name, node)| field::read_type(name, &node)).collect();
    TypeFile { file, module: module.to_owned(), types, remarks: field::read_remarks(node) }
}

fn read_inventory(node: &Node<'_, '_>) -> Inventory {
    Inventory {
        endpoints: node
            .list("endpoint")
            .map(|node| (node.integer("id").unwrap_or(0), node.text("name"), node.integer("line")))
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
