//! A nonce that grows, and an HMAC over it in the last field of a form.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::BaseUrl;
use hostkit::by_hand::EndpointExt as _;
use hostkit::protocol::{Session, Stamp};
use hostkit_sandbox::{ApiName, FromExamples, Sandbox, accounts_of};
use hostkit_testing::{Script, Scripted, Sent};
use obstacle_hmac_proto::things::{DeleteThing, ListThings};
use obstacle_hmac_proto::types::ThingId;
use obstacle_hmac_proto::{Credentials, Keyed};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");

/// The expected value is that of another implementation (Python's `hmac`).
#[test]
fn the_signature_is_the_last_field_of_the_form() {
    let base: BaseUrl = "https://keyed.example.net".parse().unwrap();
    let stamp = Some(Stamp { millis: 1_796_000_000_123, nonce: 42 });
    let session = Session { stamp, ..Session::default() };
    let call = DeleteThing::new(ThingId::new(7));
    let request = call.to_http(&base, &Credentials::key("me", "hunter2"), &session).unwrap();
    assert_eq!(request.uri().query(), Some("key=me&at=1796000000123"));
    let body = String::from_utf8(request.into_body()).unwrap();
    let signature =
        "%2FN%2FA%2B23EuOWJiI%2BbsbjtRojskE0NbhqSGu2EVbc7FmUAzqfwFXq8ONc0JXRLhwfyl%2BrlOyOjcY0ej%2Bye3LEHAw%3D%3D";
    assert_eq!(body, format!("nonce=42&id=7&sign={signature}"));
}

fn nonce(sent: &Sent) -> u64 {
    let body = String::from_utf8(sent.body.clone()).unwrap();
    body.split('&').find_map(|pair| pair.strip_prefix("nonce=")).unwrap().parse().unwrap()
}

#[test]
fn nonces_grow_over_retries_clones_and_threads() {
    let answer = || Script::any().answer(200, r#"{"success":true,"data":{"things":[]}}"#);
    let mut script: Vec<Script> = vec![Script::any().answer(503, "")];
    script.extend((0..41).map(|_| answer()));
    let transport = Scripted::new(script);
    let client = hostkit_ureq::Client::<Keyed>::builder(Credentials::key("me", "hunter2"));
    let client = client.transport(transport.clone()).build().unwrap();
    client.call(&ListThings::new()).unwrap();
    let threads = (0..4).map(|_| {
        let client = client.clone();
        std::thread::spawn(move || (0..10).for_each(|_| drop(client.call(&ListThings::new()).unwrap())))
    });
    let threads: Vec<_> = threads.collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let mut nonces: Vec<u64> = transport.sent().iter().map(nonce).collect();
    assert!(nonces[0] < nonces[1], "a retry has its own");
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 42);
    // Microseconds since 1970, so that the next process starts higher.
    assert!(nonces[0] > 1_700_000_000_000_000, "{}", nonces[0]);
}

#[test]
fn the_sandbox_takes_a_nonce_once() {
    let sandbox = Sandbox::builder().site(FromExamples::<Keyed>::read(SPECS).unwrap()).start().unwrap();
    let base: BaseUrl = sandbox.url(ApiName::of::<Keyed>()).parse().unwrap();
    let account = accounts_of::<Keyed>().remove(0);
    let client = hostkit_ureq::Client::<Keyed>::builder(account.clone()).base_url(base.clone()).build().unwrap();
    let items: Vec<u64> = client.items(&ListThings::new()).map(|item| item.unwrap().id.get()).collect();
    assert_eq!(items, [7, 8, 9]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = hostkit_reqwest::Client::<Keyed>::builder(account.clone()).base_url(base.clone()).build().unwrap();
        assert_eq!(client.call(&ListThings::new()).await.unwrap().len(), 2);
        let Credentials::Key { key, .. } = account.clone() else { panic!("one kind") };
        let wrong = Credentials::Key { key, secret: "wrong".into() };
        let client = hostkit_reqwest::Client::<Keyed>::builder(wrong).base_url(base.clone()).build().unwrap();
        assert!(client.call(&ListThings::new()).await.unwrap_err().is_auth());
    });
    // The same bytes again, as a proxy that repeats a request would send them.
    let stamp = Some(Stamp { millis: 1, nonce: u64::MAX });
    let session = Session { stamp, ..Session::default() };
    let request = ListThings::new().to_http(&base, &account, &session).unwrap();
    let send = || {
        let (head, body) = (request.uri(), String::from_utf8(request.body().clone()).unwrap());
        let text = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            head.path_and_query().unwrap(),
            head.authority().unwrap(),
            body.len()
        );
        let mut socket = std::net::TcpStream::connect(head.authority().unwrap().as_str()).unwrap();
        std::io::Write::write_all(&mut socket, text.as_bytes()).unwrap();
        std::io::read_to_string(socket).unwrap().replace(": ", ":")
    };
    assert!(send().contains(r#""success":true"#));
    assert!(send().contains("Bad signature"));
}
