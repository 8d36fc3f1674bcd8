//! What an account has beside servers, backups, zones and keys, kept together so that a world without them stays small.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::{Additional, Bill, Cycle, Details, Download, Iso, Pointer, Policy, Reserved, Schedule};
use crate::clock::Moment;

#[derive(Debug, Clone, Default)]
pub(super) struct Services {
    pub(super) downloads: BTreeMap<String, Download>,
    pub(super) isos: BTreeMap<u64, Iso>,
    /// By server.
    pub(super) schedules: BTreeMap<(u64, Cycle), Schedule>,
    pub(super) pointers: BTreeMap<u64, Pointer>,
    pub(super) bills: BTreeMap<u64, Bill>,
    pub(super) additional: BTreeMap<u64, Additional>,
    pub(super) reserved: BTreeMap<u64, Reserved>,
    /// By server.
    pub(super) details: BTreeMap<u64, Details>,
    /// Until when a link to a backup is good.
    pub(super) links: BTreeMap<u64, Moment>,
    /// Backups that are prolonged without being asked.
    pub(super) prolonged: BTreeSet<u64>,
    /// The tags of CAA records.
    pub(super) tags: BTreeMap<u64, String>,
    /// What is being done with a server, and until when.
    pub(super) busy: BTreeMap<u64, (&'static str, Moment, Moment)>,
    pub(super) policy: Policy,
    /// Servers with a bill that is not paid.
    pub(super) unpaid: BTreeSet<u64>,
    /// When credentials were wrong.
    pub(super) failures: Vec<Moment>,
}
