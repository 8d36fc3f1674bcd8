//! The tests of docs/testing.md, of a program that keeps a number of servers; each of its blocks stands here.

use std::time::Duration;

use clodo_proto::images::ListImages;
use clodo_proto::servers::{CreateServer, CreateServerOs, GetServer, RebootServer, ServerRunning};
use clodo_proto::types::{ImageId, ServerDetail, ServerId, ServerStatus, ServerType};
use clodo_proto::{Clodo, Credentials};
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{CallOptions, Gibibytes, Mebibytes, Outcome, Recovery};
use hostkit_sandbox::{Fault, Sandbox};
use hostkit_testing::{Script, Scripted};

const PAGE: &str = include_str!("../../../docs/testing.md");

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn order() -> CreateServer {
    let os = CreateServerOs::Image(ImageId::new(1));
    CreateServer::new("web-7f3a", ServerType::Virtual, Mebibytes(1024), Gibibytes(10), os)
}

#[test]
fn lists_the_images() -> Result {
    let sandbox = Sandbox::start()?;
    let client = sandbox.client(hostkit_ureq::Client::<Clodo>::builder).build()?;

    assert!(!client.call(&ListImages::new())?.is_empty());
    Ok(())
}

#[tokio::test]
async fn orders_once() -> Result {
    let sandbox = Sandbox::start()?;
    let client = sandbox.client(hostkit_reqwest::Client::<Clodo>::builder).build()?;

    client.perform(&order()).await.into_result()?;

    assert_eq!(sandbox.ledger().commits("create_server"), 1);
    Ok(())
}

#[test]
fn waits_for_the_server() -> Result {
    let sandbox = Sandbox::start()?;
    let client = sandbox.client(hostkit_ureq::Client::<Clodo>::builder).build()?;
    let server = client.perform(&order()).into_result()?;

    let (began, mut polls) = (std::time::Instant::now(), Vec::new());
    let often = client.with(CallOptions::new().poll_interval(Duration::from_secs(2)));
    let running = ServerRunning::new(GetServer::new(server.id));
    often.wait(running, |seen| polls.push((seen.text.clone(), seen.next)))?;

    assert!(polls.iter().all(|(_, next)| *next == Duration::from_secs(2)), "{polls:?}");
    assert!(began.elapsed() < Duration::from_secs(5)); // a minute of the sandbox's time
    Ok(())
}

#[test]
fn finds_an_order_whose_answer_is_lost() -> Result {
    let sandbox = Sandbox::start()?;
    let client = sandbox.client(hostkit_ureq::Client::<Clodo>::builder).build()?;

    sandbox.faults().next("create_server", Fault::by_id("reset-before").ok_or("no such fault")?);
    let Outcome::Unresolved(ticket) = client.perform(&order()) else { panic!("the answer was lost") };
    let (began, mut reads) = (sandbox.clock().now(), 0);
    let verdict = client.recover_with::<CreateServer>(&ticket, |read| {
        println!("{}: {}; the next read in {:?}", read.reads, read.seen, read.next);
        reads += 1;
    });

    assert!(matches!(verdict, Recovery::DidNot), "{verdict}");
    assert!(reads > 3 && sandbox.clock().now().since(began) > Duration::from_secs(15 * 60));
    assert_eq!(sandbox.ledger().commits("create_server"), 0);
    Ok(())
}

#[test]
fn restarts_a_server_that_runs() -> Result {
    let id = ServerId::new(7);
    let mut server = ServerDetail::new(id, ServerStatus::Running);
    server.name = Some("web-7f3a".into());
    let transport =
        Scripted::new([Script::call(&GetServer::new(id), server), Script::call(&RebootServer::new(id), ())]);
    let client = hostkit_ureq::Client::<Clodo>::builder(Credentials::key("login", "key"))
        .signed_in("token")
        .transport(transport)
        .build()?
        .with(CallOptions::new().unread());

    if client.call(&GetServer::new(id))?.status == ServerStatus::Running {
        client.perform(&RebootServer::new(id)).into_result()?;
    }

    assert_eq!(client.transport().left(), 0);
    Ok(())
}

#[test]
fn says_what_went_wrong() -> Result {
    let id = ServerId::new(7);
    let fault = r#"{"NotFound": {"code": 404, "message": "Not Found", "details": "Сервер не найден"}}"#;
    let transport = Scripted::new([
        Script::call(&RebootServer::new(id), ()).answer(404, fault),
        Script::call(&RebootServer::new(id), ()).failing(Phase::Head, TransportErrorKind::Reset),
    ]);
    let client = hostkit_ureq::Client::<Clodo>::builder(Credentials::key("login", "key"))
        .format(hostkit::Format::Json)
        .signed_in("token")
        .transport(transport)
        .build()?
        .with(CallOptions::new().unread());

    assert!(matches!(client.perform(&RebootServer::new(id)), Outcome::Rejected(_)));
    assert!(client.perform(&RebootServer::new(id)).is_unresolved());
    Ok(())
}

/// A script that cannot be read says so, and not that it has ended.
#[test]
#[should_panic(expected = "It is asked for again, because of clodo list_servers at api.clodo.ru")]
fn a_decode_error_is_shown() {
    let transport = Scripted::new([Script::get("/servers").answer(200, r#"{"servers": [{"id": "seven"}]}"#)]);
    let client = hostkit_ureq::Client::<Clodo>::builder(Credentials::key("login", "key"))
        .format(hostkit::Format::Json)
        .signed_in("token")
        .transport(transport)
        .build();
    let _ = client.expect("a client").call(&clodo_proto::servers::ListServers::new());
}

/// A value for another call, or another server, is not what was asked for.
#[test]
#[should_panic(expected = "get_server, GET /servers/8, came, and the script has get_server: it is `GET /servers/8`, \
                           not `GET /servers/7`")]
fn a_call_with_other_inputs_is_shown() {
    let server = ServerDetail::new(ServerId::new(7), ServerStatus::Running);
    let client = hostkit_ureq::Client::<Clodo>::builder(Credentials::key("login", "key"))
        .signed_in("token")
        .transport(Scripted::new([Script::call(&GetServer::new(ServerId::new(7)), server)]))
        .build();
    let _ = client.expect("a client").call(&GetServer::new(ServerId::new(8)));
}

/// A value is written in the format that the client asks for.
#[test]
fn a_value_has_the_format_that_is_asked_for() -> Result {
    let call = GetServer::new(ServerId::new(7));
    for (format, first) in [(hostkit::Format::Xml, b'<'), (hostkit::Format::Json, b'{')] {
        let server = ServerDetail::new(ServerId::new(7), ServerStatus::Running);
        let client = hostkit_ureq::Client::<Clodo>::builder(Credentials::key("login", "key"))
            .format(format)
            .signed_in("token")
            .transport(Scripted::new([Script::call(&call, server)]))
            .build()?;
        assert_eq!(client.call_raw(&call)?.value.as_bytes().first(), Some(&first), "{format}");
    }
    Ok(())
}

/// The sandbox's clock is that of the client: it never goes back, and both wait on it.
#[test]
fn a_client_of_the_sandbox_has_its_clock() -> Result {
    use hostkit::time::Clock;

    let sandbox = Sandbox::start()?;
    let clock = sandbox.clock();
    let before = Clock::now(&clock);
    let waited = Clock::sleep(&clock, before.monotonic + Duration::from_secs(3600));
    let after = Clock::now(&clock);
    assert!(waited.is_zero());
    assert!(after.monotonic >= before.monotonic + Duration::from_secs(3600));
    assert!((3600..3660).contains(&(after.wall.0 - before.wall.0)));
    // What is past is not waited for.
    Clock::sleep(&clock, before.monotonic);
    assert!(Clock::now(&clock).monotonic.since(after.monotonic) < Duration::from_secs(60));
    Ok(())
}

#[test]
fn the_page_shows_these_tests() {
    let this = include_str!("testing.rs");
    let blocks: Vec<&str> = PAGE.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 5, "{} blocks", blocks.len());
    for block in blocks {
        assert!(this.contains(block.trim_end()), "docs/testing.md has a block that is not a test here:\n{block}");
    }
}
