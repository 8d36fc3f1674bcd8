//! Lists in pages: all items, each page when it is needed, an end in every case, and orders that are found on later pages.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use hostkit::protocol::evidence::Doubt;
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_signed_proto::things::{ListThings, MakeThing};
use obstacle_signed_proto::{Credentials, Signed};

const NOW: i64 = 1_796_000_000;

type Client = hostkit_ureq::Client<Signed, Scripted>;

fn client(script: impl IntoIterator<Item = Script>) -> (Client, Scripted) {
    let clock = ManualClock::new(UnixTime(NOW));
    let time = Script::get("/auth/time").answer(200, NOW.to_string());
    let transport = Scripted::new(std::iter::once(time).chain(script)).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Signed>::builder(Credentials::keys("A", "S", "C"));
    (client.transport(transport.clone()).clock(clock).build().unwrap(), transport)
}

/// A page with things of these numbers, and the link to the next one.
fn page(ids: &[u64], next: &str) -> Script {
    let things: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id},"name":"thing {id}"}}"#)).collect();
    let body = format!(r#"{{"things":[{}],"links":{{"next":"{next}"}}}}"#, things.join(","));
    Script::get("/things").answer(200, body)
}

fn ids(client: &Client) -> Vec<Result<u64, String>> {
    let items = client.items(&ListThings::new().name("x"));
    items.map(|item| item.map(|thing| thing.id.get()).map_err(|error| error.to_string())).collect()
}

/// The queries of the calls for pages.
fn queries(transport: &Scripted) -> Vec<String> {
    let sent = transport.sent();
    let urls = sent.iter().map(|sent| sent.url.to_string()).filter(|url| !url.contains("/auth/"));
    urls.map(|url| url.split_once('?').map_or(String::new(), |(_, query)| query.to_owned())).collect()
}

#[test]
fn every_page_is_a_call_of_its_own_and_keeps_the_other_inputs() {
    let (client, transport) = client([page(&[1, 2], "/things?page=2"), page(&[], "/things?page=5"), page(&[3], "")]);
    assert_eq!(ids(&client), [Ok(1), Ok(2), Ok(3)]);
    assert_eq!(queries(&transport), ["name=x", "name=x&page=2", "name=x&page=5"]);
}

#[test]
fn a_page_is_asked_for_when_it_is_needed() {
    let (client, transport) = client([page(&[1, 2], "/things?page=2")]);
    let mut items = client.items(&ListThings::new()).take(2);
    assert!(items.all(|item| item.is_ok()) && transport.left() == 0);
}

#[test]
fn a_failed_page_is_tried_again_and_an_error_is_the_end() {
    let script = [page(&[1], "/things?page=2"), Script::any().answer(503, ""), page(&[2], "/things?page=3")];
    let (client, _) = client(script.into_iter().chain([Script::any().answer(404, r#"{"errorCode":"NOT_FOUND"}"#)]));
    let found = ids(&client);
    assert_eq!(found[..2], [Ok(1), Ok(2)]);
    assert!(found.len() == 3 && found[2].as_ref().unwrap_err().contains("NOT_FOUND"), "{found:?}");
}

#[test]
fn an_api_that_does_not_go_on_is_an_error() {
    let (client, _) = client([page(&[1, 2], "/things?page=2"), page(&[1, 2], "/things?page=2")]);
    let found = ids(&client);
    assert!(found.len() == 3 && found[2].as_ref().unwrap_err().contains("as the one before it"), "{found:?}");
}

/// A page whose link is no end, or may be none, with why.
fn unreadable() -> Vec<(Script, &'static str)> {
    let with = |next: &str| {
        let body = format!(r#"{{"things":[{{"id":2,"name":"thing 2"}}],"links":{{"next":{next}}}}}"#);
        Script::get("/things").answer(200, body)
    };
    vec![
        (with("[2]"), "a list"),
        (with("false"), "false"),
        (Script::get("/things").answer(206, r#"{"things":[],"links":{}}"#), "by the status 206"),
        (page(&[2], "/things?page=soon"), "another value"),
        (page(&[2], "/things?per_page=2"), "a link without it"),
        (page(&[2], "https://signed.example.net/things"), "a link without it"),
        (page(&[2], "https://signed.example.net/old-things?page=1"), "a link to another call"),
        (page(&[2], "/things?page=3&page=4"), "a link with several of it"),
    ]
}

#[test]
fn a_list_that_does_not_say_what_comes_next_has_no_silent_end() {
    for (last, why) in unreadable() {
        let (client, transport) = client([page(&[1], "/things?page=2"), last]);
        let mut found = ids(&client);
        let error = found.pop().unwrap().unwrap_err();
        assert!(error.contains(why), "{why}: {error}");
        assert!(found.iter().all(Result::is_ok) && transport.left() == 0, "{why}: {found:?}");
    }
}

#[test]
fn pages_without_an_end_have_a_limit() {
    let pages = |count: u64| (1..=count).map(|number| page(&[number], &format!("/things?page={}", number + 1)));
    let (one, _) = client(pages(2));
    let found: Vec<_> = one.items(&ListThings::new()).at_most(2).collect();
    assert!(found.len() == 3 && found[2].as_ref().is_err_and(|error| error.to_string().contains("more than 2 pages")));
    let (other, transport) = client(pages(1_000));
    assert!(ids(&other).last().unwrap().is_err() && transport.left() == 0);
}

#[test]
fn the_stream_gives_the_same() {
    let clock = ManualClock::new(UnixTime(NOW));
    let time = Script::get("/auth/time").answer(200, NOW.to_string());
    let transport = Scripted::new([time, page(&[1, 2], "/things?page=2"), page(&[3], "")]).with_clock(clock.clone());
    let client = hostkit_reqwest::Client::<Signed>::builder(Credentials::keys("A", "S", "C"));
    let client = client.transport(transport.clone()).clock(clock).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(async {
        let mut items = client.items(&ListThings::new());
        let mut found = vec![items.next().await.unwrap().unwrap().id.get()];
        assert_eq!(transport.left(), 1, "the second page is not needed yet");
        while let Some(item) = items.next().await {
            found.push(item.unwrap().id.get());
        }
        assert!(items.next().await.is_none());
        found
    });
    assert_eq!(found, [1, 2, 3]);
}

/// An order whose answer is lost, with these reads of the list after it.
fn lost(
    after: impl IntoIterator<Item = Script>,
) -> Recovery<obstacle_signed_proto::types::Thing, obstacle_signed_proto::Code> {
    let before = [page(&[1, 2], "/things?page=2"), page(&[3], "")];
    let order = Script::post("/things").failing(Phase::Head, TransportErrorKind::Timeout);
    let (client, _) = client(before.into_iter().chain([order]).chain(after));
    let Outcome::Unresolved(ticket) = client.perform(&MakeThing::new("thing 4")) else { panic!("it is open") };
    client.recover::<MakeThing>(&ticket)
}

#[test]
fn an_order_is_found_on_a_later_page() {
    let found = lost([page(&[1, 2], "/things?page=2"), page(&[3, 4], "")]);
    assert!(matches!(&found, Recovery::Happened(thing) if thing.id.get() == 4), "{found:?}");
}

#[test]
fn it_did_not_happen_only_where_every_page_was_read() {
    let reads = || [page(&[1, 2], "/things?page=2"), page(&[3], "").takes(Duration::from_secs(25))];
    let found = lost((0..40).flat_map(|_| reads()));
    assert!(matches!(found, Recovery::DidNot), "{found:?}");
    let endless = |_| (1..=100).map(|number| page(&[number % 3 + 1], &format!("/things?page={}", number + 1)));
    let found = lost((0..40).flat_map(endless).enumerate().map(|(at, script)| match at % 100 {
        99 => script.takes(Duration::from_secs(25)),
        _ => script,
    }));
    assert!(!matches!(found, Recovery::DidNot), "{found:?}");
}

#[test]
fn a_list_that_does_not_say_what_comes_next_shows_no_absence() {
    let gone = || (Script::get("/things").answer(404, r#"{"errorCode":"NOT_FOUND"}"#), "a page that is not there");
    for (at, (_, why)) in unreadable().into_iter().chain([gone()]).enumerate() {
        let last = || unreadable().into_iter().chain([gone()]).nth(at).unwrap().0.takes(Duration::from_secs(25));
        let found = lost((0..40).flat_map(|_| [page(&[1, 2], "/things?page=2"), page(&[3], "/things?page=3"), last()]));
        // A page that cannot be read to its end may show an item of another one again.
        assert!(matches!(found, Recovery::CannotTell(Doubt::Unread | Doubt::Alike(_))), "{why}: {found:?}");
        // What is there is there all the same.
        let found = lost([page(&[1, 2], "/things?page=2"), page(&[3, 4], "/things?page=3"), last()]);
        assert!(matches!(&found, Recovery::Happened(thing) if thing.id.get() == 4), "{why}: {found:?}");
    }
}

#[test]
fn nothing_is_ordered_beside_a_list_that_may_go_on() {
    for (last, why) in unreadable() {
        let (client, transport) = client([page(&[1], "/things?page=2"), last]);
        let outcome = client.perform(&MakeThing::new("thing 4"));
        assert!(matches!(outcome, Outcome::NotSent(_)) && transport.left() == 0, "{why}: {outcome:?}");
    }
}
