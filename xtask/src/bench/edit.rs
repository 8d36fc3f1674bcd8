//! Time from an edited spec to the compiler's verdict: `cargo xtask codegen`, then `cargo check` of the API's crate.

use std::path::PathBuf;
use std::time::Instant;

use crate::command::{cargo, output};
use crate::workspace::{Outcome, read, root, write};

const SPEC: &str = "specs/macloud/account/get_account.toml";
const CRATE: &str = "macloud-proto";

/// A spec that is restored on drop.
struct Edited {
    path: PathBuf,
    text: String,
}

impl Drop for Edited {
    fn drop(&mut self) {
        let restored = write(&self.path, &self.text).and_then(|()| generate());
        if let Err(error) = restored {
            eprintln!("{SPEC} and its crate are not as they were: {error}");
        }
    }
}

/// Edits a spec seven times and prints the median and best times.
pub(super) fn run() -> Outcome {
    let path = root().join(SPEC);
    let edited = Edited { text: read(&path)?, path };
    let line = edited.text.lines().find(|line| line.starts_with("en = ")).ok_or("the spec has no `en`")?.to_owned();
    check()?;
    let mut times = Vec::new();
    for lap in 0..7 {
        let other = line.replacen("en = \"", &format!("en = \"Edit {lap}: "), 1);
        write(&edited.path, &edited.text.replacen(&line, &other, 1))?;
        let start = Instant::now();
        generate()?;
        let generated = start.elapsed();
        check()?;
        let generated_code = read(&root().join("crates").join(CRATE).join("src/generated/account/get_account.rs"))?;
        if !generated_code.contains(&format!("Edit {lap}: ")) {
            return Err("the edit is not in the generated code".to_owned());
        }
        times.push((start.elapsed(), generated));
    }
    times.sort();
    let say = |what: &str, (total, generated): &(std::time::Duration, std::time::Duration)| {
        let (total, generated) = (total.as_secs_f64(), generated.as_secs_f64());
        println!("  {what:<7} {total:>5.2} s: codegen {generated:.2}, check {:.2}", total - generated);
    };
    println!("a sentence of {SPEC} edited, `cargo xtask codegen`, `cargo check -p {CRATE}`; of at most 2 s");
    say("median", &times[times.len() / 2]);
    say("best", &times[0]);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("  load    {}", load.split(' ').next().unwrap_or("unknown"));
    Ok(())
}

/// As on the command line, including cargo's freshness check of the generator.
fn generate() -> Outcome {
    output(&mut cargo(&["xtask", "codegen"])).map(drop)
}

fn check() -> Outcome {
    output(&mut cargo(&["check", "--quiet", "--package", CRATE])).map(drop)
}
