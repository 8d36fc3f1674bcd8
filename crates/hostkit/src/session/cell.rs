//! One session shared by all callers of a client: who signs in, who waits, who proceeds. No I/O; time is an argument.
//!
//! At most one sign-in is under way at any time. A session has a generation, so that a late refusal of an old token
//! does not evict a newer one. A dropped leader hands over; a failed one shares its error with all waiters.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use event_listener::{Event, EventListener};

use crate::sync::{Mutex, listens_late};
use crate::time::{Moment, Now};

/// A cell for a session `T` whose sign-in fails with `E`. Clones share the cell.
pub(crate) struct SessionCell<T, E>(Arc<Shared<T, E>>);

struct Shared<T, E> {
    state: Mutex<State<T, E>>,
    /// Generation of the last session that the API accepted in a call.
    proven: AtomicU64,
    /// Wakes threads and tasks alike.
    changed: Event,
}

struct State<T, E> {
    held: Option<Held<T>>,
    /// Number of the last session; `round` is that of the last sign-in.
    generation: u64,
    round: u64,
    is_led: bool,
    /// The last failure, with the round of its sign-in.
    failure: Option<(u64, E)>,
    /// The credentials were rejected: every call fails with this error until the cell is reset.
    rejected: Option<E>,
    /// Consecutive sign-ins that produced neither a session nor a verdict on the credentials.
    failed_sign_ins: u32,
    /// The earliest moment for the next sign-in.
    backoff_until: Moment,
    /// Value of `failed_sign_ins` if the held session is refused before any call was accepted with it.
    failed_if_refused: u32,
}

/// Failed sign-ins that may follow each other without a backoff.
const FAILURES_WITHOUT_BACKOFF: u32 = 2;
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// Time between sign-ins after so many consecutive failures. The server may count an attempt whose answer the client
/// never saw, so a caller with a short deadline, or one that drops its futures, must not lock the account out.
fn backoff(failed_sign_ins: u32) -> Duration {
    let doublings = failed_sign_ins.saturating_sub(FAILURES_WITHOUT_BACKOFF + 1).min(10);
    let backoff =
        if failed_sign_ins > FAILURES_WITHOUT_BACKOFF { Duration::from_secs(1 << doublings) } else { Duration::ZERO };
    backoff.min(LONGEST_BACKOFF)
}

struct Held<T> {
    session: Arc<T>,
    generation: u64,
    asked: Now,
    /// `None` where neither the API nor its spec gives a lifetime.
    life: Option<Life>,
}

#[derive(Clone, Copy)]
struct Life {
    /// Counted from the sign-in request, because the server's count starts before its answer arrives.
    whole: Duration,
    /// The age at which the session is renewed ahead of its end.
    renew: Duration,
}

impl Life {
    /// Whether a session of this age remains valid for `need`. Where no session of the API lives that long, 90 % of the
    /// lifetime is enough.
    fn is_good(self, age: Duration, need: Duration) -> bool {
        let left = self.whole.saturating_sub(age);
        left > Duration::ZERO && left >= need.min(self.whole.mul_f64(0.9))
    }
}

/// A session that may be used.
pub(crate) struct Lease<T> {
    pub(crate) session: Arc<T>,
    pub(crate) generation: u64,
    /// When it was requested, and its lifetime from then on.
    life: Option<(Now, Duration)>,
}

impl<T> Lease<T> {
    /// A session that needs no sign-in and has no known end.
    pub(crate) fn without_end(session: T) -> Self {
        Self { session: Arc::new(session), generation: 0, life: None }
    }

    /// Whether the session has expired.
    pub(crate) fn is_past_its_end(&self, now: Now) -> bool {
        self.life.is_some_and(|(asked, whole)| now.since(asked) >= whole)
    }
}

/// Answer of the cell to a caller that needs a session.
pub(crate) enum Admission<T, E> {
    Ready(Lease<T>),
    /// The caller signs in on behalf of all.
    Lead(LeadGuard<T, E>),
    /// Another caller is signing in.
    Wait(EventListener),
    /// The sign-in that the caller waited for failed, or the credentials were rejected before.
    Failed(E),
}

/// The duty to sign in. When dropped, it passes to the next caller that asks.
pub(crate) struct LeadGuard<T, E> {
    cell: SessionCell<T, E>,
    round: u64,
    is_over: bool,
    /// Sign-ins sent; `sent_at` is the time of the last one.
    sent: u32,
    sent_at: Moment,
    /// Sign-ins are unwanted before this moment, says the server's `Retry-After`.
    retry_after: Moment,
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
            rejected: None,
            failed_sign_ins: 0,
            backoff_until: Moment::START,
            failed_if_refused: 0,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), proven: AtomicU64::new(0), changed: Event::new() }))
    }

    /// Asks for a session that remains valid for `need`. `waiting` is the round that the caller waits for, kept between
    /// two calls.
    pub(crate) fn ask(&self, now: Now, need: Duration, waiting: &mut Option<u64>) -> Admission<T, E> {
        let admission = self.change(|state, changed| {
            if let Some(error) = &state.rejected {
                return Some(Admission::Failed(error.clone()));
            }
            if let Some(held) = &state.held {
                let age = now.since(held.asked);
                let life = held.life;
                let is_good = life.is_none_or(|life| life.is_good(age, need));
                let is_young = life.is_none_or(|life| age < life.renew);
                let is_backing_off = now.monotonic < state.backoff_until;
                if is_good && (is_young || state.is_led || is_backing_off) {
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
                // Listening starts under the lock, so no change can be missed.
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
                retry_after: Moment::START,
            }))
        });
        admission.unwrap_or_else(|| Admission::Wait(self.0.changed.listen()))
    }

    /// The API accepted the session of this generation.
    pub(crate) fn prove(&self, generation: u64) {
        // The value only decides about a backoff, so it needs no ordering with the state.
        if self.0.proven.load(Ordering::Relaxed) < generation {
            self.0.proven.fetch_max(generation, Ordering::Relaxed);
        }
    }

    /// The API refused the session of this generation; a newer one stays. A session that was never accepted counts as a
    /// failed sign-in: otherwise, with an API that refuses every session, each call would sign in again.
    pub(crate) fn evict(&self, generation: u64, now: Moment) {
        let is_proven = self.0.proven.load(Ordering::Relaxed) >= generation;
        self.change(|state, _| {
            if state.held.as_ref().is_some_and(|held| held.generation == generation) {
                state.held = None;
                if !is_proven {
                    state.failed_sign_ins = state.failed_if_refused;
                    state.backoff_until = now + backoff(state.failed_sign_ins);
                }
            }
        });
    }

    /// Forgets the session and the rejection of the credentials. The result of a sign-in in flight is discarded.
    pub(crate) fn reset(&self) {
        self.change(|state, _| {
            state.held = None;
            state.rejected = None;
            state.failure = None;
            (state.failed_sign_ins, state.backoff_until) = (0, Moment::START);
            // This disowns a guard: it counts only while its own round is led.
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
    /// Whether the result is still wanted: the cell was not reset meanwhile.
    pub(crate) fn is_current(&self) -> bool {
        let state = self.cell.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_led && state.round == self.round
    }

    /// The earliest moment for the sign-in.
    pub(crate) fn not_before(&self) -> Moment {
        self.cell.0.state.lock().unwrap_or_else(PoisonError::into_inner).backoff_until
    }

    /// Records a sent sign-in. It counts as failed until it yields a session or a verdict on the credentials.
    pub(crate) fn sent(&mut self, now: Moment) {
        self.sent += 1;
        self.sent_at = now;
    }

    /// Records the server's `Retry-After`.
    pub(crate) fn retry_after(&mut self, until: Moment) {
        self.retry_after = self.retry_after.max(until);
    }

    /// Takes the last [`LeadGuard::sent`] back: no byte went out.
    pub(crate) fn unsent(&mut self) {
        self.sent = self.sent.saturating_sub(1);
    }

    /// Ends the duty; `false` if the cell was reset meanwhile.
    fn finish(&mut self, change: impl FnOnce(&mut State<T, E>)) -> bool {
        self.is_over = true;
        let is_current = {
            let mut state = self.cell.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            let is_current = state.is_led && state.round == self.round;
            if is_current {
                state.is_led = false;
                state.failed_sign_ins = state.failed_sign_ins.saturating_add(self.sent);
                if self.sent > 0 {
                    state.backoff_until = (self.sent_at + backoff(state.failed_sign_ins)).max(self.retry_after);
                }
                change(&mut state);
            }
            is_current
        };
        self.cell.0.changed.notify(usize::MAX);
        is_current
    }

    /// Shares a session that was requested at `asked`. `early` from 0 to 1 spreads the next sign-in between 80 and 90 %
    /// of the lifetime.
    pub(crate) fn succeed(mut self, session: T, asked: Now, lifetime: Option<Duration>, early: f64) -> Lease<T> {
        let session = Arc::new(session);
        let mut generation = 0;
        let shared = Arc::clone(&session);
        self.finish(|state| {
            state.generation += 1;
            generation = state.generation;
            state.failure = None;
            state.failed_if_refused = state.failed_sign_ins;
            (state.failed_sign_ins, state.backoff_until) = (0, Moment::START);
            let life = lifetime.map(|whole| Life { whole, renew: whole.mul_f64(0.8 + 0.1 * early.clamp(0.0, 1.0)) });
            state.held = Some(Held { session: shared, generation, asked, life });
        });
        Lease { session, generation, life: lifetime.map(|whole| (asked, whole)) }
    }

    /// Shares an error with all waiters. A session that is still valid is returned, and renewed only after another
    /// tenth of its lifetime.
    pub(crate) fn fail(mut self, error: E, now: Now, is_rejected: bool) -> Option<Lease<T>>
    where
        E: Clone,
    {
        let round = self.round;
        let mut old = None;
        self.finish(|state| {
            if is_rejected {
                state.held = None;
                state.rejected = Some(error.clone());
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
mod tests {
    use super::*;

    const WHOLE: Duration = Duration::from_secs(100);

    fn at(seconds: u64) -> Now {
        let monotonic = Moment::after_start(Duration::from_secs(seconds));
        Now { monotonic, wall: hostkit_proto::UnixTime(1_700_000_000 + i64::try_from(seconds).unwrap_or(0)) }
    }

    fn lead(cell: &SessionCell<u32, u32>, now: Now) -> LeadGuard<u32, u32> {
        match cell.ask(now, Duration::ZERO, &mut None) {
            Admission::Lead(guard) => guard,
            _ => panic!("it leads"),
        }
    }

    fn is_ready(cell: &SessionCell<u32, u32>, now: Now) -> bool {
        matches!(cell.ask(now, Duration::ZERO, &mut None), Admission::Ready(_))
    }

    #[test]
    fn a_renewal_that_failed_is_tried_again_after_a_tenth_of_the_lifetime() {
        let cell = SessionCell::new();
        lead(&cell, at(0)).succeed(1, at(0), Some(WHOLE), 0.0);
        assert!(is_ready(&cell, at(79)));
        let old = lead(&cell, at(80)).fail(7, at(80), false);
        assert!(old.is_some_and(|old| !old.is_past_its_end(at(99)) && old.is_past_its_end(at(100))));
        assert!(is_ready(&cell, at(89)));
        // The next one fails at the very end of the session.
        let guard = lead(&cell, at(90));
        assert!(guard.fail(7, at(100), false).is_none());
        assert!(!is_ready(&cell, at(100)));
    }

    #[test]
    fn a_renewal_waits_for_the_end_of_a_backoff() {
        let cell = SessionCell::new();
        lead(&cell, at(0)).succeed(1, at(0), Some(WHOLE), 0.0);
        let mut guard = lead(&cell, at(80));
        (0..3).for_each(|_| guard.sent(at(90).monotonic));
        guard.fail(7, at(80), false);
        assert_eq!(lead(&cell, at(91)).not_before(), at(91).monotonic);
        assert!(is_ready(&cell, at(90)), "the session is due, and the next sign-in is not");
    }
}

#[cfg(all(test, not(loom)))]
mod search;
#[cfg(all(test, not(loom)))]
mod snapshot;
#[cfg(all(test, loom))]
mod wakeups;
