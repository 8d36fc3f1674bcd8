//! What is being done with a server besides building it, for the hosters that tell.

use super::{World, WorldError};

impl World {
    /// Keeps a server busy with something, for as long as building takes.
    ///
    /// # Errors
    /// There is no such server.
    pub fn occupy(&mut self, account: &str, server: u64, with: &'static str) -> Result<(), WorldError> {
        self.server(account, server)?;
        self.services.busy.insert(server, (with, self.now, self.now + self.build));
        Ok(())
    }

    /// What a server is busy with, and how much of it is done, in percent.
    pub fn busy_with(&self, server: u64) -> Option<(&'static str, u64)> {
        let (with, from, to) = self.services.busy.get(&server).copied().filter(|(_, _, to)| *to > self.now)?;
        let whole = to.since(from).as_millis().max(1);
        Some((with, u64::try_from(self.now.since(from).as_millis() * 100 / whole).unwrap_or(100)))
    }
}
