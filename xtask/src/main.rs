//! The project's own commands: `cargo xtask …`.

mod api;
mod bench;
mod ci;
mod codegen;
mod command;
mod compile_cost;
mod coverage;
mod explain;
mod features;
mod fixtures;
mod fuzz;
mod loom;
mod manifest;
mod module_tree;
mod mutants;
mod openapi;
mod openapi_client;
mod package;
mod promises;
mod real;
mod spec;
mod tidy;
mod tokens;
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
    /// Generates everything from the specs: code, schemas, reference, OpenAPI, and the table of README.md.
    Codegen {
        /// Only compares: prints what differs and fails. Never writes.
        #[arg(long)]
        check: bool,
    },
    /// Validates the OpenAPI documents, where a validator is installed.
    Openapi {
        /// Instead generates a client from a document, with a generator of PyPI, and uses it in the sandbox.
        #[arg(long)]
        client: bool,
    },
    /// Lists what each published crate shows, in `docs/api`.
    Api {
        /// Only compares: prints what differs and fails. Never writes.
        #[arg(long)]
        check: bool,
    },
    /// Runs the measurements of `bench/`, or one, each beside its peers.
    Bench {
        /// The name of the measurement.
        name: Option<String>,
    },
    /// Measures what compiling each proto crate costs, against `xtask/compile-budget.toml`. Linux only.
    CompileCost {
        /// In release, too.
        #[arg(long)]
        full: bool,
        /// Writes the budget anew.
        #[arg(long)]
        write: bool,
    },
    /// Fuzzes the readers and decoders with libFuzzer, keeps what it finds and adds up `fuzz/TOTALS.tsv`.
    Fuzz {
        /// One target; all of them without it.
        target: Option<String>,
        /// For how long, each.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Runs every job of the continuous integration, or one.
    Ci {
        /// The name of the job.
        job: Option<String>,
    },
    /// Runs the test of each promise of SECURITY.md and prints a table.
    Promises {
        /// One promise, such as `P8`; all of them without it.
        promise: Option<String>,
        /// The long sizes.
        #[arg(long, conflicts_with = "sabotage")]
        long: bool,
        /// Breaks the code behind one promise (or `all`, one after the other) and wants its test to fail.
        #[arg(long, value_name = "ID")]
        sabotage: Option<String>,
    },
    /// Tries every interleaving of those who wait for a sign-in or a store.
    Loom {
        /// With three preemptions instead of two.
        #[arg(long)]
        long: bool,
    },
    /// Changes the code in small ways (cargo-mutants) and looks whether a test of `hostkit` or `hostkit-proto` notices.
    ///
    /// For use after a change of retry, session, limits, exchange or redaction, or of their tests: what survives is a
    /// missing test. It takes some seconds for each mutant, so it is no job of CI. What was caught is kept below
    /// `target/mutants` while the file stays as it is, so that an interrupted run goes on where it was and a second one
    /// tries only what survived.
    Mutants {
        /// Only mutants of this file or glob, from the root of the workspace; may be given several times.
        #[arg(long)]
        file: Vec<String>,
        /// One part of several: `0/4` to `3/4`.
        #[arg(long, value_name = "K/N")]
        shard: Option<String>,
        /// Forgets earlier results: after a test was taken away or made weaker.
        #[arg(long)]
        fresh: bool,
    },
    /// Runs the tests against a real nginx, PHP and Redis, which it installs where it can, and skips where it cannot.
    Real,
    /// Checks the rules of this repository that no compiler knows.
    Tidy {
        /// First writes the list of indirect dependencies anew, and shrinks that of module cycles.
        #[arg(long)]
        write: bool,
    },
    /// Counts the Rust tokens below each path that are neither documentation nor compiled for tests only.
    Tokens {
        /// Files or folders, from the root of the workspace.
        #[arg(required = true)]
        paths: Vec<String>,
        /// Counts in a revision of git instead of the working tree.
        #[arg(long, value_name = "REVISION")]
        at: Option<String>,
    },
    /// Remakes test data that another program makes.
    Fixtures {
        #[command(subcommand)]
        verb: FixturesVerb,
    },
    /// Says what a diagnostic code means.
    Explain {
        /// The code, such as `E0104`; a list of all without it.
        code: Option<String>,
    },
    /// Works on specs.
    Spec {
        #[command(subcommand)]
        verb: SpecVerb,
    },
}

#[derive(Subcommand)]
enum FixturesVerb {
    /// What a real PHP serializes, encodes and prints.
    Php {
        /// Only compares.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Subcommand)]
enum SpecVerb {
    /// Reports everything that is wrong with the specs.
    Check {
        /// One API; all of them without it.
        api: Option<String>,
    },
    /// Starts a spec: `spec new clodo servers/get_server`.
    New {
        /// The API.
        api: String,
        /// Module and endpoint.
        place: String,
    },
    /// Records what the examples decode to; a person reviews the difference.
    Bless {
        /// One API; all of them without it.
        api: Option<String>,
    },
    /// Brings specs into their layout: blanks and line ends, never the order of keys.
    Fmt {
        /// Only says which are not.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    if let Some(code) = api::wrap() {
        return code;
    }
    let result = match Arguments::parse().verb {
        Verb::Codegen { check } => codegen::run(check),
        Verb::Api { check } => api::execute(check),
        Verb::Openapi { client: true } => openapi_client::run_client(),
        Verb::Openapi { client: false } => openapi::run(),
        Verb::Bench { name } => bench::bench(name.as_deref()),
        Verb::CompileCost { full, write } => compile_cost::execute(write, full),
        Verb::Fuzz { target, seconds } => fuzz::execute(target.as_deref(), seconds),
        Verb::Ci { job } => ci::execute(job.as_deref()),
        Verb::Promises { promise, long, sabotage } => promises::execute(promise.as_deref(), long, sabotage.as_deref()),
        Verb::Loom { long } => loom::execute(long),
        Verb::Mutants { file, shard, fresh } => mutants::execute(&file, shard.as_deref(), fresh),
        Verb::Real => real::execute(),
        Verb::Tidy { write } => tidy::run(write),
        Verb::Tokens { paths, at } => tokens::execute(&paths, at.as_deref()),
        Verb::Fixtures { verb: FixturesVerb::Php { check } } => fixtures::php(check),
        Verb::Explain { code } => explain::run(code.as_deref()),
        Verb::Spec { verb: SpecVerb::Check { api } } => codegen::check_specs(api.as_deref()),
        Verb::Spec { verb: SpecVerb::New { api, place } } => spec::new(&api, &place),
        Verb::Spec { verb: SpecVerb::Bless { api } } => spec::bless(api.as_deref()),
        Verb::Spec { verb: SpecVerb::Fmt { check } } => spec::format(check),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
