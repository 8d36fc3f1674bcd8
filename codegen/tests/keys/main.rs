//! The keys of the spec language: each stands in an invented API (`course`), and specs with one mistake, in every way that
//! the schema of a key knows, are told where it stands.
//!
//! The run breaks one place for each key of a table in the obstacle APIs; `HOSTKIT_PROMISE_SIZE=long` breaks every place of
//! every API, for which `--profile long` is made.

#[path = "../common/mod.rs"]
mod common;
mod course;
mod edits;
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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

    /// The sources in which the file at `index` is broken: without the calls that it has nothing to do with, if the rest is
    /// sound without them. To read a whole service for each mistake takes most of the time.
    fn around(&self, index: usize) -> Sources {
        let part = self.part(index);
        let sources = Sources::new(part.specs.clone()).with_examples(part.examples);
        match Specs::read(&self.api, &sources) {
            Ok(_) => sources,
            Err(_) => Sources::new(self.specs.clone()).with_examples(self.examples.clone()),
        }
    }

    /// The service, its types, the file at `index`, one call of each module, and every call that one of these names.
    fn part(&self, index: usize) -> Self {
        let call = |path: &str| {
            let inside = path.strip_prefix(&self.api)?.strip_prefix('/')?.strip_suffix(".toml")?;
            (inside.contains('/') && !inside.starts_with("types/")).then(|| inside.to_owned())
        };
        // Translations and the inventory are of all calls.
        let is_kept =
            |path: &str| call(path).is_none() && (path.ends_with("/service.toml") || path.contains("/types/"));
        let mut modules = BTreeSet::new();
        let mut kept: BTreeSet<usize> = BTreeSet::from([index]);
        for (at, (path, _)) in self.specs.iter().enumerate() {
            let module = call(path).and_then(|call| Some(call.rsplit_once('/')?.0.to_owned()));
            if is_kept(path) || module.is_some_and(|module| modules.insert(module)) {
                kept.insert(at);
            }
        }
        let calls: BTreeMap<String, usize> =
            self.specs.iter().enumerate().filter_map(|(at, (path, _))| Some((call(path)?, at))).collect();
        let mut open: Vec<usize> = kept.iter().copied().collect();
        while let Some(at) = open.pop() {
            let words = self.specs[at].1.split('"').map(|word| word.split(':').next().unwrap_or_default());
            open.extend(words.filter_map(|word| calls.get(word).copied()).filter(|named| kept.insert(*named)));
        }
        let folders: Vec<String> =
            kept.iter().filter_map(|at| Some(format!("{}/{}/", self.api, call(&self.specs[*at].0)?))).collect();
        let is_example = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        Self {
            api: self.api.clone(),
            specs: kept.iter().map(|at| self.specs[*at].clone()).collect(),
            examples: self.examples.iter().filter(|(path, _)| is_example(path)).cloned().collect(),
        }
    }

    /// What is said when the file of this path has this text.
    fn with(&self, around: &Sources, path: &str, edit: &Edit, generates: bool) -> Verdict {
        let sources = around.clone().with_specs([(path.to_owned(), edit.text.clone())]);
        let run = || match Specs::read(&self.api, &sources) {
            Ok(specs) => {
                // What passes the check can be generated.
                if generates {
                    drop((specs.rust(), specs.reference(), specs.openapi()));
                }
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

/// A file with what is tried in it: for each edit, whether what is sound after it is generated; `None` leaves it out.
struct Task {
    base: usize,
    file: usize,
    tried: Vec<Option<bool>>,
}

/// What is tried: one edit of each kind for each key, or all. Code is generated once for each key and kind of edit.
fn tasks(bases: &[Base], schemas: &Schemas, is_long: bool) -> (Vec<Task>, BTreeSet<String>) {
    let (mut known, mut keys, mut tasks) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (number, base) in bases.iter().enumerate() {
        for (file, (path, text)) in base.specs.iter().enumerate() {
            let mut tried = Vec::new();
            for place in schemas.of(path).map(|schema| places(text, schema)).unwrap_or_default() {
                for edit in edits(&place, text) {
                    let is_new = known.insert((place.key.clone(), edit.name));
                    tried.push((is_long || is_new).then_some(is_new));
                }
                keys.insert(place.key);
            }
            if tried.iter().any(Option::is_some) {
                tasks.push(Task { base: number, file, tried });
            }
        }
    }
    (tasks, keys)
}

/// What was said of all edits.
#[derive(Default)]
struct Total {
    sound: usize,
    generated: usize,
    broken: usize,
    diagnostics: usize,
    codes: BTreeMap<String, usize>,
    findings: Vec<String>,
}

impl Total {
    fn add(&mut self, verdict: &Verdict, generates: bool, finding: Option<String>) {
        match verdict {
            Verdict::Sound => {
                self.sound += 1;
                self.generated += usize::from(generates);
            }
            Verdict::Broken(said) => {
                self.broken += 1;
                self.diagnostics += said.len();
                for said in said {
                    *self.codes.entry(said.code.clone()).or_default() += 1;
                }
            }
            Verdict::Panicked => {}
        }
        self.findings.extend(finding);
    }
}

fn run(task: &Task, base: &Base, schemas: &Schemas, total: &Mutex<Total>) {
    let (path, text) = &base.specs[task.file];
    let around = base.around(task.file);
    let mut tried = task.tried.iter();
    for place in schemas.of(path).map(|schema| places(text, schema)).unwrap_or_default() {
        for edit in edits(&place, text) {
            let Some(Some(generates)) = tried.next() else { continue };
            let verdict = base.with(&around, path, &edit, *generates);
            let lines = lines(text, &place);
            let why = wrong(edit.expected, &verdict, path, lines.clone());
            let finding = why.map(|why| finding(path, *lines.start(), &place, &edit, &why));
            total.lock().expect("no thread panics with it").add(&verdict, *generates, finding);
        }
    }
}

#[test]
fn one_mistake_is_said_where_it_stands() {
    let is_long = std::env::var("HOSTKIT_PROMISE_SIZE").is_ok_and(|size| size == "long");
    let schemas = Schemas::read();
    let apis = apis().into_iter().filter(|api| is_long || api.starts_with("obstacle"));
    let mut bases: Vec<Base> = apis.map(|api| Base::read(&api)).collect();
    // A key is broken in the smallest API that has it.
    bases.sort_by_key(|base| base.specs.len() + base.examples.len());
    let (tasks, keys) = tasks(&bases, &schemas, is_long);
    assert!(keys.len() > 150, "few keys were found: {keys:?}");
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Total::default()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(task, &bases[task.base], &schemas, &total);
                }
            });
        }
    });
    let total = total.into_inner().expect("no thread panicked");
    let Total { sound, generated, broken, diagnostics, codes, mut findings } = total;
    findings.sort();
    println!(
        "{} edits at {} keys: {sound} sound, of which {generated} were generated, and {broken} broken with {diagnostics} \
         diagnostics, by code: {codes:?}",
        sound + broken,
        keys.len()
    );
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
