//! The project's own commands: `cargo xtask …`.

mod added_api;
mod advisories;
mod api;
mod apis;
mod bench;
mod ci;
mod codegen;
mod command;
mod compile_cost;
mod copy;
mod coverage;
mod dependent;
mod features;
mod fixtures;
mod foreign;
mod fuzz;
mod loom;
mod manifest;
mod module_tree;
mod mutants;
mod openapi;
mod openapi_client;
mod own_api;
mod package;
mod promises;
mod random_specs;
mod real;
mod spec;
mod strangers;
mod test_binaries;
mod tidy;
mod tokens;
mod workspace;

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "The project's own commands",
    after_help = "`--help` behind a command or subcommand says when to use it, and lists the names that it takes."
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Generates everything from the specs: code, schemas, reference, OpenAPI, and the table of README.md.
    ///
    /// Use it after a change of a spec, of a wire example or of the generator.
    Codegen {
        /// Compares instead of writing: prints the differences and fails.
        #[arg(long)]
        check: bool,
    },
    /// Starts, checks and formats specs, records what their examples decode to, and explains diagnostics.
    ///
    /// Use it while an endpoint or an API is being written.
    Spec {
        #[command(subcommand)]
        verb: SpecVerb,
    },
    /// Checks the rules of this repository that no compiler knows.
    ///
    /// Use it before each commit: it takes seconds.
    Tidy {
        /// First rewrites the list of indirect dependencies and shrinks that of module cycles.
        #[arg(long)]
        write: bool,
    },
    /// Runs tests that `cargo test` does not include, or runs its tests for longer.
    ///
    /// Use one after a change of what it tests; `cargo test` is enough for everything else.
    Test {
        #[command(subcommand)]
        verb: TestVerb,
    },
    /// Runs the measurements of `bench/`, or one, and prints a table: ours, the peers, the aims, met or missed.
    ///
    /// Use it before and after a change that is meant to be faster, on an otherwise idle machine.
    Bench {
        /// read, memory, calls, generate, growth, edit, compile, program; or instructions, which compares the hot
        /// paths with `bench/instructions.txt`.
        #[arg(value_parser = PossibleValuesParser::new(bench::names()))]
        name: Option<String>,
        /// Leaves out what takes minutes (edit, compile, program), and makes races short.
        #[arg(long)]
        quick: bool,
        /// With `instructions`: rewrites the file.
        #[arg(long)]
        write: bool,
    },
    /// Runs every job of the continuous integration, or one.
    ///
    /// Use it before a branch is handed in, or with the name of the job that failed.
    Ci {
        /// The name of the job; all of them without it.
        #[arg(value_parser = PossibleValuesParser::new(ci::names()))]
        job: Option<String>,
    },
    /// Checks what is published: public items, compile cost, packages.
    ///
    /// Use it after a change of a public item or of a manifest, and all of it before a version is released.
    Release {
        #[command(subcommand)]
        verb: ReleaseVerb,
    },
}

#[derive(Subcommand)]
enum SpecVerb {
    /// Reports everything that is wrong with the specs.
    ///
    /// Use it at any time while a spec is being written: it writes nothing.
    Check {
        /// One API, a folder of `specs`; all of them without it.
        api: Option<String>,
    },
    /// Starts a spec: `spec new clodo servers/get_server`.
    ///
    /// Use it for each new endpoint: the file has every required key.
    New {
        /// The API, a folder of `specs`.
        api: String,
        /// Module and endpoint, such as `servers/get_server`.
        place: String,
    },
    /// Starts an API: its crate below `crates` and its folder below `specs`.
    ///
    /// Use it for a new API; its first endpoint comes next.
    NewApi {
        /// The name: small letters, digits and `_`.
        api: String,
    },
    /// Records what the examples decode to, for a person to review the difference.
    ///
    /// Use it after a change of wire examples, or of what their endpoints decode to.
    Bless {
        /// One API, a folder of `specs`; all of them without it.
        api: Option<String>,
    },
    /// Formats specs: blanks and line ends, never the order of keys.
    ///
    /// Use it before a commit of specs.
    Fmt {
        /// Lists the specs that need it instead of changing them.
        #[arg(long)]
        check: bool,
    },
    /// Explains a diagnostic code.
    ///
    /// Use it when the message of a diagnostic is not enough.
    Explain {
        /// The code, such as `E0104`; lists all codes without it.
        code: Option<String>,
    },
}

#[derive(Subcommand)]
enum TestVerb {
    /// Runs the test of each promise of SECURITY.md and prints a table.
    ///
    /// Use it for the figures, and with `--long` after a change of the code behind a promise.
    Promises {
        /// One promise; all of them without it.
        #[arg(value_parser = PossibleValuesParser::new(promises::ids()), ignore_case = true)]
        promise: Option<String>,
        /// Runs the long sizes.
        #[arg(long, conflicts_with = "sabotage")]
        long: bool,
        /// Seeds the defects of one promise (or of `all`), under which its test must fail.
        #[arg(long, value_name = "ID", value_parser = PossibleValuesParser::new(promises::ids().chain(["all"])), ignore_case = true)]
        sabotage: Option<String>,
    },
    /// Tries every interleaving of threads and tasks that wait for a sign-in or a store.
    ///
    /// Use it after a change of how callers wait for sessions and stores.
    Loom {
        /// Allows three preemptions instead of two.
        #[arg(long)]
        long: bool,
    },
    /// Makes small changes to the code (those that cargo-mutants lists), and reports those that no test detects.
    ///
    /// Use it after a change of retry, session, limits, exchange, redaction, evidence or recovery, or of their tests: what
    /// survives is a missing test. All changes are built once, in a copy, each behind a switch, but each needs a run of the
    /// tests, so it is no job of CI. Results are kept below `target/mutants` while their file is unchanged, so that an
    /// interrupted run resumes and a second one tries only the survivors.
    Mutants {
        /// Only mutants of this file or glob, from the root of the workspace; may be given several times.
        #[arg(long)]
        file: Vec<String>,
        /// One part of several: `0/4` to `3/4`.
        #[arg(long, value_name = "K/N")]
        shard: Option<String>,
        /// Discards earlier results, as needed after a test was removed or weakened.
        #[arg(long)]
        fresh: bool,
    },
    /// Tests the clients and decoders in a program that turns on every feature of every dependency.
    ///
    /// Use it after a change of a transport, of a reader or of a dependency: it compiles for minutes.
    Foreign,
    /// Runs tests against a real nginx, PHP, Redis and resolver, installed where possible and skipped otherwise.
    ///
    /// Use it after a change of a transport, of the Redis store or of a reader of PHP.
    Real,
    /// Fuzzes the readers and decoders with libFuzzer, keeps failing inputs and adds up `fuzz/TOTALS.tsv`.
    ///
    /// Use it after a change of a reader or of the codec.
    Fuzz {
        /// One target; all of them without it.
        target: Option<String>,
        /// Seconds for each target.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Validates the OpenAPI documents if a validator is installed.
    ///
    /// Use it after a change of a spec or of the OpenAPI emitter.
    Openapi {
        /// Generates a client from a document instead, with a generator from PyPI, and runs it against the sandbox.
        #[arg(long)]
        client: bool,
    },
    /// Follows `docs/own-api.md` in a workspace outside of this one: a crate of one's own, from its specs to a call.
    ///
    /// Use it after a change of `cargo hostkit`, of the sandbox or of the spec language.
    OwnApi,
    /// Adds an API by specs and `lib.rs` alone, and runs what every API has to pass.
    ///
    /// Use it after a change of the tests over all APIs, of the sandbox or of `cargo-hostkit`.
    AddedApi,
    /// Makes sound specs at random, compiles what is generated, and passes their examples through both halves.
    ///
    /// Use it after a change of the emitters or of the spec language.
    RandomSpecs {
        /// The number of APIs.
        #[arg(long, default_value_t = 30)]
        count: u32,
    },
    /// Runs public clients that are published as packages against the sandbox.
    ///
    /// Use it after a change of the sandbox; it needs Python and a registry, and is not part of CI.
    Strangers,
    /// Regenerates the test data that a real PHP serializes, encodes and prints.
    ///
    /// Use it after a change of the program that makes the data; it needs a php-cli.
    Fixtures {
        /// Only compares.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Subcommand)]
enum ReleaseVerb {
    /// Lists the public items of each published crate in `docs/api`.
    ///
    /// Use it after a change of a public item, and read the difference.
    Api {
        /// Compares instead of writing: prints the differences and fails.
        #[arg(long)]
        check: bool,
    },
    /// Checks each crate alone with no, each and all of its features.
    ///
    /// Use it after a change of features or dependencies: CI's job `features` checks the crates together and without
    /// features, which is faster and misses a feature that needs another, and what one crate owes to another.
    Features,
    /// Measures the compile time of each proto crate against `xtask/compile-budget.toml`. Linux only.
    ///
    /// Use it after a change of what is generated, or for a new API.
    CompileCost {
        /// Measures release builds as well.
        #[arg(long)]
        full: bool,
        /// Rewrites the budget.
        #[arg(long)]
        write: bool,
    },
    /// Counts the Rust tokens below each path, without documentation and test-only code.
    ///
    /// Use it to see whether a change made the code smaller.
    Tokens {
        /// Files or folders, from the root of the workspace.
        #[arg(required = true)]
        paths: Vec<String>,
        /// Counts in a revision of git instead of the working tree.
        #[arg(long, value_name = "REVISION")]
        at: Option<String>,
    },
    /// Packs every published crate and checks its metadata, licences and README; uploads nothing.
    ///
    /// Use it after a change of a manifest, and with `--verify` before a version is released.
    Package {
        /// Also compiles each crate from its package, in dependency order.
        #[arg(long)]
        verify: bool,
    },
    /// Builds and runs a program outside the workspace that depends on the committed crates through git.
    ///
    /// Use it before a version is released: it sees what a user's program gets, without uncommitted files.
    Dependent,
    /// Checks every dependency against the advisory database, with cargo-deny and the network.
    ///
    /// Use it daily, and before a version is released.
    Advisories,
}

fn main() -> ExitCode {
    if let Some(code) = api::wrap() {
        return code;
    }
    let result = match Arguments::parse().verb {
        Verb::Codegen { check } => codegen::run(check),
        Verb::Spec { verb } => spec_verb(verb),
        Verb::Tidy { write } => tidy::run(write),
        Verb::Test { verb } => test_verb(verb),
        Verb::Bench { name, quick, write } => bench::bench(name.as_deref(), quick, write),
        Verb::Ci { job } => ci::execute(job.as_deref()),
        Verb::Release { verb } => release_verb(verb),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn spec_verb(verb: SpecVerb) -> Result<(), String> {
    match verb {
        SpecVerb::Check { api } => spec::check(api.as_deref()),
        SpecVerb::New { api, place } => spec::new(&api, &place),
        SpecVerb::NewApi { api } => spec::new_api(&api),
        SpecVerb::Bless { api } => spec::bless(api.as_deref()),
        SpecVerb::Fmt { check } => spec::format(check),
        SpecVerb::Explain { code } => spec::explain(code.as_deref()),
    }
}

fn test_verb(verb: TestVerb) -> Result<(), String> {
    match verb {
        TestVerb::Promises { promise, long, sabotage } => {
            promises::execute(promise.as_deref(), long, sabotage.as_deref())
        }
        TestVerb::Loom { long } => loom::execute(long),
        TestVerb::Mutants { file, shard, fresh } => mutants::execute(&file, shard.as_deref(), fresh),
        TestVerb::Foreign => foreign::execute(),
        TestVerb::Real => real::execute(),
        TestVerb::Fuzz { target, seconds } => fuzz::execute(target.as_deref(), seconds),
        TestVerb::Openapi { client: true } => openapi_client::run_client(),
        TestVerb::Openapi { client: false } => openapi::run(),
        TestVerb::OwnApi => own_api::execute(),
        TestVerb::AddedApi => added_api::execute(),
        TestVerb::RandomSpecs { count } => random_specs::execute(count),
        TestVerb::Strangers => strangers::run_clients(),
        TestVerb::Fixtures { check } => fixtures::php(check),
    }
}

fn release_verb(verb: ReleaseVerb) -> Result<(), String> {
    match verb {
        ReleaseVerb::Api { check } => api::execute(check),
        ReleaseVerb::Features => features::execute(),
        ReleaseVerb::CompileCost { full, write } => compile_cost::execute(write, full),
        ReleaseVerb::Tokens { paths, at } => tokens::execute(&paths, at.as_deref()),
        ReleaseVerb::Package { verify } => package::execute(verify),
        ReleaseVerb::Dependent => dependent::execute(),
        ReleaseVerb::Advisories => advisories::execute(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::{Arguments, tidy};

    fn commands() -> Command {
        let mut command = Arguments::command();
        command.build();
        command
    }

    /// Whether the words after `cargo xtask` name a command, as far as subcommands are required.
    fn finds(mut command: &Command, words: &str) -> bool {
        for word in words.split_whitespace() {
            // `…` stands for any subcommand in a text.
            if !command.is_subcommand_required_set() || word.starts_with('…') {
                return true;
            }
            let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
            let Some(found) = command.find_subcommand(word) else { return false };
            command = found;
        }
        true
    }

    /// The words after each `cargo xtask` in a text, up to the end of the code, with comment lines joined.
    fn mentions(text: &str) -> Vec<String> {
        let line = |line: &str| line.trim_start().trim_start_matches(['/', '!', '#', '*']).to_owned();
        let text = text.lines().map(line).collect::<Vec<_>>().join(" ");
        let behind = text.split("cargo xtask").skip(1);
        behind
            .filter_map(|rest| rest.strip_prefix(' '))
            .map(|rest| {
                let words = rest.split(['`', '"', ';', ':', ',', '|']).next().unwrap_or_default();
                words.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
            })
            .filter(|words| !words.is_empty())
            .collect()
    }

    #[test]
    fn every_command_says_when_to_use_it() {
        let commands = commands();
        let mut open: Vec<&Command> =
            commands.get_subcommands().filter(|command| command.get_name() != "help").collect();
        assert_eq!(open.len(), 7, "few commands, each with its own");
        while let Some(command) = open.pop() {
            let about = command.get_long_about().map(ToString::to_string).unwrap_or_default();
            assert!(about.contains("\n\nUse "), "{}: {about}", command.get_name());
            open.extend(command.get_subcommands().filter(|command| command.get_name() != "help"));
        }
    }

    #[test]
    fn every_command_that_a_text_names_is_there() {
        let commands = commands();
        let (mut count, mut findings) = (0, Vec::new());
        for file in tidy::files().expect("the files").iter().filter(|file| file.path != "xtask/src/main.rs") {
            for words in mentions(&file.text) {
                count += 1;
                if !finds(&commands, &words) {
                    findings.push(format!("{}: cargo xtask {words}", file.path));
                }
            }
        }
        assert!(findings.is_empty(), "{}", findings.join("\n"));
        assert!(count > 100, "{count} mentions");
    }

    #[test]
    fn a_mention_of_no_command_is_found() {
        let text = "run `cargo xtask\n//! promises --long` or cargo xtask ci tidy, or `cargo xtask`\n";
        assert_eq!(mentions(text), ["promises --long", "ci tidy"]);
        let commands = commands();
        assert!(!finds(&commands, "promises --long") && !finds(&commands, "test fuzzy"));
        assert!(finds(&commands, "ci tidy") && finds(&commands, "test fuzz") && finds(&commands, "test …"));
    }
}
