//! Addresses as services of their own: ordered for a server, or kept after it is gone.

use std::net::Ipv4Addr;

use hostkit::Decimal;

use super::{World, WorldError};
use crate::clock::Moment;

/// Addresses that were ordered together for a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Additional {
    /// Its number.
    pub number: u64,
    /// The server.
    pub server: u64,
    /// Its addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// When they were ordered.
    pub made: Moment,
}

/// An address that stayed when its server was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// The address.
    pub ip: Ipv4Addr,
    /// Since when.
    pub made: Moment,
}

impl World {
    /// The services with additional addresses, of one server or of all.
    pub fn additional(&self, account: &str, server: Option<u64>) -> Vec<&Additional> {
        let of = |service: &&Additional| {
            server.is_none_or(|server| service.server == server) && self.server(account, service.server).is_ok()
        };
        self.services.additional.values().filter(of).collect()
    }

    /// Orders addresses for a server, for money: all or none.
    ///
    /// # Errors
    /// There is no such server, none or too many are asked for, the money does not suffice.
    pub fn order_addresses(&mut self, account: &str, server: u64, count: u64) -> Result<u64, WorldError> {
        self.server(account, server)?;
        if !(1..=10).contains(&count) {
            return Err(WorldError::Invalid("count"));
        }
        self.can_pay(account, Self::address_price() * Decimal::from(count))?;
        let mut addresses = Vec::new();
        for _ in 0..count {
            addresses.push(self.add_address(account, server)?);
        }
        let (number, made) = (self.number(), self.now);
        self.services.additional.insert(number, Additional { number, server, addresses, made });
        Ok(number)
    }

    /// Gives addresses of a server up: those that are named, or all of one service.
    ///
    /// # Errors
    /// There is no such server or service, or an address is not one of them.
    pub fn give_up_addresses(&mut self, account: &str, server: u64, addresses: &[Ipv4Addr]) -> Result<(), WorldError> {
        let has = |server: &super::Server, ip: &Ipv4Addr| {
            server.addresses().iter().any(|address| address.ip == *ip && !address.is_primary)
        };
        let found = self.server(account, server)?;
        if !addresses.iter().all(|ip| has(found, ip)) {
            return Err(WorldError::NotFound("address"));
        }
        for ip in addresses {
            self.remove_address(account, server, *ip)?;
        }
        for service in self.services.additional.values_mut() {
            service.addresses.retain(|ip| service.server != server || !addresses.contains(ip));
        }
        self.services.additional.retain(|_, service| !service.addresses.is_empty());
        Ok(())
    }

    /// The addresses that stayed.
    pub fn reserved(&self, account: &str) -> Vec<&Reserved> {
        self.services.reserved.values().filter(|kept| kept.account == account).collect()
    }

    /// Keeps the address of a server that is about to be deleted. The address may be leased again once all others were.
    pub fn reserve(&mut self, account: &str, ip: Ipv4Addr) -> u64 {
        let (number, made) = (self.number(), self.now);
        self.services.reserved.insert(number, Reserved { number, account: account.to_owned(), ip, made });
        self.note("address kept", format!("address {ip}"), Decimal::ZERO);
        number
    }

    /// Gives an address up that stayed.
    ///
    /// # Errors
    /// There is no such service.
    pub fn release(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.services.reserved.get(&number).is_none_or(|kept| kept.account != account) {
            return Err(WorldError::NotFound("reserved address"));
        }
        self.services.reserved.remove(&number);
        self.note("address released", format!("reserved {number}"), Decimal::ZERO);
        Ok(())
    }
}
