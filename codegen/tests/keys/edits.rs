//! What can be wrong with an entry, by its schema.

use std::ops::Range;

use crate::places::{Place, alternatives};

/// What has to be said of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A diagnostic on the lines of the entry.
    Here,
    /// A diagnostic in the same file.
    InFile,
    /// No panic; what is sound after all can be generated.
    Anything,
}

/// The text of a file with one mistake.
pub struct Edit {
    pub name: &'static str,
    pub text: String,
    pub expected: Expected,
}

/// A date is no value of the language.
const DATE: &str = "1979-05-27";

/// Texts that are no name, path, template or type of a spec.
const TEXTS: [(&str, &str); 6] = [
    ("is empty", r#""""#),
    ("is an unknown name", r#""zzz""#),
    ("has an open brace", r#""{""#),
    ("has an open bracket", r#""[""#),
    ("has slashes alone", r#""//""#),
    ("is no identifier", r#""ü \u0007 \" \\""#),
];

const NUMBERS: [(&str, &str); 3] =
    [("is negative", "-1"), ("is zero", "0"), ("is the largest number", "9223372036854775807")];

/// All edits of an entry.
pub fn edits(place: &Place, text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut add = |name, range: &Range<usize>, with: &str, expected| {
        let text = [&text[..range.start], with, &text[range.end..]].concat();
        edits.push(Edit { name, text, expected });
    };
    let name = &text[place.name.clone()];
    let misspelt = format!("\"{}-zzz\"", name.trim_matches('"'));
    add("is misspelt", &place.name, &misspelt, if place.is_word { Expected::Here } else { Expected::Anything });
    if !place.is_word {
        add("has a name that is no identifier", &place.name, r#""\u00fc /\u0007{""#, Expected::Anything);
        add("has no name", &place.name, "\"\"", Expected::Anything);
    }
    let Some(value) = &place.value else { return edits };
    let entry = place.name.start..value.end;
    let twice = format!("{name} = {}\n{name} = {}", &text[value.clone()], &text[value.clone()]);
    // An entry of an inline table shares its line.
    let is_alone = text[..entry.start].ends_with('\n') && matches!(text.as_bytes().get(entry.end), Some(b'\n') | None);
    if is_alone {
        add("is there twice", &entry, &twice, Expected::InFile);
        let expected = if place.is_required { Expected::InFile } else { Expected::Anything };
        add("is missing", &entry, "", expected);
    }
    if place.schema.as_object().is_none_or(serde_json::Map::is_empty) {
        return edits;
    }
    add("is a date", value, DATE, Expected::Here);
    let all = alternatives(&place.schema);
    // A number may be a whole one.
    let is_of = |one: &serde_json::Value, kind: &str| one == kind || kind == "integer" && one == "number";
    let takes = |kind: &str| all.iter().any(|schema| schema.get("type").is_some_and(|one| is_of(one, kind)));
    let words = all.iter().any(|schema| schema.get("enum").is_some());
    for (kind, other) in
        [("string", "\"zzz\""), ("integer", "7"), ("boolean", "true"), ("array", "[]"), ("object", "{}")]
    {
        let is_word = words && kind == "string";
        let name = match kind {
            _ if is_word => "is an unknown word",
            "string" => "is a text",
            "integer" => "is a number",
            "boolean" => "is a truth value",
            "array" => "is a list",
            _ => "is a table",
        };
        let expected = if takes(kind) { Expected::Anything } else { Expected::Here };
        add(name, value, other, expected);
    }
    if takes("string") {
        TEXTS.iter().for_each(|(name, text)| add(name, value, text, Expected::Anything));
    }
    if takes("integer") {
        NUMBERS.iter().for_each(|(name, text)| add(name, value, text, Expected::Anything));
    }
    let of_items = all.iter().find_map(|schema| schema.get("items"));
    if let Some(items) = of_items.filter(|_| takes("array")) {
        add("is a list with a date", value, &format!("[{DATE}]"), Expected::Here);
        let takes =
            |kind: &str| alternatives(items).iter().any(|schema| schema.get("type").is_some_and(|one| one == kind));
        if items.get("enum").is_some() {
            add("is a list with an unknown word", value, "[\"zzz\"]", Expected::Here);
        }
        if takes("string") {
            TEXTS.iter().for_each(|(name, text)| add(name, value, &format!("[{text}]"), Expected::Anything));
        }
        if takes("integer") {
            NUMBERS.iter().for_each(|(name, text)| add(name, value, &format!("[{text}, {text}]"), Expected::Anything));
        }
    }
    edits
}
