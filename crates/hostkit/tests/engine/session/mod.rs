//! Sign-in: wrong credentials are tried once, expired tokens are not used, no token goes to a foreign host, and one
//! sign-in serves all.

mod shared;

use std::time::Duration;

use crate::common::*;
use hostkit::transport::{Outgoing, Phase, Transport, TransportErrorKind as Kind};
use hostkit::{CallOptions, ErrorKind, Outcome};
use hostkit_testing::Script;

fn keyed(script: impl IntoIterator<Item = Script>) -> Bench {
    bench_with(|clock| config(key(), clock), script)
}

fn login_for(seconds: &str) -> Script {
    login().header("x-life", seconds)
}

#[test]
fn signs_in_once_and_uses_the_token() {
    let bench = keyed([login(), ok(), ok()]);
    bench.call(GetItem).unwrap();
    bench.call(GetItem).unwrap();
    let sent = bench.transport.sent();
    assert_eq!(sent.iter().map(|sent| sent.endpoint).collect::<Vec<_>>(), ["login", "get_item", "get_item"]);
    assert_eq!(sent[0].headers["x-key"], KEY);
    assert!(!sent[1].headers.contains_key("x-key"));
    assert_eq!(sent[1].headers["x-token"], TOKEN);
    assert!(sent[1].headers["x-token"].is_sensitive());
    assert_eq!(sent[1].headers["accept-encoding"], "identity");
    assert!(sent.iter().all(|sent| sent.headers["cache-control"] == "no-cache"));
    assert_eq!(sent[1].url, "https://shop.example/item");
}

#[test]
fn a_call_without_authorisation_needs_no_session() {
    let bench = keyed([ok()]);
    bench.call(Open).unwrap();
    assert!(!bench.transport.sent()[0].headers.contains_key("x-token"));
}

#[test]
fn a_refused_token_is_renewed_once() {
    let bench = keyed([login(), fault(401, "Unauthorized"), login(), ok()]);
    assert_eq!(bench.call(GetItem).unwrap().attempts, 2);
    assert_eq!(bench.sent("login"), 2);

    let twice = keyed([login(), fault(401, "Unauthorized"), login(), fault(401, "Unauthorized")]);
    let error = twice.call(SetName).unwrap_err();
    assert!(error.is_auth() && error.kind() == ErrorKind::Fault, "{error}");
    assert_eq!((twice.sent("login"), twice.sent("set_name")), (2, 2));
}

/// D15, A17: a proxy's page, or a status alone, says nothing about credentials.
#[test]
fn only_the_apis_own_word_is_about_credentials() {
    for (status, body) in
        [(401, "<html>Proxy</html>"), (401, ""), (401, r#"{"message": "No"}"#), (403, "<html>Blocked</html>")]
    {
        let answer = || Script::any().answer(status, body);
        let bench = bench([answer(), answer()]);
        let error = bench.call(GetItem).unwrap_err();
        assert!(!error.is_auth() && error.kind() == ErrorKind::Unrecognised, "{error:?}");
        let outcome = bench.perform(Order);
        assert!(outcome.is_unresolved() && !outcome.into_result().unwrap_err().is_auth(), "{status} {body}");
    }
    assert!(bench([fault(401, "Unauthorized")]).call(GetItem).unwrap_err().is_auth());
}

#[test]
fn a_refused_token_is_not_replayed_for_a_call_that_acts() {
    let bench = keyed([login(), fault(401, "Unauthorized"), login(), ok()]);
    let outcome = bench.perform(Order);
    assert!(matches!(&outcome, Outcome::Rejected(rejection) if rejection.is_auth()), "{outcome:?}");
    assert_eq!((bench.sent("login"), bench.sent("order")), (1, 1));
    // The token is known to be refused, so the next call signs in.
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.sent("login"), 2);
}

/// A page with 401 says nothing about an order, and the token may be what it is about.
#[test]
fn a_foreign_401_to_a_call_that_acts_ends_the_token() {
    let bench = keyed([login(), Script::any().answer(401, "<html>"), login(), ok()]);
    assert!(bench.perform(Order).is_unresolved());
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.sent("login"), 2);
}

#[test]
fn a_call_that_acts_wants_a_token_that_outlives_it() {
    let bench = keyed([login_for("600"), ok(), ok(), login_for("600"), ok(), ok()]);
    bench.call(GetItem).unwrap();
    bench.clock.advance(Duration::from_secs(475));
    // 125 seconds are left and 90 are needed. A read needs less.
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.sent("login"), 1);
    bench.clock.advance(Duration::from_secs(4));
    let long = CallOptions::new().deadline(Duration::from_secs(62));
    // 121 seconds are left and 122 are needed.
    assert!(bench.perform_with(Reboot, long).is_done());
    assert_eq!(bench.sent("login"), 2);
    bench.call(GetItem).unwrap();
}

#[test]
fn a_token_shorter_than_the_need_is_used_fresh() {
    let bench = keyed([login_for("60"), ok(), ok(), login_for("60"), ok()]);
    assert!(bench.perform(Reboot).is_done());
    bench.clock.advance(Duration::from_secs(5));
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.sent("login"), 1);
    bench.clock.advance(Duration::from_secs(5));
    assert!(bench.perform(Reboot).is_done());
    assert_eq!(bench.sent("login"), 2);
}

#[test]
fn a_token_ends_on_whichever_clock_is_ahead() {
    for suspend in [false, true] {
        let bench = keyed([login_for("1000"), ok(), login_for("1000"), ok()]);
        bench.call(GetItem).unwrap();
        match suspend {
            true => bench.clock.advance_wall(1001),
            false => bench.clock.advance(Duration::from_secs(1001)),
        }
        bench.call(GetItem).unwrap();
        assert_eq!(bench.sent("login"), 2);
    }
    // Setting the wall clock back does not extend the token's life.
    let bench = keyed([login_for("1000"), ok(), login_for("1000"), ok()]);
    bench.call(GetItem).unwrap();
    bench.clock.advance_wall(-100_000);
    bench.clock.advance(Duration::from_secs(1001));
    bench.call(GetItem).unwrap();
    assert_eq!(bench.sent("login"), 2);
}

/// A sign-in whose answer states when the token ends and was issued.
fn dated(ends: &str, issued: &str) -> Script {
    login_for("1000").header("x-ends", ends).header("x-issued", issued)
}

#[test]
fn a_token_ends_when_the_answer_says_so_and_never_later_than_the_api_promises() {
    // End and issue as the server writes them, and the age at which the token has expired; 1,000 s is the stated
    // lifetime.
    let cases = [
        ("2022-05-27T19:33:19+0300", "2022-05-27T19:28:19+0300", 300),
        ("1653669199", "1653668899", 300),
        ("2022-05-27T21:28:19+0300", "2022-05-27T19:28:19+0300", 1000),
        ("30.11.-0001 00:00", "2022-05-27T19:28:19+0300", 1000),
        ("soon", "never", 1000),
        ("2022-05-27T19:28:18+0300", "2022-05-27T19:28:19+0300", 1000),
        ("99999999999999999999999", "0", 1000),
    ];
    for (ends, issued, life) in cases {
        for suspend in [false, true] {
            let bench = keyed([dated(ends, issued), ok(), ok(), dated(ends, issued), ok()]);
            bench.call(GetItem).unwrap();
            bench.clock.advance(Duration::from_secs(life * 7 / 10));
            bench.call(GetItem).unwrap();
            assert_eq!(bench.sent("login"), 1, "{ends} is no reason to sign in early");
            match suspend {
                true => bench.clock.advance_wall(i64::try_from(life).unwrap() * 3 / 10 + 1),
                false => bench.clock.advance(Duration::from_secs(life * 3 / 10)),
            }
            bench.call(GetItem).unwrap();
            assert_eq!(bench.sent("login"), 2, "{ends} is over");
        }
    }
}

#[test]
fn the_date_of_the_answer_is_the_clock_that_an_end_is_read_by() {
    // By the server's clock five minutes are left, although by ours the end has long passed.
    let date = || dated("2022-05-27T19:48:19+0300", "x").header("date", "Fri, 27 May 2022 16:43:19 GMT");
    let bench = keyed([date(), ok(), ok(), date(), ok()]);
    bench.call(GetItem).unwrap();
    bench.clock.advance(Duration::from_secs(230));
    bench.call(GetItem).unwrap();
    assert_eq!(bench.sent("login"), 1);
    bench.clock.advance(Duration::from_secs(71));
    bench.call(GetItem).unwrap();
    assert_eq!(bench.sent("login"), 2);
}

#[test]
fn renews_ahead_of_the_end() {
    // The renewal comes between 80 and 90 % of the lifetime.
    for seed in 0..50 {
        let bench = bench_with(|clock| config(key(), clock).seed(seed), [login_for("1000"), ok(), ok()]);
        bench.call(GetItem).unwrap();
        bench.clock.advance(Duration::from_secs(799));
        bench.call(GetItem).unwrap();
        assert_eq!(bench.sent("login"), 1);
        bench.clock.advance(Duration::from_secs(101));
        bench.transport.push(login_for("1000"));
        bench.transport.push(ok());
        bench.call(GetItem).unwrap();
        assert_eq!(bench.sent("login"), 2);
    }
}

#[test]
fn a_failed_renewal_leaves_the_old_token() {
    let refused = || Script::fail(Phase::Connect, Kind::Refused);
    let bench = keyed([login_for("1000"), ok(), refused(), refused(), ok(), ok()]);
    bench.call(GetItem).unwrap();
    bench.clock.advance(Duration::from_secs(950));
    bench.call(GetItem).unwrap();
    // The renewal is not tried again at once.
    bench.call(GetItem).unwrap();
    assert_eq!(bench.sent("login"), 3);
}

#[test]
fn wrong_credentials_are_tried_once() {
    let bench = keyed([fault(401, "Unauthorized"), login(), ok()]);
    let error = bench.call(GetItem).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignIn);
    assert!(error.is_auth() && !error.may_have_happened() && error.attempts() == 0);
    assert_eq!(error.to_string(), "shop get_item at shop.example: sign-in: 401 Unauthorized: no: нет");
    for _ in 0..10 {
        assert!(bench.call(GetItem).unwrap_err().is_auth());
        let outcome = bench.perform(Order);
        assert!(matches!(&outcome, Outcome::NotSent(error) if error.is_auth()), "{outcome:?}");
    }
    assert_eq!(bench.sent("login"), 1);
    bench.core.reset_session();
    bench.call(GetItem).unwrap();
    assert_eq!(bench.sent("login"), 2);
}

/// Some APIs answer wrong credentials with 403, and block the address after a few of them.
#[test]
fn every_refusal_of_a_sign_in_is_remembered() {
    for status in [400, 401, 403] {
        let bench = keyed([fault(status, "Forbidden"), login(), ok()]);
        for _ in 0..10 {
            assert_eq!(bench.call(GetItem).unwrap_err().kind(), ErrorKind::SignIn);
        }
        assert_eq!(bench.sent("login"), 1, "{status}");
    }
}

#[test]
fn other_failures_of_a_sign_in_are_not_remembered() {
    for (script, tries) in [
        (Script::fail(Phase::Connect, Kind::Refused), 2),
        (Script::fail(Phase::Head, Kind::Reset), 2),
        (Script::any().answer(502, "<html>"), 2),
        (Script::any().answer(413, "<html>"), 1),
        // A proxy or a wrong base URL says this, not the API of the credentials.
        (Script::any().answer(401, "<html>Proxy</html>"), 1),
        (Script::any().answer(401, ""), 1),
        (Script::any().answer(403, "<html>Blocked</html>"), 1),
        (Script::any().answer(407, "<html>"), 1),
        (fault(404, "NotFound"), 1),
        // What would come again is asked for once.
        (Script::fail(Phase::Head, Kind::BadFraming), 1),
        (Script::fail(Phase::Body, Kind::TooLarge), 1),
        // A token that no call could be sent with.
        (Script::any().answer(200, "").header("x-token", ""), 1),
        (Script::any().answer(200, "").header("x-token", " a b "), 1),
        (fault(429, "Slow"), 1),
        (fault(500, "Internal"), 1),
        (Script::any().answer(200, "no token here"), 1),
    ] {
        let bench = keyed([script.clone(), script.clone(), script]);
        let outcome = bench.perform(Order);
        assert!(matches!(&outcome, Outcome::NotSent(error) if error.kind() == ErrorKind::SignIn), "{outcome:?}");
        assert_eq!((bench.sent("login"), bench.sent("order")), (tries, 0), "{outcome:?}");
        while bench.transport.left() > 0 {
            let _ = bench.transport.send(outgoing());
        }
        bench.transport.push(login());
        bench.transport.push(ok());
        assert!(bench.perform(Reboot).is_done());
    }
}

fn outgoing() -> Outgoing {
    let request = http::Request::new(Vec::new());
    Outgoing {
        endpoint: "rest",
        request,
        timeout: Duration::from_secs(1),
        deadline: hostkit::time::Moment::START,
        reusable: true,
        silence: Duration::from_secs(1),
        limits: hostkit::transport::AnswerLimits::DEFAULT,
        format: hostkit::Format::Json,
        cancel: None,
        failure: None,
    }
}

#[test]
fn the_token_goes_to_allowed_hosts_only() {
    let named = |base: &str| keyed([login().header("x-base", base), ok()]);
    let bench = named("https://n1.shop.example/v2");
    bench.call(GetItem).unwrap();
    assert_eq!(bench.transport.sent()[1].url, "https://n1.shop.example/v2/item");

    for foreign in [
        "https://evil.example",
        "https://shop.example.evil.example",
        "http://n1.shop.example",
        "https://n1.shop.example:8443",
        "https://user@n1.shop.example",
        "https://:443/v2",
        "https://n1.shop.example/../x",
        "https://n1.shop.example/?x=1",
        "//evil.example",
        "nonsense",
    ] {
        let bench = named(foreign);
        let outcome = bench.perform(Order);
        assert!(matches!(outcome, Outcome::NotSent(_)), "{foreign}: {outcome:?}");
        assert_eq!(bench.transport.sent().len(), 1, "{foreign}");
    }

    // The caller may allow further hosts.
    let bench = bench_with(
        |clock| config(key(), clock).session_host("Evil.Example"),
        [login().header("x-base", "https://evil.example"), ok()],
    );
    bench.call(GetItem).unwrap();
    assert_eq!(bench.transport.sent()[1].url, "https://evil.example/item");
}
