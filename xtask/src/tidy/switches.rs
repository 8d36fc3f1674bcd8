//! Requires a reason for every environment variable and custom `cfg` that library code reads, because a switch that
//! disables code in a user's program is a hole.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::files::File;

/// An allowed switch: path prefix, switch, reason.
type Allowed = (&'static str, &'static str, &'static str);

const ALLOWED: &[Allowed] = &[
    ("crates/cargo-hostkit/src/bless.rs", "env::var_os(\"CARGO\")", "cargo names itself to the commands that it runs"),
    ("crates/cargo-hostkit/src/build.rs", "env::var_os(\"OUT_DIR\")", "where cargo lets a build script write"),
    ("crates/cargo-hostkit/src/layout.rs", "env::var_os(\"CARGO\")", "cargo names itself to the commands that it runs"),
    ("crates/cargo-hostkit/src/rustfmt.rs", "env::var_os(\"RUSTFMT\")", "cargo's own name for another rustfmt"),
    ("crates/hostkit-proto/src/server/checks.rs", "env::var_os(BLESS)", "wire examples are recorded, by tests only"),
    ("crates/hostkit-store-tests/src/child.rs", "env::var(ORDERS)", "argument for the second process of a test"),
    ("crates/hostkit-store-tests/src/child.rs", "env::var(SERVER)", "argument for the second process of a test"),
    ("crates/hostkit-store-tests/src/child.rs", "env::var(STORE)", "argument for the second process of a test"),
    ("crates/hostkit/src/call/search/mod.rs", "env::var(\"HOSTKIT_SEARCH\")", "runs one setup of a test alone"),
    ("crates/hostkit/src/", "cfg(loom)", "models of threads run on loom's primitives; `cargo xtask test loom` sets it"),
];

/// Unlisted switches, and rows of the list that nothing needs.
pub(super) fn check(files: &[File]) -> Result<Vec<String>, String> {
    compare(files, ALLOWED)
}

fn compare(files: &[File], allowed: &[Allowed]) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for file in files.iter().filter(|file| is_library(file) && may_have_some(&file.text)) {
        let tokens: TokenStream = file.text.parse().map_err(|error| format!("{}: {error}", file.path))?;
        let mut found = BTreeSet::new();
        collect(tokens, &mut found);
        for what in found {
            let rows = (0..).zip(allowed).filter(|(_, (below, name, _))| file.path.starts_with(below) && what == *name);
            let rows: Vec<usize> = rows.map(|(row, _)| row).collect();
            if rows.is_empty() {
                findings.push(format!("{}: `{what}` is a switch that tidy/switches.rs does not list", file.path));
            }
            used.extend(rows);
        }
    }
    let unused = (0..).zip(allowed).filter(|(row, _)| !used.contains(row));
    findings.extend(
        unused.map(|(_, (below, what, _))| format!("{below}: tidy/switches.rs lists `{what}`, which nothing uses")),
    );
    Ok(findings)
}

fn is_library(file: &File) -> bool {
    let is_crate = file.path.starts_with("crates/") && file.path.contains("/src/");
    file.is_rust() && (is_crate || file.path.starts_with("codegen/src/"))
}

/// Saves tokenising most files.
fn may_have_some(text: &str) -> bool {
    text.contains("env") || text.contains("cfg")
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, tree) in trees.iter().enumerate() {
        let behind = trees.get(index + 1..).unwrap_or_default();
        match tree {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(name) if name == "cfg" || name == "cfg_attr" => {
                let is_bang = matches!(behind, [TokenTree::Punct(bang), ..] if bang.as_char() == '!');
                if let Some(TokenTree::Group(group)) = behind.get(usize::from(is_bang))
                    && group.delimiter() == Delimiter::Parenthesis
                {
                    predicate(group.stream(), name == "cfg_attr", found);
                }
            }
            TokenTree::Ident(name) if name == "option_env" => {
                if let [TokenTree::Punct(_), TokenTree::Group(group), ..] = behind {
                    found.insert(format!("option_env!({})", group.stream()));
                }
            }
            TokenTree::Ident(name) if name == "env" => variable(behind, found),
            _ => {}
        }
    }
}

/// Records the variable that the tokens after `env` read, if any.
fn variable(behind: &[TokenTree], found: &mut BTreeSet<String>) {
    let [TokenTree::Punct(first), TokenTree::Punct(second), behind @ ..] = behind else {
        return;
    };
    if (first.as_char(), second.as_char()) != (':', ':') {
        return;
    }
    match behind {
        [TokenTree::Ident(name), rest @ ..] if name.to_string().starts_with("var") => {
            let arguments = match rest {
                [TokenTree::Group(group), ..] => format!("({})", group.stream()),
                _ => String::new(),
            };
            found.insert(format!("env::{name}{arguments}"));
        }
        [TokenTree::Group(names), ..] if names.stream().to_string().contains("var") => {
            found.insert(format!("env::{{{}}}", names.stream()));
        }
        [TokenTree::Punct(star), ..] if star.as_char() == '*' => drop(found.insert("env::*".to_owned())),
        _ => {}
    }
}

/// Records the custom names in the predicate of a `cfg`, or of a `cfg_attr`, whose predicate ends at the first comma.
fn predicate(tokens: TokenStream, ends_at_comma: bool, found: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Punct(comma) if ends_at_comma && comma.as_char() == ',' => return,
            TokenTree::Group(group) => predicate(group.stream(), false, found),
            TokenTree::Ident(name) if !is_known(&name.to_string()) => drop(found.insert(format!("cfg({name})"))),
            _ => {}
        }
    }
}

/// Whether cargo or the compiler sets the name, or it is an operator.
fn is_known(name: &str) -> bool {
    const KNOWN: &[&str] =
        &["all", "any", "not", "true", "false", "test", "feature", "unix", "windows", "debug_assertions", "panic"];
    KNOWN.contains(&name) || name.starts_with("target_")
}

#[cfg(test)]
mod tests {
    use super::{File, compare};

    fn found(text: &str) -> Vec<String> {
        let file = File { path: "crates/a/src/lib.rs".to_owned(), text: text.to_owned() };
        compare(&[file], &[("crates/a/src/", "cfg(loom)", "why")]).unwrap()
    }

    const LISTED: &str = "#[cfg(all(test, not(loom)))] mod a;\n";

    #[test]
    fn a_switch_that_is_not_listed_is_found() {
        for (text, what) in [
            ("fn f() { std::env::var(\"A\"); }", "env::var(\"A\")"),
            ("fn f() { env::var_os(A).is_some() }", "env::var_os(A)"),
            ("fn f() { A.map(env::var) }", "env::var"),
            ("use std::env::{self, var};", "env::{self , var}"),
            ("use std::env::*;", "env::*"),
            ("const A: Option<&str> = option_env!(\"A\");", "option_env!(\"A\")"),
            ("#[cfg(not(broken))] fn f() {}", "cfg(broken)"),
            ("fn f() { if cfg!(any(unix, broken)) {} }", "cfg(broken)"),
            ("#[cfg_attr(broken, derive(Debug))] struct A;", "cfg(broken)"),
            ("macro_rules! a { () => { #[cfg(broken)] fn f() {} } }", "cfg(broken)"),
        ] {
            let found = found(&format!("{LISTED}{text}"));
            assert!(found.len() == 1 && found[0].contains(&format!("`{what}`")), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_cargo_sets_and_what_only_looks_like_it_is_none() {
        for text in [
            "#[cfg(any(test, unix, target_os = \"linux\", feature = \"a\"))] fn f() {}",
            "#[cfg_attr(feature = \"serde\", derive(broken))] struct A;",
            "/// `#[cfg(broken)]` and `env::var(\"A\")`\nfn f() { \"cfg(broken)\"; env!(\"CARGO_PKG_VERSION\"); env::args(); }",
        ] {
            assert_eq!(found(&format!("{LISTED}{text}")), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_row_that_nothing_needs_is_found() {
        assert_eq!(found("fn f() {}"), ["crates/a/src/: tidy/switches.rs lists `cfg(loom)`, which nothing uses"]);
    }
}
