//! The command `cargo hostkit`.

use std::path::Path;
use std::process::ExitCode;

use cargo_hostkit::{Commands, Error, Workspace, bless, explain, format, new_api, new_endpoint, outputs};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo hostkit",
    bin_name = "cargo hostkit",
    version,
    about = "Describes an API in specs, and generates its crate",
    after_help = "The APIs are the members of the workspace with a `[package.metadata.hostkit]`."
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Starts an API or an endpoint
    New {
        #[command(subcommand)]
        what: What,
    },
    /// Reports everything that is wrong with the specs, and writes nothing
    Check {
        /// One API; all of them without it
        api: Option<String>,
    },
    /// Generates code, reference and OpenAPI documents
    Codegen {
        /// One API; all of them without it
        api: Option<String>,
        /// Compares instead of writing: prints the differences and fails
        #[arg(long)]
        check: bool,
    },
    /// Records what the examples decode to, for a person to review the difference
    Bless {
        /// One API; all of them without it
        api: Option<String>,
    },
    /// Explains a diagnostic code
    Explain {
        /// The code, such as `E0104`; lists all codes without it
        code: Option<String>,
    },
    /// Formats specs: blanks and line ends, never the order of keys
    Fmt {
        /// Lists the specs that need it instead of changing them
        #[arg(long)]
        check: bool,
    },
}

#[derive(Subcommand)]
enum What {
    /// Starts an API with a crate of its own: `cargo hostkit new api shop`
    Api {
        /// The name: small letters, digits and `_`
        name: String,
        /// The folder of the crate, from the root of the workspace; `<name>-proto` without it
        #[arg(long)]
        folder: Option<String>,
        /// The folder that holds that of its specs, from the root of the workspace; `specs` in the crate without it
        #[arg(long)]
        specs: Option<String>,
    },
    /// Starts an endpoint: `cargo hostkit new endpoint shop servers/get_server`
    Endpoint {
        /// The API
        api: String,
        /// Module and endpoint, such as `servers/get_server`
        place: String,
    },
}

fn main() -> ExitCode {
    // Cargo passes the name of the subcommand on.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "hostkit") {
        arguments.remove(1);
    }
    match run(Arguments::parse_from(arguments).verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<(), Error> {
    if let Verb::Explain { code } = &verb {
        print!("{}", explain(code.as_deref(), Commands::HOSTKIT)?);
        return Ok(());
    }
    let workspace = Workspace::find(Path::new("."), Commands::HOSTKIT)?;
    match verb {
        Verb::New { what: What::Api { name, folder, specs } } => {
            let folder = folder.unwrap_or_else(|| format!("{}-proto", name.replace('_', "-")));
            let specs = specs.unwrap_or_else(|| format!("{folder}/specs"));
            new_api(&workspace, &name, &folder, &specs)?.iter().for_each(|file| println!("{file}"));
            println!("written; `cargo hostkit new endpoint {name} MODULE/NAME` starts its first endpoint");
        }
        Verb::New { what: What::Endpoint { api, place } } => {
            for layout in workspace.chosen(Some(&api))? {
                println!("{}", new_endpoint(&workspace, layout, &place)?);
            }
            println!("written; `cargo hostkit check {api}` reports what is missing in it");
        }
        Verb::Check { api } => {
            let checked: Vec<_> = workspace.check(api.as_deref())?.iter().map(|layout| layout.api.as_str()).collect();
            println!("no problems in the specs of {}", checked.join(", "));
        }
        Verb::Codegen { api, check } => codegen(&workspace, api.as_deref(), check)?,
        Verb::Bless { api } => {
            bless(&workspace, &workspace.chosen(api.as_deref())?)?;
            // The examples in the documentation are made of the recorded values.
            codegen(&workspace, api.as_deref(), false)?;
            println!("recorded in `values.txt` beside the examples; review them: they are the expectation from now on");
        }
        Verb::Fmt { check } => {
            println!("{} specs changed", format(&workspace, check)?.len());
        }
        Verb::Explain { .. } => {}
    }
    Ok(())
}

fn codegen(workspace: &Workspace, api: Option<&str>, check: bool) -> Result<(), Error> {
    let layouts = workspace.chosen(api)?;
    println!("{}", workspace.refresh(&outputs(workspace, &layouts, check)?.folders, check)?);
    Ok(())
}
