//! A list whose next page and size stand in headers: a header that cannot be read is no end of the list.

use hostkit::protocol::evidence::Doubt;
use hostkit::protocol::{Api, Endpoint, RawAnswer};
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use http::{HeaderMap, HeaderName, HeaderValue};
use obstacle_rest_proto::shelf::{ListBoxed, ListLent, ListShelf, PutOnShelf};
use obstacle_rest_proto::types::Thing;
use obstacle_rest_proto::{Code, Credentials, Rest};

const NEXT: &str = "X-Cursor-Next";
const TOTAL: &str = "X-Total-Count";

fn client(script: impl IntoIterator<Item = Script>) -> (hostkit_ureq::Client<Rest, Scripted>, Scripted) {
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key"));
    (client.transport(transport.clone()).clock(clock).build().unwrap(), transport)
}

fn list(ids: &[u64]) -> String {
    let things: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id},"name":"thing {id}"}}"#)).collect();
    format!("[{}]", things.join(","))
}

/// A page with things of these numbers, and the headers beside it.
fn page(ids: &[u64], headers: &[(&str, &str)]) -> Script {
    let page = Script::get("/shelf").answer(200, list(ids));
    headers.iter().fold(page, |page, (name, value)| page.header(name, value))
}

/// The items of the list, how it ended, and the cursors that were asked for.
fn items(script: impl IntoIterator<Item = Script>) -> (Vec<u64>, Option<String>, Vec<String>) {
    let (client, transport) = client(script);
    let (found, failed): (Vec<_>, Vec<_>) = client.items(&ListShelf::new()).partition(Result::is_ok);
    assert_eq!(transport.left(), 0);
    let sent = transport.sent().into_iter();
    let cursors = sent.filter_map(|sent| Some(sent.headers.get("X-Cursor")?.to_str().ok()?.to_owned())).collect();
    let found = found.into_iter().map(|thing| thing.unwrap().id.get()).collect();
    (found, failed.into_iter().next().map(|error| error.unwrap_err().to_string()), cursors)
}

#[test]
fn a_cursor_in_a_header_leads_to_the_next_page() {
    let pages = [page(&[1, 2], &[(NEXT, "c2"), (TOTAL, "3")]), page(&[3], &[(TOTAL, "3")])];
    assert_eq!(items(pages), (vec![1, 2, 3], None, vec!["c2".to_owned()]));
    // An empty one is none.
    assert_eq!(items([page(&[1], &[(NEXT, "")])]), (vec![1], None, vec![]));
    let (found, error, _) = items([page(&[1, 2], &[(TOTAL, "3")])]);
    assert_eq!(found, [1, 2], "what came is given first");
    assert!(error.unwrap().contains("the list ended after 2 of 3 items"));
}

#[test]
fn a_cursor_that_cannot_be_read_is_no_end() {
    for (headers, what) in [
        (&[(NEXT, "c2"), (NEXT, "c2")][..], "it 2 times"),
        (&[(NEXT, "c2"), (NEXT, "")], "it 2 times"),
        (&[(NEXT, "ж")], "characters that are not ASCII"),
    ] {
        let (found, error, _) = items([page(&[1, 2], headers)]);
        assert_eq!(found, [1, 2], "{headers:?}");
        let error = error.unwrap_or_else(|| panic!("{headers:?}: the list ended"));
        assert!(error.contains("header X-Cursor-Next") && error.contains(what), "{error}");
    }
}

/// What became of an order whose answer is lost, by these reads before it and, each time, after it.
fn lost(before: &[Script], after: &[Script]) -> Recovery<Thing, Code> {
    let order = Script::post("/shelf").failing(Phase::Head, TransportErrorKind::Timeout);
    let after = std::iter::repeat_n(after.to_vec(), 40).flatten();
    let (client, _) = client(before.iter().cloned().chain([order]).chain(after));
    let Outcome::Unresolved(ticket) = client.perform(&PutOnShelf::new("thing 4")) else { panic!("it is open") };
    client.recover::<PutOnShelf>(&ticket)
}

#[test]
fn evidence_is_looked_for_behind_each_cursor() {
    let more = [(NEXT, "c2"), (TOTAL, "3")];
    let before = [page(&[1, 2], &more), page(&[3], &[(TOTAL, "3")])];
    let found = lost(&before, &[page(&[1, 2], &[(NEXT, "c2"), (TOTAL, "4")]), page(&[3, 4], &[(TOTAL, "4")])]);
    assert!(matches!(&found, Recovery::Happened(thing) if thing.id.get() == 4), "{found:?}");
    let found = lost(&before, &before);
    assert!(matches!(found, Recovery::DidNot), "{found:?}");
    // The next page may have it.
    for headers in [&[(NEXT, "c2"), (NEXT, "c3")][..], &[(NEXT, "ж")], &[(TOTAL, "4")]] {
        let found = lost(&before, &[page(&[1, 2, 3], headers)]);
        assert!(matches!(found, Recovery::CannotTell(Doubt::Unread)), "{headers:?}: {found:?}");
    }
}

#[test]
fn an_empty_list_may_leave_out_how_many_there_are() {
    let empty = |headers: &[(&str, &str)]| page(&[], headers);
    let found = lost(&[empty(&[])], &[empty(&[])]);
    assert!(matches!(found, Recovery::DidNot), "{found:?}");
    // What could not be read is not left out, only an empty list leaves it out, and only where it is the first page.
    let filled = [page(&[1], &[(TOTAL, "1")])];
    let unclear: [(&[Script], &[Script]); 3] = [
        (&[empty(&[])], &[empty(&[(TOTAL, "many")])]),
        (&filled, &[page(&[1], &[])]),
        (&filled, &[page(&[1], &[(NEXT, "c2"), (TOTAL, "2")]), empty(&[])]),
    ];
    for (before, after) in unclear {
        let found = lost(before, after);
        assert!(matches!(found, Recovery::CannotTell(Doubt::Unread)), "{after:?}: {found:?}");
    }
    assert_eq!(items([empty(&[])]), (vec![], None, vec![]));
    let (found, error, _) = items([page(&[1, 2], &[(NEXT, "c2"), (TOTAL, "3")]), empty(&[])]);
    assert_eq!(found, [1, 2]);
    assert!(error.unwrap().contains("the list ended after 2 of 3 items"));
}

/// What a call makes of this answer, and how much of it could not be read.
fn read<E: Endpoint<Api = Rest>>(
    headers: &[(&'static str, &'static str)],
    body: &str,
) -> Result<(E::Output, usize), String> {
    let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    let headers = HeaderMap::from_iter(headers);
    let answer = RawAnswer::new(&E::INFO, &Rest::INFO, 200, &headers, body.as_bytes());
    let output = E::decode(&answer).map_err(|error| error.to_string())?;
    Ok((output, answer.report().total()))
}

#[test]
fn the_rules_of_a_list_hold_beside_headers() {
    let shelf = |body: &str| read::<ListShelf>(&[], body).map(|(page, unread)| (page.things.len(), unread));
    assert_eq!(shelf("[]"), Ok((0, 0)));
    assert_eq!(shelf(r#"[{"id":1},{"name":"it has no number"}]"#), Ok((1, 1)), "an item is left out");
    for body in [r#"{"things":[]}"#, r#"{"id":1}"#, "null", "", r#"[{"name":"lid"}]"#] {
        assert!(shelf(body).is_err(), "{body}");
    }
    let many = |count: u64| list(&(1..=count).collect::<Vec<_>>());
    assert_eq!(shelf(&many(40)), Ok((40, 0)));
    assert!(shelf(&many(41)).unwrap_err().contains("at most 40 items"));
    let lent = |count| read::<ListLent>(&[], &many(count)).map(|(things, _)| things.len());
    assert_eq!(lent(30), Ok(30));
    assert!(lent(31).unwrap_err().contains("at most 30 items"));
    let boxed = |headers: &[(&'static str, &'static str)]| read::<ListBoxed>(headers, r#"[{"box":{"id":1}}]"#);
    assert_eq!(boxed(&[("x-counted", "1")]).map(|(page, _)| (page.boxes.len(), page.counted)), Ok((1, 1)));
    assert!(boxed(&[("x-counted", "one")]).unwrap_err().contains("header X-Counted"));
    assert!(boxed(&[]).unwrap_err().contains("no such header"));
    // What may be absent is reported where it is there and cannot be read.
    let total = |text: &'static str| {
        read::<ListShelf>(&[("x-total-count", text)], "[]").map(|(page, unread)| (page.total, unread))
    };
    assert_eq!((total("7"), total("many")), (Ok((Some(7), 0)), Ok((None, 1))));
}
