//! Sound specs, made at random over the keys of the language: what the check passes is generated, and reads its examples.
//!
//! With `HOSTKIT_SOUND_SPECS` set to a folder, specs and code are written there, for `cargo xtask test random-specs` to compile.

mod fields;
mod make;
mod wire;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hostkit_codegen::{Sources, Specs};
use make::make;

/// The number of APIs: 60, or what `HOSTKIT_SOUND_COUNT` says.
fn count() -> u64 {
    std::env::var("HOSTKIT_SOUND_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(60)
}

#[test]
fn sound_specs_are_generated_and_read_their_examples() {
    let (mut findings, mut used, mut examples) = (Vec::new(), BTreeMap::<String, usize>::new(), 0);
    for seed in 0..count() {
        let api = format!("odd{seed}");
        let made = make(&api, seed);
        examples += made.examples.len();
        for (_, text) in &made.specs {
            for key in text.lines().flat_map(keys) {
                *used.entry(key).or_default() += 1;
            }
        }
        let folder = std::env::var_os("HOSTKIT_SOUND_SPECS").map(PathBuf::from);
        if let Some(folder) = &folder {
            let specs = made.specs.iter().map(|(path, text)| (path, text.as_bytes()));
            for (path, bytes) in specs.chain(made.examples.iter().map(|(path, bytes)| (path, &**bytes))) {
                write(&folder.join("specs").join(path), bytes);
            }
        }
        let sources = Sources::new(made.specs).with_examples(made.examples);
        match Specs::read(&api, &sources) {
            Ok(specs) => {
                drop((specs.reference(), specs.openapi()));
                // Many of them are modules of one crate.
                let code = specs.rust_in_one_file().replace("crate::", &format!("crate::{api}::"));
                if let Some(folder) = &folder {
                    write(&folder.join(format!("src/{api}.rs")), code.as_bytes());
                }
            }
            Err(diagnostics) => findings.push(format!("seed {seed}\n{}", diagnostics.render(&sources, false))),
        }
    }
    println!("{} APIs, {examples} examples, {} keys: {used:?}", count(), used.len());
    assert!(findings.is_empty(), "{} of {} are said to be broken\n{}", findings.len(), count(), findings.join("\n"));
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
    fs::write(path, bytes).expect("the file is written");
}

/// The keys that a line sets: those of an inline table, too.
fn keys(line: &str) -> Vec<String> {
    let word = |text: &str| {
        let word = text.rsplit(['{', ',', ' ', '[']).next().unwrap_or_default();
        word.trim().trim_matches('"').to_owned()
    };
    let mut parts: Vec<&str> = line.split(" = ").collect();
    parts.pop();
    parts
        .into_iter()
        .map(word)
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
        .collect()
}
