//! Copies of servers.

use hostkit::Decimal;

use super::{World, WorldError};
use crate::clock::Moment;

/// What one copy costs.
fn price() -> Decimal {
    Decimal::new(500, 2)
}

/// A copy of a server's disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its number.
    pub number: u64,
    /// The server that it is a copy of.
    pub server: u64,
    /// What its owner says of it.
    pub description: String,
    /// When it was made, or overwritten.
    pub made: Moment,
    /// Its size in bytes.
    pub size: u64,
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
    /// There is none of that number.
    pub fn backup(&self, account: &str, number: u64) -> Result<&Backup, WorldError> {
        let backup = self.backups.get(&number).ok_or(WorldError::NotFound("backup"))?;
        self.server(account, backup.server)?;
        Ok(backup)
    }

    /// Makes a copy, for money.
    ///
    /// # Errors
    /// There is no such server, or the money does not suffice.
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

    /// Says something of a copy.
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

    /// Writes a copy back over its server's disk.
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
}
