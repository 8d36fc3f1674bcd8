//! Time from an edited spec to the compiler's verdict: `cargo xtask codegen`, then `cargo check` of the API's crate.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::table::{Figures, Measured};
use crate::command::{cargo, output};
use crate::workspace::{read, root, write};

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

/// Edits a spec seven times.
pub(super) fn run(measured: &mut Measured) -> Result<(), String> {
    let path = root().join(SPEC);
    let edited = Edited { text: read(&path)?, path };
    let line =
        edited.text.lines().find(|line| line.starts_with("about = ")).ok_or("the spec has no `about`")?.to_owned();
    check()?;
    let mut times = Vec::new();
    for lap in 0..7 {
        let other = line.replacen("about = \"", &format!("about = \"Edit {lap}: "), 1);
        write(&edited.path, &edited.text.replacen(&line, &other, 1))?;
        let start = Instant::now();
        generate()?;
        check()?;
        let generated_code = read(&root().join("crates").join(CRATE).join("src/generated/account/get_account.rs"))?;
        if !generated_code.contains(&format!("Edit {lap}: ")) {
            return Err("the edit is not in the generated code".to_owned());
        }
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    measured.add("edit", Figures { unit: "s".to_owned(), ours: [times[times.len() / 2], times[0]], peer: None });
    Ok(())
}

/// As on the command line, including cargo's freshness check of the generator.
fn generate() -> Result<(), String> {
    output(&mut developers(&["xtask", "codegen"])).map(drop)
}

fn check() -> Result<(), String> {
    output(&mut developers(&["check", "--quiet", "--package", CRATE])).map(drop)
}

/// cargo as a developer runs it, who edits again: incremental, whatever a job that builds once has set.
fn developers(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.env_remove("CARGO_INCREMENTAL");
    command
}
