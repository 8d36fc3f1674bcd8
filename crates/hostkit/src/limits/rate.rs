//! Rate limits, shared by clones and threads, and by processes if there is a store. Time is an argument.
//!
//! A call counts from its admission until one window after its answer: the server counts its arrival, which is
//! somewhere in between. So no window of the server ever holds more calls than its limit.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_listener::EventListener;
use hostkit_proto::RateRule;

use crate::limits::shared::{Asked, Left, SharedRates, Wanted};
use crate::store::thread::{Answer, Polled};
use crate::time::Moment;
use crate::watch::RateLeft;

/// The rate limits of one account. Clones share their counts.
#[derive(Debug, Clone)]
pub struct Rates {
    own: Arc<Mutex<State>>,
    /// The count shared by all processes, if any.
    shared: Option<SharedRates>,
}

/// The answer to a call that asks for admission.
pub(crate) enum Room {
    Go(Permit),
    /// There may be room then.
    Later(Moment),
    /// The store has not answered yet.
    Wait(EventListener),
    /// The store failed.
    Broken(std::io::Error),
}

#[derive(Debug)]
struct State {
    windows: BTreeMap<String, Window>,
    next: u64,
}

#[derive(Debug)]
struct Window {
    count: usize,
    length: Duration,
    calls: VecDeque<Counted>,
    /// The server's own count: so many more calls until this moment.
    reported: Option<(usize, Moment)>,
    /// What the store said of it, and when.
    stored: Option<(Left, Moment)>,
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    id: u64,
    /// The latest arrival: the end of the call, or its deadline while it is in flight.
    latest: Moment,
    is_under_way: bool,
}

/// An admitted call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the call counts until its deadline unless `Rates::ended` is called"]
pub struct Permit(u64);

#[cfg(all(test, not(loom)))]
pub(crate) type Snapshot = (String, Vec<(Moment, bool)>, Option<(usize, Moment)>);

impl Rates {
    /// The limits of an API, with no call counted.
    pub fn new(rules: &[RateRule]) -> Self {
        let window = |rule: &RateRule| Window {
            count: rule.count as usize,
            length: rule.window,
            calls: VecDeque::new(),
            reported: None,
            stored: None,
        };
        let windows = rules.iter().map(|rule| (rule.name.to_owned(), window(rule))).collect();
        Self { own: Arc::new(Mutex::new(State { windows, next: 0 })), shared: None }
    }

    /// The same limits, counted together with other processes.
    pub(crate) fn shared_by(self, shared: SharedRates) -> Self {
        Self { shared: Some(shared), ..self }
    }

    /// Admits a call, here or in the store. `asked` is the pending request, kept between two calls.
    pub(crate) fn ask(
        &self,
        now: Moment,
        deadline: Moment,
        names: &'static [&'static str],
        asked: &mut Option<Asked>,
    ) -> Room {
        let Some(shared) = &self.shared else {
            return self.admit(now, deadline, names).map_or_else(Room::Later, Room::Go);
        };
        let question = match asked.take().filter(|asked| asked.names == names) {
            Some(question) => question,
            None => {
                let wanted = self.wanted(names);
                if wanted.is_empty() {
                    return Room::Go(Permit(0));
                }
                if let Some(until) = self.held_until(now, names) {
                    return Room::Later(until);
                }
                Asked { names, answer: shared.ask(wanted, deadline.since(now)) }
            }
        };
        match question.answer.poll() {
            Polled::Pending(listener) => {
                *asked = Some(question);
                Room::Wait(listener)
            }
            Polled::Ready(Ok(Ok(grant))) => {
                self.store_says(now, grant.left());
                Room::Go(Permit(grant.go()))
            }
            Polled::Ready(Ok(Err(wait))) => Room::Later(now + wait),
            Polled::Ready(Err(error)) => Room::Broken(error),
        }
    }

    fn store_says(&self, now: Moment, left: &[Left]) {
        self.change(|state| {
            for left in left {
                if let Some(window) = state.windows.get_mut(left.name) {
                    window.stored = Some((*left, now));
                }
            }
        });
    }

    /// The time between two calls on these limits that can go on for ever.
    pub(crate) fn pace(&self, names: &[&str]) -> Duration {
        self.change(|state| {
            let windows = names.iter().filter_map(|name| state.windows.get(*name));
            let pace = |window: &Window| window.length / u32::try_from(window.count).unwrap_or(u32::MAX).max(1);
            windows.map(pace).max().unwrap_or_default()
        })
    }

    /// What is left of each limit.
    pub(crate) fn left(&self, now: Moment) -> Vec<RateLeft> {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.change(|state| {
            let left = state.windows.iter_mut().map(|(name, window)| {
                window.forget(now);
                RateLeft {
                    name: name.clone(),
                    count: number(window.count),
                    window: window.length,
                    left: number(window.left(now)),
                    next: window.next(now),
                }
            });
            left.collect()
        })
    }

    fn wanted(&self, names: &[&'static str]) -> Vec<Wanted> {
        let wanted = |state: &State, name| {
            let window = state.windows.get(name)?;
            Some(Wanted { name, count: window.count, length: window.length })
        };
        self.change(|state| names.iter().filter_map(|name| wanted(state, name)).collect())
    }

    /// The end of the server's `Retry-After`; each process also honours the one that it received itself.
    fn held_until(&self, now: Moment, names: &[&str]) -> Option<Moment> {
        self.change(|state| {
            let reported = names.iter().filter_map(|name| {
                let window = state.windows.get_mut(*name)?;
                window.forget(now);
                window.reported.and_then(|(left, reset)| (left == 0).then_some(reset))
            });
            reported.max()
        })
    }

    /// Admits a call that arrives by `deadline`, if every named limit has room. Counts in this process only.
    ///
    /// # Errors
    /// The moment at which there may be room.
    pub fn admit(&self, now: Moment, deadline: Moment, names: &[&str]) -> Result<Permit, Moment> {
        self.change(|state| {
            let mut room = now;
            for name in names {
                if let Some(window) = state.windows.get_mut(*name) {
                    window.forget(now);
                    room = room.max(window.room(now));
                }
            }
            if room > now {
                return Err(room);
            }
            let id = state.next;
            state.next += 1;
            for name in names {
                if let Some(window) = state.windows.get_mut(*name) {
                    window.calls.push_back(Counted { id, latest: deadline.max(now), is_under_way: true });
                    if let Some((left, _)) = &mut window.reported {
                        *left = left.saturating_sub(1);
                    }
                }
            }
            Ok(Permit(id))
        })
    }

    /// Records that the call has ended, with or without an answer.
    pub fn ended(&self, now: Moment, permit: Permit) {
        match &self.shared {
            Some(_) if permit.0 == 0 => return,
            Some(shared) => return shared.ended(permit.0),
            None => {}
        }
        self.change(|state| {
            for window in state.windows.values_mut() {
                if let Some(call) = window.calls.iter_mut().rev().find(|call| call.id == permit.0) {
                    call.latest = call.latest.min(now);
                    call.is_under_way = false;
                }
            }
        });
    }

    /// Applies a limit that the server reported: `count` calls per `window`, of which `remaining` are left until
    /// `reset`.
    pub fn set(&self, name: &str, count: u32, window: Duration, remaining: Option<(u32, Moment)>) {
        self.change(|state| {
            let reported = remaining.map(|(remaining, reset)| (remaining as usize, reset));
            let entry = state.windows.entry(name.to_owned()).or_insert_with(|| Window {
                count: 0,
                length: window,
                calls: VecDeque::new(),
                reported: None,
                stored: None,
            });
            entry.count = count as usize;
            entry.length = window;
            entry.reported = reported;
        });
    }

    /// Blocks this process's calls on these limits until `until`, as the server's `Retry-After` asks.
    pub fn hold(&self, names: &[&str], until: Moment) {
        self.change(|state| {
            for name in names {
                if let Some(window) = state.windows.get_mut(*name) {
                    let until = window.reported.map_or(until, |(_, reset)| reset.max(until));
                    window.reported = Some((0, until));
                }
            }
        });
    }

    /// The same for `wait` from now, also for the other processes of the store.
    pub(crate) fn hold_all(&self, now: Moment, names: &'static [&'static str], wait: Duration) -> Option<Answer<()>> {
        self.hold(names, now + wait);
        let shared = self.shared.as_ref()?;
        Some(shared.hold(self.wanted(names), wait))
    }

    /// A snapshot of each limit: the calls that still count, with their latest end and whether they are in flight, and
    /// the server's own count.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn snapshot(&self, now: Moment) -> Vec<Snapshot> {
        self.change(|state| {
            let looks = state.windows.iter_mut().map(|(name, window)| {
                window.forget(now);
                let mut calls: Vec<_> = window.calls.iter().map(|call| (call.latest, call.is_under_way)).collect();
                calls.sort_unstable();
                (name.clone(), calls, window.reported)
            });
            looks.collect()
        })
    }

    /// The count shared by all processes.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn shared(&self) -> Option<&SharedRates> {
        self.shared.as_ref()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Window {
    /// Drops what no longer counts.
    fn forget(&mut self, now: Moment) {
        let length = self.length;
        self.calls.retain(|call| call.latest + length > now);
        if self.reported.is_some_and(|(_, reset)| reset <= now) {
            self.reported = None;
        }
    }

    /// How many more calls there is room for now.
    fn left(&self, now: Moment) -> usize {
        let left = match self.stored {
            Some((left, said)) if said + self.length > now => left.calls,
            _ => self.count.saturating_sub(self.calls.len()),
        };
        self.reported.map_or(left, |(reported, _)| left.min(reported))
    }

    /// How long until there is room for one more call.
    fn next(&self, now: Moment) -> Duration {
        let stored = self.stored.map(|(left, said)| (said + left.next).since(now)).unwrap_or_default();
        self.room(now).since(now).max(stored)
    }

    /// The earliest moment with room for one more call; `now` if there is room.
    fn room(&self, now: Moment) -> Moment {
        let reported = match self.reported {
            Some((0, reset)) => reset,
            _ => now,
        };
        if self.calls.len() < self.count {
            return reported;
        }
        // A call in flight may end at once. This many have to expire before one more fits.
        let surplus = self.calls.len() - self.count;
        let mut ends: Vec<_> = self.calls.iter().map(|call| self.end(call, now)).collect();
        ends.sort_unstable();
        let room = ends.get(surplus).copied().unwrap_or(now + self.length);
        reported.max(room).max(now + Duration::from_millis(1))
    }

    fn end(&self, call: &Counted, now: Moment) -> Moment {
        let latest = if call.is_under_way { call.latest.min(now) } else { call.latest };
        latest + self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &[RateRule] = &[
        RateRule { name: "get", count: 3, window: Duration::from_secs(10) },
        RateRule { name: "all", count: 4, window: Duration::from_secs(10) },
    ];

    fn at(seconds: u64) -> Moment {
        Moment::after_start(Duration::from_secs(seconds))
    }

    #[test]
    fn counts_from_the_answer() {
        let rates = Rates::new(RULES);
        let permits: Vec<_> = (0..3).map(|_| rates.admit(at(0), at(30), &["get"]).unwrap()).collect();
        // In flight: they may end at once, but count until one window after their end.
        assert_eq!(rates.admit(at(1), at(30), &["get"]), Err(at(11)));
        rates.ended(at(2), permits[0]);
        assert_eq!(rates.admit(at(3), at(30), &["get"]), Err(at(12)));
        assert_eq!(rates.admit(at(11), at(30), &["get"]), Err(at(12)));
        assert!(rates.admit(at(12), at(30), &["get"]).is_ok());
    }

    #[test]
    fn each_call_ends_by_itself() {
        let rates = Rates::new(RULES);
        let permits: Vec<_> = [30, 20, 10].map(|deadline| rates.admit(at(0), at(deadline), &["get"]).unwrap()).into();
        for (permit, end) in permits.into_iter().zip([1, 2, 3]) {
            rates.ended(at(end), permit);
        }
        assert_eq!(rates.admit(at(10), at(20), &["get"]), Err(at(11)));
        assert!(rates.admit(at(11), at(20), &["get"]).is_ok());
        // The second one ended a second after the first.
        assert!(rates.admit(at(12), at(20), &["get"]).is_ok());
    }

    #[test]
    fn what_the_store_said_is_true_for_one_window() {
        let rates = Rates::new(&RULES[..1]);
        rates.store_says(at(0), &[Left { name: "get", calls: 1, next: Duration::ZERO }]);
        let left = |now| rates.left(now).first().map(|left| left.left);
        assert_eq!((left(at(9)), left(at(10))), (Some(1), Some(3)));
    }

    #[test]
    fn one_full_limit_takes_nothing_from_the_others() {
        let rates = Rates::new(RULES);
        for _ in 0..3 {
            let permit = rates.admit(at(0), at(1), &["get", "all"]).unwrap();
            rates.ended(at(0), permit);
        }
        assert_eq!(rates.admit(at(0), at(1), &["get", "all"]), Err(at(10)));
        assert!(rates.admit(at(0), at(1), &["all"]).is_ok());
        assert!(rates.admit(at(0), at(1), &["unknown"]).is_ok());
    }

    #[test]
    fn a_lost_call_counts_until_its_deadline() {
        let rates = Rates::new(&RULES[..1]);
        for _ in 0..3 {
            let _ = rates.admit(at(0), at(5), &["get"]);
        }
        assert!(rates.admit(at(14), at(20), &["get"]).is_err());
        assert!(rates.admit(at(15), at(20), &["get"]).is_ok());
    }

    #[test]
    fn takes_over_what_the_server_told() {
        let rates = Rates::new(RULES);
        rates.set("get", 100, Duration::from_secs(60), Some((1, at(20))));
        assert!(rates.admit(at(0), at(1), &["get"]).is_ok());
        assert_eq!(rates.admit(at(0), at(1), &["get"]), Err(at(20)));
        assert!(rates.admit(at(20), at(21), &["get"]).is_ok());
        rates.hold(&["get"], at(30));
        assert_eq!(rates.admit(at(21), at(22), &["get"]), Err(at(30)));
        // A shorter wait does not end a longer one.
        rates.hold(&["get"], at(25));
        assert_eq!(rates.admit(at(21), at(22), &["get"]), Err(at(30)));
    }
}
