//! Blocks of IP addresses.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use super::ParseError;

/// A block of IP addresses, `192.0.2.0/24`, or an address with the length of its network, `192.0.2.7/24`. An address alone
/// is a block of one.
///
/// What it shows, and so what is sent, is what it was made of; `192.0.2.7` and `192.0.2.7/32` are equal.
///
/// ```
/// use hostkit_proto::IpBlock;
///
/// let (block, one): (IpBlock, IpBlock) = ("2001:0db8::/64".parse()?, "192.0.2.7".parse()?);
/// assert_eq!((block.to_string().as_str(), block.length()), ("2001:db8::/64", 64));
/// assert_eq!((one.to_string().as_str(), one.length()), ("192.0.2.7", 32));
/// assert_eq!(Some(one), IpBlock::new(one.address(), 32));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct IpBlock {
    address: IpAddr,
    /// As it was said: an API may take `192.0.2.7/32` and refuse `192.0.2.7`, or the other way round.
    length: Option<u8>,
}

impl IpBlock {
    /// The block with this many bits in common with the address; `None` if the address has fewer.
    pub fn new(address: impl Into<IpAddr>, length: u8) -> Option<Self> {
        let address = address.into();
        (length <= longest(address)).then_some(Self { address, length: Some(length) })
    }

    /// The address before the `/`: the first of the block, or one inside it.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many bits all addresses of the block have in common: all of them, of an address alone.
    pub fn length(self) -> u8 {
        self.length.unwrap_or(longest(self.address))
    }

    /// In the place of one that is to be read.
    pub(crate) const NONE: Self = Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), length: None };

    /// One text for all blocks that are equal.
    pub(crate) fn one_form(self) -> String {
        match self.length() < longest(self.address) {
            true => self.to_string(),
            false => self.address.to_string(),
        }
    }

    fn value(self) -> (IpAddr, u8) {
        (self.address, self.length())
    }
}

/// The bits of an address.
fn longest(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl PartialEq for IpBlock {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for IpBlock {}

impl Hash for IpBlock {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value().hash(state);
    }
}

impl PartialOrd for IpBlock {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IpBlock {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value().cmp(&other.value())
    }
}

impl<A: Into<IpAddr>> From<A> for IpBlock {
    /// An address alone.
    fn from(address: A) -> Self {
        Self { address: address.into(), length: None }
    }
}

impl fmt::Display for IpBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            None => f.pad(&self.address.to_string()),
            Some(length) => f.pad(&format!("{}/{length}", self.address)),
        }
    }
}

impl fmt::Debug for IpBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for IpBlock {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let read = || match text.split_once('/') {
            None => text.parse::<IpAddr>().ok().map(Self::from),
            // `+24` is a number for the standard library.
            Some((address, length)) if length.bytes().all(|digit| digit.is_ascii_digit()) => {
                Self::new(address.parse::<IpAddr>().ok()?, length.parse().ok()?)
            }
            Some(_) => None,
        };
        read().ok_or_else(|| ParseError::new(text, "a block of IP addresses, such as `192.0.2.0/24`"))
    }
}

#[cfg(feature = "serde")]
super::parse_error::serde_as_shown!(IpBlock);

#[cfg(test)]
mod tests {
    use super::IpBlock;

    #[test]
    fn what_is_no_block_is_refused() {
        for text in
            ["", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "::/129", "192.0.2.0/+8", "192.0.2.0/ 8", "192.0.2/24"]
        {
            assert!(text.parse::<IpBlock>().is_err(), "{text}");
        }
        assert!("192.0.2.0/256".parse::<IpBlock>().is_err() && "192.0.2.0/24/8".parse::<IpBlock>().is_err());
    }
}
