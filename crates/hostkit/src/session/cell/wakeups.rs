//! Every interleaving of a leader that ends in any way and of its waiters: no waiter sleeps for ever.
//!
//! Loom reports endless sleep as a deadlock. The event and its listeners are the real ones, on loom's primitives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use event_listener::Listener;
use hostkit_proto::UnixTime;
use loom::thread;

use super::{Admission, LeadGuard, SessionCell};
use crate::sync::model::{ends_in_a_deadlock, every_interleaving, every_late_interleaving};
use crate::time::{Moment, Now};

type Cell = SessionCell<u64, &'static str>;

fn now() -> Now {
    Now { monotonic: Moment::after_start(Duration::ZERO), wall: UnixTime(0) }
}

/// How a leader ends.
#[derive(Clone, Copy)]
enum End {
    Succeeds,
    Fails,
    GivesUp,
    Panics,
    /// Somebody resets the cell, then it succeeds.
    IsReset,
}

fn lead(cell: &Cell) -> LeadGuard<u64, &'static str> {
    match cell.ask(now(), Duration::ZERO, &mut None) {
        Admission::Lead(guard) => guard,
        _ => unreachable!("nobody else leads"),
    }
}

fn end(cell: &Cell, guard: LeadGuard<u64, &'static str>, how: End) {
    match how {
        End::Succeeds => drop(guard.succeed(1, now(), None, 0.0)),
        End::Fails => drop(guard.fail("no", now(), false)),
        End::GivesUp => drop(guard),
        End::Panics => {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _guard = guard;
                // Without the hook, which would print each of the thousands.
                std::panic::resume_unwind(Box::new("on purpose"));
            }));
            assert!(panicked.is_err());
        }
        End::IsReset => {
            cell.reset();
            drop(guard.succeed(1, now(), None, 0.0));
        }
    }
}

/// Waits as the clients do and signs in if it is to lead; returns whether it got a session.
fn wait(cell: &Cell) -> bool {
    let mut waiting = None;
    loop {
        match cell.ask(now(), Duration::ZERO, &mut waiting) {
            Admission::Ready(_) => return true,
            Admission::Failed(_) => return false,
            Admission::Lead(guard) => drop(guard.succeed(2, now(), None, 0.0)),
            Admission::Wait(listener) => listener.wait(),
        }
    }
}

/// The same as a task.
async fn wait_as_task(cell: &Cell) -> bool {
    let mut waiting = None;
    loop {
        match cell.ask(now(), Duration::ZERO, &mut waiting) {
            Admission::Ready(_) => return true,
            Admission::Failed(_) => return false,
            Admission::Lead(guard) => drop(guard.succeed(2, now(), None, 0.0)),
            Admission::Wait(listener) => listener.await,
        }
    }
}

/// A leader and a thread.
fn pair() {
    let cell = Cell::new();
    let guard = lead(&cell);
    let of_thread = cell.clone();
    let thread = thread::spawn(move || wait(&of_thread));
    end(&cell, guard, End::Succeeds);
    assert!(thread.join().unwrap());
}

/// A leader, a thread and a task.
fn model(how: End) -> impl Fn() + Sync + Send + 'static {
    move || {
        let cell = Cell::new();
        let guard = lead(&cell);
        let (of_thread, of_task) = (cell.clone(), cell.clone());
        let thread = thread::spawn(move || wait(&of_thread));
        let task = thread::spawn(move || loom::future::block_on(wait_as_task(&of_task)));
        end(&cell, guard, how);
        let has_session = [thread.join().unwrap(), task.join().unwrap()];
        assert!(matches!(how, End::Fails) || has_session == [true, true]);
    }
}

#[test]
fn a_leader_that_succeeds_wakes_all() {
    every_interleaving("a leader succeeds", model(End::Succeeds));
}

#[test]
fn a_leader_that_fails_wakes_all() {
    every_interleaving("a leader fails", model(End::Fails));
}

#[test]
fn a_leader_that_gives_up_hands_over() {
    every_interleaving("a leader gives up", model(End::GivesUp));
}

#[test]
fn a_leader_that_panics_hands_over() {
    every_interleaving("a leader panics", model(End::Panics));
}

#[test]
fn a_reset_wakes_all() {
    every_interleaving("the cell is reset", model(End::IsReset));
}

/// A waiter that gives up, woken or not, does not consume another waiter's notification.
#[test]
fn a_waiter_that_leaves_takes_no_wake_up_along() {
    every_interleaving("a waiter leaves", || {
        let cell = Cell::new();
        let guard = lead(&cell);
        let (of_waiter, of_leaver) = (cell.clone(), cell.clone());
        let waiter = thread::spawn(move || wait(&of_waiter));
        let leaver = thread::spawn(move || drop(of_leaver.ask(now(), Duration::ZERO, &mut None)));
        drop(guard);
        leaver.join().unwrap();
        assert!(waiter.join().unwrap());
    });
}

/// The control for the next test.
#[test]
fn one_waiter_is_woken() {
    every_interleaving("one waiter", pair);
}

/// Control: a waiter that checks before it listens does deadlock.
#[test]
fn a_waiter_that_listens_after_it_looked_sleeps_for_ever() {
    ends_in_a_deadlock("session::cell::wakeups::late");
}

#[test]
#[ignore = "ends in a deadlock on purpose"]
fn late() {
    every_late_interleaving("listening late", pair);
}
