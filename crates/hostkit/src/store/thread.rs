//! The thread on which a store blocks, so that no caller has to.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::{Arc, PoisonError, mpsc};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use event_listener::{Event, EventListener};

use super::Store;
use crate::sync::{Mutex, listens_late};

type Task = Box<dyn FnOnce(&dyn Store) + Send>;

/// Runs the tasks of one store in order. The thread ends when the last clone is dropped and the queue is empty.
#[derive(Clone)]
pub(crate) struct StoreThread {
    tasks: mpsc::Sender<Task>,
    /// Why it could not be started.
    failure: Option<Arc<str>>,
}

impl StoreThread {
    pub(crate) fn new(store: impl Store) -> Self {
        let (tasks, queue) = mpsc::channel::<Task>();
        let work = move || queue.into_iter().for_each(|task| task(&store));
        // Without the thread the channel is closed, and every task completes with an error.
        let started = std::thread::Builder::new().name("hostkit-store".into()).spawn(work);
        Self { tasks, failure: started.err().map(|error| error.to_string().into()) }
    }

    /// Queues a task without waiting for it.
    pub(crate) fn post(&self, task: impl FnOnce(&dyn Store) + Send + 'static) {
        if self.tasks.send(Box::new(task)).is_err() {
            let error = self.failure.as_deref().unwrap_or("it has ended");
            tracing::error!(error, "the thread of a store does not run");
        }
    }

    /// Queues a task and returns its pending answer.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> io::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let (completion, answer) = completion();
        self.post(move |store| completion.complete(question(store)));
        answer
    }
}

#[cfg(all(test, not(loom)))]
impl StoreThread {
    /// Waits until the queue is empty.
    pub(crate) fn wait_idle(&self) {
        use event_listener::Listener;

        let answer = self.ask(|_| Ok(()));
        while let Polled::Pending(listener) = answer.poll() {
            listener.wait();
        }
    }
}

impl fmt::Debug for StoreThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreThread")
    }
}

/// A store's time as written in entries: milliseconds since 1970, rounded down.
pub(crate) fn stamp(time: SystemTime) -> u64 {
    whole_millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

pub(crate) fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A number that is unique, but not unpredictable, and never 0. The hasher's keys are the only randomness in the
/// standard library.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(Instant::now()).max(1)
}

struct Slot<T> {
    state: Mutex<Polled<T, ()>>,
    changed: Event,
}

impl<T> Slot<T> {
    fn replace(&self, state: Polled<T, ()>) -> Polled<T, ()> {
        std::mem::replace(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }
}

/// State of an answer.
pub(crate) enum Polled<T, P = EventListener> {
    Pending(P),
    Ready(io::Result<T>),
}

fn completion<T>() -> (Completion<T>, Answer<T>) {
    let slot = Arc::new(Slot { state: Mutex::new(Polled::Pending(())), changed: Event::new() });
    (Completion(Arc::clone(&slot)), Answer(slot))
}

/// The sending half of an [`Answer`]. Dropped by a store that panicked, it completes with an error.
struct Completion<T>(Arc<Slot<T>>);

impl<T> Completion<T> {
    fn complete(self, answer: io::Result<T>) {
        drop(self.0.replace(Polled::Ready(answer)));
    }
}

impl<T> Drop for Completion<T> {
    fn drop(&mut self) {
        if let Polled::Ready(answer) = self.0.replace(Polled::Pending(())) {
            drop(self.0.replace(Polled::Ready(answer)));
        } else {
            drop(self.0.replace(Polled::Ready(Err(io::Error::other("the thread of the store has ended")))));
        }
        self.0.changed.notify(usize::MAX);
    }
}

/// A pending answer of a store.
pub(crate) struct Answer<T>(Arc<Slot<T>>);

impl<T> Answer<T> {
    /// Takes the answer, or returns a listener for it.
    pub(crate) fn poll(&self) -> Polled<T> {
        // Listening starts before the check, so an answer in between is not missed.
        let listener = (!listens_late()).then(|| self.0.changed.listen());
        match self.0.replace(Polled::Pending(())) {
            Polled::Ready(answer) => Polled::Ready(answer),
            Polled::Pending(()) => Polled::Pending(listener.unwrap_or_else(|| self.0.changed.listen())),
        }
    }
}

#[cfg(all(test, not(loom)))]
impl<T> Answer<T> {
    /// Looks at the answer without taking it.
    pub(crate) fn peek<R>(&self, see: impl FnOnce(&Polled<T, ()>) -> R) -> R {
        see(&self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(all(test, loom))]
mod wakeups;

#[cfg(all(test, not(loom)))]
mod tests {
    use std::time::Duration;

    use event_listener::Listener;

    use super::super::{Change, StoreKey};
    use super::*;

    #[derive(Debug)]
    struct Nothing;

    impl Store for Nothing {
        fn change(&self, _: &StoreKey, _: Change<'_>) -> io::Result<()> {
            Ok(())
        }
    }

    fn wait<T>(answer: &Answer<T>) -> io::Result<T> {
        loop {
            match answer.poll() {
                Polled::Ready(answer) => return answer,
                Polled::Pending(listener) => {
                    assert!(listener.wait_timeout(Duration::from_secs(10)).is_some(), "no notification");
                }
            }
        }
    }

    #[test]
    fn answers_in_order_and_survives_being_forgotten() {
        let thread = StoreThread::new(Nothing);
        drop(thread.ask(|_| Ok(1)));
        let answers: Vec<_> = (0..100).map(|number| thread.ask(move |_| Ok(number))).collect();
        let numbers: Vec<i32> = answers.iter().map(|answer| wait(answer).unwrap()).collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_panicking_store_strands_no_waiter() {
        let thread = StoreThread::new(Nothing);
        let first = thread.ask(|_| -> io::Result<()> { panic!("on purpose") });
        let second = thread.ask(|_| Ok(()));
        assert!(wait(&first).is_err());
        assert!(wait(&second).is_err());
        std::thread::sleep(Duration::from_millis(20));
        assert!(wait(&thread.ask(|_| Ok(()))).is_err());
    }
}
