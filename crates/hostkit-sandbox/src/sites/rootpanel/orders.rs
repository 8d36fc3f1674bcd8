//! Orders: the calls that move money, and the list of orders.

use hostkit::protocol::codec::ToWire;
use hostkit::protocol::server::WrittenAnswer;
use hostkit::protocol::{Csv, Value};
use hostkit::{Decimal, Format, Secret};
use http::Response;
use rootpanel_proto::Code;
use rootpanel_proto::orders::{AddonsOrder, CreateOrder, GetOrders, ReinstallOrder, RenewOrder};
use rootpanel_proto::types::{
    AddonId, ExtraAddress, NewOrder, Order, OrderId, OrderStatus, OrderedAddons, PlanKind, ReinstalledOrder, Renewal,
    TariffId,
};

use super::{Answered, Handler, accepted, offers, written, yes};
use crate::clock::Moment;
use crate::sites::nulls;
use crate::world::{Acceptance, Details, NewServer, Server, ServerState, WorldError};

/// The user that servers are installed with.
const USER: &str = "root";
/// The number that the test account gets for an order that does not exist.
const TRIAL_ORDER: u64 = 1;

/// The API's code for an error of the world.
pub(super) fn code(error: &WorldError) -> Code {
    match error {
        WorldError::NotFound("server") => Code::OrderNotFound,
        WorldError::NotFound("plan") => Code::TariffNotFound,
        WorldError::NotFound("image") => Code::SystemMissing,
        WorldError::Invalid("periods") => Code::PeriodNotAllowed,
        WorldError::Invalid("count") => Code::AddonCountNotAllowed,
        WorldError::NotEnoughMoney => Code::AwaitsPayment,
        WorldError::NoAddress => Code::LocationUnavailable,
        _ => Code::ExecutionFailed,
    }
}

/// The orders, with null for what an order has not yet or not at all.
fn listed(format: Format, orders: &Vec<Order>) -> Response<Vec<u8>> {
    let mut tree = orders.to_wire(format).unwrap_or(Value::Null);
    nulls(&mut tree, &["startdate", "serverlogin", "serverpassword", "serveripv4", "serveripv6", "extraips"]);
    written(&WrittenAnswer::new(format, 200, vec![("status", Value::Text("SUCCESS".to_owned())), ("orders", tree)]))
}

impl Handler<'_> {
    /// The server of an order. The test account has none.
    pub(super) fn server(&self, order: OrderId) -> Result<&Server, Code> {
        self.world.server(self.account, order.get()).map_err(|error| code(&error))
    }

    pub(super) fn orders(&self, call: &GetOrders) -> Answered {
        let orders: Vec<Order> = match call.order {
            Some(order) => vec![self.show(self.server(order)?)],
            None => self.world.servers(self.account).into_iter().map(|server| self.show(server)).collect(),
        };
        if orders.is_empty() { Err(Code::NoOrders) } else { Ok(listed(self.format, &orders)) }
    }

    fn show(&self, server: &Server) -> Order {
        let now = self.world.now();
        let text = |moment: Moment| moment.moscow().map(|time| time.format("%Y-%m-%d %H:%M:%S"));
        let status = match server.state {
            ServerState::Ordered | ServerState::Deleted => OrderStatus::New,
            ServerState::Installing => OrderStatus::InProgress,
            ServerState::Running | ServerState::Stopped => OrderStatus::Processed,
            ServerState::Suspended => OrderStatus::Suspended,
        };
        let mut order = Order::new(OrderId::new(server.number));
        order.kind = Some(PlanKind::Vds);
        order.tariff = Some(TariffId::new(server.plan));
        order.tariff_name = self.world.plan(server.plan).ok().map(|plan| plan.name.to_owned());
        order.ordered = text(server.ordered);
        order.started = text(server.ordered).filter(|_| status != OrderStatus::New);
        order.paid_until = text(server.paid_until);
        order.days_left = Some(days_left(now, server.paid_until));
        if matches!(status, OrderStatus::Processed | OrderStatus::Suspended) {
            order.server_login = Some(USER.to_owned());
            order.server_password = Some(Secret::new(server.password.as_str()));
            let primary = server.addresses().iter().find(|address| address.is_primary);
            order.ipv4 = primary.map(|address| address.ip.into());
            let extra = server.addresses().iter().filter(|address| !address.is_primary);
            order.extra_addresses = extra.map(|address| ExtraAddress::Scalar(address.ip.to_string())).collect();
        }
        order.status = Some(status);
        order
    }

    pub(super) fn create(&mut self, call: &CreateOrder, domain: Option<&str>) -> Answered {
        let plan = self.world.plan(call.tariff.get()).map_err(|error| code(&error))?;
        let cost = plan.price * Decimal::from(call.period.min(36));
        if !offers::has_period(call.period) {
            return Err(Code::PeriodNotAllowed);
        }
        if call.location.is_some_and(|location| !offers::has_location(location)) {
            return Err(Code::LocationNotAllowed);
        }
        if call.autorenew == Some(true) && !call.autorenew_period.is_some_and(offers::has_period) {
            return Err(Code::AutorenewPeriodNotAllowed);
        }
        let image = offers::chosen_image(self.world, call.addons.as_ref())?;
        if self.world.is_spent(self.account, call.tariff.get()) {
            return Err(Code::OnceForEachClient);
        }
        if domain.is_some_and(|domain| self.world.has_domain(domain)) {
            return Err(Code::DomainHasTariff);
        }
        if self.is_trial {
            return Ok(yes::<CreateOrder>(self.format, &self.placed(OrderId::new(TRIAL_ORDER), call, domain, cost)));
        }
        let acceptance = match self.world.acceptance() {
            Acceptance::AtOnce if self.money() < cost => Acceptance::AwaitsPayment,
            acceptance => acceptance,
        };
        let new = NewServer {
            name: format!("vds-{}", call.tariff),
            plan: call.tariff.get(),
            image,
            install: acceptance == Acceptance::AtOnce,
            ..NewServer::default()
        };
        let number = match acceptance {
            Acceptance::AwaitsPayment => self.world.order_on_bill(self.account, new),
            Acceptance::AtOnce | Acceptance::Manual => self.world.order_for(self.account, new, call.period),
        };
        let number = number.map_err(|error| code(&error))?;
        self.remember(number, call, domain);
        let order = OrderId::new(number);
        Ok(match acceptance {
            Acceptance::AtOnce => {
                let mut placed = self.placed(order, call, domain, cost);
                placed.server_login = Some(USER.to_owned());
                placed.server_password = self.server(order).ok().map(|server| Secret::new(server.password.as_str()));
                yes::<CreateOrder>(self.format, &placed)
            }
            Acceptance::Manual => {
                accepted::<CreateOrder>(self.format, &self.placed(order, call, domain, cost), &Code::Manual)
            }
            Acceptance::AwaitsPayment => {
                accepted::<CreateOrder>(self.format, &NewOrder::new(order), &Code::AwaitsPayment)
            }
        })
    }

    fn remember(&mut self, number: u64, call: &CreateOrder, domain: Option<&str>) {
        let addons = call.addons.as_ref().map(|addons| addons.iter().map(|addon| addon.get()).collect());
        let place = call.location.map(|location| location.get());
        let host = domain.map(str::to_owned);
        let details = Details { host, place, addons: addons.unwrap_or_default(), ..Details::default() };
        self.world.describe_order(number, details);
        if let Some(domain) = domain {
            self.world.take_domain(domain);
        }
    }

    /// An order as it was placed; the balance is the one after payment.
    fn placed(&self, order: OrderId, call: &CreateOrder, domain: Option<&str>, cost: Decimal) -> NewOrder {
        let mut placed = NewOrder::new(order);
        placed.kind = Some(PlanKind::Vds);
        placed.tariff = Some(call.tariff);
        placed.domain = Some(domain.unwrap_or_default().to_owned());
        placed.period = Some(call.period);
        placed.addons = Some(call.addons.clone().unwrap_or_else(|| Csv(Vec::new())));
        placed.balance = Some(self.money().into());
        placed.cost = Some(cost.into());
        placed.currency = self.currency();
        placed
    }

    pub(super) fn renew(&mut self, call: &RenewOrder) -> Answered {
        let number = self.without_bill(call.order)?;
        if !offers::has_period(call.period) {
            return Err(Code::PeriodNotAllowed);
        }
        match self.world.prolong(self.account, number, call.period) {
            Ok(()) => {}
            Err(WorldError::NotEnoughMoney) => {
                self.bill(number)?;
                return Ok(accepted::<RenewOrder>(self.format, &Renewal::new(call.order), &Code::AwaitsPayment));
            }
            Err(error) => return Err(code(&error)),
        }
        let price = self.server(call.order).ok().and_then(|server| self.world.plan(server.plan).ok());
        let mut renewal = Renewal::new(call.order);
        renewal.period = Some(call.period);
        renewal.balance = Some(self.money().into());
        renewal.cost = price.map(|plan| (plan.price * Decimal::from(call.period)).into());
        renewal.currency = self.currency();
        Ok(yes::<RenewOrder>(self.format, &renewal))
    }

    /// The server of an order, unless it has an unpaid bill.
    fn without_bill(&self, order: OrderId) -> Result<u64, Code> {
        let number = self.server(order)?.number;
        if self.world.is_billed(number) { Err(Code::InvoicesOpen) } else { Ok(number) }
    }

    fn bill(&mut self, number: u64) -> Result<(), Code> {
        self.world.bill_server(self.account, number).map_err(|error| code(&error))
    }

    pub(super) fn add(&mut self, call: &AddonsOrder) -> Answered {
        let number = self.without_bill(call.order)?;
        if call.addons.is_empty() {
            return Err(Code::AddonMissing);
        }
        if self.is_overdue(call.order)? {
            return Err(Code::RenewFirst);
        }
        let is_known = |addon: &AddonId| matches!(addon.get(), offers::ADDRESS | offers::PANEL);
        if !call.addons.iter().all(is_known) {
            return Err(Code::AddonNotAllowed);
        }
        let count = call.addons.iter().filter(|addon| addon.get() == offers::ADDRESS).count() as u64;
        let before = self.money();
        if count > 0 {
            match self.world.order_addresses(self.account, number, count) {
                Ok(_) => {}
                Err(WorldError::NotEnoughMoney) => {
                    self.bill(number)?;
                    let ordered = OrderedAddons::new(call.order);
                    return Ok(accepted::<AddonsOrder>(self.format, &ordered, &Code::AwaitsPayment));
                }
                Err(error) => return Err(code(&error)),
            }
        }
        let addons: Vec<u64> = call.addons.iter().map(|addon| addon.get()).collect();
        let change = |details: &mut Details| details.addons.extend(&addons);
        self.world.change_details(self.account, number, "add-ons ordered", change).map_err(|error| code(&error))?;
        let mut ordered = OrderedAddons::new(call.order);
        ordered.addons = Some(Csv::clone(&call.addons));
        ordered.balance = Some(self.money().into());
        ordered.cost = Some((before - self.money()).into());
        ordered.currency = self.currency();
        Ok(yes::<AddonsOrder>(self.format, &ordered))
    }

    pub(super) fn reinstall(&mut self, call: &ReinstallOrder) -> Answered {
        let server = self.server(call.order)?;
        let (number, present) = (server.number, server.image);
        if server.is_building() {
            return Err(Code::InstallationQueued);
        }
        if self.world.is_billed(number) {
            return Err(Code::InvoicesOpen);
        }
        if self.is_overdue(call.order)? || server.state == ServerState::Suspended {
            return Err(Code::RenewFirst);
        }
        if call.panel.is_some_and(|panel| panel.get() != offers::PANEL) {
            return Err(Code::PanelMissing);
        }
        let image = match call.system {
            Some(system) => offers::image_of(self.world, system),
            None => present,
        };
        let image = image.ok_or(Code::SystemMissing)?;
        self.world.install(self.account, number, image).map_err(|error| code(&error))?;
        let password = format!("sandbox-password-{number}-{}", self.world.now().unix());
        let changed = self.world.change_server(self.account, number, "password changed", |server| {
            server.password.clone_from(&password);
        });
        changed.map_err(|error| code(&error))?;
        let mut reinstalled = ReinstalledOrder::new(call.order);
        reinstalled.server_login = Some(USER.to_owned());
        reinstalled.server_password = Some(Secret::new(password));
        Ok(yes::<ReinstallOrder>(self.format, &reinstalled))
    }

    /// Whether the paid period of an order is over.
    pub(super) fn is_overdue(&self, order: OrderId) -> Result<bool, Code> {
        Ok(self.server(order)?.paid_until <= self.world.now())
    }
}

/// Whole days until a moment; negative after it.
fn days_left(now: Moment, until: Moment) -> i64 {
    let days = |span: std::time::Duration| i64::try_from(span.as_secs() / 86_400).unwrap_or(i64::MAX);
    if until >= now { days(until.since(now)) } else { -days(now.since(until)) - 1 }
}
