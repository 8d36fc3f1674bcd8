//! What an answer means for calls of each effect; a call by hand and one through the exchange get the same judgement.

use crate::common::*;
use hostkit::by_hand::EndpointExt;
use hostkit::protocol::RawAnswer;
use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::{Judgement, NoValue, Why, judge};
use hostkit::{Api, Endpoint, FaultKind, Reason};
use hostkit_testing::Script;
use http::{HeaderMap, HeaderValue};

struct Answer {
    status: u16,
    body: String,
    header: Option<(&'static str, &'static str)>,
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: body.to_owned(), header: None }
}

/// A fault under this status, by its name.
fn fault(status: u16, name: &str) -> Answer {
    answer(status, &format!(r#"{{"{name}": {{"code": {status}, "message": "no"}}}}"#))
}

/// A valid document with a header that changes its meaning.
fn marked(name: &'static str, value: &'static str) -> Answer {
    Answer { header: Some((name, value)), ..answer(200, r#"{"id": 7}"#) }
}

/// The judgement in words; `?` means that the call may have happened nevertheless.
fn words<E: Endpoint<Api = Shop, Output = u64>>(answer: &Answer) -> String {
    let mut headers = HeaderMap::new();
    headers.extend(
        answer
            .header
            .map(|(name, value)| (name.parse::<http::HeaderName>().expect("a name"), HeaderValue::from_static(value))),
    );
    let raw = RawAnswer::new(&E::INFO, &Shop::INFO, answer.status, &headers, answer.body.as_bytes());
    let with_mark = |word: &str, no_value: NoValue<Code>| {
        let mark = if no_value.may_have_happened { "?" } else { "" };
        let why = match no_value.why {
            Why::Fault(fault) if fault.kind == FaultKind::NotFound => "not found",
            Why::Fault(_) => "fault",
            Why::Unreadable(_) => "unreadable",
            Why::Unrecognised(_) => "unrecognised",
        };
        format!("{word}{mark}: {why}")
    };
    match judge::<E>(&Inputs::new(), &raw) {
        Judgement::Done(value) => format!("done: {value}"),
        Judgement::Accepted(value, reason) if reason == Reason::QUEUED => format!("queued: {value}"),
        Judgement::Accepted(value, _) => format!("accepted: {value}"),
        Judgement::Nothing(value) => format!("nothing: {value}"),
        Judgement::Rejected(no_value) => with_mark("rejected", no_value),
        Judgement::Open(no_value) => with_mark("open", no_value),
    }
}

#[test]
fn follows_the_table() {
    let good = || answer(200, r#"{"id": 7}"#);
    // The columns: a safe GET, an idempotent PUT, an acting call that proxies do not repeat, and one that they do.
    let table = [
        (good(), ["done: 7"; 4]),
        (answer(202, r#"{"id": 7}"#), ["queued: 7"; 4]),
        (marked("x-later", "1"), ["accepted: 7"; 4]),
        (answer(200, ""), ["open: unreadable", "open?: unreadable", "open?: unreadable", "open?: unreadable"]),
        (answer(200, "<html>"), ["open: unreadable", "open?: unreadable", "open?: unreadable", "open?: unreadable"]),
        (answer(404, ""), ["open: unrecognised", "open?: unrecognised", "open?: unrecognised", "open?: unrecognised"]),
        (answer(302, ""), ["open: unrecognised", "open?: unrecognised", "open?: unrecognised", "open?: unrecognised"]),
        (answer(503, ""), ["open: unrecognised", "open?: unrecognised", "open?: unrecognised", "open?: unrecognised"]),
        (fault(400, "Bad"), ["rejected: fault", "rejected: fault", "rejected: fault", "rejected?: fault"]),
        (
            fault(404, "No"),
            ["rejected: not found", "rejected: not found", "rejected: not found", "rejected?: not found"],
        ),
        (fault(401, "Who"), ["rejected: fault", "rejected: fault", "rejected: fault", "rejected?: fault"]),
        (fault(429, "Slow"), ["rejected: fault", "rejected: fault", "rejected: fault", "rejected?: fault"]),
        // A rate limit means that nothing was carried out, whatever the status.
        (fault(503, "TooMany"), ["rejected: fault", "rejected: fault", "rejected: fault", "rejected?: fault"]),
        (fault(500, "Error"), ["open: fault", "open?: fault", "open?: fault", "open?: fault"]),
        (fault(501, "Nope"), ["open: fault", "open?: fault", "open?: fault", "open?: fault"]),
        (marked("x-fault", "Busy"), ["rejected: fault", "rejected: fault", "rejected: fault", "rejected?: fault"]),
        (marked("x-fault", "Queue"), ["rejected: fault", "rejected?: fault", "rejected?: fault", "rejected?: fault"]),
    ];
    for (answer, expected) in table {
        let found = [words::<GetItem>, words::<SetName>, words::<Reboot>, words::<Delete>].map(|words| words(&answer));
        assert_eq!(found, expected, "{} {} {:?}", answer.status, answer.body, answer.header);
        assert_eq!(words::<AddAddress>(&answer), expected[3], "PUT and DELETE are alike");
    }
    assert_eq!(words::<Build>(&good()), "queued: 7");
    assert_eq!(words::<FindItem>(&fault(404, "No")), "nothing: 0");
    assert_eq!(
        words::<FindItem>(&answer(404, r#"{"No": {"code": 404, "message": "no module"}}"#)),
        "rejected: not found"
    );
}

/// The API's 404 may answer a repeated DELETE, a rate limit may have let the first one through, and its token may have ended
/// since.
#[test]
fn by_hand_and_through_the_exchange() {
    for answer in [fault(404, "NotFound"), fault(503, "TooMany"), fault(401, "Unauthorized"), fault(500, "Error")] {
        let mut response = http::Response::new(answer.body.clone().into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(answer.status).expect("a status");
        let by_hand = Delete.read_http(&response).expect_err("a fault");
        let outcome = bench([Script::any().answer(answer.status, answer.body)]).perform(Delete);
        assert_eq!(by_hand.may_have_happened(), outcome.may_have_happened(), "{}: {outcome:?}", answer.status);
        assert!(by_hand.may_have_happened(), "{}", answer.status);
    }
    // Proxies do not repeat a POST, so a rate limit held it back, and only a failed server leaves the end open.
    for answer in [fault(404, "NotFound"), fault(503, "TooMany"), fault(401, "Unauthorized"), fault(500, "Error")] {
        let mut response = http::Response::new(answer.body.clone().into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(answer.status).expect("a status");
        let by_hand = Reboot.read_http(&response).expect_err("a fault");
        let outcome = bench([Script::any().answer(answer.status, answer.body)]).perform(Reboot);
        assert_eq!(by_hand.may_have_happened(), outcome.may_have_happened(), "{}: {outcome:?}", answer.status);
        assert_eq!(by_hand.may_have_happened(), answer.status == 500);
    }
}
