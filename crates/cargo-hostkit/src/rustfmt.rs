//! Runs rustfmt over the files that are not in the cache.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hostkit_codegen::Tree;

use crate::{Error, Workspace, read, write};

/// The project's settings, and in a target folder the copies to format stand below them.
const SETTINGS: &str = "rustfmt.toml";

/// A file to format.
struct Job<'t> {
    path: &'t str,
    text: &'t str,
    /// Of the text and of what formats it.
    key: String,
    /// Where the result is cached, behind its key.
    kept: PathBuf,
}

impl Job<'_> {
    /// The cached result; `None` if there is none, or if it is that of another text.
    fn formatted(&self) -> Option<String> {
        let kept = fs::read_to_string(&self.kept).ok()?;
        Some(kept.strip_prefix(&self.key)?.strip_prefix('\n')?.to_owned())
    }
}

impl Workspace {
    /// Formats files with the workspace's rustfmt settings.
    ///
    /// The last result for each path is cached, so only changed files are formatted.
    ///
    /// # Errors
    /// rustfmt is missing or fails, or a file cannot be read or written.
    pub fn formatted(&self, tree: Tree) -> Result<Tree, Error> {
        let mut made_by = DefaultHasher::new();
        version()?.hash(&mut made_by);
        fs::read(self.root.join(SETTINGS)).unwrap_or_default().hash(&mut made_by);
        let key = |text: &str| {
            let mut hasher = made_by.clone();
            text.hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        };
        let kept = |path: &str| self.kept.join("formatted").join(path);
        let all = tree.files().map(|(path, text)| Job { path, text, key: key(text), kept: kept(path) });
        let (mut formatted, mut new) = (Tree::default(), Vec::new());
        for job in all {
            match job.formatted() {
                Some(text) => formatted.add(job.path, text),
                None => new.push(job),
            }
        }
        if !new.is_empty() {
            formatted.merge(self.format(&new)?);
        }
        Ok(formatted)
    }

    /// Formats copies in a folder of this process, then moves each to its place in the cache.
    fn format(&self, jobs: &[Job<'_>]) -> Result<Tree, Error> {
        let copies = self.kept.join(std::process::id().to_string());
        // Each in a folder of its own: two processes that follow `mod name;` would write the same file at once.
        let of_job = |(number, job): (usize, &Job<'_>)| {
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
        let mut formatted = Tree::default();
        for (copy, job) in paths.iter().zip(jobs) {
            let text = read(copy)?;
            // Moved there at once: another process may read it meanwhile.
            write(copy, &[&job.key, "\n", &text].concat())?;
            let folder = job.kept.parent().unwrap_or(&self.kept);
            fs::create_dir_all(folder).map_err(|error| Error::of(folder, &error))?;
            fs::rename(copy, &job.kept).map_err(|error| Error::of(copy, &error))?;
            formatted.add(job.path, text);
        }
        fs::remove_dir_all(&copies).map_err(|error| Error::of(&copies, &error))?;
        Ok(formatted)
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
