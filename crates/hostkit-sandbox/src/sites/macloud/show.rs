//! Servers as the API shows them.

use std::time::Duration;

use hostkit::Decimal;
use macloud_proto::types::{
    AddressFamily, AddressId, Bandwidth, GroupId, GroupRef, LocalAddress, PlanId, PlanRef, Server, ServerAbilities,
    ServerAddress, ServerDetail, ServerId, ServiceStatus, TemplateId, TemplateRef,
};

use super::Handler;
use super::reference::{GROUP, GROUP_NAME, centre, tariff};
use super::servers::HOUR;
use crate::clock::Moment;
use crate::world::{self, ServerState};

/// The number of an address: the address itself.
pub(super) fn address_id(ip: std::net::Ipv4Addr) -> AddressId {
    AddressId::new(u64::from(u32::from(ip)))
}

/// The address of that number.
pub(super) fn address_of(id: AddressId) -> Option<std::net::Ipv4Addr> {
    u32::try_from(id.get()).ok().map(std::net::Ipv4Addr::from)
}

/// The MAC address of a network card.
fn card(number: u64) -> String {
    let [.., a, b, c] = number.to_be_bytes();
    format!("52:54:00:{a:02x}:{b:02x}:{c:02x}")
}

/// The state, and the action in progress. A server stays active while it is reinstalled.
fn state(server: &world::Server, world: &world::World) -> (ServiceStatus, Option<String>) {
    let now = world.now();
    let progress = server.progress(now);
    match server.state {
        ServerState::Deleted => (ServiceStatus::Deleted, None),
        ServerState::Suspended => (ServiceStatus::Blocked, None),
        _ if server.paid_until <= now && !server.is_prolonged => (ServiceStatus::NotPaid, None),
        _ if server.is_first_build() => (ServiceStatus::New, Some(format!("Creation ({progress}%) Processing"))),
        _ if server.is_building() => (ServiceStatus::Active, Some(format!("Reinstallation ({progress}%) Processing"))),
        ServerState::Ordered => (ServiceStatus::New, None),
        _ => {
            let busy = world.busy_with(server.number);
            (ServiceStatus::Active, busy.map(|(with, progress)| format!("{with} ({progress}%) Processing")))
        }
    }
}

fn abilities(server: &world::Server) -> ServerAbilities {
    let is_idle = !server.is_building();
    let mut can = ServerAbilities::new(is_idle);
    can.reboot = Some(is_idle && server.state == ServerState::Running);
    (can.update, can.backup, can.ip_local) = (Some(is_idle), Some(is_idle), Some(is_idle));
    can.prolong = Some(!server.is_prolonged);
    can
}

impl Handler<'_> {
    /// The addresses of a server; a new one has none yet.
    fn addresses(&self, server: &world::Server) -> Vec<ServerAddress> {
        if server.is_building() {
            return Vec::new();
        }
        let primary = server.addresses().iter().filter(|address| address.is_primary);
        primary.map(|address| self.address(address.ip, server.number)).collect()
    }

    fn address(&self, ip: std::net::Ipv4Addr, server: u64) -> ServerAddress {
        let [a, b, c, d] = ip.octets();
        let mut address = ServerAddress::new(address_id(ip), ip.into());
        address.family = Some(AddressFamily::V4);
        address.host = Some(format!("host-{a}-{b}-{c}-{d}.example.org"));
        address.gateway = Some(std::net::Ipv4Addr::new(a, b, c, 254).into());
        address.netmask = Some("255.255.255.0".to_owned());
        address.mac = Some(card(server));
        address
    }

    fn plan_ref(&self, server: &world::Server) -> PlanRef {
        let mut plan = PlanRef::new(PlanId::new(server.plan));
        plan.name = self.world.plan(server.plan).ok().map(|plan| plan.name.to_owned());
        plan
    }

    fn template(&self, server: &world::Server) -> Option<TemplateRef> {
        let image = self.world.image(server.image?).ok()?;
        let mut template = TemplateRef::new(TemplateId::new(image.number));
        template.name = Some(image.title.to_owned());
        Some(template)
    }

    fn host(&self, server: &world::Server) -> String {
        self.world.details(server.number).host.unwrap_or_else(|| format!("v{}.example.org", server.number))
    }

    fn full_name(&self, server: &world::Server) -> String {
        format!("Server #{} - {}", server.number, server.name)
    }

    /// A server in the list.
    pub(super) fn row(&self, server: &world::Server) -> Server {
        let (status, text) = state(server, self.world);
        let mut row = Server::new(ServerId::new(server.number), status, self.plan_ref(server));
        row.name = Some(server.name.clone());
        row.full_name = Some(self.full_name(server));
        row.status_text = text;
        (row.created, row.updated) = (server.ordered.moscow(), server.ordered.moscow());
        row.paid_until = server.paid_until.moscow();
        row.addresses = self.addresses(server);
        row.template = self.template(server);
        row.datacenter = Some(centre(self.world.details(server.number).place));
        row.can = Some(abilities(server));
        row
    }

    /// A server in full.
    pub(super) fn detail(&self, server: &world::Server) -> ServerDetail {
        let details = self.world.details(server.number);
        let (status, text) = state(server, self.world);
        let mut shown = ServerDetail::new(ServerId::new(server.number), status, self.plan_ref(server));
        shown.name = Some(server.name.clone());
        shown.full_name = Some(self.full_name(server));
        shown.status_text = text;
        (shown.created, shown.updated) = (server.ordered.moscow(), server.ordered.moscow());
        shown.paid_until = server.paid_until.moscow();
        shown.autoprolong = Some(server.is_prolonged);
        shown.autorun = Some(!details.stays_off);
        shown.addresses = self.addresses(server);
        shown.local_address = self.local_address(server.number);
        shown.reserves_address = Some(details.keeps_address);
        shown.host = Some(self.host(server));
        let traffic = self.world.plan(server.plan).map_or(0, |plan| plan.traffic);
        shown.tariff = Some(tariff(server.cores, server.memory, server.disk, traffic, true));
        let mut group = GroupRef::new(GroupId::new(GROUP));
        group.name = Some(GROUP_NAME.to_owned());
        shown.group = Some(group);
        shown.template = self.template(server);
        shown.datacenter = Some(centre(details.place));
        shown.ssh_key = details.key.and_then(|key| self.key_of(key));
        shown.can = Some(abilities(server));
        shown.bandwidth = Some(bandwidth(server.ordered, self.world.now()));
        shown
    }

    /// The address of a server in the local network, if it is connected to it.
    pub(super) fn local_address(&self, number: u64) -> Option<LocalAddress> {
        if !self.world.details(number).is_local {
            return None;
        }
        let [.., b, c] = number.to_be_bytes();
        let mut local = LocalAddress::new(std::net::Ipv4Addr::new(10, 0, b, c).into());
        local.netmask = Some("255.255.0.0".to_owned());
        local.mac = Some(card(number | 0x80_0000));
        Some(local)
    }
}

/// The traffic of the month and of the last one: the sum of its hours, as the statistics show them.
fn bandwidth(ordered: Moment, now: Moment) -> Bandwidth {
    let this_month = month_of(now);
    let last_month = month_of(this_month.before(Duration::from_secs(1)));
    let sum = |from: Moment, to: Moment| -> u64 {
        let hours = from.max(ordered).unix() / HOUR..to.unix().div_ceil(HOUR);
        hours.map(traffic).map(|(received, sent)| received + sent).sum()
    };
    let mut bandwidth = Bandwidth::new(sum(this_month, now + Duration::from_secs(1)).into());
    bandwidth.past_month = Some(sum(last_month, this_month).into());
    bandwidth
}

/// The begin of the month in Moscow that a moment is in.
fn month_of(moment: Moment) -> Moment {
    let (_, _, day, hour, minute, second) = moment.moscow().map_or((0, 0, 1, 0, 0, 0), |time| time.parts());
    let part = |value: i8| u64::try_from(value).unwrap_or_default();
    let since = (part(day).saturating_sub(1) * 24 + part(hour)) * HOUR + part(minute) * 60 + part(second);
    Moment::since_epoch(Duration::from_secs(moment.unix().saturating_sub(since)))
}

/// The bytes that a server received and sent in an hour.
fn traffic(hour: u64) -> (u64, u64) {
    ((hour % 9973) << 14, (hour % 99_991) << 12)
}

/// A load that depends only on the hour.
pub(super) fn load(hour: u64) -> macloud_proto::types::ServerLoad {
    let mut load = macloud_proto::types::ServerLoad::new(Decimal::new(i64::try_from(hour % 700).unwrap_or(0), 2));
    let (received, sent) = traffic(hour);
    (load.disk_reads, load.disk_writes) = (Some(hour % 7), Some(hour % 11));
    (load.local_received, load.local_sent) = (Some(0.into()), Some(0.into()));
    (load.internet_received, load.internet_sent) = (Some(received.into()), Some(sent.into()));
    load
}
