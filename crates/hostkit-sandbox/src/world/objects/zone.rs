//! DNS zones and their records.

use std::collections::BTreeMap;

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// Its name, such as `example.org`.
    pub name: String,
    /// Its records by number.
    pub records: BTreeMap<u64, Record>,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The name, relative or full, as it was given.
    pub name: String,
    /// The type, such as `A`.
    pub kind: String,
    /// The content.
    pub content: String,
    /// Seconds.
    pub ttl: u64,
    /// Of an MX record.
    pub priority: u64,
}
