//! What happened to things, in order: what a hoster shows as the log of a server.

use super::World;
use crate::clock::Moment;

/// Something that happened.
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

/// All that happened.
#[derive(Debug, Clone, Default)]
pub(super) struct History(Vec<Event>);

impl History {
    pub(super) fn add(&mut self, at: Moment, what: &'static str, object: &str) {
        let number = self.0.len() as u64 + 1;
        self.0.push(Event { number, at, what, object: object.to_owned() });
    }
}

impl World {
    /// What happened to a server, the oldest first.
    pub fn server_history(&self, number: u64) -> impl DoubleEndedIterator<Item = &Event> {
        let object = format!("server {number}");
        self.history.0.iter().filter(move |event| event.object == object)
    }

    /// Whether a server was on in a second since it was ordered, building included.
    pub fn was_on(&self, number: u64, at: Moment) -> bool {
        let is_switch = |what: &str| match what {
            "server stopped" | "server suspended" | "server deleted" => Some(false),
            "server started" | "server resumed" | "server ordered" => Some(true),
            _ => None,
        };
        let before = self.server_history(number).take_while(|event| event.at.unix() <= at.unix());
        before.filter_map(|event| is_switch(event.what)).last().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::NewServer;
    use super::*;
    use crate::api_name::ApiName;

    #[test]
    fn a_server_remembers_what_happened_to_it() {
        let mut world = World::for_api(ApiName::Clodo, Moment::default());
        let new = || NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        let server = world.order(World::ACCOUNT, new()).unwrap();
        let other = world.order(World::ACCOUNT, new()).unwrap();
        let at = |minute: u64| Moment::default() + Duration::from_secs(60 * minute);
        world.settle(at(1));
        world.stop(World::ACCOUNT, server).unwrap();
        world.settle(at(2));
        world.start(World::ACCOUNT, server).unwrap();
        // It runs already: nothing happens.
        world.start(World::ACCOUNT, server).unwrap();
        let seen: Vec<_> = world.server_history(server).map(|event| (event.at, event.what)).collect();
        assert_eq!(seen, [(at(0), "server ordered"), (at(1), "server stopped"), (at(2), "server started")]);
        assert_eq!(world.server_history(other).count(), 1);
        let on = [at(0), at(1), at(2), at(3)].map(|moment| world.was_on(server, moment));
        assert_eq!(on, [true, false, true, true]);
        assert!(!world.was_on(99, at(3)));
    }
}
