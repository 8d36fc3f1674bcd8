//! Instructions of both sides of a line, counted by callgrind, and the ratios that `bench/instructions.txt` holds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use super::derives;
use super::programs::{build, executable, program};
use super::table::{Line, Measured};
use crate::command::output;
use crate::workspace::{read, root, target, write};

/// Share by which a ratio may differ from the file.
const MARGIN: f64 = 0.03;

/// Calls that are counted: enough that a rare allocation does not show.
const CALLS: &str = "200";

/// Counts the lines of a program, or only those that are held, and adds them to the table.
pub(super) fn add(package: &str, lines: &[Line], only_held: bool, measured: &mut Measured) -> Result<(), String> {
    if !is_installed() {
        eprintln!("instructions: SKIPPED: {NO_VALGRIND}");
        return Ok(());
    }
    let counted = lines.iter().filter(|line| line.profile.as_deref() == Some(package) && (line.held || !only_held));
    for line in counted {
        if let Some(counts) = count(line)? {
            measured.count(&line.id, counts);
        }
    }
    Ok(())
}

/// The reason for skipping.
const NO_VALGRIND: &str = "valgrind is not installed";

/// Compares the ratios of the lines that are held with the file, or writes it; returns why it was skipped.
pub(super) fn hold(lines: &[Line], rewrite: bool) -> Result<Option<String>, String> {
    if !is_installed() {
        println!("instructions: SKIPPED: {NO_VALGRIND}");
        return Ok(Some(NO_VALGRIND.to_owned()));
    }
    derives::generate()?;
    build(&["--release", "--no-default-features", "--package", "bench-suite", "--package", "bench-calls"])?;
    let mut ratios = Vec::new();
    for line in lines.iter().filter(|line| line.held) {
        let [ours, peer] = count(line)?.ok_or_else(|| format!("{}: there is no peer here", line.id))?;
        ratios.push((line.id.clone(), line.ratio(ours as f64, peer as f64)));
    }
    let rustc = output(Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("--version"))?;
    let path = root().join("bench/instructions.txt");
    if rewrite {
        return write(&path, &text_of(rustc.trim(), &ratios)).map(|()| None);
    }
    let (text, failed) = compare(&read(&path)?, rustc.trim(), &ratios)?;
    print!("{text}");
    if failed.is_empty() {
        return Ok(None);
    }
    Err(format!(
        "instructions differ by more than {:.0} % from bench/instructions.txt: {}\nwhere it is meant: cargo xtask bench \
         instructions --write, and say why in the commit",
        MARGIN * 100.0,
        failed.join(", ")
    ))
}

/// The table of the comparison, and the lines that differ by too much.
fn compare(file: &str, rustc: &str, ratios: &[(String, f64)]) -> Result<(String, Vec<String>), String> {
    let (held, of) = parse(file)?;
    let is_same = held == rustc;
    let mut text = format!("{:<28}{:>8}{:>8}\n", "ratio of instructions", "now", "held");
    let mut failed = Vec::new();
    for (id, ratio) in ratios {
        let held = of.get(id).copied();
        let _ = writeln!(
            text,
            "{id:<28}{ratio:>8.3}{:>8}",
            held.map_or_else(|| "-".to_owned(), |held| format!("{held:.3}"))
        );
        if is_same && held.is_none_or(|held| (ratio / held - 1.0).abs() > MARGIN) {
            failed.push(id.clone());
        }
    }
    if let Some(id) = of.keys().find(|id| !ratios.iter().any(|(known, _)| known == *id)) {
        return Err(format!("bench/instructions.txt has `{id}`, which bench/aims.toml does not hold"));
    }
    if !is_same {
        let _ = writeln!(text, "only printed: the file is of {held}, here is {rustc}");
    }
    Ok((text, failed))
}

/// rustc and ratios of the file.
fn parse(file: &str) -> Result<(&str, BTreeMap<String, f64>), String> {
    let mut lines = file.lines().filter(|line| !line.starts_with('#'));
    let rustc = lines.next().ok_or("bench/instructions.txt names no rustc")?;
    let ratio = |line: &str| {
        let (id, ratio) = line.split_once(' ')?;
        Some((id.to_owned(), ratio.trim().parse().ok()?))
    };
    let all = lines.map(|line| ratio(line).ok_or_else(|| format!("bench/instructions.txt: not a ratio: {line}")));
    Ok((rustc, all.collect::<Result<_, _>>()?))
}

fn text_of(rustc: &str, ratios: &[(String, f64)]) -> String {
    let mut text = String::from(
        "# Instructions of the hot paths as ratios: of the peer's to ours for reading, of ours to the bare library's for\n\
         # calls. Written by `cargo xtask bench instructions --write`; under the same rustc, 3 % off fails.\n",
    );
    let _ = writeln!(text, "{rustc}");
    for (id, ratio) in ratios {
        let _ = writeln!(text, "{id} {ratio:.3}");
    }
    text
}

fn is_installed() -> bool {
    let mut command = Command::new("valgrind");
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Instructions of our side and of the peer's; `None` without PHP where the peer is PHP.
fn count(line: &Line) -> Result<Option<[u64; 2]>, String> {
    let Some(package) = line.profile.as_deref() else { return Ok(None) };
    let path = executable(package);
    let side = |side: &str| {
        let program = path.to_string_lossy().into_owned();
        let mut arguments = vec![program.as_str(), "profile", &line.id, side];
        if package == "bench-calls" {
            arguments.push(CALLS);
        }
        callgrind(&["--collect-atstart=no", "--toggle-collect=*profile_lap*"], &arguments)
    };
    // Its peer is another program, which has no function to collect in.
    let peer = if line.id == "rootpanel-php" { php()? } else { Some(side("peer")?) };
    Ok(match peer {
        Some(peer) => Some([side("ours")?, peer]),
        None => None,
    })
}

/// Instructions in which PHP reads the body once: what two readings more take, halved.
fn php() -> Result<Option<u64>, String> {
    if !Command::new("php").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let script = root().join("bench/suite/unserialize.php").to_string_lossy().into_owned();
    let file = target().join("bench-body.php-serialize");
    write(&file, &program("bench-suite", "bench-suite", &["php-body"])?)?;
    let file = file.to_string_lossy().into_owned();
    let [one, three] = ["1", "3"].map(|count| callgrind(&[], &["php", &script, &file, count]));
    Ok(Some(three?.saturating_sub(one?) / 2))
}

/// Instructions that callgrind collects.
fn callgrind(options: &[&str], program: &[&str]) -> Result<u64, String> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).args(options).args(program);
    let output = command.output().map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = collected(&text).filter(|count| output.status.success() && *count > 0);
    counted.ok_or_else(|| format!("`{}` under callgrind counted nothing:\n{text}", program.join(" ")))
}

/// The number behind `Collected :`, the last of several.
fn collected(text: &str) -> Option<u64> {
    text.lines().rev().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{collected, compare, parse, text_of};

    fn ratios(of: f64) -> Vec<(String, f64)> {
        vec![("read".to_owned(), of)]
    }

    #[test]
    fn a_ratio_is_held_in_both_directions() {
        let file = text_of("rustc 1", &ratios(1.0));
        for (ratio, is_held) in [(1.0, true), (1.029, true), (0.971, true), (1.031, false), (0.969, false)] {
            let (_, failed) = compare(&file, "rustc 1", &ratios(ratio)).unwrap();
            assert_eq!(failed.is_empty(), is_held, "{ratio}");
        }
    }

    #[test]
    fn another_rustc_only_prints() {
        let (text, failed) = compare(&text_of("rustc 1", &ratios(1.0)), "rustc 2", &ratios(2.0)).unwrap();
        assert!(failed.is_empty());
        assert!(text.contains("only printed: the file is of rustc 1, here is rustc 2"), "{text}");
    }

    #[test]
    fn the_file_and_the_lines_are_the_same() {
        let file = text_of("rustc 1", &ratios(1.0));
        assert_eq!(compare(&file, "rustc 1", &[("new".to_owned(), 1.0)]).ok(), None);
        let (_, failed) = compare("rustc 1\n", "rustc 1", &ratios(1.0)).unwrap();
        assert_eq!(failed, ["read"]);
        assert!(parse("rustc 1\nread fast\n").is_err());
    }

    #[test]
    fn callgrind_is_understood() {
        assert_eq!(collected("==1== Events    : Ir\n==1== Collected : 138800000\n==1== \n"), Some(138_800_000));
        assert_eq!(collected("valgrind: no such program"), None);
    }
}
