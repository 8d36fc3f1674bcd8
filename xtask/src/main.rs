//! The project's own commands: `cargo xtask …`.

mod codegen;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Generates the Rust code of the APIs from their specs.
    Codegen {
        /// One API; all of them without it.
        api: Option<String>,
        /// Only compares: prints what differs and fails. Never writes.
        #[arg(long)]
        check: bool,
    },
    /// Works on specs.
    Spec {
        #[command(subcommand)]
        verb: SpecVerb,
    },
}

#[derive(Subcommand)]
enum SpecVerb {
    /// Reports everything that is wrong with the specs.
    Check {
        /// One API; all of them without it.
        api: Option<String>,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Codegen { api, check } => codegen::run(api.as_deref(), check),
        Verb::Spec { verb: SpecVerb::Check { api } } => codegen::check_specs(api.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
