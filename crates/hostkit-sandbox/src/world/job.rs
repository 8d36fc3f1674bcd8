//! Work that takes a moment, such as a restore from a copy.

use std::time::Duration;

use super::{World, WorldError};
use crate::clock::Moment;

/// Work that takes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub number: u64,
    /// The server that it is about.
    pub server: u64,
    /// When it began.
    pub from: Moment,
    /// When it ends.
    pub to: Moment,
}

impl Job {
    /// How far it is, from 0 to 100.
    pub fn progress(&self, now: Moment) -> u64 {
        let whole = self.to.since(self.from).as_millis().max(1);
        u64::try_from(now.since(self.from).as_millis() * 100 / whole).unwrap_or(100).min(100)
    }

    /// Whether it is done.
    pub fn is_done(&self, now: Moment) -> bool {
        now >= self.to
    }
}

impl World {
    /// How long a server takes to build, and every other job too.
    pub fn build_time(&self) -> Duration {
        self.build
    }

    /// Begins a job that takes as long as building a server. What it is for has been noted by whoever begins it.
    pub fn begin_job(&mut self, server: u64) -> u64 {
        let (number, from) = (self.number(), self.now);
        self.jobs.insert(number, Job { number, server, from, to: from + self.build });
        number
    }

    /// A job on a server of the account, also one that is deleted by now.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn job(&self, account: &str, number: u64) -> Result<&Job, WorldError> {
        let is_mine = |job: &&Job| self.servers.get(&job.server).is_some_and(|server| server.account == account);
        self.jobs.get(&number).filter(is_mine).ok_or(WorldError::NotFound("job"))
    }
}
