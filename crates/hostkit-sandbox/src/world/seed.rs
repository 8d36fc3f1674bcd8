//! The initial state of a world.

use std::collections::{BTreeMap, BTreeSet};

use hostkit::Decimal;

use super::history::History;
use super::objects::{Addresses, Image, Plan};
use super::services::Services;
use super::{Acts, Credentials, Sessions, World};
use crate::clock::Moment;

/// The numbers of objects start after this one, so that they look like those of a real hoster.
const FIRST: u64 = 20_000;

impl World {
    /// A new world: one account with 100,000.00 of a currency, three plans, four images.
    pub fn new(currency: &'static str, now: Moment) -> Self {
        let mut world = Self {
            now,
            next: FIRST,
            build: Self::BUILD,
            addresses: Addresses::default(),
            changes: Vec::new(),
            history: History::default(),
            credentials: Credentials::NotChecked,
            accounts: BTreeMap::new(),
            plans: plans(),
            images: images(),
            servers: BTreeMap::new(),
            due: BTreeSet::new(),
            backups: BTreeMap::new(),
            zones: BTreeMap::new(),
            keys: BTreeMap::new(),
            jobs: BTreeMap::new(),
            storages: BTreeMap::new(),
            tickets: BTreeMap::new(),
            settings: BTreeMap::new(),
            services: Services::default(),
            acts: Acts::default(),
            sessions: Sessions::default(),
        };
        world.open_account(Self::ACCOUNT, Decimal::new(10_000_000, 2), currency);
        world
    }

    /// The login of the account that the sandbox's credentials belong to.
    pub const ACCOUNT: &str = "sandbox";
}

fn plans() -> Vec<Plan> {
    let plan = |number, name, cores, memory, disk, price| Plan {
        number,
        name,
        cores,
        memory,
        disk,
        traffic: 32 * 1024,
        price: Decimal::new(price, 2),
        days: 30,
    };
    vec![
        plan(1, "Start", 1, 1024, 10, 19_990),
        plan(2, "Standard", 2, 4096, 40, 66_000),
        plan(3, "Large", 8, 16_384, 160, 264_050),
    ]
}

fn images() -> Vec<Image> {
    let image = |number, name, title, family| Image { number, name, title, family, bits: 64 };
    vec![
        image(1, "debian12", "Debian 12", "debian"),
        image(2, "ubuntu2404", "Ubuntu 24.04", "ubuntu"),
        image(3, "alma9", "AlmaLinux 9", "almalinux"),
        image(4, "freebsd14", "FreeBSD 14", "freebsd"),
    ]
}
