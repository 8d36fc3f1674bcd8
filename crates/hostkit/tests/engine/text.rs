//! The texts of errors, and that no text contains a secret.

use std::error::Error as _;
use std::fmt::{Debug, Display};

use crate::common::*;
use hostkit::machinery::Machine;
use hostkit::protocol::codec::DecodeError;
use hostkit::transport::{Phase, TransportError, TransportErrorKind as Kind};
use hostkit::{CallOptions, Outcome};
use hostkit_testing::Script;

fn failure(script: Script) -> hostkit::Error<Code> {
    let scripts: Vec<_> = (0..3).map(|_| script.clone()).collect();
    bench(scripts).call(GetItem).unwrap_err()
}

#[test]
fn errors_read_well() {
    let texts = [
        (
            Script::any().answer(404, r#"{"NotFound": {"code": 404, "message": "x", "details": "VPS не найдена"}}"#),
            "shop get_item at shop.example: 404 NotFound: x: VPS не найдена",
        ),
        (
            Script::any().answer(200, r#"{"id": "abc"}"#),
            "shop get_item at shop.example: answer.id: expected a whole number, found \"abc\" (2 attempts)",
        ),
        (
            Script::fail(Phase::Connect, Kind::Refused),
            "shop get_item at shop.example: connection refused while connecting (3 attempts)",
        ),
        (
            Script::any().answer(502, "<html>"),
            "shop get_item at shop.example: 502: the answer is no document of this API: the body is an HTML page without a title \
             (3 attempts)",
        ),
        (Script::any().answer(302, ""), "shop get_item at shop.example: 302: a redirect, which was not followed"),
        (
            Script::any().answer(301, "").header("location", "https://user:word@shop.example:444/items?key=1#x"),
            "shop get_item at shop.example: 301: a redirect to https://shop.example:444, which was not followed",
        ),
        (
            Script::any().answer(307, "").header("location", "/v2/item"),
            "shop get_item at shop.example: 307: a redirect, which was not followed",
        ),
    ];
    for (script, text) in texts {
        assert_eq!(failure(script).to_string(), text);
    }
}

#[test]
fn an_order_that_was_redirected_says_where() {
    let bench = bench([Script::any().answer(301, "").header("location", "https://panel.example/login?next=1")]);
    let Outcome::Unresolved(ticket) = bench.perform(Reboot) else { panic!("a redirect is no answer to an order") };
    let text = "shop reboot at shop.example: may have happened: 301: a redirect to https://panel.example, which was not \
                followed; nothing was read before it, so `recover` cannot tell";
    assert_eq!(ticket.to_string(), text);
    // A saved ticket has none of the words of a server.
    assert!(!ticket.save().to_string().contains("panel.example"), "{:?}", ticket.save());
}

/// A server repeats what it was sent, with line breaks and terminal codes, and at any length.
#[test]
fn the_words_of_a_server_are_made_fit() {
    let long = "x".repeat(1 << 20);
    let script = |secrets: &str, number: usize| {
        let words = format!(r"{secrets}\r\n\u001b[31mred {long}");
        let said = format!(r#"{{"No": {{"code": 400, "message": "{words}", "details": "{words}"}}}}"#);
        match number {
            0 => Script::any().answer(400, said),
            1 => Script::any().answer(500, said),
            2 => Script::any().answer(500, format!(r#"{{"{KEY}{long}": {{"code": 500, "message": "no"}}}}"#)),
            3 => Script::any().answer(200, format!(r#"{{"id": "{secrets}"}}"#)),
            _ => Script::any().answer(302, "").header("location", &format!("https://{KEY}.example/")),
        }
    };
    for number in 0..5 {
        let after = |secrets: &str, first: Option<Script>| {
            let script = script(secrets, number);
            bench_with(|clock| config(key(), clock), first.into_iter().chain(std::iter::repeat_n(script, 9)))
        };
        let mut text = String::new();
        let outcome = after(&format!("{KEY} {TOKEN} {INPUT}"), Some(login())).perform(Order);
        said_in(&mut text, &outcome);
        if let Some(ticket) = outcome.ticket() {
            let saved = ticket.save().to_string();
            assert!(!saved.contains("red") && !saved.contains("xxx") && saved.len() < 1_000, "{number}: {saved}");
            text.push_str(&format!("{ticket} {ticket:?} {saved}\n"));
        }
        said_error(&mut text, &outcome.into_result().expect_err("no value"));
        said_error(&mut text, &after(&format!("{KEY} {TOKEN}"), Some(login())).call(GetItem).expect_err("no value"));
        // The same words in answer to the sign-in.
        said_error(&mut text, &after(KEY, None).call(GetItem).expect_err("no session"));
        no_canary(&text.replace("xxxx", ""), number);
        for line in text.lines() {
            assert!(!line.contains(char::is_control), "{number}: {line:?}");
            assert!(line.len() < 5_000, "{number}: a line of {} bytes", line.len());
        }
    }
}

fn said_in<T: Debug, C: hostkit::FaultCode>(out: &mut String, outcome: &Outcome<T, C>) {
    said(out, outcome);
    if let Outcome::Rejected(rejection) = outcome {
        said_error(out, rejection);
    }
}

#[test]
fn errors_have_sources() {
    let error = failure(Script::fail(Phase::Head, Kind::Reset));
    assert!(error.source().unwrap().downcast_ref::<TransportError>().is_some());
    let error = failure(Script::any().answer(200, "{}"));
    assert!(error.source().unwrap().downcast_ref::<DecodeError>().is_some());
}

#[test]
fn bodies_are_bounded_and_named() {
    let error = failure(Script::any().answer(502, "ы".repeat(5000)));
    assert_eq!(error.body().map(str::len), Some(2048));
    let error = failure(Script::any().answer(502, b"\xCE\xF8\xE8\xE1\xEA\xE0".to_vec()));
    assert_eq!(error.body(), Some("(not UTF-8, shown as windows-1251) Ошибка"));
}

#[test]
fn transport_errors_hide_urls() {
    let error = TransportError::new(
        Phase::Connect,
        Kind::Other,
        "error sending request for url (https://shop.example/?key=canary-key-0001): key=canary-key-0001&x=1 broke",
    );
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary") && text.contains("broke"), "{text}");
}

/// Adds the `Debug` output of a value.
fn said(out: &mut String, value: &(impl Debug + ?Sized)) {
    out.push_str(&format!("{value:?}\n{value:#?}\n"));
}

fn said_error(out: &mut String, error: &(impl std::error::Error + 'static)) {
    said(out, error);
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        out.push_str(&format!("{error}\n"));
        said(out, error);
        next = error.source();
    }
}

fn no_canary(text: &str, what: impl Display) {
    for canary in [KEY, TOKEN, INPUT, OUTPUT] {
        assert!(!text.contains(canary), "{what} says {canary}: {text}");
    }
}

#[test]
fn no_text_contains_a_secret() {
    let leaky = |status: u16, body: String| Script::any().answer(status, body).header("x-password", OUTPUT);
    let faults: Vec<(&str, Script)> = vec![
        ("ok", leaky(200, format!(r#"{{"id": 7, "password": "{OUTPUT}"}}"#))),
        ("unreadable", leaky(200, format!(r#"{{"password": "{OUTPUT}"}}"#))),
        ("broken", leaky(200, format!(r#"{{"password": "{OUTPUT}"#))),
        ("echo", leaky(502, format!("<html>{KEY} {TOKEN} {INPUT}"))),
        ("echo of a success", leaky(200, format!("<html>{KEY} {TOKEN} {INPUT}"))),
        ("redirect", Script::any().answer(302, "").header("location", &format!("https://e.example/?key={KEY}"))),
        ("reset", Script::fail(Phase::Head, Kind::Reset)),
        ("refused", Script::fail(Phase::Connect, Kind::Refused)),
        ("401", fault(401, "Unauthorized")),
    ];
    for (name, script) in faults {
        let scripts = || {
            let fill = (0..9).map(|_| script.clone());
            std::iter::once(login()).chain(fill)
        };
        let mut text = String::new();
        let bench = bench_with(|clock| config(key(), clock), scripts());
        said(&mut text, &bench.core);
        said(&mut text, &config(key(), &bench.clock));
        let mut machine = bench.core.perform(&Order, CallOptions::new().unread());
        said(&mut text, &machine);
        said(&mut text, &machine.step(hostkit::time::Clock::now(&bench.clock)));
        drop(machine);
        bench.core.reset_session();
        let outcome = bench.perform(Order);
        said(&mut text, &outcome);
        match outcome {
            Outcome::Rejected(rejection) => said_error(&mut text, &rejection),
            Outcome::Unresolved(ticket) => {
                text.push_str(&ticket.to_string());
                said(&mut text, &ticket);
                assert!(ticket.status() != Some(200) || ticket.body().is_none(), "a success with secrets is kept");
            }
            Outcome::NotSent(error) => said_error(&mut text, &error),
            _ => {}
        }
        if let Err(error) = bench.perform(Order).into_result() {
            said_error(&mut text, &error);
        }
        // The same answer to a sign-in.
        let bench = bench_with(|clock| config(key(), clock), (0..9).map(|_| script.clone()));
        match bench.call(GetPassword) {
            Ok(reply) => said(&mut text, &reply),
            Err(error) => {
                said_error(&mut text, &error);
                assert!(error.body().is_none_or(|body| !body.contains(OUTPUT)), "{name}");
            }
        }
        let bench = bench_with(|clock| config(direct(), clock), (0..9).map(|_| script.clone()));
        if let Err(error) = bench.call(GetItem) {
            said_error(&mut text, &error);
        }
        match bench.run(bench.core.raw(&GetPassword, CallOptions::new())) {
            Ok(reply) => said(&mut text, &reply),
            Err(error) => said_error(&mut text, &error),
        }
        no_canary(&text, name);
    }
}
