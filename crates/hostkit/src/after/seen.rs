//! What the polls of a waiter saw so far: whether an answer is the end, or may be of before the call that is waited for.
//!
//! Lists and replicas lag, and answers are cached: an object may be missing for a while after it was made, and a state
//! may be the one that the call was to change. Deliberately not here: calls, clocks, endpoints.

use std::time::Duration;

use crate::time::Moment;

/// Consecutive polls that find nothing, before the object counts as gone.
const ABSENT_POLLS: u32 = 3;
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
}

impl Seen {
    pub(super) fn new(began: Moment, lag: Duration) -> Self {
        Self { began, lag, first: None, has_changed: false, was_there: false, run: None }
    }

    /// Adds what a poll saw in an answer of this age; returns the time at which it was so, and whether the poll before it
    /// saw something else. `None`: it was so before the wait began, which says nothing.
    pub(super) fn add(&mut self, now: Moment, age: Duration, state: State) -> Option<(Moment, bool)> {
        // It may be older by a part of a second than its age says.
        let age = if age.is_zero() { age } else { age.saturating_add(Duration::from_secs(1)) };
        if age > now.since(self.began) {
            return None;
        }
        let as_of = now.before(age);
        let is_new = self.add_at(as_of, state);
        Some((as_of, is_new))
    }

    fn add_at(&mut self, now: Moment, state: State) -> bool {
        self.has_changed |= *self.first.get_or_insert(state) != state;
        self.was_there |= state != State::Absent;
        match &mut self.run {
            Some(run) if run.state == state => {
                run.polls += 1;
                false
            }
            run => {
                *run = Some(Run { state, since: now, polls: 1 });
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
            State::Pending => Err(String::new()),
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
                wait_for(polls >= 2 && now.since(since) >= time, || for_seconds(time))
            }
            State::Absent if is_absence_awaited => {
                wait_for(polls >= ABSENT_POLLS, || format!("it counts after {ABSENT_POLLS} polls in a row"))
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
    use super::State::{Absent, Failed, Pending, Ready};
    use super::*;

    /// The number of the poll, in intervals of ten seconds, at which these states end.
    fn end(lag: u64, is_absence_awaited: bool, states: &[State]) -> Option<usize> {
        let mut seen = Seen::new(Moment::START, Duration::from_secs(lag));
        states.iter().enumerate().position(|(poll, state)| {
            let now = Moment::START + Duration::from_secs(10) * (poll as u32 + 1);
            seen.add(now, Duration::ZERO, *state);
            seen.is_end(now, is_absence_awaited).is_ok()
        })
    }

    #[test]
    fn an_end_counts_when_it_cannot_be_of_before() {
        assert_eq!(end(0, false, &[Ready]), Some(0));
        assert_eq!(end(30, false, &[Pending, Ready]), Some(1));
        assert_eq!(end(30, false, &[Absent, Ready]), Some(1));
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
            let (as_of, _) = seen.add(Moment::START + seconds(at), seconds(age), Ready)?;
            Some(seen.is_end(as_of, false).is_ok())
        };
        assert_eq!([ready(150, 50), ready(150, u64::MAX), ready(150, 49)], [None, None, Some(false)]);
        assert_eq!([ready(150, 20), ready(150, 19), ready(131, 0)], [Some(false), Some(true), Some(true)]);
    }

    #[test]
    fn a_failure_counts_when_it_lasts() {
        assert_eq!(end(0, false, &[Pending, Failed, Pending, Ready]), Some(3));
        assert_eq!(end(0, false, &[&[Pending][..], &[Failed; 9]].concat()), Some(7));
        assert_eq!(end(100, false, &[&[Pending][..], &[Failed; 19]].concat()), Some(7));
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
}
