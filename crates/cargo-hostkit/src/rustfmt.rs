//! Runs rustfmt over the files that are not in the cache.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hostkit_codegen::Tree;

use crate::{Error, Workspace, files, read, write};

/// The project's settings, and in a target folder the copies to format stand below them.
const SETTINGS: &str = "rustfmt.toml";

/// A file to format.
struct Job<'t> {
    path: &'t str,
    text: &'t str,
    /// Where the result is cached.
    kept: PathBuf,
}

impl Workspace {
    /// Formats files with the workspace's rustfmt settings.
    ///
    /// Results are cached under the hash of the input, so only changed files are formatted.
    ///
    /// # Errors
    /// rustfmt is missing or fails, or a file cannot be read or written.
    pub fn formatted(&self, tree: Tree) -> Result<Tree, Error> {
        let mut made_by = DefaultHasher::new();
        version()?.hash(&mut made_by);
        fs::read(self.root.join(SETTINGS)).unwrap_or_default().hash(&mut made_by);
        let kept = |text: &str| {
            let mut hasher = made_by.clone();
            text.hash(&mut hasher);
            self.kept.join(format!("{:016x}.rs", hasher.finish()))
        };
        let all: Vec<Job<'_>> = tree.files().map(|(path, text)| Job { path, text, kept: kept(text) }).collect();
        let new: Vec<&Job<'_>> = all.iter().filter(|job| !job.kept.exists()).collect();
        if !new.is_empty() {
            self.format(&new)?;
        }
        let mut formatted = Tree::default();
        for job in &all {
            formatted.add(job.path, read(&job.kept)?);
        }
        self.forget(&all)?;
        Ok(formatted)
    }

    /// Formats copies in a folder of this process, then moves each to its place in the cache.
    fn format(&self, jobs: &[&Job<'_>]) -> Result<(), Error> {
        let copies = self.kept.join(std::process::id().to_string());
        // Each in a folder of its own: two processes that follow `mod name;` would write the same file at once.
        let of_job = |(number, job): (usize, &&Job<'_>)| {
            let name = Path::new(job.path).file_name().unwrap_or_default();
            copies.join(number.to_string()).join(name)
        };
        let paths: Vec<PathBuf> = jobs.iter().enumerate().map(of_job).collect();
        for (path, job) in paths.iter().zip(jobs) {
            write(path, job.text)?;
            declare(path, job.text)?;
        }
        let processes = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
        let shares = paths.chunks(jobs.len().div_ceil(processes));
        let mut running = Vec::new();
        for share in shares {
            let mut command = rustfmt();
            command.args(["--edition", "2024"]);
            if self.root.join(SETTINGS).exists() {
                command.arg("--config-path").arg(self.root.join(SETTINGS));
            }
            command.args(share).stdin(Stdio::null()).stderr(Stdio::piped());
            running.push(command.spawn().map_err(missing)?);
        }
        for child in running {
            let output = child.wait_with_output().map_err(missing)?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(Error::new(format!("rustfmt ended with {}:\n{said}", output.status)));
            }
        }
        for (copy, job) in paths.iter().zip(jobs) {
            fs::rename(copy, &job.kept).map_err(|error| Error::of(copy, &error))?;
        }
        fs::remove_dir_all(&copies).map_err(|error| Error::of(&copies, &error))
    }

    /// Removes cached files that the specs no longer generate.
    fn forget(&self, all: &[Job<'_>]) -> Result<(), Error> {
        for file in files(&self.kept)? {
            let full = self.kept.join(&file);
            // What stands in a folder belongs to another process.
            if !file.contains('/') && all.iter().all(|job| job.kept != full) {
                // Another process may have removed it already.
                let _ = fs::remove_file(&full);
            }
        }
        Ok(())
    }
}

/// rustfmt follows `mod name;` and has no stable option against it, so it is given an empty file there.
fn declare(copy: &Path, text: &str) -> Result<(), Error> {
    let folder = match copy.file_name().and_then(|name| name.to_str()) {
        Some("mod.rs" | "lib.rs") => copy.with_file_name(""),
        _ => copy.with_extension(""),
    };
    let mut names = text.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.trim().strip_suffix(';')
    });
    names.try_for_each(|name| write(&folder.join(name).with_extension("rs"), ""))
}

fn rustfmt() -> Command {
    Command::new(std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into()))
}

fn version() -> Result<Vec<u8>, Error> {
    Ok(rustfmt().arg("--version").stdin(Stdio::null()).output().map_err(missing)?.stdout)
}

fn missing(error: std::io::Error) -> Error {
    Error::of(Path::new("rustfmt"), &error)
}

#[cfg(test)]
mod tests {
    use hostkit_codegen::Tree;

    use crate::Workspace;

    /// A process of rustfmt that follows `mod name;` must not touch what another one formats.
    #[test]
    fn a_module_and_its_files_are_formatted_apart() {
        let folder = std::env::temp_dir().join(format!("hostkit-rustfmt-{}", std::process::id()));
        let mut tree = Tree::default();
        let names: Vec<String> = (0..30).map(|number| format!("m{number}")).collect();
        tree.add("mod.rs", names.iter().map(|name| format!("mod {name};\n")).collect::<String>());
        for name in &names {
            tree.add(format!("{name}.rs"), "fn  one( ) {}\n".repeat(300));
        }
        for round in 0..5 {
            let kept = folder.join(round.to_string());
            let formatted = Workspace::new(&folder, &kept).formatted(tree.clone()).expect("rustfmt runs");
            for (path, text) in formatted.files().filter(|(path, _)| *path != "mod.rs") {
                assert_eq!(text.matches("fn one() {}").count(), 300, "{path} in round {round}");
            }
        }
        std::fs::remove_dir_all(&folder).expect("the folder");
    }
}
