//! Generates code into a workspace: reads spec folders, runs rustfmt, checks freshness, and blesses examples.
//!
//! The generator itself, `hostkit_codegen`, uses neither files nor processes. Which outputs a workspace has, and where
//! they go, is decided by the caller.
#![forbid(unsafe_code)]

mod bless;
mod folders;
mod freshness;
mod rustfmt;

use std::fmt;
use std::path::{Path, PathBuf};

pub use bless::bless;
pub use folders::{files, read, write};
pub use freshness::{Folder, Stale};

/// A workspace with specs, and the cache of formatted files.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    kept: PathBuf,
}

impl Workspace {
    /// The workspace at `root`; `kept` is the cache folder of this library, for example below the target folder.
    pub fn new(root: impl Into<PathBuf>, kept: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), kept: kept.into() }
    }

    /// The folder with `Cargo.toml` and `specs`.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// A file that cannot be read or written, or a program that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    fn of(place: &Path, error: &std::io::Error) -> Self {
        Self { message: format!("{}: {error}", place.display()) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
