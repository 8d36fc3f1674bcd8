//! Uses between the files of a crate, and the cycles among them.
//!
//! Declaring a module or re-exporting an item with `pub use` is no use: a path counts for the file that defines the
//! item. Method calls where nothing names the type are not seen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::names::{Import, Names, Target, imports};
use crate::module_tree::ModuleTree;

/// For each file, the files that it uses, each with the first path that shows it.
pub(super) type Uses = BTreeMap<String, BTreeMap<String, String>>;

/// The uses between the files of a crate.
pub(super) fn uses(tree: &ModuleTree) -> Uses {
    let mut names = Names::new(tree);
    let mut collected = Vec::new();
    for (id, module) in tree.modules.iter().enumerate() {
        let mut collector = Collector::default();
        module.items.iter().for_each(|item| collector.visit_item(item));
        let private = names.imports(id).iter().filter(|import| !import.is_public);
        let local = collector.imports.iter();
        let imported: Vec<Vec<String>> = private.chain(local).map(|import| import.path.clone()).collect();
        collector.paths.extend(imported);
        names.add(id, std::mem::take(&mut collector.imports));
        collected.push(collector);
    }
    let mut uses = Uses::new();
    for (id, (module, collector)) in tree.modules.iter().zip(&collected).enumerate() {
        let used = uses.entry(module.file.clone()).or_default();
        let mut add = |target: usize, shown: String| {
            if let Some(target) = tree.modules.get(target).filter(|target| target.file != module.file) {
                used.entry(target.file.clone()).or_insert(shown);
            }
        };
        for path in &collector.paths {
            for target in names.resolve(id, path) {
                if let Target::Item(target) = target {
                    add(target, path.join("::"));
                }
            }
        }
        for name in &collector.macros {
            if let Some(target) = names.macro_in_scope(id, name) {
                add(target, format!("{name}!"));
            }
        }
    }
    uses
}

/// The paths in a module's code.
#[derive(Default)]
struct Collector {
    paths: BTreeSet<Vec<String>>,
    /// Macros called by bare name.
    macros: BTreeSet<String>,
    /// Imports inside functions.
    imports: Vec<Import>,
    depth: usize,
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.depth += 1;
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if self.depth > 0 {
            self.imports.extend(imports(item));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.paths.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_some() {
            // In a macro definition only `crate` paths are certain to mean the same as at the call.
            let from_root = paths(item.mac.tokens.clone()).into_iter();
            self.paths.extend(from_root.filter(|path| path.first().is_some_and(|first| first == "crate")));
        } else {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.macros.extend(call.path.get_ident().map(ToString::to_string));
        self.visit_path(&call.path);
        self.paths.extend(paths(call.tokens.clone()));
    }
}

/// The paths among a macro's tokens: names joined by `::`, except after a dot.
fn paths(tokens: TokenStream) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut path: Vec<String> = Vec::new();
    // Number of colons in a row, and whether the next name is a field or method.
    let (mut colons, mut follows_dot, mut is_foreign) = (0, false, false);
    let mut end = |path: &mut Vec<String>| {
        if !path.is_empty() {
            found.push(std::mem::take(path));
        }
    };
    let mut inner = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    end(&mut path);
                    is_foreign = false;
                }
                is_foreign |= follows_dot || (colons == 2 && path.is_empty());
                if !is_foreign {
                    path.push(ident.to_string());
                }
                (colons, follows_dot) = (0, false);
            }
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    ':' => colons += 1,
                    // `$crate` counts as `crate`.
                    '$' => {
                        end(&mut path);
                        colons = 0;
                    }
                    _ => {
                        end(&mut path);
                        (colons, is_foreign) = (0, false);
                    }
                }
                // Two dots are a range, after which a name starts a new path.
                follows_dot = punct.as_char() == '.' && !follows_dot;
            }
            TokenTree::Group(group) => {
                end(&mut path);
                (colons, follows_dot, is_foreign) = (0, false, false);
                inner.extend(paths(group.stream()));
            }
            TokenTree::Literal(_) => {
                end(&mut path);
                (colons, follows_dot, is_foreign) = (0, false, false);
            }
        }
    }
    end(&mut path);
    found.extend(inner);
    found
}

/// Groups of files that use each other: the strongly connected components with more than one file.
pub(super) fn cycles(uses: &Uses) -> Vec<BTreeSet<String>> {
    let mut search = Search { uses, index: BTreeMap::new(), stack: Vec::new(), found: Vec::new() };
    for file in uses.keys() {
        if !search.index.contains_key(file.as_str()) {
            search.visit(file);
        }
    }
    search.found
}

/// Tarjan's algorithm; the recursion is at most as deep as the crate has files.
struct Search<'a> {
    uses: &'a Uses,
    index: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    found: Vec<BTreeSet<String>>,
}

impl<'a> Search<'a> {
    /// Returns the lowest index reachable from the file.
    fn visit(&mut self, file: &'a str) -> usize {
        let own = self.index.len();
        self.index.insert(file, own);
        self.stack.push(file);
        let mut lowest = own;
        for next in self.uses.get(file).into_iter().flat_map(BTreeMap::keys) {
            match self.index.get(next.as_str()) {
                None => lowest = lowest.min(self.visit(next)),
                Some(index) if self.stack.contains(&next.as_str()) => lowest = lowest.min(*index),
                Some(_) => {}
            }
        }
        if lowest == own {
            let start = self.stack.iter().position(|open| *open == file).unwrap_or_default();
            let component: BTreeSet<String> = self.stack.drain(start..).map(str::to_owned).collect();
            if component.len() > 1 {
                self.found.push(component);
            }
        }
        lowest
    }
}

/// A shortest way around a cycle, one line per step.
pub(super) fn way_around(uses: &Uses, cycle: &BTreeSet<String>) -> Vec<String> {
    let ways = cycle.iter().filter_map(|start| way_back(uses, cycle, start));
    ways.min_by_key(Vec::len).unwrap_or_default()
}

fn way_back(uses: &Uses, cycle: &BTreeSet<String>, start: &str) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([(start, Vec::new())]);
    let mut seen = BTreeSet::new();
    while let Some((file, way)) = ways.pop_front() {
        for (next, shown) in uses.get(file).into_iter().flatten().filter(|(next, _)| cycle.contains(*next)) {
            let step = format!("{file} uses {next}: `{shown}`");
            let way = [way.as_slice(), std::slice::from_ref(&step)].concat();
            if next == start {
                return Some(way);
            }
            if seen.insert(next.as_str()) {
                ways.push_back((next, way));
            }
        }
    }
    None
}
