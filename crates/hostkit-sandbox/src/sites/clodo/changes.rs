//! Changes of a server: `PUT /servers/{id}`, distinguished by its body, and the two changes of type.

use clodo_proto::servers::{
    BuyTraffic, CancelChange, ChangeServer, ChangeToScale, ChangeToVirtual, DelayChange, KeepServer, LetServerExpire,
    TuneServer,
};
use clodo_proto::types::{ServerId, ServerType};
use hostkit::Decimal;
use hostkit::protocol::codec::ToText;

use super::answer::{No, yes};
use super::servers::{TRAFFIC, TYPE, object};
use super::visit::Visit;
use crate::site::Reply;

/// The price of a gibibyte of traffic.
fn traffic_price() -> Decimal {
    Decimal::new(100, 2)
}

/// Adds a setting if the request has it.
fn push<T: ToText>(settings: &mut Vec<(&'static str, String)>, name: &'static str, value: Option<&T>) {
    if let Some(value) = value {
        settings.push((name, value.to_text().into_owned()));
    }
}

impl Visit<'_> {
    /// Another memory size may mean another plan, which costs its price; all else is only remembered.
    pub(super) fn change_server(&mut self, call: &ChangeServer) -> Result<Reply, No> {
        let (present, number) = (self.server(call.id)?.plan, call.id.get());
        let plan = call.memory.map(|memory| self.plan_for(memory)).transpose()?;
        if let Some(plan) = plan.filter(|plan| *plan != present) {
            self.world.change_plan(&self.account, number, plan)?;
        }
        self.world.change_server(&self.account, number, "server changed", |server| {
            server.memory = call.memory.map_or(server.memory, |memory| memory.0);
            server.disk = call.disk.map_or(server.disk, |disk| disk.0);
        })?;
        let mut settings = Vec::new();
        push(&mut settings, "vps_memory_max", call.memory_max.map(|size| size.0).as_ref());
        push(&mut settings, "vps_admin", call.support.as_ref());
        push(&mut settings, "vps_pay_period", call.pay_period.as_ref());
        push(&mut settings, "vps_abonement", call.pay_months.as_ref());
        self.world.set("server changed", object(call.id), settings);
        yes::<ChangeServer>(self, &())
    }

    pub(super) fn tune_server(&mut self, call: &TuneServer) -> Result<Reply, No> {
        self.server(call.id)?;
        let mut settings = Vec::new();
        push(&mut settings, "vps_daylimit", call.day_limit.as_ref());
        push(&mut settings, "vps_swapsize", call.swap.map(|size| size.0).as_ref());
        push(&mut settings, "vps_hddshaper", call.disk_shaper.as_ref());
        push(&mut settings, "vps_memblocksize", call.memory_block.map(|size| size.0).as_ref());
        push(&mut settings, "vps_minfreebytes", call.memory_reserve.map(|size| size.0).as_ref());
        push(&mut settings, "vps_meminterval", call.memory_interval.as_ref());
        self.world.set("server tuned", object(call.id), settings);
        yes::<TuneServer>(self, &())
    }

    /// Each call buys another package.
    pub(super) fn buy_traffic(&mut self, call: &BuyTraffic) -> Result<Reply, No> {
        self.server(call.id)?;
        if !(1..=100_000).contains(&call.traffic) {
            return Err(No::new(400, "Ошибка во входных параметрах"));
        }
        let amount = traffic_price() * Decimal::from(call.traffic);
        self.world.charge(&self.account, amount, "traffic bought", object(call.id))?;
        let present = self.world.setting(&object(call.id), TRAFFIC).and_then(|text| text.parse::<u64>().ok());
        let sum = present.unwrap_or(0).saturating_add(call.traffic);
        self.world.remember(object(call.id), TRAFFIC, sum.to_string());
        yes::<BuyTraffic>(self, &())
    }

    pub(super) fn cancel_change(&mut self, call: &CancelChange) -> Result<Reply, No> {
        self.server(call.id)?;
        let settings = vec![("modify_type", call.change.as_str().to_owned())];
        self.world.set("change cancelled", object(call.id), settings);
        yes::<CancelChange>(self, &())
    }

    pub(super) fn delay_change(&mut self, call: &DelayChange) -> Result<Reply, No> {
        self.server(call.id)?;
        let settings = vec![("newconfig_date", call.days.to_string())];
        self.world.set("change delayed", object(call.id), settings);
        yes::<DelayChange>(self, &())
    }

    pub(super) fn keep_server(&mut self, call: &KeepServer) -> Result<Reply, No> {
        let number = call.id.get();
        self.world.change_server(&self.account, number, "server kept", |server| server.is_prolonged = true)?;
        yes::<KeepServer>(self, &())
    }

    pub(super) fn let_server_expire(&mut self, call: &LetServerExpire) -> Result<Reply, No> {
        let number = call.id.get();
        let what = "server will expire";
        self.world.change_server(&self.account, number, what, |server| server.is_prolonged = false)?;
        yes::<LetServerExpire>(self, &())
    }

    /// A change to the present type is refused.
    fn change_type(&mut self, id: ServerId, to: ServerType) -> Result<(), No> {
        let plan = self.server(id)?.plan;
        if self.server_type(id) == to {
            return Err(No::new(405, "Функция недоступна в текущем состоянии сервера"));
        }
        // A VirtualServer is prepaid, a ScaleServer is paid by use.
        let price = if to == ServerType::Virtual { self.world.plan(plan)?.price } else { Decimal::ZERO };
        self.world.charge(&self.account, price, "server type changed", object(id))?;
        self.world.remember(object(id), TYPE, to.as_str().to_owned());
        Ok(())
    }

    pub(super) fn change_to_virtual(&mut self, call: &ChangeToVirtual) -> Result<Reply, No> {
        self.change_type(call.id, ServerType::Virtual)?;
        yes::<ChangeToVirtual>(self, &())
    }

    pub(super) fn change_to_scale(&mut self, call: &ChangeToScale) -> Result<Reply, No> {
        self.change_type(call.id, ServerType::Scale)?;
        yes::<ChangeToScale>(self, &())
    }
}
