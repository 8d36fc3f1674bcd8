//! The tests of a store: each starts a server of the shop, and clients in this process and in others.

use std::time::{Duration, Instant};

use crate::child::spawn;
use crate::{Free, Place, Server, client};

fn run<P: Place>(server: &Server, place: &P, orders: &[&str]) {
    let children: Vec<_> = orders.iter().map(|orders| spawn(server, place, orders)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

const MIXED: &[&str] = &["blocking 5", "async 5", "blocking 5", "async 5", "blocking 5", "async 5"];

/// Six processes sign in five times for five expiries.
pub fn many_processes_sign_in_once_for_each_expiry<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("expiry")) else { return };
    server.slow(Duration::from_millis(100));
    for round in 1..=5 {
        // The token that the store holds is refused from now on.
        server.revoke();
        run(&server, &place, MIXED);
        assert_eq!(server.sign_ins(), round);
    }
    println!("{} processes, 5 expiries, {} sign-ins, {} calls", MIXED.len(), server.sign_ins(), server.gets());
}

/// Clients that hold an expired token agree on one sign-in.
pub fn clients_that_held_the_expired_token_sign_in_once<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("held")) else { return };
    let clients: Vec<_> = (0..8).map(|_| client(&server, &place, Duration::from_secs(20))).collect();
    for round in 1..=20 {
        std::thread::scope(|scope| {
            for client in &clients {
                scope.spawn(|| client.call(&Free).unwrap());
            }
        });
        assert_eq!(server.sign_ins(), round);
        server.revoke();
    }
    println!("8 clients, 20 expiries, {} sign-ins", server.sign_ins());
}

/// The control: processes that do not share a store each sign in.
pub fn another_store_signs_in_again<P: Place>() {
    let (server, Some(one), Some(two)) = (Server::start(), P::new("one"), P::new("two")) else { return };
    run(&server, &one, MIXED);
    assert_eq!(server.sign_ins(), 1);
    run(&server, &two, &["blocking 1"]);
    assert_eq!(server.sign_ins(), 2);
}

/// Rejected credentials are not tried by another process.
pub fn wrong_credentials_are_tried_once<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("wrong")) else { return };
    server.refuse();
    run(&server, &place, &["refused 1"; 6]);
    assert_eq!(server.sign_ins(), 1);
}

/// Four processes with four callers each stay within one limit, and use it.
pub fn the_limit_holds_over_processes<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("limit")) else { return };
    run(&server, &place, &["limited 8"; 4]);
    let used = server.use_of_limit();
    println!("4 processes, {} calls, {:.1} % of the limit, 0 violations", server.gets(), 100.0 * used);
    assert_eq!(server.violations(), 0);
    assert!(used > 0.5, "{used}");
}

/// The lease of a killed process ends at its deadline, and then another one signs in.
pub fn a_process_that_dies_while_it_signs_in_stops_the_others_until_its_deadline<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("victim")) else { return };
    server.slow(Duration::from_secs(60));
    let mut victim = spawn(&server, &place, "victim 3");
    let start = Instant::now();
    while server.sign_ins() == 0 {
        assert!(start.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(5));
    }
    let start = Instant::now();
    victim.kill().unwrap();
    victim.wait().unwrap();
    server.slow(Duration::ZERO);
    client(&server, &place, Duration::from_secs(20)).call(&Free).unwrap();
    let waited = start.elapsed();
    println!("the next process waited {waited:.1?}");
    assert!(waited > Duration::from_secs(1), "the control: the lease was held");
    assert!(waited < Duration::from_millis(3_500), "{waited:?}");
    assert_eq!(server.sign_ins(), 2);
}

/// A caller that gives up returns its lease.
pub fn a_caller_that_gives_up_passes_the_sign_in_on_at_once<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("gives-up")) else { return };
    server.slow(Duration::from_secs(2));
    let first = client(&server, &place, Duration::from_millis(300));
    let error = first.call(&Free).unwrap_err();
    assert!(error.is_timeout(), "{error}");
    server.slow(Duration::ZERO);
    let start = Instant::now();
    client(&server, &place, Duration::from_secs(20)).call(&Free).unwrap();
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

/// A killed process leaves an entry either old or new, never half-written.
pub fn processes_killed_at_any_moment_leave_whole_entries<P: Place>() {
    let (server, Some(place)) = (Server::start(), P::new("killed")) else { return };
    for number in 0..12_u64 {
        let mut child = spawn(&server, &place, "limited 5");
        std::thread::sleep(Duration::from_millis(60 + 7 * number));
        child.kill().unwrap();
        child.wait().unwrap();
        if number % 3 == 0 {
            server.revoke();
        }
    }
    // Their unfinished calls count until their deadline, but a call without a limit is sent at once.
    let start = Instant::now();
    client(&server, &place, Duration::from_secs(30)).call(&Free).unwrap();
    println!("after 12 kills the next process waited {:.1?}", start.elapsed());
    let entries = place.entries();
    assert!(!entries.is_empty(), "the control: there are entries");
    for entry in entries {
        let text = String::from_utf8(entry).unwrap();
        let last = text.lines().last().unwrap();
        assert!(text.starts_with("hostkit 1 ") && last.starts_with("end ") && text.ends_with('\n'), "{text:?}");
    }
    assert_eq!(server.violations(), 0);
}
