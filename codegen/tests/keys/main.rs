//! The keys of the spec language: each stands in an invented API (`course`), and specs with one mistake, in every way that
//! the schema of a key knows, are told where it stands.
//!
//! The small run breaks one place for each key of a table in the obstacle APIs, `HOSTKIT_BROKEN_SIZE=each` one in each API,
//! and `HOSTKIT_PROMISE_SIZE=long` breaks every place of every API.

#[path = "../common/mod.rs"]
mod common;
mod course;
mod edits;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use common::{apis, split};
use edits::{Edit, Expected, edits};
use hostkit_codegen::{Sources, Specs};
use places::{Place, Schemas, places};

/// The specs of an API, of which one file can be exchanged.
struct Base {
    api: String,
    specs: Vec<(String, String)>,
    examples: Vec<(String, Vec<u8>)>,
}

impl Base {
    fn read(api: &str) -> Self {
        let (specs, examples) = split(api);
        Self { api: api.to_owned(), specs, examples }
    }

    /// What is said when the file at `index` has this text.
    fn with(&self, index: usize, text: &str) -> Verdict {
        let mut specs = self.specs.clone();
        text.clone_into(&mut specs[index].1);
        let sources = Sources::new(specs).with_examples(self.examples.clone());
        let run = || match Specs::read(&self.api, &sources) {
            Ok(specs) => {
                // What passes the check can be generated.
                drop((specs.rust(), specs.reference(), specs.openapi()));
                Verdict::Sound
            }
            Err(diagnostics) => Verdict::Broken(said(&diagnostics.render(&sources, false))),
        };
        catch_unwind(AssertUnwindSafe(run)).unwrap_or(Verdict::Panicked)
    }
}

enum Verdict {
    Sound,
    Broken(Vec<Said>),
    Panicked,
}

/// A diagnostic as a user sees it.
#[derive(Debug)]
struct Said {
    code: String,
    file: String,
    line: usize,
}

/// The diagnostics of a report: `error[CODE]`, and below it `--> specs/FILE:LINE:COLUMN`.
fn said(report: &str) -> Vec<Said> {
    let mut found = Vec::new();
    let mut code = None;
    for line in report.lines() {
        if let Some(rest) = line.strip_prefix("error[") {
            code = rest.split(']').next().map(str::to_owned);
        }
        let Some((_, place)) = line.split_once("--> specs/") else { continue };
        let mut parts = place.rsplitn(3, ':');
        let line = parts.nth(1).and_then(|line| line.trim().parse().ok());
        if let (Some(code), Some(line), Some(file)) = (code.take(), line, parts.next()) {
            found.push(Said { code, file: file.to_owned(), line });
        }
    }
    found
}

/// Why a verdict on an edit is not what it has to be.
fn wrong(expected: Expected, verdict: &Verdict, file: &str, lines: std::ops::RangeInclusive<usize>) -> Option<String> {
    let said = match verdict {
        Verdict::Panicked => return Some("a panic".to_owned()),
        Verdict::Sound if expected == Expected::Anything => return None,
        Verdict::Sound => return Some("nothing was said".to_owned()),
        Verdict::Broken(said) => said,
    };
    let is_right = match expected {
        Expected::Here => said.iter().any(|said| said.file == file && lines.contains(&said.line)),
        Expected::InFile => said.iter().any(|said| said.file == file),
        Expected::Anything => !said.is_empty(),
    };
    (!is_right).then(|| format!("expected a diagnostic in line {lines:?} of {file}, found {said:?}"))
}

#[test]
fn one_mistake_is_said_where_it_stands() {
    let is_long = std::env::var("HOSTKIT_PROMISE_SIZE").is_ok_and(|size| size == "long");
    let of_each = std::env::var("HOSTKIT_BROKEN_SIZE").is_ok_and(|size| size == "each");
    let schemas = Schemas::read();
    let (mut tried, mut findings, mut seen) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    let (mut cases, mut broken, mut diagnostics) = (0_usize, 0_usize, 0_usize);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let apis = apis().into_iter().filter(|api| is_long || of_each || api.starts_with("obstacle"));
    let mut bases: Vec<Base> = apis.map(|api| Base::read(&api)).collect();
    // A key is broken in the smallest API that has it.
    bases.sort_by_key(|base| base.specs.len() + base.examples.len());
    for base in &bases {
        if of_each {
            tried.clear();
        }
        for (index, (path, text)) in base.specs.iter().enumerate() {
            for place in schemas.of(path).map(|schema| places(text, schema)).unwrap_or_default() {
                seen.insert(place.key.clone());
                for edit in edits(&place, text) {
                    if !is_long && !tried.insert((place.key.clone(), edit.name)) {
                        continue;
                    }
                    cases += 1;
                    let verdict = base.with(index, &edit.text);
                    if let Verdict::Broken(said) = &verdict {
                        broken += 1;
                        diagnostics += said.len();
                        for said in said {
                            *codes.entry(said.code.clone()).or_default() += 1;
                        }
                    }
                    let lines = lines(text, &place);
                    if let Some(why) = wrong(edit.expected, &verdict, path, lines.clone()) {
                        findings.push(finding(path, *lines.start(), &place, &edit, &why));
                    }
                }
            }
        }
    }
    println!(
        "{cases} edits at {} keys: {broken} broken with {diagnostics} diagnostics, by code: {codes:?}",
        seen.len()
    );
    assert!(seen.len() > 150, "few keys were found: {seen:?}");
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

/// The lines on which the entry stands.
fn lines(text: &str, place: &Place) -> std::ops::RangeInclusive<usize> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    line(place.name.start)..=line(place.value.as_ref().map_or(place.name.end, |value| value.end))
}

fn finding(path: &str, line: usize, place: &Place, edit: &Edit, why: &str) -> String {
    format!("{path}:{line} `{}` {}: {why}", place.key, edit.name)
}
