//! Checks that every example that tells outcomes apart names each of them, so that none is taken for another.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Arm, Expr, ExprLet, ExprMatch, Pat, Path as Name};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const OUTCOMES: [&str; 5] = ["Accepted", "Done", "NotSent", "Rejected", "Unresolved"];

/// The files below a folder whose names end so, without those of a build.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let is_built = path.file_name().is_some_and(|name| name == "target" || name == "generated");
            found.extend(if is_built { Vec::new() } else { files(&path, end) });
        } else if path.to_str().is_some_and(|path| path.ends_with(end)) {
            found.push(path);
        }
    }
    found
}

/// The Rust code blocks of a page, with the lines that it hides.
fn blocks<'t>(page: impl Iterator<Item = &'t str>) -> Vec<String> {
    let (mut blocks, mut open): (Vec<String>, Option<bool>) = (Vec::new(), None);
    for line in page {
        let line = line.trim_start();
        match (line.strip_prefix("```"), open) {
            (Some(language), None) => {
                let is_rust = language.is_empty() || language.starts_with("rust") || language.starts_with("no_run");
                blocks.extend(is_rust.then(String::new));
                open = Some(is_rust);
            }
            (Some(_), Some(_)) => open = None,
            (None, Some(true)) => {
                let code = line.strip_prefix("# ").unwrap_or(if line == "#" { "" } else { line });
                if let Some(block) = blocks.last_mut() {
                    block.push_str(code);
                    block.push('\n');
                }
            }
            (None, _) => {}
        }
    }
    blocks
}

/// Where examples stand, and their code: programs, pages, and the documentation of the crates.
fn examples() -> Vec<(String, String)> {
    let root = Path::new(ROOT);
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let mut examples = Vec::new();
    for path in files(&root.join("examples"), ".rs") {
        if !path.starts_with(root.join("examples/tests")) {
            examples.push((path.clone(), read(&path)));
        }
    }
    let mut pages = vec![root.join("README.md"), root.join("codegen/README.md")];
    pages.extend(
        files(&root.join("docs"), ".md").into_iter().filter(|page| !page.starts_with(root.join("docs/reference"))),
    );
    pages.extend(files(&root.join("crates"), "README.md"));
    for path in pages {
        examples.extend(blocks(read(&path).lines()).into_iter().map(|block| (path.clone(), block)));
    }
    for path in files(&root.join("crates"), ".rs") {
        let text = read(&path);
        let lines = text.lines().map(str::trim_start);
        let documentation = lines.filter_map(|line| line.strip_prefix("///").or_else(|| line.strip_prefix("//!")));
        examples.extend(blocks(documentation).into_iter().map(|block| (path.clone(), block)));
    }
    let named = examples.into_iter().filter(|(_, code)| code.contains("Outcome::"));
    named.map(|(path, code)| (path.strip_prefix(root).unwrap().display().to_string(), code)).collect()
}

/// The outcomes that a pattern names.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl<'ast> Visit<'ast> for Named {
    fn visit_path(&mut self, path: &'ast Name) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let [.., outcome, name] = names.as_slice() {
            self.0.extend((outcome == "Outcome").then(|| name.clone()));
        }
        visit::visit_path(self, path);
    }
}

fn named(pattern: &Pat) -> BTreeSet<String> {
    let mut named = Named::default();
    named.visit_pat(pattern);
    named.0
}

/// The choices between outcomes in a program, and what is wrong with them.
#[derive(Default)]
struct Choices {
    seen: usize,
    wrong: Vec<String>,
}

impl Choices {
    fn of(code: &str) -> Self {
        let as_statements = || syn::parse_file(&format!("fn example() {{ {code} }}"));
        let file = syn::parse_file(code).or_else(|_| as_statements()).expect("an example is Rust");
        let mut choices = Self::default();
        choices.visit_file(&file);
        choices
    }
}

fn takes_anything(arm: &Arm) -> bool {
    matches!(&arm.pat, Pat::Wild(_) | Pat::Ident(_))
}

impl<'ast> Visit<'ast> for Choices {
    fn visit_expr_match(&mut self, choice: &'ast ExprMatch) {
        let names: BTreeSet<String> = choice.arms.iter().flat_map(|arm| named(&arm.pat)).collect();
        if !names.is_empty() {
            self.seen += 1;
            let missing: Vec<&str> = OUTCOMES.into_iter().filter(|outcome| !names.contains(*outcome)).collect();
            if !missing.is_empty() {
                self.wrong.push(format!("a match without {}", missing.join(", ")));
            }
            if choice.arms.iter().any(takes_anything) {
                self.wrong.push("a match with an arm for anything else".to_owned());
            }
        }
        visit::visit_expr_match(self, choice);
    }

    /// `if let` does nothing about the other outcomes; `let … else` and `assert!(matches!(…))` end the example.
    fn visit_expr_let(&mut self, condition: &'ast ExprLet) {
        if !named(&condition.pat).is_empty() && matches!(*condition.expr, Expr::MethodCall(_) | Expr::Await(_)) {
            self.wrong.push("an `if let` that says nothing of the other outcomes".to_owned());
        }
        visit::visit_expr_let(self, condition);
    }
}

#[test]
fn every_example_handles_every_outcome() {
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for (place, code) in examples() {
        let choices = Choices::of(&code);
        wrong.extend(choices.wrong.into_iter().map(|why| format!("{place}: {why}")));
        seen.extend((choices.seen > 0).then_some(place));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let wanted = [
        "README.md",
        "crates/hostkit-reqwest/README.md",
        "crates/hostkit-ureq/README.md",
        "crates/hostkit/README.md",
        "docs/first-order.md",
        "examples/blocking.rs",
        "examples/record_deletion.rs",
        "examples/ticket.rs",
    ];
    let unseen: Vec<&str> = wanted.into_iter().filter(|place| !seen.contains(*place)).collect();
    assert!(unseen.is_empty(), "no choice between outcomes was found in {unseen:?}, only in {seen:?}");
}

#[test]
fn what_swallows_an_outcome_is_found() {
    let wrong = |code: &str| Choices::of(code).wrong;
    let all =
        "Outcome::Done(_) | Outcome::Accepted(..) => 1, Outcome::Rejected(_) => 2, hostkit::Outcome::NotSent(_) => 3,";
    assert!(wrong(&format!("match x {{ {all} Outcome::Unresolved(_) => 4 }}")).is_empty());
    assert_eq!(wrong(&format!("match x {{ {all} }}")), ["a match without Unresolved"]);
    assert_eq!(wrong(&format!("match x {{ {all} Outcome::Unresolved(_) => 4, _ => 5 }}")).len(), 1);
    assert_eq!(wrong("match x { Some(Outcome::Done(_)) => 1, other => 2 }").len(), 2);
    assert_eq!(wrong("if let Outcome::Done(_) = client.perform(&order).await {}").len(), 1);
    assert!(wrong("let Outcome::Done(_) = client.perform(&order) else { panic!() };").is_empty());
    assert_eq!(
        blocks("a\n```rust,no_run\n# use x;\nfn f() {}\n```\n```sh\nls\n```\n".lines()),
        ["use x;\nfn f() {}\n"]
    );
}
