//! A ticket that survives its process: another process goes on with its text.

use std::process::Command;

use hostkit::{Endpoint, Perform, Recovery, SavedTicket};
use hostkit_sandbox::ApiName;

use crate::unresolved::ground::{Side, clodo, inferno, open, strike};
use crate::unresolved::orders::clodo_server;

const TICKET: &str = "HOSTKIT_TEST_TICKET";
const BASE: &str = "HOSTKIT_TEST_BASE";

/// Runs a test in another process with the text of a ticket; returns its output.
fn in_another_process(test: &str, text: &str, base: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture"]).env(TICKET, text).env(BASE, base);
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// Recovers the ticket that this process was given, with a new client.
fn given<E: Perform>(
    credentials: <E::Api as hostkit::Api>::Credentials,
) -> Recovery<E::Found, <E::Api as hostkit::Api>::Code> {
    let saved: SavedTicket = std::env::var(TICKET).unwrap().parse().unwrap();
    let base = std::env::var(BASE).unwrap().parse().unwrap();
    let client = hostkit_ureq::Client::builder(credentials).base_url(base).build().unwrap();
    client.recover::<E>(&saved.ticket::<E>().unwrap())
}

#[test]
#[ignore = "is run by a_named_order_is_found_by_another_process"]
fn other_process_of_clodo() {
    let said = given::<clodo_proto::servers::CreateServer>(clodo());
    println!("found server {}", said.happened().unwrap().id);
}

#[test]
#[ignore = "is run by an_order_without_a_name_is_found_by_another_process"]
fn other_process_of_inferno() {
    let said = given::<inferno_proto::orders::CreateOrder>(inferno());
    println!("found order {}", said.happened().unwrap().id);
}

#[test]
fn a_named_order_is_found_by_another_process() {
    let side = Side::<clodo_proto::Clodo>::new(ApiName::CLODO, clodo(), true);
    let call = clodo_server(&side.client, "web-7f3a");
    strike(&side.sandbox, "create_server", "reset-after-commit");
    let text = open(side.client.perform(&call)).save().to_string();
    let printed =
        in_another_process("unresolved::tickets::other_process_of_clodo", &text, &side.sandbox.url(ApiName::CLODO));
    let number = side.sandbox.world(ApiName::CLODO, |world| world.servers("sandbox")[0].number).unwrap();
    assert!(printed.contains(&format!("found server {number}")), "{printed}");
    assert_eq!(side.sandbox.ledger().arrivals("create_server"), 1);
}

/// The baseline is saved with the ticket, so another order of the same product is not taken for this one.
#[test]
fn an_order_without_a_name_is_found_by_another_process() {
    use inferno_proto::orders::CreateOrder;
    let side = Side::<inferno_proto::Inferno>::new(ApiName::INFERNO, inferno(), false);
    let call = CreateOrder::new(inferno_proto::types::ProductId::new(1));
    side.client.perform(&call).into_result().unwrap();
    strike(&side.sandbox, CreateOrder::INFO.name, "reset-after-commit");
    let text = open(side.client.perform(&call)).save().to_string();
    let printed =
        in_another_process("unresolved::tickets::other_process_of_inferno", &text, &side.sandbox.url(ApiName::INFERNO));
    let number = side.sandbox.world(ApiName::INFERNO, |world| world.servers("sandbox")[1].number).unwrap();
    assert!(printed.contains(&format!("found order {number}")), "{printed}");
    assert_eq!(side.sandbox.ledger().arrivals("create_order"), 2);
}

/// The password that the reading needs is not in the text; once it is supplied again, the ticket works.
#[test]
fn a_secret_is_not_in_the_text_and_can_be_given_back() {
    use hostkit::protocol::evidence::Doubt;
    use hostkit_sandbox::credentials::{INFERNO_EMAIL, INFERNO_PASSWORD};
    use inferno_proto::account::RenewApiKey;
    let side = Side::<inferno_proto::Inferno>::new(ApiName::INFERNO, inferno(), true);
    let call = RenewApiKey::new(INFERNO_EMAIL, INFERNO_PASSWORD);
    strike(&side.sandbox, RenewApiKey::INFO.name, "reset-before");
    let ticket = open(side.client.perform(&call));
    let text = ticket.save().to_string();
    assert!(text.contains(INFERNO_EMAIL) && !text.contains(INFERNO_PASSWORD), "{text}");
    assert!(!format!("{ticket:?} {ticket}").contains(INFERNO_PASSWORD));
    let saved = text.parse::<SavedTicket>().unwrap().ticket::<RenewApiKey>().unwrap();
    // The mark of a key stays in the process that made it.
    let said = side.client.recover::<RenewApiKey>(&saved);
    assert!(matches!(&said, Recovery::CannotTell(Doubt::NoBaseline)), "{said}");
    let said = side.client.recover::<RenewApiKey>(&ticket);
    assert!(matches!(said, Recovery::DidNot), "{said}");
}
