//! Switching servers on and off.

use hostkit::Decimal;

use super::{ServerState, World, WorldError};

impl World {
    /// Brings a server from one of some states into another; to be there already is fine and changes nothing.
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

    /// Switches a server on; one that runs stays as it is.
    ///
    /// # Errors
    /// It is not installed, or suspended.
    pub fn start(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.transit(account, number, &[ServerState::Stopped], ServerState::Running, "server started")
    }

    /// Switches a server off; one that is off stays as it is.
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
    /// It does not run.
    pub fn reboot(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.server(account, number)?.state != ServerState::Running {
            return Err(WorldError::WrongState);
        }
        self.note("server rebooted", format!("server {number}"), Decimal::ZERO);
        Ok(())
    }
}
