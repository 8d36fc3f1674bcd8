//! Command `fuzz`: builds the fuzzer of `fuzz/`, runs every target, keeps failing inputs and adds up the totals.
//!
//! libFuzzer needs a C++ compiler and coverage counters, which stable Rust can insert. Where it cannot be built, the
//! tests' mutation loop replaces it, and the totals say so.

mod totals;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use cargo_hostkit::Layout;

use crate::command::{cargo, output, run};
use crate::workspace::{apis, files, root};
use totals::Run;

/// The targets of `tests/support/targets.rs` without those of the APIs; a test there compares the two lists.
const READERS: [&str; 7] = ["xml", "json", "php", "print_r", "form", "any", "texts"];

/// Every target: the readers, and the answers and requests of each API.
fn targets() -> Result<Vec<String>, String> {
    let of_apis = apis()?.into_iter().flat_map(|Layout { api, .. }| [api.clone(), format!("{api}-requests")]);
    Ok(READERS.into_iter().map(str::to_owned).chain(of_apis).collect())
}

/// Inserts libFuzzer's counters and comparison tracing: the flags of cargo-fuzz that stable Rust takes. Sanitizers need
/// nightly and find what only `unsafe` breaks, of which we have none.
const RUSTFLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                         -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                         -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Program that runs a target.
enum Engine {
    LibFuzzer(PathBuf),
    /// The mutation loop of the tests.
    Loop,
}

/// Fuzzes one target or all, each for the given seconds.
pub(crate) fn execute(target: Option<&str>, seconds: u64) -> Result<(), String> {
    let all = targets()?;
    let targets: Vec<&str> =
        all.iter().map(String::as_str).filter(|name| target.is_none_or(|one| one == *name)).collect();
    if targets.is_empty() {
        return Err(format!("there is no such target; there are: {}", all.join(", ")));
    }
    let engine = match build() {
        Ok(fuzzer) => Engine::LibFuzzer(fuzzer),
        Err(message) => {
            eprintln!("fuzz: {message}");
            eprintln!("fuzz: NO LIBFUZZER: running the mutation loop of the tests instead, without coverage");
            Engine::Loop
        }
    };
    let engine_name = match engine {
        Engine::LibFuzzer(_) => "libFuzzer",
        Engine::Loop => "mutation loop",
    };
    let seed = jiff::Timestamp::now().as_second().unsigned_abs() % u64::from(u32::MAX);
    side_by_side(
        &targets,
        |name| engine.run(name, seconds, seed),
        |name, run| {
            println!(
                "{name}: {} executions in {} s, {} crashes ({engine_name})",
                run.executions, run.seconds, run.crashes
            );
            totals::add(name, engine_name, run)
        },
    )
}

/// Fuzzes one target per processor at a time, and fails at the end if one crashed.
fn side_by_side(
    targets: &[&str],
    fuzz: impl Fn(&str) -> Result<Run, String> + Sync,
    ended: impl FnMut(&str, &Run) -> Result<(), String> + Send,
) -> Result<(), String> {
    let (next, ended) = (AtomicUsize::new(0), Mutex::new((ended, Vec::new())));
    let one_after_the_other = || {
        while let Some(name) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = fuzz(name)?;
            let mut ended = ended.lock().map_err(|_| "another target failed".to_owned())?;
            (ended.0)(name, &run)?;
            if run.crashes > 0 {
                ended.1.push(*name);
            }
        }
        Ok(())
    };
    let width = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(targets.len());
    let results: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..width).map(|_| scope.spawn(one_after_the_other)).collect();
        let panicked = |_| Err("fuzz: a worker thread panicked".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    });
    results.into_iter().collect::<Result<(), String>>()?;
    let crashed = ended.into_inner().map_err(|_| "fuzz: a worker thread panicked".to_owned())?.1;
    if crashed.is_empty() {
        return Ok(());
    }
    Err(format!("fuzz: crashes in {}; the inputs are saved in fuzz/regressions", crashed.join(", ")))
}

/// Folder for builds and findings.
fn work() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("fuzz")
}

/// Builds the fuzzer and returns its path.
fn build() -> Result<PathBuf, String> {
    if !cfg!(unix) {
        return Err("the fuzzer runs on Unix only".to_owned());
    }
    let about = output(Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not name its host")?;
    // Naming the host as `--target` keeps the counters out of build scripts.
    let mut command = cargo(&["build", "--release", "--target", host]);
    run(command.current_dir(root().join("fuzz")).env("RUSTFLAGS", RUSTFLAGS).env("CARGO_TARGET_DIR", work()))?;
    Ok(work().join(host).join("release/hostkit-fuzz"))
}

impl Engine {
    /// Runs one target with a stack of 256 KiB; the corpus is kept for the next run.
    fn run(&self, name: &str, seconds: u64, seed: u64) -> Result<Run, String> {
        let folder = work().join("work").join(name);
        for folder in [folder.join("corpus"), folder.join("crashes"), folder.join("samples")] {
            fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        // Without this, the last input of an earlier run would be taken for the one that ended this run.
        fs::write(folder.join("last"), "").map_err(|error| format!("{}: {error}", folder.display()))?;
        match self {
            Self::LibFuzzer(fuzzer) => fuzz(fuzzer, name, seconds, seed, &folder),
            Self::Loop => change(name, seconds, seed, &folder),
        }
    }
}

/// Runs libFuzzer on one target.
fn fuzz(fuzzer: &Path, name: &str, seconds: u64, seed: u64, folder: &Path) -> Result<Run, String> {
    let command = || {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -s 256 && exec \"$0\" \"$@\""]).arg(fuzzer).current_dir(folder);
        command.env("HOSTKIT_FUZZ_TARGET", name).env("HOSTKIT_FUZZ_LAST", "last");
        // A backtrace would push the panic message out of the tail; libFuzzer prints a stack anyway.
        command.env("RUST_BACKTRACE", "0");
        command
    };
    let mut prepare = command();
    output(prepare.arg("-runs=0").env("HOSTKIT_FUZZ_SAMPLES", "samples").env("HOSTKIT_FUZZ_WORDS", "words"))?;
    let known = files(&folder.join("crashes"))?;
    let start = Instant::now();
    let mut command = command();
    command.args([format!("-max_total_time={seconds}"), format!("-seed={seed}"), "-max_len=4096".to_owned()]);
    command.args(["-dict=words", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    command.args(["-artifact_prefix=crashes/", "corpus", "samples"]);
    if regressions(name).is_dir() {
        command.arg(regressions(name));
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
        // A stack overflow leaves no chance to save the input, but the last one tried is on disk.
        found.push(folder.join("last"));
    }
    for from in found {
        keep(name, &from)?;
        run.crashes += 1;
    }
    Ok(run)
}

/// Folder of a target's inputs that once failed.
fn regressions(name: &str) -> PathBuf {
    root().join("fuzz/regressions").join(name)
}

/// Saves a failing input and prints its bytes, for readers who have only the log.
fn keep(name: &str, from: &Path) -> Result<(), String> {
    let bytes = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    let to = regressions(name).join(format!("{:016x}", hash(&bytes)));
    println!("{name}: saved as {}: b\"{}\"", to.display(), bytes.escape_ascii());
    let result = fs::create_dir_all(regressions(name)).and_then(|()| fs::write(&to, bytes));
    result.map_err(|error| format!("{}: {error}", to.display()))
}

/// The last lines, which hold the reason.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with('"')).collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

/// Executions as libFuzzer counts them or, if it ended early, from its last progress line.
fn executions(text: &str) -> u64 {
    let last = text.lines().rev().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let pulse = || text.lines().rev().find_map(|line| line.strip_prefix('#')?.split_ascii_whitespace().next());
    last.or_else(pulse).and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// Runs the tests' mutation loop on one target.
fn change(name: &str, seconds: u64, seed: u64, folder: &Path) -> Result<Run, String> {
    let last = folder.join("last");
    let start = Instant::now();
    let mut command = cargo(&["test", "--quiet", "--release", "--package", "hostkit-tests", "--test", "promises"]);
    command.args(["--", "--nocapture", "--exact", "p14::changes_for_a_while"]);
    command.env("HOSTKIT_FUZZ", format!("{name}:{seconds}:{seed}")).env("HOSTKIT_FUZZ_LAST", &last);
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let done = text.lines().find_map(|line| line.split_once("P14: ")?.1.split(' ').next()?.parse().ok());
    match (output.status.success(), done) {
        (true, Some(executions)) => Ok(Run { executions, seconds, crashes: 0 }),
        // The loop deletes this file when it finishes, and the file is empty until it starts.
        _ if fs::metadata(&last).is_ok_and(|file| file.len() > 0) => {
            println!("{text}{}", tail(&String::from_utf8_lossy(&output.stderr)));
            keep(name, &last)?;
            Ok(Run { executions: 0, seconds: start.elapsed().as_secs(), crashes: 1 })
        }
        _ => Err(format!("{name}: the mutation loop did not run\n{}", tail(&String::from_utf8_lossy(&output.stderr)))),
    }
}

/// FNV-1a: names a file after its content.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::executions;

    #[test]
    fn executions_are_libfuzzers_own_count() {
        assert_eq!(executions("#5\tpulse\nstat::number_of_executed_units: 17\nstat::x: 1\n"), 17);
        assert_eq!(executions("#5\tpulse cov: 3\n#1024\tNEW cov: 4\nSegmentation fault\n"), 1024);
        assert_eq!(executions(""), 0);
    }
}
