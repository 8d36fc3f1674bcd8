//! PTR records: which name an address has.

use std::net::Ipv4Addr;

use hostkit::Decimal;

use super::{Server, World, WorldError};
use crate::clock::Moment;

/// A PTR record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// The address.
    pub ip: Ipv4Addr,
    /// The name.
    pub host: String,
    /// When it changed.
    pub changed: Moment,
}

impl World {
    /// The server of an account that has an address.
    ///
    /// # Errors
    /// None has it.
    pub fn holder(&self, account: &str, ip: Ipv4Addr) -> Result<&Server, WorldError> {
        let holds = |server: &&Server| server.addresses().iter().any(|address| address.ip == ip);
        self.servers(account).into_iter().find(holds).ok_or(WorldError::NotFound("address"))
    }

    /// The names of an address.
    pub fn pointers(&self, account: &str, ip: Ipv4Addr) -> Vec<&Pointer> {
        let of = |pointer: &&Pointer| pointer.account == account && pointer.ip == ip;
        self.services.pointers.values().filter(of).collect()
    }

    /// Names an address; it has one name.
    ///
    /// # Errors
    /// No server has the address, or it has a name.
    pub fn add_pointer(&mut self, account: &str, ip: Ipv4Addr, host: &str) -> Result<u64, WorldError> {
        self.holder(account, ip)?;
        if !self.pointers(account, ip).is_empty() {
            return Err(WorldError::Taken);
        }
        let (number, changed) = (self.number(), self.now);
        let pointer = Pointer { number, account: account.to_owned(), ip, host: host.to_owned(), changed };
        self.services.pointers.insert(number, pointer);
        self.note("pointer added", format!("pointer {number}"), Decimal::ZERO);
        Ok(number)
    }

    /// Changes a name.
    ///
    /// # Errors
    /// There is no such record.
    pub fn change_pointer(&mut self, account: &str, number: u64, host: &str) -> Result<(), WorldError> {
        let now = self.now;
        let found = self.services.pointers.get_mut(&number).filter(|pointer| pointer.account == account);
        let pointer = found.ok_or(WorldError::NotFound("pointer"))?;
        if pointer.host != host {
            (pointer.host, pointer.changed) = (host.to_owned(), now);
            self.note("pointer changed", format!("pointer {number}"), Decimal::ZERO);
        }
        Ok(())
    }

    /// Deletes a name.
    ///
    /// # Errors
    /// There is no such record.
    pub fn delete_pointer(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.services.pointers.get(&number).is_none_or(|pointer| pointer.account != account) {
            return Err(WorldError::NotFound("pointer"));
        }
        self.services.pointers.remove(&number);
        self.note("pointer deleted", format!("pointer {number}"), Decimal::ZERO);
        Ok(())
    }
}
