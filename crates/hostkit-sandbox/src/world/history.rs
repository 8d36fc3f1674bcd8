//! The events of objects in order, which a hoster shows as the log of a server.

use crate::clock::Moment;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Counts from 1 through the whole world.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// What, such as `server started`.
    pub what: &'static str,
    object: String,
}

/// All events.
#[derive(Debug, Clone, Default)]
pub(super) struct History(Vec<Event>);

impl History {
    pub(super) fn add(&mut self, at: Moment, what: &'static str, object: &str) {
        let number = self.0.len() as u64 + 1;
        self.0.push(Event { number, at, what, object: object.to_owned() });
    }

    /// The events of an object, the oldest first.
    pub(super) fn of(&self, object: String) -> impl DoubleEndedIterator<Item = &Event> {
        self.0.iter().filter(move |event| event.object == object)
    }
}
