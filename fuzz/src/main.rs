//! One fuzzer for all targets of `tests/support/targets.rs`; `HOSTKIT_FUZZ_TARGET` says which.
//!
//! `cargo xtask test fuzz` builds and runs it. Before the first run it writes the samples of its target into
//! `HOSTKIT_FUZZ_SAMPLES` and the words of the formats into the file `HOSTKIT_FUZZ_WORDS`.

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
    /// The bytes that are being tried: an overflow of the stack ends the process before libFuzzer can keep them.
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

/// Writes samples and words to where they are wanted.
fn prepare(target: &Target) -> io::Result<()> {
    if let Some(folder) = std::env::var_os("HOSTKIT_FUZZ_SAMPLES") {
        fs::create_dir_all(&folder)?;
        for (number, sample) in (target.samples)().into_iter().enumerate() {
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
            // What cannot be kept is not worth the run.
            last.set_len(bytes.len() as u64).and_then(|()| last.write_all_at(bytes, 0)).expect("a file");
        }
        (fuzzer.target.run)(bytes);
    }
);
