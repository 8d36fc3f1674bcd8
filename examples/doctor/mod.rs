//! The doctor: makes every safe call of an account once, and reports where the answers differ from the specs.
//!
//! Calls that act, that need a secret or that answer one are left out; so is what needs an input that no answer gave.

mod account;
mod differences;
mod place;
mod plan;
mod probe;
mod recorder;
mod replace;
mod report;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hostkit::time::Clock;
use hostkit::{BaseUrl, Format};
use hostkit_codegen::{Outline, Sources, Specs};
use hostkit_proto::server::every::Served;
use hostkit_ureq::{Client, UreqTransport};

pub use account::{credentials, variables};
pub use differences::Difference;
pub use replace::Written;
pub use report::Report;

use plan::Plan;
use recorder::Recorder;

/// Where the calls go, and how fast.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Another base URL than that of the API's host.
    pub base_url: Option<BaseUrl>,
    /// One of the API's hosts, by the name in its spec.
    pub host: Option<String>,
    /// The format of the answers, for APIs with several.
    pub format: Option<Format>,
    /// The least time between two requests.
    pub pause: Duration,
}

impl Default for Settings {
    /// The API's own host and format, and a second between two requests.
    fn default() -> Self {
        Self { base_url: None, host: None, format: None, pause: Duration::from_secs(1) }
    }
}

/// The specs of an API: what they say of its calls, and the folder with their examples.
#[derive(Debug, Clone)]
pub struct ApiSpecs {
    folder: PathBuf,
    outline: Outline,
}

impl ApiSpecs {
    /// Reads the specs of this workspace.
    ///
    /// # Errors
    /// They cannot be read, or contradict themselves.
    pub fn read<A: Served>() -> Result<Self, Box<dyn Error>> {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs")).to_owned();
        let api = A::INFO.name;
        let (mut texts, mut examples) = (Vec::new(), Vec::new());
        read(&folder, &folder.join(api), &mut |path, bytes| match String::from_utf8(bytes) {
            Ok(text) if path.ends_with(".toml") => texts.push((path, text)),
            Ok(text) => examples.push((path, text.into_bytes())),
            Err(error) => examples.push((path, error.into_bytes())),
        })?;
        let sources = Sources::new(texts).with_examples(examples);
        let specs = Specs::read(api, &sources).map_err(|found| found.render(&sources, false))?;
        Ok(Self { folder, outline: specs.outline() })
    }
}

/// Makes the safe calls of one account, and compares their answers with the specs.
///
/// # Errors
/// No client can be built from these settings, or an example of the specs cannot be read.
pub fn examine<A: Served>(
    specs: &ApiSpecs,
    credentials: A::Credentials,
    settings: &Settings,
    clock: impl Clock + Clone,
) -> Result<Report, Box<dyn Error>> {
    let recorder = Recorder::new(UreqTransport::new()?, clock.clone(), settings.pause);
    let mut builder = Client::<A>::builder(credentials).transport(recorder).clock(clock).max_attempts(1);
    if let Some(base) = &settings.base_url {
        builder = builder.base_url(base.clone());
    }
    if let Some(host) = &settings.host {
        builder = builder.host(host);
    }
    if let Some(format) = settings.format {
        builder = builder.format(format);
    }
    let client = builder.build()?;
    let mut plan = Plan::<A>::new(&specs.outline);
    plan.run(&client);
    report::of(&plan, specs, settings)
}

fn read(root: &Path, folder: &Path, see: &mut impl FnMut(String, Vec<u8>)) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, see)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            see(name.to_string_lossy().replace('\\', "/"), std::fs::read(&path)?);
        }
    }
    Ok(())
}
