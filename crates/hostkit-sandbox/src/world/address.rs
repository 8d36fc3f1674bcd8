//! The addresses of servers: ordered, moved, reserved and named.

use std::net::Ipv4Addr;

use hostkit::Decimal;

use super::objects::{Additional, Address, Pointer, Reserved, Server};
use super::{World, WorldError};

impl World {
    /// The price of one further address.
    pub fn address_price() -> Decimal {
        Decimal::new(5000, 2)
    }

    /// Adds an address and charges for it.
    ///
    /// # Errors
    /// Too little money, or no address left.
    pub fn add_address(&mut self, account: &str, number: u64) -> Result<Ipv4Addr, WorldError> {
        self.server(account, number)?;
        self.can_pay(account, Self::address_price())?;
        let ip = self.addresses.lease().ok_or(WorldError::NoAddress)?;
        self.server_mut(account, number)?.addresses.push(Address { ip, is_primary: false });
        self.pay(account, Self::address_price(), "address added", format!("address {ip}"));
        Ok(ip)
    }

    /// Removes an address; the primary one stays.
    ///
    /// # Errors
    /// The server has no such address, or it is the primary one.
    pub fn remove_address(&mut self, account: &str, number: u64, ip: Ipv4Addr) -> Result<(), WorldError> {
        let server = self.server_mut(account, number)?;
        let found = server.addresses.iter().position(|address| address.ip == ip);
        let index = found.ok_or(WorldError::NotFound("address"))?;
        if server.addresses.get(index).is_some_and(|address| address.is_primary) {
            return Err(WorldError::WrongState);
        }
        server.addresses.remove(index);
        self.addresses.give_back(ip);
        self.note("address removed", format!("address {ip}"), Decimal::ZERO);
        Ok(())
    }

    /// Moves an address of the account to this server, where it is not primary.
    ///
    /// # Errors
    /// No server of the account has it, or it is a primary one.
    pub fn move_address(&mut self, account: &str, number: u64, ip: Ipv4Addr) -> Result<(), WorldError> {
        self.server(account, number)?;
        let is_free = |address: &Address| address.ip == ip && !address.is_primary;
        let holds = |server: &&mut Server| server.is_there(account) && server.addresses.iter().any(is_free);
        let from = self.servers.values_mut().find(holds).ok_or(WorldError::NotFound("address"))?;
        from.addresses.retain(|address| address.ip != ip);
        self.server_mut(account, number)?.addresses.push(Address { ip, is_primary: false });
        self.note("address moved", format!("address {ip}"), Decimal::ZERO);
        Ok(())
    }

    /// The services with additional addresses, of one server or of all.
    pub fn additional(&self, account: &str, server: Option<u64>) -> Vec<&Additional> {
        let of = |service: &&Additional| {
            server.is_none_or(|server| service.server == server) && self.server(account, service.server).is_ok()
        };
        self.services.additional.values().filter(of).collect()
    }

    /// Orders one to ten addresses for a server and charges for them.
    ///
    /// # Errors
    /// There is no such server, another number was ordered, too little money, or no address left; in the last case some
    /// of them may have been added.
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

    /// Removes additional addresses of a server, also from the services that they belong to.
    ///
    /// # Errors
    /// There is no such server, or it has no such additional address.
    pub fn give_up_addresses(&mut self, account: &str, server: u64, addresses: &[Ipv4Addr]) -> Result<(), WorldError> {
        let has = |server: &Server, ip: &Ipv4Addr| {
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

    /// The reserved addresses of an account.
    pub fn reserved(&self, account: &str) -> Vec<&Reserved> {
        self.services.reserved.values().filter(|kept| kept.account == account).collect()
    }

    /// Reserves the address of a deleted server. Still, the address may be leased again once all others were.
    pub fn reserve(&mut self, account: &str, ip: Ipv4Addr) -> u64 {
        let (number, made) = (self.number(), self.now);
        self.services.reserved.insert(number, Reserved { number, account: account.to_owned(), ip, made });
        self.note("address kept", format!("address {ip}"), Decimal::ZERO);
        number
    }

    /// Gives up a reserved address.
    ///
    /// # Errors
    /// There is no such reserved address.
    pub fn release(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.services.reserved.get(&number).is_none_or(|kept| kept.account != account) {
            return Err(WorldError::NotFound("reserved address"));
        }
        self.services.reserved.remove(&number);
        self.note("address released", format!("reserved {number}"), Decimal::ZERO);
        Ok(())
    }

    /// The server of an account that has an address.
    ///
    /// # Errors
    /// No server of the account has it.
    pub fn holder(&self, account: &str, ip: Ipv4Addr) -> Result<&Server, WorldError> {
        let holds = |server: &&Server| server.addresses().iter().any(|address| address.ip == ip);
        self.servers(account).into_iter().find(holds).ok_or(WorldError::NotFound("address"))
    }

    /// The PTR records of an address.
    pub fn pointers(&self, account: &str, ip: Ipv4Addr) -> Vec<&Pointer> {
        let of = |pointer: &&Pointer| pointer.account == account && pointer.ip == ip;
        self.services.pointers.values().filter(of).collect()
    }

    /// Adds the PTR record of an address, which can have one.
    ///
    /// # Errors
    /// No server of the account has the address, or it already has a record.
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

    /// Changes a PTR record.
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

    /// Deletes a PTR record.
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
