//! One count of calls for several processes: the rules of `rate`, on the store's clock.
//!
//! A call counts from its admission until one window after its end or, if its process died, after its deadline. Where
//! each machine brings its own clock the clocks have to agree: one that is ahead releases the calls of other machines
//! too early by the difference, though never its own.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostkit_proto::BaseUrl;

use crate::store::entry::{Damaged, Writer};
use crate::store::thread::{Answer, StoreThread, random, stamp, whole_millis};
use crate::store::{Store, StoreKey, WEEK, entry};

const KIND: &str = "rates";

/// Times further in the future were written before the clock was set back.
const HORIZON: u64 = 24 * 3_600_000;

/// What the store's clock may lack, in milliseconds.
const ROUNDED: u64 = 1;

/// Rate limits shared by several processes.
#[derive(Clone)]
pub struct RateStore {
    thread: StoreThread,
    account: Arc<str>,
}

impl RateStore {
    /// Counts calls in `store` under the name `account`. Clients that share a limit use the same name.
    pub fn new(store: impl Store, account: impl Into<Arc<str>>) -> Self {
        Self { thread: StoreThread::new(store), account: account.into() }
    }
}

impl RateStore {
    /// The store and the account, for other entries beside the limits.
    pub(crate) fn parts(&self) -> (StoreThread, Arc<str>) {
        (self.thread.clone(), Arc::clone(&self.account))
    }
}

impl fmt::Debug for RateStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateStore").field("account", &self.account).finish_non_exhaustive()
    }
}

/// The entry of one account's counts.
#[derive(Debug, Clone)]
pub(crate) struct SharedRates {
    thread: StoreThread,
    key: Arc<StoreKey>,
}

/// A limit that a call counts on.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    pub(crate) length: Duration,
}

/// A call that waits for admission.
pub(crate) struct Asked {
    pub(crate) names: &'static [&'static str],
    pub(crate) answer: Answer<Result<Grant, Duration>>,
}

/// What is left of a limit: so many calls, and how long until there is room for one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pub(crate) name: &'static str,
    pub(crate) calls: usize,
    pub(crate) next: Duration,
}

/// An admitted call. When dropped unused, it does not count.
pub(crate) struct Grant {
    rates: SharedRates,
    id: Option<u64>,
    /// What it leaves of each limit.
    left: Vec<Left>,
}

impl SharedRates {
    pub(crate) fn new(store: RateStore, api: &str, base: &BaseUrl) -> Self {
        let key = Arc::new(StoreKey::new(KIND, WEEK, api, base, &store.account));
        Self { thread: store.thread, key }
    }

    /// Asks for admission of a call that arrives within `allowed`; without room, the answer is how long to wait.
    pub(crate) fn ask(&self, wanted: Vec<Wanted>, allowed: Duration) -> Answer<Result<Grant, Duration>> {
        let rates = self.clone();
        let id = random();
        self.thread.ask(move |store| {
            let admitted = rates.change(store, |now, kept| {
                kept.admit(now, id, &wanted, millis(allowed))?;
                Ok(wanted.iter().map(|wanted| kept.left(now, wanted)).collect())
            })?;
            Ok(admitted.map(|left| Grant { rates, id: Some(id), left }).map_err(Duration::from_millis))
        })
    }

    /// Records that the call has ended, with or without an answer.
    pub(crate) fn ended(&self, id: u64) {
        // Time in the store's queue must not reduce the usable limit. The store reads its clock after that, so the
        // recorded end is never earlier than the real one.
        let asked = Instant::now();
        let rates = self.clone();
        self.thread.post(move |store| {
            let queued = whole_millis(asked.elapsed());
            rates.tell(store, |now, kept| kept.ended(now.saturating_sub(queued), id));
        });
    }

    /// Blocks calls on these limits for `wait`. Wait for the answer: the caller may start another process after the
    /// call ends, which has to see it.
    pub(crate) fn hold(&self, wanted: Vec<Wanted>, wait: Duration) -> Answer<()> {
        let rates = self.clone();
        self.thread.ask(move |store| {
            rates.change(store, |now, kept| {
                for wanted in &wanted {
                    let window = kept.window(wanted);
                    window.hold = window.hold.max(now.saturating_add(millis(wait)));
                }
            })
        })
    }

    /// Waits until the store's queue is empty.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn wait_idle(&self) {
        self.thread.wait_idle();
    }

    fn post(&self, change: impl Fn(u64, &mut Kept) + Send + 'static) {
        let rates = self.clone();
        self.thread.post(move |store| rates.tell(store, change));
    }

    fn tell(&self, store: &dyn Store, change: impl Fn(u64, &mut Kept)) {
        if let Err(error) = self.change(store, |now, kept| change(now, kept)) {
            let entry = self.key.as_str();
            tracing::warn!(entry, error = %error, "could not record the end of a call in the store: it counts until its deadline");
        }
    }

    fn change<T>(&self, store: &dyn Store, mut change: impl FnMut(u64, &mut Kept) -> T) -> io::Result<T> {
        let mut result = None;
        store.change(&self.key, &mut |now, bytes| {
            let now = stamp(now);
            let before = match bytes.map(Kept::read).transpose() {
                Ok(kept) => kept.unwrap_or_default(),
                Err(damaged) => {
                    let entry = self.key.as_str();
                    tracing::warn!(entry, why = %damaged, "stored rates are damaged: nothing goes for one window");
                    Kept { lost: now, ..Kept::default() }
                }
            };
            let mut kept = before.clone();
            kept.forget(now);
            let forgotten = kept.clone();
            result = Some(change(now, &mut kept));
            // Expired calls alone are not worth a write: the next reader drops them, too.
            (kept != forgotten || before.lost == now).then(|| kept.write())
        })?;
        result.ok_or_else(|| io::Error::other("the store did not read the entry"))
    }
}

impl Grant {
    /// What it leaves of each limit.
    pub(crate) fn left(&self) -> &[Left] {
        &self.left
    }

    /// Uses it; returns the id for [`SharedRates::ended`].
    pub(crate) fn go(mut self) -> u64 {
        self.id.take().unwrap_or_default()
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.rates.post(move |_, kept| kept.give_back(id));
        }
    }
}

/// The entry, as it is kept. Times are milliseconds of the store's clock.
#[derive(Debug, Clone, PartialEq, Default)]
struct Kept {
    windows: BTreeMap<String, Window>,
    /// When the counts were lost: windows that began before may be full.
    lost: u64,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Window {
    length: u64,
    hold: u64,
    calls: Vec<Counted>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Counted {
    id: u64,
    /// The latest arrival.
    latest: u64,
    is_under_way: bool,
}

impl Kept {
    /// Admits a call if every limit has room, or returns how long to wait.
    fn admit(&mut self, now: u64, id: u64, wanted: &[Wanted], allowed: u64) -> Result<(), u64> {
        // If the store failed while writing and retried, the call counts once.
        self.give_back(id);
        let lost = self.lost;
        let room = wanted.iter().map(|wanted| self.window(wanted).room(now, wanted.count, lost)).max().unwrap_or(now);
        if room > now {
            return Err(room - now);
        }
        let latest = now.saturating_add(allowed.min(HORIZON));
        for wanted in wanted {
            self.window(wanted).calls.push(Counted { id, latest, is_under_way: true });
        }
        Ok(())
    }

    /// Records the end of a call; `now` is rounded down, and the call may have arrived in the rest of its millisecond.
    fn ended(&mut self, now: u64, id: u64) {
        let latest = now.saturating_add(ROUNDED);
        for call in self.windows.values_mut().flat_map(|window| &mut window.calls).filter(|call| call.id == id) {
            call.latest = call.latest.min(latest);
            call.is_under_way = false;
        }
    }

    fn give_back(&mut self, id: u64) {
        self.windows.values_mut().for_each(|window| window.calls.retain(|call| call.id != id));
    }

    fn left(&mut self, now: u64, wanted: &Wanted) -> Left {
        let lost = self.lost;
        let window = self.window(wanted);
        let next = Duration::from_millis(window.room(now, wanted.count, lost).saturating_sub(now));
        Left { name: wanted.name, calls: wanted.count.saturating_sub(window.calls.len()), next }
    }

    fn window(&mut self, wanted: &Wanted) -> &mut Window {
        let window = self.windows.entry(wanted.name.to_owned()).or_default();
        window.length = millis(wanted.length);
        window
    }

    /// Drops expired calls, and clamps times that a clock set back left in the future.
    fn forget(&mut self, now: u64) {
        self.lost = self.lost.min(now);
        for window in self.windows.values_mut() {
            let length = window.length;
            for call in &mut window.calls {
                let ahead = if call.is_under_way { HORIZON } else { ROUNDED };
                call.latest = call.latest.min(now.saturating_add(ahead));
            }
            window.calls.retain(|call| call.latest.saturating_add(length) > now);
            window.hold = if window.hold > now { window.hold.min(now.saturating_add(HORIZON)) } else { 0 };
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut kept = Self::default();
        let mut window = None;
        for line in entry::read(KIND, bytes)? {
            match line[..] {
                ["lost", at] => kept.lost = entry::number(at)?,
                ["window", name, length, hold] => {
                    let (length, hold) = (entry::number(length)?, entry::number(hold)?);
                    let read = kept.windows.entry(entry::text(name)?).or_default();
                    *read = Window { length, hold, calls: Vec::new() };
                    window = Some(read);
                }
                [state @ ("call" | "ended"), id, latest] => {
                    let window = window.as_mut().ok_or(Damaged("a call has no window"))?;
                    let (id, latest) = (entry::number(id)?, entry::number(latest)?);
                    window.calls.push(Counted { id, latest, is_under_way: state == "call" });
                }
                _ => return Err(Damaged("a line is unknown")),
            }
        }
        Ok(kept)
    }

    fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND);
        if self.lost > 0 {
            writer.line(format_args!("lost {}", self.lost));
        }
        for (name, window) in &self.windows {
            writer.line(format_args!("window {} {} {}", entry::word(name), window.length, window.hold));
            for call in &window.calls {
                let state = if call.is_under_way { "call" } else { "ended" };
                writer.line(format_args!("{state} {} {}", call.id, call.latest));
            }
        }
        writer.end()
    }
}

impl Window {
    /// The earliest time with room for one more call; `now` if there is room.
    fn room(&self, now: u64, count: usize, lost: u64) -> u64 {
        let held = match lost {
            0 => self.hold,
            lost => self.hold.max(lost.saturating_add(self.length)),
        };
        let held = held.max(now);
        if self.calls.len() < count {
            return held;
        }
        // A call in flight may end at once. This many have to expire before one more fits.
        let end = |call: &Counted| {
            let latest = if call.is_under_way { call.latest.min(now) } else { call.latest };
            latest.saturating_add(self.length)
        };
        let mut ends: Vec<_> = self.calls.iter().map(end).collect();
        ends.sort_unstable();
        let room = ends.get(self.calls.len() - count).copied().unwrap_or(now.saturating_add(self.length));
        held.max(room).max(now + 1)
    }
}

/// Whole milliseconds, rounded up so that no window becomes shorter.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &[Wanted] = &[Wanted { name: "get", count: 2, length: Duration::from_secs(10) }];

    #[test]
    fn counts_from_the_end_and_the_lost_ones_from_their_deadline() {
        let mut kept = Kept::default();
        assert_eq!(kept.admit(1_000, 1, GET, 30_000), Ok(()));
        assert_eq!(kept.admit(1_000, 2, GET, 5_000), Ok(()));
        assert_eq!(kept.admit(2_000, 3, GET, 5_000), Err(10_000));
        kept.ended(3_000, 1);
        assert_eq!(kept.admit(4_000, 3, GET, 5_000), Err(9_001));
        kept.forget(13_000);
        // It may have arrived at 3,000.9, and a call of now would arrive less than ten seconds later.
        assert_eq!(kept.admit(13_000, 3, GET, 5_000), Err(1));
        kept.forget(13_001);
        assert_eq!(kept.admit(13_001, 3, GET, 5_000), Ok(()));
        // Call 2 never ended: it goes ten seconds after its deadline at 6,000.
        kept.forget(15_999);
        assert!(kept.admit(15_999, 4, GET, 5_000).is_err());
        kept.forget(16_000);
        assert_eq!(kept.admit(16_000, 4, GET, 5_000), Ok(()));
        kept.give_back(4);
        assert_eq!(kept.admit(16_000, 5, GET, 5_000), Ok(()));
    }

    #[test]
    fn lost_counts_are_taken_for_full() {
        let mut kept = Kept { lost: 1_000, ..Kept::default() };
        assert_eq!(kept.admit(1_000, 1, GET, 5_000), Err(10_000));
        assert_eq!(kept.admit(11_000, 1, GET, 5_000), Ok(()));
    }

    #[test]
    fn a_clock_that_was_set_back_holds_for_one_window_at_most() {
        let mut kept = Kept::default();
        for id in [1, 2] {
            assert_eq!(kept.admit(9_000_000, id, GET, 1_000), Ok(()));
            kept.ended(9_000_000, id);
        }
        kept.forget(5_000);
        assert_eq!(kept.admit(5_000, 3, GET, 1_000), Err(10_001));
        kept.forget(15_001);
        assert_eq!(kept.admit(15_001, 3, GET, 1_000), Ok(()));
    }

    #[test]
    fn reads_what_it_writes() {
        let mut kept = Kept { lost: 7, ..Kept::default() };
        for (id, name) in [(1, "get"), (2, "all of it")] {
            let wanted = [Wanted { name, count: 2, length: Duration::from_micros(1_500) }];
            assert_eq!(kept.admit(1_000, id, &wanted, 5_000), Ok(()));
        }
        kept.ended(1_001, 1);
        kept.window(&GET[0]).hold = 12;
        assert_eq!(Kept::read(&kept.write()), Ok(kept));
        let mut writer = Writer::new(KIND);
        writer.line(format_args!("call 1 2"));
        assert!(Kept::read(&writer.end()).is_err());
    }

    #[test]
    fn what_has_expired_makes_room_in_the_next_millisecond() {
        let call = |id| Counted { id, latest: 0, is_under_way: false };
        let window = Window { length: 10, hold: 0, calls: vec![call(1), call(2)] };
        assert_eq!((window.room(100, 2, 0), window.room(100, 3, 0)), (101, 100), "they are not forgotten yet");
    }

    /// One entry in memory.
    #[derive(Debug, Default)]
    struct Memory(std::sync::Mutex<Option<Vec<u8>>>);

    impl Store for Memory {
        fn change(&self, _: &StoreKey, change: crate::store::Change<'_>) -> io::Result<()> {
            let mut entry = self.0.lock().expect("no panic");
            if let Some(after) = change(std::time::SystemTime::now(), entry.as_deref()) {
                *entry = Some(after);
            }
            Ok(())
        }
    }

    #[test]
    fn a_call_that_is_dropped_before_it_went_out_does_not_count() {
        let base = "https://shop.example".parse().expect("a URL");
        let rates = SharedRates::new(RateStore::new(Memory::default(), "one"), "shop", &base);
        let ask = || {
            let answer = rates.ask(GET.to_vec(), Duration::from_secs(5));
            rates.wait_idle();
            match answer.poll() {
                crate::store::thread::Polled::Ready(answer) => answer.expect("the store works"),
                crate::store::thread::Polled::Pending(_) => panic!("the store is idle"),
            }
        };
        let (first, second) = (ask(), ask());
        assert!(first.is_ok() && second.is_ok() && ask().is_err());
        drop(first);
        rates.wait_idle();
        let third = ask();
        assert!(third.is_ok() && ask().is_err());
        // One that goes out counts.
        let id = third.map(Grant::go);
        rates.wait_idle();
        assert!(id.is_ok() && ask().is_err());
        drop(second);
    }
}
