//! Command `mutants`: cargo-mutants changes the code in small ways; a change that no test notices is a missing test.
//!
//! Only `hostkit` and `hostkit-proto` and their tests are built. Each mutant first meets the quick unit tests without
//! the state search, and only survivors meet all tests.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{cargo, output, run};
use crate::workspace::{read, root, target, write};

const VERSION: &str = "27.1.0";

/// Retry, session, limits, exchange and redaction.
const FILES: &[&str] = &[
    "crates/hostkit/src/call/*.rs",
    "crates/hostkit/src/session/*.rs",
    "crates/hostkit/src/limits/*.rs",
    "crates/hostkit-proto/src/value/secret.rs",
];

/// Test-only functions that cargo-mutants takes for code: it knows `cfg(test)`, but not `cfg(all(test, …))`.
const FOR_TESTS: &[&str] = &["Random::state", "RetryBudget::left", "Rates::snapshot", "Rates::shared"];

/// Arguments of `cargo test`: the quick tests, then all.
const STAGES: [&[&str]; 2] = [&["--lib", "--", "--skip", "search::"], &["--lib", "--tests"]];

/// Tries the mutants of these files, by default of `FILES`, that have no result yet; `shard` is `k/n`, counted from
/// `0/n`.
pub(crate) fn execute(files: &[String], shard: Option<&str>, fresh: bool) -> Result<(), String> {
    let shard = shard.map_or(Ok((0, 1)), parse_shard)?;
    let tool = tool()?;
    let folder =
        std::path::absolute(target().join("mutants")).map_err(|error| format!("the target folder: {error}"))?;
    let all = list(&tool, files)?;
    let mut finished = if fresh { Finished::default() } else { Finished::load(&folder)? };
    if !fresh {
        // Results of an interrupted run: cargo-mutants moves its lists away when it starts.
        finished.take(&folder.join("mutants.out"))?;
        finished.save(&folder)?;
    }
    let mine: Vec<&String> =
        all.iter().enumerate().filter(|(index, _)| index % shard.1 == shard.0).map(|m| m.1).collect();
    let is_open = |finished: &Finished, name: &String| finished.outcome(name).is_none();
    for (stage, arguments) in STAGES.iter().enumerate() {
        let open: Vec<&String> = mine.iter().copied().filter(|name| is_open(&finished, name)).collect();
        if open.is_empty() {
            break;
        }
        eprintln!("mutants: {} for {}", open.len(), if stage == 0 { "the unit tests" } else { "all tests" });
        let status = command(&tool, files, &folder, &open, arguments).status();
        let status = status.map_err(|error| format!("cargo-mutants: {error}"))?;
        // Exit codes: 2 if some survived, 3 if some timed out.
        if !matches!(status.code(), Some(0 | 2 | 3)) {
            return Err(format!("mutants: cargo-mutants ended with {status}"));
        }
        finished.take(&folder.join("mutants.out"))?;
        finished.save(&folder)?;
    }
    report(&mine, &finished, &names(&folder.join("mutants.out/timeout.txt"))?)
}

/// Path of the pinned cargo-mutants, installed below the target folder if missing.
fn tool() -> Result<PathBuf, String> {
    let tools = std::path::absolute(target().join("tools")).map_err(|error| format!("the target folder: {error}"))?;
    let tool = tools.join("bin").join(format!("cargo-mutants{}", std::env::consts::EXE_SUFFIX));
    let is_there = output(Command::new(&tool).args(["mutants", "--version"])).is_ok_and(|said| said.contains(VERSION));
    if !is_there {
        // A debug build takes half the time, and cargo does the real work.
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

/// `cargo mutants` over these files.
fn plain(tool: &Path, files: &[String]) -> Command {
    // `cargo` removes this package's variables, which `cargo run` set.
    let mut command = cargo(&[]);
    command.env("PATH", path_with(tool));
    command.args(["mutants", "--no-config", "--package", "hostkit", "--package", "hostkit-proto"]);
    let usual = FILES.iter().copied().filter(|_| files.is_empty());
    for file in files.iter().map(String::as_str).chain(usual) {
        command.args(["--file", file]);
    }
    command
}

fn path_with(tool: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = tool.parent().map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path)
}

fn list(tool: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let text = output(plain(tool, files).args(["--list", "--colors", "never"]))?;
    let is_code = |name: &&str| !FOR_TESTS.iter().any(|function| name.contains(&format!("{function} ")));
    let names: Vec<String> = text.lines().filter(is_code).map(str::to_owned).collect();
    if names.is_empty() { Err("mutants: nothing to change in these files".to_owned()) } else { Ok(names) }
}

fn command(tool: &Path, files: &[String], folder: &Path, open: &[&String], arguments: &[&str]) -> Command {
    let mut command = plain(tool, files);
    command
        .args(["--test-package", "hostkit", "--test-package", "hostkit-proto", "--no-times", "--output"])
        .arg(folder);
    command.args(open.iter().map(|name| format!("--re=^{}$", escape(name))));
    command.arg("--").args(arguments);
    // A target folder of its own, kept between runs, so that only the mutated crate is rebuilt; without debug info.
    command.env("CARGO_TARGET_DIR", folder.join("build"));
    command.env("CARGO_INCREMENTAL", "1").env("CARGO_PROFILE_DEV_DEBUG", "false");
    command
}

/// A regular expression that matches exactly this text.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        // Not all punctuation: `\<` and `\>` are word boundaries.
        if r"\.+*?()|[]{}^$".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Final outcomes: caught, or not compiling. Survivors and time-outs are tried again.
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

    /// Adds the results that cargo-mutants wrote.
    fn take(&mut self, folder: &Path) -> Result<(), String> {
        for outcome in ["caught", "unviable"] {
            for name in names(&folder.join(format!("{outcome}.txt")))? {
                self.0.insert((version(&name), name), outcome.to_owned());
            }
        }
        Ok(())
    }

    fn outcome(&self, name: &str) -> Option<&str> {
        self.0.get(&(version(name), name.to_owned())).map(String::as_str)
    }
}

/// Hash of the mutant's file: after an edit, the same mutant name may mean something else.
fn version(mutant: &str) -> String {
    let file = mutant.split(':').next().unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    // No mutants are listed for a deleted file.
    std::fs::read(root().join(file)).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The mutants in a list of cargo-mutants; none if the file does not exist.
fn names(path: &Path) -> Result<BTreeSet<String>, String> {
    if path.exists() { Ok(read(path)?.lines().map(str::to_owned).collect()) } else { Ok(BTreeSet::new()) }
}

fn report(mine: &[&String], finished: &Finished, slow: &BTreeSet<String>) -> Result<(), String> {
    let count = |outcome| mine.iter().filter(|name| finished.outcome(name) == Some(outcome)).count();
    let open: Vec<&String> = mine.iter().copied().filter(|name| finished.outcome(name).is_none()).collect();
    let (timed_out, survived) = open.into_iter().partition::<Vec<&String>, _>(|name| slow.contains(*name));
    println!(
        "mutants: {}, of them caught {}, survived {}, unviable {}, timed out {}",
        mine.len(),
        count("caught"),
        survived.len(),
        count("unviable"),
        timed_out.len()
    );
    timed_out.iter().for_each(|name| println!("timed out: {name}"));
    if survived.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = survived.iter().map(|name| format!("survived: {name}")).collect();
    Err(format!("{}\nmutants: each needs a test, unless it is equivalent to the original", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Finished, escape, parse_shard, report, version};

    #[test]
    fn a_shard_is_a_part() {
        assert_eq!(parse_shard("0/4"), Ok((0, 4)));
        for text in ["4/4", "1", "a/b", "0/0", "-1/2"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_stands_for_itself() {
        assert_eq!(escape("a.rs:1:2: f -> u64 with ^ (0)"), r"a\.rs:1:2: f -> u64 with \^ \(0\)");
    }

    #[test]
    fn results_are_kept_and_belong_to_a_text_of_the_file() {
        let name = "xtask/Cargo.toml:1:2: replace a -> b with c".to_owned();
        let mut finished = Finished::default();
        finished.0.insert((version(&name), name.clone()), "caught".to_owned());
        let again = Finished::parse(&finished.text());
        assert_eq!(again, finished);
        assert_eq!(again.outcome(&name), Some("caught"));
        let old = Finished::parse(&finished.text().replace(&version(&name), "0123456789abcdef"));
        assert_eq!(old.outcome(&name), None);
    }

    #[test]
    fn a_survivor_is_a_failure_and_a_slow_one_is_none() {
        let (a, b) = ("xtask/Cargo.toml:1:2: a".to_owned(), "xtask/Cargo.toml:1:3: b".to_owned());
        let mut finished = Finished::default();
        finished.0.insert((version(&a), a.clone()), "caught".to_owned());
        assert!(report(&[&a, &b], &finished, &BTreeSet::new()).is_err());
        assert!(report(&[&a, &b], &finished, &BTreeSet::from([b.clone()])).is_ok());
        assert!(report(&[&a], &finished, &BTreeSet::new()).is_ok());
    }
}
