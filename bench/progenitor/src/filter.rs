//! Narrows OpenAPI 3.1, as hostkit writes it, to the 3.0 that progenitor reads, and counts what is lost.

use serde_json::{Map, Value, json};

/// Number of changes by kind.
#[derive(Default)]
struct Changes {
    alternatives: usize,
    types: usize,
    constants: usize,
    negations: usize,
    faults: usize,
}

/// Rewrites a document and returns the changes.
pub fn reduce(document: &mut Value) -> Vec<String> {
    let mut changes = Changes::default();
    document["openapi"] = "3.0.3".into();
    if let Some(info) = document["info"].as_object_mut() {
        // New in 3.1.
        info.remove("summary");
    }
    for section in ["paths", "components"] {
        schema(&mut document[section], &mut changes);
    }
    for item in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
            responses.into_iter().for_each(|responses| faults(responses, &mut changes));
        }
    }
    let Changes { alternatives, types, constants, negations, faults } = changes;
    vec![
        format!("`anyOf` narrowed to its first alternative, `nullable` where one was null: {alternatives}"),
        format!("lists of types narrowed to the first: {types}"),
        format!("`const`, made an `enum` of one: {constants}"),
        format!("`not`, left out: {negations}"),
        format!("answers that say no by a status of their own, left out: {faults}; `default` made `4XX`"),
    ]
}

/// progenitor takes one error type per endpoint, and counts `default` among the successes as well.
fn faults(responses: &mut Map<String, Value>, changes: &mut Changes) {
    let before = responses.len();
    responses.retain(|status, _| status.starts_with('2') || status == "default");
    changes.faults += before - responses.len();
    if let Some(fault) = responses.remove("default") {
        responses.insert("4XX".to_owned(), fault);
    }
}

fn schema(value: &mut Value, changes: &mut Changes) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| schema(item, changes)),
        Value::Object(entries) => {
            entries.values_mut().for_each(|value| schema(value, changes));
            if entries.get("not").is_some_and(Value::is_object) {
                entries.remove("not");
                changes.negations += 1;
            }
            // A property may be named `const`; the keyword's value is a scalar.
            if entries.get("const").is_some_and(|constant| !constant.is_object())
                && let Some(constant) = entries.remove("const")
            {
                let kind = if constant.is_string() { "string" } else { "integer" };
                entries.insert("type".to_owned(), kind.into());
                entries.insert("enum".to_owned(), json!([constant]));
                changes.constants += 1;
            }
            first_alternative(entries, changes);
            first_type(entries, changes);
        }
        _ => {}
    }
}

/// `anyOf: [X, …]` becomes X, which is what the hoster means; the others are what it also sends.
fn first_alternative(entries: &mut Map<String, Value>, changes: &mut Changes) {
    let null = json!({ "type": "null" });
    let Some(Value::Array(either)) = entries.get("anyOf") else { return };
    let is_nullable = either.contains(&null);
    let Some(first) = either.iter().find(|one| **one != null).cloned() else { return };
    changes.alternatives += 1;
    entries.remove("anyOf");
    match first {
        Value::Object(only) if !only.contains_key("$ref") => {
            let outer = std::mem::replace(entries, only);
            entries.extend(outer);
        }
        only => {
            entries.insert("allOf".to_owned(), json!([only]));
        }
    }
    if is_nullable {
        entries.insert("nullable".to_owned(), true.into());
    }
}

/// `type: [A, B]` becomes A, without the pattern that a text in the place of a number has to fit.
fn first_type(entries: &mut Map<String, Value>, changes: &mut Changes) {
    let Some(first) = entries.get("type").and_then(Value::as_array).and_then(|types| types.first()).cloned() else {
        return;
    };
    changes.types += 1;
    entries.insert("type".to_owned(), first);
    entries.remove("pattern");
}
