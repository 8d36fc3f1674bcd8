//! One sign-in for all waiting callers: threads, and machines stepped by hand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use hostkit::machinery::drive;
use hostkit::machinery::{ClientCore, Machine, Step};
use hostkit::time::{Clock, ManualClock, SystemClock};
use hostkit::transport::{AnswerLimits, Incoming, Outgoing, Transport, TransportError};
use hostkit::{CallOptions, Outcome};
use http::HeaderMap;

use crate::common::*;

/// A shop behind a real clock, which counts sign-ins and takes a while for each.
#[derive(Clone, Default)]
struct Server {
    logins: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
    refuses: bool,
}

impl Transport for Server {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let mut headers = HeaderMap::new();
        let answer = |status, headers| Incoming::new(&outgoing.limits, status, headers);
        if outgoing.endpoint != "login" {
            self.calls.fetch_add(1, Ordering::SeqCst);
            return answer(200, headers)?.with_body(br#"{"id": 7}"#.to_vec());
        }
        std::thread::sleep(Duration::from_millis(20));
        let number = self.logins.fetch_add(1, Ordering::SeqCst);
        if self.refuses {
            return answer(401, headers)?.with_body(br#"{"Unauthorized": {"code": 401}}"#.to_vec());
        }
        headers.insert("x-token", format!("token-{number}").parse().unwrap());
        answer(200, headers)
    }
}

fn many(core: &ClientCore<Shop>, server: &Server, threads: usize) -> Vec<bool> {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let run = || {
            barrier.wait();
            drive(core.call(&GetItem, CallOptions::new()), server, &SystemClock).is_ok()
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn many_threads_sign_in_once() {
    let server = Server::default();
    let core = ClientCore::<Shop>::builder(key()).build().unwrap();
    for round in 1..=5 {
        assert!(many(&core, &server, 64).into_iter().all(|is_ok| is_ok));
        assert_eq!(server.logins.load(Ordering::SeqCst), round);
        core.reset_session();
    }
    assert_eq!(server.calls.load(Ordering::SeqCst), 5 * 64);
}

#[test]
fn many_threads_try_a_wrong_key_once() {
    let server = Server { refuses: true, ..Server::default() };
    let core = ClientCore::<Shop>::builder(key()).build().unwrap();
    assert!(many(&core, &server, 64).into_iter().all(|is_ok| !is_ok));
    assert!(many(&core, &server, 64).into_iter().all(|is_ok| !is_ok));
    assert_eq!(server.logins.load(Ordering::SeqCst), 1);
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Result<Incoming, TransportError> {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    Incoming::new(&AnswerLimits::DEFAULT, status, headers)?.with_body(body.as_bytes().to_vec())
}

fn sends<D>(step: Step<D>) -> Box<Outgoing> {
    match step {
        Step::Send(outgoing) => outgoing,
        Step::SleepUntil(moment) => panic!("sleeps until {moment:?}"),
        Step::Wait(..) => panic!("waits"),
        Step::Done(_) => panic!("is done"),
    }
}

#[test]
fn a_late_refusal_does_not_evict_a_newer_token() {
    let clock = ManualClock::new(WALL);
    let core = config(key(), &clock).build().unwrap();
    let now = clock.now();
    let refusal = || answer(401, &[], r#"{"Unauthorized": {"code": 401}}"#);
    let (mut early, mut late) = (core.call(&GetItem, CallOptions::new()), core.call(&GetItem, CallOptions::new()));
    assert_eq!(sends(early.step(now)).endpoint, "login");
    early.receive(now, answer(200, &[("x-token", "one")], ""));
    assert_eq!(sends(early.step(now)).request.headers()["x-token"], "one");
    assert_eq!(sends(late.step(now)).request.headers()["x-token"], "one");
    // Both are refused; the first one signs in again before the second one gets its answer.
    early.receive(now, refusal());
    assert_eq!(sends(early.step(now)).endpoint, "login");
    early.receive(now, answer(200, &[("x-token", "two")], ""));
    assert_eq!(sends(early.step(now)).request.headers()["x-token"], "two");
    late.receive(now, refusal());
    assert_eq!(sends(late.step(now)).request.headers()["x-token"], "two");
}

#[test]
fn a_dropped_leader_hands_over() {
    let clock = ManualClock::new(WALL);
    let core = config(key(), &clock).build().unwrap();
    let now = clock.now();
    let mut leader = core.call(&GetItem, CallOptions::new());
    let mut waiters = [core.call(&GetItem, CallOptions::new()), core.call(&GetItem, CallOptions::new())];
    assert_eq!(sends(leader.step(now)).endpoint, "login");
    let listeners: Vec<_> = waiters
        .iter_mut()
        .map(|waiter| match waiter.step(now) {
            Step::Wait(wakeup, _) => wakeup,
            other => panic!("{other:?}"),
        })
        .collect();
    drop(leader);
    for listener in listeners {
        assert!(listener.wait(Duration::ZERO), "a waiter was not woken");
    }
    assert_eq!(sends(waiters[0].step(now)).endpoint, "login");
    assert!(matches!(waiters[1].step(now), Step::Wait(..)));
    waiters[0].receive(now, answer(200, &[("x-token", "one")], ""));
    for waiter in &mut waiters {
        assert_eq!(sends(waiter.step(now)).endpoint, "get_item");
    }
}

#[test]
fn a_new_token_that_ended_before_the_next_step_is_not_used() {
    for sleeps in [false, true] {
        let clock = ManualClock::new(WALL);
        let core = config(key(), &clock).build().unwrap();
        let mut call = core.call(&GetItem, CallOptions::new());
        assert_eq!(sends(call.step(clock.now())).endpoint, "login");
        call.receive(clock.now(), answer(200, &[("x-token", "one"), ("x-life", "20")], ""));
        match sleeps {
            true => clock.advance_wall(20),
            false => clock.advance(Duration::from_secs(20)),
        }
        assert_eq!(sends(call.step(clock.now())).endpoint, "login");
        call.receive(clock.now(), answer(200, &[("x-token", "two"), ("x-life", "20")], ""));
        assert_eq!(sends(call.step(clock.now())).request.headers()["x-token"], "two");
    }
}

#[test]
fn a_leader_that_was_reset_leaves_the_sign_in_to_the_next() {
    let clock = ManualClock::new(WALL);
    let core = config(key(), &clock).build().unwrap();
    let (mut old, mut new) = (core.call(&GetItem, CallOptions::new()), core.call(&GetItem, CallOptions::new()));
    assert_eq!(sends(old.step(clock.now())).endpoint, "login");
    old.receive(clock.now(), answer(502, &[], "<html>"));
    assert!(matches!(old.step(clock.now()), Step::SleepUntil(_)));
    core.reset_session();
    assert_eq!(sends(new.step(clock.now())).endpoint, "login");
    clock.advance(Duration::from_secs(1));
    // A second attempt of its own would be a concurrent sign-in.
    assert!(matches!(old.step(clock.now()), Step::Wait(..)));
    new.receive(clock.now(), answer(200, &[("x-token", "one")], ""));
    assert_eq!(sends(old.step(clock.now())).request.headers()["x-token"], "one");
}

#[test]
fn waiters_share_a_failure() {
    let clock = ManualClock::new(WALL);
    let core = config(key(), &clock).build().unwrap();
    let now = clock.now();
    let mut leader = core.call(&GetItem, CallOptions::new());
    let mut waiter = core.perform(&Order, CallOptions::new().unread());
    assert_eq!(sends(leader.step(now)).endpoint, "login");
    assert!(matches!(waiter.step(now), Step::Wait(..)));
    leader.receive(now, answer(405, &[], r#"{"MethodNotAllowed": {"code": 405}}"#));
    let Step::Done(outcome) = waiter.step(now) else { panic!("the waiter goes on") };
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.status() == Some(405)), "{outcome:?}");
    // The failure was not about the credentials, so a later caller tries again.
    assert_eq!(sends(core.call(&GetItem, CallOptions::new()).step(now)).endpoint, "login");
}
