//! The tour: a journey per API against the sandbox, blocking and async, in every format of the API.
//!
//! `cargo tour` runs it. It needs neither a network nor configuration, and spends only the sandbox's money.

mod journeys;
mod log;

use std::error::Error;
use std::process::ExitCode;

use hostkit::Format;
use hostkit_sandbox::{ApiName, Sandbox};

use crate::log::Log;

/// Parameters of a journey: the sandbox, and the format of the answers.
pub(crate) struct Stop<'s> {
    pub(crate) sandbox: &'s Sandbox,
    pub(crate) format: Format,
}

fn main() -> ExitCode {
    match run() {
        Ok(log) => {
            println!("{log}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the tour ended early: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Box<dyn Error>> {
    let sandbox = Sandbox::start()?;
    let mut log = Log::new();
    for format in [Format::Xml, Format::Json] {
        journeys::blocking::clodo(&Stop { sandbox: &sandbox, format }, &mut log)?;
    }
    journeys::blocking::inferno(&Stop { sandbox: &sandbox, format: Format::Json }, &mut log)?;
    for format in [Format::Json, Format::Php] {
        journeys::blocking::rootpanel(&Stop { sandbox: &sandbox, format }, &mut log)?;
    }
    journeys::blocking::macloud(&Stop { sandbox: &sandbox, format: Format::Json }, &mut log)?;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for format in [Format::Xml, Format::Json] {
            journeys::asynchronous::clodo(&Stop { sandbox: &sandbox, format }, &mut log).await?;
        }
        journeys::asynchronous::inferno(&Stop { sandbox: &sandbox, format: Format::Json }, &mut log).await?;
        for format in [Format::Json, Format::Php] {
            journeys::asynchronous::rootpanel(&Stop { sandbox: &sandbox, format }, &mut log).await?;
        }
        journeys::asynchronous::macloud(&Stop { sandbox: &sandbox, format: Format::Json }, &mut log).await
    })?;

    let steps = log.len();
    let ledger = sandbox.ledger();
    let mut text = format!("{log}\n\nWhat the sandbox's ledger says (calls that changed something):\n");
    for api in [ApiName::CLODO, ApiName::INFERNO, ApiName::ROOTPANEL, ApiName::MACLOUD] {
        let entries = ledger.entries();
        let of_api = entries.iter().filter(|entry| entry.api == api);
        let (arrivals, commits) = of_api
            .fold((0, 0), |(arrivals, commits), entry| (arrivals + 1, commits + usize::from(entry.is_committed())));
        text.push_str(&format!(
            "  {api:<10} {arrivals:>3} calls arrived, {commits:>2} committed, {} of the account's money moved\n",
            ledger.money(api)
        ));
    }
    text.push_str(&format!(
        "\n{steps} steps, no server ordered twice, nothing configured, nothing left on the network."
    ));
    Ok(text)
}
