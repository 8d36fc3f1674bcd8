//! Plans, images, and how a hoster handles orders.

use std::collections::BTreeSet;

use hostkit::Decimal;

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: &'static str,
    /// Cores.
    pub cores: u64,
    /// Memory in mebibytes.
    pub memory: u64,
    /// Disk in gibibytes.
    pub disk: u64,
    /// Traffic in gibibytes a month.
    pub traffic: u64,
    /// The price of one period.
    pub price: Decimal,
    /// The length of a period in days.
    pub days: u64,
}

/// An image that a server is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its number.
    pub number: u64,
    /// Its short name, such as `debian12`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The family, such as `debian`.
    pub family: &'static str,
    /// 32 or 64.
    pub bits: u64,
}

/// When an accepted order is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acceptance {
    /// At once.
    #[default]
    AtOnce,
    /// By staff: it is paid, and nothing is built until a test installs it.
    Manual,
    /// After its bill is paid: no money moves, and nothing is built.
    AwaitsPayment,
}

#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Policy {
    pub(in crate::world) acceptance: Acceptance,
    pub(in crate::world) once: BTreeSet<u64>,
    pub(in crate::world) domains: BTreeSet<String>,
}
