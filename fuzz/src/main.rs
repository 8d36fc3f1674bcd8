//! One fuzzer for all targets of `tests/support/targets.rs`; `HOSTKIT_FUZZ_TARGET` says which.
//!
//! `cargo xtask test fuzz` builds and runs it. If `HOSTKIT_FUZZ_SAMPLES` is set, it writes the target's samples into
//! that folder; if `HOSTKIT_FUZZ_WORDS` is set, the dictionary into that file.

#![no_main]

#[path = "../../tests/support/entries.rs"]
#[allow(dead_code)]
mod entries;
#[path = "../../crates/hostkit-wire/tests/common/mutation.rs"]
#[allow(dead_code)]
mod mutation;
#[path = "../../tests/support/targets.rs"]
#[allow(dead_code)]
mod targets;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use targets::Target;

struct Fuzzer {
    target: &'static Target,
    /// The input being tried, written to disk first: a stack overflow ends the process before libFuzzer can save it.
    last: Option<File>,
}

static FUZZER: OnceLock<Fuzzer> = OnceLock::new();

fn fuzzer() -> &'static Fuzzer {
    FUZZER.get_or_init(|| {
        let name = std::env::var("HOSTKIT_FUZZ_TARGET").expect("HOSTKIT_FUZZ_TARGET names a target");
        let target = targets::all().find(|target| target.name == name).expect("a target of this name");
        let last = std::env::var_os("HOSTKIT_FUZZ_LAST").map(|path| File::create(path).expect("a file"));
        prepare(target).expect("samples and words");
        Fuzzer { target, last }
    })
}

/// Writes samples and dictionary to the paths in the environment.
fn prepare(target: &Target) -> io::Result<()> {
    if let Some(folder) = std::env::var_os("HOSTKIT_FUZZ_SAMPLES") {
        fs::create_dir_all(&folder)?;
        for (number, sample) in target.samples().into_iter().enumerate() {
            fs::write(Path::new(&folder).join(format!("sample-{number}")), sample)?;
        }
    }
    if let Some(path) = std::env::var_os("HOSTKIT_FUZZ_WORDS") {
        let mut words = String::new();
        for piece in mutation::PIECES {
            let escaped: String = piece.bytes().map(|byte| format!("\\x{byte:02X}")).collect();
            // Writing to a String does not fail.
            let _ = writeln!(words, "\"{escaped}\"");
        }
        fs::write(path, words)?;
    }
    Ok(())
}

fuzz_target!(
    init: {
        fuzzer();
    },
    |bytes: &[u8]| {
        let fuzzer = fuzzer();
        if let Some(last) = &fuzzer.last {
            // An input that cannot be saved makes the run worthless.
            last.set_len(bytes.len() as u64).and_then(|()| last.write_all_at(bytes, 0)).expect("a file");
        }
        fuzzer.target.run(bytes);
    }
);
