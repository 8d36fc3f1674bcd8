//! What generated code uses of `hostkit-proto`: the paths that it names and the methods that it calls are listed in
//! `surface.txt`.
//!
//! `HOSTKIT_BLESS=1` writes the list: what is added or taken away there changes what code generated before depends on.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::{apis, package, sources};
use hostkit_codegen::Specs;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Item, UseTree};

const LIST: &str = "surface.txt";
const CRATE: &str = "hostkit_proto";

/// What the files of an API use.
#[derive(Default)]
struct Used {
    paths: BTreeSet<String>,
    methods: BTreeSet<String>,
    /// The functions that the files declare themselves.
    own: BTreeSet<String>,
}

impl Used {
    fn file(&mut self, text: &str) {
        let file = syn::parse_file(text).expect("generated code is Rust");
        let mut imports = BTreeMap::from([(CRATE.to_owned(), CRATE.to_owned())]);
        for item in &file.items {
            if let Item::Use(item) = item {
                imported(&item.tree, "", &mut imports);
            }
        }
        imports.retain(|_, path| path.starts_with(CRATE));
        self.paths.extend(imports.values().filter(|path| *path != CRATE).cloned());
        let tokens: TokenStream = text.parse().expect("tokens");
        self.tokens(tokens, &imports);
    }

    fn tokens(&mut self, tokens: TokenStream, imports: &BTreeMap<String, String>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let punctuation = |at: usize| match tokens.get(at) {
            Some(TokenTree::Punct(punct)) => punct.as_char(),
            _ => ' ',
        };
        let name = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let is_path = |at: usize| punctuation(at) == ':' && punctuation(at + 1) == ':';
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream(), imports),
                TokenTree::Ident(ident) => {
                    let before = at.checked_sub(1).map_or(' ', punctuation);
                    // Braces behind a field are the block of a condition.
                    let is_called = matches!(
                        tokens.get(at + 1),
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis
                    );
                    if at > 0 && name(at - 1).as_deref() == Some("fn") {
                        self.own.insert(ident.to_string());
                    } else if before == '.' && (is_path(at + 1) || is_called) {
                        self.methods.insert(ident.to_string());
                    } else if before != ':' && before != '.' {
                        let Some(start) = imports.get(&ident.to_string()) else { continue };
                        let (mut path, mut end) = (start.clone(), at + 1);
                        while let Some(next) = is_path(end).then(|| name(end + 2)).flatten() {
                            path = format!("{path}::{next}");
                            end += 3;
                        }
                        if path != CRATE {
                            self.paths.insert(path);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The names that a `use` brings, with their paths.
fn imported(tree: &UseTree, above: &str, imports: &mut BTreeMap<String, String>) {
    let below = |name: &syn::Ident| if above.is_empty() { name.to_string() } else { format!("{above}::{name}") };
    match tree {
        UseTree::Path(path) => imported(&path.tree, &below(&path.ident), imports),
        UseTree::Name(name) => drop(imports.insert(name.ident.to_string(), below(&name.ident))),
        UseTree::Rename(name) => drop(imports.insert(name.rename.to_string(), below(&name.ident))),
        UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, above, imports)),
        _ => {}
    }
}

fn used() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut paths, mut methods) = (BTreeSet::new(), BTreeSet::new());
    for api in apis() {
        let sources = sources(&api);
        let specs = Specs::read(&api, &sources).unwrap_or_else(|error| panic!("{}", error.render(&sources, false)));
        let mut used = Used::default();
        specs.rust().files().for_each(|(_, text)| used.file(text));
        paths.extend(used.paths);
        methods.extend(used.methods.difference(&used.own).cloned());
    }
    (paths, methods)
}

const HEAD: &str = "\
# What generated code uses of hostkit-proto. A test compares; HOSTKIT_BLESS=1 writes it. Whatever is taken away here, code
# that was generated before does not survive: see FORMAT in hostkit-proto/src/generated.rs.
";

#[test]
fn generated_code_uses_what_is_listed() {
    let (paths, methods) = used();
    assert!(paths.len() > 100 && methods.len() > 50, "{} paths, {} methods", paths.len(), methods.len());
    let lines = |all: &BTreeSet<String>| all.iter().map(|line| format!("{line}\n")).collect::<String>();
    let found = format!(
        "{HEAD}\n# Paths\n{}\n# Methods, those of the standard library too\n{}",
        lines(&paths),
        lines(&methods)
    );
    let path = package().join(LIST);
    if std::env::var_os("HOSTKIT_BLESS").is_some() {
        fs::write(&path, &found).expect("writing the list");
    }
    let listed = fs::read_to_string(&path).unwrap_or_default();
    let (listed, found): (BTreeSet<&str>, BTreeSet<&str>) = (listed.lines().collect(), found.lines().collect());
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "codegen/{LIST} lacks {new:?}, and has without need {gone:?}");
}
