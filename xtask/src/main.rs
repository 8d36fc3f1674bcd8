//! The project's own commands: `cargo xtask …`.

mod advisories;
mod api;
mod bench;
mod ci;
mod codegen;
mod command;
mod compile_cost;
mod coverage;
mod dependent;
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
use workspace::Outcome;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
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
        /// Only compares: prints what differs and fails. Never writes.
        #[arg(long)]
        check: bool,
    },
    /// Works on specs: starts, checks and formats them, records what examples decode to, explains diagnostics.
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
        /// First writes the list of indirect dependencies anew, and shrinks that of module cycles.
        #[arg(long)]
        write: bool,
    },
    /// Runs the tests that `cargo test` does not, or runs its tests for longer.
    ///
    /// Use one after a change of what it tests; `cargo test` is enough for everything else.
    Test {
        #[command(subcommand)]
        verb: TestVerb,
    },
    /// Runs the measurements of `bench/`, or one, each beside its peers.
    ///
    /// Use it before and after a change that is meant to be faster, on a machine that does nothing else.
    Bench {
        /// The name of the measurement.
        name: Option<String>,
    },
    /// Runs every job of the continuous integration, or one.
    ///
    /// Use it before a branch is handed in, or with the name of the job that failed.
    Ci {
        /// The name of the job.
        job: Option<String>,
    },
    /// Holds what is published: what crates show, cost and pack.
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
        /// One API; all of them without it.
        api: Option<String>,
    },
    /// Starts a spec: `spec new clodo servers/get_server`.
    ///
    /// Use it for each new endpoint: every key that has to be there is in the file.
    New {
        /// The API.
        api: String,
        /// Module and endpoint.
        place: String,
    },
    /// Records what the examples decode to; a person reviews the difference.
    ///
    /// Use it after a change of wire examples, or of what their endpoints decode to.
    Bless {
        /// One API; all of them without it.
        api: Option<String>,
    },
    /// Brings specs into their layout: blanks and line ends, never the order of keys.
    ///
    /// Use it before a commit of specs.
    Fmt {
        /// Only says which are not.
        #[arg(long)]
        check: bool,
    },
    /// Says what a diagnostic code means.
    ///
    /// Use it when the message of a diagnostic is not enough.
    Explain {
        /// The code, such as `E0104`; a list of all without it.
        code: Option<String>,
    },
}

#[derive(Subcommand)]
enum TestVerb {
    /// Runs the test of each promise of SECURITY.md and prints a table.
    ///
    /// Use it for the figures, and with `--long` after a change of what a promise is about.
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
    ///
    /// Use it after a change of how sessions and stores are waited for.
    Loom {
        /// With three preemptions instead of two.
        #[arg(long)]
        long: bool,
    },
    /// Changes the code in small ways (cargo-mutants) and looks whether a test of `hostkit` or `hostkit-proto` notices.
    ///
    /// Use it after a change of retry, session, limits, exchange or redaction, or of their tests: what survives is a
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
    ///
    /// Use it after a change of a transport, of the Redis store or of a reader of PHP.
    Real,
    /// Fuzzes the readers and decoders with libFuzzer, keeps what it finds and adds up `fuzz/TOTALS.tsv`.
    ///
    /// Use it after a change of a reader or of the codec.
    Fuzz {
        /// One target; all of them without it.
        target: Option<String>,
        /// For how long, each.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Validates the OpenAPI documents, where a validator is installed.
    ///
    /// Use it after a change of a spec or of what makes the documents.
    Openapi {
        /// Instead generates a client from a document, with a generator of PyPI, and uses it in the sandbox.
        #[arg(long)]
        client: bool,
    },
    /// Remakes the test data that a real PHP serializes, encodes and prints.
    ///
    /// Use it after a change of the program that makes them; it takes a php-cli.
    Fixtures {
        /// Only compares.
        #[arg(long)]
        check: bool,
    },
}

#[derive(Subcommand)]
enum ReleaseVerb {
    /// Lists what each published crate shows, in `docs/api`.
    ///
    /// Use it after a change of a public item, and read the difference.
    Api {
        /// Only compares: prints what differs and fails. Never writes.
        #[arg(long)]
        check: bool,
    },
    /// Measures what compiling each proto crate costs, against `xtask/compile-budget.toml`. Linux only.
    ///
    /// Use it after a change of what is generated, or for a new API.
    CompileCost {
        /// In release, too.
        #[arg(long)]
        full: bool,
        /// Writes the budget anew.
        #[arg(long)]
        write: bool,
    },
    /// Counts the Rust tokens below each path that are neither documentation nor compiled for tests only.
    ///
    /// Use it to say whether a change made the code smaller.
    Tokens {
        /// Files or folders, from the root of the workspace.
        #[arg(required = true)]
        paths: Vec<String>,
        /// Counts in a revision of git instead of the working tree.
        #[arg(long, value_name = "REVISION")]
        at: Option<String>,
    },
    /// Packs every published crate and checks its metadata, licences and page; uploads nothing.
    ///
    /// Use it after a change of a manifest, and with `--verify` before a version is released.
    Package {
        /// Also compiles each crate from what was packed, in the order of their dependencies.
        #[arg(long)]
        verify: bool,
    },
    /// Builds and runs a program outside of the workspace that depends on the committed crates by git.
    ///
    /// Use it before a version is released: it sees what a user's program gets, and no file that was not committed.
    Dependent,
    /// Asks the database of advisories about every dependency, with cargo-deny and the network.
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
        Verb::Bench { name } => bench::bench(name.as_deref()),
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

fn spec_verb(verb: SpecVerb) -> Outcome {
    match verb {
        SpecVerb::Check { api } => codegen::check_specs(api.as_deref()),
        SpecVerb::New { api, place } => spec::new(&api, &place),
        SpecVerb::Bless { api } => spec::bless(api.as_deref()),
        SpecVerb::Fmt { check } => spec::format(check),
        SpecVerb::Explain { code } => explain::run(code.as_deref()),
    }
}

fn test_verb(verb: TestVerb) -> Outcome {
    match verb {
        TestVerb::Promises { promise, long, sabotage } => {
            promises::execute(promise.as_deref(), long, sabotage.as_deref())
        }
        TestVerb::Loom { long } => loom::execute(long),
        TestVerb::Mutants { file, shard, fresh } => mutants::execute(&file, shard.as_deref(), fresh),
        TestVerb::Real => real::execute(),
        TestVerb::Fuzz { target, seconds } => fuzz::execute(target.as_deref(), seconds),
        TestVerb::Openapi { client: true } => openapi_client::run_client(),
        TestVerb::Openapi { client: false } => openapi::run(),
        TestVerb::Fixtures { check } => fixtures::php(check),
    }
}

fn release_verb(verb: ReleaseVerb) -> Outcome {
    match verb {
        ReleaseVerb::Api { check } => api::execute(check),
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

    /// Whether the words behind `cargo xtask` are commands, for as long as they have to be.
    fn finds(mut command: &Command, words: &str) -> bool {
        for word in words.split_whitespace() {
            // A placeholder, as in a sentence on all of them.
            if !command.is_subcommand_required_set() || word.starts_with('…') {
                return true;
            }
            let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
            let Some(found) = command.find_subcommand(word) else { return false };
            command = found;
        }
        true
    }

    /// Every mention in a text, as the words behind `cargo xtask` to the end of the code, lines of comments joined.
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
