//! A list whose pages say how many items and pages there are: one with fewer shows nothing that is not there.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "counted/headers.rs"]
mod headers;

use hostkit::protocol::evidence::Doubt;
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_rest_proto::parts::{ListParts, MakePart};
use obstacle_rest_proto::types::{Part, PartKind};
use obstacle_rest_proto::{Code, Credentials, Rest};

type Client = hostkit_ureq::Client<Rest, Scripted>;

fn client(script: impl IntoIterator<Item = Script>) -> (Client, Scripted) {
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key"));
    (client.transport(transport.clone()).clock(clock).build().unwrap(), transport)
}

/// A page with parts of these numbers, and what it says of how many there are.
fn page(ids: &[u64], meta: &str) -> Script {
    let parts: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id},"name":"part {id}"}}"#)).collect();
    Script::get("/parts").answer(200, format!(r#"{{"parts":[{}],"meta":{{{meta}}}}}"#, parts.join(",")))
}

fn total(ids: &[u64], total: u64) -> Script {
    page(ids, &format!(r#""total":{total}"#))
}

/// The items of a list from this page on, and how it ended.
fn items(first: Option<u64>, script: impl IntoIterator<Item = Script>) -> (Vec<u64>, Option<String>) {
    let (client, transport) = client(script);
    let call = ListParts::new(PartKind::Fitted);
    let call = if let Some(page) = first { call.page(page) } else { call };
    let (found, failed): (Vec<_>, Vec<_>) = client.items(&call).partition(Result::is_ok);
    assert_eq!(transport.left(), 0);
    let found = found.into_iter().map(|part| part.unwrap().id.get()).collect();
    (found, failed.into_iter().next().map(|error| error.unwrap_err().to_string()))
}

#[test]
fn a_list_that_ends_before_what_it_says_is_an_error() {
    assert_eq!(items(None, [total(&[1, 2], 3), total(&[3], 3), total(&[], 3)]), (vec![1, 2, 3], None));
    let (found, error) = items(None, [total(&[1, 2], 4), total(&[3], 4), total(&[], 4)]);
    assert_eq!(found, [1, 2, 3], "what came is given first");
    assert!(error.unwrap().contains("the list ended after 3 of 4 items"));
    let (_, error) = items(None, [page(&[1], r#""total":1,"about":{"pages":9}"#), total(&[], 1)]);
    assert!(error.unwrap().contains("the list ended after page 2 of 9"));
    // Whoever begins later does not ask for all.
    assert_eq!(items(Some(2), [total(&[3], 3), total(&[], 3)]), (vec![3], None));
}

/// What became of an order whose answer is lost, by these reads before it and, each time, after it.
fn lost(before: &[Script], after: &[Script]) -> Recovery<Part, Code> {
    let order = Script::post("/parts").failing(Phase::Head, TransportErrorKind::Timeout);
    let after = std::iter::repeat_n(after.to_vec(), 40).flatten();
    let (client, transport) = client(before.iter().cloned().chain([order]).chain(after));
    let Outcome::Unresolved(ticket) = client.perform(&MakePart::new("part 4")) else { panic!("it is open") };
    let found = client.recover::<MakePart>(&ticket);
    // The read has an input that the order does not have.
    let mut reads = transport.sent().into_iter().filter(|sent| sent.url.to_string().contains("?"));
    assert!(reads.all(|sent| sent.url.to_string().contains("kind=spare")));
    found
}

#[test]
fn what_is_not_on_pages_that_are_not_all_is_not_told() {
    let before = [total(&[1, 2], 3), total(&[3], 3), total(&[], 3)];
    let found = lost(&before, &[total(&[1, 2], 4), total(&[3, 4], 4), total(&[], 4)]);
    assert!(matches!(&found, Recovery::Happened(part) if part.id.get() == 4), "{found:?}");
    let found = lost(&before, &before);
    assert!(matches!(found, Recovery::DidNot), "{found:?}");
    let parts: [&[Script]; 4] = [
        // Fewer than there are, more, another number on each page, and fewer pages.
        &[total(&[1, 2], 4), total(&[3], 4), total(&[], 4)],
        &[total(&[1, 2], 2), total(&[3], 2), total(&[], 2)],
        &[total(&[1, 2], 4), total(&[3], 3), total(&[], 3)],
        &[page(&[1, 2, 3], r#""total":3,"about":{"pages":3}"#), total(&[], 3)],
    ];
    for after in parts {
        let found = lost(&before, after);
        assert!(matches!(found, Recovery::CannotTell(Doubt::Unread)), "{after:?}: {found:?}");
    }
}

#[test]
fn nothing_is_sent_where_the_list_before_it_is_not_all() {
    let (client, transport) = client([total(&[1, 2], 3), total(&[], 3)]);
    let Outcome::NotSent(error) = client.perform(&MakePart::new("part 4")) else { panic!("it was sent") };
    assert!(error.to_string().contains("the list has 2 of 3 items"), "{error}");
    assert_eq!(transport.left(), 0);
}
