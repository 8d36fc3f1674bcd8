//! Where the body of a flow hands in its machines, and where it gets their ends.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::machine::{Machine, Step};
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

/// A machine whose end goes to the body of the flow, so that machines of all types stand in one queue.
pub(super) trait Job: Send {
    fn step(&mut self, now: Now) -> Step<()>;
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>);
    /// Whether the body still waits for its end.
    fn is_wanted(&self) -> bool;
}

/// What the body of a flow shares with its machine.
pub(super) struct Desk(Mutex<State>);

struct State {
    now: Now,
    deadline: Option<Moment>,
    /// How long ago the oldest of the answers was made that came since somebody asked.
    age: Duration,
    jobs: VecDeque<Box<dyn Job>>,
}

impl Desk {
    pub(super) fn new(now: Now) -> Self {
        Self(Mutex::new(State { now, deadline: None, age: Duration::ZERO, jobs: VecDeque::new() }))
    }

    /// Tells the body what time it is; the first time counts the deadline.
    pub(super) fn tell(&self, now: Now, allowed: Option<Duration>) {
        let mut state = lock(&self.0);
        state.now = now;
        state.deadline = state.deadline.or_else(|| Some(now.monotonic + allowed?));
    }

    pub(super) fn now(&self) -> Now {
        lock(&self.0).now
    }

    pub(super) fn deadline(&self) -> Option<Moment> {
        lock(&self.0).deadline
    }

    /// Remembers how old an answer is that a cache gave.
    pub(super) fn saw(&self, age: Duration) {
        let mut state = lock(&self.0);
        state.age = state.age.max(age);
    }

    /// The age of the oldest answer, once.
    pub(super) fn take_age(&self) -> Duration {
        std::mem::take(&mut lock(&self.0).age)
    }

    /// The next machine that the body waits for.
    pub(super) fn next(&self) -> Option<Box<dyn Job>> {
        let mut state = lock(&self.0);
        state.jobs.retain(|job| job.is_wanted());
        state.jobs.pop_front()
    }

    /// Takes a machine, and gives its end when it has come.
    pub(super) fn hand_in<M>(&self, machine: M) -> End<M::Done>
    where
        M: Machine + Send + 'static,
        M::Done: Send + 'static,
    {
        let slot = Arc::new(Mutex::new(Slot { done: None, waker: None }));
        lock(&self.0).jobs.push_back(Box::new(Running { machine, slot: Arc::clone(&slot) }));
        End(slot)
    }
}

struct Slot<D> {
    done: Option<D>,
    waker: Option<Waker>,
}

struct Running<M: Machine> {
    machine: M,
    slot: Arc<Mutex<Slot<M::Done>>>,
}

impl<M: Machine + Send> Job for Running<M>
where
    M::Done: Send,
{
    fn step(&mut self, now: Now) -> Step<()> {
        self.machine.step(now).map(|done| {
            let mut slot = lock(&self.slot);
            slot.done = Some(done);
            if let Some(waker) = slot.waker.take() {
                waker.wake();
            }
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.machine.receive(now, result);
    }

    fn is_wanted(&self) -> bool {
        Arc::strong_count(&self.slot) > 1
    }
}

/// The end of a machine that was handed in.
pub(super) struct End<D>(Arc<Mutex<Slot<D>>>);

impl<D> Future for End<D> {
    type Output = D;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<D> {
        let mut slot = lock(&self.0);
        match slot.done.take() {
            Some(done) => Poll::Ready(done),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
