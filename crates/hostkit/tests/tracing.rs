//! The log: names of OpenTelemetry, every wait, and no secret.
//!
//! A separate program: tracing caches per process whether anyone listens at a call site, so a thread without a
//! subscriber could disable it for all.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod common;

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::*;
use hostkit::CallOptions;
use hostkit::machinery::{Machine, Step};
use hostkit::time::Clock;
use hostkit::transport::{Phase, TransportErrorKind as Kind};
use hostkit_testing::Script;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes every field of every span and event into one text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.lock().unwrap().push_str(&format!("{}={value:?} ", field.name()));
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
        self.0.lock().unwrap().push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn logs_say_what_happens_and_no_secret() {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let echo = || Script::any().answer(502, format!("<html>{KEY} {TOKEN} {INPUT}")).header("x-password", OUTPUT);
        let script = [login(), echo(), echo(), ok(), ok(), ok(), ok(), ok(), ok(), ok()];
        let bench = bench_with(|clock| config(key(), clock), script);
        bench.call(GetPassword).unwrap();
        for _ in 0..3 {
            bench.call(LimitedGet).unwrap();
        }
        bench.call_with(LimitedGet, CallOptions::new().deadline(Duration::from_secs(90))).unwrap();
        let _ = bench.perform(Order);
        let open = bench_with(|clock| config(key(), clock), [login(), Script::fail(Phase::Head, Kind::Reset)]);
        assert!(open.perform(Order).is_unresolved());
        let refused = bench_with(|clock| config(key(), clock), [fault(401, "Unauthorized")]);
        let _ = refused.call(GetItem);
    });
    let text = log.0.lock().unwrap().clone();
    for canary in [KEY, TOKEN, INPUT, OUTPUT] {
        assert!(!text.contains(canary), "the log says {canary}: {text}");
    }
    for said in [
        "http.request.method=\"POST\"",
        "url.template=\"/orders\"",
        "server.address=\"shop.example\"",
        "http.response.status_code=200",
        "waiting for a rate limit",
        "wait_ms=60000 ",
        "waited_ms=60000 ",
        "signing in",
        "trying again",
        "outcome=\"unresolved\"",
        "cause=\"the connection broke before the answer was complete\"",
    ] {
        assert!(text.contains(said), "the log does not say {said}: {text}");
    }
}

/// The log of what is done.
fn logged(run: impl FnOnce()) -> String {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), run);
    std::mem::take(&mut *log.0.lock().unwrap())
}

#[test]
fn a_span_says_error_where_the_call_failed() {
    let done = logged(|| drop(bench([ok()]).call(GetItem).unwrap()));
    assert!(done.contains("outcome=\"done\"") && !done.contains("otel.status_code"), "{done}");
    let failed = logged(|| drop(bench([fault(404, "NotFound")]).call(GetItem).unwrap_err()));
    assert!(failed.contains("otel.status_code=\"ERROR\""), "{failed}");
}

/// The outcome of a call that was dropped is in the log: no caller gets it.
#[test]
fn a_dropped_call_is_in_the_log_where_it_may_have_happened() {
    let dropped = |machine: fn(&Bench) -> bool, customer: fn() -> Customer| {
        logged(|| assert!(machine(&bench_with(|clock| config(customer(), clock), []))))
    };
    let acts: fn(&Bench) -> bool = |bench| {
        let mut machine = bench.core.perform(&Order, CallOptions::new().unread());
        matches!(machine.step(bench.clock.now()), Step::Send(_))
    };
    let reads: fn(&Bench) -> bool =
        |bench| matches!(bench.core.call(&GetItem, CallOptions::new()).step(bench.clock.now()), Step::Send(_));
    let said = "cause=\"its future was dropped\"";
    let in_flight = dropped(acts, direct);
    assert_eq!(in_flight.matches("a call may have happened").count(), 1, "{in_flight}");
    assert!(in_flight.contains(said), "{in_flight}");
    let signing_in = dropped(acts, key);
    assert!(signing_in.contains("outcome=\"dropped\"") && !signing_in.contains(said), "{signing_in}");
    let read = dropped(reads, direct);
    assert!(read.contains("outcome=\"dropped\"") && !read.contains(said), "{read}");
}
