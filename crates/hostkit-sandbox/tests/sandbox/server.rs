//! The HTTP server, talked to in bytes.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::common::{End, LIST, ORDER, connect, listen, order, request, start, talk};
use hostkit_sandbox::{Ended, Framing, Sandbox};

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn a_connection_serves_one_call_after_the_other() {
    let sandbox = start();
    let mut stream = connect(&sandbox);
    for _ in 0..3 {
        stream.write_all(&request("GET", "/clodo/orders", "", "")).unwrap();
        let got = listen(&mut stream, SHORT, Duration::from_secs(1));
        assert_eq!((got.status(), got.end), (Some(200), End::Silent), "{}", got.text());
    }
    assert_eq!((sandbox.connections(), sandbox.ledger().arrivals(LIST)), (1, 3));
}

#[test]
fn two_requests_in_one_write_are_two_requests() {
    let sandbox = start();
    let both = [request("GET", "/clodo/orders", "", ""), order()].concat();
    let got = talk(&sandbox, &both);
    assert_eq!(got.text().matches("HTTP/1.1 20").count(), 2, "{}", got.text());
    assert_eq!(sandbox.ledger().commits(ORDER), 1);
}

#[test]
fn a_request_that_comes_byte_by_byte_is_read() {
    let sandbox = start();
    let mut stream = connect(&sandbox);
    for byte in order() {
        stream.write_all(&[byte]).unwrap();
    }
    let got = listen(&mut stream, SHORT, Duration::from_secs(1));
    assert_eq!((got.status(), got.end), (Some(201), End::Closed));
}

#[test]
fn bodies_on_every_verb_and_in_chunks_are_read() {
    let sandbox = start();
    let chunked = b"POST /clodo/orders HTTP/1.1\r\nhost: x\r\nx-TOKEN: good\r\nTransfer-Encoding: chunked\r\n\
        Expect: 100-continue\r\nConnection: close\r\n\r\n3;a=b\r\nweb\r\n1\r\n1\r\n0\r\nTrailer: x\r\n\r\n";
    assert_eq!(talk(&sandbox, chunked).status(), Some(201));
    let name = sandbox.world(hostkit_sandbox::ApiName::CLODO, |world| world.all_servers().next().unwrap().name.clone());
    assert_eq!(name.as_deref(), Some("web1"));
    for verb in ["GET", "DELETE"] {
        // If the body were not read, it would be taken for the next request.
        let mut bytes = request(verb, "/clodo/zone", "", "GET /smuggled HTTP/1.1\r\n\r\n");
        bytes.extend_from_slice(&request("GET", "/clodo/orders", "Connection: close\r\n", ""));
        assert_eq!(talk(&sandbox, &bytes).text().matches("HTTP/1.1 ").count(), 2);
    }
    assert!(sandbox.access_log().with("smuggled").is_empty());
}

#[test]
fn head_has_a_length_and_no_body() {
    let sandbox = start();
    let got = talk(&sandbox, &request("HEAD", "/clodo/orders", "Connection: close\r\n", ""));
    assert!(got.text().contains("Content-Length: 13\r\n") && got.body().is_empty(), "{}", got.text());
}

#[test]
fn three_framings() {
    let sandbox = start();
    let list = request("GET", "/clodo/orders", "", "");
    sandbox.set_framing(Framing::Chunked);
    assert_eq!(talk(&sandbox, &list).body(), b"5\r\n{\"ord\r\n5\r\ners\":\r\n3\r\n[]}\r\n0\r\n\r\n");
    sandbox.set_framing(Framing::Close);
    let got = talk(&sandbox, &list);
    assert_eq!((got.body(), got.end), (&b"{\"orders\":[]}"[..], End::Closed));
}

#[test]
fn what_is_too_large_is_refused_before_it_is_stored() {
    let sandbox = start();
    let cases = [
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(70_000)), 431),
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(500)), 431),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n".to_owned(), 413),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n".to_owned(), 413),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n".to_owned(), 400),
    ];
    for (text, status) in cases {
        let got = talk(&sandbox, text.as_bytes());
        assert_eq!((got.status(), got.end), (Some(status), End::Closed), "{:.60}", text);
    }
}

#[test]
fn hostile_bytes_do_not_stop_the_server() {
    // A panic ends only the thread of its connection: without this nobody would notice.
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let thread = std::thread::current();
        PANICS.fetch_add(usize::from(thread.name().is_some_and(|name| name.starts_with("sandbox"))), Ordering::SeqCst);
        usual(info);
    }));
    let sandbox = start();
    let good = order();
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..300 {
        let mut bytes = good.clone();
        for _ in 0..1 + random() % 4 {
            let at = random() % bytes.len();
            bytes[at] = u8::try_from(random() % 256).unwrap();
        }
        bytes.truncate(1 + random() % bytes.len());
        let mut stream = connect(&sandbox);
        stream.write_all(&bytes).unwrap();
    }
    assert_eq!(talk(&sandbox, &good).status(), Some(201));
    drop(sandbox);
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
}

#[test]
fn the_ledger_knows_what_was_refused_and_what_nobody_knows() {
    let sandbox = start();
    talk(&sandbox, b"POST /clodo/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    talk(&sandbox, &request("PUT", "/clodo/nothing", "Connection: close\r\n", ""));
    talk(&sandbox, &request("GET", "/nobody?key=secret", "Connection: close\r\n", ""));
    let entries = sandbox.ledger().entries();
    let ends: Vec<_> = entries.iter().map(|entry| entry.ended.clone()).collect();
    assert_eq!(ends, [Ended::Refused("Unauthorized".to_owned()), Ended::Unknown]);
    assert_eq!(sandbox.access_log().with("secret").len(), 1);
}

#[test]
fn rates_are_enforced_on_request() {
    let sandbox = start();
    let statuses = |sandbox: &Sandbox| (0..4).map(|_| talk(sandbox, &order()).status().unwrap()).collect::<Vec<_>>();
    assert_eq!(statuses(&sandbox), [201; 4]);
    sandbox.enforce_rates(true);
    assert_eq!(statuses(&sandbox), [201, 201, 201, 429]);
    sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(statuses(&sandbox), [201, 201, 201, 429]);
    assert_eq!((sandbox.rate_violations(), sandbox.ledger().commits(ORDER)), (2, 10));
}

#[test]
fn tokens_end_by_the_sandbox_clock() {
    let sandbox = start();
    let text = talk(&sandbox, &request("GET", "/clodo", "Connection: close\r\n", "")).text();
    let token = text.lines().find_map(|line| line.strip_prefix("X-Auth-Token: ")).unwrap().to_owned();
    let list = format!("GET /clodo/orders HTTP/1.1\r\nHost: x\r\nX-Token: {token}\r\nConnection: close\r\n\r\n");
    assert_eq!(talk(&sandbox, list.as_bytes()).status(), Some(200));
    sandbox.clock().advance(Duration::from_secs(1201));
    assert_eq!(talk(&sandbox, list.as_bytes()).status(), Some(401));
}

#[test]
fn money_in_the_ledger_is_money_of_the_account() {
    let sandbox = start();
    let api = hostkit_sandbox::ApiName::CLODO;
    let balance = || sandbox.world(api, |world| world.account("sandbox").unwrap().balance).unwrap();
    let before = balance();
    for _ in 0..5 {
        talk(&sandbox, &order());
    }
    assert_eq!(before - balance(), sandbox.ledger().money(api));
    let table = sandbox.ledger().to_string();
    assert!(table.contains("create_order") && table.contains("999.50"), "{table}");
}

#[test]
fn many_clients_at_once() {
    let sandbox = start();
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| (0..8).for_each(|_| assert_eq!(talk(&sandbox, &order()).status(), Some(201))));
        }
    });
    assert_eq!(sandbox.ledger().commits(ORDER), 256);
}

#[test]
fn a_dropped_sandbox_is_gone_at_once() {
    let sandbox = start();
    let mut idle = connect(&sandbox);
    idle.write_all(b"GET /half").unwrap();
    sandbox.faults().next(ORDER, hostkit_sandbox::Fault::by_id("stall-before").unwrap());
    let mut stalled = connect(&sandbox);
    stalled.write_all(&order()).unwrap();
    while sandbox.faults().pending() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let address = sandbox.address();
    let begun = Instant::now();
    drop(sandbox);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(std::net::TcpStream::connect(address).is_err());
    assert_ne!(listen(&mut stalled, SHORT, Duration::from_secs(1)).end, End::Silent);
}
