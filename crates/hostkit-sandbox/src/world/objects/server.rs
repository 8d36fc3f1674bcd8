//! Servers, their builds and jobs, and details that only some hosters have.

use std::net::Ipv4Addr;

use crate::clock::Moment;

/// What a server is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerState {
    /// It is ordered; nothing is installed yet.
    Ordered,
    /// It is being installed.
    Installing,
    /// It runs.
    Running,
    /// It is switched off.
    Stopped,
    /// It is switched off and may not be switched on.
    Suspended,
    /// It is deleted; such servers are kept only for tests.
    Deleted,
}

/// An address of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub ip: Ipv4Addr,
    /// Whether it is the first one.
    pub is_primary: bool,
}

/// What a server is ordered with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewServer {
    /// Its name; servers may share one.
    pub name: String,
    /// The number of its plan.
    pub plan: u64,
    /// The number of its image; required with `install`.
    pub image: Option<u64>,
    /// Memory in mebibytes, if not the plan's.
    pub memory: Option<u64>,
    /// Disk in gibibytes, if not the plan's.
    pub disk: Option<u64>,
    /// Whether it is installed at once, or waits for [`World::install`](crate::world::World::install).
    pub install: bool,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The number of its plan.
    pub plan: u64,
    /// The number of its image.
    pub image: Option<u64>,
    /// Cores.
    pub cores: u64,
    /// Memory in mebibytes.
    pub memory: u64,
    /// Disk in gibibytes.
    pub disk: u64,
    /// What it is doing.
    pub state: ServerState,
    /// When it was ordered.
    pub ordered: Moment,
    /// Until when it is paid for.
    pub paid_until: Moment,
    /// Whether it is prolonged automatically.
    pub is_prolonged: bool,
    /// The password of its first user.
    pub password: String,
    pub(in crate::world) addresses: Vec<Address>,
    pub(in crate::world) build: Option<Build>,
}

/// An installation that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::world) struct Build {
    pub(in crate::world) from: Moment,
    pub(in crate::world) to: Moment,
}

impl Server {
    /// Its addresses; none before the installation begins.
    pub fn addresses(&self) -> &[Address] {
        if self.state == ServerState::Ordered { &[] } else { &self.addresses }
    }

    /// The progress of its build, from 0 to 100.
    pub fn progress(&self, now: Moment) -> u64 {
        let Some(build) = self.build else {
            return if self.state == ServerState::Ordered { 0 } else { 100 };
        };
        let whole = build.to.since(build.from).as_millis().max(1);
        u64::try_from(now.since(build.from).as_millis() * 100 / whole).unwrap_or(100).min(100)
    }

    /// Whether it is being built.
    pub fn is_building(&self) -> bool {
        self.build.is_some()
    }

    /// Whether it is being built for the first time.
    pub fn is_first_build(&self) -> bool {
        self.build.is_some_and(|build| build.from <= self.ordered)
    }

    pub(in crate::world) fn advance_to(&mut self, now: Moment) {
        let Some(build) = self.build else {
            return;
        };
        if now >= build.to {
            self.build = None;
            self.state = ServerState::Running;
        } else if now >= build.from + build.to.since(build.from) / 4 {
            self.state = ServerState::Installing;
        }
    }

    pub(in crate::world) fn is_there(&self, account: &str) -> bool {
        self.account == account && self.state != ServerState::Deleted
    }
}

/// Details of a server that only some hosters have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// The host name, if it differs from the name.
    pub host: Option<String>,
    /// The number of the key for its first user.
    pub key: Option<u64>,
    /// The number of the data centre.
    pub place: Option<u64>,
    /// Whether its address is reserved when it is deleted.
    pub keeps_address: bool,
    /// Whether it does not start automatically.
    pub stays_off: bool,
    /// Whether it is in the local network.
    pub is_local: bool,
    /// The numbers of the add-ons that were ordered with it.
    pub addons: Vec<u64>,
}

/// Work that takes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub number: u64,
    /// The server that it is about.
    pub server: u64,
    /// When it began.
    pub from: Moment,
    /// When it ends.
    pub to: Moment,
}

impl Job {
    /// The progress, from 0 to 100.
    pub fn progress(&self, now: Moment) -> u64 {
        let whole = self.to.since(self.from).as_millis().max(1);
        u64::try_from(now.since(self.from).as_millis() * 100 / whole).unwrap_or(100).min(100)
    }

    /// Whether it is done.
    pub fn is_done(&self, now: Moment) -> bool {
        now >= self.to
    }
}
