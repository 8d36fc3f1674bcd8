//! How many calls an API takes in a window of time, kept across clones and threads, and across processes where a store
//! is named. Time is an argument.
//!
//! A call counts from the moment it is let go until a window after its answer came: the server counts when the call
//! arrives, which is somewhere in between. That is why no window of the server ever holds more calls than its limit.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_listener::EventListener;
use hostkit_proto::RateRule;

use crate::limits::shared::{Asked, SharedRates, Wanted};
use crate::store::clerk::{Answer, Polled};
use crate::time::Moment;

/// The rate limits of one account. Clones share their counts.
#[derive(Debug, Clone)]
pub struct Rates {
    own: Arc<Mutex<State>>,
    /// Where the calls of all processes are counted, if not here.
    shared: Option<SharedRates>,
}

/// What a call that wants to go is told.
pub(crate) enum Room {
    Go(Permit),
    /// There may be room then.
    Later(Moment),
    /// The store has not said yet.
    Wait(EventListener),
    /// The store cannot say.
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
    /// What the server said: so many more calls until this moment.
    told: Option<(usize, Moment)>,
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    id: u64,
    /// When it arrived at the latest: the end of the call, or its deadline while it is under way.
    latest: Moment,
    is_under_way: bool,
}

/// A call that was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the call counts until its deadline if its end is not told"]
pub struct Permit(u64);

#[cfg(all(test, not(loom)))]
pub(crate) type Look = (String, Vec<(Moment, bool)>, Option<(usize, Moment)>);

impl Rates {
    /// The limits of an API, nothing counted yet.
    pub fn new(rules: &[RateRule]) -> Self {
        let window = |rule: &RateRule| Window {
            count: rule.count as usize,
            length: rule.window,
            calls: VecDeque::new(),
            told: None,
        };
        let windows = rules.iter().map(|rule| (rule.name.to_owned(), window(rule))).collect();
        Self { own: Arc::new(Mutex::new(State { windows, next: 0 })), shared: None }
    }

    /// The same limits, whose calls are counted with those of other processes.
    pub(crate) fn shared_by(self, shared: SharedRates) -> Self {
        Self { shared: Some(shared), ..self }
    }

    /// Lets a call go, here or in the store. `asked` is the caller's memory between two questions.
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
                if let Some(until) = self.told(now, names) {
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
            Polled::Ready(Ok(Ok(grant))) => Room::Go(Permit(grant.go())),
            Polled::Ready(Ok(Err(wait))) => Room::Later(now + wait),
            Polled::Ready(Err(error)) => Room::Broken(error),
        }
    }

    fn wanted(&self, names: &[&'static str]) -> Vec<Wanted> {
        let wanted = |state: &State, name| {
            let window = state.windows.get(name)?;
            Some(Wanted { name, count: window.count, length: window.length })
        };
        self.change(|state| names.iter().filter_map(|name| wanted(state, name)).collect())
    }

    /// Until when the server said that nothing goes; each process heeds what it was told itself, too.
    fn told(&self, now: Moment, names: &[&str]) -> Option<Moment> {
        self.change(|state| {
            let told = names.iter().filter_map(|name| {
                let window = state.windows.get_mut(*name)?;
                window.forget(now);
                window.told.and_then(|(left, reset)| (left == 0).then_some(reset))
            });
            told.max()
        })
    }

    /// Lets a call go that will have arrived by `deadline`, if every named limit has room. It counts in this process alone.
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
                    if let Some((left, _)) = &mut window.told {
                        *left = left.saturating_sub(1);
                    }
                }
            }
            Ok(Permit(id))
        })
    }

    /// Tells that the call has its answer, or will have none.
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

    /// Takes over a limit that the server told: `count` calls in `window`, of which `remaining` are left until `reset`.
    pub fn set(&self, name: &str, count: u32, window: Duration, remaining: Option<(u32, Moment)>) {
        self.change(|state| {
            let told = remaining.map(|(remaining, reset)| (remaining as usize, reset));
            let entry = state.windows.entry(name.to_owned()).or_insert_with(|| Window {
                count: 0,
                length: window,
                calls: VecDeque::new(),
                told: None,
            });
            entry.count = count as usize;
            entry.length = window;
            entry.told = told;
        });
    }

    /// Lets no call of this process on these limits go before `until`: the server said that there were too many.
    pub fn hold(&self, names: &[&str], until: Moment) {
        self.change(|state| {
            for name in names {
                if let Some(window) = state.windows.get_mut(*name) {
                    let until = window.told.map_or(until, |(_, reset)| reset.max(until));
                    window.told = Some((0, until));
                }
            }
        });
    }

    /// The same for so long from now, and for the other processes of the store.
    pub(crate) fn hold_all(&self, now: Moment, names: &'static [&'static str], wait: Duration) -> Option<Answer<()>> {
        self.hold(names, now + wait);
        let shared = self.shared.as_ref()?;
        Some(shared.hold(self.wanted(names), wait))
    }

    /// What a search sees of the limits: of each its calls that still count, with their latest end and whether they are
    /// under way, and what the server said.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn look(&self, now: Moment) -> Vec<Look> {
        self.change(|state| {
            let looks = state.windows.iter_mut().map(|(name, window)| {
                window.forget(now);
                let mut calls: Vec<_> = window.calls.iter().map(|call| (call.latest, call.is_under_way)).collect();
                calls.sort_unstable();
                (name.clone(), calls, window.told)
            });
            looks.collect()
        })
    }

    /// Where the calls of all processes are counted.
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
        if self.told.is_some_and(|(_, reset)| reset <= now) {
            self.told = None;
        }
    }

    /// The earliest moment with room for one more call; `now` if there is room.
    fn room(&self, now: Moment) -> Moment {
        let told = match self.told {
            Some((0, reset)) => reset,
            _ => now,
        };
        if self.calls.len() < self.count {
            return told;
        }
        // A call under way may end at once. So many have to go that one more fits in.
        let surplus = self.calls.len() - self.count;
        let mut ends: Vec<_> = self.calls.iter().map(|call| self.end(call, now)).collect();
        ends.sort_unstable();
        let room = ends.get(surplus).copied().unwrap_or(now + self.length);
        told.max(room).max(now + Duration::from_millis(1))
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
        // Under way: they may end at once, but they count until a window after their end.
        assert_eq!(rates.admit(at(1), at(30), &["get"]), Err(at(11)));
        rates.ended(at(2), permits[0]);
        assert_eq!(rates.admit(at(3), at(30), &["get"]), Err(at(12)));
        assert_eq!(rates.admit(at(11), at(30), &["get"]), Err(at(12)));
        assert!(rates.admit(at(12), at(30), &["get"]).is_ok());
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
    }
}
