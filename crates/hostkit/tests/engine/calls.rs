//! Deadlines, limits, cancellation and replies, as the caller of one call sees them.

use std::time::Duration;

use crate::common::*;
use hostkit::machinery::{Machine, Step};
use hostkit::protocol::wire::Limits;
use hostkit::time::Clock;
use hostkit::transport::{AnswerLimits, Phase, Transport, TransportErrorKind as Kind};
use hostkit::{Call, CallOptions, Cancel, ErrorKind, Outcome, TicketCause, UnknownFields};
use hostkit_testing::Script;

#[test]
fn a_reply_has_everything() {
    let bench = bench([Script::any().answer(200, r#"{"id": 7, "new": 1}"#).header("x-more", "yes")]);
    let reply = bench.call(GetItem).unwrap();
    assert_eq!((reply.value, reply.status, reply.attempts), (7, 200, 1));
    assert_eq!(reply.headers["x-more"], "yes");
    assert_eq!(reply.report.unknown(), ["answer.new"]);
}

#[test]
fn unknown_fields_can_be_denied() {
    let script = || Script::any().answer(200, r#"{"id": 7, "new": 1}"#);
    let by_call = bench([script(), script()]);
    let denied = by_call.call_with(GetItem, CallOptions::new().unknown_fields(UnknownFields::Deny)).unwrap_err();
    let by_client =
        bench_with(|clock| config(direct(), clock).unknown_fields(UnknownFields::Deny), [script(), script()]);
    for error in [denied, by_client.call(GetItem).unwrap_err()] {
        assert!(error.kind() == ErrorKind::Decode && error.to_string().contains("found `new`"), "{error}");
    }
}

#[test]
fn an_attempt_waits_before_the_next() {
    let bench = bench([Script::any().answer(502, ""), Script::any().answer(502, ""), ok()]);
    bench.call(GetItem).unwrap();
    let waited = bench.clock.now().monotonic.since(hostkit::time::Moment::START);
    // Half of it is jitter: 250 and 500 ms at most.
    assert!(waited >= Duration::from_millis(375) && waited <= Duration::from_millis(750), "{waited:?}");
}

#[test]
fn retry_after_is_obeyed_within_the_deadline() {
    let slow = |seconds: &str| fault(429, "Slow").header("retry-after", seconds);
    let patient = bench([slow("20"), ok()]);
    patient.call(GetItem).unwrap();
    assert_eq!(patient.seconds(), 20);

    let late = bench([slow("31"), ok()]);
    let error = late.call(GetItem).unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 1, "{error}");
    assert_eq!(late.seconds(), 0, "nobody waits for what comes too late");
}

#[test]
fn the_deadline_covers_everything() {
    let slow = || Script::any().answer(502, "").takes(Duration::from_secs(12));
    let bench = bench([slow(), slow(), slow()]);
    let error = bench.call(GetItem).unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(bench.seconds(), 30);
}

#[test]
fn deadlines_come_from_the_call_then_the_client_then_the_spec() {
    let of = |client: Option<u64>, call: Option<u64>| {
        let configure = |clock: &_| {
            let config = config(direct(), clock);
            match client {
                Some(seconds) => config.deadline(Duration::from_secs(seconds)),
                None => config,
            }
        };
        let bench = bench_with(configure, []);
        let mut options = CallOptions::new();
        options.deadline = call.map(Duration::from_secs);
        match bench.core.call(&GetItem, options).step(bench.clock.now()) {
            Step::Send(outgoing) => outgoing.timeout.as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([of(None, None), of(Some(5), None), of(Some(5), Some(60)), of(None, Some(2))], [30, 5, 60, 2]);
}

#[test]
fn no_time_means_not_sent() {
    let bench = bench([]);
    let outcome = bench.perform_with(Order, CallOptions::new().deadline(Duration::ZERO));
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.is_timeout()), "{outcome:?}");
}

/// Status 202 means that the call is yet to be carried out, whatever the spec says.
#[test]
fn what_is_only_taken_is_not_done() {
    let taken = || Script::any().answer(202, r#"{"id": 7}"#);
    let outcome = bench([taken()]).perform(Order);
    assert!(matches!(&outcome, Outcome::Accepted(7, reason) if *reason == hostkit::Reason::QUEUED), "{outcome:?}");
    assert_eq!(bench([taken()]).call(GetItem).unwrap().value, 7);
}

#[test]
fn what_a_proxy_may_have_sent_twice_is_not_denied_for_certain() {
    let deny = |name: &str, status| bench([fault(status, name)]);
    // A repeated DELETE finds nothing, or comes after the end of the token.
    for (name, status) in [("NotFound", 404), ("Expired", 401)] {
        let outcome = deny(name, status).perform(Delete);
        assert!(matches!(&outcome, Outcome::Rejected(rejection) if rejection.verify), "{outcome:?}");
        assert!(outcome.may_have_happened());
    }
    // A proxy does not repeat a POST.
    let certain = [deny("Expired", 401).perform(Reboot), deny("NotFound", 404).perform(Reboot)];
    assert!(certain.iter().all(|outcome| !outcome.may_have_happened()), "{certain:?}");
}

#[test]
fn cancelled_before_and_between() {
    let cancel = Cancel::new();
    let bench = bench([Script::any().answer(502, ""), ok()]);
    let mut machine = bench.core.call(&GetItem, CallOptions::new().cancel(cancel.clone()));
    assert!(matches!(machine.step(bench.clock.now()), Step::Send(_)));
    machine.receive(bench.clock.now(), Err(hostkit::transport::TransportError::new(Phase::Head, Kind::Reset, "")));
    let Step::Wait(wakeup, _) = machine.step(bench.clock.now()) else { panic!("it does not wait") };
    cancel.cancel();
    assert!(wakeup.wait(Duration::ZERO), "the cancellation woke nobody");
    let Step::Done(Err(error)) = machine.step(bench.clock.now()) else { panic!("it goes on") };
    assert!(error.is_cancelled());

    let outcome = bench.perform_with(Order, CallOptions::new().cancel(cancel));
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.is_cancelled()), "{outcome:?}");
}

/// A caller that steps too late is told what the last attempt met.
#[test]
fn a_deadline_between_two_attempts_tells_the_last_failure() {
    let bench = bench([Script::any().answer(502, "")]);
    let mut machine = bench.core.call(&GetItem, CallOptions::new());
    let Step::Send(outgoing) = machine.step(bench.clock.now()) else { panic!("it sends") };
    machine.receive(bench.clock.now(), bench.transport.send(*outgoing));
    assert!(matches!(machine.step(bench.clock.now()), Step::SleepUntil(_)));
    bench.clock.advance(Duration::from_secs(30));
    let Step::Done(Err(error)) = machine.step(bench.clock.now()) else { panic!("the deadline has passed") };
    assert_eq!((error.status(), error.attempts()), (Some(502), 1), "{error}");
}

#[test]
fn limits_hold_for_any_transport() {
    let limits = AnswerLimits { max_body: 5, ..AnswerLimits::DEFAULT };
    let body = bench([ok()]);
    let error = body.call_with(GetItem, CallOptions::new().answer_limits(limits)).unwrap_err();
    assert_eq!(error.transport().map(|error| error.kind()), Some(Kind::TooLarge));
    let limits = AnswerLimits { max_headers: 1, ..AnswerLimits::DEFAULT };
    let head = bench([ok().header("a", "1").header("b", "2")]);
    assert!(head.perform_with(Order, CallOptions::new().answer_limits(limits)).is_unresolved());
}

#[test]
fn a_fault_that_means_nothing_is_there() {
    let found = |script| bench([script]).call(FindItem).map(|reply| (reply.value, reply.status));
    assert_eq!(found(fault(404, "NotFound")).unwrap(), (0, 404));
    let said = Script::any().answer(400, r#"{"code": 400, "message": "No items", "details": ""}"#);
    assert_eq!(found(said).unwrap(), (0, 400));
    let other = Script::any().answer(404, r#"{"code": 404, "message": "Unknown Module", "details": ""}"#);
    assert!(found(other).unwrap_err().is_not_found());
    assert_eq!(found(Script::any().answer(404, "<html>")).unwrap_err().kind(), ErrorKind::Unrecognised);
    // Elsewhere it is an error.
    assert!(bench([fault(404, "NotFound")]).call(GetItem).unwrap_err().is_not_found());
}

#[test]
fn raw_answers_come_as_they_are() {
    let raw = |script: Vec<Script>| {
        let bench = bench(script);
        bench.run(bench.core.raw(&GetItem, CallOptions::new()))
    };
    let reply = raw(vec![Script::any().answer(404, "<html>")]).unwrap();
    assert_eq!((reply.status, reply.value.as_bytes()), (404, &b"<html>"[..]));
    let reply = raw(vec![Script::any().answer(502, "one"), Script::any().answer(200, "two")]).unwrap();
    assert_eq!((reply.attempts, reply.value.as_bytes()), (2, &b"two"[..]));
    let reply = raw((0..3).map(|_| Script::any().answer(502, "bad")).collect()).unwrap();
    assert_eq!((reply.status, reply.value.into_bytes()), (502, b"bad".to_vec()));
    let error = raw((0..3).map(|_| Script::fail(Phase::Head, Kind::Reset)).collect()).unwrap_err();
    assert_eq!((error.transport().map(|error| error.kind()), error.attempts()), (Some(Kind::Reset), 3));
}

#[test]
fn retries_add_at_most_a_tenth_in_an_outage() {
    let bench = bench((0..1100).map(|_| Script::any().answer(502, "")));
    for _ in 0..1000 {
        bench.call(GetItem).unwrap_err();
    }
    let sent = bench.sent("get_item");
    println!("1000 safe calls in an outage: {sent} requests");
    assert_eq!(sent, 1010, "the bucket holds ten retries");
}

#[test]
fn a_ticket_says_what_is_known() {
    let bench = bench([Script::fail(Phase::Head, Kind::Timeout).takes(Duration::from_secs(30))]);
    bench.clock.advance(Duration::from_secs(10));
    let Outcome::Unresolved(ticket) = bench.perform(Order) else { panic!("it is resolved") };
    assert_eq!((ticket.operation(), ticket.spec()), ("order", "specs/shop/Order.toml"));
    assert_eq!(ticket.cause(), TicketCause::TimedOut);
    assert_eq!(ticket.sent().wall.0, WALL.0 + 10);
    assert_eq!(ticket.ended().wall.0, WALL.0 + 40);
    let text = "shop order at shop.example: may have happened: timed out while waiting for the answer (1 attempt in 30.0s); \
                nothing was read before it, so `recover` cannot tell; \
                to find out: look for the name in the list of items";
    assert_eq!(ticket.to_string(), text);
    let error = Outcome::<u64, Code>::Unresolved(ticket).into_result().unwrap_err();
    assert_eq!(error.to_string(), text);
    assert!(error.may_have_happened() && error.is_timeout() && error.ticket().is_some());
}

/// Also where an answer came, and says nothing of the call.
#[test]
fn a_ticket_says_when_the_call_was_sent_and_when_its_answer_came() {
    let bench = bench([Script::any().answer(502, "<html>").takes(Duration::from_secs(7))]);
    let Outcome::Unresolved(ticket) = bench.perform(Order) else { panic!("the end is open") };
    assert_eq!((ticket.sent().wall.0, ticket.ended().wall.0), (WALL.0, WALL.0 + 7));
}

#[test]
fn hosts_by_name() {
    let url = |configure: fn(Builder) -> Builder| {
        let bench = bench_with(|clock| configure(config(direct(), clock)), [ok()]);
        bench.call(GetItem).unwrap();
        bench.transport.sent()[0].url.clone()
    };
    assert_eq!(url(|config| config), "https://shop.example/item");
    assert_eq!(url(|config| config.host("spare")), "https://spare.example/v1/item");
    assert_eq!(
        url(|config| config.base_url("http://127.0.0.1:8080/x".parse().unwrap())),
        "http://127.0.0.1:8080/x/item"
    );
    let clock = hostkit::time::ManualClock::new(WALL);
    let refused = |config: Builder| config.build().unwrap_err().to_string();
    let said = [
        refused(config(direct(), &clock).host("nowhere")),
        refused(config(direct(), &clock).format(hostkit::Format::Xml)),
        refused(config(direct(), &clock).user_agent("a\nb")),
    ];
    let expected = [
        "the API has no host \"nowhere\"",
        "the API does not answer in XML",
        "the user agent has characters that no header may have",
    ];
    assert_eq!(said, expected);
}

#[test]
fn calls_by_hand() {
    use hostkit::by_hand::EndpointExt;
    let base = "http://127.0.0.1:8080/v1".parse().unwrap();
    let request = Order.to_http(&base, &direct(), &hostkit::protocol::Session::default()).unwrap();
    assert_eq!(request.uri().to_string(), "http://127.0.0.1:8080/v1/orders");
    assert_eq!(request.headers()["x-key"], KEY);
    assert!(
        !Open
            .to_http(&base, &direct(), &hostkit::protocol::Session::default())
            .unwrap()
            .headers()
            .contains_key("x-key")
    );

    let answer = |status: u16, body: &str| {
        let mut answer = http::Response::new(body.as_bytes().to_vec());
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
        answer
    };
    assert_eq!(Order.read_http(&answer(200, r#"{"id": 7}"#)).unwrap(), 7);
    assert_eq!(FindItem.read_http(&answer(404, r#"{"No": {"code": 404}}"#)).unwrap(), 0);
    let error = Order.read_http(&answer(404, r#"{"No": {"code": 404}}"#)).unwrap_err();
    assert!(error.is_not_found() && !error.may_have_happened());
    for (status, body) in [(500, r#"{"No": {"code": 500}}"#), (404, ""), (200, "<html>")] {
        assert!(Order.read_http(&answer(status, body)).unwrap_err().may_have_happened(), "{status} {body}");
        assert!(!GetItem.read_http(&answer(status, body)).unwrap_err().may_have_happened(), "{status} {body}");
    }
}

#[test]
fn rate_limits_are_waited_for_and_shared() {
    let bench = bench((0..6).map(|_| ok()));
    for _ in 0..3 {
        bench.call(LimitedGet).unwrap();
    }
    let clone = bench.core.clone();
    let long = CallOptions::new().deadline(Duration::from_secs(90));
    bench.run(clone.call(&LimitedGet, long)).unwrap();
    assert_eq!(bench.seconds(), 60);
    // Calls without that limit are not held back.
    bench.call(GetItem).unwrap();
}

#[test]
fn a_rate_limit_beyond_the_deadline_fails_at_once() {
    let bench = bench((0..9).map(|_| ok()));
    for _ in 0..3 {
        bench.call(LimitedGet).unwrap();
    }
    let error = bench.call(LimitedGet).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exhausted);
    assert!(error.is_rate_limited() && !error.may_have_happened());
    assert_eq!(bench.seconds(), 0);
    assert!(bench.perform(Order).is_done() && bench.perform(Order).is_done());
    let outcome = bench.perform(Order);
    assert!(matches!(&outcome, Outcome::NotSent(error) if error.is_rate_limited()), "{outcome:?}");
    assert_eq!(bench.sent("order"), 2);
}

/// A transport that counts like a server, which may do so at any point of the call.
#[test]
fn many_threads_keep_to_the_limit() {
    use hostkit::Rates;
    use hostkit::machinery::ClientCore;
    use hostkit::machinery::drive;
    use hostkit::protocol::RateRule;
    use hostkit::time::SystemClock;
    use hostkit::transport::{AnswerLimits, Incoming, Outgoing, Transport};
    use std::sync::Mutex;
    use std::time::Instant;

    struct Counting(Mutex<Vec<Instant>>);

    impl Transport for Counting {
        fn send(&self, outgoing: Outgoing) -> Result<Incoming, hostkit::transport::TransportError> {
            assert_eq!(outgoing.limits, AnswerLimits::DEFAULT);
            std::thread::sleep(Duration::from_millis(1));
            self.0.lock().unwrap().push(Instant::now());
            std::thread::sleep(Duration::from_millis(1));
            Incoming::new(&outgoing.limits, 200, http::HeaderMap::new())?.with_body(br#"{"id": 7}"#.to_vec())
        }
    }

    let (count, window) = (10, Duration::from_millis(200));
    let rates = Rates::new(&[RateRule { name: "get", count, window }]);
    let core = ClientCore::<Shop>::builder(direct()).rates(rates).build().unwrap();
    let transport = Counting(Mutex::new(Vec::new()));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let core = core.clone();
            let transport = &transport;
            scope.spawn(move || {
                for _ in 0..10 {
                    drive(core.call(&LimitedGet, CallOptions::new()), transport, &SystemClock).unwrap();
                }
            });
        }
    });
    let mut arrivals = transport.0.into_inner().unwrap();
    arrivals.sort_unstable();
    let at_once = |from: &Instant| arrivals.iter().filter(|at| *at >= from && **at - *from < window).count();
    let most = arrivals.iter().map(at_once).max().unwrap();
    println!("80 calls, 10 in 200 ms: at most {most} in a window, {:?} in all", start.elapsed());
    assert!(most <= count as usize, "{most} calls in one window");
    assert_eq!(arrivals.len(), 80);
}

#[test]
fn a_server_that_wants_fewer_calls_holds_all_of_them_back() {
    let bench = bench([fault(429, "Slow").header("retry-after", "20"), ok(), ok()]);
    bench.perform_with(Order, CallOptions::new()).into_result().unwrap_err();
    let outcome = bench.perform(Order);
    assert!(outcome.is_done());
    assert_eq!(bench.seconds(), 20);
}

/// Stepped while a request is in flight, a call waits for the answer, and no longer than its deadline.
#[test]
fn a_call_in_flight_ends_at_its_deadline() {
    for customer in [direct, key] {
        let bench = bench_with(|clock| config(customer(), clock), []);
        let mut call = bench.core.call(&GetItem, CallOptions::new());
        assert!(matches!(call.step(bench.clock.now()), Step::Send(_)));
        assert!(matches!(call.step(bench.clock.now()), Step::SleepUntil(_)));
        bench.clock.advance(Duration::from_secs(30));
        let Step::Done(Err(error)) = call.step(bench.clock.now()) else { panic!("it waits on") };
        assert!(error.to_string().contains("timed out") || error.kind() == ErrorKind::Exhausted, "{error}");
    }
}

/// What a transport is told of a request: only a safe call may be given up in flight, and only the first attempt of one
/// that does not act may meet a kept connection.
#[test]
fn a_transport_knows_what_may_be_given_up() {
    let cancel = Cancel::new();
    let options = || CallOptions::new().cancel(cancel.clone());
    let bench = bench([]);
    let mut read = bench.core.call(&GetItem, options());
    let Step::Send(read) = read.step(bench.clock.now()) else { panic!("it is sent") };
    let mut act = bench.core.perform(&Order, options().unread());
    let Step::Send(act) = act.step(bench.clock.now()) else { panic!("it is sent") };
    assert_eq!((read.cancel.is_some(), act.cancel.is_some()), (true, false));
    assert_eq!((read.reusable, act.reusable), (true, false));
}

/// A kept connection that says nothing leaves a call that may be repeated the time for a new one.
#[test]
fn only_a_call_that_may_be_repeated_gives_a_connection_up_early() {
    fn silence<E: Call<Api = Shop>>(call: E) -> (Duration, Duration) {
        let bench = bench([]);
        let Step::Send(outgoing) = bench.core.call(&call, CallOptions::new()).step(bench.clock.now()) else {
            panic!("it is sent")
        };
        (outgoing.silence, outgoing.timeout)
    }
    let whole = Duration::from_secs(30);
    assert_eq!(silence(GetItem), (whole / 3, whole));
    assert_eq!(silence(SetName), (whole, whole));
}

#[test]
fn the_limits_of_the_tree_are_those_of_the_call() {
    let limits = Limits { max_depth: 2, ..Limits::DEFAULT };
    let bench = bench((0..3).map(|_| Script::any().answer(200, r#"{"id": 7, "more": [[[[1]]]]}"#)));
    assert!(bench.call(GetItem).is_ok());
    let error = bench.call_with(GetItem, CallOptions::new().tree_limits(limits)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}
