//! Command `api`: the public items of each published crate as checked text in `docs/api`, so that a review sees them
//! change.
//!
//! rustdoc writes its JSON and `public-api` turns each item into a line. Generated crates are listed by item names
//! only, since their specs say the rest. Left out: derived, blanket and auto-trait implementations, and the methods and
//! constants of implemented traits.

use std::collections::{BTreeSet, HashSet};
use std::process::{Command, ExitCode};

use public_api::tokens::Token;
use public_api::{Builder, PublicItem};

use crate::command::{cargo, output, run};
use crate::manifest::{Manifest, members};
use crate::workspace::{files, read, root, target, write};

const FOLDER: &str = "docs/api";

/// Upper limit for items at the root of `hostkit`, which is for what a user types, not for the machinery.
const AT_ROOT: usize = 60;

/// Names the real `rustdoc` while cargo calls this program in its place.
const RUSTDOC: &str = "HOSTKIT_API_RUSTDOC";

/// A published crate and the file that lists its items.
struct Listed {
    manifest: Manifest,
    file: String,
}

/// Writes the lists, or compares them with `check`.
pub(crate) fn execute(check: bool) -> Result<(), String> {
    if check {
        if let Some(why) = run_job()? {
            println!("api: not compared: {why}");
        }
        return Ok(());
    }
    let crates = published()?;
    each_list(&crates, |file, text| write(&root().join(file), text).map(|()| None))
}

/// Compares the lists; returns the reason for skipping if they come from another rustc, whose output differs anyway.
pub(crate) fn run_job() -> Result<Option<String>, String> {
    let (crates, version) = (published()?, version()?);
    for Listed { file, .. } in &crates {
        let path = root().join(file);
        let of = if path.exists() { version_of(&read(&path)?) } else { None };
        if let Some(of) = of.filter(|of| *of != version) {
            return Ok(Some(format!("{file} was made by {of}, and this is {version}")));
        }
    }
    for file in files(&root().join(FOLDER))? {
        let file = format!("{FOLDER}/{file}");
        if crates.iter().all(|listed| listed.file != file) {
            return Err(format!("{file}: there is no such published crate"));
        }
    }
    each_list(&crates, |file, text| {
        let path = root().join(file);
        if path.exists() {
            Ok(difference(file, &read(&path)?, text))
        } else {
            Ok(Some(format!("{file}: missing; `cargo xtask release api` writes it")))
        }
    })?;
    Ok(None)
}

fn published() -> Result<Vec<Listed>, String> {
    let published = members()?.into_iter().filter(|manifest| manifest.is_published);
    Ok(published.map(|manifest| Listed { file: format!("{FOLDER}/{}.txt", manifest.name), manifest }).collect())
}

/// Makes every list, passes it to `act` with its file name, and fails with all findings.
fn each_list(crates: &[Listed], act: impl Fn(&str, &str) -> Result<Option<String>, String>) -> Result<(), String> {
    document()?;
    let version = version()?;
    let mut findings = Vec::new();
    for Listed { manifest, file } in crates {
        let items = items(&manifest.name)?;
        let lines = if is_generated(manifest) { names(&items) } else { lines(&items) };
        findings.extend(act(file, &text_of(&manifest.name, &version, &lines))?);
        if manifest.name == "hostkit" {
            let count = at_root(&items).len();
            println!("{count} public items at the root of hostkit, of at most {AT_ROOT}");
            if count > AT_ROOT {
                findings.push(format!("hostkit: {count} public items at the root, more than {AT_ROOT}"));
            }
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

/// Runs as `rustdoc` and enables unstable output for that process alone: build scripts look at the variable, so setting
/// it for cargo would recompile everything.
pub(crate) fn wrap() -> Option<ExitCode> {
    let rustdoc = std::env::var_os(RUSTDOC)?;
    let status = Command::new(&rustdoc).args(std::env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}: {error}", rustdoc.display());
            ExitCode::FAILURE
        }
    })
}

/// The compiler version in the form of the lists: `rustc 1.95.0`.
fn version() -> Result<String, String> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let text = output(rustc.arg("--version"))?;
    Ok(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// The version behind the last comma of the first line.
fn version_of(text: &str) -> Option<String> {
    let (_, version) = text.lines().next()?.rsplit_once(", ")?;
    Some(version.to_owned())
}

/// Makes rustdoc write JSON for the whole workspace: with the same unified features as `cargo doc`, whose build is then
/// reused.
fn document() -> Result<(), String> {
    let mut command = cargo(&["doc", "--quiet", "--workspace", "--no-deps", "--lib", "--all-features"]);
    let program = std::env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
    command.env(RUSTDOC, std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into()));
    command.env("RUSTDOC", program).env("RUSTDOCFLAGS", "-Zunstable-options --output-format=json --cap-lints=allow");
    run(&mut command)
}

fn items(package: &str) -> Result<Vec<PublicItem>, String> {
    let file = target().join("doc").join(format!("{}.json", package.replace('-', "_")));
    let builder = Builder::from_rustdoc_json(&file).omit_blanket_impls(true).omit_auto_trait_impls(true);
    let api = builder.omit_auto_derived_impls(true).build();
    Ok(api.map_err(|error| format!("{}: {error}", file.display()))?.into_items().collect())
}

fn is_generated(manifest: &Manifest) -> bool {
    root().join(&manifest.folder).join("src/generated").exists()
}

/// One line per item, without items that follow from another line.
fn lines(items: &[PublicItem]) -> Vec<String> {
    let is_impl = |item: &&PublicItem| matches!(item.tokens().next(), Some(Token::Keyword(word)) if word == "impl");
    let is_of_trait = |item: &PublicItem| item.to_string().contains(" for ");
    // `Id` implements `Eq` and `Hash`, but its crate is not a dependency, so it cannot be named.
    let traits: HashSet<_> =
        items.iter().filter(is_impl).filter(|item| is_of_trait(item)).map(PublicItem::id).collect();
    let is_type = |item: &PublicItem| item.tokens().any(|token| matches!(token, Token::Kind(word) if word == "type"));
    let follows = |item: &&PublicItem| {
        let is_of_implementation = item.parent_id().is_some_and(|parent| traits.contains(&parent));
        is_of_implementation && !is_type(item) || is_impl(item) && !is_of_trait(item)
    };
    items.iter().filter(|item| !follows(item)).map(ToString::to_string).collect()
}

/// Kinds and names of module-level items, without their members.
fn names(items: &[PublicItem]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| of_module(item.tokens()))
        .map(|(kind, path)| format!("{kind} {}", path.join("::")))
        .collect()
}

/// The names at the root of a crate.
fn at_root(items: &[PublicItem]) -> BTreeSet<String> {
    let found = items.iter().filter_map(|item| of_module(item.tokens()));
    found.filter(|(_, path)| path.len() == 2).filter_map(|(_, mut path)| path.pop()).collect()
}

/// Kind and path of a module-level item; `None` for fields, variants, methods and implementations.
fn of_module<'a>(tokens: impl Iterator<Item = &'a Token>) -> Option<(String, Vec<String>)> {
    let (mut kind, mut path) = (None, Vec::new());
    let mut is_in_type = false;
    for token in tokens {
        match token {
            Token::Annotation(_) | Token::Qualifier(_) | Token::Whitespace if path.is_empty() => {}
            Token::Kind(word) if path.is_empty() => kind = Some(word.clone()),
            Token::Identifier(name) | Token::Function(name) | Token::Type(name) => {
                if is_in_type {
                    return None;
                }
                is_in_type = matches!(token, Token::Type(_));
                path.push(name.clone());
            }
            Token::Symbol(symbol) if symbol == "::" => {}
            _ => break,
        }
    }
    Some((kind?, path)).filter(|(_, path)| !path.is_empty())
}

fn text_of(package: &str, version: &str, lines: &[String]) -> String {
    let head =
        format!("# {package}: public items with all features, written by `cargo xtask release api`, {version}\n");
    let lines = lines.iter().flat_map(|line| [line.as_str(), "\n"]);
    std::iter::once(head.as_str()).chain(lines).collect()
}

fn difference(file: &str, there: &str, wanted: &str) -> Option<String> {
    if there == wanted {
        return None;
    }
    let diff = similar::TextDiff::from_lines(there, wanted);
    let diff = diff.unified_diff().header("in the list", "in the code").context_radius(0).to_string();
    Some(format!("{file}: the public items differ; `cargo xtask release api` writes the list:\n{diff}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Token {
        match text {
            "pub" => Token::Qualifier(text.to_owned()),
            " " => Token::Whitespace,
            "struct" | "fn" | "mod" => Token::Kind(text.to_owned()),
            "::" | "<" | ": " => Token::Symbol(text.to_owned()),
            "new" => Token::Function(text.to_owned()),
            "T" => Token::Generic(text.to_owned()),
            "impl" => Token::Keyword(text.to_owned()),
            _ if text.starts_with('#') => Token::Annotation(text.to_owned()),
            _ if text.starts_with(char::is_uppercase) => Token::Type(text.to_owned()),
            _ => Token::Identifier(text.to_owned()),
        }
    }

    fn of(tokens: &[&str]) -> Option<String> {
        let tokens: Vec<Token> = tokens.iter().map(|text| token(text)).collect();
        of_module(tokens.iter()).map(|(kind, path)| format!("{kind} {}", path.join("::")))
    }

    #[test]
    fn items_of_modules_are_told_from_what_belongs_to_them() {
        let named = |tokens: &[&str]| of(tokens).unwrap_or_default();
        assert_eq!(named(&["pub", " ", "mod", " ", "a", "::", "b"]), "mod a::b");
        assert_eq!(named(&["#[x]", " ", "pub", " ", "struct", " ", "a", "::", "A", "<", "T"]), "struct a::A");
        assert_eq!(named(&["pub", " ", "fn", " ", "a", "::", "new"]), "fn a::new");
        assert_eq!(of(&["pub", " ", "fn", " ", "a", "::", "A", "::", "new"]), None);
        assert_eq!(of(&["pub", " ", "a", "::", "A", "::", "field", ": ", "A"]), None);
        assert_eq!(of(&["impl", " ", "a", "::", "A"]), None);
    }

    #[test]
    fn a_list_says_which_rustc_it_is_of() {
        let lines = ["pub mod a".to_owned(), "pub mod a::b".to_owned()];
        let text = text_of("a", "rustc 1.95.0", &lines);
        assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), lines);
        assert_eq!(version_of(&text).as_deref(), Some("rustc 1.95.0"));
        assert_eq!(version_of(""), None);
    }

    #[test]
    fn a_change_is_shown() {
        let text = |line: &str| text_of("a", "rustc 1.95.0", &[line.to_owned()]);
        assert_eq!(difference("a.txt", &text("pub mod a"), &text("pub mod a")), None);
        let shown = difference("a.txt", &text("pub mod a"), &text("pub mod b")).unwrap_or_default();
        assert!(shown.contains("-pub mod a") && shown.contains("+pub mod b"), "{shown}");
    }
}
