//! Every fault of the catalogue, seen from the client's end of the socket and from the ledger.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::common::{
    DELETE_RECORD, DELETE_ZONE, End, Got, LIST, ORDER, SIGN_IN, connect, listen, order, request, start, talk,
};
use hostkit_sandbox::fault::{Group, Point, Random};
use hostkit_sandbox::{ApiName, Armed, Ended, Fault, Hop, Sandbox};

fn fault(id: &str) -> &'static Fault {
    Fault::by_id(id).unwrap_or_else(|| panic!("there is no fault {id}"))
}

fn list() -> Vec<u8> {
    request("GET", "/clodo/orders", "Connection: close\r\n", "")
}

fn sign_in() -> Vec<u8> {
    request("GET", "/clodo", "Connection: close\r\n", "")
}

/// Whether bytes are an answer that a correct client takes for the right one.
fn is_right(got: &Got) -> bool {
    let text = got.text();
    let status_is_right = text.contains("HTTP/1.1 201 Created\r\n");
    let body = match text.contains("Transfer-Encoding: chunked") {
        // No chunk of this answer holds a line end: every second line is data, up to the size 0.
        true => {
            let framed = String::from_utf8_lossy(got.body()).into_owned();
            let lines: Vec<_> = framed.split("\r\n").collect();
            lines.chunks(2).take_while(|pair| pair[0] != "0").filter_map(|pair| pair.get(1).copied()).collect()
        }
        false => text.rsplit("\r\n\r\n").next().unwrap_or_default().to_owned(),
    };
    status_is_right && body.starts_with("{\"order\":") && body.ends_with('}')
}

/// An answer is delivered, and no client can see from HTTP alone that something is wrong with it.
fn is_whole(got: &Got) -> bool {
    let text = got.text();
    let length = text.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let has_length = length.is_none_or(|length| length.parse() == Ok(got.body().len()));
    got.status().is_some() && got.end == End::Closed && has_length
}

#[test]
fn every_fault_does_what_its_entry_says() {
    // Those about names strike before there is a connection.
    let faults: Vec<_> = Fault::all().filter(|fault| fault.point() != Point::Resolve).collect();
    std::thread::scope(|scope| {
        // The slow ones stand side by side: dealt out in turn they do not meet in one thread.
        for first in 0..16 {
            let some: Vec<_> = faults.iter().skip(first).step_by(16).collect();
            scope.spawn(move || some.into_iter().for_each(|fault| check(fault)));
        }
    });
}

fn check(fault: &'static Fault) {
    let sandbox = start();
    sandbox.faults().set(|settings| settings.drip = Duration::from_millis(4));
    sandbox.faults().next(ORDER, fault);
    let got = talk(&sandbox, &order());
    sandbox.clock().advance(Duration::from_secs(10));
    let ledger = sandbox.ledger();
    let id = fault.id();

    assert_eq!(sandbox.faults().struck().len(), 1, "{id} did not strike");
    assert_eq!(ledger.arrivals(ORDER), 1, "{id}");
    // Revoked tokens of the test site are permanent: that fault has a test of its own.
    let commits = match id {
        "double-commit" | "double-commit-reset" => 2,
        "tokens-revoked" => 1,
        _ => usize::from(fault.commits()),
    };
    assert_eq!(ledger.commits(ORDER), commits, "{id}:\n{ledger}");
    assert_eq!(ledger.entries()[0].fault, Some(fault), "{id}");

    let end = match id {
        _ if id.starts_with("reset") || id.ends_with("-reset") || id == "late-commit" => End::Reset,
        _ if id.starts_with("stall") || id == "late-commit-stall" => End::Silent,
        _ => End::Closed,
    };
    if !id.starts_with("endless") && !id.starts_with("flood") {
        assert_eq!(got.end, end, "{id}: {:.200}", got.text());
    }
    if fault.is_harmless() {
        assert!(is_right(&got), "{id}: {}", got.text());
    }
    if matches!(fault.group(), Group::Content | Group::Status) {
        assert!(is_whole(&got) && !is_right(&got), "{id}: {:.300}", got.text());
    }
    if fault.group() == Group::Content {
        assert_eq!(got.status(), Some(200), "{id}");
    }
    if fault.point() <= Point::BeforeCommit && matches!(fault.group(), Group::Connection | Group::Slowness) {
        assert!(got.bytes.is_empty(), "{id}");
    }
}

#[test]
fn early_faults_strike_before_anything_is_known() {
    for id in ["reset-on-accept", "close-on-accept", "stall-on-accept", "reset-before-read", "close-before-read"] {
        let sandbox = start();
        sandbox.faults().arm(Armed::new(fault(id)));
        let mut stream = connect(&sandbox);
        // A body that never comes whole: a server that read it would wait.
        let request = b"POST /clodo/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nsome";
        let _ = stream.write_all(request);
        let got = listen(&mut stream, Duration::from_millis(300), Duration::from_secs(1));
        assert!(got.bytes.is_empty(), "{id}");
        let silent = id.starts_with("stall");
        assert_eq!(got.end == End::Silent, silent, "{id}");
        let arrivals = usize::from(id.ends_with("before-read"));
        assert_eq!(sandbox.ledger().arrivals("(unread)"), arrivals, "{id}");
        assert_eq!(talk(&sandbox, &order()).status(), Some(201), "{id}");
    }
}

#[test]
fn truncated_answers_are_cut_where_they_say() {
    let cut = |id: &str| {
        let sandbox = start();
        sandbox.faults().next(ORDER, fault(id));
        talk(&sandbox, &order())
    };
    let got = cut("truncate-length");
    assert!(got.text().contains("Content-Length: 15\r\n") && got.body() == b"{\"order", "{}", got.text());
    let got = cut("truncate-chunked");
    assert!(got.text().contains("chunked") && !got.body().ends_with(b"0\r\n\r\n"), "{}", got.text());
    let got = cut("truncate-close");
    assert!(!got.text().contains("Content-Length") && got.body() == b"{\"order", "{}", got.text());
    let got = cut("duplicate-length");
    assert_eq!(got.text().matches("Content-Length: ").count(), 2);
    assert!(cut("huge-header").bytes.len() > 1 << 20);
    let got = cut("gzip-bomb");
    assert!(got.text().contains("Content-Encoding: gzip") && got.bytes.len() < 2 << 20);
    assert!(cut("status-503-retry-after").text().contains("Retry-After: 1\r\n"));
    assert!(cut("redirect-307").text().contains("Location: http://127.0.0.1:9/clodo/orders\r\n"));
}

#[test]
fn a_stall_ends_when_its_client_leaves() {
    for id in ["stall-before", "stall-on-accept", "stall-body", "endless-body", "drip"] {
        let sandbox = start();
        sandbox.faults().next(ORDER, fault(id));
        let mut stream = connect(&sandbox);
        stream.write_all(&order()).unwrap();
        let _ = listen(&mut stream, Duration::from_millis(60), Duration::from_millis(200));
        assert_eq!(sandbox.open_connections(), 1, "{id}");
        drop(stream);
        let begun = Instant::now();
        while sandbox.open_connections() > 0 {
            assert!(begun.elapsed() < Duration::from_secs(2), "{id}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

#[test]
fn a_late_commit_is_seen_only_after_its_time() {
    let sandbox = start();
    sandbox.faults().next(ORDER, fault("late-commit"));
    assert_eq!(talk(&sandbox, &order()).end, End::Reset);
    assert_eq!(sandbox.ledger().entries()[0].ended, Ended::Pending);
    assert!(talk(&sandbox, &list()).text().contains("[]"));
    sandbox.clock().advance(Duration::from_secs(3));
    assert!(!talk(&sandbox, &list()).text().contains("[]"));
    assert_eq!(sandbox.ledger().commits(ORDER), 1);
}

#[test]
fn late_visibility_hides_what_is_done_and_keeps_tokens() {
    let sandbox = start();
    sandbox.faults().next(ORDER, fault("late-visibility"));
    assert_eq!(talk(&sandbox, &order()).status(), Some(201));
    assert!(talk(&sandbox, &list()).text().contains("[]"));
    let text = talk(&sandbox, &sign_in()).text();
    let token = text.lines().find_map(|line| line.strip_prefix("X-Auth-Token: ")).unwrap().to_owned();
    sandbox.clock().advance(Duration::from_secs(4));
    let list = format!("GET /clodo/orders HTTP/1.1\r\nHost: x\r\nX-Token: {token}\r\nConnection: close\r\n\r\n");
    let got = talk(&sandbox, list.as_bytes());
    assert!(got.status() == Some(200) && !got.text().contains("[]"), "{}", got.text());
}

#[test]
fn a_proxy_that_repeats_is_told_from_the_client() {
    let sandbox = start();
    sandbox.faults().next(ORDER, fault("double-commit"));
    talk(&sandbox, &order());
    let hops: Vec<_> = sandbox.ledger().of(ORDER).iter().map(|entry| entry.hop).collect();
    assert_eq!(hops, [Hop::Client, Hop::Proxy]);
    assert_eq!(sandbox.ledger().money(ApiName::CLODO).to_string(), "399.80");
}

#[test]
fn a_lost_body_makes_another_call() {
    let sandbox = start();
    sandbox.faults().next(DELETE_RECORD, fault("lost-body"));
    talk(&sandbox, &request("DELETE", "/clodo/zone", "Connection: close\r\n", "record=7"));
    assert_eq!((sandbox.ledger().arrivals(DELETE_ZONE), sandbox.ledger().arrivals(DELETE_RECORD)), (1, 0));
}

#[test]
fn tokens_end_and_are_revoked() {
    let sandbox = start();
    let token = |sandbox: &Sandbox| {
        let text = talk(sandbox, &sign_in()).text();
        text.lines().find_map(|line| line.strip_prefix("X-Auth-Token: ")).map(str::to_owned)
    };
    let first = token(&sandbox).unwrap();
    sandbox.faults().next(LIST, fault("tokens-revoked"));
    let list = format!("GET /clodo/orders HTTP/1.1\r\nHost: x\r\nX-Token: {first}\r\nConnection: close\r\n\r\n");
    assert_eq!(talk(&sandbox, list.as_bytes()).status(), Some(401));
    assert_eq!(talk(&sandbox, list.as_bytes()).status(), Some(401));
    sandbox.faults().next(SIGN_IN, fault("no-token"));
    assert_eq!(token(&sandbox), None);
    sandbox.faults().next(LIST, fault("token-expired"));
    assert_eq!(talk(&sandbox, &request("GET", "/clodo/orders", "Connection: close\r\n", "")).status(), Some(401));
}

#[test]
fn named_urls_lead_elsewhere() {
    let url = |id: &str| {
        let sandbox = start();
        sandbox.faults().set(|settings| settings.foreign = "http://127.0.0.1:81".to_owned());
        sandbox.faults().next(SIGN_IN, fault(id));
        let text = talk(&sandbox, &sign_in()).text();
        let lines = text.lines().filter_map(|line| line.strip_prefix("X-Base-Url: "));
        let own = "http://x/clodo";
        lines.map(|line| line.replace(own, "OWN")).collect::<Vec<_>>()
    };
    assert_eq!(url("foreign-url"), ["http://127.0.0.1:81"]);
    assert_eq!(url("foreign-url-https"), ["https://127.0.0.1.example/v1"]);
    assert_eq!(url("foreign-url-userinfo"), ["http://127.0.0.1@127.0.0.1:81/v1"]);
    assert_eq!(url("foreign-url-dots"), ["OWN/../../.."]);
    assert_eq!(url("foreign-url-twice"), ["OWN", "http://127.0.0.1:81"]);
}

#[test]
fn a_seed_strikes_the_same_calls_again() {
    let run = |seed| {
        let sandbox = start();
        let faults = vec![fault("reset-before"), fault("reset-after-commit"), fault("status-502")];
        sandbox.faults().at_random(Random { seed, per_mille: 500, faults, operations: vec![ORDER.to_owned()] });
        (0..20).for_each(|_| drop(talk(&sandbox, &order())));
        sandbox.ledger().entries().iter().map(|entry| entry.fault.map(Fault::id)).collect::<Vec<_>>()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn resets_are_resets_every_time() {
    let sandbox = start();
    for id in ["reset-before", "reset-after-commit", "reset-in-head", "reset-after-answer"] {
        for _ in 0..50 {
            sandbox.faults().next(ORDER, fault(id));
            assert_eq!(talk(&sandbox, &order()).end, End::Reset, "{id}");
        }
    }
}
