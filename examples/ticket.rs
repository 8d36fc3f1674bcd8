//! Resolves, in a second program, an order whose answer the first one lost.

use clodo_proto::images::ListImages;
use clodo_proto::servers::{CreateServer, CreateServerOs};
use clodo_proto::types::ServerType;
use clodo_proto::{Clodo, Credentials};
use hostkit::{Gibibytes, Mebibytes, Outcome, Recovery, SavedTicket};
use hostkit_sandbox::fault::{Armed, Fault};
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use hostkit_ureq::Client;

type Failure = Box<dyn std::error::Error>;

/// Orders, and saves the ticket where it may have happened.
fn order(client: &Client<Clodo>) -> Result<Option<String>, Failure> {
    let os = CreateServerOs::Image(client.call(&ListImages::new())?.first().ok_or("no image")?.id);
    let order = CreateServer::new("web-7f3a", ServerType::Virtual, Mebibytes(1024), Gibibytes(10), os);
    let outcome = client.perform(&order);
    if let Some(ticket) = outcome.ticket() {
        return Ok(Some(ticket.save().to_string()));
    }
    match outcome {
        Outcome::Done(server) | Outcome::Accepted(server, _) => println!("server {} is ordered", server.id),
        Outcome::Rejected(rejection) => return Err(rejection.into()),
        Outcome::NotSent(error) => return Err(error.into()),
        Outcome::Unresolved(ticket) => return Ok(Some(ticket.save().to_string())),
    }
    Ok(None)
}

/// Restores the ticket and asks the hoster what happened. Orders nothing.
fn find_out(client: &Client<Clodo>, text: &str) -> Result<(), Failure> {
    let ticket = text.parse::<SavedTicket>()?.ticket::<CreateServer>()?;
    match client.recover::<CreateServer>(&ticket) {
        Recovery::Happened(server) => println!("it is server {}", server.id),
        Recovery::Several(servers) => println!("{} servers fit: a person has to look", servers.len()),
        Recovery::DidNot => println!("it did not happen: order again"),
        open => println!("do not order again yet: {open}"),
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let sandbox = Sandbox::start()?;
    let client = || {
        let key = Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY);
        let base = sandbox.url(ApiName::CLODO).parse()?;
        Ok::<_, Failure>(Client::<Clodo>::builder(key).base_url(base).build()?)
    };
    let lost = Fault::by_id("reset-after-commit").ok_or("no such fault")?;
    sandbox.faults().arm(Armed::new(lost).on("create_server"));

    let text = order(&client()?)?.ok_or("the answer came after all")?;
    println!("{text}");
    find_out(&client()?, &text)?;
    assert_eq!(sandbox.ledger().arrivals("create_server"), 1); // it was never sent again
    Ok(())
}
