//! Orders a server through the blocking client.

use clodo_proto::images::ListImages;
use clodo_proto::servers::{CreateServer, CreateServerOs};
use clodo_proto::types::ServerType;
use clodo_proto::{Clodo, Credentials};
use hostkit::{Gibibytes, Mebibytes, Outcome};
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use hostkit_ureq::Client;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::<Clodo>::builder(Credentials::key(credentials::CLODO_LOGIN, credentials::CLODO_KEY))
        .base_url(sandbox.url(ApiName::CLODO).parse()?) // without this line: the hoster itself, for money
        .build()?;

    let images = client.call(&ListImages::new())?; // signs in first
    let os = CreateServerOs::Image(images.first().ok_or("no image")?.id);
    let order = CreateServer::new("web-7f3a", ServerType::Virtual, Mebibytes(1024), Gibibytes(10), os);
    let outcome = client.perform(&order);
    if let Some(ticket) = outcome.ticket() {
        std::fs::write("order.ticket", ticket.save().to_string())?; // it may have happened: `client.recover` finds out
    }
    match outcome {
        Outcome::Done(server) => println!("server {} is there", server.id),
        Outcome::Accepted(server, why) => println!("server {} is being made: {}", server.id, why.as_str()),
        Outcome::Rejected(fault) => println!("refused: {fault}"),
        Outcome::NotSent(error) => println!("nothing was sent; mend the cause, then send it again: {error}"),
        Outcome::Unresolved(ticket) => println!("look before you order again: {ticket}"),
    }
    assert_eq!(sandbox.ledger().commits("create_server"), 1); // what the hoster's books say
    Ok(())
}
