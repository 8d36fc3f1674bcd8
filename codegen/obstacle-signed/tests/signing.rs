//! Signatures, in requests by hand and by both clients: what they are, that a retry has a new one, and whose clock counts.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use hostkit::by_hand::EndpointExt as _;
use hostkit::protocol::{Session, Stamp};
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{BaseUrl, Outcome, UnixTime};
use hostkit_sandbox::{ApiName, FromExamples, Sandbox, accounts_of};
use hostkit_testing::{Script, Scripted, Sent};
use obstacle_signed_proto::things::{ListThings, MakeThing};
use obstacle_signed_proto::{Credentials, Signed};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

fn keys() -> Credentials {
    Credentials::keys("APPLICATION", "SECRET", "CONSUMER")
}

/// The expected values are those of another implementation of SHA-1 (Python's `hashlib`).
#[test]
fn a_call_by_hand_is_signed_with_its_stamp() {
    let base: BaseUrl = "https://signed.example.net/1.0".parse().unwrap();
    let stamp = Some(Stamp { millis: 1_796_000_000_999, nonce: 0 });
    let session = Session { stamp, ..Session::default() };
    let list = ListThings::new().name("a b").to_http(&base, &keys(), &session).unwrap();
    let header = |name: &str| list.headers().get(name).unwrap();
    assert_eq!(header("x-signature"), "$1$90b52f54ac4fcdd6c840e63aba74e8e992b01ea1");
    assert_eq!(
        (header("x-time"), header("x-application")),
        (&"1796000000".parse().unwrap(), &"APPLICATION".parse().unwrap())
    );
    assert!(header("x-signature").is_sensitive() && header("x-consumer").is_sensitive());
    let make = MakeThing::new("é").to_http(&base, &keys(), &session).unwrap();
    assert_eq!(make.headers().get("x-signature").unwrap(), "$1$72caecdd30d9ce3730f581ae413181968016fec6");
    let error = ListThings::new().to_http(&base, &keys(), &Session::default()).unwrap_err().to_string();
    assert!(error.contains("time"), "{error}");
}

fn header<'s>(sent: &'s Sent, name: &str) -> &'s str {
    sent.headers.get(name).unwrap().to_str().unwrap()
}

/// A client whose clock is an hour behind the server's.
fn client(script: impl IntoIterator<Item = Script>) -> (hostkit_ureq::Client<Signed, Scripted>, Scripted) {
    let clock = ManualClock::new(UnixTime(1_796_000_000 - 3_600));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Signed>::builder(keys()).transport(transport.clone()).clock(clock);
    (client.build().unwrap(), transport)
}

fn clock(time: &str) -> Script {
    Script::get("/auth/time").answer(200, time)
}

#[test]
fn the_clock_is_the_servers_and_a_retry_is_signed_anew() {
    let (client, transport) = client([
        clock("1796000000"),
        Script::get("/things").takes(Duration::from_secs(7)).answer(503, ""),
        Script::get("/things").answer(200, r#"{"things":[]}"#),
        Script::get("/things").answer(200, r#"{"things":[]}"#),
    ]);
    client.call(&ListThings::new()).unwrap();
    client.call(&ListThings::new()).unwrap();
    let sent = transport.sent();
    let times: Vec<u64> = sent.iter().skip(1).map(|sent| header(sent, "x-time").parse().unwrap()).collect();
    assert!(times[0] == 1_796_000_000 && times[1] >= times[0] + 7, "{times:?}");
    assert_ne!(header(&sent[1], "x-signature"), header(&sent[2], "x-signature"));
    assert!(sent[0].headers.get("x-signature").is_none(), "the clock is read without a signature");
}

#[test]
fn a_clock_that_was_refused_is_read_again_once() {
    let refused = || Script::any().answer(403, r#"{"errorCode":"INVALID_SIGNATURE","message":"Invalid signature"}"#);
    let (client, transport) = client([
        clock("1795000000"),
        refused(),
        clock("1796000000"),
        Script::get("/things").answer(200, r#"{"things":[]}"#),
        refused(),
        clock("1796000000"),
        refused(),
    ]);
    client.call(&ListThings::new()).unwrap();
    let error = client.call(&ListThings::new()).unwrap_err();
    assert!(error.is_auth(), "{error}");
    assert_eq!(transport.left(), 0);
    let text = format!("{error:?}{error}");
    assert!(!text.contains("SECRET") && !text.contains("CONSUMER"), "{text}");
}

#[test]
fn a_clock_that_tells_nothing_ends_the_call_and_a_date_does_for_one() {
    let (client, _) = client([clock(r#"{"time":1}"#)]);
    let error = client.call(&ListThings::new()).unwrap_err();
    assert!(!error.may_have_happened(), "{error}");
}

#[test]
fn an_order_is_signed_and_sent_once() {
    let (client, transport) = client([
        clock("1796000000"),
        Script::get("/things").answer(200, r#"{"things":[]}"#),
        Script::post("/things").failing(Phase::Head, TransportErrorKind::Timeout),
    ]);
    let Outcome::Unresolved(ticket) = client.perform(&MakeThing::new("é")) else { panic!("it is open") };
    assert_eq!(transport.left(), 0);
    let text = format!("{ticket:?}{:?}", ticket.save());
    assert!(!text.contains("SECRET") && !text.contains("CONSUMER") && !text.contains("$1$"), "{text}");
}

#[test]
fn the_sandbox_takes_signed_calls_of_both_clients_and_no_others() {
    let site = FromExamples::<Signed>::read(SPECS).unwrap();
    let sandbox = Sandbox::builder().site(site).start().unwrap();
    let base: BaseUrl = sandbox.url(ApiName::of::<Signed>()).parse().unwrap();
    let account = accounts_of::<Signed>().remove(0);
    let Credentials::Keys { application, consumer, .. } = account.clone() else { panic!("one kind") };
    let wrong = Credentials::Keys { application, secret: "wrong".into(), consumer };
    let blocking = |keys| hostkit_ureq::Client::<Signed>::builder(keys).base_url(base.clone()).build().unwrap();
    let client = blocking(account.clone());
    assert_eq!(client.call(&ListThings::new().name("a b")).unwrap().things.len(), 2);
    let items: Vec<u64> = client.items(&ListThings::new().name("a b")).map(|item| item.unwrap().id.get()).collect();
    assert_eq!(items, [7, 8, 9]);
    client.perform(&MakeThing::new("a b")).into_result().unwrap();
    assert!(blocking(wrong.clone()).call(&ListThings::new()).unwrap_err().is_auth());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let new = |keys| hostkit_reqwest::Client::<Signed>::builder(keys).base_url(base.clone()).build().unwrap();
        let client = new(account);
        let mut items = client.items(&ListThings::new().name("a b"));
        let mut seen = Vec::new();
        while let Some(item) = items.next().await {
            seen.push(item.unwrap().id.get());
        }
        assert_eq!(seen, [7, 8, 9, 10], "with what the other client made");
        client.perform(&MakeThing::new("é")).await.into_result().unwrap();
        assert!(new(wrong).call(&ListThings::new()).await.unwrap_err().is_auth());
    });
    assert_eq!(sandbox.ledger().commits("make_thing"), 2);
}
