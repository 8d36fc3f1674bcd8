//! Calls that could be taken for one another: they go one after the other, and what each of them made is remembered.
//!
//! Where a read shows what a call did as a difference from before, two such calls under way at once could not be told
//! apart afterwards. What the earlier ones made is left out when a later one is looked for.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use event_listener::{Event, EventListener};
use hostkit_proto::Endpoint;
use hostkit_proto::Perform;
use hostkit_proto::evidence::{Inputs, Reading, Shows};

use crate::store::thread::random;
use crate::sync::Mutex;
use crate::time::Moment;

/// A list may be as old as this: what an earlier call did may show later, and be taken for what a later one did.
pub(crate) const LAG: Duration = Duration::from_secs(15 * 60);

/// The most calls that are remembered.
const KEPT: usize = 1000;

/// The calls of one client and its clones.
pub(crate) struct Turns(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    ended: Event,
}

struct State {
    /// The number before the first turn, and that of the last; `forgotten` is that of the last one that is no longer
    /// remembered.
    start: u64,
    last: u64,
    forgotten: u64,
    known: VecDeque<Known>,
}

struct Known {
    number: u64,
    /// When it began to read what was there before.
    began: Moment,
    kind: Kind,
    end: End,
}

/// What makes a call one that could be taken for another.
#[derive(Clone)]
pub(crate) struct Kind {
    reads: (&'static str, &'static str),
    operation: &'static str,
    shows: Shows,
    amount: Option<&'static str>,
    inputs: Inputs,
}

enum End {
    /// It is under way.
    Open,
    /// Nobody knows what it did; with the time when it was given up, unless it was abandoned.
    Unknown(Option<Moment>),
    /// It was carried out, and made these items; none are named where its answer names none.
    Done(Moment, Vec<String>),
}

/// What other calls mean for a call that is looked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Others {
    /// The keys of what they made.
    pub(crate) keys: Vec<String>,
    /// Whether one of them may have made what is found, too.
    pub(crate) may_have_done_it: bool,
}

impl Kind {
    pub(crate) fn of<E: Perform>(inputs: &Inputs) -> Self {
        type First<E> = <<E as Perform>::Reading as Reading>::First;
        type Then<E> = <<E as Perform>::Reading as Reading>::Then;
        Self {
            reads: (First::<E>::INFO.spec, Then::<E>::INFO.spec),
            operation: E::INFO.name,
            shows: E::SHOWS_AS,
            amount: E::AMOUNT,
            inputs: inputs.clone(),
        }
    }

    fn may_be(&self, other: &Self) -> bool {
        let are_items = self.shows == Shows::Item && other.shows == Shows::Item;
        self.reads == other.reads
            && (are_items || self.operation == other.operation)
            && self.inputs.may_be(&other.inputs, self.amount)
    }
}

impl Turns {
    pub(crate) fn new() -> Self {
        // Numbers start anywhere, so that those of tickets of another process are none of these.
        let start = random() >> 1;
        let state = State { start, last: start, forgotten: start, known: VecDeque::new() };
        Self(Arc::new(Shared { state: Mutex::new(state), ended: Event::new() }))
    }

    /// Takes a turn, once no call is under way that could be taken for this one.
    pub(crate) fn take(&self, kind: &Kind, began: Moment) -> Result<Turn, EventListener> {
        // Listening starts before the check, so no end is missed.
        let listener = self.0.ended.listen();
        let mut state = self.0.lock();
        if state.known.iter().any(|known| matches!(known.end, End::Open) && known.kind.may_be(kind)) {
            return Err(listener);
        }
        state.last += 1;
        let number = state.last;
        state.known.push_back(Known { number, began, kind: kind.clone(), end: End::Open });
        if state.known.len() > KEPT
            && let Some(index) = state.known.iter().position(|known| !matches!(known.end, End::Open))
            && let Some(known) = state.known.remove(index)
        {
            state.forgotten = state.forgotten.max(known.number);
        }
        Ok(Turn { shared: Arc::clone(&self.0), number, is_over: false })
    }

    /// What other calls mean for the call of this turn, or for a call of another process.
    pub(crate) fn others(&self, turn: Option<u64>, kind: &Kind) -> Others {
        let state = self.0.lock();
        let own = state.known.iter().find(|known| Some(known.number) == turn);
        // It cannot be known what calls did that are forgotten, if they came after this one.
        let is_forgotten = own.is_none() && turn.is_some_and(|turn| turn > state.start && turn <= state.forgotten);
        let mut others = Others { keys: Vec::new(), may_have_done_it: is_forgotten };
        for known in state.known.iter().filter(|known| Some(known.number) != turn && known.kind.may_be(kind)) {
            // What an earlier call did was seen before this one, unless the list lagged.
            let was_seen = |ended: Moment| own.is_some_and(|own| known.number < own.number && ended + LAG < own.began);
            match &known.end {
                End::Open | End::Unknown(None) => others.may_have_done_it = true,
                End::Unknown(Some(ended)) => others.may_have_done_it |= !was_seen(*ended),
                End::Done(ended, _) if was_seen(*ended) => {}
                End::Done(_, keys) if keys.is_empty() => others.may_have_done_it = true,
                End::Done(_, keys) => others.keys.extend(keys.iter().cloned()),
            }
        }
        others
    }

    /// Records what a recovery found out about the call of a turn: what it made, or that it did nothing.
    pub(crate) fn tell(&self, number: u64, at: Moment, made: Option<Vec<String>>) {
        self.0.end(number, made.map(|keys| End::Done(at, keys)));
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

/// The turn of one call. When it is dropped, nobody knows what the call did.
pub(crate) struct Turn {
    shared: Arc<Shared>,
    number: u64,
    is_over: bool,
}

impl Turn {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The call was carried out, and made these items.
    pub(crate) fn done(mut self, at: Moment, made: Vec<String>) {
        self.is_over = true;
        self.shared.end(self.number, Some(End::Done(at, made)));
    }

    /// The call did nothing.
    pub(crate) fn nothing(mut self) {
        self.is_over = true;
        self.shared.end(self.number, None);
    }

    /// Nobody knows what the call did.
    pub(crate) fn unknown(mut self, at: Moment) {
        self.is_over = true;
        self.shared.end(self.number, Some(End::Unknown(Some(at))));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            self.shared.end(self.number, Some(End::Unknown(None)));
        }
    }
}
