//! The calls of RootPanel.

use hostkit::protocol::Csv;
use hostkit_sandbox::world::World;
use rootpanel_proto::types::{AddonId, OrderId, TariffId};
use rootpanel_proto::{RootPanel, orders, servers};

use super::{Acts, ME, server};

pub fn rootpanel(acts: &mut impl Acts<Api = RootPanel>) {
    let order = |world: &mut World| OrderId::new(server(world));
    acts.act(|_| orders::CreateOrder::new(TariffId::new(1), 1));
    acts.act(|world| orders::RenewOrder::new(order(world), 1));
    acts.act(|world| orders::AddonsOrder::new(order(world), Csv(vec![AddonId::new(7)])));
    acts.act(|world| orders::ReinstallOrder::new(order(world)));
    acts.act(|world| orders::SuspendOrder::new(order(world)));
    acts.act(|world| {
        let server = server(world);
        world.suspend(ME, server).unwrap();
        orders::UnsuspendOrder::new(OrderId::new(server))
    });
    acts.act(|world| servers::GetVnc::new(order(world)));
    acts.act(|world| servers::RebootServer::new(order(world)));
    acts.act(|world| servers::ResetServer::new(order(world)));
}
