//! Tickets made before the call, for calls whose end is never reported: a dropped future, a killed process.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hostkit::{Perform, Recovery, SavedTicket, Ticket, TicketCause};
use hostkit_sandbox::{ApiName, Sandbox};
use inferno_proto::Inferno;
use inferno_proto::orders::CreateOrder;
use inferno_proto::types::ProductId;

use crate::unresolved::ground::{inferno, strike};
use hostkit_tests::clients::{BothClocks, Client};

const BASE: &str = "HOSTKIT_TEST_BASE";

/// An order without a name, which only the baseline distinguishes from others.
fn order() -> CreateOrder {
    CreateOrder::new(ProductId::new(1))
}

/// The number of commits in the ledger, once the order has arrived.
fn commits(sandbox: &Sandbox, arrivals: usize) -> usize {
    let start = Instant::now();
    while sandbox.ledger().arrivals("create_order") < arrivals {
        assert!(start.elapsed() < Duration::from_secs(10), "the order never arrived");
        std::thread::sleep(Duration::from_millis(5));
    }
    sandbox.ledger().commits("create_order")
}

fn said(sandbox: &Sandbox, text: &str) -> Recovery<<CreateOrder as Perform>::Found, <Inferno as hostkit::Api>::Code> {
    let saved: SavedTicket = text.parse().unwrap();
    let clock = BothClocks::new(sandbox);
    let client = Client::<Inferno>::on(true, clock, &sandbox.url(ApiName::INFERNO), inferno());
    client.recover::<CreateOrder>(&saved.ticket::<CreateOrder>().unwrap())
}

#[test]
fn a_future_that_a_time_out_drops_is_found_by_the_ticket_ahead() {
    for (fault, happens) in [("stall-after-commit", 1), ("stall-before", 0)] {
        let sandbox = Sandbox::start().unwrap();
        let base = sandbox.url(ApiName::INFERNO).parse().unwrap();
        let kept: Arc<Mutex<Option<Ticket>>> = Arc::default();
        let keep = Arc::clone(&kept);
        let client = hostkit_reqwest::Client::<Inferno>::builder(inferno()).base_url(base).before_send(move |intent| {
            *keep.lock().unwrap() = intent.ticket.clone();
            Ok(())
        });
        let client = client.build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ticket = runtime.block_on(async {
            client.perform(&order()).await.into_result().unwrap();
            strike(&sandbox, "create_order", fault);
            let dropped = tokio::time::timeout(Duration::from_millis(300), client.perform(&order())).await;
            assert!(dropped.is_err(), "the answer should not come");
            kept.lock().unwrap().take().unwrap()
        });
        assert_eq!(ticket.cause(), TicketCause::Ahead);
        assert_eq!(commits(&sandbox, 2), 1 + happens, "{fault}");
        let said = said(&sandbox, &ticket.save().to_string());
        match happens {
            0 => assert!(matches!(said, Recovery::DidNot), "{fault}: {said}"),
            _ => assert!(matches!(said, Recovery::Happened(_)), "{fault}: {said}"),
        }
        assert_eq!(sandbox.ledger().arrivals("create_order"), 2, "it was never sent again");
    }
}

#[test]
#[ignore = "is killed by a_process_that_is_killed_leaves_its_ticket"]
fn process_that_orders() {
    let base = std::env::var(BASE).unwrap().parse().unwrap();
    let client = hostkit_ureq::Client::<Inferno>::builder(inferno()).base_url(base).before_send(|intent| {
        println!("\nticket {}", intent.ticket.as_ref().ok_or("no ticket")?.save());
        Ok(())
    });
    let _ = client.build().unwrap().perform(&order());
    unreachable!("the answer should not come");
}

#[test]
fn a_process_that_is_killed_leaves_its_ticket() {
    let sandbox = Sandbox::start().unwrap();
    strike(&sandbox, "create_order", "stall-after-commit");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["unresolved::ahead::process_that_orders", "--exact", "--ignored", "--nocapture"])
        .env(BASE, sandbox.url(ApiName::INFERNO))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let text = lines.find_map(|line| line.strip_prefix("ticket ").map(str::to_owned)).unwrap();
    assert_eq!(commits(&sandbox, 1), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let said = said(&sandbox, &text);
    assert!(matches!(said, Recovery::Happened(_)), "{said}");
    assert_eq!(sandbox.ledger().arrivals("create_order"), 1);
}
