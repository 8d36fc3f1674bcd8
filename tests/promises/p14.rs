//! P14: no bytes make a decoder panic or overflow a stack of 256 KiB; errors are short and say where; and a value
//! survives being written by the server half. Samples of all formats and endpoints are changed at random.
//!
//! `HOSTKIT_PROMISE_SIZE=long` runs more; a case that fails prints `HOSTKIT_PROMISE_CASE=…`, which runs it alone.
//! `HOSTKIT_FUZZ=TARGET:SECONDS:SEED` runs changes for that long and prints their number; the file `HOSTKIT_FUZZ_LAST`
//! holds the current input.

use std::path::Path;
use std::time::{Duration, Instant};

use hostkit::protocol::{UnixTime, Value};
use hostkit_tests::mutation::{Case, Random, cases, change};
use hostkit_tests::targets::Target;
use hostkit_tests::{entries, mutation, targets};

/// The same once the zone of Moscow is read, which happens once: unoptimised, its check sum alone takes such a stack.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    assert!(UnixTime(0).in_moscow().is_some());
    mutation::on_a_small_stack(work);
}

/// One changed sample.
fn changed(samples: &[Vec<u8>], others: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let mut bytes = samples[random.below(samples.len())].clone();
    // Long samples would take most of the time.
    bytes.truncate(8_192);
    for _ in 0..=random.below(5) {
        change(&mut bytes, random, others);
    }
    bytes
}

#[test]
fn no_bytes_make_a_decoder_panic() {
    on_a_small_stack(|| {
        let (seed, numbers) = cases(2_500, 60_000);
        let (mut count, mut of) = (0, 0);
        for target in targets::all() {
            let samples = target.samples();
            let others: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
            assert!(samples.len() > 3, "{}: {} samples", target.name, samples.len());
            of += 1;
            for number in numbers.clone() {
                let _case = Case(seed, number);
                count += 1;
                target.run(&changed(&samples, &others, &mut Random::of(seed, number)));
            }
            // The unchanged samples pass.
            if numbers.end - numbers.start > 1 {
                samples.iter().for_each(|sample| target.run(sample));
                count += samples.len();
            }
        }
        println!("P14: {count} cases, changed samples of {of} targets");
    });
}

#[test]
fn what_was_found_once_stays_found() {
    on_a_small_stack(|| {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/regressions"));
        let mut count = 0;
        for target in targets::all() {
            for file in std::fs::read_dir(folder.join(&target.name)).into_iter().flatten().flatten() {
                let bytes = std::fs::read(file.path()).expect("a file");
                println!("{}", file.path().display());
                target.run(&bytes);
                count += 1;
            }
        }
        println!("P14: {count} cases, kept from fuzzing");
        let folders = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        let names = folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
        let strays: Vec<_> = names.filter(|name| targets::all().all(|target| *target.name != *name)).collect();
        assert!(strays.is_empty(), "kept for targets that there are not: {strays:?}");
        assert!(count > 0, "nothing was found in {}", folder.display());
    });
}

/// Keys come from the answer, too: repeating a long one in the path of each of many fields would take most of a
/// decode's time.
#[test]
fn long_keys_make_no_long_errors() {
    on_a_small_stack(|| {
        let probes = targets::probe::all();
        let mut count = 0;
        for (entry, probe) in entries::all().iter().zip(&probes) {
            assert_eq!(entry.folder, probe.folder);
            let Some(answer) = entry.answers.first() else { continue };
            let Some(tree) = entries::tree(answer.format, &answer.bytes) else { continue };
            let key = "k".repeat(20_000);
            let unknown = |number: usize| (format!("unknown{number}").into(), Value::Null);
            let mut trees = entries::variants(&tree, |_, node| match node {
                Value::Map(fields) => {
                    fields.push((key.clone().into(), Value::Map((0..50).map(unknown).collect())));
                    true
                }
                _ => false,
            });
            trees.extend(entries::variants(&tree, |_, node| match node {
                Value::Map(fields) => {
                    // One entry with a long name that contains many unknown fields.
                    let Some((name, Value::Map(inner))) = fields.last_mut() else { return false };
                    inner.extend((0..50).map(unknown));
                    *name = key.clone().into();
                    true
                }
                _ => false,
            }));
            for tree in trees.iter().take(if mutation::is_long() { usize::MAX } else { 6 }) {
                let Ok(bytes) = hostkit::protocol::wire::write(answer.format, tree) else { continue };
                (probe.run)(answer.status, &bytes);
                count += 1;
            }
        }
        println!("P14: {count} cases, keys of 20000 bytes");
        assert!(count > 100, "{count} cases");
    });
}

#[test]
fn the_xtask_command_knows_every_target() {
    let verb = include_str!("../../xtask/src/fuzz/mod.rs");
    let apis: std::collections::BTreeSet<&str> = entries::all().iter().map(|entry| entry.api).collect();
    let is_of_an_api = |name: &str| apis.contains(name.trim_end_matches("-requests"));
    let names = targets::all().map(|target| target.name.as_str()).filter(|name| !is_of_an_api(name));
    let missing: Vec<_> = names.filter(|name| !verb.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty() && !apis.is_empty(), "{missing:?}");
}

/// A simple fuzzer, which `cargo xtask test fuzz` runs where libFuzzer cannot be built.
#[test]
fn changes_for_a_while() {
    let Ok(wanted) = std::env::var("HOSTKIT_FUZZ") else { return };
    let last = std::env::var_os("HOSTKIT_FUZZ_LAST").expect("HOSTKIT_FUZZ_LAST names a file");
    let [name, seconds, seed] = wanted.split(':').collect::<Vec<_>>()[..] else { panic!("target:seconds:seed") };
    let (seconds, seed) = (Duration::from_secs(seconds.parse().expect("seconds")), seed.parse().expect("a seed"));
    let target: &'static Target = targets::all().find(|target| target.name == name).expect("a target");
    on_a_small_stack(move || {
        let samples = target.samples();
        let others: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < seconds {
            let bytes = changed(&samples, &others, &mut Random::of(seed, count));
            // Written before the run, because a stack overflow ends the process.
            std::fs::write(&last, &bytes).expect("a file");
            target.run(&bytes);
            count += 1;
        }
        std::fs::remove_file(&last).expect("a file");
        println!("P14: {count} cases, changes in {} s; done {count} runs", start.elapsed().as_secs());
    });
}
