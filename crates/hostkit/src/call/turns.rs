//! Calls that could be taken for one another: they go one after the other, and what each of them made is remembered.
//!
//! Where a read shows what a call did as a difference from before, two such calls under way at once could not be told
//! apart afterwards. What the earlier ones made is left out when a later one is looked for.

mod kind;
mod shared;

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use event_listener::{Event, EventListener};

use crate::store::thread::{Answer, random};
use crate::sync::Mutex;
use crate::time::Moment;

use kind::{KEPT, LATE};
pub(crate) use kind::{Kind, Others};
use shared::Ended;
pub(crate) use shared::SharedTurns;

/// The calls of one client and its clones, and of other processes where they share a store.
pub(crate) struct Turns {
    here: Arc<Shared>,
    store: Option<SharedTurns>,
}

struct Shared {
    state: Mutex<State>,
    ended: Event,
}

struct State {
    /// The number of the last turn.
    last: u64,
    /// Until when a list may lack what calls did that are no longer remembered.
    forgotten: Option<Moment>,
    known: VecDeque<Known>,
}

struct Known {
    number: u64,
    /// When it began to read what was there before, or as of when that is, if it came from a cache.
    began: Moment,
    kind: Kind,
    end: End,
    /// It is known from the ticket of another process alone, which knew of other calls beside it.
    is_restored: bool,
}

impl Known {
    /// From when on every list shows what it did, if it is known when it ended.
    fn seen_from(&self) -> Option<Moment> {
        match self.end {
            End::Open | End::Unknown(None) => None,
            End::Unknown(Some(ended)) | End::Done(ended, _) => Some(ended + self.kind.lag),
        }
    }
}

enum End {
    /// It is under way.
    Open,
    /// Its outcome is unknown; with the time when it was given up, unless it was abandoned.
    Unknown(Option<Moment>),
    /// It was carried out, and made these items; none are named where its answer names none.
    Done(Moment, Vec<String>),
}

impl State {
    /// Adds a call, and forgets one that has ended where there are too many.
    fn keep(&mut self, known: Known) {
        self.known.push_back(known);
        if self.known.len() > KEPT
            && let Some(index) = self.first_seen()
            && let Some(known) = self.known.remove(index)
        {
            self.forgotten = self.forgotten.max(Some(known.seen_from().unwrap_or(Moment::NEVER)));
        }
    }

    /// The call that has ended, and of which every list shows first what it did.
    fn first_seen(&self) -> Option<usize> {
        let ended = self.known.iter().enumerate().filter(|(_, known)| !matches!(known.end, End::Open));
        ended.min_by_key(|(_, known)| known.seen_from().unwrap_or(Moment::NEVER)).map(|(index, _)| index)
    }
}

impl Turns {
    pub(crate) fn new(store: Option<SharedTurns>) -> Self {
        // Numbers start anywhere, so that those of tickets of another process are none of these.
        let state = State { last: random() >> 1, forgotten: None, known: VecDeque::new() };
        Self { here: Arc::new(Shared { state: Mutex::new(state), ended: Event::new() }), store }
    }

    /// Takes a turn, once no call is under way that could be taken for this one.
    pub(crate) fn take(&self, kind: &Kind, began: Moment) -> Result<Turn, EventListener> {
        // Listening starts before the check, so no end is missed.
        let listener = self.here.ended.listen();
        let mut state = self.here.lock();
        if state.known.iter().any(|known| matches!(known.end, End::Open) && known.kind.may_be(kind)) {
            return Err(listener);
        }
        state.last += 1;
        let number = state.last;
        state.keep(Known { number, began, kind: kind.clone(), end: End::Open, is_restored: false });
        let (shared, kind) = (Arc::clone(&self.here), kind.clone());
        Ok(Turn { shared, store: None, number, kind, late_if_lost: false, acts: false, is_over: false })
    }

    /// Remembers a call that is looked for here and may not be of here, which has ended at this time at the latest: what it
    /// made is none of a later call's.
    pub(crate) fn remember(&self, number: u64, kind: Kind, ended: Moment) {
        let mut state = self.here.lock();
        if state.known.iter().all(|known| known.number != number) {
            // When it began is not known, so it may have run beside any other call.
            let (began, end) = (Moment::START, End::Unknown(Some(ended)));
            state.keep(Known { number, began, kind, end, is_restored: true });
        }
    }

    /// What other calls mean for the call of this turn, or for a call of another process.
    pub(crate) fn others(&self, turn: Option<u64>, kind: &Kind) -> Others {
        let state = self.here.lock();
        let own = state.known.iter().find(|known| Some(known.number) == turn);
        // What an earlier call did was seen before this one, unless the list lagged.
        let was_seen = |from: Moment| own.is_some_and(|own| from < own.began);
        let is_forgotten = state.forgotten.is_some_and(|from| !was_seen(from));
        let mut others = Others { keys: Vec::new(), may_have_done_it: is_forgotten, may_have_undone_it: is_forgotten };
        for known in state.known.iter().filter(|known| Some(known.number) != turn) {
            let made = match &known.end {
                _ if known.seen_from().is_some_and(was_seen) => continue,
                End::Done(_, keys) => Some(keys.as_slice()),
                End::Open | End::Unknown(_) => None,
            };
            let is_later = match &known.end {
                End::Done(ended, _) => own.is_none_or(|own| *ended >= own.began),
                // It may be carried out yet.
                End::Open | End::Unknown(_) => true,
            };
            others.may_have_undone_it |= is_later && known.kind.may_undo(kind);
            others.add(known.kind.bearing(kind, made));
        }
        others
    }

    /// Whether what other calls mean for the call of this turn is known here, or in the store.
    pub(crate) fn is_known(&self, turn: Option<u64>) -> bool {
        let is_own = |known: &Known| Some(known.number) == turn && !known.is_restored;
        self.store.is_some() || self.here.lock().known.iter().any(is_own)
    }

    /// Asks the store, if there is one, for a turn among the calls of all processes. The answer is what earlier ones mean
    /// for this call, or how long to wait before asking again.
    pub(crate) fn take_shared(
        &self,
        turn: &mut Turn,
        kind: &Kind,
        allowed: Duration,
    ) -> Option<Answer<Result<Others, Duration>>> {
        let store = self.store.as_ref()?;
        // From here on the store has to hear of the end.
        turn.store = Some(store.clone());
        // A process that dies tells no end.
        let kind = if turn.late_if_lost { kind.clone().late() } else { kind.clone() };
        Some(store.take(turn.number, kind, allowed))
    }

    /// Asks the store, if there is one, what the calls of all processes mean for this one.
    pub(crate) fn others_shared(&self, turn: Option<u64>, kind: &Kind) -> Option<Answer<Others>> {
        Some(self.store.as_ref()?.others(turn, kind.clone()))
    }

    /// The same for a call that has its turn still: what was lost before that has taken back nothing of it.
    pub(crate) fn others_since(&self, turn: u64, kind: &Kind) -> Option<Answer<Others>> {
        Some(self.store.as_ref()?.others_since(turn, kind.clone()))
    }

    /// Records what a recovery found out about the call of a turn: what it made, or that it did nothing. The answer comes
    /// once the store knows it.
    pub(crate) fn tell(&self, number: u64, at: Moment, made: Option<Vec<String>>) -> Option<Answer<()>> {
        let ended = made.clone().map_or(Ended::DidNot, Ended::Done);
        let told = self.store.as_ref().map(|store| store.end(number, None, ended));
        self.here.end(number, made.map(|keys| End::Done(at, keys)));
        told
    }
}

impl Shared {
    fn lock(&self) -> impl std::ops::DerefMut<Target = State> + '_ {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a turn; without an end, the call did nothing and is forgotten.
    fn end(&self, number: u64, end: Option<End>) {
        let mut state = self.lock();
        if let Some(index) = state.known.iter().position(|known| known.number == number) {
            match (end, state.known.get_mut(index)) {
                (Some(end), Some(known)) => known.end = end,
                _ => drop(state.known.remove(index)),
            }
        }
        drop(state);
        self.ended.notify(usize::MAX);
    }
}

/// The turn of one call. When it is dropped once the call itself has begun, the outcome of the call is unknown.
pub(crate) struct Turn {
    shared: Arc<Shared>,
    /// The store that other processes share, once it was asked.
    store: Option<SharedTurns>,
    number: u64,
    kind: Kind,
    /// Whether the answer that is lost with the call may say that it is carried out much later.
    late_if_lost: bool,
    acts: bool,
    is_over: bool,
}

impl Turn {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// What was there before the call came from a cache, and is so old: what earlier calls did shows in it that much later.
    pub(crate) fn read_from_cache(&mut self, age: Duration) {
        if age.is_zero() {
            return;
        }
        if let Some(own) = self.shared.lock().known.iter_mut().find(|known| known.number == self.number) {
            own.began = own.began.before(age);
        }
        // Whoever asks the store what other calls mean for this one does so later, and in turn.
        drop(self.store.as_ref().map(|store| store.read_from_cache(self.number, age)));
    }

    /// The call itself is sent: until now there were only reads and sign-ins.
    pub(crate) fn act(&mut self) {
        self.acts = true;
    }

    /// A lost answer may be that the call is carried out much later.
    pub(crate) fn may_be_late_if_lost(&mut self) {
        self.late_if_lost = true;
    }

    /// The hoster may carry the call out much later: what it makes then is none of the calls that are made meanwhile.
    pub(crate) fn may_come_late(&mut self) {
        self.kind.lag = self.kind.lag.max(LATE);
        if let Some(own) = self.shared.lock().known.iter_mut().find(|known| known.number == self.number) {
            own.kind.lag = self.kind.lag;
        }
    }

    /// The call was carried out, and made these items. The answer comes once the store knows it.
    pub(crate) fn done(mut self, at: Moment, made: Vec<String>) -> Option<Answer<()>> {
        self.end(Ended::Done(made.clone()), Some(End::Done(at, made)))
    }

    /// The call did nothing.
    pub(crate) fn nothing(mut self) -> Option<Answer<()>> {
        self.end(Ended::Nothing, None)
    }

    /// The outcome of the call is unknown.
    pub(crate) fn unknown(mut self, at: Moment) -> Option<Answer<()>> {
        self.end(Ended::Unknown, Some(End::Unknown(Some(at))))
    }

    fn end(&mut self, shared: Ended, end: Option<End>) -> Option<Answer<()>> {
        self.is_over = true;
        let told = self.store.as_ref().map(|store| store.end(self.number, Some(self.kind.clone()), shared));
        self.shared.end(self.number, end);
        told
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            if self.late_if_lost && self.acts {
                self.may_come_late();
            }
            // Nothing waits for the store here.
            drop(match self.acts {
                true => self.end(Ended::Unknown, Some(End::Unknown(None))),
                false => self.end(Ended::Nothing, None),
            });
        }
    }
}
