//! Command `compile-cost`: CPU time that rustc takes for each proto crate alone, against `xtask/compile-budget.toml`.
//!
//! Machines differ, so the unit is not the second: a reference crate that never changes is compiled in the same run,
//! and CPU times are multiples of its own. `cargo xtask bench compile` compares with derives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::command::{cargo, run};
use crate::workspace::{apis, root, target};

/// Factor by which a figure may exceed its budget.
const MARGIN: f64 = 1.15;

/// CPU times below this, in reference crates, are noise.
const NOISE: f64 = 0.1;

/// Rounds when a budget is written, and most rounds when one is checked: noise only adds, so the smallest figure counts
/// and the first round within the budget is enough.
const ROUNDS: (usize, usize) = (2, 5);

/// Figures of one crate: CPU times in reference crates, `rlib` in bytes.
type Figures = BTreeMap<String, f64>;

/// A kind of build to measure.
#[derive(Clone, Copy)]
struct Mode {
    name: &'static str,
    cargo: &'static [&'static str],
    /// Of the reference crate.
    rustc: &'static [&'static str],
    /// Folder of the rlib; a check makes none.
    folder: Option<&'static str>,
}

const CHECK: Mode = Mode { name: "check", cargo: &["check"], rustc: &["--emit=metadata"], folder: None };
const DEBUG: Mode =
    Mode { name: "debug", cargo: &["build"], rustc: &["--emit=link", "-Cdebuginfo=2"], folder: Some("debug") };
const RELEASE: Mode = Mode {
    name: "release",
    cargo: &["build", "--release"],
    rustc: &["--emit=link", "-Copt-level=3"],
    folder: Some("release"),
};

/// Measures every crate and compares with the budget, or writes a new one; measures release builds only with `in_full`
/// or `write`.
pub(crate) fn execute(write: bool, in_full: bool) -> Result<(), String> {
    let modes: &[Mode] = if in_full || write { &[CHECK, DEBUG, RELEASE] } else { &[CHECK, DEBUG] };
    let file = root().join("xtask/compile-budget.toml");
    let budget: BTreeMap<String, Figures> = if write {
        BTreeMap::new()
    } else {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?
    };
    let mut measured: BTreeMap<String, Figures> = BTreeMap::new();
    let mut over = Vec::new();
    println!("{:<18}{:<10}{:>10}{:>12}{:>10}", "crate", "what", "CPU s", "measured", "budget");
    let crates = crates()?;
    for mode in modes {
        for name in crates.iter().map(String::as_str) {
            let allowed = budget.get(name).and_then(|figures| figures.get(mode.name)).copied();
            let (cost, seconds) = measure(name, *mode, allowed)?;
            let mut figures = vec![(mode.name.to_owned(), cost, format!("{seconds:.2}"))];
            if let Some(folder) = mode.folder {
                figures.push((format!("{}-rlib", mode.name), rlib(name, folder)?, String::new()));
            }
            for (what, figure, seconds) in figures {
                let allowed = budget.get(name).and_then(|figures| figures.get(&what)).copied();
                let limit = allowed.map_or_else(|| "-".to_owned(), |allowed| number(&what, allowed));
                println!("{name:<18}{what:<14}{seconds:>6}{:>12}{limit:>10}", number(&what, figure));
                match allowed {
                    Some(allowed) if is_over(figure, allowed) => over.push(format!("{name} {what}")),
                    None if !write => over.push(format!("{name} {what} (it has no budget)")),
                    _ => {}
                }
                measured.entry(name.to_owned()).or_default().insert(what, figure);
            }
        }
    }
    if write {
        return fs::write(&file, text_of(&measured)).map_err(|error| format!("{}: {error}", file.display()));
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(format!(
        "over the budget by more than 15 %: {}\nwhere it pays: cargo xtask release compile-cost --write, and say why in \
         the commit",
        over.join(", ")
    ))
}

/// The proto crates.
fn crates() -> Result<Vec<String>, String> {
    Ok(apis()?.into_iter().map(|layout| layout.package).collect())
}

/// CPU time of one crate, in reference crates and in seconds; repeats while it exceeds what is `allowed`.
fn measure(name: &str, mode: Mode, allowed: Option<f64>) -> Result<(f64, f64), String> {
    let build = || {
        let mut command = cargo(mode.cargo);
        command.args(["--quiet", "--package", name]).env("CARGO_INCREMENTAL", "0").stderr(Stdio::inherit());
        run(&mut command)
    };
    // Compiles the dependencies first, so that they do not count.
    build()?;
    let (mut cost, mut seconds) = (f64::MAX, f64::MAX);
    for round in 1..=ROUNDS.1 {
        File::options()
            .append(true)
            .open(root().join("crates").join(name).join("src/lib.rs"))
            .and_then(|file| file.set_modified(SystemTime::now()))
            .map_err(|error| format!("{name}: {error}"))?;
        let own = spent(build)?;
        // Subtracts what cargo itself takes when nothing is to be built.
        let own = own - spent(build)?;
        // Each round has its own reference: whatever slows the machine down slows both.
        cost = cost.min(own / spent(|| compile_reference(mode))?);
        seconds = seconds.min(own);
        let is_enough = allowed.map_or(round >= ROUNDS.0, |allowed| !is_over(cost, allowed));
        if is_enough {
            break;
        }
    }
    Ok((cost, seconds))
}

fn is_over(figure: f64, allowed: f64) -> bool {
    figure > allowed * MARGIN && figure > allowed + NOISE
}

/// CPU seconds of the processes that `act` starts.
pub(crate) fn spent(act: impl FnOnce() -> Result<(), String>) -> Result<f64, String> {
    let before = children()?;
    act()?;
    Ok(children()? - before)
}

/// User and system CPU seconds of all child processes that have ended.
fn children() -> Result<f64, String> {
    let stat =
        fs::read_to_string("/proc/self/stat").map_err(|error| format!("no CPU times on this system: {error}"))?;
    // The second field is a name in parentheses that may hold blanks; the times of children are fields 16 and 17.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>());
    let ticks = |index: usize| fields.as_ref()?.get(index)?.parse::<f64>().ok();
    match (ticks(13), ticks(14)) {
        // A tick is 1/100 s on every Linux that Rust supports.
        (Some(user), Some(system)) => Ok((user + system) / 100.0),
        _ => Err("/proc/self/stat has another form".to_owned()),
    }
}

fn compile_reference(mode: Mode) -> Result<(), String> {
    let folder = target().join("compile-cost");
    let file = folder.join("reference.rs");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&file, reference()))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2024", "--crate-type=lib", "--crate-name=reference"]).args(mode.rustc);
    run(rustc.arg("--out-dir").arg(&folder).arg(&file))
}

/// The reference crate: types with derives and decoder-like calls, without dependencies. Never change it: it is the
/// unit of every budget.
fn reference() -> String {
    let mut text = String::from(
        "use std::collections::BTreeMap;\npub type Tree = BTreeMap<String, String>;\n\
         pub fn read<T: std::str::FromStr>(tree: &Tree, key: &str) -> Result<T, String> {\n    \
         tree.get(key).ok_or_else(|| format!(\"{key} is missing\"))?.parse().map_err(|_| format!(\"{key}: unreadable\"))\n}\n",
    );
    for index in 0..200 {
        let _ = writeln!(text, "#[derive(Debug, Clone, PartialEq)]\npub struct Type{index} {{");
        for field in 0..6 {
            let _ = writeln!(text, "    pub number{field}: u64,\n    pub text{field}: String,");
        }
        let _ = writeln!(
            text,
            "}}\nimpl Type{index} {{\n    pub fn read(tree: &Tree) -> Result<Self, String> {{\n        Ok(Self {{"
        );
        for field in 0..6 {
            let _ = writeln!(
                text,
                "            number{field}: read(tree, \"number{field}\")?,\n            text{field}: read(tree, \"text{field}\")?,"
            );
        }
        text.push_str("        })\n    }\n}\n");
    }
    text
}

fn rlib(name: &str, folder: &str) -> Result<f64, String> {
    let file = target().join(folder).join(format!("lib{}.rlib", name.replace('-', "_")));
    let bytes = fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    Ok(bytes as f64)
}

fn number(what: &str, figure: f64) -> String {
    if what.ends_with("rlib") { format!("{figure:.0}") } else { format!("{figure:.2}") }
}

fn text_of(measured: &BTreeMap<String, Figures>) -> String {
    let mut text = String::from(
        "# What compiling a proto crate alone may cost: CPU time in multiples of the reference crate of\n\
         # xtask/src/compile_cost.rs, and bytes of the rlib. Written by `cargo xtask release compile-cost --write`; more\n\
         # than 15 % above a figure fails.\n",
    );
    for (name, figures) in measured {
        let _ = writeln!(text, "\n[{name}]");
        for (what, figure) in figures {
            let _ = writeln!(text, "{what} = {}", number(what, *figure));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Figures, crates, reference, text_of};
    use crate::workspace::root;

    #[test]
    fn every_proto_crate_has_a_budget() {
        let text = std::fs::read_to_string(root().join("xtask/compile-budget.toml")).unwrap();
        let budget: BTreeMap<String, Figures> = toml::from_str(&text).unwrap();
        let crates = crates().unwrap();
        assert!(budget.keys().eq(&crates), "{crates:?}");
        for name in &crates {
            let kinds: Vec<_> = budget[name].keys().map(String::as_str).collect();
            assert_eq!(kinds, ["check", "debug", "debug-rlib", "release", "release-rlib"], "{name}");
        }
        assert_eq!(text, text_of(&budget), "it is written by a verb");
    }

    #[test]
    fn the_reference_never_changes() {
        let sum = reference()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        assert_eq!(format!("{sum:016x}"), "8bde1e8cb2497e0d");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn time_of_children_is_seen() {
        use super::{children, spent};
        let busy = || {
            crate::command::run(
                std::process::Command::new("sh").args(["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"]),
            )
        };
        assert!(spent(busy).unwrap() > 0.05);
        assert!(children().unwrap() > 0.0);
    }
}
