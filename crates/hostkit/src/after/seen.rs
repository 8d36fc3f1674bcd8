//! What the polls of a waiter saw so far: whether an answer is the end, or may be of before the call that is waited for.
//!
//! Lists and replicas lag, and answers are cached: an object may be missing for a while after it was made, and a state
//! may be the one that the call was to change. Deliberately not here: calls, clocks, endpoints.

use std::ops::Range;
use std::time::Duration;

use crate::time::Moment;

/// Consecutive polls that find nothing, before the object counts as gone.
const ABSENT_POLLS: u32 = 3;
/// How long polls have to find nothing: they may come close together, or all from one look of a cache.
const ABSENT_FOR: Duration = Duration::from_secs(15);
/// How long an object that was seen has to be missing before it counts as lost.
const LOST_AFTER: Duration = Duration::from_secs(15 * 60);
/// How long every poll has to report a failure before it counts.
const FAILED_AFTER: Duration = Duration::from_secs(60);

/// What one poll saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Another state than an end.
    Pending,
    /// The awaited state.
    Ready,
    /// A state from which the awaited one is never reached.
    Failed,
    /// No such object; the waiter may wait for that.
    Absent,
    /// The answer does not tell: what it lacks, or what cannot be read, is no other state.
    Unknown,
}

/// Consecutive polls that saw the same.
#[derive(Debug)]
struct Run {
    state: State,
    since: Moment,
    polls: u32,
}

/// What the polls saw so far. Polls that failed saw nothing.
#[derive(Debug)]
pub(super) struct Seen {
    began: Moment,
    /// The time for which a state may be the one from before the call.
    lag: Duration,
    first: Option<State>,
    has_changed: bool,
    /// Whether the object was in an answer.
    was_there: bool,
    run: Option<Run>,
    /// The latest time at which the newest answer may have been so.
    newest: Option<Moment>,
}

/// Why an answer says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Old {
    /// It is of before the wait.
    BeforeTheWait,
    /// It may be of before the last one, or be the same.
    BeforeTheLast,
}

impl Seen {
    pub(super) fn new(began: Moment, lag: Duration) -> Self {
        Self { began, lag, first: None, has_changed: false, was_there: false, run: None, newest: None }
    }

    /// Adds what a poll saw that was made between these times, in an answer of this age; returns the earliest time at which
    /// it was so, and whether the poll before it saw something else.
    ///
    /// # Errors
    /// It may have been so before the wait began, or before what was seen last, which says nothing.
    pub(super) fn add(&mut self, made: Range<Moment>, age: Duration, state: State) -> Result<(Moment, bool), Old> {
        // It may be older by a part of a second than its age says.
        let part = if age.is_zero() { age } else { Duration::from_secs(1) };
        let latest = made.end.before(age);
        let age = age.saturating_add(part);
        if age > made.start.since(self.began) {
            return Err(Old::BeforeTheWait);
        }
        let as_of = made.start.before(age);
        // One look of a cache is one, however often it is given.
        if !age.is_zero() && self.newest.is_some_and(|newest| as_of < newest) {
            return Err(Old::BeforeTheLast);
        }
        self.newest = Some(latest);
        // A state lasts from the latest time at which the first answer may be so to the earliest one of the last.
        let is_new = self.add_at(latest, state);
        Ok((as_of, is_new))
    }

    fn add_at(&mut self, since: Moment, state: State) -> bool {
        // That it is not found may be so before it is shown, and an answer may lack what it showed before.
        if !matches!(state, State::Absent | State::Unknown) {
            self.has_changed |= *self.first.get_or_insert(state) != state;
            self.was_there = true;
        }
        match &mut self.run {
            // It may be what could not be read, but nothing speaks against another state.
            Some(run) if state == State::Unknown && run.state != State::Absent => false,
            Some(run) if run.state == state => {
                run.polls += 1;
                false
            }
            run => {
                *run = Some(Run { state, since, polls: 1 });
                true
            }
        }
    }

    /// Whether what the last poll saw is the end, or else why it is not.
    pub(super) fn is_end(&self, now: Moment, is_absence_awaited: bool) -> Result<(), String> {
        let Some(Run { state, since, polls }) = self.run else { return Err("nothing was seen yet".into()) };
        let is_first = self.first == Some(state);
        let for_seconds = |time: Duration| format!("it counts once every poll says so for {} s", time.as_secs());
        match state {
            State::Pending | State::Unknown => Err(String::new()),
            State::Ready if !is_first => Ok(()),
            State::Ready if self.has_changed => {
                wait_for(polls >= 2, || "the state went back and forth; it counts if the next poll says so, too".into())
            }
            State::Ready => wait_for(now.since(self.began) >= self.lag, || {
                let seconds = self.lag.as_secs();
                format!("no other state was seen, so it may be of before; it counts after {seconds} s")
            }),
            State::Failed => {
                let time = if is_first { FAILED_AFTER.max(self.lag) } else { FAILED_AFTER };
                let may_be_of_before = now.since(self.began) < self.lag;
                wait_for(polls >= 2 && now.since(since) >= time && !may_be_of_before, || for_seconds(time))
            }
            State::Absent if is_absence_awaited => {
                wait_for(polls >= ABSENT_POLLS && now.since(since) >= ABSENT_FOR, || {
                    format!("it counts after {ABSENT_POLLS} polls in a row, and {} s", ABSENT_FOR.as_secs())
                })
            }
            State::Absent if !self.was_there => Err("it was not seen yet".into()),
            State::Absent => wait_for(polls >= ABSENT_POLLS && now.since(since) >= LOST_AFTER, || {
                format!("it was there before; {}", for_seconds(LOST_AFTER))
            }),
        }
    }
}

fn wait_for(is_over: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if is_over { Ok(()) } else { Err(why()) }
}

#[cfg(test)]
mod tests {
    use super::State::{Absent, Failed, Pending, Ready, Unknown};
    use super::*;
    use crate::call::retry::Random;

    /// The number of the poll, in intervals of ten seconds, at which these states end.
    fn end(lag: u64, is_absence_awaited: bool, states: &[State]) -> Option<usize> {
        let mut seen = Seen::new(Moment::START, Duration::from_secs(lag));
        states.iter().enumerate().position(|(poll, state)| {
            let now = Moment::START + Duration::from_secs(10) * (poll as u32 + 1);
            let _ = seen.add(now..now, Duration::ZERO, *state);
            seen.is_end(now, is_absence_awaited).is_ok()
        })
    }

    #[test]
    fn an_end_counts_when_it_cannot_be_of_before() {
        assert_eq!(end(0, false, &[Ready]), Some(0));
        assert_eq!(end(30, false, &[Pending, Ready]), Some(1));
        // What was not found, or not told, may have been ready before.
        assert_eq!(end(0, false, &[Absent, Ready]), Some(1));
        for says_nothing in [Absent, Unknown] {
            assert_eq!(end(30, false, &[says_nothing, Ready, Ready]), Some(2), "{says_nothing:?}");
            assert_eq!(end(100, false, &[&[says_nothing][..], &[Failed; 19]].concat()), Some(11), "{says_nothing:?}");
        }
        assert_eq!(end(30, false, &[Failed, Ready]), Some(1));
        assert_eq!(end(30, false, &[Ready; 9]), Some(2));
        // An old answer between new ones.
        assert_eq!(end(30, false, &[Ready, Pending, Ready, Pending, Ready, Ready]), Some(5));
    }

    #[test]
    fn an_old_answer_counts_as_of_its_time() {
        let seconds = Duration::from_secs;
        let mut seen = Seen::new(Moment::START + seconds(100), seconds(30));
        let mut ready = |at, age| {
            let at = Moment::START + seconds(at);
            let (as_of, _) = seen.add(at..at, seconds(age), Ready)?;
            Ok(seen.is_end(as_of, false).is_ok())
        };
        assert_eq!([ready(150, 50), ready(150, u64::MAX)], [Err(Old::BeforeTheWait); 2]);
        assert_eq!(
            [ready(150, 49), ready(150, 20), ready(150, 18), ready(151, 0)],
            [Ok(false), Ok(false), Ok(true), Ok(true)]
        );
    }

    /// What was ready when the wait began, and is being changed, is not ready by an answer that is older than the last one.
    #[test]
    fn an_answer_that_is_older_than_the_last_says_nothing() {
        let seconds = Duration::from_secs;
        for (state, is_absence_awaited) in [(Ready, false), (Failed, false), (Absent, true)] {
            let mut seen = Seen::new(Moment::START, seconds(30));
            let mut at = |at, age, state| {
                let at = Moment::START + seconds(at);
                seen.add(at..at, seconds(age), state)
            };
            assert!(at(5, 0, Pending).is_ok());
            assert_eq!([at(10, 6, state), at(70, 65, state), at(75, 70, state)], [Err(Old::BeforeTheLast); 3]);
            assert!(at(80, 0, state).is_ok() && at(90, 10, state).is_err(), "one look is one");
            assert_eq!(seen.is_end(Moment::START + seconds(90), is_absence_awaited).is_ok(), state == Ready);
        }
    }

    /// One look that a cache gives three times, and three looks within a second, are no absence.
    #[test]
    fn an_absence_lasts() {
        let seconds = Duration::from_secs;
        let mut seen = Seen::new(Moment::START, Duration::ZERO);
        for (at, age) in [(5, 3), (10, 8), (20, 18), (60, 58)] {
            let now = Moment::START + seconds(at);
            assert_eq!(seen.add(now..now, seconds(age), Absent).is_ok(), at == 5, "{at}");
            assert!(seen.is_end(now, true).is_err(), "{at}");
        }
        let mut seen = Seen::new(Moment::START, Duration::ZERO);
        let ends = (1..=200).find(|poll| {
            let now = Moment::START + Duration::from_millis(100) * *poll;
            seen.add(now..now, Duration::ZERO, Absent).is_ok() && seen.is_end(now, true).is_ok()
        });
        assert_eq!(ends, Some(151));
    }

    #[test]
    fn a_failure_counts_when_it_lasts() {
        assert_eq!(end(0, false, &[Pending, Failed, Pending, Ready]), Some(3));
        assert_eq!(end(0, false, &[&[Pending][..], &[Failed; 9]].concat()), Some(7));
        assert_eq!(end(100, false, &[&[Pending][..], &[Failed; 19]].concat()), Some(9));
        assert_eq!(end(100, false, &[Failed; 19]), Some(10));
    }

    #[test]
    fn what_was_never_seen_is_not_lost() {
        assert_eq!(end(0, false, &[Absent; 500]), None);
        assert_eq!(end(0, false, &[&[Pending][..], &[Absent; 89], &[Ready]].concat()), Some(90));
        assert_eq!(end(0, false, &[&[Pending][..], &[Absent; 99]].concat()), Some(91));
        assert_eq!(end(0, true, &[Absent, Pending, Absent, Absent, Absent]), Some(4));
        assert_eq!(end(0, true, &[Absent; 5]), Some(2));
    }

    /// What an object is: its state before the call, from the change on, and from the end on.
    struct World {
        before: State,
        changes: u64,
        ends: u64,
        end: State,
    }

    impl World {
        fn at(&self, second: u64) -> State {
            match second {
                _ if second < self.changes => self.before,
                _ if second < self.ends => Pending,
                _ => self.end,
            }
        }
    }

    /// Answers of caches that say their age, answers that tell nothing, single ones that do not find the object, and polls
    /// that fail, in any order: no end is said before it is there, and each is said at last.
    #[test]
    fn no_end_is_said_before_it_is_there() {
        for run in 0..20_000_u64 {
            let random = Random::new(run);
            let below = |end: u64| (random.unit() * end as f64) as u64;
            let is_absence_awaited = below(3) == 0;
            let lag = [0, 20, 120, 600][below(4) as usize];
            let changes = below(lag.max(1));
            // Without a lag, nothing of before is an end.
            let before =
                if lag == 0 || is_absence_awaited { Pending } else { [Pending, Ready, Failed][below(3) as usize] };
            let end = if is_absence_awaited { Absent } else { [Ready, Failed][below(2) as usize] };
            let world = World { before, changes, ends: changes + below(400), end };
            let interval = [1, 2, 5, 10, 30][below(5) as usize];
            let [none, unknown, cached, missing, slow] = [0; 5].map(|_: u64| below(30));
            let mut seen = Seen::new(Moment::START, Duration::from_secs(lag));
            let (mut now, mut copy, mut missed) = (below(10), None, 0);
            let said = loop {
                now += interval;
                if below(100) < none {
                    continue;
                }
                if below(100) >= cached || copy.is_none() {
                    copy = Some(now);
                }
                let as_of = copy.unwrap_or(now);
                // A replica does not find it in fewer answers than an absence takes.
                let is_missing = below(100) < missing && missed < ABSENT_POLLS - 1;
                let (as_of, state) = match below(100) {
                    _ if is_missing => (now, Absent),
                    _ if as_of != now => (as_of, world.at(as_of)),
                    at if at < unknown => (now, Unknown),
                    _ => (now, world.at(now)),
                };
                let asked = Moment::START + Duration::from_secs(now);
                let age = Duration::from_secs(now - as_of);
                // It is on its way, or the program stands still, for as long as a wait takes.
                now += if below(100) < slow { below(200) } else { 0 };
                let added = seen.add(asked..Moment::START + Duration::from_secs(now), age, state);
                let Ok((as_of, _)) = added else { continue };
                missed = if state == Absent { missed + 1 } else { 0 };
                if state != Unknown && seen.is_end(as_of, is_absence_awaited).is_ok() {
                    break state;
                }
                // What is not found once in a while is no failure that lasts.
                if now > 9_000 && world.end == Failed && missing > 0 {
                    break Failed;
                }
                assert!(now < 10_000, "run {run}: no end");
            };
            assert_eq!(said, world.end, "run {run}");
            assert!(now >= world.ends, "run {run}: {said:?} after {now} s, not {} s", world.ends);
        }
    }
}
