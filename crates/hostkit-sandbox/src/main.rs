//! The sandbox as a program: serves all APIs on loopback until it is stopped.

use std::process::ExitCode;

use clap::Parser;
use hostkit_sandbox::program::{Arguments, serve};

/// Serves the APIs of all hosters on 127.0.0.1, with money that is not real.
#[derive(Debug, Parser)]
#[command(name = "hostkit-sandbox", version)]
struct Program {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    match serve(&Program::parse().arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hostkit-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}
