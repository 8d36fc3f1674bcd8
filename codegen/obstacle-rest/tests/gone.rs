//! What a refusal says and what it leaves open, and a deletion that shows by its object not being found.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit::protocol::evidence::Doubt;
use hostkit::time::ManualClock;
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Outcome, Recovery, UnixTime};
use hostkit_testing::{Script, Scripted};
use obstacle_rest_proto::things::{CleanThings, DeleteThing, GetThing, MakeThing};
use obstacle_rest_proto::types::{Thing, ThingId};
use obstacle_rest_proto::{Code, Credentials, Rest};

fn there() -> Script {
    Script::get("/things/7").answer(200, r#"{"id":7,"name":"lamp"}"#)
}

fn missing() -> Script {
    Script::get("/things/7").answer(404, r#"{"error":{"code":"not_found","message":"No such thing."}}"#)
}

/// What became of a deletion whose answer is lost.
fn lost(before: Script, after: fn() -> Script) -> Recovery<(), Code> {
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let lost = Script::method(hostkit::protocol::Method::DELETE, "/things/7")
        .failing(Phase::Head, TransportErrorKind::Timeout);
    let script = [before, lost].into_iter().chain((0..40).map(|_| after()));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key")).transport(transport).clock(clock);
    let client = client.build().unwrap();
    let Outcome::Unresolved(ticket) = client.perform(&DeleteThing::new(ThingId::new(7))) else { panic!("it is open") };
    client.recover::<DeleteThing>(&ticket)
}

#[test]
fn what_is_not_found_is_gone_and_what_is_there_is_not() {
    let found = lost(there(), missing);
    assert!(matches!(found, Recovery::Happened(())), "{found:?}");
    assert!(matches!(lost(there(), there), Recovery::DidNot));
}

/// Headers stand above any page: what says that it was done is what says so of a call without output.
#[test]
fn headers_alone_are_no_success() {
    let outcome = |status, body: &str, header: Option<&str>| {
        let answer = Script::method(hostkit::protocol::Method::DELETE, "/things/7").answer(status, body);
        let answer = header.into_iter().fold(answer, |answer, left| answer.header("x-limit-left", left));
        let transport = Scripted::new([there(), answer]);
        let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key")).transport(transport);
        client.build().unwrap().perform(&DeleteThing::new(ThingId::new(7)))
    };
    for (status, body) in [
        (200, "<html>sign in</html>"),
        (200, "{}"),
        (200, r#"{"droplets":[]}"#),
        (200, ""),
        (201, ""),
        (202, "<html>wait</html>"),
        (204, "x"),
    ] {
        let outcome = outcome(status, body, Some("7"));
        assert!(matches!(outcome, Outcome::Unresolved(_)), "{status} {body}: {outcome:?}");
    }
    for (header, left) in [(Some("7"), Some(7)), (None, None)] {
        let outcome = outcome(204, "", header);
        assert!(matches!(&outcome, Outcome::Done(limits) if limits.left == left), "{header:?}: {outcome:?}");
    }
}

/// Fewer results than things, or those of others, are no acceptance, wherever in the answer they stand.
#[test]
fn results_inside_an_object_are_as_many_as_were_asked_for() {
    let outcome = |things: &str| {
        let body = format!(r#"{{"things":[{things}],"left":1}}"#);
        let transport = Scripted::new([Script::post("/things/clean").answer(202, body)]);
        let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key")).transport(transport);
        client.build().unwrap().perform(&CleanThings::new(vec![ThingId::new(7), ThingId::new(9)]))
    };
    let whole = outcome(r#"{"id":7},{"id":9}"#);
    assert!(matches!(whole, Outcome::Accepted(..)), "{whole:?}");
    for things in ["", r#"{"id":7}"#, r#"{"id":9},{"id":7}"#, r#"{"id":7},{"id":9},{"id":9}"#] {
        let outcome = outcome(things);
        assert!(matches!(outcome, Outcome::Unresolved(_)), "{things}: {outcome:?}");
    }
}

#[test]
fn what_was_not_there_before_cannot_be_told() {
    let found = lost(missing(), missing);
    assert!(matches!(found, Recovery::CannotTell(_)), "{found:?}");
}

/// What became of an order of a lamp whose answer is lost, or is this refusal; the list had `before`, and then `after`.
fn lost_order(before: &str, refused: Option<u16>, after: &str) -> Recovery<Thing, Code> {
    // An empty page is behind the last.
    let list = |items: &str| [items, ""].map(|items| format!(r#"{{"data":{{"items":[{items}]}}}}"#));
    let list = |items: &str| list(items).map(|body| Script::get("/things").answer(200, body));
    let order = match refused {
        None => Script::post("/things").failing(Phase::Head, TransportErrorKind::Timeout),
        Some(status) => Script::post("/things").answer(status, r#"{"error":{"code":"taken"}}"#),
    };
    let clock = ManualClock::new(UnixTime(1_796_000_000));
    let script = list(before).into_iter().chain([order]).chain((0..40).flat_map(|_| list(after)));
    let transport = Scripted::new(script).with_clock(clock.clone());
    let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key")).transport(transport).clock(clock);
    let client = client.build().unwrap();
    let outcome = client.perform(&MakeThing::new("lamp"));
    client.recover::<MakeThing>(outcome.ticket().expect("it may have happened"))
}

/// An API that makes no second one may have answered with the lamp that was there.
#[test]
fn an_order_of_what_was_there_cannot_be_told() {
    let (lamp, chair) = (r#"{"id":7,"name":"lamp"}"#, r#"{"id":7,"name":"chair"}"#);
    let found = lost_order(lamp, None, lamp);
    assert!(matches!(found, Recovery::CannotTell(Doubt::WasSo)), "{found:?}");
    assert!(matches!(lost_order(chair, None, chair), Recovery::DidNot));
    let second = lost_order(lamp, None, &[lamp, r#"{"id":8,"name":"lamp"}"#].join(","));
    assert!(matches!(&second, Recovery::Happened(thing) if thing.id == ThingId::new(8)), "{second:?}");
    // What it refuses, it does not answer with what was there.
    let refused = lost_order(lamp, Some(409), lamp);
    assert!(matches!(refused, Recovery::DidNot), "{refused:?}");
}

/// The outcome of an order that is answered so.
fn ordered(status: u16, body: &str) -> Outcome<(), Code> {
    ordered_with(status, "", body)
}

/// The same with this reason phrase in the status line.
fn ordered_with(status: u16, phrase: &str, body: &str) -> Outcome<(), Code> {
    let list = || Script::get("/things").answer(200, r#"{"data":{"items":[]}}"#);
    // After some refusals it is looked for once more.
    let transport = Scripted::new([list(), Script::post("/things").answer(status, body).phrase(phrase), list()]);
    let client =
        hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("key")).transport(transport).build().unwrap();
    client.perform(&MakeThing::new("lamp")).map(|_| ())
}

#[test]
fn a_code_with_which_nothing_was_done_refuses_under_any_status() {
    for status in [200, 400, 500, 502] {
        let outcome = ordered(status, r#"{"errors":[{"code":"unsold"}]}"#);
        let Outcome::Rejected(rejection) = &outcome else { panic!("{status}: {outcome:?}") };
        assert!(!rejection.verify, "{status}: {rejection:?}");
    }
    let outcome = ordered(500, r#"{"message":"A lamp is not sold."}"#);
    assert!(matches!(&outcome, Outcome::Rejected(rejection) if !rejection.verify), "{outcome:?}");
    for open in [r#"{"message":"Out of memory."}"#, r#"{"error":{"code":"taken"}}"#, r#"{"data":null}"#] {
        let outcome = ordered(500, open);
        assert!(matches!(outcome, Outcome::Unresolved(_)), "{open}: {outcome:?}");
    }
}

/// The hoster's support asks for it, so that it stands at the end of what a person reads.
#[test]
fn a_refusal_names_its_request() {
    let answer = |body: &str, id: &str| {
        let script = Script::get("/things/7").answer(404, body).header("X-Request-Id", id);
        let client = hostkit_ureq::Client::<Rest>::builder(Credentials::bearer("secret-key"));
        let client = client.transport(Scripted::new([script])).build().unwrap();
        let error = client.call(&GetThing::new(ThingId::new(7))).unwrap_err();
        (error.fault().unwrap().request_id.clone(), error.to_string())
    };
    let (id, text) = answer(r#"{"error":{"code":"not_found","message":"No.","request":"in-7"}}"#, "head-7");
    assert_eq!(id, "in-7");
    assert!(text.contains("404 not_found: No. (request in-7)"), "{text}");
    // Any form of a refusal has the header beside it.
    for body in [r#"{"error":"not_found"}"#, r#"{"errors":[{"code":"not_found"}]}"#, r#"{"data":null}"#] {
        assert_eq!(answer(body, "head-7").0, "head-7", "{body}");
    }
    // It is a text of the server as any other.
    let (id, text) = answer(r#"{"error":"not_found"}"#, &"secret-key ".repeat(200));
    assert!(id.starts_with("[redacted] [redacted]") && id.len() < 1_100 && !text.contains("secret-key"), "{id}");
    let (id, _) = answer("{\"error\":{\"code\":\"not_found\",\"request\":\"a\\nb\"}}", "");
    assert_eq!(id, "a\\nb");
}

/// What the status line says is the text of a refusal without one, and says what that text would say.
#[test]
fn a_phrase_of_the_status_line_is_a_text() {
    let outcome = ordered_with(500, "A lamp is not sold", r#"{"data":null}"#);
    let Outcome::Rejected(rejection) = &outcome else { panic!("{outcome:?}") };
    assert!(!rejection.verify && rejection.to_string().contains("500 unsold: A lamp is not sold"), "{rejection}");
    let outcome = ordered_with(422, "no\tway", r#"{"data":null}"#);
    assert!(matches!(&outcome, Outcome::Rejected(rejection) if rejection.message == "no\\tway"), "{outcome:?}");
    // A text of the document counts before it, and the usual words of a status are none.
    let outcome = ordered_with(422, "A lamp is not sold", r#"{"message":"No."}"#);
    assert!(matches!(&outcome, Outcome::Rejected(rejection) if rejection.message == "No."), "{outcome:?}");
    for phrase in ["", "Unprocessable Entity", "unprocessable content"] {
        let outcome = ordered_with(422, phrase, r#"{"data":null}"#);
        assert!(matches!(&outcome, Outcome::Rejected(rejection) if rejection.message.is_empty()), "{outcome:?}");
    }
    // It makes no document of what is none, and any server on the way may write it beside an empty body.
    for body in ["", "{}", "<html></html>", r#"{"id":7}"#] {
        let outcome = ordered_with(500, "A lamp is not sold", body);
        assert!(matches!(outcome, Outcome::Unresolved(_)), "{body}: {outcome:?}");
    }
    let outcome = ordered_with(401, "already exists", "");
    let Outcome::Rejected(rejection) = &outcome else { panic!("{outcome:?}") };
    assert!(rejection.is_auth() && rejection.code.is_none(), "{rejection:?}");
}

#[test]
fn an_empty_body_refuses_only_under_a_known_status_below_500() {
    let outcome = ordered(401, "");
    let Outcome::Rejected(rejection) = &outcome else { panic!("{outcome:?}") };
    assert!(rejection.is_auth() && !rejection.verify, "{rejection:?}");
    assert!(rejection.to_string().contains("The key is wrong (an empty body)"), "{rejection}");
    for status in [403, 404, 500, 503, 595] {
        let outcome = ordered(status, "");
        assert!(matches!(outcome, Outcome::Unresolved(_)), "{status}: {outcome:?}");
    }
}

#[test]
fn an_empty_body_does_not_show_that_something_is_gone() {
    let found = lost(there(), || Script::get("/things/7").answer(404, ""));
    assert!(!matches!(found, Recovery::Happened(())), "{found:?}");
}
