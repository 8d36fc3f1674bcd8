//! Servers: ordering, reading, changing and deleting them.

use std::time::Duration;

use hostkit::protocol::Value;
use hostkit::protocol::codec::ToWire;
use hostkit::{DateTime, Format};
use macloud_proto::servers::{
    AttachIso, ChangePlan, CreateServer, CreateServerSource, DeleteServer, DetachIso, DisableAutoprolong,
    EnableAutoprolong, GetPassword, GetServer, GetStat, GetVnc, HardRebootServer, ProlongServer, RebootServer,
    ReinstallServer, SetAddressReservation, SetPassword, UpdateServer,
};
use macloud_proto::types::{ServerId, ServerPassword, ServerStat, VncAccess};

use super::envelope::{Answered, No, done, reshape, shaped, yes};
use super::show::load;
use super::{Handler, reference};
use crate::clock::Moment;
use crate::sites::nulls;
use crate::world::{Cycle, Details, NewServer, Schedule, Server};

/// The hour in seconds.
pub(super) const HOUR: u64 = 3600;
/// The longest period of statistics.
const MONTH: Duration = Duration::from_secs(30 * 24 * HOUR);

impl Handler<'_> {
    pub(super) fn server(&self, id: ServerId) -> Result<&Server, No> {
        Ok(self.world.server(&self.account, id.get())?)
    }

    /// The list has one address for each server: an object, or null.
    pub(super) fn list_servers(&self) -> Answered {
        let servers = self.world.servers(&self.account);
        let rows: Vec<_> = servers.into_iter().filter_map(|server| self.row(server).to_wire(Format::Json)).collect();
        let mut rows = Value::List(rows);
        nulls(&mut rows, &["ip", "status_text"]);
        reshape(&mut rows, "ip", &first);
        shaped("Server list", rows)
    }

    pub(super) fn get_server(&self, call: &GetServer) -> Answered {
        let mut data = self.detail(self.server(call.id)?).to_wire(Format::Json).unwrap_or(Value::Null);
        nulls(&mut data, &["ip_local", "ssh-key", "template", "status_text"]);
        reshape(&mut data, "bandwidth", &|months| traffic(months, self.is_newer));
        if self.is_newer {
            reshape(&mut data, "ip", &first);
        }
        shaped("Server information", data)
    }

    pub(super) fn create_server(&mut self, call: &CreateServer) -> Answered {
        let image = self.check_order(call)?;
        let new = NewServer {
            name: call.name.clone().unwrap_or_default(),
            plan: call.plan.get(),
            image: Some(image),
            install: true,
            ..NewServer::default()
        };
        let number = self.world.order(&self.account, new)?;
        let details = Details {
            host: call.host.clone(),
            key: call.ssh_key.map(|key| key.get()),
            place: Some(call.datacenter.get()),
            ..Details::default()
        };
        self.world.describe_order(number, details);
        if call.autoprolong == Some(false) {
            self.world.change_server(&self.account, number, "prolonging changed", |server| {
                server.is_prolonged = false;
            })?;
        }
        // VDSina adds paid backups by itself.
        if call.schedule.unwrap_or(self.is_newer) {
            let schedule = Schedule { cycle: Cycle::Weekly, day: Some(1), hour: 3, copies: 1 };
            self.world.add_schedule(&self.account, number, schedule)?;
        }
        yes::<CreateServer>(202, "Server created", &ServerId::new(number))
    }

    /// Collects everything that is wrong with an order; returns the image to install.
    fn check_order(&self, call: &CreateServer) -> Result<u64, No> {
        let mut wrong: Vec<(String, Vec<String>)> = Vec::new();
        let mut say = |field: &str, text: &str| wrong.push((field.to_owned(), vec![text.to_owned()]));
        if !reference::is_open(call.datacenter) {
            say("datacenter", "Datacenter is not available");
        }
        if self.world.plan(call.plan.get()).is_err() {
            say("server-plan", "Plan is not available");
        }
        if call.host.as_ref().is_some_and(|host| !is_domain(host)) {
            say("host", "hostname must be a valid domain name");
        }
        if self.check_key(call.ssh_key).is_err() {
            say("ssh-key", "Wrong SSH key");
        }
        let parameters = [call.cpu.is_some(), call.ram.is_some(), call.disk.is_some(), call.gpu.is_some()];
        for (name, _) in ["cpu", "ram", "disk", "gpu"].iter().zip(parameters).filter(|(_, is_there)| *is_there) {
            say(name, "Plan has no parameters");
        }
        let is_reserved = |id: u64| self.world.reserved(&self.account).iter().any(|kept| kept.number == id);
        if call.reserved_ip.is_some_and(|id| !is_reserved(id.get())) {
            say("ip-reserve", "Wrong reserved IP");
        }
        let first = self.world.images().first().map_or(1, |image| image.number);
        let image = match call.source {
            Some(CreateServerSource::Template(id)) => {
                if self.world.image(id.get()).is_err() {
                    say("template", "Wrong template");
                }
                id.get()
            }
            Some(CreateServerSource::Backup(id)) => match self.world.backup(&self.account, id.get()) {
                Ok(backup) => self.world.server(&self.account, backup.server)?.image.unwrap_or(first),
                Err(_) => {
                    say("backup", "Wrong backup");
                    first
                }
            },
            Some(CreateServerSource::Iso(id)) => {
                if self.world.iso(&self.account, id.get()).is_err() {
                    say("iso", "Wrong ISO");
                }
                first
            }
            _ => first,
        };
        if wrong.is_empty() { Ok(image) } else { Err(No::Fields(wrong)) }
    }

    pub(super) fn update_server(&mut self, call: &UpdateServer) -> Answered {
        self.rename(call.id, Some(&call.name), None)?;
        if let Some(starts) = call.autorun {
            let change = |details: &mut Details| details.stays_off = !starts;
            self.world.change_details(&self.account, call.id.get(), "starting changed", change)?;
        }
        done::<UpdateServer>(200, "Server updated")
    }

    pub(super) fn enable_autoprolong(&mut self, call: &EnableAutoprolong) -> Answered {
        self.rename(call.id, call.name.as_deref(), Some(true))?;
        done::<EnableAutoprolong>(200, "Server updated")
    }

    pub(super) fn disable_autoprolong(&mut self, call: &DisableAutoprolong) -> Answered {
        self.rename(call.id, call.name.as_deref(), Some(false))?;
        done::<DisableAutoprolong>(200, "Server updated")
    }

    pub(super) fn set_address_reservation(&mut self, call: &SetAddressReservation) -> Answered {
        self.rename(call.id, Some(&call.name), call.autoprolong)?;
        let change = |details: &mut Details| details.keeps_address = call.reserve;
        self.world.change_details(&self.account, call.id.get(), "address keeping changed", change)?;
        done::<SetAddressReservation>(200, "Server updated")
    }

    /// Changes name and prolonging; during the first build a change of the latter is lost, as at the hoster.
    fn rename(&mut self, id: ServerId, name: Option<&str>, prolong: Option<bool>) -> Result<(), No> {
        let is_new = self.server(id)?.is_first_build();
        self.world.change_server(&self.account, id.get(), "server changed", |server| {
            if let Some(name) = name {
                name.clone_into(&mut server.name);
            }
            if let Some(prolong) = prolong.filter(|_| !is_new) {
                server.is_prolonged = prolong;
            }
        })?;
        Ok(())
    }

    pub(super) fn delete_server(&mut self, call: &DeleteServer) -> Answered {
        let server = self.server(call.id)?;
        let kept = server.addresses().iter().find(|address| address.is_primary).map(|address| address.ip);
        let keeps = self.world.details(call.id.get()).keeps_address;
        self.world.delete(&self.account, call.id.get())?;
        if let Some(ip) = kept.filter(|_| keeps) {
            self.world.reserve(&self.account, ip);
        }
        done::<DeleteServer>(200, "Server deleted")
    }

    pub(super) fn reboot_server(&mut self, call: &RebootServer) -> Answered {
        self.world.reboot(&self.account, call.id.get())?;
        self.world.occupy(&self.account, call.id.get(), "Reboot")?;
        done::<RebootServer>(200, "Server reboot queued")
    }

    pub(super) fn hard_reboot_server(&mut self, call: &HardRebootServer) -> Answered {
        self.world.reboot(&self.account, call.id.get())?;
        self.world.occupy(&self.account, call.id.get(), "Reboot")?;
        done::<HardRebootServer>(200, "Server reboot queued")
    }

    pub(super) fn reinstall_server(&mut self, call: &ReinstallServer) -> Answered {
        let number = call.id.get();
        let present = self.server(call.id)?.image;
        let image = call.template.map(|template| template.get()).or(present);
        let image = image.ok_or_else(|| No::Missing(vec!["template".to_owned()]))?;
        if self.world.image(image).is_err() {
            return Err(No::field("template", "Wrong template"));
        }
        if call.host.as_ref().is_some_and(|host| !is_domain(host)) {
            return Err(No::field("host", "hostname must be a valid domain name"));
        }
        self.check_key(call.ssh_key)?;
        self.world.install(&self.account, number, image)?;
        self.world.change_details(&self.account, number, "server described", |details| {
            details.key = call.ssh_key.map(|key| key.get()).or(details.key);
            details.host = call.host.clone().or(details.host.take());
        })?;
        done::<ReinstallServer>(200, "Server reinstall queued")
    }

    /// While a server is being built its password is empty.
    pub(super) fn get_password(&self, call: &GetPassword) -> Answered {
        let server = self.server(call.id)?;
        let text = if server.is_building() { "" } else { server.password.as_str() };
        let mut password = ServerPassword::new(text);
        password.user = Some("root".to_owned());
        yes::<GetPassword>(200, "Server password information", &password)
    }

    pub(super) fn set_password(&mut self, call: &SetPassword) -> Answered {
        let text = call.password.expose();
        if !(8..=32).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(No::field("password", "8 to 32 Latin letters or digits"));
        }
        let change = |server: &mut Server| text.clone_into(&mut server.password);
        self.world.change_server(&self.account, call.id.get(), "password changed", change)?;
        self.world.occupy(&self.account, call.id.get(), "Password change")?;
        done::<SetPassword>(200, "Server password change queued")
    }

    /// Only a larger plan is accepted.
    pub(super) fn change_plan(&mut self, call: &ChangePlan) -> Answered {
        let server = self.server(call.id)?;
        let is_larger = call.plan.get() > server.plan && self.world.plan(call.plan.get()).is_ok();
        if !is_larger {
            return Err(No::field("server-plan", "Plan is not available"));
        }
        if server.is_building() {
            return Err(No::Generic(vec!["The service is busy".to_owned()]));
        }
        self.world.change_plan(&self.account, call.id.get(), call.plan.get())?;
        done::<ChangePlan>(200, "Server plan enhance queued")
    }

    pub(super) fn prolong_server(&mut self, call: &ProlongServer) -> Answered {
        self.world.prolong(&self.account, call.id.get(), 1)?;
        done::<ProlongServer>(200, "Server prolong queued")
    }

    pub(super) fn get_vnc(&self, call: &GetVnc) -> Answered {
        let server = self.server(call.id)?;
        let port = 5900 + server.number % 100;
        let access = VncAccess::new("kvm1.example.org", port, format!("vnc{:013}", server.number));
        yes::<GetVnc>(200, "Server VNC information", &access)
    }

    pub(super) fn attach_iso(&mut self, call: &AttachIso) -> Answered {
        self.server(call.id)?;
        if self.world.iso(&self.account, call.iso.get()).is_err() {
            return Err(No::field("iso", "Wrong ISO"));
        }
        self.world.attach_iso(&self.account, call.id.get(), call.iso.get())?;
        done::<AttachIso>(200, "Server ISO attach queued")
    }

    pub(super) fn detach_iso(&mut self, call: &DetachIso) -> Answered {
        self.world.detach_iso(&self.account, call.id.get())?;
        done::<DetachIso>(200, "Server ISO detach queued")
    }

    pub(super) fn get_stat(&self, call: &GetStat) -> Answered {
        let server = self.server(call.id)?;
        let text = |time: &DateTime| time.format("%Y-%m-%d %H:%M:%S");
        let (from, to) = (call.from.as_ref().map(text), call.to.as_ref().map(text));
        let now = self.world.now().unix();
        let first = server.ordered.unix().max(now.saturating_sub(MONTH.as_secs())) / HOUR;
        let hours = (first..=now / HOUR).filter_map(|hour| {
            let time = Moment::since_epoch(Duration::from_secs(hour * HOUR)).moscow()?;
            let written = text(&time);
            let is_within =
                from.as_ref().is_none_or(|from| written >= *from) && to.as_ref().is_none_or(|to| written <= *to);
            let mut stat = ServerStat::new(time);
            stat.load = Some(load(hour));
            is_within.then_some(stat)
        });
        yes::<GetStat>(200, "Server stat information", &hours.collect())
    }
}

/// The first of a list, or null.
fn first(value: &mut Value) {
    if let Value::List(items) = value {
        let first = items.drain(..).next();
        *value = first.unwrap_or(Value::Null);
    }
}

/// The newer level of the API writes numbers, and has another name for the last month.
fn traffic(months: &mut Value, is_newer: bool) {
    let Value::Map(entries) = months else {
        return;
    };
    for (key, value) in entries {
        match value {
            Value::Number(number) if !is_newer => *value = Value::Text(std::mem::take(number)),
            Value::Text(text) if is_newer => *value = Value::Number(std::mem::take(text)),
            _ => {}
        }
        if key == "past_month" && is_newer {
            *key = "last_month".into();
        }
    }
}

/// Whether a text is a domain name of at least two labels.
pub(super) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() < 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}
