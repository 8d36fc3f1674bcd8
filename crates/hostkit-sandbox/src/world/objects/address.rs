//! Addresses that do not exist on the internet: free ones, ordered and reserved ones, and their names.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::clock::Moment;

/// The networks for documentation (RFC 5737), without network and broadcast addresses.
const DOCUMENTATION: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
/// The network for benchmarks (RFC 2544), for tests that order more servers than the documentation networks have
/// addresses.
const MEASUREMENT: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const MEASUREMENT_SIZE: u32 = 1 << 17;

#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Addresses {
    used: u32,
    returned: BTreeSet<Ipv4Addr>,
}

impl Addresses {
    /// A free address; one that was never used, as long as there are such.
    pub(in crate::world) fn lease(&mut self) -> Option<Ipv4Addr> {
        if let Some(address) = nth(self.used) {
            self.used += 1;
            return Some(address);
        }
        self.returned.pop_first()
    }

    pub(in crate::world) fn give_back(&mut self, address: Ipv4Addr) {
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

/// An address that was reserved when its server was deleted.
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
