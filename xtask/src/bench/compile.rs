//! CPU time of rustc for the types alone and for a program with one call, beside serde's derives and the bare library.

use std::fs::{self, File};
use std::time::SystemTime;

use super::programs::{build, check, target};
use super::table::{Figures, Measured, Peer};
use crate::compile_cost::spent;
use crate::workspace::root;

/// Measures the output types of Clodo and Macloud: our decoders beside derives, each twice in turn.
///
/// Generated code is `#[inline]`, and derives are generic: neither costs anything before it is called. So both crates
/// have a plain function for each output, which makes them compile all of it.
pub(super) fn types(measured: &mut Measured) -> Result<(), String> {
    let modes: [(&str, &[&str]); 3] =
        [("compile-check", &[]), ("compile-debug", &[]), ("compile-release", &["--release"])];
    for (id, options) in modes {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..2 {
            for (package, times) in ["bench-ours", "bench-serde"].into_iter().zip(&mut times) {
                times.push(alone(id, package, options)?);
            }
        }
        measured.add(id, figures("CPU s", times, "serde derives"));
    }
    Ok(())
}

/// CPU seconds of one crate, with its dependencies built before.
fn alone(id: &str, package: &str, options: &[&str]) -> Result<f64, String> {
    let mut arguments = options.to_vec();
    arguments.extend(["--package", package]);
    if package == "bench-serde" {
        arguments.extend(["--features", "all"]);
    }
    let compile = || if id == "compile-check" { check(&arguments) } else { build(&arguments) };
    compile()?;
    let file = root().join("bench").join(package.trim_start_matches("bench-")).join("src/lib.rs");
    File::options()
        .append(true)
        .open(&file)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let all = spent(compile)?;
    // Subtracts what cargo itself takes when nothing is to be built.
    Ok(all - spent(compile)?)
}

/// Builds a program with one call from nothing, with hostkit-ureq and with ureq and serde_json alone.
pub(super) fn program(measured: &mut Measured) -> Result<(), String> {
    let (mut times, mut bytes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for (index, name) in ["program-ours", "program-bare"].into_iter().enumerate() {
        let folder = target().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let path = folder.to_string_lossy().into_owned();
        let compile = || build(&["--profile", "program", "--package", name, "--target-dir", &path]);
        times[index].push(spent(compile)?);
        let file = folder.join("program").join(name);
        let length = fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
        bytes[index].push(length as f64 / 1e6);
    }
    let peer = "bare ureq + serde_json";
    measured.add("program-build", figures("CPU s", times, peer));
    measured.add("program-size", figures("MB", bytes, peer));
    Ok(())
}

/// The smallest of each side: noise only adds.
fn figures(unit: &str, [ours, peer]: [Vec<f64>; 2], name: &str) -> Figures {
    let least = |times: &[f64]| times.iter().copied().fold(f64::MAX, f64::min);
    let most = peer.iter().copied().fold(0.0, f64::max);
    let (ours, peer) = (least(&ours), least(&peer));
    let peer = Peer { name: name.to_owned(), figures: [peer; 2], spread: most / peer - 1.0 };
    Figures { unit: unit.to_owned(), ours: [ours; 2], peer: Some(peer) }
}
