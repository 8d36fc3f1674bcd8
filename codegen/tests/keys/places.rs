//! The entries of a spec file, each with the schema that holds for it.

use std::ops::Range;

use serde_json::Value;
use toml_edit::{Document, Item, Table, TableLike};

/// The schemas of the spec files, by the kind of file.
pub struct Schemas {
    endpoint: Value,
    service: Value,
    inventory: Value,
    types: Value,
}

impl Schemas {
    pub fn read() -> Self {
        let tree = hostkit_codegen::schemas();
        let read = |name: &str| {
            let path = format!("specs/schema/{name}.json");
            let (_, text) = tree.files().find(|(at, _)| *at == path).expect("a schema");
            serde_json::from_str(text).expect("a schema is JSON")
        };
        Self {
            endpoint: read("endpoint"),
            service: read("service"),
            inventory: read("inventory"),
            types: read("types"),
        }
    }

    /// The kind of a spec file, by its path.
    pub fn of(&self, path: &str) -> Option<(&'static str, &Value)> {
        let (_, inside) = path.split_once('/')?;
        match inside {
            "service.toml" => Some(("service", &self.service)),
            "inventory.toml" => Some(("inventory", &self.inventory)),
            _ if inside.starts_with("types/") => Some(("types", &self.types)),
            _ if inside.contains('/') => Some(("endpoint", &self.endpoint)),
            _ => None,
        }
    }
}

/// The schemas of which one holds.
pub fn alternatives(schema: &Value) -> Vec<&Value> {
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(all) => all.iter().flat_map(alternatives).collect(),
        None => vec![schema],
    }
}

/// One entry of a table: a key and its value.
pub struct Place {
    /// The key with its table, `*` for names that are free: `endpoint.body.*.type`.
    pub key: String,
    /// Where the name stands.
    pub name: Range<usize>,
    /// Where the value stands, unless it is a table below a header.
    pub value: Option<Range<usize>>,
    /// What holds for the value, if the schema says it.
    pub schema: Value,
    /// The table of the key, as its schema has it: the same table of keys may stand in several places.
    pub table: String,
    /// Whether the name is one of the language, and none that a spec chooses.
    pub is_word: bool,
    pub is_required: bool,
}

/// The keys of a table, by which it is the same wherever it stands; empty if all of its names are free.
pub fn table_of(schema: &Value) -> String {
    let keys = alternatives(schema).into_iter().find_map(|schema| schema.get("properties"));
    keys.map(Value::to_string).unwrap_or_default()
}

/// The entries of a file.
pub fn places(text: &str, (kind, schema): (&'static str, &Value)) -> Vec<Place> {
    let document = Document::parse(text).expect("a spec of the repository is TOML");
    let mut found = Vec::new();
    walk(document.as_table(), kind, schema, &mut found);
    found
}

fn walk(table: &dyn TableLike, path: &str, schema: &Value, found: &mut Vec<Place>) {
    for (name, _) in table.iter() {
        let Some((key, item)) = table.get_key_value(name) else { continue };
        let known = alternatives(schema).into_iter().find_map(|schema| schema.get("properties")?.get(name));
        let free = alternatives(schema)
            .into_iter()
            .find_map(|schema| schema.get("additionalProperties").filter(|below| below.is_object()));
        let (below, path) = match (known, free) {
            (Some(below), _) => (below, format!("{path}.{name}")),
            (None, Some(below)) => (below, format!("{path}.*")),
            (None, None) => continue,
        };
        let is_required = alternatives(schema).into_iter().any(|schema| {
            schema.get("required").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == name))
        });
        if let Some(span) = key.span() {
            found.push(Place {
                key: path.clone(),
                name: span,
                value: item.as_value().and_then(toml_edit::Value::span),
                schema: below.clone(),
                table: table_of(schema),
                is_word: known.is_some(),
                is_required,
            });
        }
        descend(item, &path, below, found);
    }
}

fn descend(item: &Item, path: &str, schema: &Value, found: &mut Vec<Place>) {
    let items = || alternatives(schema).into_iter().find_map(|schema| schema.get("items"));
    match item {
        Item::Table(table) => walk(table, path, schema, found),
        Item::Value(toml_edit::Value::InlineTable(table)) => walk(table, path, schema, found),
        Item::ArrayOfTables(tables) => {
            if let Some(items) = items() {
                tables.iter().for_each(|table: &Table| walk(table, path, items, found));
            }
        }
        _ => {}
    }
}
