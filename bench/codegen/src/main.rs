//! `cargo xtask bench generate`: all outputs of all specs in one warm process, without rustfmt, and the Rust of an
//! endpoint beside progenitor's.

mod many;

use std::path::{Path, PathBuf};
use std::time::Instant;

use hostkit_codegen::{Sources, Specs};

/// The APIs of hosters: the folders of specs that say what their document has.
fn apis() -> Vec<String> {
    let folders = std::fs::read_dir(specs()).expect("a folder").flatten().map(|entry| entry.path());
    let folders = folders.filter(|path| path.join("inventory.toml").exists() && !path.to_string_lossy().contains("obstacle"));
    let mut names: Vec<_> = folders.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into()).collect();
    names.sort();
    names
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("generate") => generate(),
        Some("growth") => many::grow(),
        _ => panic!("generate or growth"),
    }
}

/// All outputs of all specs, then an endpoint of Macloud beside progenitor.
fn generate() {
    let apis: Vec<String> = apis();
    let all: Vec<Sources> = apis.iter().map(|api| sources(api)).collect();
    for (api, sources) in apis.iter().zip(&all) {
        let endpoints = endpoints(api);
        let files = Specs::read(api, sources).map_or(0, |specs| specs.rust().files().count());
        assert!(files > endpoints, "{api}: {files} files of {endpoints} endpoints");
    }
    let [everything] = laps([&mut || apis.iter().zip(&all).map(|(api, sources)| everything(api, sources)).sum()]);
    print("generate-all", everything, None);
    progenitor(&sources("macloud"));
}

/// Everything that `cargo xtask codegen` makes of an API's specs, with the model resolved once.
fn everything(api: &str, sources: &Sources) -> usize {
    Specs::read(api, sources).map_or(0, |specs| {
        let lists = specs.lists().len() + specs.coverage().types.len();
        [specs.rust(), specs.reference(), specs.openapi()].iter().map(|tree| tree.files().count()).sum::<usize>()
            + lists
    })
}

/// Generates the endpoints with progenitor, from the document's text to formatted code, in turn with ours.
fn progenitor(sources: &Sources) {
    let reduced = bench_progenitor::document();
    eprintln!("progenitor on docs/openapi/macloud.json: {} of {} endpoints", reduced.endpoints, reduced.of);
    reduced.notes.iter().for_each(|note| eprintln!("  {note}"));
    let lines = bench_progenitor::generate(&reduced.text).map_or(0, |text| text.lines().count());
    assert!(lines > 1_000, "{lines} lines");
    let [ours, theirs] =
        laps([&mut || Specs::read("macloud", sources).map_or(0, |specs| specs.rust().files().count()), &mut || {
            bench_progenitor::generate(&reduced.text).map_or(0, |text| text.len())
        }]);
    let name = format!("progenitor-impl {}, {} of {} endpoints", version(), reduced.endpoints, reduced.of);
    let each = |times: Vec<f64>, endpoints: usize| times.into_iter().map(|time| time / endpoints as f64).collect();
    print("generate-endpoint", each(ours, endpoints("macloud")), Some((&name, each(theirs, reduced.endpoints))));
}

fn version() -> &'static str {
    let lock = include_str!("../../Cargo.lock").split_once("name = \"progenitor-impl\"\nversion = \"");
    lock.and_then(|(_, rest)| rest.split('"').next()).unwrap_or("?")
}

/// Milliseconds of eleven laps each, in turn; the first ones only warm up.
fn laps<const N: usize>(mut runners: [&mut dyn FnMut() -> usize; N]) -> [Vec<f64>; N] {
    let mut times = [const { Vec::new() }; N];
    for lap in 0..12 {
        for (run, times) in runners.iter_mut().zip(&mut times) {
            let start = Instant::now();
            assert_ne!(std::hint::black_box(run()), 0);
            if lap > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times
}

/// Prints a line of the table: identifier, unit, our median and best, and the same of a peer with its spread.
fn print(id: &str, mut ours: Vec<f64>, peer: Option<(&str, Vec<f64>)>) {
    ours.sort_by(f64::total_cmp);
    let middle = |times: &[f64]| times[times.len() / 2];
    let peer = match peer {
        None => "\t\t\t".to_owned(),
        Some((name, mut times)) => {
            times.sort_by(f64::total_cmp);
            let spread = (times[times.len() * 3 / 4] - times[times.len() / 4]) / middle(&times);
            format!("{name}\t{}\t{}\t{spread:.3}", middle(&times), times[0])
        }
    };
    println!("{id}\tms\t{}\t{}\t{peer}", middle(&ours), ours[0]);
}

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs")
}

/// Every file below a folder, relative to it.
fn files(folder: &Path, below: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder.join(below)).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() { files(folder, &path, found) } else { found.push(path) }
    }
}

fn paths(api: &str) -> Vec<String> {
    let mut found = Vec::new();
    files(&specs().join(api), "", &mut found);
    found.sort();
    found
}

/// Number of specs other than types and service.
fn endpoints(api: &str) -> usize {
    paths(api).iter().filter(|path| is_endpoint(path)).count()
}

fn is_endpoint(path: &str) -> bool {
    path.ends_with(".toml") && path.contains('/') && !path.starts_with("types/")
}

fn sources(api: &str) -> Sources {
    let (texts, examples) = both(api);
    Sources::new(texts).with_examples(examples)
}

/// Specs and examples of one API.
fn both(api: &str) -> (Vec<(String, String)>, Vec<(String, Vec<u8>)>) {
    let folder = specs().join(api);
    let (mut texts, mut examples) = (Vec::new(), Vec::new());
    for file in paths(api) {
        let bytes = std::fs::read(folder.join(&file)).expect("a file");
        match String::from_utf8(bytes) {
            Ok(text) if file.ends_with(".toml") => texts.push((format!("{api}/{file}"), text)),
            Ok(text) => examples.push((format!("{api}/{file}"), text.into_bytes())),
            Err(error) => examples.push((format!("{api}/{file}"), error.into_bytes())),
        }
    }
    (texts, examples)
}
