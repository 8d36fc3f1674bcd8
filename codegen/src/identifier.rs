//! Which texts can be names in Rust.

use crate::diagnostic::Diagnostics;
use crate::source::At;

pub(crate) const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self",
    "Self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "abstract",
    "become", "box", "do", "final", "macro", "override", "priv", "try", "typeof", "unsized", "virtual", "yield",
];

/// Methods of every call, which a setter of the same name would hide.
pub(crate) const METHODS: &[&str] = &["clone", "default", "encode", "new"];

/// Whether a text is a valid Rust identifier.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !KEYWORDS.contains(&name)
        && !METHODS.contains(&name)
}

/// Reports a name that a spec gives and that Rust does not take.
pub(crate) fn check(name: &At<String>, diagnostics: &mut Diagnostics) {
    if !is_identifier(name) {
        let message = format!("`{}` is not a Rust name", name.escape_debug());
        diagnostics.add("E0224", &name.span, message, "letters, digits and underscores, no keyword");
    }
}
