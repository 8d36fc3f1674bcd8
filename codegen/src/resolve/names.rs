//! Rust names from wire names.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::identifier::{KEYWORDS, METHODS};
use crate::model::{Endpoint, Model, TypeKind};

/// A field or module name. A keyword gets a trailing underscore: raw identifiers read badly, and some are not allowed.
pub(crate) fn snake(wire: &str) -> String {
    let name = wire.replace(['.', '@', '$'], "_").to_snake_case();
    let name = if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("n{name}")
    } else {
        name
    };
    if KEYWORDS.contains(&name.as_str()) || METHODS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// A type or variant name.
pub(crate) fn camel(wire: &str) -> String {
    let name = wire.replace(['.', '@', '$'], "_").to_upper_camel_case();
    let name = if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("N{name}")
    } else {
        name
    };
    if name == "Self" { "Self_".to_owned() } else { name }
}

/// Reports search words for what no name has, such as those of a call that is gone.
pub(super) fn check_search(model: &Model, diagnostics: &mut Diagnostics) {
    let fields = model.types.values().filter_map(|entry| match &entry.kind {
        TypeKind::Struct(fields) => Some(fields),
        _ => None,
    });
    let fields = fields.flatten().chain(model.endpoints.iter().flat_map(Endpoint::inputs)).map(|field| &*field.rust);
    let waiters = model.endpoints.iter().flat_map(|endpoint| &endpoint.waiters).map(|waiter| &*waiter.type_name);
    let names = model.types.keys().map(String::as_str).chain(model.endpoints.iter().map(|endpoint| &*endpoint.name));
    let names = names.chain(fields).chain(waiters).map(str::to_snake_case);
    let words: BTreeSet<String> =
        names.flat_map(|name| name.split('_').map(str::to_owned).collect::<Vec<_>>()).collect();
    for (word, _) in model.search.iter().filter(|(word, _)| !words.contains(&word.value)) {
        let help = match did_you_mean(word, words.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the keys are words of Rust names: `prolong` of `prolong_server`".to_owned(),
        };
        let message = format!("no name has the word `{}`", word.value);
        diagnostics.add_with_help("E0109", &word.span, message, "finds nothing", help);
    }
}
