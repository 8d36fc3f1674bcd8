//! Resolves the paths in a crate's code to modules or to the file that defines the item, through re-exports.
//!
//! Out of scope: visibility other than that of imports, function scopes, and namespaces: a name shared by a function
//! and a type resolves to both.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, ItemUse, UseTree, Visibility};

use crate::module_tree::ModuleTree;

/// Meaning of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Module(usize),
    /// An item defined in the file of this module.
    Item(usize),
}

/// One name that a `use` imports, or all names for `None`.
#[derive(Debug, Clone)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    name: Option<String>,
    pub(super) is_public: bool,
}

#[derive(Default)]
struct Scope {
    items: BTreeSet<String>,
    macros: BTreeSet<String>,
    imports: Vec<Import>,
}

/// All names of a crate.
pub(super) struct Names<'a> {
    tree: &'a ModuleTree,
    scopes: Vec<Scope>,
    /// Macros that `#[macro_export]` places at the root, with their modules.
    exported: BTreeMap<String, usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(tree: &'a ModuleTree) -> Self {
        let mut scopes: Vec<Scope> = tree.modules.iter().map(|_| Scope::default()).collect();
        let mut exported = BTreeMap::new();
        for (id, (module, scope)) in tree.modules.iter().zip(&mut scopes).enumerate() {
            for item in &module.items {
                match item {
                    Item::Use(item) => scope.imports.extend(imports(item)),
                    Item::Macro(item) => match item.ident.as_ref().map(ToString::to_string) {
                        None => scope.items.extend(defined_by_call(item.mac.tokens.clone())),
                        Some(name) => {
                            if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                                exported.insert(name.clone(), id);
                            }
                            scope.macros.insert(name);
                        }
                    },
                    item => scope.items.extend(defined(item)),
                }
            }
        }
        Self { tree, scopes, exported }
    }

    /// Adds a function's imports as if they were the module's.
    pub(super) fn add(&mut self, module: usize, imports: Vec<Import>) {
        if let Some(scope) = self.scopes.get_mut(module) {
            scope.imports.extend(imports);
        }
    }

    pub(super) fn imports(&self, module: usize) -> &[Import] {
        self.scopes.get(module).map_or(&[], |scope| &scope.imports)
    }

    /// Meaning of a path in a module; empty if it leaves the crate.
    pub(super) fn resolve(&self, module: usize, path: &[String]) -> BTreeSet<Target> {
        self.walk(module, path, &mut Vec::new())
    }

    /// The module whose macro is in textual scope here: this one, an enclosing one, or a sibling declared with
    /// `#[macro_use]`.
    pub(super) fn macro_in_scope(&self, module: usize, name: &str) -> Option<usize> {
        let mut next = Some(module);
        while let Some(id) = next {
            if self.defines_macro(id, name) {
                return Some(id);
            }
            let around = self.tree.modules.get(id)?;
            let neighbours = around.children.values();
            if let Some(found) = neighbours.copied().find_map(|child| self.macro_used(child, name)) {
                return Some(found);
            }
            next = around.parent;
        }
        None
    }

    fn macro_used(&self, module: usize, name: &str) -> Option<usize> {
        let used = self.tree.modules.get(module).filter(|module| module.exports_macros)?;
        if self.defines_macro(module, name) {
            return Some(module);
        }
        used.children.values().find_map(|child| self.macro_used(*child, name))
    }

    fn defines_macro(&self, module: usize, name: &str) -> bool {
        self.scopes.get(module).is_some_and(|scope| scope.macros.contains(name))
    }

    /// `open` holds the lookups in progress, because re-exports can be circular.
    fn walk(&self, module: usize, path: &[String], open: &mut Vec<(usize, String)>) -> BTreeSet<Target> {
        let mut rest = path.iter();
        let mut targets = BTreeSet::new();
        match rest.next().map(String::as_str) {
            None => return targets,
            Some("crate") => drop(targets.insert(Target::Module(0))),
            Some("self") => drop(targets.insert(Target::Module(module))),
            Some("super") => targets.extend(self.parent(module)),
            Some(name) => targets = self.look_up(module, name, module, open),
        }
        for segment in rest {
            let mut next = BTreeSet::new();
            for target in targets {
                match target {
                    Target::Module(id) if segment == "super" => next.extend(self.parent(id)),
                    Target::Module(id) if segment == "self" => drop(next.insert(Target::Module(id))),
                    Target::Module(id) => next.extend(self.look_up(id, segment, module, open)),
                    // A variant or associated item belongs to its type.
                    Target::Item(id) => drop(next.insert(Target::Item(id))),
                }
            }
            targets = next;
        }
        targets
    }

    fn parent(&self, module: usize) -> Option<Target> {
        self.tree.modules.get(module)?.parent.map(Target::Module)
    }

    /// Meaning of a name in a module, as visible from the module `from`.
    fn look_up(&self, module: usize, name: &str, from: usize, open: &mut Vec<(usize, String)>) -> BTreeSet<Target> {
        let mut found = BTreeSet::new();
        let question = (module, name.to_owned());
        let (Some(declared), Some(scope)) = (self.tree.modules.get(module), self.scopes.get(module)) else {
            return found;
        };
        if open.contains(&question) {
            return found;
        }
        open.push(question);
        found.extend(declared.children.get(name).copied().map(Target::Module));
        if scope.items.contains(name) || scope.macros.contains(name) {
            found.insert(Target::Item(module));
        }
        let is_inside = self.is_inside(from, module);
        let visible = || scope.imports.iter().filter(|import| import.is_public || is_inside);
        for import in visible().filter(|import| import.name.as_deref() == Some(name)) {
            found.extend(self.walk(module, &import.path, open));
        }
        if module == 0 {
            found.extend(self.exported.get(name).copied().map(Target::Item));
        }
        // A named import shadows glob imports.
        if found.is_empty() {
            for import in visible().filter(|import| import.name.is_none()) {
                for target in self.walk(module, &import.path, open) {
                    if let Target::Module(id) = target {
                        found.extend(self.look_up(id, name, from, open));
                    }
                }
            }
        }
        open.pop();
        found
    }

    fn is_inside(&self, module: usize, ancestor: usize) -> bool {
        let mut next = Some(module);
        while let Some(id) = next {
            if id == ancestor {
                return true;
            }
            next = self.tree.modules.get(id).and_then(|module| module.parent);
        }
        false
    }
}

/// The imports of a `use` item.
pub(super) fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    // `::name` is another crate.
    if item.leading_colon.is_none() {
        let is_public = !matches!(item.vis, Visibility::Inherited);
        flatten(&item.tree, &mut Vec::new(), is_public, &mut found);
    }
    found
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, is_public: bool, found: &mut Vec<Import>) {
    let mut push = |path: Vec<String>, name: Option<String>| found.push(Import { path, name, is_public });
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            flatten(&tree.tree, path, is_public, found);
            path.pop();
        }
        // `a::{self}` names `a`.
        UseTree::Name(tree) if tree.ident == "self" => push(path.clone(), path.last().cloned()),
        UseTree::Name(tree) => {
            let name = tree.ident.to_string();
            push([path.as_slice(), std::slice::from_ref(&name)].concat(), Some(name));
        }
        UseTree::Rename(tree) => {
            let mut full = path.clone();
            if tree.ident != "self" {
                full.push(tree.ident.to_string());
            }
            push(full, Some(tree.rename.to_string()));
        }
        UseTree::Glob(_) => push(path.clone(), None),
        UseTree::Group(tree) => tree.items.iter().for_each(|tree| flatten(tree, path, is_public, found)),
    }
}

/// Names that an item defines in its module.
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Names that a macro call defines, as far as its tokens show: `pub enum Name` among them.
fn defined_by_call(tokens: TokenStream) -> Vec<String> {
    const KEYWORDS: &[&str] = &["const", "enum", "fn", "static", "struct", "trait", "type", "union"];
    let mut names = Vec::new();
    let mut follows_keyword = false;
    for token in tokens {
        let TokenTree::Ident(ident) = token else {
            follows_keyword = false;
            continue;
        };
        let name = ident.to_string();
        let is_keyword = KEYWORDS.contains(&name.as_str());
        if follows_keyword && !is_keyword {
            names.push(name);
        }
        follows_keyword = is_keyword;
    }
    names
}
