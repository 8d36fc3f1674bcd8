//! What some hosters can do with backups and others cannot: links, prolonging, and finding them all.

use std::time::Duration;

use hostkit::Decimal;

use super::{Backup, World, WorldError};
use crate::clock::Moment;

impl World {
    /// How long a link to a backup is good.
    pub const LINK: Duration = Duration::from_secs(86_400);

    /// The copies of all servers of an account.
    pub fn all_backups(&self, account: &str) -> Vec<&Backup> {
        self.backups.values().filter(|backup| self.server(account, backup.server).is_ok()).collect()
    }

    /// Makes a link to a copy.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn link_backup(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.backup(account, number)?;
        let until = self.now + Self::LINK;
        self.services.links.insert(number, until);
        self.note("backup linked", format!("backup {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Until when the link to a copy is good.
    pub fn backup_link(&self, number: u64) -> Option<Moment> {
        self.services.links.get(&number).copied().filter(|until| *until > self.now)
    }

    /// Says whether a copy is prolonged without being asked.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn prolong_backup(&mut self, account: &str, number: u64, is_prolonged: bool) -> Result<(), WorldError> {
        self.backup(account, number)?;
        let prolonged = &mut self.services.prolonged;
        let is_change = if is_prolonged { prolonged.insert(number) } else { prolonged.remove(&number) };
        if is_change {
            self.note("backup prolonging changed", format!("backup {number}"), Decimal::ZERO);
        }
        Ok(())
    }
}
