//! Command `tokens`: the amount of Rust in tokens, which depends less on layout than lines do.
//!
//! Counts what is compiled outside tests: no `#[cfg(test)]` items or files, no `tests/` or `benches/` folders, no
//! documentation. A name, a literal, a lifetime and an operator such as `::` or `=>` are one token each; `<<` and `>>`
//! are two, as in types; a pair of delimiters is two.

use std::collections::BTreeSet;
use std::process::Command;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

use crate::command::output;
use crate::module_tree::{ModuleTree, Sources, roots, without_tests};
use crate::workspace::{read, root};

/// The counts of one path.
#[derive(Debug, Default, PartialEq)]
struct Count {
    files: usize,
    tokens: usize,
}

/// Where files are read from.
enum Place<'a> {
    WorkingTree,
    Revision(&'a str),
}

impl Place<'_> {
    /// All Rust files and manifests, by path from the root.
    fn list(&self) -> Result<BTreeSet<String>, String> {
        let all: Vec<String> = match self {
            // Skips what git ignores: builds leave Rust files behind.
            Self::WorkingTree => {
                let mut command = git(&["ls-files", "--cached", "--others", "--exclude-standard"]);
                let listed = output(&mut command)?;
                listed.lines().filter(|path| root().join(path).exists()).map(str::to_owned).collect()
            }
            Self::Revision(revision) => {
                output(&mut git(&["ls-tree", "-r", "--name-only", revision]))?.lines().map(str::to_owned).collect()
            }
        };
        Ok(all.into_iter().filter(|path| path.ends_with(".rs") || path.ends_with("Cargo.toml")).collect())
    }

    fn read(&self, path: &str) -> Result<String, String> {
        match self {
            Self::WorkingTree => read(&root().join(path)),
            Self::Revision(revision) => output(&mut git(&["show", &format!("{revision}:{path}")])),
        }
    }
}

fn git(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(root());
    command
}

/// Prints a row per path, of the working tree or a git revision; the total counts a file once for every given path that
/// contains it.
pub(crate) fn execute(paths: &[String], revision: Option<&str>) -> Result<(), String> {
    let place = revision.map_or(Place::WorkingTree, Place::Revision);
    let list = place.list()?;
    let mut rows = Vec::new();
    for path in paths {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        rows.push((path, count_of(path, &list, |file| place.read(file))?));
    }
    println!("{:<60} {:>6} {:>9}", "path", "files", "tokens");
    let mut sum = Count::default();
    for (path, Count { files, tokens }) in &rows {
        println!("{path:<60} {files:>6} {tokens:>9}");
        (sum.files, sum.tokens) = (sum.files + files, sum.tokens + tokens);
    }
    if rows.len() > 1 {
        println!("{:<60} {:>6} {:>9}", "together", sum.files, sum.tokens);
    }
    Ok(())
}

/// Counts the files at or below a path.
fn count_of(
    path: &str,
    list: &BTreeSet<String>,
    read: impl Fn(&str) -> Result<String, String>,
) -> Result<Count, String> {
    let wanted: Vec<&String> = list.iter().filter(|file| file.ends_with(".rs") && is_at(file, path)).collect();
    if wanted.is_empty() {
        return Err(format!("{path}: no Rust files"));
    }
    let packages: BTreeSet<&str> = wanted.iter().filter_map(|file| package_of(file, list)).collect();
    let mut count = Count::default();
    for package in packages {
        let is_own = |file: &&&String| package_of(file, list) == Some(package);
        // Reads the whole package, because a test module may be declared outside the path.
        let own = list.iter().filter(|file| file.ends_with(".rs")).filter(|file| is_own(&file));
        let sources: Sources = own.map(|file| Ok((file.clone(), read(file)?))).collect::<Result<_, String>>()?;
        let mut trees = Vec::new();
        for root in roots(package, &sources) {
            trees.push(ModuleTree::read(&root, &sources)?);
        }
        for file in wanted.iter().filter(is_own) {
            let is_test_target = ["tests", "benches"].iter().any(|folder| is_at(file, &format!("{package}/{folder}")));
            if is_test_target || trees.iter().any(|tree| tree.is_of_tests(file)) {
                continue;
            }
            let text = sources.get(*file).map(String::as_str).unwrap_or_default();
            count.files += 1;
            count.tokens += tokens(text).map_err(|error| format!("{file}: {error}"))?;
        }
    }
    Ok(count)
}

fn is_at(file: &str, path: &str) -> bool {
    path == "." || file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder of a file's package: the nearest one above with a manifest.
fn package_of<'a>(file: &'a str, list: &BTreeSet<String>) -> Option<&'a str> {
    let mut folder = file;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if list.contains(&format!("{parent}/Cargo.toml")) {
            return Some(parent);
        }
        folder = parent;
    }
    None
}

/// Number of a file's tokens outside tests.
fn tokens(text: &str) -> Result<usize, String> {
    let mut file = syn::parse_file(text).map_err(|error| error.to_string())?;
    without_tests(&mut file.items);
    Ok(count(file.into_token_stream()))
}

fn count(tokens: TokenStream) -> usize {
    const OPERATORS: &[&str] = &[
        "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "..",
        "...", "..=",
    ];
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut sum = 0;
    let mut rest = tokens.as_slice();
    while let Some((token, after)) = rest.split_first() {
        if let Some(after) = after_documentation(rest) {
            rest = after;
            continue;
        }
        rest = after;
        match token {
            TokenTree::Ident(_) | TokenTree::Literal(_) => sum += 1,
            TokenTree::Group(group) => {
                sum += if group.delimiter() == Delimiter::None { 0 } else { 2 };
                sum += count(group.stream());
            }
            // A lifetime counts as its name alone.
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {}
            TokenTree::Punct(punct) => {
                let mut operator = punct.as_char().to_string();
                let mut is_joint = punct.spacing() == Spacing::Joint;
                while let (true, Some((TokenTree::Punct(next), after))) = (is_joint, rest.split_first()) {
                    operator.push(next.as_char());
                    if !OPERATORS.contains(&operator.as_str()) {
                        break;
                    }
                    is_joint = next.spacing() == Spacing::Joint;
                    rest = after;
                }
                sum += 1;
            }
        }
    }
    sum
}

/// The tokens after `#[doc = …]` or `#![doc = …]`, into which the lexer turns documentation comments.
fn after_documentation(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let is = |token: Option<&TokenTree>, char| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == char);
    if !is(tokens.first(), '#') {
        return None;
    }
    let start = if is(tokens.get(1), '!') { 2 } else { 1 };
    let Some(TokenTree::Group(group)) = tokens.get(start) else {
        return None;
    };
    let mut inner = group.stream().into_iter();
    let is_doc = matches!(inner.next(), Some(TokenTree::Ident(name)) if name == "doc");
    (is_doc && is(inner.next().as_ref(), '=')).then(|| tokens.get(start + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_files(path: &str, files: &[(&str, &str)]) -> Result<Count, String> {
        let list = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let read = |wanted: &str| {
            let found = files.iter().find(|(path, _)| *path == wanted);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("{wanted} is missing"))
        };
        count_of(path, &list, read)
    }

    #[test]
    fn tokens_are_counted() {
        let cases = [
            ("fn f() {}", 6),
            ("//! About.\n/// About.\n#[doc = \"x\"]\nfn f() {} // not code\n", 6),
            ("#[doc(hidden)] fn f() {}", 7 + 6),
            ("use a::b;", 5),
            ("type A<'a> = &'a [u8; 2];", 14),
            ("type A = Vec<Vec<u8>>;", 11),
            ("text! { /// About.\n a >>= b..=c => d && e }", 4 + 10),
            ("const A: &str = \"a b c\";", 8),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn the_layout_does_not_count() {
        let narrow = "fn f(\n    a: u8,\n) -> u8 {\n    a\n}\n";
        let wide = "fn f(a: u8,) -> u8 { a }";
        assert_eq!(tokens(narrow), tokens(wide));
    }

    #[test]
    fn items_of_tests_do_not_count() {
        let text = "fn f() { #[cfg(test)] seen(); } #[cfg(test)] mod tests { fn g() {} } #[test] fn h() {}";
        assert_eq!(tokens(text), tokens("fn f() { }"));
        assert!(tokens("#[cfg(not(test))] fn f() {}") > tokens("fn f() {}"));
        assert!(tokens("#[cfg(feature = \"testing\")] mod m { fn g() {} }").is_ok_and(|tokens| tokens > 10));
    }

    #[test]
    fn files_of_tests_do_not_count() {
        let files = [
            ("a/Cargo.toml", ""),
            ("a/src/lib.rs", "mod one; #[cfg(test)] mod search; #[cfg(feature = \"testing\")] mod testing;"),
            ("a/src/one.rs", "fn f() {}"),
            ("a/src/search/mod.rs", "mod deep;"),
            ("a/src/search/deep.rs", "fn f() {}"),
            ("a/src/testing.rs", "fn f() {}"),
            ("a/tests/all.rs", "fn f() {}"),
            ("b/Cargo.toml", ""),
            ("b/src/lib.rs", "fn f() {}"),
        ];
        let root = 3 + 9 + 3;
        assert_eq!(in_files("a", &files), Ok(Count { files: 3, tokens: root + 12 }));
        assert_eq!(in_files("a/src/testing.rs", &files), Ok(Count { files: 1, tokens: 6 }));
        assert_eq!(in_files("a/src/search", &files), Ok(Count::default()));
        assert_eq!(in_files(".", &files), Ok(Count { files: 4, tokens: root + 18 }));
        assert!(in_files("c", &files).is_err());
    }
}
