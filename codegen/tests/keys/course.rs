//! The obstacle course: every key of the spec language stands in an invented API, and every oddity of other APIs that was
//! found has a case there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::common::{apis, package, split};
use crate::places::{Schemas, alternatives, places, table_of};
use serde_json::Value;

/// The tables of the language with the place at which each is named first, and their keys.
fn tables(schema: &Value, path: &str, found: &mut BTreeMap<String, (String, BTreeSet<String>)>) {
    for one in alternatives(schema) {
        if let Some(items) = one.get("items") {
            tables(items, path, found);
        }
        if let Some(keys) = one.get("properties").and_then(Value::as_object) {
            let is_new = !found.contains_key(&table_of(one));
            let named = (path.to_owned(), keys.keys().cloned().collect());
            let named = found.entry(table_of(one)).or_insert(named).0.clone();
            if is_new {
                keys.iter().for_each(|(key, below)| tables(below, &format!("{named}.{key}"), found));
            }
        }
        if let Some(free) = one.get("additionalProperties").filter(|below| below.is_object()) {
            tables(free, &format!("{path}.*"), found);
        }
    }
}

#[test]
fn every_key_stands_in_an_obstacle_api() {
    let schemas = Schemas::read();
    let mut known = BTreeMap::new();
    for file in ["x/m/e.toml", "x/service.toml", "x/inventory.toml", "x/types/t.toml"] {
        let (kind, schema) = schemas.of(file).expect("a kind of file");
        tables(schema, kind, &mut known);
    }
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for (path, text) in apis().iter().filter(|api| api.starts_with("obstacle")).flat_map(|api| split(api).0) {
        for place in schemas.of(&path).map(|schema| places(&text, schema)).unwrap_or_default() {
            let name = place.key.rsplit('.').next().unwrap_or_default().to_owned();
            if place.is_word {
                used.insert((place.table, name));
            }
            // A text in the place of a table is the `en` of that.
            let is_text = place.value.is_some_and(|value| text[value].starts_with(['"', '\'']));
            if is_text && alternatives(&place.schema).len() > 1 {
                let tables = alternatives(&place.schema).into_iter().map(table_of).filter(|table| !table.is_empty());
                used.extend(tables.map(|table| (table, "en".to_owned())));
            }
        }
    }
    let keys = known.iter().flat_map(|(table, (path, keys))| keys.iter().map(move |key| (table, path, key)));
    let (there, missing): (Vec<_>, Vec<_>) =
        keys.partition(|(table, _, key)| used.contains(&((*table).clone(), (*key).clone())));
    let missing: Vec<String> = missing.into_iter().map(|(_, path, key)| format!("{path}.{key}")).collect();
    println!("{} keys in {} tables, {} of them in no obstacle API", there.len(), known.len(), missing.len());
    assert!(there.len() > 200, "few keys were found");
    assert!(missing.is_empty(), "these keys stand in no obstacle API: {missing:?}");
}

/// The page that says what each oddity is held by.
const PAGE: &str = "../docs/obstacle-course.md";

#[test]
fn every_oddity_has_a_case() {
    let page = fs::read_to_string(package().join(PAGE)).expect("the page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| G")?.split_once(" | "));
    let rows: BTreeMap<u32, &str> = rows.filter_map(|(number, row)| Some((number.parse().ok()?, row))).collect();
    assert_eq!(rows.keys().copied().collect::<Vec<_>>(), (1..=22).collect::<Vec<_>>(), "{PAGE}");
    for (number, row) in &rows {
        let cases: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!cases.is_empty(), "{PAGE}: G{number} names no case");
        for case in cases {
            let (call, case_name) = case.split_once(':').unwrap_or_else(|| panic!("{PAGE}: `{case}` names no case"));
            let found = match case_name {
                // What is wrong in a spec is a diagnostic, which has a case of its own.
                code if call == "ui" => package().join("tests/ui").join(code).is_dir(),
                name => {
                    let folder = package().join("../specs").join(call);
                    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
                    let mut names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
                    call.starts_with("obstacle") && names.any(|file| file.starts_with(&format!("{name}.")))
                }
            };
            assert!(found, "{PAGE}: G{number}: there is no case `{case}`");
        }
    }
}
