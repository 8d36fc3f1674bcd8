//! Addresses that nobody on the internet has, and which server has them.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use hostkit::Decimal;

use super::server::{Address, Server};
use super::{World, WorldError};

/// The networks for documentation (RFC 5737), without network and broadcast addresses.
const DOCUMENTATION: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
/// The network for measurements (RFC 2544), for tests that order more servers than documentation has addresses for.
const MEASUREMENT: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const MEASUREMENT_SIZE: u32 = 1 << 17;

#[derive(Debug, Clone, Default)]
pub(super) struct Addresses {
    used: u32,
    returned: BTreeSet<Ipv4Addr>,
}

impl Addresses {
    /// A free address: one that was never used, as long as there is one.
    pub(super) fn lease(&mut self) -> Option<Ipv4Addr> {
        if let Some(address) = nth(self.used) {
            self.used += 1;
            return Some(address);
        }
        self.returned.pop_first()
    }

    pub(super) fn give_back(&mut self, address: Ipv4Addr) {
        self.returned.insert(address);
    }
}

fn nth(number: u32) -> Option<Ipv4Addr> {
    let network = usize::try_from(number / 254).ok()?;
    if let Some([a, b, c]) = DOCUMENTATION.get(network) {
        return Some(Ipv4Addr::new(*a, *b, *c, u8::try_from(number % 254 + 1).ok()?));
    }
    let rest = number - 254 * 3 + 1;
    (rest < MEASUREMENT_SIZE - 1).then(|| Ipv4Addr::from(MEASUREMENT + rest))
}

impl World {
    /// What one further address costs.
    pub fn address_price() -> Decimal {
        Decimal::new(5000, 2)
    }

    /// Adds an address, for money.
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

    /// Takes an address away; the primary one stays.
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

    /// Moves an address of the account to this server, where it is no primary one.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_documentation_first_and_never_twice() {
        let mut addresses = Addresses::default();
        let leased: Vec<_> = (0..60_000).filter_map(|_| addresses.lease()).collect();
        assert_eq!(leased.first(), Some(&Ipv4Addr::new(192, 0, 2, 1)));
        assert_eq!(leased.get(761), Some(&Ipv4Addr::new(203, 0, 113, 254)));
        assert_eq!(leased.get(762), Some(&Ipv4Addr::new(198, 18, 0, 1)));
        assert_eq!(leased.iter().collect::<BTreeSet<_>>().len(), 60_000);
    }
}
