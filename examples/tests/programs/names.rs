//! Counts the names of ours that a program has to know: those that it imports, and the methods that it calls.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, ItemUse, Path, UseTree};

/// The public items of the crates whose methods a program calls.
const APIS: [&str; 4] = [
    include_str!("../../../docs/api/hostkit.txt"),
    include_str!("../../../docs/api/hostkit-proto.txt"),
    include_str!("../../../docs/api/hostkit-reqwest.txt"),
    include_str!("../../../docs/api/hostkit-ureq.txt"),
];

/// Methods of the standard library that some item of ours has, too.
const OF_THE_LANGUAGE: [&str; 2] = ["iter", "parse"];

/// What stands in for the hoster: a program for a real account does not have these lines.
const STAND_IN: &str = "sandbox";

fn is_ours(name: &str) -> bool {
    name == "hostkit" || name.starts_with("hostkit_") || name.ends_with("_proto")
}

fn has_method(name: &str) -> bool {
    let is_listed = |api: &&str| [format!("::{name}("), format!("::{name}<")].iter().any(|call| api.contains(call));
    !OF_THE_LANGUAGE.contains(&name) && APIS.iter().any(is_listed)
}

/// The names that a program has to know. A function belongs to its type, a variant to its enumeration, and the inputs of a
/// call are the hoster's words.
#[derive(Default)]
struct Names {
    /// What is imported, with its crate.
    imported: BTreeMap<String, String>,
    found: BTreeSet<String>,
}

impl Names {
    fn of(program: &str) -> BTreeSet<String> {
        let lines: Vec<&str> =
            program.lines().filter(|line| !line.contains(STAND_IN) || line.contains("= Client")).collect();
        let file = syn::parse_file(&lines.join("\n")).expect("a program without its sandbox is one, too");
        let mut names = Self::default();
        names.visit_file(&file);
        names.found
    }

    fn import(&mut self, root: &str, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.import(root, &path.tree),
            UseTree::Name(name) => self.has(root, &name.ident.to_string()),
            UseTree::Rename(rename) => self.has(root, &rename.rename.to_string()),
            UseTree::Glob(_) => panic!("what `*` imports cannot be counted"),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.import(root, item)),
        }
    }

    fn has(&mut self, root: &str, name: &str) {
        self.imported.insert(name.to_owned(), root.to_owned());
        self.found.insert(name.to_owned());
    }

    /// Whether a chain of methods begins with a call of an API: its setters are inputs.
    fn is_input(&self, receiver: &Expr) -> bool {
        match receiver {
            Expr::MethodCall(call) => self.is_input(&call.receiver),
            Expr::Call(call) => match &*call.func {
                Expr::Path(function) => function.path.segments.first().is_some_and(|first| {
                    let root = self.imported.get(&first.ident.to_string());
                    root.is_some_and(|root| root.ends_with("_proto"))
                }),
                _ => false,
            },
            _ => false,
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let UseTree::Path(path) = &item.tree else { return };
        let root = path.ident.to_string();
        if is_ours(&root) {
            self.import(&root, &path.tree);
        }
    }

    fn visit_path(&mut self, path: &'a Path) {
        let mut segments = path.segments.iter();
        if segments.next().is_some_and(|first| is_ours(&first.ident.to_string())) {
            let names = segments.map(|segment| segment.ident.to_string());
            let name = names.into_iter().find(|name| name.starts_with(char::is_uppercase));
            self.found.insert(name.unwrap_or_else(|| panic!("a path of ours without a type")));
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let name = call.method.to_string();
        if has_method(&name) && !self.is_input(&call.receiver) {
            self.found.insert(name);
        }
        visit::visit_expr_method_call(self, call);
    }

    /// Names stand in the arguments of `println!`, too.
    fn visit_macro(&mut self, of: &'a syn::Macro) {
        let arguments = of.parse_body_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated);
        let arguments = arguments.expect("a macro with expressions");
        arguments.iter().for_each(|argument| self.visit_expr(argument));
    }
}

fn at_most(most: usize, program: &str, known: &[&str]) {
    let names = Names::of(program);
    let known: BTreeSet<String> = known.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names, known);
    assert!(names.len() <= most, "{} names: {names:?}", names.len());
}

#[test]
fn a_first_read_has_five_names() {
    at_most(5, include_str!("../../read.rs"), &["Client", "Credentials", "GetBalance", "build", "call"]);
}

#[test]
fn a_first_order_that_can_be_recovered_has_seven_names() {
    let names = ["Client", "CreateServer", "Credentials", "Outcome", "build", "perform", "recover"];
    at_most(7, include_str!("../../blocking.rs"), &names);
}

#[test]
fn every_name_is_seen() {
    let names = Names::of(
        "use hostkit_ureq::{Client as Own, Setup};\n\
         fn f(a: hostkit::Budget) { let b = a.remaining(); println!(\"{}\", b.counters()); x.iter().parse(); }",
    );
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names, ["Budget", "Own", "Setup", "counters", "remaining"]);
}
