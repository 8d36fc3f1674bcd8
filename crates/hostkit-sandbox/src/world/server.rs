//! Finding servers, and details that only some hosters have.

use hostkit::Decimal;

use super::objects::{Details, Server};
use super::{World, WorldError};

impl World {
    /// The servers of an account, the oldest first, without deleted ones.
    pub fn servers(&self, account: &str) -> Vec<&Server> {
        self.servers.values().filter(|server| server.is_there(account)).collect()
    }

    /// Every server there ever was, deleted ones included: for tests.
    pub fn all_servers(&self) -> impl Iterator<Item = &Server> {
        self.servers.values()
    }

    /// A server.
    ///
    /// # Errors
    /// There is no such server, or it belongs to another account.
    pub fn server(&self, account: &str, number: u64) -> Result<&Server, WorldError> {
        let server = self.servers.get(&number).filter(|server| server.is_there(account));
        server.ok_or(WorldError::NotFound("server"))
    }

    pub(super) fn server_mut(&mut self, account: &str, number: u64) -> Result<&mut Server, WorldError> {
        let server = self.servers.get_mut(&number).filter(|server| server.is_there(account));
        server.ok_or(WorldError::NotFound("server"))
    }

    /// The details of a server.
    pub fn details(&self, number: u64) -> Details {
        self.services.details.get(&number).cloned().unwrap_or_default()
    }

    /// Changes the details of a server; if they remain the same, nothing is noted.
    ///
    /// # Errors
    /// There is no such server.
    pub fn change_details(
        &mut self,
        account: &str,
        number: u64,
        what: &'static str,
        change: impl FnOnce(&mut Details),
    ) -> Result<(), WorldError> {
        self.server(account, number)?;
        let mut details = self.details(number);
        change(&mut details);
        if details != self.details(number) {
            self.services.details.insert(number, details);
            self.note(what, format!("server {number}"), Decimal::ZERO);
        }
        Ok(())
    }

    /// Stores the details of an order; only the order itself is noted as a change.
    pub fn describe_order(&mut self, number: u64, details: Details) {
        self.services.details.insert(number, details);
    }

    /// Opens a console; a server can have any number of them.
    ///
    /// # Errors
    /// There is no such server.
    pub fn open_console(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.server(account, number)?;
        self.note("console opened", format!("server {number}"), Decimal::ZERO);
        Ok(())
    }
}
