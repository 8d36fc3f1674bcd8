//! Folders of `ui/` for each diagnostic code, such as `E0104` and `E0104-word`: files laid over a small sound API, and what
//! is said of them. Every message of the source stands in one of them.
//!
//! `HOSTKIT_BLESS=1 cargo test -p hostkit-codegen --test ui` writes the expectations; a person reviews them.

mod common;
#[path = "ui/messages.rs"]
mod messages;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{files, package};
use hostkit_codegen::{Names, Sources, Specs, explain};

/// The name of the API that the cases change.
const API: &str = "tiny";

/// A file `x.absent` in a case takes the file `x` of the base away.
const ABSENT: &str = ".absent";

fn sources(cases: &[&str]) -> Sources {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for case in std::iter::once(&"base").chain(cases) {
        for (path, bytes) in files(&package().join("tests/ui").join(case)) {
            match path.strip_suffix(ABSENT) {
                Some(taken) => drop(all.remove(&format!("{API}/{taken}"))),
                None if path == "expected.txt" => {}
                None => drop(all.insert(format!("{API}/{path}"), bytes)),
            }
        }
    }
    let (specs, examples): (Vec<_>, Vec<_>) = all.into_iter().partition(|(path, _)| path.ends_with(".toml"));
    let text = |(path, bytes): (String, Vec<u8>)| (path, String::from_utf8(bytes).expect("a spec is UTF-8"));
    let names = Names { explain: "cargo xtask spec explain".to_owned(), ..Names::default() };
    Sources::new(specs.into_iter().map(text)).with_examples(examples).with_names(names)
}

fn cases() -> Vec<String> {
    let folder = fs::read_dir(package().join("tests/ui")).expect("the folder of the cases");
    let folders = folder.map(|entry| entry.expect("a case")).filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name != "base").collect();
    names.sort();
    names
}

/// The code that a case is about.
fn code(case: &str) -> &str {
    case.split('-').next().unwrap_or_default()
}

/// Every code that the sources of the generator use.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (path, bytes) in files(&package().join("src")) {
        if !path.ends_with(".rs") || path == "explain.rs" {
            continue;
        }
        let text = String::from_utf8(bytes).expect("a source file is UTF-8");
        let literals = text.split('"').filter(|part| {
            part.len() == 5 && part.starts_with('E') && part[1..].bytes().all(|byte| byte.is_ascii_digit())
        });
        codes.extend(literals.map(str::to_owned));
    }
    codes
}

#[test]
fn the_base_is_sound() {
    let sources = sources(&[]);
    if let Err(diagnostics) = Specs::read(API, &sources) {
        panic!("{}", diagnostics.render(&sources, false));
    }
}

#[test]
fn every_case_says_what_is_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let sources = sources(&[&case]);
        let Err(diagnostics) = Specs::read(API, &sources) else {
            wrong.push(format!("{case}: nothing was found"));
            continue;
        };
        if !diagnostics.sorted().iter().any(|finding| finding.code == code(&case)) {
            wrong.push(format!("{case}: the code was not found"));
        }
        let found = diagnostics.render(&sources, false);
        let path = package().join("tests/ui").join(&case).join("expected.txt");
        if std::env::var_os("HOSTKIT_BLESS").is_some() {
            fs::write(&path, &found).expect("writing the expectation");
            continue;
        }
        let expected = read(&path);
        if expected != found {
            wrong.push(format!("{case} differs.\nexpected:\n{expected}\nfound:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_code_has_a_case_and_an_explanation() {
    let codes = codes();
    assert!(codes.len() > 30, "the search for codes finds too few: {codes:?}");
    let cases: BTreeSet<String> = cases().iter().map(|case| code(case).to_owned()).collect();
    let without: Vec<_> = codes.difference(&cases).collect();
    assert!(without.is_empty(), "codes without a folder in tests/ui: {without:?}");
    let unused: Vec<_> = cases.difference(&codes).collect();
    assert!(unused.is_empty(), "folders in tests/ui of codes that nothing reports: {unused:?}");
    for code in &codes {
        let text = explain(code).unwrap_or_else(|| panic!("{code} has no explanation"));
        assert!(text.matches("```").count() >= 4, "{code}: the explanation shows no wrong and no mended snippet");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{code}: a line is too long");
    }
    let texts = hostkit_codegen::explained().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(texts, codes, "an explanation of a code that nothing reports");
}

#[test]
fn every_message_stands_in_an_expectation() {
    let files: Vec<(String, String)> = files(&package().join("src"))
        .into_iter()
        // What emitters write is no message.
        .filter(|(path, _)| path.ends_with(".rs") && !path.starts_with("emit/"))
        .map(|(path, bytes)| (path, String::from_utf8(bytes).expect("a source file is UTF-8")))
        .collect();
    let messages = messages::of(&files);
    assert!(messages.len() > 150, "the search for messages finds too few: {messages:?}");
    let expected: Vec<String> =
        cases().iter().map(|case| read(&package().join("tests/ui").join(case).join("expected.txt"))).collect();
    let titles: Vec<&str> = expected
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.strip_prefix("error[")?.split_once("]: "))
        .map(|(_, title)| title)
        .collect();
    println!("{} messages, {} reports", messages.len(), titles.len());
    let missing: Vec<_> = messages.iter().filter(|message| !titles.iter().any(|title| message.fits(title))).collect();
    assert!(missing.is_empty(), "{} messages stand in no expectation: {missing:#?}", missing.len());
}

#[test]
fn all_errors_of_a_run_come_at_once() {
    // Two files that cannot be read and one that can, but is wrong.
    let sources = sources(&["E0001", "E0101", "E0202", "E0203"]);
    let found = Specs::read(API, &sources).expect_err("errors").sorted();
    for code in ["E0001", "E0101", "E0202", "E0203"] {
        assert!(found.iter().any(|finding| finding.code == code), "{code} is missing: {found:?}");
    }
    let found = Specs::read(API, &self::sources(&["E0202", "E0203", "E0205", "E0219"])).expect_err("errors").sorted();
    for code in ["E0202", "E0203", "E0205", "E0219"] {
        assert!(found.iter().any(|finding| finding.code == code), "{code} is missing: {found:?}");
    }
}

#[test]
fn nothing_at_all_is_an_error_and_no_panic() {
    let sources = Sources::default();
    let text = Specs::read(API, &sources).expect_err("an error").render(&sources, false);
    assert!(text.contains("E0003"), "{text}");
}

#[test]
fn what_is_ignored_is_shown_by_an_example() {
    let text = |(path, bytes): (String, Vec<u8>)| {
        let mut text = String::from_utf8(bytes).expect("a spec is UTF-8");
        if path == "service.toml" {
            text.insert_str(0, "ignore = [\"debgu\"]\n");
        }
        (format!("{API}/{path}"), text)
    };
    let base = files(&package().join("tests/ui/base")).into_iter();
    let (specs, examples): (Vec<_>, Vec<_>) = base.partition(|(path, _)| path.ends_with(".toml"));
    let examples = examples.into_iter().map(|(path, bytes)| (format!("{API}/{path}"), bytes));
    let sources = Sources::new(specs.into_iter().map(text)).with_examples(examples.collect::<Vec<_>>());
    let found = Specs::read(API, &sources).expect_err("a path that no example shows").sorted();
    let found: Vec<_> = found.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
    assert_eq!(found, [("E0243", "no example has `debgu`")]);
}
