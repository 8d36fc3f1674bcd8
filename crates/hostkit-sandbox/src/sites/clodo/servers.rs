//! Servers: reading, ordering, starting, stopping and deleting them.

use std::net::IpAddr;

use clodo_proto::servers::{
    CreateServer, CreateServerOs, DeleteServer, GetServer, GetServerLog, ListServerDetails, ListServers, RebootServer,
    RebuildServer, StartServer, StopServer,
};
use clodo_proto::types::{
    Address, Addresses, CreatedServer, ImageId, LogEntryId, ServerDetail, ServerId, ServerLogEntry, ServerStatus,
    ServerSummary, ServerType,
};
use hostkit::protocol::Value;
use hostkit::protocol::codec::ToWire;
use hostkit::{Decimal, Format, Gibibytes, Mebibytes};

use super::answer::{No, numbers_as_text, yes, yes_with};
use super::images;
use super::visit::Visit;
use crate::site::Reply;
use crate::world::{NewServer, Server, ServerState};

/// The client's number, the first part of a server's full number.
const CLIENT: u64 = 777;

/// The setting that says how a server is sold.
pub(super) const TYPE: &str = "type";

/// The setting that says how much traffic was bought, in gibibytes.
pub(super) const TRAFFIC: &str = "vps_traff";

/// The name of a server in the ledger and in the settings.
pub(super) fn object(id: ServerId) -> String {
    format!("server {}", id.get())
}

fn status(state: ServerState) -> ServerStatus {
    match state {
        ServerState::Ordered => ServerStatus::Requested,
        ServerState::Installing => ServerStatus::Installing,
        ServerState::Running => ServerStatus::Running,
        ServerState::Stopped => ServerStatus::Stopped,
        ServerState::Suspended => ServerStatus::Suspended,
        ServerState::Deleted => ServerStatus::Failed,
    }
}

/// The version in the name of an image, which stands at its end.
fn version(title: &str) -> &str {
    title.rsplit(' ').next().filter(|word| word.starts_with(|first: char| first.is_ascii_digit())).unwrap_or_default()
}

fn addresses(server: &Server) -> Addresses {
    let mut addresses = Addresses::new();
    for found in server.addresses() {
        let mut address = Address::new(IpAddr::V4(found.ip));
        address.primary = found.is_primary;
        addresses.public.push(address);
    }
    addresses
}

impl Visit<'_> {
    /// A server of the account.
    pub(super) fn server(&self, id: ServerId) -> Result<&Server, No> {
        Ok(self.world.server(&self.account, id.get())?)
    }

    pub(super) fn server_type(&self, id: ServerId) -> ServerType {
        self.world.setting(&object(id), TYPE).map_or(ServerType::Virtual, ServerType::from_text)
    }

    fn summary(&self, server: &Server) -> ServerSummary {
        let id = ServerId::new(server.number);
        let mut summary = ServerSummary::new(id, status(server.state));
        summary.full_id = Some(format!("{CLIENT}-{}", server.number));
        summary.name = Some(server.name.clone());
        summary.image = server.image.map(ImageId::new);
        summary.server_type = Some(self.server_type(id));
        if let Some(image) = server.image.and_then(|image| self.world.image(image).ok()) {
            summary.os_type = Some(image.family.to_owned());
            summary.os_bits = Some(image.bits);
        }
        summary.addresses = Some(addresses(server));
        summary
    }

    fn detail(&self, server: &Server) -> ServerDetail {
        let summary = self.summary(server);
        let mut detail = ServerDetail::new(summary.id, summary.status);
        detail.full_id = summary.full_id;
        detail.name = summary.name;
        detail.image = summary.image;
        detail.server_type = summary.server_type;
        detail.addresses = summary.addresses;
        detail.os_type = summary.os_type;
        detail.os_bits = summary.os_bits;
        detail.os_title = server.image.and_then(|id| Some(self.world.image(id).ok()?.title.to_owned()));
        detail.memory = Some(Mebibytes(server.memory));
        detail.disk = Some(Gibibytes(server.disk));
        let number = |name| self.world.setting(&object(summary.id), name)?.parse::<u64>().ok();
        detail.memory_max = Some(Mebibytes(number("vps_memory_max").unwrap_or(server.memory)));
        detail.traffic = Some(number(TRAFFIC).unwrap_or(0).into());
        detail.traffic_left = detail.traffic;
        (detail.free_traffic, detail.free_traffic_left) = (Some(Decimal::ZERO), Some(Decimal::ZERO));
        (detail.received, detail.sent) = (Some(Decimal::ZERO), Some(Decimal::ZERO));
        detail.cpu_load = Some(Decimal::ZERO);
        detail.cpu_max = Some(server.cores * 2267);
        (detail.cpu_hour_min, detail.cpu_hour_max) = (Some(Decimal::ZERO), Some(Decimal::ZERO));
        (detail.memory_load, detail.memory_allotted) = (Some(Decimal::ZERO), Some(server.memory.into()));
        (detail.memory_hour_min, detail.memory_hour_max) = (Some(Decimal::ZERO), Some(Decimal::ZERO));
        (detail.disk_load, detail.disk_used) = (Some(Decimal::ZERO), Some(Mebibytes(0)));
        detail.os_version = Some(version(detail.os_title.as_deref().unwrap_or_default()).to_owned());
        detail.user_password = Some(String::new().into());
        detail.vnc_password = Some(format!("vnc{:07}", server.number).into());
        detail.started = server.ordered.moscow();
        detail.uptime = Some(format!("({} дн.)", self.now.since(server.ordered).as_secs() / 86_400));
        detail.vnc = server.addresses().first().map(|address| format!("{}:5900", address.ip));
        detail.root_password = Some(server.password.as_str().into());
        detail.ordered = server.ordered.moscow();
        detail.created = server.ordered.moscow();
        detail.paid_until = server.paid_until.moscow();
        detail
    }

    /// An empty list is a 404, as at the hoster.
    pub(super) fn list_servers(&mut self) -> Result<Reply, No> {
        let found: Vec<_> = self.world.servers(&self.account).into_iter().map(|server| self.summary(server)).collect();
        if found.is_empty() { Err(No::nothing()) } else { yes::<ListServers>(self, &found) }
    }

    pub(super) fn list_server_details(&mut self) -> Result<Reply, No> {
        let found: Vec<_> = self.world.servers(&self.account).into_iter().map(|server| self.detail(server)).collect();
        if found.is_empty() {
            return Err(No::nothing());
        }
        if self.format != Format::Json {
            return yes::<ListServerDetails>(self, &found);
        }
        // Numbers of servers are texts in a list, and a number where one server is read.
        let mut tree = found.to_wire(self.format).unwrap_or(Value::Null);
        numbers_as_text(&mut tree, "id");
        yes_with(self, "servers", tree)
    }

    pub(super) fn get_server(&mut self, call: &GetServer) -> Result<Reply, No> {
        yes::<GetServer>(self, &self.detail(self.server(call.id)?))
    }

    /// The server's events, the latest first. The "ОК" is Cyrillic, like the hoster's.
    pub(super) fn get_server_log(&mut self, call: &GetServerLog) -> Result<Reply, No> {
        let server = self.server(call.id)?;
        let events = self.world.server_history(server.number).rev();
        let entries = events.map(|event| {
            let mut entry = ServerLogEntry::new(LogEntryId::new(FIRST_LINE + event.number));
            entry.command = Some(command(event.what).to_owned());
            entry.user = Some("Клиент (API)".to_owned());
            entry.date = event.at.moscow();
            entry.status = Some("ОК".to_owned());
            entry
        });
        let entries = entries.collect();
        yes::<GetServerLog>(self, &entries)
    }

    /// The smallest plan with at least this memory, or else the largest: the API has no plans, but the world's prices
    /// belong to plans.
    pub(super) fn plan_for(&self, memory: Mebibytes) -> Result<u64, No> {
        let plans = self.world.plans();
        let found = plans.iter().filter(|plan| plan.memory >= memory.0).min_by_key(|plan| plan.memory);
        let found = found.or_else(|| plans.iter().max_by_key(|plan| plan.memory));
        found.map(|plan| plan.number).ok_or_else(|| No::new(500, "Нет тарифов"))
    }

    pub(super) fn create_server(&mut self, call: CreateServer) -> Result<Reply, No> {
        let wrong = || No::new(400, "Ошибка во входных параметрах");
        let image = match &call.os {
            CreateServerOs::Image(image) => image.get(),
            CreateServerOs::Preset { preset, .. } => images::image_of(*preset).ok_or_else(wrong)?,
        };
        if call.memory.0 == 0 || call.disk.0 == 0 || !call.server_type.is_known() {
            return Err(wrong());
        }
        let new = NewServer {
            name: call.name,
            plan: self.plan_for(call.memory)?,
            image: Some(image),
            memory: Some(call.memory.0),
            disk: Some(call.disk.0),
            install: true,
        };
        let number = self.world.order(&self.account, new)?;
        let id = ServerId::new(number);
        self.world.remember(object(id), TYPE, call.server_type.as_str().to_owned());
        let server = self.server(id)?;
        let mut created = CreatedServer::new(id);
        created.name = Some(server.name.clone());
        created.image = Some(ImageId::new(image));
        created.root_password = Some(server.password.as_str().into());
        yes::<CreateServer>(self, &created)
    }

    pub(super) fn delete_server(&mut self, call: &DeleteServer) -> Result<Reply, No> {
        self.world.delete(&self.account, call.id.get())?;
        yes::<DeleteServer>(self, &())
    }

    pub(super) fn start_server(&mut self, call: &StartServer) -> Result<Reply, No> {
        self.world.start(&self.account, call.id.get())?;
        yes::<StartServer>(self, &())
    }

    pub(super) fn stop_server(&mut self, call: &StopServer) -> Result<Reply, No> {
        self.world.stop(&self.account, call.id.get())?;
        yes::<StopServer>(self, &())
    }

    pub(super) fn reboot_server(&mut self, call: &RebootServer) -> Result<Reply, No> {
        self.world.reboot(&self.account, call.id.get())?;
        yes::<RebootServer>(self, &())
    }

    pub(super) fn rebuild_server(&mut self, call: &RebuildServer) -> Result<Reply, No> {
        self.world.install(&self.account, call.id.get(), call.image.get())?;
        yes::<RebuildServer>(self, &())
    }
}

/// The base of the numbers of log lines.
const FIRST_LINE: u64 = 86_000_000;

/// The hoster's name for an event.
fn command(what: &'static str) -> &'static str {
    match what {
        "server ordered" => "Создание",
        "server started" => "Старт",
        "server stopped" => "Выключение",
        "server rebooted" => "Перезагрузка",
        "backup restored" => "Восстановление из бэкапа",
        "server installed" => "Переустановка",
        // The hoster's documentation has no more names; these are invented.
        "server type changed" => "Смена типа",
        "server kept" | "server will expire" => "Автопродление",
        _ => "Изменение параметров",
    }
}
