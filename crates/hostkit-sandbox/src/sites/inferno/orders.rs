//! Products, orders and the services that come from them.

use std::collections::BTreeMap;

use hostkit::protocol::Value;
use inferno_proto::orders::{CancelOrder, CreateOrder, ListOrders};
use inferno_proto::products::ListProducts;
use inferno_proto::services::{GetService, ListServices};
use inferno_proto::types::{
    Catalogue, InvoiceId, NewOrder, Order, OrderId, OrderStatus, ResultWord, Service, ServiceDetail, ServiceId,
    Services, Templates,
};

use super::Visit;
use super::answer::{No, yes, yes_with};
use crate::clock::Moment;
use crate::site::Reply;
use crate::world::{NewServer, Server, ServerState, World};

/// Invoices, services and orders are numbered separately; here by these offsets.
const INVOICES: u64 = 320_000;
const SERVICES: u64 = 2_500;
/// The offset of the order numbers that people see, which have ten digits.
const ORDER_NUMBERS: u64 = 8_634_500_000;

/// When the hoster notices that an order is paid: after a quarter of a server's build time.
fn active_from(world: &World, server: &Server) -> Moment {
    server.ordered + world.build_time() / 4
}

/// The status of an order in WHMCS.
pub(super) fn status(world: &World, server: &Server) -> OrderStatus {
    match server.state {
        ServerState::Deleted => OrderStatus::Cancelled,
        ServerState::Suspended => OrderStatus::Suspended,
        _ if world.now() < active_from(world, server) => OrderStatus::Pending,
        _ => OrderStatus::Active,
    }
}

impl Visit<'_> {
    pub(super) fn list_products(&mut self) -> Result<Reply, No> {
        let products = self.world.plans().iter().map(|plan| {
            Value::Map(vec![
                ("pid".into(), Value::Number(plan.number.to_string())),
                ("name".into(), Value::Text(plan.name.to_owned())),
                ("price".into(), Value::Text(plan.price.to_string())),
            ])
        });
        let products = Value::List(products.collect());
        let templates = self.world.images().iter().map(|image| image.name.to_owned()).collect();
        yes::<ListProducts>(&Catalogue::new(Templates::List(templates), products))
    }

    pub(super) fn create_order(&mut self, call: &CreateOrder) -> Result<Reply, No> {
        let new = NewServer { plan: call.product.get(), ..NewServer::default() };
        let number = self.world.order(self.account, new)?;
        let mut order = NewOrder::new(OrderId::new(number));
        order.products = Some((number + SERVICES).to_string());
        order.invoice = Some(InvoiceId::new(number + INVOICES));
        yes::<CreateOrder>(&order)
    }

    /// Every order ever placed; `[]`, PHP's empty map, if there is none.
    pub(super) fn list_orders(&mut self) -> Result<Reply, No> {
        let world = &*self.world;
        let mine = world.all_servers().filter(|server| server.account == self.account);
        let orders: BTreeMap<_, _> = mine
            .map(|server| {
                let id = OrderId::new(server.number);
                let mut order = Order::new(id);
                order.number = Some((ORDER_NUMBERS + server.number).to_string());
                order.amount = world.plan(server.plan).ok().map(|plan| plan.price.into());
                order.invoice = Some(InvoiceId::new(server.number + INVOICES));
                order.status = Some(status(world, server));
                order.next_due = server.paid_until.moscow_date();
                (id, order)
            })
            .collect();
        if orders.is_empty() {
            return yes_with::<ListOrders>(&Value::Map(vec![("orders".into(), Value::List(Vec::new()))]));
        }
        yes::<ListOrders>(&orders)
    }

    pub(super) fn cancel_order(&mut self, call: &CancelOrder) -> Result<Reply, No> {
        let refuse = || No::new("Order ID not found or Status not Pending");
        let server = self.world.server(self.account, call.order.get()).map_err(|_| refuse())?;
        if status(self.world, server) != OrderStatus::Pending {
            return Err(refuse());
        }
        self.world.cancel(self.account, call.order.get()).map_err(|_| refuse())?;
        yes::<CancelOrder>(&())
    }

    fn service(&self, server: &Server) -> Service {
        let mut service = Service::new(ServiceId::new(server.number + SERVICES));
        service.name = self.world.plan(server.plan).ok().map(|plan| plan.name.to_owned());
        service.status = Some(status(self.world, server));
        service.next_due = server.paid_until.moscow_date();
        service
    }

    pub(super) fn list_services(&mut self) -> Result<Reply, No> {
        let mut services = Services::new(ResultWord::Success);
        services.services = self.world.servers(self.account).into_iter().map(|server| self.service(server)).collect();
        yes::<ListServices>(&services)
    }

    pub(super) fn get_service(&mut self, call: &GetService) -> Result<Reply, No> {
        let found = call.service.get().checked_sub(SERVICES);
        let server = found.and_then(|number| self.world.server(self.account, number).ok());
        let server = server.ok_or_else(|| No::new("Service not found"))?;
        let mut detail = ServiceDetail::new(ResultWord::Success);
        detail.service = Some(self.service(server));
        yes::<GetService>(&detail)
    }
}
