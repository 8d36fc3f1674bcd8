//! Rust names from wire names.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::diagnostic::{Diagnostics, did_you_mean};
use crate::identifier::{KEYWORDS, METHODS};
use crate::model::{Endpoint, Model, TypeKind};
use crate::source::{At, Span};
use crate::surface::Surface;

/// Names that no value of an enumeration and no error code has: the open end, and what `FromStr` calls its error.
pub(super) const TAKEN_VALUES: [&str; 2] = ["Unknown", "Err"];

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

/// Modules that every API has, and the names by which generated code finds crates.
const MODULES: [&str; 7] = ["every", "generated", "hostkit_proto", "serve", "service", "std", "types"];

/// Checks the names of files and folders, of which modules are made, and that no two types have one name.
pub(super) fn check(model: &Model, surface: &Surface, diagnostics: &mut Diagnostics) {
    for endpoint in &model.endpoints {
        let place = &endpoint.surface.place;
        let words = endpoint.surface.module.split('/').chain([endpoint.surface.stem.as_str()]);
        words.for_each(|word| file_name(word, place, diagnostics));
        if MODULES.contains(&endpoint.module.as_str()) {
            let message = format!("`{}` is a module that every API has", endpoint.module);
            let help = "give the folder another name";
            diagnostics.add_with_help("E0229", place, message, "taken", help);
        }
    }
    for file in &surface.types {
        let place = Span { file: file.file, range: 0..0 };
        file_name(&file.module, &place, diagnostics);
    }
    let of_calls = model.endpoints.iter().map(|endpoint| (endpoint.type_name.as_str(), endpoint));
    let mut taken: BTreeMap<&str, &Endpoint> = of_calls.collect();
    let mut names = BTreeSet::new();
    // A call whose name is there twice is reported as such, and its groups have that name in theirs.
    for endpoint in model.endpoints.iter().filter(|endpoint| names.insert(&endpoint.name)) {
        let groups = endpoint.one_of.iter().zip(&endpoint.surface.one_of);
        let groups = groups.map(|(group, surface)| (group.type_name.as_str(), &surface.name.span));
        let waiters = endpoint.waiters.iter().map(|waiter| (waiter.type_name.as_str(), &waiter.surface.name.span));
        let mut clashes: Vec<(&str, &Span, &Endpoint)> = Vec::new();
        for (name, span) in groups.chain(waiters) {
            match taken.get(name) {
                Some(other) => clashes.push((name, span, other)),
                None => drop(taken.insert(name, endpoint)),
            }
        }
        // A copy of another call has all of its waiters.
        if let [(name, span, first), others @ ..] = clashes.as_slice()
            && !others.is_empty()
            && !std::ptr::eq(*first, endpoint)
            && others.iter().all(|(.., other)| std::ptr::eq(*other, *first))
        {
            let message = format!("`{name}` and {} more waiters are of another call", others.len());
            let help = format!(
                "`{}/{}.toml` has them, too: leave them out where they stand in a copy, or give them other names",
                first.surface.module, first.name
            );
            diagnostics.add_with_help("E0229", span, message, "taken, as those below", help);
            continue;
        }
        for (name, span, _) in clashes {
            let message = format!("`{name}` is another call, waiter or group of this API");
            diagnostics.add_with_help("E0229", span, message, "taken", "choose a more specific name");
        }
    }
    let mut names = BTreeSet::new();
    for credentials in &model.service.credentials {
        if !names.insert(&credentials.name.value) {
            let message = format!("two credentials are called `{}`", credentials.name.value);
            diagnostics.add("E0204", &credentials.name.span, message, "the second one");
        }
    }
    let mut names = BTreeSet::new();
    let mut codes = BTreeSet::new();
    // A code that is there twice is reported as such.
    for error in model.service.errors.iter().filter(|error| codes.insert(&error.code.value)) {
        let name = error.name.as_ref().map_or_else(|| camel(&error.code), |name| name.value.clone());
        let span = error.name.as_ref().map_or(&error.code.span, |name| &name.span);
        if TAKEN_VALUES.contains(&name.as_str()) {
            let message = format!("`{name}` is a name that generated code uses");
            diagnostics.add_with_help("E0204", span, message, "taken", "give it another name with `as`");
        } else if !names.insert(name.clone()) {
            let message = format!("two error codes are called `{name}` in Rust");
            let help = "give one of them another name with `as`";
            diagnostics.add_with_help("E0204", span, message, "the second one", help);
        }
    }
    let service = &model.service.name;
    if crate::emit::rust::imports::is_taken(service) {
        let message = format!("`{}` is a name that generated code uses", service.value);
        diagnostics.add_with_help("E0229", &service.span, message, "taken", "choose a more specific name");
    }
}

/// Checks a name of which a module is made.
fn file_name(word: &str, place: &Span, diagnostics: &mut Diagnostics) {
    if snake(word) != word {
        let message = format!("`{}` cannot be the name of a module in Rust", word.escape_debug());
        let help =
            "files and folders have lower-case words with `_` between them, and are no keyword: `get_server.toml`";
        diagnostics.add_with_help("E0224", place, message, "of this file or its folder", help);
    }
}

/// The names of the variants of a union of objects: those of their types, without that of the union in front if all have it.
pub(super) fn without_common(union: &str, objects: &[At<String>]) -> Vec<String> {
    let rest = |object: &At<String>| {
        let rest =
            object.strip_prefix(union).filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()));
        rest.map(str::to_owned)
    };
    let short: Option<Vec<String>> = objects.iter().map(rest).collect();
    short.unwrap_or_else(|| objects.iter().map(|object| object.value.clone()).collect())
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

/// How a path is written, if this name is one with dots, as in other languages.
pub(super) fn with_slashes(name: &str) -> Option<String> {
    let is_dotted = name.split('.').all(|step| !step.is_empty()) && name.contains('.');
    is_dotted.then(|| format!("a path has slashes: `{}`", name.replace('.', "/")))
}
