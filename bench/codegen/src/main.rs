//! `cargo xtask bench generate`: all outputs of all specs in one warm process, without rustfmt, and the Rust beside
//! progenitor.

mod many;

use std::path::{Path, PathBuf};
use std::time::Instant;

use hostkit_codegen::{Sources, Specs};

const APIS: [&str; 4] = ["clodo", "inferno", "macloud", "rootpanel"];

fn main() {
    let growth = std::env::args().nth(1).is_some_and(|argument| argument == "growth");
    if growth {
        return many::grow();
    }
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let read = time(|| APIS.map(sources));
    println!("reading specs and examples from files: {:.0} ms", read.median);
    let all = APIS.map(sources);
    println!("the Rust output of all specs, warm, {profile}; behind it all outputs");
    let (mut together, mut rust_alone) = (0.0, 0.0);
    let mut each = 0.0;
    for (api, sources) in APIS.iter().zip(&all) {
        let endpoints = endpoints(api);
        let files = Specs::read(api, sources).map_or(0, |specs| specs.rust().files().count());
        assert!(files > endpoints, "{api}: {files} files of {endpoints} endpoints");
        let cost = time(|| Specs::read(api, sources).map(|specs| specs.rust()).is_ok());
        let all_outputs = time(|| everything(api, sources));
        let share = cost.median / endpoints as f64;
        println!(
            "  {api:<10} {endpoints:>3} endpoints {files:>4} files  median {:>7.1} ms  best {:>7.1} ms  {share:>6.3} ms an endpoint  {:>7.1} ms",
            cost.median, cost.best, all_outputs.median
        );
        rust_alone += cost.median;
        together += all_outputs.median;
        if *api == "macloud" {
            each = share;
        }
    }
    println!("  together: Rust {rust_alone:.1} ms; all outputs {together:.1} ms, of at most 600");
    progenitor(each);
}

/// Everything that `cargo xtask codegen` makes of an API's specs, with the model resolved once.
fn everything(api: &str, sources: &Sources) -> usize {
    Specs::read(api, sources).map_or(0, |specs| {
        let lists = specs.lists().len() + specs.coverage().types.len();
        [specs.rust(), specs.reference(), specs.openapi()].iter().map(|tree| tree.files().count()).sum::<usize>()
            + lists
    })
}

/// Generates the same endpoints with progenitor, from the document's text to formatted code.
fn progenitor(ours: f64) {
    let reduced = bench_progenitor::document();
    println!("progenitor on docs/openapi/macloud.json: {} of {} endpoints", reduced.endpoints, reduced.of);
    reduced.notes.iter().for_each(|note| println!("  {note}"));
    let lines = bench_progenitor::generate(&reduced.text).map_or(0, |text| text.lines().count());
    assert!(lines > 1_000, "{lines} lines");
    let cost = time(|| bench_progenitor::generate(&reduced.text).is_ok());
    let share = cost.median / reduced.endpoints as f64;
    println!(
        "  progenitor {:>3} endpoints {lines:>6} lines  median {:>7.1} ms  best {:>7.1} ms  {share:>6.3} ms an endpoint",
        reduced.endpoints, cost.median, cost.best
    );
    println!("  an endpoint of Macloud: progenitor/ours {:.2}", share / ours);
}

struct Cost {
    median: f64,
    best: f64,
}

/// Milliseconds per lap, over eleven laps; the first one warms up.
fn time<T>(mut lap: impl FnMut() -> T) -> Cost {
    let mut times: Vec<f64> = (0..12)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(lap());
            start.elapsed().as_secs_f64() * 1e3
        })
        .skip(1)
        .collect();
    times.sort_by(f64::total_cmp);
    Cost { median: times[times.len() / 2], best: times[0] }
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
