//! Work that takes a moment, such as a restore from a copy, and what a server is busy with meanwhile.

use std::time::Duration;

use super::objects::Job;
use super::{World, WorldError};

impl World {
    /// How long a server takes to build, and every other job.
    pub fn build_time(&self) -> Duration {
        self.build
    }

    /// Begins a job that takes as long as building a server. The caller has already noted its purpose.
    pub fn begin_job(&mut self, server: u64) -> u64 {
        let (number, from) = (self.number(), self.now);
        self.jobs.insert(number, Job { number, server, from, to: from + self.build });
        number
    }

    /// A job on a server of the account, even if that is deleted by now.
    ///
    /// # Errors
    /// There is no such job.
    pub fn job(&self, account: &str, number: u64) -> Result<&Job, WorldError> {
        let is_mine = |job: &&Job| self.servers.get(&job.server).is_some_and(|server| server.account == account);
        self.jobs.get(&number).filter(is_mine).ok_or(WorldError::NotFound("job"))
    }

    /// Marks a server as busy for as long as building takes.
    ///
    /// # Errors
    /// There is no such server.
    pub fn occupy(&mut self, account: &str, server: u64, with: &'static str) -> Result<(), WorldError> {
        self.server(account, server)?;
        self.services.busy.insert(server, (with, self.now, self.now + self.build));
        Ok(())
    }

    /// What a server is busy with, and the progress in percent.
    pub fn busy_with(&self, server: u64) -> Option<(&'static str, u64)> {
        let (with, from, to) = self.services.busy.get(&server).copied().filter(|(_, _, to)| *to > self.now)?;
        let whole = to.since(from).as_millis().max(1);
        Some((with, u64::try_from(self.now.since(from).as_millis() * 100 / whole).unwrap_or(100)))
    }
}
