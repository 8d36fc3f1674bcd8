//! Orders a server through the blocking client, and finds it again if the answer is lost.

use hostkit::Outcome;
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use hostkit_ureq::Client;
use macloud_proto::Credentials;
use macloud_proto::servers::CreateServer;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::builder(Credentials::token(credentials::MACLOUD_TOKEN))
        .base_url(sandbox.url(ApiName::MACLOUD).parse()?) // without this line: the hoster itself, for money
        .build()?;

    let (datacenter, plan) = ("1".parse()?, "1".parse()?); // by `ListDatacenters` and `ListServerPlans`
    let order = CreateServer::new(datacenter, plan).name("web-7f3a"); // a name that nothing else has
    match client.perform(&order) {
        Outcome::Done(server) => println!("server {server} is there"),
        Outcome::Accepted(server, _) => println!("server {server} is being made; do not order it again"),
        Outcome::Rejected(fault) => println!("refused: {fault}"),
        Outcome::NotSent(error) => println!("nothing was sent; fix the cause, then send it again: {error}"),
        // Only reads: whether it happened, and what it made. Do not order again before it says no.
        Outcome::Unresolved(ticket) => println!("{ticket}: {}", client.recover::<CreateServer>(&ticket)),
    }
    assert_eq!(sandbox.ledger().commits("create_server"), 1); // what the hoster's books say
    Ok(())
}
