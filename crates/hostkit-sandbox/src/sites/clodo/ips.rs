//! The addresses of servers.

use std::net::{IpAddr, Ipv4Addr};

use clodo_proto::ips::{AddIp, DeleteIp, ListIps, ListSubnets, MoveIp};
use clodo_proto::types::{ListedAddress, Subnet};
use hostkit::Format;
use hostkit::protocol::Value;
use hostkit::protocol::codec::ToWire;

use super::answer::{No, flags_as_text, yes, yes_with};
use super::visit::Visit;
use crate::site::Reply;

/// The networks for documentation, in which most addresses of the world lie.
const SUBNETS: [&str; 3] = ["192.0.2.", "198.51.100.", "203.0.113."];

fn ipv4(ip: IpAddr) -> Result<Ipv4Addr, No> {
    match ip {
        IpAddr::V4(ip) => Ok(ip),
        IpAddr::V6(_) => Err(No::new(400, "Ошибка во входных параметрах")),
    }
}

impl Visit<'_> {
    pub(super) fn list_ips(&mut self, call: &ListIps) -> Result<Reply, No> {
        let addresses = self.server(call.id)?.addresses().iter().map(|found| {
            let mut address = ListedAddress::new(IpAddr::V4(found.ip));
            address.primary = found.is_primary;
            address
        });
        yes::<ListIps>(self, &addresses.collect())
    }

    /// Ignores the requested subnet and takes the next free address.
    pub(super) fn add_ip(&mut self, call: &AddIp) -> Result<Reply, No> {
        self.world.add_address(&self.account, call.id.get())?;
        yes::<AddIp>(self, &())
    }

    pub(super) fn delete_ip(&mut self, call: &DeleteIp) -> Result<Reply, No> {
        self.world.remove_address(&self.account, call.id.get(), ipv4(call.ip)?)?;
        yes::<DeleteIp>(self, &())
    }

    pub(super) fn move_ip(&mut self, call: &MoveIp) -> Result<Reply, No> {
        self.world.move_address(&self.account, call.target.get(), ipv4(call.ip)?)?;
        yes::<MoveIp>(self, &())
    }

    pub(super) fn list_subnets(&mut self, call: &ListSubnets) -> Result<Reply, No> {
        let server = self.server(call.id)?;
        let subnets = SUBNETS.iter().map(|start| {
            let mut subnet = Subnet::new(format!("{start}*"));
            subnet.current = server.addresses().iter().any(|address| address.ip.to_string().starts_with(start));
            subnet
        });
        let subnets: Vec<_> = subnets.collect();
        if self.format != Format::Json {
            return yes::<ListSubnets>(self, &subnets);
        }
        let mut tree = subnets.to_wire(self.format).unwrap_or(Value::Null);
        flags_as_text(&mut tree, &["current"]);
        yes_with(self, "nets", tree)
    }
}
