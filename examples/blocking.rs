//! Orders a server through the blocking client.

use hostkit::Outcome;
use hostkit_sandbox::{ApiName, Sandbox, credentials};
use hostkit_ureq::Client;
use macloud_proto::reference::{ListDatacenters, ListServerGroups, ListServerPlans};
use macloud_proto::servers::CreateServer;
use macloud_proto::{Credentials, Macloud};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start()?;
    let client = Client::<Macloud>::builder(Credentials::token(credentials::MACLOUD_TOKEN))
        .base_url(sandbox.url(ApiName::Macloud).parse()?) // without this line: the hoster itself
        .build()?;

    let datacenters = client.call(&ListDatacenters::new())?;
    let groups = client.call(&ListServerGroups::new())?;
    let plans = client.call(&ListServerPlans::new(groups.first().ok_or("no group")?.id))?;
    let plan = plans.iter().min_by_key(|plan| plan.cost).ok_or("no plan")?;

    let order = CreateServer::new(datacenters.first().ok_or("no data centre")?.id, plan.id).name("web-7f3a");
    match client.perform(&order) {
        Outcome::Done(id) => println!("server {id} is there"),
        Outcome::Accepted(id, why) => println!("server {id} is being made: {}", why.as_str()),
        Outcome::Rejected(fault) => println!("refused, nothing was ordered: {fault}"),
        Outcome::NotSent(error) => println!("never sent, try again: {error}"),
        Outcome::Unresolved(ticket) => println!("look before you order again: {ticket}"),
    }
    assert_eq!(sandbox.ledger().commits("create_server"), 1, "ordered once, says the ledger of the hoster");
    Ok(())
}
