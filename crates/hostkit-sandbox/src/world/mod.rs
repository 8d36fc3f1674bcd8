//! A small world: accounts, plans, servers, backups, zones and keys, independent of any hoster.
//!
//! `objects` has the data types; the other modules have the methods of [`World`] that read and change them. Methods
//! that change something check everything first, then change, and note it: a refused call leaves the world as it was.
//! Time is an argument of [`World::advance_to`]; nothing here reads a clock.

mod account;
mod acts;
mod address;
mod backup;
mod error;
mod history;
mod iso;
mod job;
mod key;
mod life;
mod named;
mod notes;
mod objects;
mod offer;
mod order;
mod seed;
mod server;
mod services;
mod session;
mod setting;
mod storage;
mod ticket;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hostkit::Decimal;

pub(crate) use acts::{Act, Acts, Show};
pub use error::WorldError;
pub use history::Event;
pub(crate) use named::{Named, Object};
pub use notes::{Change, Credentials};
pub use objects::{
    Acceptance, Account, Additional, Address, Backup, Bill, Cycle, Details, Download, Image, Iso, Job, Message,
    NewServer, Payment, Plan, Pointer, Record, Reserved, Schedule, Server, ServerState, SshKey, Storage, Ticket, Zone,
};
pub use session::{Sessions, TokenState};

use crate::clock::Moment;
use history::History;
use objects::Addresses;
use services::Services;

/// The state of one hoster.
#[derive(Debug, Clone)]
pub struct World {
    now: Moment,
    next: u64,
    build: Duration,
    addresses: Addresses,
    changes: Vec<Change>,
    history: History,
    credentials: Credentials,
    accounts: BTreeMap<String, Account>,
    plans: Vec<Plan>,
    images: Vec<Image>,
    servers: BTreeMap<u64, Server>,
    /// When each server that is being built changes next.
    due: BTreeSet<(Moment, u64)>,
    backups: BTreeMap<u64, Backup>,
    zones: BTreeMap<u64, Zone>,
    keys: BTreeMap<u64, SshKey>,
    jobs: BTreeMap<u64, Job>,
    storages: BTreeMap<u64, Storage>,
    tickets: BTreeMap<u64, Ticket>,
    /// By the object's name and the setting's name.
    settings: BTreeMap<String, BTreeMap<&'static str, String>>,
    services: Services,
    pub(crate) acts: Acts,
    /// The issued tokens.
    pub sessions: Sessions,
}

impl World {
    /// How long a server takes to build, in sandbox time.
    pub const BUILD: Duration = Duration::from_secs(2);

    /// The current time of the world.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Sets how long a server takes to build from now on.
    pub fn set_build(&mut self, build: Duration) {
        self.build = build;
    }

    /// Advances the world to `now` and carries out what is due.
    pub fn advance_to(&mut self, now: Moment) {
        self.now = self.now.max(now);
        // Only servers that are due are visited, since tests order tens of thousands.
        while let Some((_, number)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            self.due.pop_first();
            if let Some(server) = self.servers.get_mut(&number) {
                server.advance_to(now);
            }
        }
    }

    /// Numbers new objects after those of another world, as a hoster does, who gives each number once.
    pub fn count_on(&mut self, other: &Self) {
        self.next = self.next.max(other.next);
    }

    /// Notes whether the credentials of the current call are good; called by sites.
    pub fn note_credentials(&mut self, are_good: bool) {
        self.credentials = if are_good { Credentials::Good } else { Credentials::Bad };
    }

    /// Takes the changes and the credentials of the current call, so that the next one starts empty.
    pub(crate) fn take_notes(&mut self) -> (Vec<Change>, Credentials) {
        let credentials = std::mem::replace(&mut self.credentials, Credentials::NotChecked);
        (std::mem::take(&mut self.changes), credentials)
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn note(&mut self, what: &'static str, object: String, money: Decimal) {
        self.history.add(self.now, what, &object);
        self.changes.push(Change { what, object, money });
    }
}
