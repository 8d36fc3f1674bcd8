//! Rust names from wire names.

use heck::{ToSnakeCase, ToUpperCamelCase};

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self",
    "Self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "abstract",
    "become", "box", "do", "final", "macro", "override", "priv", "try", "typeof", "unsized", "virtual", "yield",
];

/// Methods of every call, which a setter of the same name would hide.
const METHODS: &[&str] = &["clone", "default", "encode", "new"];

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

/// Whether a text is a valid Rust identifier.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !KEYWORDS.contains(&name)
        && !METHODS.contains(&name)
}
