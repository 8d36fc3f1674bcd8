//! The cycle check on small made-up crates.

use std::collections::BTreeSet;

use super::*;

/// The cycles of a crate with these files.
fn cycles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let sources: Sources =
        files.iter().map(|(path, text)| (format!("crates/a/src/{path}"), (*text).to_owned())).collect();
    let found = of_package("a", "crates/a", &sources).expect("Rust");
    found.iter().map(|cycle| cycle.files.iter().map(|file| file.replace("src/", "")).collect()).collect()
}

const NONE: &[Vec<String>] = &[];

#[test]
fn two_files_that_use_each_other_are_a_cycle() {
    let files = [
        ("lib.rs", "mod base; mod one; mod two; mod three;"),
        ("base.rs", "pub struct Base;"),
        ("one.rs", "use crate::{base::Base, two::Two}; pub struct One;"),
        ("two.rs", "pub struct Two; fn f(_: crate::one::One) {}"),
        ("three.rs", "use crate::one::One;"),
    ];
    assert_eq!(cycles_of(&files), [["one.rs", "two.rs"]]);
}

#[test]
fn a_declaration_is_no_use() {
    let files = [("lib.rs", "pub mod one; pub struct Root;"), ("one.rs", "use super::Root;")];
    assert_eq!(cycles_of(&files), NONE);
    let files = [("lib.rs", "pub mod one; pub struct Root(one::One);"), ("one.rs", "use super::Root; pub struct One;")];
    assert_eq!(cycles_of(&files), [["lib.rs", "one.rs"]]);
}

#[test]
fn a_reexport_is_looked_through() {
    // `Error` of the root is that of error.rs, so no file uses the root, which alone uses all.
    let files = [
        ("lib.rs", "mod error; mod call; pub use error::Error; pub use call::Call; fn f(_: Call) {}"),
        ("error.rs", "pub struct Error;"),
        ("call.rs", "use crate::Error; pub struct Call;"),
    ];
    assert_eq!(cycles_of(&files), NONE);
    let files = [
        ("lib.rs", "mod error; mod call; pub use error::Error as Failure; pub use call::Call;"),
        ("error.rs", "pub struct Error(crate::Call);"),
        ("call.rs", "pub struct Call(crate::Failure);"),
    ];
    assert_eq!(cycles_of(&files), [["call.rs", "error.rs"]]);
}

#[test]
fn handing_an_item_on_is_no_use() {
    let files = [
        ("lib.rs", "mod deep; pub use deep::Thing; pub struct Root;"),
        ("deep/mod.rs", "mod inner; pub(crate) use inner::Thing; pub struct Near;"),
        ("deep/inner.rs", "use super::Near; use crate::Root; pub struct Thing;"),
    ];
    assert_eq!(cycles_of(&files), NONE);
}

#[test]
fn a_reexport_of_a_reexport_is_looked_through() {
    let files = [
        ("lib.rs", "mod deep; mod user; pub use deep::Thing;"),
        ("deep/mod.rs", "mod inner; pub use inner::Thing; pub struct Near;"),
        ("deep/inner.rs", "use crate::user::User; pub struct Thing;"),
        ("user.rs", "use crate::Thing; pub struct User;"),
    ];
    assert_eq!(cycles_of(&files), [["deep/inner.rs", "user.rs"]]);
}

#[test]
fn globs_are_looked_through() {
    let files = [
        ("lib.rs", "mod parts; mod user;"),
        ("parts/mod.rs", "mod inner; pub use inner::*;"),
        ("parts/inner.rs", "use crate::user::*; pub struct Thing(User);"),
        ("user.rs", "use crate::parts::*; pub struct User(Thing);"),
    ];
    assert_eq!(cycles_of(&files), [["parts/inner.rs", "user.rs"]]);
    // A glob alone uses nothing: only named items count.
    let files = [
        ("lib.rs", "mod one; mod two;"),
        ("one.rs", "use crate::two::*; pub struct One;"),
        ("two.rs", "use crate::one::One; pub struct Two;"),
    ];
    assert_eq!(cycles_of(&files), NONE);
}

#[test]
fn private_imports_of_others_are_not_reexports() {
    // `Name` of other.rs comes from a third crate: what one.rs imports for itself is not brought in by the glob.
    let files = [
        ("lib.rs", "mod one; mod other; mod two;"),
        ("one.rs", "use crate::two::Name; pub struct One;"),
        ("two.rs", "pub struct Name; fn f(_: crate::other::Other) {}"),
        ("other.rs", "use crate::one::*; pub struct Other(Name);"),
    ];
    assert_eq!(cycles_of(&files), NONE);
}

#[test]
fn super_leads_to_the_parent() {
    let files = [
        ("lib.rs", "mod outer;"),
        ("outer/mod.rs", "mod one; mod two; struct Shared; fn f() { one::run() }"),
        ("outer/one.rs", "use super::two::Two; pub fn run() {}"),
        ("outer/two.rs", "use super::Shared; pub struct Two;"),
    ];
    assert_eq!(cycles_of(&files), [["outer/mod.rs", "outer/one.rs", "outer/two.rs"]]);
    let files = [
        ("lib.rs", "mod outer; mod near; pub struct Root(near::Near);"),
        ("outer/mod.rs", "mod one;"),
        ("outer/one.rs", "mod inline { use super::super::super::Root; }"),
        ("near.rs", "pub struct Near;"),
    ];
    assert_eq!(cycles_of(&files), NONE);
}

#[test]
fn modules_and_functions_resolve_what_they_import() {
    let files = [
        ("lib.rs", "mod one; mod two;"),
        ("one.rs", "use crate::two; pub fn run() { two::deep::act(); } pub struct One;"),
        ("two/mod.rs", "pub mod deep; use crate::one::One;"),
        ("two/deep.rs", "pub fn act() { use super::super::one as first; first::run(); }"),
    ];
    assert_eq!(cycles_of(&files), [["one.rs", "two/deep.rs"]]);
}

#[test]
fn tests_are_no_uses() {
    let files = [
        ("lib.rs", "mod one; mod two; #[cfg(test)] mod checks;"),
        ("one.rs", "use crate::two::Two; pub struct One;"),
        ("two.rs", "pub struct Two; #[cfg(test)] mod tests { use crate::one::One; } #[cfg(test)] use crate::one::One;"),
        ("checks.rs", "use crate::one::One;"),
    ];
    assert_eq!(cycles_of(&files), NONE);
    let not_only_tests = ("two.rs", "pub struct Two; #[cfg(not(test))] use crate::one::One;");
    assert_eq!(cycles_of(&[files[0], files[1], not_only_tests]), [["one.rs", "two.rs"]]);
}

#[test]
fn paths_in_macros_are_uses() {
    let files = [
        ("lib.rs", "mod one; mod two;"),
        ("one.rs", "pub fn limit() -> u8 { assert!(x.two < crate::two::LIMIT); 1 }"),
        ("two.rs", "use super::one; pub const LIMIT: u8 = 1; fn f() { println!(\"{}\", [..one::limit()]) }"),
    ];
    assert_eq!(cycles_of(&files), [["one.rs", "two.rs"]]);
    // A name after a dot is a field or a method.
    let field = ("two.rs", "use super::one; pub const LIMIT: u8 = 1; fn f(x: X) { println!(\"{}\", x.one) }");
    assert_eq!(cycles_of(&[files[0], files[1], field]), NONE);
}

#[test]
fn macros_are_items() {
    let files = [
        ("lib.rs", "#[macro_use] mod rules; mod made; mod user; mod exported;"),
        ("rules.rs", "macro_rules! near { () => { $crate::made::Made } }"),
        ("made.rs", "near_type! { pub struct Made } fn f() { near!() }"),
        ("exported.rs", "#[macro_export] macro_rules! far { () => { $crate::user::User } }"),
        ("user.rs", "pub struct User; fn f() { crate::far!() }"),
    ];
    assert_eq!(cycles_of(&files), [["exported.rs", "user.rs"], ["made.rs", "rules.rs"]]);
}

#[test]
fn reexports_in_a_circle_end() {
    let files = [
        ("lib.rs", "mod one; mod two;"),
        ("one.rs", "pub use crate::two::*; pub struct One; fn f(_: Two, _: Nothing) {}"),
        ("two.rs", "pub use crate::one::*; pub struct Two; fn f(_: One) {}"),
    ];
    assert_eq!(cycles_of(&files), [["one.rs", "two.rs"]]);
}

#[test]
fn a_program_beside_a_library_is_a_crate_of_its_own() {
    let files = [
        ("lib.rs", "pub mod one;"),
        ("main.rs", "mod one; struct Main; fn main() { one::run() }"),
        ("one.rs", "pub fn run() {} fn f(_: crate::Main) {}"),
    ];
    assert_eq!(cycles_of(&files), [["main.rs", "one.rs"]]);
}

fn set(files: &[&str]) -> BTreeSet<String> {
    files.iter().map(|file| (*file).to_owned()).collect()
}

fn cycle(files: &[&str]) -> Cycle {
    Cycle { package: "a".to_owned(), files: set(files), way: vec!["around".to_owned()] }
}

fn entry(files: &[&str]) -> Entry {
    Entry { package: "a".to_owned(), reason: "to be untied".to_owned(), files: set(files) }
}

#[test]
fn a_listed_cycle_is_no_finding_and_a_new_or_larger_one_is() {
    let listed = [entry(&["x", "y"])];
    assert_eq!(findings(&[cycle(&["x", "y"])], &listed), Vec::<String>::new());
    let found = findings(&[cycle(&["x", "y", "z"])], &listed);
    assert!(found[0].contains("does not list: x, y, z; one way around:\n  around"), "{found:?}");
    assert!(found[1].contains("is gone"), "{found:?}");
    let other_crate = Cycle { package: "b".to_owned(), ..cycle(&["x", "y"]) };
    assert!(findings(&[cycle(&["x", "y"]), other_crate], &listed)[0].starts_with("b: a dependency cycle"));
}

#[test]
fn an_entry_has_to_shrink_with_its_cycle() {
    let listed = [entry(&["u", "v", "x", "y", "z"])];
    let split = [cycle(&["u", "v"]), cycle(&["x", "y"])];
    let found = findings(&split, &listed);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|finding| finding.contains("5 files became one of 2: shrink the entry")), "{found:?}");
    assert!(findings(&[], &listed)[0].contains("is gone: remove the entry"));
    assert_eq!(shrunk(&split, &listed), [entry(&["u", "v"]), entry(&["x", "y"])]);
    assert_eq!(shrunk(&[cycle(&["n", "m"])], &listed), [], "nothing is added");
}

#[test]
fn an_entry_has_a_reason() {
    let silent = Entry { reason: " ".to_owned(), ..entry(&["x", "y"]) };
    assert!(findings(&[cycle(&["x", "y"])], &[silent])[0].contains("has no reason"));
}

#[test]
fn the_list_is_written_as_it_is_read() {
    let entries = [entry(&["src/x.rs", "src/y.rs"]), entry(&["src/\"z\".rs"])];
    let list: List = toml::from_str(&text_of(&entries)).unwrap();
    assert_eq!(list.cycle, entries);
}
