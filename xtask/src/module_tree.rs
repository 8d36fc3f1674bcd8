//! The modules of a crate as its files declare them, without test-only code.
//!
//! Sources come from a map and not from the disk, so that git revisions and made-up test crates are read alike. A
//! module whose file is missing is left out with everything below it.

use std::collections::{BTreeMap, BTreeSet};

use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Fields, ImplItem, Item, Lit, Meta, Stmt, Token, TraitItem};

/// Texts by their paths from the root of the workspace.
pub(crate) type Sources = BTreeMap<String, String>;

/// The modules of one crate; the first is its root.
#[derive(Default)]
pub(crate) struct ModuleTree {
    pub(crate) modules: Vec<Module>,
    /// Files of modules declared under `#[cfg(test)]`, without extension: their child modules are in the folder of that
    /// name.
    test_files: BTreeSet<String>,
}

/// A module: a file, or an inline part of its parent's file.
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) items: Vec<Item>,
    /// Whether `#[macro_use]` brings its macros into scope after its declaration.
    pub(crate) exports_macros: bool,
}

/// The crate roots of a package: its library and its programs.
pub(crate) fn roots(package: &str, sources: &Sources) -> Vec<String> {
    let folder = format!("{package}/src/");
    let is_root = |path: &&String| {
        let Some(name) = path.strip_prefix(&folder) else { return false };
        let program = name.strip_prefix("bin/");
        let is_program = |name: &str| match name.split_once('/') {
            Some((_, rest)) => rest == "main.rs",
            None => name.ends_with(".rs"),
        };
        matches!(name, "lib.rs" | "main.rs") || program.is_some_and(is_program)
    };
    sources.keys().filter(is_root).cloned().collect()
}

impl ModuleTree {
    /// Follows the declarations from a crate root.
    pub(crate) fn read(root: &str, sources: &Sources) -> Result<Self, String> {
        let mut tree = Self::default();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        tree.add_file(root, folder, None, false, sources)?;
        Ok(tree)
    }

    /// Whether a file is compiled for tests only.
    pub(crate) fn is_of_tests(&self, file: &str) -> bool {
        let is_below =
            |test: &String| file.strip_prefix(test.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
        self.test_files.iter().any(is_below)
    }

    /// Adds a file and all that it declares; `folder` holds the files of its child modules.
    fn add_file(
        &mut self,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        exports_macros: bool,
        sources: &Sources,
    ) -> Result<usize, String> {
        let text = sources.get(file).ok_or_else(|| format!("{file}: no such file"))?;
        let parsed = syn::parse_file(text).map_err(|error| format!("{file}: {error}"))?;
        self.add_module(file, folder, parent, exports_macros, parsed.items, sources)
    }

    fn add_module(
        &mut self,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        exports_macros: bool,
        items: Vec<Item>,
        sources: &Sources,
    ) -> Result<usize, String> {
        let id = self.modules.len();
        let (children, items) = (BTreeMap::new(), items);
        self.modules.push(Module { file: file.to_owned(), parent, children, items: Vec::new(), exports_macros });
        let mut kept = Vec::new();
        for item in items {
            let Item::Mod(declared) = item else {
                kept.push(item);
                continue;
            };
            let name = declared.ident.to_string();
            let below = join(folder, &name);
            let exports = declared.attrs.iter().any(|attribute| attribute.path().is_ident("macro_use"));
            let is_test = is_only_for_tests(&declared.attrs);
            match declared.content {
                Some(_) if is_test => {}
                Some((_, items)) => {
                    let child = self.add_module(file, &below, Some(id), exports, items, sources)?;
                    self.link(id, name, child);
                }
                None => {
                    let (path, below) = match given_path(&declared.attrs) {
                        Some(path) => {
                            let path = relative(file, &path);
                            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                            (path, folder)
                        }
                        None if sources.contains_key(&format!("{below}.rs")) => (format!("{below}.rs"), below),
                        None => (format!("{below}/mod.rs"), below),
                    };
                    if is_test {
                        let stem = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs")).unwrap_or(&path);
                        self.test_files.insert(stem.to_owned());
                    } else if sources.contains_key(&path) {
                        let child = self.add_file(&path, &below, Some(id), exports, sources)?;
                        self.link(id, name, child);
                    }
                }
            }
        }
        without_tests(&mut kept);
        if let Some(module) = self.modules.get_mut(id) {
            module.items = kept;
        }
        Ok(id)
    }

    fn link(&mut self, parent: usize, name: String, child: usize) {
        if let Some(module) = self.modules.get_mut(parent) {
            module.children.insert(name, child);
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The value of `#[path = "…"]`.
fn given_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// Resolves a path relative to the folder of `file`.
fn relative(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Removes test-only items.
pub(crate) fn without_tests(items: &mut Vec<Item>) {
    retain(items);
    items.iter_mut().for_each(|item| Remover.visit_item_mut(item));
}

fn retain(items: &mut Vec<Item>) {
    items.retain(|item| !is_only_for_tests(attributes(item)));
}

struct Remover;

impl VisitMut for Remover {
    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut module.content {
            retain(items);
        }
        visit_mut::visit_item_mod_mut(self, module);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.retain(|statement| {
            !is_only_for_tests(match statement {
                Stmt::Local(local) => &local.attrs,
                Stmt::Item(item) => attributes(item),
                Stmt::Macro(call) => &call.attrs,
                Stmt::Expr(Expr::Block(block), _) => &block.attrs,
                Stmt::Expr(Expr::If(branch), _) => &branch.attrs,
                Stmt::Expr(Expr::Call(call), _) => &call.attrs,
                Stmt::Expr(Expr::MethodCall(call), _) => &call.attrs,
                Stmt::Expr(..) => &[],
            })
        });
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_item_impl_mut(&mut self, block: &mut syn::ItemImpl) {
        block.items.retain(|item| {
            !is_only_for_tests(match item {
                ImplItem::Const(item) => &item.attrs,
                ImplItem::Fn(item) => &item.attrs,
                ImplItem::Type(item) => &item.attrs,
                ImplItem::Macro(item) => &item.attrs,
                _ => &[],
            })
        });
        visit_mut::visit_item_impl_mut(self, block);
    }

    fn visit_item_trait_mut(&mut self, declared: &mut syn::ItemTrait) {
        declared.items.retain(|item| {
            !is_only_for_tests(match item {
                TraitItem::Const(item) => &item.attrs,
                TraitItem::Fn(item) => &item.attrs,
                TraitItem::Type(item) => &item.attrs,
                TraitItem::Macro(item) => &item.attrs,
                _ => &[],
            })
        });
        visit_mut::visit_item_trait_mut(self, declared);
    }

    fn visit_fields_mut(&mut self, fields: &mut Fields) {
        match fields {
            Fields::Named(fields) => retain_in(&mut fields.named, |field| &field.attrs),
            Fields::Unnamed(fields) => retain_in(&mut fields.unnamed, |field| &field.attrs),
            Fields::Unit => {}
        }
        visit_mut::visit_fields_mut(self, fields);
    }

    fn visit_item_enum_mut(&mut self, declared: &mut syn::ItemEnum) {
        retain_in(&mut declared.variants, |variant| &variant.attrs);
        visit_mut::visit_item_enum_mut(self, declared);
    }

    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        retain_in(&mut literal.fields, |field| &field.attrs);
        visit_mut::visit_expr_struct_mut(self, literal);
    }

    fn visit_expr_match_mut(&mut self, decision: &mut syn::ExprMatch) {
        decision.arms.retain(|arm| !is_only_for_tests(&arm.attrs));
        visit_mut::visit_expr_match_mut(self, decision);
    }
}

fn retain_in<T, P: Default>(list: &mut Punctuated<T, P>, attributes: impl Fn(&T) -> &[Attribute]) {
    if list.iter().any(|element| is_only_for_tests(attributes(element))) {
        let all = std::mem::replace(list, Punctuated::new());
        list.extend(all.into_iter().filter(|element| !is_only_for_tests(attributes(element))));
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether these attributes restrict an item to test builds.
fn is_only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg");
        attribute.path().is_ident("test")
            || is_cfg && attribute.parse_args::<Meta>().is_ok_and(|meta| needs_test(&meta))
    })
}

/// Whether a condition holds in tests only.
fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::NameValue(_) => false,
        Meta::List(list) => {
            let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
                return false;
            };
            if list.path.is_ident("all") {
                parts.iter().any(needs_test)
            } else {
                list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(needs_test)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn modules_are_found_where_the_compiler_finds_them() {
        let files = [
            (
                "a/src/lib.rs",
                "mod one; mod two; mod inner { mod deep; } #[path = \"far/away.rs\"] mod other; mod gone;",
            ),
            ("a/src/one.rs", "mod child;"),
            ("a/src/one/child.rs", ""),
            ("a/src/two/mod.rs", "mod child;"),
            ("a/src/two/child.rs", ""),
            ("a/src/inner/deep.rs", ""),
            ("a/src/far/away.rs", ""),
            ("a/src/unused.rs", ""),
        ];
        let tree = ModuleTree::read("a/src/lib.rs", &sources(&files)).unwrap();
        let mut found: Vec<&str> = tree.modules.iter().map(|module| module.file.as_str()).collect();
        found.sort_unstable();
        let expected = [
            "a/src/far/away.rs",
            "a/src/inner/deep.rs",
            "a/src/lib.rs",
            "a/src/lib.rs",
            "a/src/one.rs",
            "a/src/one/child.rs",
            "a/src/two/child.rs",
            "a/src/two/mod.rs",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_only_tests_compile_is_left_out() {
        let files = [
            (
                "a/src/lib.rs",
                "#[cfg(test)] mod checks; #[cfg(all(test, unix))] mod search; #[cfg(not(test))] mod kept;",
            ),
            ("a/src/checks.rs", "mod deep;"),
            ("a/src/checks/deep.rs", ""),
            ("a/src/search/mod.rs", ""),
            ("a/src/kept.rs", "fn kept() { #[cfg(test)] seen(); #[cfg(test)] { } 1 } #[test] fn gone() {}"),
        ];
        let sources = sources(&files);
        let tree = ModuleTree::read("a/src/lib.rs", &sources).unwrap();
        let of_tests: Vec<&str> = sources.keys().map(String::as_str).filter(|file| tree.is_of_tests(file)).collect();
        assert_eq!(of_tests, ["a/src/checks.rs", "a/src/checks/deep.rs", "a/src/search/mod.rs"]);
        let kept: Vec<&Item> = tree.modules.iter().flat_map(|module| &module.items).collect();
        let [Item::Fn(function)] = kept.as_slice() else { panic!("{} items", kept.len()) };
        assert_eq!(function.block.stmts.len(), 1);
    }

    #[test]
    fn a_condition_needs_tests_or_does_not() {
        let needs = |text: &str| needs_test(&syn::parse_str(text).unwrap());
        assert!(needs("test") && needs("all(test, loom)") && needs("any(test, all(test, unix))"));
        assert!(!needs("not(test)") && !needs("any(test, feature = \"testing\")") && !needs("feature = \"test\""));
    }

    #[test]
    fn a_package_has_a_library_and_programs() {
        let files = [
            ("a/src/lib.rs", ""),
            ("a/src/main.rs", ""),
            ("a/src/bin/one.rs", ""),
            ("a/src/bin/two/main.rs", ""),
            ("a/src/bin/two/part.rs", ""),
            ("a/src/part/lib.rs", ""),
            ("b/src/lib.rs", ""),
        ];
        let found = roots("a", &sources(&files));
        assert_eq!(found, ["a/src/bin/one.rs", "a/src/bin/two/main.rs", "a/src/lib.rs", "a/src/main.rs"]);
    }
}
