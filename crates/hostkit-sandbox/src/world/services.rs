//! Further objects of a world beside servers, backups, zones and keys.

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
    /// The ends of the download links of backups.
    pub(super) links: BTreeMap<u64, Moment>,
    /// Backups that are prolonged automatically.
    pub(super) prolonged: BTreeSet<u64>,
    /// The tags of CAA records.
    pub(super) tags: BTreeMap<u64, String>,
    /// What a server is busy with, since when and until when.
    pub(super) busy: BTreeMap<u64, (&'static str, Moment, Moment)>,
    pub(super) policy: Policy,
    /// Servers with an unpaid bill.
    pub(super) unpaid: BTreeSet<u64>,
    /// The times of failed sign-ins.
    pub(super) failures: Vec<Moment>,
}
