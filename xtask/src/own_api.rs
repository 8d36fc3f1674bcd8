//! Command `own-api`: follows `docs/own-api.md` to the letter in a workspace outside of this one.
//!
//! Commands and files are taken from the page. A block in `sh` is run line by line; another one is the file that the
//! paragraph in front of it names last, or what the command before it prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::command::{cargo, output};
use crate::workspace::{read, root, target, write};

const PAGE: &str = "docs/own-api.md";

/// A step of the page.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    Run(String),
    /// A path and a text.
    Write(String, String),
    /// What the command before it prints.
    Prints(String),
}

/// The steps of a page, in its order.
pub(crate) fn steps(page: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut before = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.is_empty() {
                before.push_str(line);
                before.push('\n');
            }
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let text = block.join("\n") + "\n";
        match language {
            "sh" => steps.extend(block.into_iter().map(|line| Step::Run(line.to_owned()))),
            "text" => steps.push(Step::Prints(text)),
            "rust,ignore" => {}
            _ => {
                let named = before.trim_end().strip_suffix(':').and_then(|before| before.rsplit('`').nth(1));
                let path = named.ok_or_else(|| format!("{PAGE}: no file is named before:\n{text}"))?;
                steps.push(Step::Write(path.to_owned(), text));
            }
        }
        before.clear();
    }
    Ok(steps)
}

/// The files of the page.
pub(crate) fn page() -> Result<Vec<Step>, String> {
    steps(&read(&root().join(PAGE))?)
}

/// Follows the page, and prints how many commands and seconds it took.
pub(crate) fn execute() -> Result<(), String> {
    let scratch = std::env::temp_dir().join(format!("hostkit-own-api-{}", std::process::id()));
    let result = follow(&scratch);
    // What is left in the system's folder of temporary files does no harm.
    let _ = fs::remove_dir_all(&scratch);
    result
}

fn follow(scratch: &Path) -> Result<(), String> {
    let folder = scratch.join("own");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    link(&root(), &scratch.join("hostkit"))?;
    // The versions that this repository was tested with, and no network.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let (start, mut commands, mut printed) = (Instant::now(), 0, String::new());
    for step in page()? {
        match step {
            Step::Write(path, text) => write(&folder.join(path), &text)?,
            Step::Run(line) => {
                let begun = Instant::now();
                printed = output(&mut command(&line, &folder, scratch)?)?;
                commands += 1;
                println!("own-api: {:>6.1} s  {line}", begun.elapsed().as_secs_f64());
            }
            Step::Prints(text) if printed == text => {}
            Step::Prints(text) => return Err(format!("{PAGE}: expected\n{text}\nfound\n{printed}")),
        }
    }
    wrong_pair(&folder, scratch)?;
    println!("own-api: {commands} commands, {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Code of another format does not compile, and says why.
fn wrong_pair(folder: &Path, scratch: &Path) -> Result<(), String> {
    let path = folder.join("shop-proto/src/generated/mod.rs");
    let text = read(&path)?;
    let other = text.replace("generated_by!(1,", "generated_by!(0,");
    if other == text {
        return Err(format!("{}: says no format", path.display()));
    }
    write(&path, &other)?;
    let error = output(&mut command("cargo check -p shop-proto", folder, scratch)?).err().unwrap_or_default();
    let wanted = "use the same version of both, and generate the code again";
    if error.contains(wanted) { Ok(()) } else { Err(format!("expected an error with {wanted:?}, found\n{error}")) }
}

/// A command of the page: `cargo` of this toolchain, what it installs in a folder of the test.
fn command(line: &str, folder: &Path, scratch: &Path) -> Result<Command, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let arguments = words.strip_prefix(&["cargo"]).ok_or_else(|| format!("{PAGE}: `{line}` is no command of cargo"))?;
    let mut command = cargo(arguments);
    let installed = scratch.join("installed");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(installed.join("bin")).chain(std::env::split_paths(&path));
    command.current_dir(folder).env("CARGO_INSTALL_ROOT", &installed).env("CARGO_TARGET_DIR", target().join("own-api"));
    command.env("PATH", std::env::join_paths(paths).map_err(|error| error.to_string())?);
    // What is installed runs for a moment: it is not worth being optimised.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_NET_OFFLINE", "true");
    Ok(command)
}

#[cfg(unix)]
fn link(to: &Path, from: &PathBuf) -> Result<(), String> {
    std::os::unix::fs::symlink(to, from).map_err(|error| format!("{}: {error}", from.display()))
}

#[cfg(windows)]
fn link(to: &Path, from: &PathBuf) -> Result<(), String> {
    std::os::windows::fs::symlink_dir(to, from).map_err(|error| format!("{}: {error}", from.display()))
}

#[cfg(test)]
mod tests {
    use super::{Step, page, steps};

    #[test]
    fn a_page_is_files_commands_and_what_they_print() {
        let page =
            "Text. `a/b.toml`:\n\n```toml\nx = 1\n```\n\n```sh\ncargo a\ncargo b\n```\n\nprints\n\n```text\n7\n```\n";
        let run = |line: &str| Step::Run(line.to_owned());
        let file = Step::Write("a/b.toml".to_owned(), "x = 1\n".to_owned());
        assert_eq!(steps(page).unwrap(), [file, run("cargo a"), run("cargo b"), Step::Prints("7\n".to_owned())]);
        assert!(steps("Text.\n\n```toml\nx\n```\n").is_err());
    }

    #[test]
    fn the_page_has_steps_of_each_kind() {
        let steps = page().unwrap();
        let count = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count();
        assert!(count(|step| matches!(step, Step::Run(_))) > 5 && count(|step| matches!(step, Step::Write(..))) > 8);
        assert_eq!(count(|step| matches!(step, Step::Prints(_))), 1);
    }
}
