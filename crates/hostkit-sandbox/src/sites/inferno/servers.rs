//! Installing, starting, stopping and reading the servers of orders.

use std::net::IpAddr;

use hostkit::Format;
use hostkit::protocol::codec::ToWire;
use hostkit::protocol::{Csv, Value};
use inferno_proto::servers::{
    Boot, CheckInstall, CheckReinstall, GetInfo, GetInfoServer, Install, Reboot, Reinstall, Stop,
};
use inferno_proto::types::{
    ActionAnswer, InstallAnswer, InstallCheck, OrderId, OrderStatus, QueueAnswer, ResultWord, ServerInfo, SshKeyId,
    VpsId, VpsInfo,
};

use super::Visit;
use super::answer::{No, yes, yes_in, yes_with};
use super::orders::status;
use crate::site::Reply;
use crate::world::{Server, ServerState, WorldError};

const CREATE: &str = "createVPS";
const REINSTALL: &str = "reinstallVPS";

/// The server of this order exists or is being made.
const BUSY: i64 = 904;

/// The shared parameters of `install` and `reinstall`, with `run=0` and with `run=1`.
struct Installation<'c> {
    method: &'static str,
    order: OrderId,
    template: &'c str,
    keys: Option<&'c Csv<SshKeyId>>,
}

impl Visit<'_> {
    /// The number of the image that would be installed.
    fn check(&self, installation: &Installation<'_>) -> Result<u64, No> {
        let method = installation.method;
        let refuse = |message: &str| No::install(method, message, None);
        let number = installation.order.get();
        let server = self.world.server(self.account, number).map_err(|_| refuse("Order ID not found"))?;
        if status(self.world, server) != OrderStatus::Active {
            return Err(refuse("Order is not Active"));
        }
        if method == REINSTALL && server.image.is_none() {
            return Err(refuse("Vps not found"));
        }
        let image = self.world.image_named(installation.template).map_err(|_| refuse("Template not found"))?.number;
        let known = self.world.keys(self.account);
        let is_known = |id: &SshKeyId| known.iter().any(|key| key.number == id.get());
        if !installation.keys.is_none_or(|keys| keys.0.iter().all(is_known)) {
            return Err(refuse("SSH key not found"));
        }
        let is_busy = method == CREATE && server.image.is_some();
        if is_busy || self.world.can_install(self.account, number, image) == Err(WorldError::WrongState) {
            let message = format!("Vps exists with current main_id ({}) , W:{number}", main_id(server));
            return Err(No::install(method, message, Some(BUSY)));
        }
        Ok(image)
    }

    fn checked(&self, installation: &Installation<'_>) -> Result<InstallCheck, No> {
        self.check(installation)?;
        let mut check = InstallCheck::new(ResultWord::Success);
        check.method = Some(installation.method.to_owned());
        check.message = Some("ok".to_owned());
        Ok(check)
    }

    fn carried_out(&mut self, installation: &Installation<'_>) -> Result<InstallAnswer, No> {
        let image = self.check(installation)?;
        self.world.install(self.account, installation.order.get(), image)?;
        let mut queue = QueueAnswer::new(ResultWord::Success);
        queue.message = Some("VSCD: VPS added to queue".to_owned());
        queue.code = Some(0);
        let mut answer = InstallAnswer::new(installation.method, queue);
        answer.message = Some("ok".to_owned());
        Ok(answer)
    }

    pub(super) fn check_install(&mut self, call: &CheckInstall) -> Result<Reply, No> {
        let (order, template, keys) = (call.order, call.template.as_str(), call.ssh_keys.as_ref());
        let check = self.checked(&Installation { method: CREATE, order, template, keys })?;
        yes_in::<CheckInstall>(Format::PrintR, &check)
    }

    pub(super) fn install(&mut self, call: &Install) -> Result<Reply, No> {
        let (order, template, keys) = (call.order, call.template.as_str(), call.ssh_keys.as_ref());
        let answer = self.carried_out(&Installation { method: CREATE, order, template, keys })?;
        yes_in::<Install>(Format::PrintR, &answer)
    }

    pub(super) fn check_reinstall(&mut self, call: &CheckReinstall) -> Result<Reply, No> {
        let (order, template, keys) = (call.order, call.template.as_str(), call.ssh_keys.as_ref());
        let check = self.checked(&Installation { method: REINSTALL, order, template, keys })?;
        yes_in::<CheckReinstall>(Format::PrintR, &check)
    }

    pub(super) fn reinstall(&mut self, call: &Reinstall) -> Result<Reply, No> {
        let (order, template, keys) = (call.order, call.template.as_str(), call.ssh_keys.as_ref());
        let answer = self.carried_out(&Installation { method: REINSTALL, order, template, keys })?;
        yes_in::<Reinstall>(Format::PrintR, &answer)
    }

    pub(super) fn boot(&mut self, call: &Boot) -> Result<Reply, No> {
        self.world.start(self.account, call.order.get())?;
        yes::<Boot>(&ActionAnswer::new(ResultWord::Success))
    }

    pub(super) fn stop(&mut self, call: &Stop) -> Result<Reply, No> {
        self.world.stop(self.account, call.order.get())?;
        yes::<Stop>(&ActionAnswer::new(ResultWord::Success))
    }

    pub(super) fn reboot(&mut self, call: &Reboot) -> Result<Reply, No> {
        self.world.reboot(self.account, call.order.get())?;
        yes::<Reboot>(&ActionAnswer::new(ResultWord::Success))
    }

    pub(super) fn get_info(&mut self, call: &GetInfo) -> Result<Reply, No> {
        let server = match &call.server {
            GetInfoServer::Order(order) => self.world.server(self.account, order.get()).ok(),
            GetInfoServer::Address(ip) => {
                let has = |server: &&Server| server.addresses().iter().any(|address| IpAddr::V4(address.ip) == *ip);
                self.world.servers(self.account).into_iter().find(has)
            }
        };
        let server = server.ok_or(WorldError::NotFound("server"))?;
        let mut info = ServerInfo::new(OrderId::new(server.number), status(self.world, server));
        info.product_status = Some(match server.image {
            Some(_) => status(self.world, server),
            None => OrderStatus::Pending,
        });
        info.next_due = server.paid_until.moscow_date();
        info.vps = match (server.image, info.order_status.clone()) {
            (Some(_), _) => Some(vps(server)),
            // Paid and not installed: the part of the server fails inside the success.
            (None, OrderStatus::Active) => Some(no_vps()),
            (None, _) => None,
        };
        yes_with::<GetInfo>(&quirks(&info))
    }
}

fn main_id(server: &Server) -> u64 {
    server.number / 2
}

fn vps(server: &Server) -> VpsInfo {
    let ip = server.addresses().first().map(|address| address.ip);
    let is_online = server.state == ServerState::Running;
    let mut vps = VpsInfo::new(ResultWord::Success);
    vps.message = Some(String::new());
    vps.id = Some(VpsId::new(main_id(server)));
    vps.name = ip.map(|ip| ip.to_string().replace('.', "-"));
    vps.ip = ip.map(IpAddr::V4);
    vps.state = Some(if is_online { "Включен" } else { "Выключен" }.to_owned());
    vps.online = Some(is_online);
    vps.password = Some(server.password.as_str().into());
    vps
}

fn no_vps() -> VpsInfo {
    let mut vps = VpsInfo::new(ResultWord::Fail);
    vps.message = Some("VPS not found".to_owned());
    vps
}

/// The address is only in `vps_info`, beside an empty `dedicatedip`; the server of an order that is not paid is PHP's
/// empty list.
fn quirks(info: &ServerInfo) -> Value {
    let Some(Value::Map(mut entries)) = info.to_wire(Format::Json) else {
        return Value::Null;
    };
    if info.dedicated_ip.is_none() {
        entries.push(("dedicatedip".into(), Value::Text(String::new())));
    }
    if info.vps.is_none() {
        entries.push(("vps_info".into(), Value::List(Vec::new())));
    }
    Value::Map(entries)
}
