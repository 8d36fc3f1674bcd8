//! Command `mutants`: cargo-mutants lists small changes of the code; a change that no test notices is a missing test.
//!
//! All of them go into one copy of the workspace, each behind a switch, so that one build serves all. Each mutant first
//! meets the unit tests of its crate, then the tests around it, and only survivors meet the tests of the promises.

mod switched;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::command::{cargo, output, run};
use crate::copy;
use crate::module_tree::ModuleTree;
use crate::test_binaries::{Binaries, cargo_in, in_parallel};
use crate::workspace::{files, read, root, target, write};
use switched::{Mutant, ON, REACHED, Switched};

const VERSION: &str = "27.1.0";

/// The copy's name.
const NAME: &str = "mutants";

/// The packages whose code is changed, by folder.
const PACKAGES: &[(&str, &str)] = &[("hostkit", "crates/hostkit"), ("hostkit-proto", "crates/hostkit-proto")];

/// Perform, retry, session, limits, exchange, redaction, evidence, recovery and waiters.
const FILES: &[&str] = &[
    "crates/hostkit/src/{perform,quote}.rs",
    "crates/hostkit/src/{after,call,limits,session}/**/*.rs",
    "crates/hostkit-proto/src/{fault,judgement,waiter}.rs",
    "crates/hostkit-proto/src/{evidence,fault}/*.rs",
    "crates/hostkit-proto/src/value/secret.rs",
];

/// Tests of a binary: package folder, name of the binary, and a part of their names.
type Tests = (&'static str, &'static str, &'static str);

/// All but the searches, which take longer than the rest together.
const UNIT_TESTS: &[Tests] =
    &[("crates/hostkit-proto", "hostkit_proto", ""), ("crates/hostkit", "hostkit", "::tests::")];

const AROUND: &[Tests] = &[
    ("crates/hostkit-proto", "leniency", ""),
    ("crates/hostkit-proto", "room", ""),
    ("crates/hostkit", "engine", ""),
    ("crates/hostkit", "tracing", ""),
];

const SEARCHES: &[Tests] = &[("crates/hostkit", "hostkit", "search::")];

const PROMISES: &[Tests] = &[("tests", "promises", ""), ("tests", "log", ""), ("tests", "money", "")];

/// How a mutant ended.
const OUTCOMES: [&str; 7] =
    ["unit tests", "tests around it", "searches", "promises", "time", "not compiled", "survived"];

/// Tries the mutants of these files, by default of `FILES`, that have no result yet; `shard` is `k/n`, counted from
/// `0/n`.
pub(crate) fn execute(files: &[String], shard: Option<&str>, fresh: bool) -> Result<(), String> {
    let (part, parts) = shard.map_or(Ok((0, 1)), parse_shard)?;
    let folder = std::path::absolute(target().join(NAME)).map_err(|error| format!("the target folder: {error}"))?;
    let all = list(&tool()?, files)?;
    let finished = if fresh { Finished::default() } else { Finished::load(&folder)? };
    let tree = Tree::build(&all)?;
    let mine = (1_u32..).zip(&all).filter(|(number, _)| tree.listed.contains(number));
    let mine: Vec<(u32, &Mutant)> = mine.enumerate().filter(|(at, _)| at % parts == part).map(|mine| mine.1).collect();
    let finished = Mutex::new(finished);
    let keep = |mutant: &Mutant, outcome: &str| {
        let mut finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
        finished.0.insert(key(mutant), outcome.to_owned());
        finished.save(&folder)
    };
    for (number, mutant) in mine.iter().filter(|(number, _)| tree.rejected.contains(number)) {
        eprintln!("not compiled: {number} {}", mutant.name);
        keep(mutant, "not compiled")?;
    }
    for (stage, tests) in [UNIT_TESTS, AROUND, SEARCHES, PROMISES].into_iter().enumerate() {
        let open: Vec<_> = {
            let finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
            mine.iter().copied().filter(|(_, mutant)| finished.is_open(mutant)).collect()
        };
        if open.is_empty() {
            break;
        }
        let says = OUTCOMES.get(stage).copied().unwrap_or_default();
        eprintln!("mutants: {} for {says}", open.len());
        let runner = Runner::new(&tree.path, tests)?;
        let results = in_parallel(&open, |(number, mutant)| {
            let caught = runner.catches(*number)?;
            keep(
                mutant,
                match caught {
                    Caught::Red => says,
                    Caught::Late => "time",
                    Caught::Not { .. } => "survived",
                },
            )?;
            Ok(matches!(caught, Caught::Not { is_reached: false }).then(|| mutant.name.clone()))
        });
        let unreached = results.into_iter().collect::<Result<Vec<_>, String>>()?;
        unreached.into_iter().flatten().for_each(|name| eprintln!("not reached by {says}: {name}"));
    }
    let finished = finished.into_inner().unwrap_or_else(PoisonError::into_inner);
    report(&mine.iter().map(|(_, mutant)| *mutant).collect::<Vec<_>>(), &finished)
}

/// Path of the pinned cargo-mutants, installed below the target folder if missing.
fn tool() -> Result<PathBuf, String> {
    let tools = std::path::absolute(target().join("tools")).map_err(|error| format!("the target folder: {error}"))?;
    let tool = tools.join("bin").join(format!("cargo-mutants{}", std::env::consts::EXE_SUFFIX));
    let is_there = output(Command::new(&tool).args(["mutants", "--version"])).is_ok_and(|said| said.contains(VERSION));
    if !is_there {
        // A debug build takes half the time, and it only lists.
        let mut install = cargo(&["install", "--locked", "--debug", "--version", VERSION, "cargo-mutants", "--root"]);
        run(install.arg(&tools))
            .map_err(|error| format!("mutants: cargo-mutants {VERSION} could not be installed: {error}"))?;
    }
    Ok(tool)
}

fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    numbers.filter(|(k, n)| k < n).ok_or_else(|| format!("a shard is k/n with k from 0 to n - 1, not `{text}`"))
}

/// The mutants of these files.
fn list(tool: &Path, files: &[String]) -> Result<Vec<Mutant>, String> {
    let mut command = Command::new(tool);
    command.args(["mutants", "--no-config", "--list", "--json", "--colors", "never"]).current_dir(root());
    command.args(PACKAGES.iter().flat_map(|(package, _)| ["--package", package]));
    let usual = FILES.iter().copied().filter(|_| files.is_empty());
    command.args(files.iter().map(String::as_str).chain(usual).flat_map(|file| ["--file", file]));
    let mut mutants: Vec<Mutant> = serde_json::from_str(&output(&mut command)?).map_err(|error| error.to_string())?;
    for mutant in &mut mutants {
        // Once, so that results of a run during which a file is edited are those of the old text.
        mutant.version = version(&mutant.file)?;
    }
    if mutants.is_empty() { Err("mutants: nothing to change in these files".to_owned()) } else { Ok(mutants) }
}

/// What rustc denies of code that runs only with a mutant on.
const LINTS: &str = "#![allow(warnings, arithmetic_overflow, unconditional_panic)]";

/// The copy with all mutants that compile.
struct Tree {
    path: PathBuf,
    /// The mutants of code that not only tests have, by number.
    listed: BTreeSet<u32>,
    /// Those that rustc rejects.
    rejected: BTreeSet<u32>,
}

impl Tree {
    fn build(all: &[Mutant]) -> Result<Self, String> {
        let mut by_file: BTreeMap<&str, Vec<(u32, &Mutant)>> = BTreeMap::new();
        let of_tests = of_tests()?;
        for (number, mutant) in (1..).zip(all).filter(|(_, mutant)| !of_tests.contains(&mutant.file)) {
            by_file.entry(&mutant.file).or_default().push((number, mutant));
        }
        let (mut listed, mut rejected) = (BTreeSet::new(), BTreeSet::new());
        loop {
            let mut switched = BTreeMap::new();
            for (file, mutants) in &by_file {
                let kept: Vec<_> = mutants.iter().copied().filter(|(number, _)| !rejected.contains(number)).collect();
                let text =
                    Switched::new(&read(&root().join(file))?, &kept).map_err(|error| format!("{file}: {error}"))?;
                listed.extend(text.numbers());
                switched.insert((*file).to_owned(), text);
            }
            let mut changed: BTreeMap<String, String> =
                switched.iter().map(|(file, switched)| (file.clone(), switched.text.clone())).collect();
            for (_, folder) in PACKAGES {
                let file = format!("{folder}/src/lib.rs");
                let text = changed.remove(&file).map_or_else(|| read(&root().join(&file)), Ok)?;
                changed.insert(file, format!("{LINTS}\n{text}{}", switched::switch(all.len())));
            }
            let path = copy::sync(NAME, &changed)?;
            let errors = check(&path)?;
            if errors.is_empty() {
                return Ok(Self { path, listed, rejected });
            }
            let before = rejected.len();
            for error in &errors {
                let blamed = |(file, at): &(String, usize)| {
                    let blamed = switched.get(file).map(|switched| switched.blamed(*at)).unwrap_or_default();
                    (!blamed.is_empty()).then_some(blamed)
                };
                rejected.extend(error.places.iter().find_map(blamed).unwrap_or_default());
            }
            eprintln!("mutants: {} do not compile", rejected.len());
            if rejected.len() == before {
                let texts: String = errors.iter().map(|error| error.text.as_str()).collect();
                return Err(format!("{texts}\nmutants: no mutant is to blame for these errors"));
            }
        }
    }
}

/// Files that are compiled for tests only.
fn of_tests() -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::new();
    for (_, folder) in PACKAGES {
        let source = |name: String| Ok((format!("{folder}/{name}"), read(&root().join(folder).join(name))?));
        let names = files(&root().join(folder))?.into_iter().filter(|name| name.ends_with(".rs"));
        let sources: BTreeMap<String, String> = names.map(source).collect::<Result<_, String>>()?;
        let tree = ModuleTree::read(&format!("{folder}/src/lib.rs"), &sources)?;
        found.extend(sources.into_keys().filter(|file| tree.is_of_tests(file)));
    }
    Ok(found)
}

/// An error of rustc: its text, and its places from the most to the least exact, as file and byte.
struct CompileError {
    text: String,
    places: Vec<(String, usize)>,
}

/// Arguments for the two crates and their tests.
const BOTH: &[&str] = &["--package", "hostkit", "--package", "hostkit-proto", "--lib", "--tests", "--message-format"];

/// The errors of the copy.
fn check(tree: &Path) -> Result<Vec<CompileError>, String> {
    let mut command = cargo_in(tree, &["check", "--keep-going"])?;
    let output = command.args(BOTH).arg("json").output().map_err(|error| format!("cargo: {error}"))?;
    let errors: Vec<CompileError> = String::from_utf8_lossy(&output.stdout).lines().filter_map(compile_error).collect();
    match output.status.success() || !errors.is_empty() {
        true => Ok(errors),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// The error in a line of cargo's JSON output.
fn compile_error(line: &str) -> Option<CompileError> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let message =
        message.get("message").filter(|message| message.get("level").is_some_and(|level| level == "error"))?;
    let mut spans: Vec<&serde_json::Value> = message.get("spans")?.as_array()?.iter().collect();
    spans.sort_by_key(|span| span.get("is_primary").is_some_and(|is_primary| is_primary == false));
    let places = |mut span| {
        let mut places = Vec::new();
        // A span in a macro's definition has that of its call.
        loop {
            let place = |span: &serde_json::Value| {
                let at = usize::try_from(span.get("byte_start")?.as_u64()?).ok()?;
                Some((span.get("file_name")?.as_str()?.replace('\\', "/"), at))
            };
            places.extend(place(span));
            match span.get("expansion").and_then(|expansion| expansion.get("span")) {
                Some(outer) => span = outer,
                None => return places,
            }
        }
    };
    let places: Vec<_> = spans.into_iter().flat_map(places).collect();
    let text = message.get("rendered")?.as_str()?.to_owned();
    // The last message counts the errors.
    (!places.is_empty()).then_some(CompileError { text, places })
}

/// The tests of a stage, the fastest first.
struct Runner {
    binaries: Binaries,
    tests: Vec<Test>,
}

/// A test as it is without a mutant.
struct Test {
    folder: &'static str,
    binary: &'static str,
    name: String,
    took: Duration,
    reached: BTreeSet<u32>,
}

enum Caught {
    Red,
    Late,
    Not { is_reached: bool },
}

/// Time limit of a test without a mutant.
const PATIENCE: Duration = Duration::from_secs(900);

/// The time of the tests that run in one process.
const AT_ONCE: Duration = Duration::from_millis(300);

impl Runner {
    /// Builds the tests, and runs each without a mutant: only what is green can turn red, and only by the mutants that it
    /// reaches.
    fn new(tree: &Path, wanted: &[Tests]) -> Result<Self, String> {
        let mut command = cargo_in(tree, &["test", "--no-run"])?;
        if wanted.iter().any(|(folder, ..)| *folder == "tests") {
            // The whole workspace, so that external dependencies have the features of the ordinary build.
            command.args(["--workspace", "--message-format", "json-render-diagnostics"]);
            command.args(wanted.iter().flat_map(|(_, name, _)| ["--test", name]));
        } else {
            command.args(BOTH).arg("json-render-diagnostics");
        }
        let binaries = Binaries::build(tree, &mut command)?;
        let mut names = Vec::new();
        for (folder, binary, filter) in wanted {
            let list = binaries.run((folder, binary), &["--list", "--format", "terse", filter], &[], PATIENCE)?;
            let list = list.ok_or_else(|| format!("mutants: `{binary}` does not list its tests"))?;
            let tests = list.text.lines().filter_map(|line| line.strip_suffix(": test"));
            names.extend(tests.map(|name| (*folder, *binary, name.to_owned())));
        }
        let tests = in_parallel(&names, |(folder, binary, name)| {
            let seen = tree.join("target").join(format!("{binary}-{}", name.replace(':', "-")));
            write(&seen, "")?;
            let variables = [(REACHED, &*seen.to_string_lossy())];
            let run = || {
                let start = Instant::now();
                let run = binaries.run((folder, binary), &["--exact", name], &variables, PATIENCE)?;
                Ok::<_, String>((run, start.elapsed()))
            };
            // Twice, since a test that measures time may fail on a busy machine.
            let (run, took) = match run()? {
                (Some(first), _) if !first.is_success => run()?,
                first => first,
            };
            match run {
                Some(run) if run.is_success => {
                    let reached = read(&seen)?.lines().filter_map(|line| line.parse().ok()).collect();
                    Ok(Test { folder, binary, name: name.clone(), took, reached })
                }
                Some(run) => Err(format!("{}\nmutants: `{name}` fails without a mutant", run.text)),
                None => Err(format!("mutants: `{name}` did not end without a mutant")),
            }
        });
        let mut tests = tests.into_iter().collect::<Result<Vec<_>, String>>()?;
        tests.sort_by_key(|test| test.took);
        Ok(Self { binaries, tests })
    }

    /// Runs the tests that reach a mutant until one fails.
    fn catches(&self, number: u32) -> Result<Caught, String> {
        let mut parts: Vec<(&Test, Vec<&str>, Duration)> = Vec::new();
        for test in self.tests.iter().filter(|test| test.reached.contains(&number)) {
            let is_open = |part: &&mut (&Test, Vec<&str>, Duration)| {
                (part.0.folder, part.0.binary) == (test.folder, test.binary) && part.2 + test.took <= AT_ONCE
            };
            match parts.iter_mut().find(is_open) {
                Some((_, names, took)) => (names.push(&test.name), *took += test.took).1,
                None => parts.push((test, vec![&test.name], test.took)),
            }
        }
        let number = number.to_string();
        for (test, names, took) in &parts {
            let run = || {
                let arguments: Vec<&str> = std::iter::once("--exact").chain(names.iter().copied()).collect();
                let place = (test.folder, test.binary);
                self.binaries.run(place, &arguments, &[(ON, &number)], *took * 5 + Duration::from_secs(10))
            };
            match run()? {
                None => return Ok(Caught::Late),
                Some(first) if first.is_success => {}
                // Twice, since a test that measures time may fail on a busy machine.
                Some(_) => match run()? {
                    None => return Ok(Caught::Late),
                    Some(second) if second.is_success => {}
                    Some(_) => return Ok(Caught::Red),
                },
            }
        }
        Ok(Caught::Not { is_reached: !parts.is_empty() })
    }
}

/// Outcomes by text of the file and name of the mutant. Survivors are tried again.
#[derive(Debug, Default, PartialEq, Eq)]
struct Finished(BTreeMap<(String, String), String>);

impl Finished {
    const FILE: &'static str = "finished.tsv";

    fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join(Self::FILE);
        if path.exists() { Ok(Self::parse(&read(&path)?)) } else { Ok(Self::default()) }
    }

    fn parse(text: &str) -> Self {
        let row = |line: &str| {
            let mut cells = line.splitn(3, '\t').map(str::to_owned);
            let (version, outcome, name) = (cells.next()?, cells.next()?, cells.next()?);
            Some(((version, name), outcome))
        };
        Self(text.lines().filter_map(row).collect())
    }

    fn text(&self) -> String {
        self.0.iter().map(|((version, name), outcome)| format!("{version}\t{outcome}\t{name}\n")).collect()
    }

    fn save(&self, folder: &Path) -> Result<(), String> {
        write(&folder.join(Self::FILE), &self.text())
    }

    fn outcome(&self, mutant: &Mutant) -> &str {
        self.0.get(&key(mutant)).map_or("survived", String::as_str)
    }

    fn is_open(&self, mutant: &Mutant) -> bool {
        self.outcome(mutant) == "survived"
    }
}

fn key(mutant: &Mutant) -> (String, String) {
    (mutant.version.clone(), mutant.name.clone())
}

/// Hash of a file: after an edit, a mutant of the same name may mean something else.
fn version(file: &str) -> Result<String, String> {
    let mut hasher = DefaultHasher::new();
    read(&root().join(file))?.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

fn report(mine: &[&Mutant], finished: &Finished) -> Result<(), String> {
    let mut by_file: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for mutant in mine {
        *by_file.entry(&mutant.file).or_default().entry(finished.outcome(mutant)).or_default() += 1;
        *by_file.entry("all").or_default().entry(finished.outcome(mutant)).or_default() += 1;
    }
    for (file, counts) in by_file {
        let counts: Vec<String> =
            OUTCOMES.iter().filter_map(|name| Some(format!("{name} {}", counts.get(name)?))).collect();
        println!("{file}: {}", counts.join(", "));
    }
    let survived = mine.iter().filter(|mutant| finished.is_open(mutant));
    let lines: Vec<String> = survived.map(|mutant| format!("survived: {}", mutant.name)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(format!("{}\nmutants: each needs a test, unless it is equivalent to the original", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::{Finished, Mutant, compile_error, key, parse_shard, report};

    fn mutant(name: &str, version: &str) -> Mutant {
        let position = serde_json::json!({ "line": 1, "column": 1 });
        let mut mutant: Mutant = serde_json::from_value(serde_json::json!({
            "name": name, "file": "a.rs", "genre": "FnValue", "replacement": "true",
            "span": { "start": position, "end": position },
        }))
        .unwrap();
        mutant.version = version.to_owned();
        mutant
    }

    #[test]
    fn a_shard_is_a_part() {
        assert_eq!(parse_shard("0/4"), Ok((0, 4)));
        for text in ["4/4", "1", "a/b", "0/0", "-1/2"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
    }

    #[test]
    fn results_are_kept_and_belong_to_a_text_of_the_file() {
        let mut finished = Finished::default();
        finished.0.insert(key(&mutant("a", "1")), "unit tests".to_owned());
        let again = Finished::parse(&finished.text());
        assert_eq!(again, finished);
        assert_eq!(again.outcome(&mutant("a", "1")), "unit tests");
        assert!(again.is_open(&mutant("a", "2")) && again.is_open(&mutant("b", "1")));
    }

    #[test]
    fn a_survivor_is_a_failure() {
        let (a, b) = (mutant("a", "1"), mutant("b", "1"));
        let mut finished = Finished::default();
        finished.0.insert(key(&a), "time".to_owned());
        assert!(report(&[&a], &finished).is_ok());
        assert!(report(&[&a, &b], &finished).unwrap_err().contains("survived: b"));
        finished.0.insert(key(&b), "survived".to_owned());
        assert!(report(&[&a, &b], &finished).is_err());
    }

    #[test]
    fn the_exact_place_of_an_error_comes_first() {
        let span = |start: u64, is_primary: bool| serde_json::json!({ "file_name": "a.rs", "byte_start": start, "is_primary": is_primary, "expansion": null });
        let line = |level: &str, spans: &[serde_json::Value]| {
            serde_json::json!({ "message": { "level": level, "rendered": "text", "spans": spans } }).to_string()
        };
        let error = compile_error(&line("error", &[span(7, false), span(3, true)])).unwrap();
        assert_eq!(error.places, [("a.rs".to_owned(), 3), ("a.rs".to_owned(), 7)]);
        assert!(compile_error(&line("warning", &[span(3, true)])).is_none());
        assert!(compile_error(&line("error", &[])).is_none(), "the line that counts the errors");
    }
}
