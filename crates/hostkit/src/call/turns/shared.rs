//! The turns of several processes, in the store that they share; their times are those of its clock.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hostkit_proto::BaseUrl;
use hostkit_proto::evidence::LAG;

use super::kind::{KEPT, Kind, LATE, Others, Shown};
use crate::limits::shared::RateStore;
use crate::store::entry::{Damaged, Writer};
use crate::store::thread::{Answer, StoreThread, stamp, whole_millis};
use crate::store::{Store, StoreKey, entry};

const KIND: &str = "calls";

/// A call of another process is looked at again after this time at the latest: entries announce no change.
const LOOK: Duration = Duration::from_millis(500);

/// Times further in the future were written before the clock was set back. Of calls of which nothing is known any more,
/// the slowest shows within this time, too.
const HORIZON: u64 = 24 * 3_600_000;

/// The entry of one account's calls.
#[derive(Debug, Clone)]
pub(crate) struct SharedTurns {
    thread: StoreThread,
    key: Arc<StoreKey>,
    /// When this process last knew the entry to be there, by the store's clock; 0 if it never did.
    seen: Arc<AtomicU64>,
}

/// How a call ended, for the store.
#[derive(Debug)]
pub(super) enum Ended {
    Done(Vec<String>),
    Unknown,
    Nothing,
    /// A recovery found out that it did nothing: the next recovery of it has to find the same.
    DidNot,
}

impl SharedTurns {
    pub(crate) fn new(store: &RateStore, api: &str, base: &BaseUrl) -> Self {
        let (thread, account) = store.parts();
        // A call is over at most a day after its entry was written.
        let key = StoreKey::new(KIND, LATE + Duration::from_millis(2 * HORIZON), api, base, &account);
        Self { thread, key: Arc::new(key), seen: Arc::default() }
    }

    pub(super) fn take(&self, number: u64, kind: Kind, allowed: Duration) -> Answer<Result<Others, Duration>> {
        let turns = self.clone();
        self.thread.ask(move |store| turns.change(store, |now, kept| kept.take(now, number, &kind, allowed)))
    }

    pub(super) fn others(&self, turn: Option<u64>, kind: Kind) -> Answer<Others> {
        let turns = self.clone();
        self.thread.ask(move |store| turns.change(store, |_, kept| kept.others(turn, &kind)))
    }

    pub(super) fn others_since(&self, turn: u64, kind: Kind) -> Answer<Others> {
        let turns = self.clone();
        self.thread.ask(move |store| turns.change(store, |_, kept| kept.known(Some(turn), &kind)))
    }

    pub(super) fn read_from_cache(&self, number: u64, age: Duration) -> Answer<()> {
        let turns = self.clone();
        self.thread.ask(move |store| {
            let aged = turns.change(store, |_, kept| kept.read_from_cache(number, age));
            if let Err(error) = &aged {
                let entry = turns.key.as_str();
                tracing::warn!(entry, error = %error, "could not record in the store how old the list before a call is");
            }
            aged
        })
    }

    /// Ends a call; one of this kind that had its turn here is in the entry, unless the store lost it.
    pub(super) fn end(&self, number: u64, own: Option<Kind>, ended: Ended) -> Answer<()> {
        let turns = self.clone();
        self.thread.ask(move |store| {
            let told = turns.change(store, |now, kept| {
                if let Some(kind) = &own {
                    kept.find_again(now, number, kind, &ended);
                    kept.set_lag(number, kind.lag);
                }
                kept.end(now, number, &ended);
            });
            if let Err(error) = &told {
                let entry = turns.key.as_str();
                tracing::warn!(entry, error = %error, "could not record the outcome of a call in the store: others do not know it");
            }
            told
        })
    }

    /// Whether the entry was there while a call in it may still show: a store that was emptied has lost calls, one that
    /// forgets an entry of long ago has not.
    fn was_there(&self, now: u64) -> bool {
        let seen = self.seen.load(Ordering::Relaxed);
        seen > 0 && now.saturating_sub(seen) < whole_millis(LATE)
    }

    fn change<T>(&self, store: &dyn Store, mut change: impl FnMut(u64, &mut Kept) -> T) -> io::Result<T> {
        let (mut result, mut seen) = (None, 0);
        store.change(&self.key, &mut |now, bytes| {
            let now = stamp(now);
            let (before, is_lost) = match bytes.map(Kept::read).transpose() {
                Ok(Some(kept)) => (kept, false),
                Ok(None) if self.was_there(now) => (Kept::lost_at(now), true),
                Ok(None) => (Kept::default(), false),
                Err(damaged) => {
                    let entry = self.key.as_str();
                    tracing::warn!(entry, why = %damaged, "stored calls are damaged: what they did is unknown");
                    (Kept::lost_at(now), true)
                }
            };
            let mut kept = before.clone();
            kept.end_overdue(now);
            result = Some(change(now, &mut kept));
            let is_changed = kept != before || is_lost;
            seen = if bytes.is_some() || is_changed { now } else { 0 };
            is_changed.then(|| kept.write())
        })?;
        self.seen.fetch_max(seen, Ordering::Relaxed);
        result.ok_or_else(|| io::Error::other("the store did not read the entry"))
    }
}

/// The entry, as it is kept. Times are milliseconds of the store's clock.
#[derive(Debug, Clone, PartialEq, Default)]
struct Kept {
    calls: Vec<Call>,
    /// Until when a list may lack what calls did of which nothing is known any more.
    lost: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Call {
    number: u64,
    began: u64,
    kind: Kind,
    state: State,
}

impl Call {
    /// From when on every list shows what it did.
    fn seen_from(&self) -> u64 {
        let (State::Open(at) | State::Unknown(at) | State::Done(at, _) | State::Nothing(at)) = &self.state;
        at.saturating_add(whole_millis(self.kind.lag))
    }
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    /// It is under way, at most until then.
    Open(u64),
    Unknown(u64),
    Done(u64, Vec<String>),
    Nothing(u64),
}

impl Kept {
    /// What is known where all calls up to now were lost, among which may be some that a hoster took for later.
    fn lost_at(now: u64) -> Self {
        Self { lost: now.saturating_add(whole_millis(LATE)), ..Self::default() }
    }

    /// Calls whose processes died are over at their deadline.
    fn end_overdue(&mut self, now: u64) {
        self.lost = self.lost.min(now.saturating_add(whole_millis(LATE)));
        for call in &mut self.calls {
            call.began = call.began.min(now);
            match &mut call.state {
                State::Open(until) if *until <= now => call.state = State::Unknown(*until),
                State::Open(until) => *until = (*until).min(now.saturating_add(HORIZON)),
                State::Unknown(at) | State::Done(at, _) | State::Nothing(at) => *at = (*at).min(now),
            }
        }
    }

    fn take(&mut self, now: u64, number: u64, kind: &Kind, allowed: Duration) -> Result<Others, Duration> {
        // If the store failed while writing and retried, the call counts once.
        self.calls.retain(|call| call.number != number);
        let is_open = |call: &Call| matches!(call.state, State::Open(_)) && call.kind.may_be(kind);
        if self.calls.iter().any(is_open) {
            return Err(LOOK);
        }
        let until = now.saturating_add(whole_millis(allowed).min(HORIZON));
        self.calls.push(Call { number, began: now, kind: kind.clone(), state: State::Open(until) });
        if self.calls.len() > KEPT
            && let Some(index) = self.first_seen()
        {
            let forgotten = self.calls.remove(index);
            self.lost = self.lost.max(forgotten.seen_from());
        }
        Ok(self.known(Some(number), kind))
    }

    /// The call that has ended, and of which every list shows first what it did.
    fn first_seen(&self) -> Option<usize> {
        let ended = self.calls.iter().enumerate().filter(|(_, call)| !matches!(call.state, State::Open(_)));
        ended.min_by_key(|(_, call)| call.seen_from()).map(|(index, _)| index)
    }

    fn read_from_cache(&mut self, number: u64, age: Duration) {
        if let Some(call) = self.calls.iter_mut().find(|call| call.number == number) {
            call.began = call.began.saturating_sub(whole_millis(age));
        }
    }

    /// Adds a call again that is not there at its end: the entry is an older copy, which lacks other calls, too.
    fn find_again(&mut self, now: u64, number: u64, kind: &Kind, ended: &Ended) {
        if !matches!(ended, Ended::Nothing) && self.calls.iter().all(|call| call.number != number) {
            self.lost = self.lost.max(now.saturating_add(whole_millis(LATE)));
            self.calls.push(Call { number, began: 0, kind: kind.clone(), state: State::Unknown(now) });
        }
    }

    /// What a call does may show so much later, now that its end is known.
    fn set_lag(&mut self, number: u64, lag: Duration) {
        if let Some(call) = self.calls.iter_mut().find(|call| call.number == number) {
            call.kind.lag = lag;
        }
    }

    fn end(&mut self, now: u64, number: u64, ended: &Ended) {
        match ended {
            Ended::Nothing => self.calls.retain(|call| call.number != number),
            Ended::Unknown => self.set(number, State::Unknown(now)),
            Ended::Done(keys) => self.set(number, State::Done(now, keys.clone())),
            Ended::DidNot => self.set(number, State::Nothing(now)),
        }
    }

    fn set(&mut self, number: u64, state: State) {
        if let Some(call) = self.calls.iter_mut().find(|call| call.number == number) {
            call.state = state;
        }
    }

    /// What other calls mean for this one; see `Turns::others`. What was lost may also have taken back what it did.
    fn others(&self, turn: Option<u64>, kind: &Kind) -> Others {
        let known = self.known(turn, kind);
        Others { may_have_undone_it: known.may_have_undone_it || self.has_lost(turn), ..known }
    }

    /// Whether calls may be lost that this one was not made long after.
    fn has_lost(&self, turn: Option<u64>) -> bool {
        // Without this call's own entry, the store has lost those of others, too.
        self.calls.iter().find(|call| Some(call.number) == turn).is_none_or(|own| self.lost >= own.began.max(1))
    }

    /// The same, without what calls may have taken back that were lost before it: then it had done nothing yet.
    fn known(&self, turn: Option<u64>, kind: &Kind) -> Others {
        let own = self.calls.iter().find(|call| Some(call.number) == turn);
        let is_seen = |from: u64| own.is_some_and(|own| from < own.began);
        let (may_have_done_it, may_have_undone_it) = (self.has_lost(turn), own.is_none());
        let mut others = Others { keys: Vec::new(), may_have_done_it, may_have_undone_it };
        for call in self.calls.iter().filter(|call| Some(call.number) != turn) {
            let made = match &call.state {
                State::Nothing(_) => continue,
                State::Unknown(_) | State::Done(..) if is_seen(call.seen_from()) => continue,
                State::Done(_, keys) => Some(keys.as_slice()),
                State::Open(_) | State::Unknown(_) => None,
            };
            let is_later = match &call.state {
                State::Done(at, _) => own.is_some_and(|own| *at >= own.began),
                State::Open(_) | State::Unknown(_) | State::Nothing(_) => true,
            };
            others.may_have_undone_it |= is_later && call.kind.may_undo(kind);
            others.add(call.kind.bearing(kind, made));
        }
        others
    }

    fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut kept = Self::default();
        for line in entry::read(KIND, bytes)? {
            match line[..] {
                ["lost", at] => kept.lost = entry::number(at)?,
                ["call", number, began, reads, about, operation, shows, state, at] => kept.calls.push(Call {
                    number: entry::number(number)?,
                    began: entry::number(began)?,
                    kind: Kind {
                        reads: entry::number(reads)?,
                        about: entry::number(about)?,
                        operation: entry::number(operation)?,
                        shown: match shows {
                            "item" => Shown::Item,
                            "removal" => Shown::Removal,
                            "change" => Shown::Change,
                            "other" => Shown::State,
                            _ => return Err(Damaged("how a call shows is unknown")),
                        },
                        inputs: Vec::new(),
                        lag: LAG,
                    },
                    state: match state {
                        "open" => State::Open(entry::number(at)?),
                        "unknown" => State::Unknown(entry::number(at)?),
                        "done" => State::Done(entry::number(at)?, Vec::new()),
                        "nothing" => State::Nothing(entry::number(at)?),
                        _ => return Err(Damaged("a state is unknown")),
                    },
                }),
                ["lag", millis] => {
                    let call = kept.calls.last_mut().ok_or(Damaged("a lag has no call"))?;
                    call.kind.lag = Duration::from_millis(entry::number(millis)?);
                }
                ["input", name, value] => {
                    let call = kept.calls.last_mut().ok_or(Damaged("an input has no call"))?;
                    call.kind.inputs.push((entry::number(name)?, entry::number(value)?));
                }
                ["made", key] => match kept.calls.last_mut() {
                    Some(Call { state: State::Done(_, keys), .. }) => keys.push(entry::text(key)?),
                    _ => return Err(Damaged("an item has no call")),
                },
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
        for Call { number, began, kind, state } in &self.calls {
            let (state, at, keys) = match state {
                State::Open(until) => ("open", until, [].as_slice()),
                State::Unknown(at) => ("unknown", at, [].as_slice()),
                State::Done(at, keys) => ("done", at, keys.as_slice()),
                State::Nothing(at) => ("nothing", at, [].as_slice()),
            };
            let shows = match kind.shown {
                Shown::Item => "item",
                Shown::Removal => "removal",
                Shown::Change => "change",
                Shown::State => "other",
            };
            let Kind { reads, about, operation, .. } = kind;
            writer.line(format_args!("call {number} {began} {reads} {about} {operation} {shows} {state} {at}"));
            if kind.lag != LAG {
                writer.line(format_args!("lag {}", whole_millis(kind.lag)));
            }
            for (name, value) in &kind.inputs {
                writer.line(format_args!("input {name} {value}"));
            }
            for key in keys {
                writer.line(format_args!("made {}", entry::word(key)));
            }
        }
        writer.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(value: u64) -> Kind {
        Kind { reads: 1, about: 1, operation: 2, shown: Shown::Item, inputs: vec![(3, value)], lag: LAG }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn one_at_a_time_and_what_it_made_is_known() {
        let mut kept = Kept::default();
        assert_eq!(kept.take(1_000, 1, &kind(4), MINUTE), Ok(Others::default()));
        assert_eq!(kept.take(1_001, 2, &kind(4), MINUTE), Err(LOOK));
        assert!(kept.take(1_001, 3, &kind(5), MINUTE).is_ok(), "another name is another call");
        kept.end(2_000, 1, &Ended::Done(vec!["7".to_owned()]));
        let others = kept.take(2_001, 2, &kind(4), MINUTE).unwrap();
        assert_eq!(others, Others { keys: vec!["7".to_owned()], ..Others::default() });
        kept.end(3_000, 2, &Ended::Nothing);
        assert_eq!(kept.calls.len(), 2);
        assert_eq!(Kept::read(&kept.write()), Ok(kept.clone()));
        // Long after, the list shows what was made.
        let lag = whole_millis(LAG);
        assert_eq!(kept.take(2_000 + lag, 4, &kind(4), MINUTE).unwrap().keys, ["7"]);
        kept.end(0, 4, &Ended::Nothing);
        assert_eq!(kept.take(2_001 + lag, 5, &kind(4), MINUTE), Ok(Others::default()));
    }

    /// A copy of the entry was put back that is older than the call.
    #[test]
    fn a_call_that_the_store_lost_is_known_again_at_its_end() {
        let mut kept = Kept::default();
        assert!(kept.take(1_000, 2, &kind(4), MINUTE).is_ok(), "another process found the entry without call 1");
        kept.find_again(2_000, 1, &kind(4), &Ended::Nothing);
        assert!(!kept.others(Some(2), &kind(4)).may_have_done_it, "it did nothing");
        let made = Ended::Done(vec!["7".to_owned()]);
        kept.find_again(2_000, 1, &kind(4), &made);
        kept.end(2_000, 1, &made);
        let others = kept.others(Some(2), &kind(4));
        assert!(others.may_have_done_it && others.keys == ["7"], "{others:?}");
        assert_eq!(Kept::read(&kept.write()), Ok(kept));
    }

    /// What a later call takes back was done.
    #[test]
    fn a_later_call_may_have_taken_it_back() {
        let removal = || Kind { shown: Shown::Removal, operation: 9, ..kind(4) };
        let undone = |first: &Kind, second: &Kind, ended: &Ended| {
            let mut kept = Kept::default();
            assert!(kept.take(1_000, 1, first, MINUTE).is_ok());
            kept.end(2_000, 1, &Ended::Unknown);
            assert!(kept.take(3_000, 2, second, MINUTE).is_ok());
            kept.end(4_000, 2, ended);
            assert_eq!(Kept::read(&kept.write()), Ok(kept.clone()));
            [1, 2].map(|number| kept.others(Some(number), if number == 1 { first } else { second }).may_have_undone_it)
        };
        let made = || Ended::Done(vec!["7".to_owned()]);
        // An earlier one whose outcome is unknown may be carried out later.
        assert_eq!(undone(&removal(), &kind(4), &made()), [true, true]);
        assert!(!undone(&removal(), &kind(4), &Ended::Nothing)[0]);
        assert_eq!(undone(&removal(), &removal(), &made()), [false, false]);
        let mut kept = Kept::default();
        assert!(kept.take(1_000, 1, &removal(), MINUTE).is_ok());
        kept.end(2_000, 1, &Ended::Done(Vec::new()));
        assert!(!kept.take(2_001, 2, &kind(4), MINUTE).unwrap().may_have_undone_it, "it was over before");
    }

    /// The next call reads the list before it, where what a call of long ago does may not show yet.
    #[test]
    fn what_takes_hours_to_show_may_have_done_it_for_hours() {
        let slow = || Kind { lag: 8 * LAG, operation: 9, ..kind(4) };
        for (wait, may_have_done_it) in [(2 * LAG, true), (7 * LAG, true), (9 * LAG, false)] {
            let mut kept = Kept::default();
            assert!(kept.take(1_000, 1, &slow(), MINUTE).is_ok());
            kept.end(2_000, 1, &Ended::Unknown);
            assert_eq!(Kept::read(&kept.write()), Ok(kept.clone()));
            let others = kept.take(2_000 + whole_millis(wait), 2, &kind(4), MINUTE).unwrap();
            assert_eq!(others.may_have_done_it, may_have_done_it, "{wait:?}");
        }
    }

    #[test]
    fn a_list_from_a_cache_shows_earlier_calls_that_much_later() {
        let (mut kept, lag) = (Kept::default(), whole_millis(LAG));
        assert!(kept.take(1_000, 1, &kind(4), MINUTE).is_ok());
        kept.end(2_000, 1, &Ended::Unknown);
        let taken = kept.take(2_001 + lag, 2, &kind(4), MINUTE);
        assert_eq!(taken, Ok(Others::default()));
        kept.read_from_cache(2, Duration::from_secs(1));
        assert!(kept.others(Some(2), &kind(4)).may_have_done_it);
    }

    /// Whatever stands in an entry, it is read or damaged, and what is read can be used and written.
    #[test]
    fn no_word_of_an_entry_makes_it_panic() {
        let mut kept = Kept { lost: 9, ..Kept::default() };
        for (number, ended) in [Ended::Done(vec!["7".to_owned()]), Ended::Unknown, Ended::DidNot].iter().enumerate() {
            let number = number as u64 + 1;
            assert!(kept.take(1_000, number, &Kind { lag: 2 * LAG, ..kind(number) }, MINUTE).is_ok());
            kept.end(2_000, number, ended);
        }
        assert!(kept.take(1_000, 4, &kind(4), MINUTE).is_ok());
        let text = String::from_utf8(kept.write()).unwrap();
        let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(' ').collect()).collect();
        let (mut read, mut damaged) = (0, 0);
        let mut check = |lines: &[Vec<&str>]| {
            let mut writer = Writer::new(KIND);
            lines.iter().for_each(|line| writer.line(format_args!("{}", line.join(" "))));
            let Ok(mut kept) = Kept::read(&writer.end()) else { return damaged += 1 };
            read += 1;
            kept.end_overdue(3_000);
            for number in [1, 4, 9] {
                let _ = kept.take(4_000, number, &kind(number), MINUTE);
                kept.find_again(5_000, number, &kind(number), &Ended::Unknown);
                kept.read_from_cache(number, Duration::MAX);
                kept.end(u64::MAX, number, &Ended::Unknown);
                let _ = kept.others(Some(number), &kind(number));
            }
            assert_eq!(Kept::read(&kept.write()), Ok(kept));
        };
        let lines = &lines[..lines.len() - 1];
        for (at, line) in lines.iter().enumerate() {
            let without: Vec<_> =
                lines.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, line)| line.clone()).collect();
            check(&without);
            for word in 0..=line.len() {
                for other in ["", "0", "18446744073709551615", "-1", "open", "done", "removal", "sideways", "%FF"] {
                    let mut changed = lines.to_vec();
                    match changed[at].get_mut(word) {
                        Some(word) => *word = other,
                        None => changed[at].push(other),
                    }
                    check(&changed);
                }
            }
        }
        assert!(read > 50 && damaged > 200, "{read} were read, {damaged} damaged");
    }

    #[test]
    fn what_was_forgotten_may_have_done_it() {
        let mut kept = Kept::default();
        assert!(kept.take(1, 0, &kind(4), MINUTE).is_ok(), "under way, and not forgotten");
        for number in 1..1_000 {
            assert!(kept.take(1_000 + number, number, &kind(5), MINUTE).is_ok());
            kept.end(1_000 + number, number, &Ended::Done(vec!["7".to_owned()]));
        }
        assert_eq!((kept.lost, kept.calls.len()), (0, 1_000));
        assert!(kept.take(3_000, 1_000, &kind(5), MINUTE).unwrap().may_have_done_it);
        let lost = 1_001 + whole_millis(LAG);
        assert_eq!((kept.lost, kept.calls.len(), kept.calls[0].number), (lost, 1_000, 0));
        assert_eq!(Kept::read(&kept.write()), Ok(kept));
        // One of the calls that were lost may take weeks to show.
        let mut kept = Kept::lost_at(1);
        assert!(kept.take(2 + 2 * whole_millis(LAG), 1, &kind(4), MINUTE).unwrap().may_have_done_it);
        assert!(!kept.take(2 + whole_millis(LATE), 2, &kind(5), MINUTE).unwrap().may_have_done_it);
        // Nor is it known what a call made that names nothing.
        let mut kept = Kept::default();
        assert!(kept.take(1, 1, &kind(4), MINUTE).is_ok());
        kept.end(2, 1, &Ended::Done(Vec::new()));
        assert!(kept.take(3, 2, &kind(4), MINUTE).is_ok_and(|others| others.may_have_done_it));
    }

    /// What a hoster accepted is known for a month, however many calls follow.
    #[test]
    fn what_comes_late_is_forgotten_last() {
        let mut kept = Kept::default();
        assert!(kept.take(1, 1, &Kind { lag: LATE, ..kind(4) }, MINUTE).is_ok());
        kept.end(2, 1, &Ended::Unknown);
        for number in 2..1_500 {
            assert!(kept.take(1_000 + number, number, &kind(5), MINUTE).is_ok());
            kept.end(1_000 + number, number, &Ended::Done(vec!["7".to_owned()]));
        }
        let later = 20 * HORIZON;
        assert!(kept.take(later, 2_000, &kind(4), MINUTE).unwrap().may_have_done_it, "it may be carried out yet");
        // Nor is the time of such a call cut where it is forgotten all the same.
        let mut kept = Kept { lost: whole_millis(LATE), ..Kept::default() };
        kept.end_overdue(1);
        assert!(kept.take(later, 1, &kind(4), MINUTE).unwrap().may_have_done_it);
    }

    #[test]
    fn the_outcome_of_a_process_that_died_is_unknown() {
        let mut kept = Kept::default();
        assert!(kept.take(1_000, 1, &kind(4), MINUTE).is_ok());
        kept.end_overdue(60_999);
        assert_eq!(kept.take(60_999, 2, &kind(4), MINUTE), Err(LOOK));
        kept.end_overdue(61_000);
        assert!(kept.take(61_000, 2, &kind(4), MINUTE).unwrap().may_have_done_it);
        assert_eq!(Kept::read(&kept.write()), Ok(kept));
        let mut lost = Kept::lost_at(5);
        assert!(lost.take(6, 1, &kind(4), MINUTE).unwrap().may_have_done_it, "a damaged entry");
        let (alone, gone) = (lost.others(Some(1), &kind(5)), Kept::default().others(Some(1), &kind(4)));
        assert!(alone.may_have_done_it && gone.may_have_done_it, "the entry of the call itself is gone");
        assert!(Kept::read(&Writer::new(KIND).end()).is_ok());
        let mut writer = Writer::new(KIND);
        writer.line(format_args!("made 7"));
        assert!(Kept::read(&writer.end()).is_err());
    }
}
