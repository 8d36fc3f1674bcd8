//! Every row of the retry table, through the whole exchange: the number of requests, and the end.

use crate::common::*;
use hostkit::Outcome;
use hostkit::transport::{Phase, TransportErrorKind as Kind};
use hostkit_testing::Script;

/// How often a safe call, an idempotent one and one with a documented repeat are sent when every attempt fails alike,
/// and the outcome of an acting call, which is sent once.
struct Row {
    name: &'static str,
    script: fn() -> Script,
    safe: usize,
    idempotent: usize,
    documented: usize,
    outcome: &'static str,
    may_have_happened: bool,
    /// Whether an acting call before which nothing was read may conflict with its own first arrival.
    conflicts: bool,
}

const fn row(name: &'static str, script: fn() -> Script, sent: [usize; 3], outcome: &'static str) -> Row {
    let [safe, idempotent, documented] = sent;
    let may_have_happened = matches!(outcome.as_bytes(), b"unresolved");
    Row { name, script, safe, idempotent, documented, outcome, may_have_happened, conflicts: false }
}

const ROWS: &[Row] = &[
    row("dns", || Script::fail(Phase::Connect, Kind::Dns), [3, 3, 3], "not sent"),
    row("refused", || Script::fail(Phase::Connect, Kind::Refused), [3, 3, 3], "not sent"),
    row("tls", || Script::fail(Phase::Connect, Kind::Tls), [3, 3, 3], "not sent"),
    row("reset while sending", || Script::fail(Phase::Send, Kind::Reset), [3, 1, 3], "unresolved"),
    row("silence", || Script::fail(Phase::Head, Kind::Timeout), [3, 1, 3], "unresolved"),
    row("cut body", || Script::fail(Phase::Body, Kind::Closed), [3, 1, 3], "unresolved"),
    row("too large", || Script::fail(Phase::Body, Kind::TooLarge), [1, 1, 1], "unresolved"),
    row("login page", || Script::any().answer(200, "<html>"), [2, 1, 2], "unresolved"),
    row("another document", || Script::any().answer(200, r#"{"name": 1}"#), [2, 1, 2], "unresolved"),
    row("too deep", || Script::any().answer(200, "[".repeat(300)), [1, 1, 1], "unresolved"),
    row("compressed", || Script::any().answer(200, *b"\x1f\x8b\x08\0"), [1, 1, 1], "unresolved"),
    row("compressed, and a failure", || Script::any().answer(503, *b"\x1f\x8b\x08\0"), [3, 1, 3], "unresolved"),
    row("empty success", || Script::any().answer(200, ""), [2, 1, 2], "unresolved"),
    row("400", || fault(400, "BadRequest"), [1, 1, 1], "rejected"),
    row("403", || fault(403, "Forbidden"), [1, 1, 1], "rejected"),
    row("404", || fault(404, "NotFound"), [1, 1, 1], "rejected"),
    Row { conflicts: true, ..row("405", || fault(405, "BadMethod"), [1, 1, 1], "rejected") },
    row("408", || fault(408, "Timeout"), [3, 1, 3], "unresolved"),
    row("bare 408", || Script::any().answer(408, ""), [3, 1, 3], "unresolved"),
    row("bare 400", || Script::any().answer(400, "<html>"), [1, 1, 1], "unresolved"),
    row("bare 404", || Script::any().answer(404, ""), [1, 1, 1], "unresolved"),
    row(
        "redirect",
        || Script::any().answer(302, "").header("location", "https://evil.example"),
        [1, 1, 1],
        "unresolved",
    ),
    // There is no session to renew, so nothing is replayed.
    row("401", || fault(401, "Unauthorized"), [1, 1, 1], "rejected"),
    row("bare 401", || Script::any().answer(401, ""), [1, 1, 1], "unresolved"),
    row("429", || fault(429, "Slow"), [3, 3, 3], "rejected"),
    row("413", || fault(413, "OverLimit"), [3, 3, 3], "rejected"),
    row("bare 429", || Script::any().answer(429, "").header("retry-after", "2"), [3, 3, 3], "unresolved"),
    row("bare 503", || Script::any().answer(503, "").header("retry-after", "2"), [3, 3, 3], "unresolved"),
    row("500", || fault(500, "Error"), [3, 1, 3], "unresolved"),
    row("bare 502", || Script::any().answer(502, "<html>"), [3, 1, 3], "unresolved"),
    row("bare 504", || Script::any().answer(504, ""), [3, 1, 3], "unresolved"),
    row("code in 200", || Script::any().answer(200, "{}").header("x-fault", "Exists"), [1, 1, 1], "rejected"),
    row("busy in 200", || Script::any().answer(200, "{}").header("x-fault", "Busy"), [3, 3, 3], "rejected"),
    row("limit in 200", || Script::any().answer(200, "{}").header("x-fault", "TooMany"), [3, 3, 3], "rejected"),
    Row {
        name: "queue failure in 200",
        script: || Script::any().answer(200, "{}").header("x-fault", "Queue"),
        safe: 3,
        idempotent: 1,
        documented: 3,
        outcome: "rejected",
        // Rejected, but the document leaves open what happened.
        may_have_happened: true,
        conflicts: false,
    },
];

fn repeated(row: &Row) -> Vec<Script> {
    (0..4).map(|_| (row.script)()).collect()
}

#[test]
fn safe_calls() {
    for row in ROWS {
        let bench = bench(repeated(row));
        let error = bench.call(GetItem).expect_err(row.name);
        assert_eq!(bench.sent("get_item"), row.safe, "{}", row.name);
        assert_eq!(error.attempts() as usize, row.safe, "{}", row.name);
        assert!(!error.may_have_happened(), "{}: a safe call does nothing", row.name);
    }
}

#[test]
fn idempotent_calls() {
    for row in ROWS {
        let once = bench(repeated(row));
        let error = once.call(SetName).expect_err(row.name);
        assert_eq!(once.sent("set_name"), row.idempotent, "{}", row.name);
        assert_eq!(error.may_have_happened(), row.may_have_happened, "{}: {error:?}", row.name);
        let documented = bench(repeated(row));
        documented.call(SetNote).expect_err(row.name);
        assert_eq!(documented.sent("set_note"), row.documented, "{}", row.name);
    }
}

/// The last answer is only about the last attempt, not about earlier ones.
#[test]
fn what_may_have_happened_is_not_taken_back() {
    let cut = || Script::fail(Phase::Body, Kind::Closed);
    let refused = || Script::fail(Phase::Connect, Kind::Refused);
    let inside = || Script::any().answer(200, "{}").header("x-fault", "Queue");
    let ends = [
        vec![cut(), refused(), refused()],
        vec![cut(), fault(400, "BadRequest")],
        vec![inside(), fault(404, "NotFound")],
        vec![cut(), fault(429, "TooMany"), refused()],
    ];
    for (number, script) in ends.into_iter().enumerate() {
        let sent = script.len();
        let bench = bench(script);
        let error = bench.call(SetNote).unwrap_err();
        assert_eq!(bench.sent("set_note"), sent, "{number}");
        assert!(error.may_have_happened(), "{number}: {error:?}");
    }
    let error = bench([refused(), fault(400, "BadRequest")]).call(SetNote).unwrap_err();
    assert!(!error.may_have_happened(), "{error:?}");
    let error = bench([cut(), fault(400, "BadRequest")]).call(GetItem).unwrap_err();
    assert!(!error.may_have_happened(), "a read does nothing: {error:?}");
}

#[test]
fn acting_calls() {
    for row in ROWS {
        let bench = bench(repeated(row));
        let outcome = bench.perform(Order);
        assert_eq!(outcome.as_str(), row.outcome, "{}", row.name);
        let may_have_happened = row.may_have_happened || row.conflicts;
        assert_eq!(outcome.may_have_happened(), may_have_happened, "{}", row.name);
        let error = outcome.into_result().expect_err(row.name);
        assert_eq!(error.may_have_happened(), may_have_happened, "{}: {error:?}", row.name);
        assert_eq!(bench.sent("order"), 1, "{}", row.name);
        assert!(!bench.transport.sent()[0].reusable, "calls that act go over a fresh connection");
    }
}

#[test]
fn success_after_failures() {
    for row in ROWS.iter().filter(|row| row.safe > 1) {
        let bench = bench([(row.script)(), ok()]);
        let reply = bench.call(GetItem).expect(row.name);
        assert_eq!((reply.value, reply.attempts), (7, 2), "{}", row.name);
    }
}

#[test]
fn accepted() {
    let told = bench([Script::any().answer(200, r#"{"id": 7}"#).header("x-later", "1")]);
    let outcome = told.perform(Order);
    assert!(
        matches!(outcome, Outcome::Accepted(7, reason) if reason.as_str() == "a person looks at it"),
        "{outcome:?}"
    );
    let queued = bench([ok()]);
    assert!(matches!(queued.perform(Build), Outcome::Accepted(7, hostkit::Reason::QUEUED)));
    let plain = bench([ok()]);
    assert!(matches!(plain.perform(Reboot), Outcome::Done(7)));
    // An acceptance without a readable body is neither done nor rejected.
    let unreadable = bench([Script::any().answer(200, "").header("x-later", "1")]);
    assert!(unreadable.perform(Order).is_unresolved());
}
