//! Makes the safe calls of one account at a real hoster, and reports where the answers differ from the specs.
//!
//! `cargo run -p hostkit-examples --bin doctor -- --help` prints the names of the variables with the credentials.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, FromArgMatches, Parser};
use hostkit::time::SystemClock;
use hostkit::{BaseUrl, Format};
use hostkit_apis::ForEach;
use hostkit_examples::doctor::{self, ApiSpecs, Report, Settings};
use hostkit_proto::server::every::Served;
use serde::de::DeserializeOwned;

/// Makes every safe call of one account once, and reports where the answers differ from the specs
#[derive(Debug, Parser)]
#[command(name = "doctor")]
struct Arguments {
    /// The API
    #[arg(long)]
    api: String,
    /// Another base URL than that of the API's host
    #[arg(long)]
    base_url: Option<BaseUrl>,
    /// One of the API's hosts, by the name in its spec
    #[arg(long, conflicts_with = "base_url")]
    host: Option<String>,
    /// The format of the answers, for APIs with several
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// The least seconds between two requests
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pause: u64,
    /// Writes the answers with other values below this folder
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
    /// Writes without asking
    #[arg(long, requires = "write")]
    yes: bool,
}

/// The variables with the credentials of each API, by its name.
#[derive(Default)]
struct Variables {
    kinds: Vec<(&'static str, Vec<Vec<String>>)>,
    failure: Option<Box<dyn Error>>,
}

impl ForEach for Variables {
    fn api<A: Served<Credentials: DeserializeOwned>>(&mut self) {
        match ApiSpecs::read::<A>() {
            Ok(specs) => self.kinds.push((A::INFO.name, doctor::variables::<A>(&specs))),
            Err(error) => self.failure = Some(error),
        }
    }
}

/// A run for the API of this name.
struct Run<'s> {
    api: String,
    settings: &'s Settings,
    report: Option<Result<Report, Box<dyn Error>>>,
}

impl Run<'_> {
    fn examine<A: Served<Credentials: DeserializeOwned>>(&self) -> Result<Report, Box<dyn Error>> {
        let specs = ApiSpecs::read::<A>()?;
        let credentials = doctor::credentials::<A>(&specs, |name| std::env::var(name).ok())?;
        doctor::examine::<A>(&specs, credentials, self.settings, SystemClock)
    }
}

impl ForEach for Run<'_> {
    fn api<A: Served<Credentials: DeserializeOwned>>(&mut self) {
        if A::INFO.name == self.api {
            self.report = Some(self.examine::<A>());
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut help = "Variables with the credentials:\n".to_owned();
    let (mut variables, mut names) = (Variables::default(), Vec::new());
    hostkit_apis::each_hoster(&mut variables);
    if let Some(error) = variables.failure {
        return Err(error);
    }
    for (api, kinds) in variables.kinds {
        for kind in kinds {
            help.push_str(&format!("  {api:<10} {}\n", kind.join(" ")));
        }
        names.push(api);
    }
    let command = Arguments::command().mut_arg("api", |arg| arg.value_parser(PossibleValuesParser::new(names)));
    let matches = command.after_help(help).get_matches();
    let arguments = Arguments::from_arg_matches(&matches)?;
    let settings = Settings {
        base_url: arguments.base_url,
        host: arguments.host,
        format: arguments.format,
        pause: Duration::from_secs(arguments.pause),
    };
    let mut run = Run { api: arguments.api, settings: &settings, report: None };
    hostkit_apis::each_hoster(&mut run);
    let report = run.report.ok_or("no such API")??;
    println!("{report}");
    match arguments.write {
        Some(folder) => write(&report, &folder, arguments.yes),
        None => Ok(()),
    }
}

/// Shows what would be written, and writes it after a yes.
fn write(report: &Report, folder: &Path, is_confirmed: bool) -> Result<(), Box<dyn Error>> {
    let mut out = io::stderr().lock();
    for written in report.written() {
        writeln!(out, "== {}, in [examples]: {}", written.path, written.line)?;
        writeln!(out, "{}\n", String::from_utf8_lossy(&written.bytes))?;
    }
    for (call, reason) in report.not_written() {
        writeln!(out, "{call} is not written: {reason}")?;
    }
    if !is_confirmed {
        write!(out, "Write {} files below {}? Type yes: ", report.written().len(), folder.display())?;
        out.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        if answer.trim() != "yes" {
            writeln!(out, "Nothing was written.")?;
            return Ok(());
        }
    }
    for written in report.written() {
        let path = folder.join(&written.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, &written.bytes)?;
    }
    Ok(())
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "xml" => Ok(Format::Xml),
        "json" => Ok(Format::Json),
        "php" => Ok(Format::Php),
        _ => Err("expected xml, json or php".to_owned()),
    }
}
