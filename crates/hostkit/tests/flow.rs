//! Flows: several calls as one machine, blocking and async, under one deadline, and dropped half-way.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod common;

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use common::*;
use event_listener::Listener;
use hostkit::testing::{Script, drive_async};
use hostkit::{CallOptions, Calls, Cancel, Clock, Error, ErrorKind, Machine, Outcome, Phase, Step, TransportErrorKind};

fn id(id: u64) -> Script {
    Script::any().answer(200, format!(r#"{{"id": {id}}}"#))
}

/// Reads, orders, waits a moment and reads again.
async fn order(calls: Calls<Shop>) -> Result<(u64, Outcome<u64, Code>, u64), Error<Code>> {
    let before = calls.call(&GetItem).await?;
    let outcome = calls.perform(&Order).await;
    calls.sleep(Duration::from_secs(5)).await?;
    let after = calls.call(&GetItem).await?;
    Ok((before, outcome, after))
}

fn script() -> [Script; 3] {
    [id(1), id(7), id(2)]
}

const NAMES: [&str; 3] = ["get_item", "order", "get_item"];

fn names(bench: &Bench) -> Vec<&'static str> {
    bench.transport.sent().iter().map(|sent| sent.endpoint).collect()
}

#[test]
fn runs_blocking() {
    let bench = bench(script());
    let (before, outcome, after) = bench.run(bench.core.flow(CallOptions::new(), order)).unwrap();
    assert_eq!((before, outcome.done(), after), (1, Some(7), 2));
    assert_eq!((names(&bench).as_slice(), bench.seconds()), (NAMES.as_slice(), 5));
}

#[test]
fn runs_async() {
    let bench = bench(script());
    let machine = bench.core.flow(CallOptions::new(), order);
    let sleep = |duration: Duration| async move { assert_eq!(duration, Duration::ZERO, "the clock is a manual one") };
    let driven = pin!(drive_async(machine, &bench.transport, &bench.clock, sleep));
    let Poll::Ready(done) = driven.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing here is ever pending");
    };
    let (before, outcome, after) = done.unwrap();
    assert_eq!((before, outcome.done(), after), (1, Some(7), 2));
    assert_eq!((names(&bench).as_slice(), bench.seconds()), (NAMES.as_slice(), 5));
}

#[test]
fn moves_between_threads() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let bench = bench(script());
    let machine = assert_send(bench.core.flow(CallOptions::new(), order));
    let (before, ..) = std::thread::scope(|scope| scope.spawn(|| bench.run(machine).unwrap()).join().unwrap());
    assert_eq!(before, 1);
}

#[test]
fn one_deadline_covers_all_calls() {
    // The read takes 20 seconds of 30: the order is cut at 10 and stays open, the last read is not sent at all.
    let bench = bench([id(1).takes(Duration::from_secs(20)), id(7).takes(Duration::from_secs(20))]);
    let flow = bench.core.flow(CallOptions::new().deadline(Duration::from_secs(30)), |calls| async move {
        calls.call(&GetItem).await.unwrap();
        assert_eq!(calls.left(), Some(Duration::from_secs(10)));
        let outcome = calls.perform(&Order).await;
        (outcome, calls.sleep(Duration::from_secs(1)).await.unwrap_err(), calls.call(&GetItem).await.unwrap_err())
    });
    let (outcome, pause, read) = bench.run(flow);
    assert!(matches!(outcome, Outcome::Unresolved(_)), "{outcome:?}");
    assert_eq!((pause.kind(), read.kind()), (ErrorKind::Exhausted, ErrorKind::Exhausted));
    assert_eq!((bench.transport.sent().len(), bench.seconds()), (2, 30));
}

#[test]
fn a_call_keeps_a_deadline_of_its_own() {
    let bench = bench([id(1).takes(Duration::from_secs(20)), id(1).takes(Duration::from_secs(20)), id(2)]);
    let flow = bench.core.flow(CallOptions::new().deadline(Duration::from_secs(300)), |calls| async move {
        let options = CallOptions::new().deadline(Duration::from_secs(3));
        let first = calls.call_with(&SetName, options).await.unwrap_err();
        (first, calls.call(&GetItem).await.unwrap())
    });
    let (first, second) = bench.run(flow);
    assert!(first.is_timeout());
    assert_eq!((second, bench.seconds()), (1, 23));
}

#[test]
fn cancelling_ends_calls_and_pauses() {
    let bench = bench([id(1)]);
    let cancel = Cancel::new();
    let mut machine = bench.core.flow(CallOptions::new().cancel(cancel.clone()), |calls| async move {
        let pause = calls.sleep(Duration::from_secs(60)).await.unwrap_err();
        (pause, calls.call(&GetItem).await.unwrap_err())
    });
    let Step::Wait(listener, _) = machine.step(bench.clock.now()) else { panic!("a pause that can be cancelled") };
    cancel.cancel();
    listener.wait_timeout(Duration::from_secs(5)).expect("the pause is woken");
    let Step::Done((pause, read)) = machine.step(bench.clock.now()) else { panic!("all is cancelled") };
    assert!(pause.is_cancelled() && read.is_cancelled());
    assert_eq!(bench.transport.sent().len(), 0);
}

#[test]
fn dropped_half_way_it_passes_the_sign_in_on() {
    let login = Script::any().answer(204, "").header("x-token", TOKEN).header("x-life", "3600");
    let bench = bench_with(|clock| config(key(), clock), [login, id(1)]);
    let now = bench.clock.now();
    let mut leader = bench.core.flow(CallOptions::new(), order);
    let mut follower = bench.core.flow(CallOptions::new(), |calls| async move { calls.call(&GetItem).await });
    assert!(matches!(leader.step(now), Step::Send(outgoing) if outgoing.endpoint == "login"));
    let Step::Wait(listener, _) = follower.step(now) else { panic!("one signs in for both") };
    drop(leader);
    listener.wait_timeout(Duration::from_secs(5)).expect("the follower is woken");
    assert_eq!(bench.run(follower).unwrap(), 1);
    assert_eq!(names(&bench), ["login", "get_item"]);
}

#[test]
fn dropping_it_drops_the_body() {
    struct Told<'a>(&'a Mutex<u32>);
    impl Drop for Told<'_> {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let bench = bench([]);
    let drops = Mutex::new(0);
    let told = Told(&drops);
    let mut machine = bench.core.flow(CallOptions::new(), |calls| async move {
        let _told = told;
        calls.call(&GetItem).await
    });
    assert!(matches!(machine.step(bench.clock.now()), Step::Send(_)));
    assert_eq!(*drops.lock().unwrap(), 0);
    drop(machine);
    assert_eq!(*drops.lock().unwrap(), 1);
}

/// A future that is given up, as in `select`, must not leave its call behind.
#[test]
fn a_call_that_nobody_waits_for_is_not_made() {
    let bench = bench([id(1)]);
    let flow = bench.core.flow(CallOptions::new(), |calls| async move {
        {
            let mut given_up = pin!(calls.perform(&Order));
            std::future::poll_fn(|context| {
                assert!(given_up.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
        }
        calls.call(&GetItem).await
    });
    assert_eq!(bench.run(flow).unwrap(), 1);
    assert_eq!(names(&bench), ["get_item"]);
}

fn ready(poll: Poll<Result<u64, Error<Code>>>) -> Option<u64> {
    match poll {
        Poll::Ready(done) => Some(done.unwrap()),
        Poll::Pending => None,
    }
}

#[test]
fn joined_calls_run_one_after_the_other() {
    let bench = bench([id(1), id(2)]);
    let flow = bench.core.flow(CallOptions::new(), |calls| async move {
        let (mut first, mut second) = (pin!(calls.call(&GetItem)), pin!(calls.call(&Open)));
        let (mut one, mut two) = (None, None);
        std::future::poll_fn(|context| {
            if one.is_none() {
                one = ready(first.as_mut().poll(context));
            }
            if two.is_none() {
                two = ready(second.as_mut().poll(context));
            }
            if one.is_some() && two.is_some() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        (one, two)
    });
    assert_eq!(bench.run(flow), (Some(1), Some(2)));
    assert_eq!(names(&bench), ["get_item", "open"]);
}

/// Whatever else the body waits for wakes the machine.
#[test]
fn another_future_wakes_the_flow() {
    let bench = bench([id(1)]);
    let (mut is_first, mut other) = (true, None);
    let mut machine = bench.core.flow(CallOptions::new(), |calls| async move {
        std::future::poll_fn(|context| {
            if std::mem::take(&mut is_first) {
                let waker = context.waker().clone();
                other = Some(std::thread::spawn(move || waker.wake()));
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        calls.call(&GetItem).await
    });
    let Step::Wait(listener, _) = machine.step(bench.clock.now()) else { panic!("the body waits for the thread") };
    listener.wait_timeout(Duration::from_secs(5)).expect("the flow is woken");
    assert_eq!(bench.run(machine).unwrap(), 1);
}

#[test]
fn a_failure_goes_to_the_body() {
    let bench = bench([id(1), Script::fail(Phase::Connect, TransportErrorKind::Refused), id(2)]);
    let (_, outcome, after) = bench.run(bench.core.flow(CallOptions::new(), order)).unwrap();
    assert!(matches!(outcome, Outcome::NotSent(_)));
    assert_eq!(after, 2);
}
