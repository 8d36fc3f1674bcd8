//! Copies of servers and their schedules; the sandbox only remembers a schedule and never makes a copy by it.

use std::time::Duration;

use hostkit::Decimal;

use super::objects::{Backup, Cycle, Schedule};
use super::{World, WorldError};
use crate::clock::Moment;

/// The price of one copy.
fn price() -> Decimal {
    Decimal::new(500, 2)
}

impl World {
    /// The copies of a server.
    ///
    /// # Errors
    /// There is no such server.
    pub fn backups(&self, account: &str, server: u64) -> Result<Vec<&Backup>, WorldError> {
        self.server(account, server)?;
        Ok(self.backups.values().filter(|backup| backup.server == server).collect())
    }

    /// A copy.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn backup(&self, account: &str, number: u64) -> Result<&Backup, WorldError> {
        let backup = self.backups.get(&number).ok_or(WorldError::NotFound("backup"))?;
        self.server(account, backup.server)?;
        Ok(backup)
    }

    /// Makes a copy and charges for it.
    ///
    /// # Errors
    /// There is no such server, or too little money.
    pub fn make_backup(&mut self, account: &str, server: u64) -> Result<u64, WorldError> {
        let size = self.server(account, server)?.disk << 28;
        self.can_pay(account, price())?;
        let (number, made) = (self.number(), self.now);
        self.backups.insert(number, Backup { number, server, description: String::new(), made, size });
        self.pay(account, price(), "backup made", format!("backup {number}"));
        Ok(number)
    }

    /// Overwrites a copy with the present state of its server.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn overwrite_backup(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.backup(account, number)?;
        let made = self.now;
        if let Some(backup) = self.backups.get_mut(&number) {
            backup.made = made;
        }
        self.note("backup overwritten", format!("backup {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Sets the description of a copy.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn describe_backup(&mut self, account: &str, number: u64, text: &str) -> Result<(), WorldError> {
        self.backup(account, number)?;
        if let Some(backup) = self.backups.get_mut(&number) {
            text.clone_into(&mut backup.description);
        }
        self.note("backup described", format!("backup {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Restores a copy to its server; returns the number of the server.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn restore_backup(&mut self, account: &str, number: u64) -> Result<u64, WorldError> {
        let server = self.backup(account, number)?.server;
        self.note("backup restored", format!("server {server}"), Decimal::ZERO);
        Ok(server)
    }

    /// Deletes a copy.
    ///
    /// # Errors
    /// There is no such copy.
    pub fn delete_backup(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.backup(account, number)?;
        self.backups.remove(&number);
        self.note("backup deleted", format!("backup {number}"), Decimal::ZERO);
        Ok(())
    }

    /// The lifetime of a download link.
    pub const LINK: Duration = Duration::from_secs(86_400);

    /// The copies of all servers of an account.
    pub fn all_backups(&self, account: &str) -> Vec<&Backup> {
        self.backups.values().filter(|backup| self.server(account, backup.server).is_ok()).collect()
    }

    /// Makes a download link for a copy.
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

    /// The end of a copy's download link; `None` if it has none or it has expired.
    pub fn backup_link(&self, number: u64) -> Option<Moment> {
        self.services.links.get(&number).copied().filter(|until| *until > self.now)
    }

    /// Sets whether a copy is prolonged automatically.
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

    /// The schedules of a server.
    ///
    /// # Errors
    /// There is no such server.
    pub fn schedules(&self, account: &str, server: u64) -> Result<Vec<Schedule>, WorldError> {
        self.server(account, server)?;
        let of = |((number, _), schedule): (&(u64, Cycle), &Schedule)| (*number == server).then_some(*schedule);
        Ok(self.services.schedules.iter().filter_map(of).collect())
    }

    /// Adds a schedule; a server has at most one of each kind.
    ///
    /// # Errors
    /// There is no such server, it already has such a schedule, or a value is out of range.
    pub fn add_schedule(&mut self, account: &str, server: u64, schedule: Schedule) -> Result<(), WorldError> {
        self.server(account, server)?;
        let last_day = if schedule.cycle == Cycle::Weekly { 7 } else { 31 };
        if schedule.day.is_some_and(|day| !(1..=last_day).contains(&day)) {
            return Err(WorldError::Invalid("day"));
        }
        if schedule.hour > 23 {
            return Err(WorldError::Invalid("hour"));
        }
        if schedule.copies == 0 {
            return Err(WorldError::Invalid("copies"));
        }
        if self.services.schedules.contains_key(&(server, schedule.cycle)) {
            return Err(WorldError::Taken);
        }
        self.services.schedules.insert((server, schedule.cycle), schedule);
        self.note("schedule added", format!("server {server}"), Decimal::ZERO);
        Ok(())
    }

    /// Deletes one schedule, or all.
    ///
    /// # Errors
    /// There is no such server.
    pub fn delete_schedules(&mut self, account: &str, server: u64, cycle: Option<Cycle>) -> Result<(), WorldError> {
        self.server(account, server)?;
        let before = self.services.schedules.len();
        let goes = |number: u64, found: Cycle| number == server && cycle.is_none_or(|cycle| cycle == found);
        self.services.schedules.retain(|(number, found), _| !goes(*number, *found));
        if self.services.schedules.len() != before {
            self.note("schedule deleted", format!("server {server}"), Decimal::ZERO);
        }
        Ok(())
    }
}
