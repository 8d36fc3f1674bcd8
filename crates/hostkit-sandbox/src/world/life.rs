//! Starting and stopping servers, and when they were on.

use hostkit::Decimal;

use super::history::Event;
use super::objects::ServerState;
use super::{World, WorldError};
use crate::clock::Moment;

impl World {
    /// Moves a server from one of the given states to another; if it is already there, nothing changes.
    fn transit(
        &mut self,
        account: &str,
        number: u64,
        from: &[ServerState],
        to: ServerState,
        what: &'static str,
    ) -> Result<(), WorldError> {
        let server = self.server_mut(account, number)?;
        if server.state == to {
            return Ok(());
        }
        if server.build.is_some() || !from.contains(&server.state) {
            return Err(WorldError::WrongState);
        }
        server.state = to;
        self.note(what, format!("server {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Starts a server; a running one stays as it is.
    ///
    /// # Errors
    /// It is not installed, or suspended.
    pub fn start(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.transit(account, number, &[ServerState::Stopped], ServerState::Running, "server started")
    }

    /// Stops a server; a stopped one stays as it is.
    ///
    /// # Errors
    /// It is not installed, or suspended.
    pub fn stop(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.transit(account, number, &[ServerState::Running], ServerState::Stopped, "server stopped")
    }

    /// Suspends a server.
    ///
    /// # Errors
    /// It is suspended already, or is being built.
    pub fn suspend(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.server(account, number)?.state == ServerState::Suspended {
            return Err(WorldError::WrongState);
        }
        let from = [ServerState::Running, ServerState::Stopped];
        self.transit(account, number, &from, ServerState::Suspended, "server suspended")
    }

    /// Ends a suspension; the server runs again.
    ///
    /// # Errors
    /// It is not suspended.
    pub fn resume(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.server(account, number)?.state != ServerState::Suspended {
            return Err(WorldError::WrongState);
        }
        self.transit(account, number, &[ServerState::Suspended], ServerState::Running, "server resumed")
    }

    /// Reboots a server.
    ///
    /// # Errors
    /// It is not running.
    pub fn reboot(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.server(account, number)?.state != ServerState::Running {
            return Err(WorldError::WrongState);
        }
        self.note("server rebooted", format!("server {number}"), Decimal::ZERO);
        Ok(())
    }

    /// The events of a server, the oldest first.
    pub fn server_history(&self, number: u64) -> impl DoubleEndedIterator<Item = &Event> {
        let object = format!("server {number}");
        self.history.of(object)
    }

    /// Whether a server was on at a moment; it counts as on from its order, building included.
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

    use super::super::objects::NewServer;
    use super::*;

    #[test]
    fn a_server_remembers_what_happened_to_it() {
        let mut world = World::new("RUB", Moment::default());
        let new = || NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        let server = world.order(World::ACCOUNT, new()).unwrap();
        let other = world.order(World::ACCOUNT, new()).unwrap();
        let at = |minute: u64| Moment::default() + Duration::from_secs(60 * minute);
        world.advance_to(at(1));
        world.stop(World::ACCOUNT, server).unwrap();
        world.advance_to(at(2));
        world.start(World::ACCOUNT, server).unwrap();
        // It is already running, so this is not an event.
        world.start(World::ACCOUNT, server).unwrap();
        let seen: Vec<_> = world.server_history(server).map(|event| (event.at, event.what)).collect();
        assert_eq!(seen, [(at(0), "server ordered"), (at(1), "server stopped"), (at(2), "server started")]);
        assert_eq!(world.server_history(other).count(), 1);
        let on = [at(0), at(1), at(2), at(3)].map(|moment| world.was_on(server, moment));
        assert_eq!(on, [true, false, true, true]);
        assert!(!world.was_on(99, at(3)));
    }
}
