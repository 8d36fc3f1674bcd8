//! `fuzz`: builds the fuzzer of `fuzz/`, runs it on every target, keeps what it finds, and adds up the totals.
//!
//! libFuzzer needs a C++ compiler and counters in our code, which stable Rust can put there. Where it cannot be built
//! the mutation loop of the tests stands in for it, and the totals say so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::command::{cargo, output, run};
use crate::workspace::{Outcome, files, read, root, write};

/// The targets, as `examples/tests/support/targets.rs` names them; a test there compares.
const TARGETS: [&str; 15] = [
    "xml",
    "json",
    "php",
    "print_r",
    "form",
    "any",
    "texts",
    "clodo",
    "clodo-requests",
    "inferno",
    "inferno-requests",
    "rootpanel",
    "rootpanel-requests",
    "macloud",
    "macloud-requests",
];

/// What puts libFuzzer's counters and comparisons into the code. cargo-fuzz passes the same; none of it is a nightly
/// feature. Sanitizers would be, but they look for what `unsafe` breaks, and there is none of ours.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                         -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                         -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

const LIBFUZZER: &str = "libFuzzer";
const LOOP: &str = "mutation loop";

/// What a run of one target gave.
struct Run {
    executions: u64,
    seconds: u64,
    crashes: u64,
}

/// Fuzzes one target or all of them, each for some seconds.
pub(crate) fn execute(target: Option<&str>, seconds: u64) -> Outcome {
    let targets: Vec<&str> = TARGETS.into_iter().filter(|name| target.is_none_or(|one| one == *name)).collect();
    if targets.is_empty() {
        return Err(format!("there is no such target; there are: {}", TARGETS.join(", ")));
    }
    let fuzzer = match build() {
        Ok(fuzzer) => Some(fuzzer),
        Err(message) => {
            eprintln!("fuzz: {message}");
            eprintln!("fuzz: NO LIBFUZZER HERE: the mutation loop of the tests runs instead, without coverage");
            None
        }
    };
    let mut crashed = Vec::new();
    for name in targets {
        let (engine, run) = match &fuzzer {
            Some(fuzzer) => (LIBFUZZER, fuzz(fuzzer, name, seconds)?),
            None => (LOOP, change(name, seconds)?),
        };
        println!("{name}: {} executions in {} s, {} crashes ({engine})", run.executions, run.seconds, run.crashes);
        add(name, engine, &run)?;
        if run.crashes > 0 {
            crashed.push(name);
        }
    }
    if crashed.is_empty() {
        return Ok(());
    }
    Err(format!("fuzz: crashes in {}; they are kept in fuzz/regressions", crashed.join(", ")))
}

/// Where everything that is built and found goes.
fn work() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("fuzz")
}

/// Builds the fuzzer and says where it is.
fn build() -> Result<PathBuf, String> {
    if !cfg!(unix) {
        return Err("the fuzzer runs on Unix only".to_owned());
    }
    let about = output(Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not name its host")?;
    // A target, though it is the host: build scripts must not have counters.
    let mut command = cargo(&["build", "--release", "--target", host]);
    run(command.current_dir(root().join("fuzz")).env("RUSTFLAGS", RUSTFLAGS).env("CARGO_TARGET_DIR", work()))?;
    Ok(work().join(host).join("release/hostkit-fuzz"))
}

/// Runs libFuzzer on one target, with a stack of 256 KiB.
fn fuzz(fuzzer: &Path, name: &str, seconds: u64) -> Result<Run, String> {
    let folder = work().join("work").join(name);
    let kept = root().join("fuzz/regressions").join(name);
    for folder in [folder.join("corpus"), folder.join("crashes"), folder.join("samples")] {
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let command = || {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -s 256 && exec \"$0\" \"$@\""]).arg(fuzzer).current_dir(&folder);
        command.env("HOSTKIT_FUZZ_TARGET", name).env("HOSTKIT_FUZZ_LAST", "last");
        command
    };
    let samples =
        command().arg("-runs=0").env("HOSTKIT_FUZZ_SAMPLES", "samples").env("HOSTKIT_FUZZ_WORDS", "words").output();
    samples.map_err(|error| format!("{name}: {error}"))?;
    let known = files(&folder.join("crashes"))?;
    let start = Instant::now();
    let mut command = command();
    command.args([format!("-max_total_time={seconds}"), "-max_len=4096".to_owned()]);
    command.args(["-dict=words", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    command.args(["-artifact_prefix=crashes/", "corpus", "samples"]);
    if kept.is_dir() {
        command.arg(&kept);
    }
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut run = Run { executions: executions(&text), seconds: start.elapsed().as_secs(), crashes: 0 };
    if output.status.success() {
        return Ok(run);
    }
    println!("{}", tail(&text));
    let mut found = files(&folder.join("crashes"))?;
    found.retain(|file| !known.contains(file));
    let mut found: Vec<PathBuf> = found.iter().map(|file| folder.join("crashes").join(file)).collect();
    if found.is_empty() {
        // Without a stack nobody could keep the input: it is the one that was tried last.
        found.push(folder.join("last"));
    }
    for from in found {
        run.crashes += 1;
        let bytes = fs::read(&from).map_err(|error| format!("{}: {error}", from.display()))?;
        let to = kept.join(format!("{:016x}", hash(&bytes)));
        let result = fs::create_dir_all(&kept).and_then(|()| fs::write(&to, bytes));
        result.map_err(|error| format!("{}: {error}", to.display()))?;
        println!("{name}: kept as {}", to.display());
    }
    Ok(run)
}

/// The last lines, where the reason is.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with('"')).collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// libFuzzer's own count, or, where it did not get as far as that, the number of its last progress line.
fn executions(text: &str) -> u64 {
    let last = text.lines().rev().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let pulse = || text.lines().rev().find_map(|line| line.strip_prefix('#')?.split_ascii_whitespace().next());
    last.or_else(pulse).and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// Runs the mutation loop of the tests on one target.
fn change(name: &str, seconds: u64) -> Result<Run, String> {
    let start = Instant::now();
    let mut command =
        cargo(&["test", "--quiet", "--release", "--package", "hostkit-examples", "--test", "promise_p14"]);
    command.args(["--", "--nocapture", "--exact", "changes_for_a_while"]);
    let output = command.env("HOSTKIT_FUZZ", format!("{name}:{seconds}")).output();
    let output = output.map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let done = text.lines().find_map(|line| line.split_once("P14: ")?.1.split(' ').next()?.parse().ok());
    match (output.status.success(), done) {
        (true, Some(executions)) => Ok(Run { executions, seconds, crashes: 0 }),
        _ => {
            println!("{text}{}", tail(&String::from_utf8_lossy(&output.stderr)));
            Ok(Run { executions: 0, seconds: start.elapsed().as_secs(), crashes: 1 })
        }
    }
}

/// FNV-1a: a name for a file that is the same for the same bytes.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

const HEAD: &str = "target\tengine\texecutions\tseconds\tcrashes\tlast run\n";

/// Adds a run to the totals.
fn add(name: &str, engine: &str, run: &Run) -> Outcome {
    let path = root().join("fuzz/TOTALS.tsv");
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let text = if path.exists() { read(&path)? } else { HEAD.to_owned() };
    write(&path, &merged(&text, name, engine, run, &today)?)
}

fn merged(text: &str, name: &str, engine: &str, run: &Run, today: &str) -> Result<String, String> {
    let mut rows = BTreeMap::new();
    for line in text.strip_prefix(HEAD).ok_or("fuzz/TOTALS.tsv has another head")?.lines() {
        let [name, engine, numbers @ .., last] = &line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("fuzz/TOTALS.tsv: {line}"));
        };
        let numbers: Result<Vec<u64>, _> = numbers.iter().map(|number| number.parse()).collect();
        let numbers: Option<[u64; 3]> = numbers.ok().and_then(|numbers| numbers.try_into().ok());
        let numbers = numbers.ok_or_else(|| format!("fuzz/TOTALS.tsv: {line}"))?;
        rows.insert(((*name).to_owned(), (*engine).to_owned()), (numbers, (*last).to_owned()));
    }
    let (numbers, last) = rows.entry((name.to_owned(), engine.to_owned())).or_default();
    for (sum, more) in numbers.iter_mut().zip([run.executions, run.seconds, run.crashes]) {
        *sum += more;
    }
    *last = today.to_owned();
    let mut text = HEAD.to_owned();
    for ((name, engine), ([executions, seconds, crashes], last)) in rows {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name}\t{engine}\t{executions}\t{seconds}\t{crashes}\t{last}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{HEAD, Run, executions, merged};

    #[test]
    fn totals_add_up() {
        let run = |executions| Run { executions, seconds: 60, crashes: 0 };
        let first = merged(HEAD, "xml", "libFuzzer", &run(10), "2026-01-01").expect("a table");
        let second = merged(&first, "json", "libFuzzer", &run(5), "2026-01-02").expect("a table");
        let third = merged(&second, "xml", "libFuzzer", &run(7), "2026-01-03").expect("a table");
        let rows = "json\tlibFuzzer\t5\t60\t0\t2026-01-02\nxml\tlibFuzzer\t17\t120\t0\t2026-01-03\n";
        assert_eq!(third, format!("{HEAD}{rows}"));
        assert!(merged("something else", "xml", "libFuzzer", &run(1), "").is_err());
        assert!(merged(&format!("{HEAD}xml\tlibFuzzer\tx\t1\t1\tnever\n"), "xml", "libFuzzer", &run(1), "").is_err());
    }

    #[test]
    fn executions_are_libfuzzers_own_count() {
        assert_eq!(executions("#5\tpulse\nstat::number_of_executed_units: 17\nstat::x: 1\n"), 17);
        assert_eq!(executions("#5\tpulse cov: 3\n#1024\tNEW cov: 4\nSegmentation fault\n"), 1024);
        assert_eq!(executions(""), 0);
    }
}
