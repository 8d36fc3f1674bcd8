//! One session for all who share it: who signs in, who waits, who may go. No IO; time is an argument.
//!
//! At most one sign-in is under way at any time. A session has a generation, so that a late refusal of an old token does
//! not throw out a newer one. A leader that is dropped hands over; one that fails shares its error with all who waited.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use event_listener::{Event, EventListener};

use crate::sync::{Mutex, listens_late};
use crate::time::{Moment, Now};

/// A cell for sessions `T`, whose sign-ins fail with `E`. Clones are the same cell.
pub(crate) struct SessionCell<T, E>(Arc<Shared<T, E>>);

struct Shared<T, E> {
    state: Mutex<State<T, E>>,
    /// The last session that the API accepted in a call.
    proven: AtomicU64,
    /// Wakes threads and tasks alike.
    changed: Event,
}

struct State<T, E> {
    held: Option<Held<T>>,
    /// The number of the last session, and of the last sign-in.
    generation: u64,
    round: u64,
    is_led: bool,
    /// The last failure, with the sign-in that it belongs to.
    failure: Option<(u64, E)>,
    /// Wrong credentials: every call fails with this until somebody resets the cell.
    latch: Option<E>,
    /// How many sign-ins in a row were sent and did not end in a session, nor in a word on the credentials; and when the
    /// next one may be sent.
    vain: u32,
    rests_until: Moment,
    /// How many it will be if the session that is held is refused before any call was accepted with it.
    vain_if_refused: u32,
}

/// How many of them may follow each other at once, and the longest rest after more of them.
const VAIN_AT_ONCE: u32 = 2;
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The server may have counted each of them as a failure, whether or not anybody saw its answer: a caller whose deadline
/// is too short for it, or who drops his futures, must not lock the account out.
fn rest(vain: u32) -> Duration {
    let doublings = vain.saturating_sub(VAIN_AT_ONCE + 1).min(10);
    let rest = if vain > VAIN_AT_ONCE { Duration::from_secs(1 << doublings) } else { Duration::ZERO };
    rest.min(LONGEST_REST)
}

struct Held<T> {
    session: Arc<T>,
    generation: u64,
    asked: Now,
    /// None where nobody says how long it is good for.
    life: Option<Life>,
}

#[derive(Clone, Copy)]
struct Life {
    /// From the request of the sign-in, because the server counts from before the answer.
    whole: Duration,
    /// The age at which the next one is asked for ahead of time.
    renew: Duration,
}

impl Life {
    /// Whether a session of this age may be used for `need` more. Where no session of the API lives that long, a young
    /// one has to do.
    fn is_good(self, age: Duration, need: Duration) -> bool {
        let left = self.whole.saturating_sub(age);
        left > Duration::ZERO && left >= need.min(self.whole.mul_f64(0.9))
    }
}

/// A session that may be used.
pub(crate) struct Lease<T> {
    pub(crate) session: Arc<T>,
    pub(crate) generation: u64,
    /// When it was asked for, and how long it is good for from then on.
    life: Option<(Now, Duration)>,
}

impl<T> Lease<T> {
    /// A session that the caller needs not ask for, and that nobody says the end of.
    pub(crate) fn without_end(session: T) -> Self {
        Self { session: Arc::new(session), generation: 0, life: None }
    }

    /// Whether it has come to its end since it was given.
    pub(crate) fn is_past_its_end(&self, now: Now) -> bool {
        self.life.is_some_and(|(asked, whole)| now.since(asked) >= whole)
    }
}

/// What the cell says.
pub(crate) enum Admission<T, E> {
    Ready(Lease<T>),
    /// The caller signs in, for all.
    Lead(LeadGuard<T, E>),
    /// Somebody else signs in.
    Wait(EventListener),
    /// The sign-in that the caller waited for failed, or the credentials are known to be wrong.
    Failed(E),
}

/// The duty to sign in. Dropped, it passes to the next who asks.
pub(crate) struct LeadGuard<T, E> {
    cell: SessionCell<T, E>,
    round: u64,
    is_over: bool,
    /// How often it was sent, and when for the last time.
    sent: u32,
    sent_at: Moment,
    /// Until when the server wants nobody to sign in.
    told: Moment,
}

impl<T, E> Clone for SessionCell<T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, E> fmt::Debug for SessionCell<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionCell")
    }
}

impl<T, E: Clone> SessionCell<T, E> {
    pub(crate) fn new() -> Self {
        let state = State {
            held: None,
            generation: 0,
            round: 0,
            is_led: false,
            failure: None,
            latch: None,
            vain: 0,
            rests_until: Moment::START,
            vain_if_refused: 0,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), proven: AtomicU64::new(0), changed: Event::new() }))
    }

    /// Asks for a session that is good for `need` more. `waiting` is the caller's memory between two questions.
    pub(crate) fn ask(&self, now: Now, need: Duration, waiting: &mut Option<u64>) -> Admission<T, E> {
        let admission = self.change(|state, changed| {
            if let Some(error) = &state.latch {
                return Some(Admission::Failed(error.clone()));
            }
            if let Some(held) = &state.held {
                let age = now.since(held.asked);
                let life = held.life;
                let is_good = life.is_none_or(|life| life.is_good(age, need));
                let is_young = life.is_none_or(|life| age < life.renew);
                let rests = now.monotonic < state.rests_until;
                if is_good && (is_young || state.is_led || rests) {
                    *waiting = None;
                    return Some(Admission::Ready(held.lease()));
                }
            }
            let failed = state.failure.as_ref().filter(|(round, _)| waiting.is_some_and(|waited| *round >= waited));
            if let Some((_, error)) = failed {
                return Some(Admission::Failed(error.clone()));
            }
            if state.is_led {
                waiting.get_or_insert(state.round);
                // Listening starts under the lock: what changes afterwards is heard.
                return if listens_late() { None } else { Some(Admission::Wait(changed.listen())) };
            }
            *waiting = None;
            state.is_led = true;
            state.round += 1;
            Some(Admission::Lead(LeadGuard {
                cell: self.clone(),
                round: state.round,
                is_over: false,
                sent: 0,
                sent_at: Moment::START,
                told: Moment::START,
            }))
        });
        admission.unwrap_or_else(|| Admission::Wait(self.0.changed.listen()))
    }

    /// The API accepted the session of this generation.
    pub(crate) fn prove(&self, generation: u64) {
        // It only decides about a rest: no order with the state is needed.
        if self.0.proven.load(Ordering::Relaxed) < generation {
            self.0.proven.fetch_max(generation, Ordering::Relaxed);
        }
    }

    /// The API refused the session of this generation. A newer one stays. One that was never accepted came of a sign-in in
    /// vain: an API that refuses every session must not be asked for one by every call.
    pub(crate) fn evict(&self, generation: u64, now: Moment) {
        let is_proven = self.0.proven.load(Ordering::Relaxed) >= generation;
        self.change(|state, _| {
            if state.held.as_ref().is_some_and(|held| held.generation == generation) {
                state.held = None;
                if !is_proven {
                    state.vain = state.vain_if_refused;
                    state.rests_until = now + rest(state.vain);
                }
            }
        });
    }

    /// Forgets the session and the latch. A sign-in that is under way is not taken over any more.
    pub(crate) fn reset(&self) {
        self.change(|state, _| {
            state.held = None;
            state.latch = None;
            state.failure = None;
            (state.vain, state.rests_until) = (0, Moment::START);
            // A guard counts only while its own round is led.
            state.is_led = false;
        });
        self.0.changed.notify(usize::MAX);
    }

    fn change<R>(&self, change: impl FnOnce(&mut State<T, E>, &Event) -> R) -> R {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner), &self.0.changed)
    }
}

impl<T> Held<T> {
    fn lease(&self) -> Lease<T> {
        let life = self.life.map(|life| (self.asked, life.whole));
        Lease { session: Arc::clone(&self.session), generation: self.generation, life }
    }
}

impl<T, E> LeadGuard<T, E> {
    /// Whether anybody waits for its end: the cell was not reset meanwhile.
    pub(crate) fn is_current(&self) -> bool {
        let state = self.cell.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_led && state.round == self.round
    }

    /// When the sign-in may be sent at the earliest.
    pub(crate) fn not_before(&self) -> Moment {
        self.cell.0.state.lock().unwrap_or_else(PoisonError::into_inner).rests_until
    }

    /// The sign-in is sent. Until a session comes of it, or a word on the credentials, it counts as vain.
    pub(crate) fn sent(&mut self, now: Moment) {
        self.sent += 1;
        self.sent_at = now;
    }

    /// The server wants nobody to sign in until then.
    pub(crate) fn told(&mut self, until: Moment) {
        self.told = self.told.max(until);
    }

    /// It was not sent after all.
    pub(crate) fn unsent(&mut self) {
        self.sent = self.sent.saturating_sub(1);
    }

    /// Ends the duty; false where the cell was reset meanwhile.
    fn finish(&mut self, change: impl FnOnce(&mut State<T, E>)) -> bool {
        self.is_over = true;
        let is_current = {
            let mut state = self.cell.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            let is_current = state.is_led && state.round == self.round;
            if is_current {
                state.is_led = false;
                state.vain = state.vain.saturating_add(self.sent);
                if self.sent > 0 {
                    state.rests_until = (self.sent_at + rest(state.vain)).max(self.told);
                }
                change(&mut state);
            }
            is_current
        };
        self.cell.0.changed.notify(usize::MAX);
        is_current
    }

    /// Shares a session that was asked for at `asked`. `early` from 0 to 1 spreads the next sign-in between 80 and 90 %
    /// of the lifetime.
    pub(crate) fn succeed(mut self, session: T, asked: Now, lifetime: Option<Duration>, early: f64) -> Lease<T> {
        let session = Arc::new(session);
        let mut generation = 0;
        let shared = Arc::clone(&session);
        self.finish(|state| {
            state.generation += 1;
            generation = state.generation;
            state.failure = None;
            state.vain_if_refused = state.vain;
            (state.vain, state.rests_until) = (0, Moment::START);
            let life = lifetime.map(|whole| Life { whole, renew: whole.mul_f64(0.8 + 0.1 * early.clamp(0.0, 1.0)) });
            state.held = Some(Held { session: shared, generation, asked, life });
        });
        Lease { session, generation, life: lifetime.map(|whole| (asked, whole)) }
    }

    /// Shares an error with all who waited. Where the old session is still good it is given back, and asked for again
    /// only after a tenth of its lifetime.
    pub(crate) fn fail(mut self, error: E, now: Now, is_latched: bool) -> Option<Lease<T>>
    where
        E: Clone,
    {
        let round = self.round;
        let mut old = None;
        self.finish(|state| {
            if is_latched {
                state.held = None;
                state.latch = Some(error.clone());
            }
            state.failure = Some((round, error));
            state.held = state.held.take().and_then(|mut held| {
                let life = held.life.as_mut()?;
                let age = now.since(held.asked);
                life.renew = age.saturating_add(life.whole / 10);
                (age < life.whole).then_some(held)
            });
            old = state.held.as_ref().map(Held::lease);
        });
        old
    }
}

impl<T, E> Drop for LeadGuard<T, E> {
    fn drop(&mut self) {
        if !self.is_over {
            self.finish(|_| {});
        }
    }
}

#[cfg(all(test, not(loom)))]
mod look;
#[cfg(all(test, not(loom)))]
mod search;
#[cfg(all(test, loom))]
mod wakeups;
