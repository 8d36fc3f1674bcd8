//! All events, and those that can happen next.

use super::caller::{Caller, Driver};
use super::server::{Fate, LOGINS, ROWS};
use super::shop::LOGIN;
use super::world::World;

/// An event; the first number is that of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Event {
    /// The driver steps the machine, woken or not.
    Step(usize),
    /// The driver steps the machine while a request is in flight.
    StepInFlight(usize),
    /// An answer, by its row in [`ROWS`], and the fate of the call at the server.
    Answer(usize, usize, Fate),
    Login(usize, usize),
    /// The deadline passed without an answer, and the driver did not report it.
    GivenUp(usize, Fate),
    /// An unsolicited answer.
    Forged(usize),
    Cancel(usize),
    Drop(usize),
    /// Time passes: to the next timer, to the next deadline, to 95 % of the token's life, to its end, or by a fixed
    /// while.
    Timer,
    Deadline,
    TokenIsOld,
    TokenEnds,
    While,
    /// Only the wall clock changes.
    Suspend,
    SetBack,
    Reset,
    /// Another client of the session, or another process, signs in.
    OtherLeads,
    OtherSucceeds,
    OtherFails,
    OtherIsRefused,
    OtherLeaves,
    /// The store carries out its pending changes, or fails.
    StoreWorks,
    StoreFails,
}

impl Event {
    /// The names of all events but answers.
    pub(super) const KINDS: &[&str] = &[
        "Step",
        "StepInFlight",
        "GivenUp, No",
        "GivenUp, Done",
        "Forged",
        "Cancel",
        "Drop",
        "Timer",
        "Deadline",
        "TokenIsOld",
        "TokenEnds",
        "While",
        "Suspend",
        "SetBack",
        "Reset",
        "OtherLeads",
        "OtherSucceeds",
        "OtherFails",
        "OtherIsRefused",
        "OtherLeaves",
        "StoreWorks",
        "StoreFails",
    ];

    /// The event as it is printed.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Answer(number, row, fate) => format!("Answer({number}, `{}`, {fate:?})", ROWS[row].name),
            Self::Login(number, row) => format!("Login({number}, `{}`)", LOGINS[row].name),
            event => format!("{event:?}"),
        }
    }

    /// The event without its caller; every kind has to occur in some setting.
    pub(super) fn kind(self) -> String {
        match self {
            Self::Answer(_, row, fate) => format!("`{}`, {fate:?}", ROWS[row].name),
            Self::Login(_, row) => format!("`{}`", LOGINS[row].name),
            Self::GivenUp(_, fate) => format!("GivenUp, {fate:?}"),
            event => format!("{event:?}").chars().take_while(|letter| letter.is_alphabetic()).collect(),
        }
    }
}

impl World {
    /// Everything that can happen next.
    pub(super) fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        if self.is_over() {
            return events;
        }
        for (number, caller) in self.callers.iter().enumerate() {
            caller.add_events(number, self, &mut events);
        }
        let timers = [
            (Event::Timer, self.next_timer()),
            (Event::Deadline, self.next_deadline()),
            (Event::TokenIsOld, self.token_age(0.95)),
            (Event::TokenEnds, self.token_age(1.0)),
        ];
        let mut moments = Vec::new();
        for (event, moment) in timers {
            if let Some(moment) = moment.filter(|moment| *moment > self.now.monotonic && !moments.contains(moment)) {
                moments.push(moment);
                events.push(event);
            }
        }
        let mut if_left = |left: u32, more: &[Event]| {
            if left > 0 {
                events.extend_from_slice(more);
            }
        };
        if_left(self.left.whiles, &[Event::While]);
        if_left(self.left.jumps, &[Event::Suspend, Event::SetBack]);
        if_left(self.left.resets, &[Event::Reset]);
        match self.other.is_some() || self.store.as_ref().is_some_and(|(_, process)| process.leads()) {
            false => if_left(self.left.others, &[Event::OtherLeads]),
            true => {
                let ends = [Event::OtherSucceeds, Event::OtherFails, Event::OtherIsRefused, Event::OtherLeaves];
                if_left(1, &ends);
            }
        }
        if self.waits_for_the_store() {
            events.extend([Event::StoreWorks, Event::StoreFails]);
        }
        events
    }
}

impl Caller {
    fn add_events(&self, number: usize, world: &World, events: &mut Vec<Event>) {
        let setting = world.setting;
        match &self.driver {
            Driver::Over => return,
            Driver::Wire(wire) if wire.is_login => {
                let rows = LOGINS.iter().enumerate();
                let rows = rows.filter(|(_, row)| !row.fates(&LOGIN, setting.answers).is_empty());
                events.extend(rows.map(|(row, _)| Event::Login(number, row)));
            }
            Driver::Wire(_) => {
                for (row, fates) in ROWS.iter().map(|row| row.fates(&self.kind.info, setting.answers)).enumerate() {
                    events.extend(fates.iter().map(|fate| Event::Answer(number, row, *fate)));
                }
            }
            _ => events.extend([Event::Step(number), Event::Forged(number)]),
        }
        if let Driver::Wire(wire) = &self.driver {
            if world.now.monotonic < wire.deadline {
                events.push(Event::StepInFlight(number));
            } else {
                events.extend([Event::GivenUp(number, Fate::No), Event::GivenUp(number, Fate::Done)]);
            }
        }
        if setting.cancels && !self.cancel.is_cancelled() {
            events.push(Event::Cancel(number));
        }
        if setting.drops {
            events.push(Event::Drop(number));
        }
    }
}
