//! The command `cargo hostkit` as a library: finds the APIs of a workspace, checks their specs, generates their crates
//! and keeps what is generated fresh.
//!
//! The generator itself, `hostkit_codegen`, uses neither files nor processes.
#![forbid(unsafe_code)]

mod bless;
mod build;
mod explain;
mod folders;
mod format;
mod freshness;
mod kept;
mod layout;
mod new;
mod outputs;
mod rustfmt;

use std::fmt;
use std::path::{Path, PathBuf};

pub use bless::bless;
pub use build::build;
pub use explain::explain;
pub use folders::{files, read, write};
pub use format::format;
pub use freshness::{Folder, Stale};
pub use new::{new_api, new_endpoint};
pub use outputs::{Outputs, outputs};

/// How the user calls the commands, for messages and generated files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commands {
    /// The command that generates.
    pub generate: &'static str,
    /// The command in front of `check`, `bless`, `explain`, `fmt` and `new`.
    pub spec: &'static str,
}

impl Commands {
    /// Those of `cargo hostkit`.
    pub const HOSTKIT: Self = Self { generate: "cargo hostkit codegen", spec: "cargo hostkit" };
}

/// Where the specs of one API are, and what is made of them. All paths are relative to the root of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layout {
    /// The API, which is the name of its folder of specs.
    pub api: String,
    /// The package of its crate.
    pub package: String,
    /// The folder of the crate.
    pub folder: String,
    /// The folder that holds the folder of the specs.
    pub specs: String,
    /// The folder of the code, or a file that ends in `.rs`; `None` if a build script generates.
    pub code: Option<String>,
    /// The folder of the reference pages.
    pub reference: Option<String>,
    /// The folder of the OpenAPI document.
    pub openapi: Option<String>,
    /// The features of `hostkit-proto` that the crate asks for.
    pub features: Vec<String>,
}

/// A workspace with specs, and the cache of formatted files.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    kept: PathBuf,
    commands: Commands,
    layouts: Vec<Layout>,
}

impl Workspace {
    /// The workspace at `root` without any API; `kept` is the cache folder of this library, for example below the target
    /// folder.
    pub fn new(root: impl Into<PathBuf>, kept: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), kept: kept.into(), commands: Commands::HOSTKIT, layouts: Vec::new() }
    }

    /// The folder with the workspace's `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// How the user calls the commands.
    pub fn commands(&self) -> Commands {
        self.commands
    }

    /// The APIs, by name: the members with a `[package.metadata.hostkit]`.
    pub fn layouts(&self) -> &[Layout] {
        &self.layouts
    }

    /// The API of this name, or all APIs.
    ///
    /// # Errors
    /// There is none.
    pub fn chosen(&self, api: Option<&str>) -> Result<Vec<&Layout>, Error> {
        let chosen: Vec<&Layout> =
            self.layouts.iter().filter(|layout| api.is_none_or(|api| api == layout.api)).collect();
        if !chosen.is_empty() {
            return Ok(chosen);
        }
        let known: Vec<&str> = self.layouts.iter().map(|layout| layout.api.as_str()).collect();
        Err(Error::new(match (api, known.is_empty()) {
            (Some(api), false) => format!("there is no API `{api}`; there are: {}", known.join(", ")),
            _ => format!(
                "no member of the workspace {} has a `[package.metadata.hostkit]`; `{} new api NAME` starts one",
                self.root.display(),
                self.commands.spec
            ),
        }))
    }
}

/// What cannot be read, written or found, a program that failed, or what is wrong with the specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    fn of(place: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("{}: {error}", place.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
