//! Every interleaving of a store's thread that answers or panics and of the waiters for its answer.

use event_listener::Listener;
use loom::thread;

use super::{Answer, Polled, completion};
use crate::sync::model::{ends_in_a_deadlock, every_interleaving, every_late_interleaving};

fn wait(answer: &Answer<u64>) -> std::io::Result<u64> {
    loop {
        match answer.poll() {
            Polled::Ready(answer) => return answer,
            Polled::Pending(listener) => listener.wait(),
        }
    }
}

fn answered() {
    let (completion, answer) = completion();
    let store = thread::spawn(move || completion.complete(Ok(7)));
    assert_eq!(wait(&answer).unwrap(), 7);
    store.join().unwrap();
}

#[test]
fn an_answer_is_heard() {
    every_interleaving("a store answers", answered);
}

#[test]
fn a_completion_that_is_dropped_is_heard() {
    every_interleaving("a store panics", || {
        let (completion, answer) = completion();
        let store = thread::spawn(move || drop(completion));
        assert!(wait(&answer).is_err());
        store.join().unwrap();
    });
}

/// Control: a waiter that checks before it listens does deadlock.
#[test]
fn whoever_listens_after_it_looked_sleeps_for_ever() {
    ends_in_a_deadlock("store::thread::wakeups::late");
}

#[test]
#[ignore = "ends in a deadlock on purpose"]
fn late() {
    every_late_interleaving("listening late to a store", answered);
}
