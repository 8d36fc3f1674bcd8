//! Addresses: of the account, additional, reserved and local ones, and their PTR records.

use std::net::{IpAddr, Ipv4Addr};

use macloud_proto::ips::{
    CreateLocalAddress, CreatePtrRecord, DeleteAdditional, DeleteLocalAddress, DeletePtrRecord, GetAdditional,
    GetAddress, GetLocalAddress, GetReserved, ListAdditional, ListAddresses, ListPtrRecords, ListReserved,
    ListServerAddresses, OrderAddresses, ReleaseReserved, RemoveAdditional, RemoveServerAddresses, SetAddressHost,
    UpdatePtrRecord,
};
use macloud_proto::types::{
    AdditionalAddresses, AdditionalId, AddressAbilities, AddressFamily, AddressId, AddressOwner, OwnerType,
    PoolAddress, PtrId, PtrRecord, ReservedAddress, ReservedId, ServerId, ServiceAddress, ServiceId, ServiceStatus,
};

use super::Handler;
use super::envelope::{Answered, No, done, yes};
use super::reference::centre;
use super::servers::is_domain;
use super::show::{address_id, address_of};
use crate::world::{self, Details};

fn service_address(ip: Ipv4Addr) -> ServiceAddress {
    let mut address = ServiceAddress::new(address_id(ip), ip.into());
    address.family = Some(AddressFamily::V4);
    address
}

impl Handler<'_> {
    fn ip(&self, id: AddressId) -> Result<Ipv4Addr, No> {
        let ip = address_of(id).ok_or(No::NotFound)?;
        self.world.holder(&self.account, ip)?;
        Ok(ip)
    }

    fn pool_address(&self, ip: Ipv4Addr, server: &world::Server) -> PoolAddress {
        let [a, b, c, d] = ip.octets();
        let is_primary = server.addresses().iter().any(|address| address.ip == ip && address.is_primary);
        let mut address = PoolAddress::new(address_id(ip), ip.into());
        address.family = Some(AddressFamily::V4);
        let pointer = self.world.pointers(&self.account, ip).first().map(|pointer| pointer.host.clone());
        address.host = Some(pointer.unwrap_or_else(|| format!("host-{a}-{b}-{c}-{d}.example.org")));
        address.gateway = Some(Ipv4Addr::new(a, b, c, 254).into());
        address.netmask = Some("255.255.255.0".to_owned());
        address.datacenter = Some(centre(self.world.details(server.number).place));
        let service = self.world.additional(&self.account, Some(server.number));
        let service = service.into_iter().find(|service| service.addresses.contains(&ip));
        let number = service.map_or(server.number, |service| service.number);
        let mut owner = AddressOwner::new(ServiceId::new(number));
        owner.kind = Some(if is_primary { OwnerType::Server } else { OwnerType::Additional });
        owner.name = Some(server.name.clone());
        address.service = Some(owner);
        address.is_net = Some(false);
        address
    }

    pub(super) fn list_addresses(&self) -> Answered {
        let servers = self.world.servers(&self.account);
        let of = |server: &&world::Server| {
            server.addresses().iter().map(|address| self.pool_address(address.ip, server)).collect::<Vec<_>>()
        };
        let addresses: Vec<PoolAddress> = servers.iter().flat_map(of).collect();
        if addresses.is_empty() {
            return Err(No::Empty("No IP information"));
        }
        yes::<ListAddresses>(200, "IP list", &addresses)
    }

    pub(super) fn get_address(&self, call: &GetAddress) -> Answered {
        let ip = self.ip(call.id)?;
        let address = self.pool_address(ip, self.world.holder(&self.account, ip)?);
        yes::<GetAddress>(200, "IP information", &address)
    }

    pub(super) fn set_address_host(&mut self, call: &SetAddressHost) -> Answered {
        let ip = self.ip(call.id)?;
        check_host(&call.host)?;
        let pointer = self.world.pointers(&self.account, ip).first().map(|pointer| pointer.number);
        match pointer {
            Some(number) => self.world.change_pointer(&self.account, number, &call.host)?,
            None => drop(self.world.add_pointer(&self.account, ip, &call.host)?),
        }
        done::<SetAddressHost>(200, "IP updated")
    }

    pub(super) fn list_ptr_records(&self, call: &ListPtrRecords) -> Answered {
        let ip = self.ip(call.id)?;
        let record = |pointer: &&world::Pointer| {
            let mut record = PtrRecord::new(PtrId::new(pointer.number), pointer.ip.into());
            (record.host, record.updated) = (Some(pointer.host.clone()), pointer.changed.moscow());
            record
        };
        let records = self.world.pointers(&self.account, ip).iter().map(record).collect();
        yes::<ListPtrRecords>(200, "IP PTR list", &records)
    }

    pub(super) fn create_ptr_record(&mut self, call: &CreatePtrRecord) -> Answered {
        let ip = self.ip(call.id)?;
        if call.ip != IpAddr::V4(ip) {
            return Err(No::field("ip", "Wrong IP"));
        }
        check_host(&call.host)?;
        match self.world.add_pointer(&self.account, ip, &call.host) {
            Err(world::WorldError::Taken) => Err(No::field("ip", "Already exists")),
            other => yes::<CreatePtrRecord>(201, "PTR record created", &PtrId::new(other?)),
        }
    }

    pub(super) fn update_ptr_record(&mut self, call: &UpdatePtrRecord) -> Answered {
        check_host(&call.host)?;
        self.world.change_pointer(&self.account, call.id.get(), &call.host)?;
        done::<UpdatePtrRecord>(200, "PTR record updated")
    }

    pub(super) fn delete_ptr_record(&mut self, call: &DeletePtrRecord) -> Answered {
        self.world.delete_pointer(&self.account, call.id.get())?;
        done::<DeletePtrRecord>(200, "PTR record deleted")
    }

    fn service(&self, found: &world::Additional) -> AdditionalAddresses {
        let addresses = found.addresses.iter().map(|ip| service_address(*ip)).collect();
        let mut service = AdditionalAddresses::new(AdditionalId::new(found.number), ServiceStatus::Active, addresses);
        service.name = Some(format!("IP #{}", found.number));
        (service.created, service.updated) = (found.made.moscow(), found.made.moscow());
        service.server = Some(self.server_ref(found.server));
        service.datacenter = Some(centre(self.world.details(found.server).place));
        service.can = Some(AddressAbilities::new(true));
        service
    }

    fn services(&self, server: Option<u64>) -> Result<Vec<AdditionalAddresses>, No> {
        let found = self.world.additional(&self.account, server);
        let all: Vec<_> = found.into_iter().map(|service| self.service(service)).collect();
        if all.is_empty() { Err(No::Empty("No IP information")) } else { Ok(all) }
    }

    fn additional(&self, id: AdditionalId) -> Result<world::Additional, No> {
        let all = self.world.additional(&self.account, None);
        all.into_iter().find(|service| service.number == id.get()).cloned().ok_or(No::NotFound)
    }

    pub(super) fn list_additional(&self) -> Answered {
        yes::<ListAdditional>(200, "Additional IP list", &self.services(None)?)
    }

    pub(super) fn get_additional(&self, call: &GetAdditional) -> Answered {
        yes::<GetAdditional>(200, "Additional IP information", &self.service(&self.additional(call.id)?))
    }

    pub(super) fn list_server_addresses(&self, call: &ListServerAddresses) -> Answered {
        self.server(call.id)?;
        yes::<ListServerAddresses>(200, "Server IP list", &self.services(Some(call.id.get()))?)
    }

    pub(super) fn order_addresses(&mut self, call: &OrderAddresses) -> Answered {
        if self.server(call.id)?.is_building() {
            return Err(No::Generic(vec!["The service is busy".to_owned()]));
        }
        check_family(call.family)?;
        self.world.order_addresses(&self.account, call.id.get(), call.count)?;
        done::<OrderAddresses>(200, "Server additional IP creation queued")
    }

    fn give_up(&mut self, server: u64, addresses: &[AddressId]) -> Result<(), No> {
        let addresses: Option<Vec<Ipv4Addr>> = addresses.iter().map(|id| address_of(*id)).collect();
        let addresses = addresses.filter(|addresses| !addresses.is_empty());
        let addresses = addresses.ok_or_else(|| No::field("delete", "Wrong IP"))?;
        let done = self.world.give_up_addresses(&self.account, server, &addresses);
        done.map_err(|error| match error {
            world::WorldError::NotFound("address") => No::field("delete", "Wrong IP"),
            error => error.into(),
        })
    }

    pub(super) fn remove_additional(&mut self, call: &RemoveAdditional) -> Answered {
        let service = self.additional(call.id)?;
        let is_of_it = |id: &AddressId| address_of(*id).is_some_and(|ip| service.addresses.contains(&ip));
        if !call.addresses.iter().all(is_of_it) {
            return Err(No::field("delete", "Wrong IP"));
        }
        self.give_up(service.server, &call.addresses)?;
        done::<RemoveAdditional>(200, "Additional IP deletion queued")
    }

    pub(super) fn delete_additional(&mut self, call: &DeleteAdditional) -> Answered {
        let service = self.additional(call.id)?;
        self.world.give_up_addresses(&self.account, service.server, &service.addresses)?;
        done::<DeleteAdditional>(200, "Additional IP deleted")
    }

    pub(super) fn remove_server_addresses(&mut self, call: &RemoveServerAddresses) -> Answered {
        self.server(call.id)?;
        check_family(call.family)?;
        self.give_up(call.id.get(), &call.addresses)?;
        done::<RemoveServerAddresses>(200, "Server additional IP deletion queued")
    }

    fn kept(&self, found: &world::Reserved) -> ReservedAddress {
        let addresses = vec![service_address(found.ip)];
        let mut kept = ReservedAddress::new(ReservedId::new(found.number), ServiceStatus::Active, addresses);
        kept.name = Some(found.ip.to_string());
        (kept.created, kept.updated) = (found.made.moscow(), found.made.moscow());
        kept.datacenter = Some(centre(None));
        kept.can = Some(AddressAbilities::new(true));
        kept
    }

    pub(super) fn list_reserved(&self) -> Answered {
        let all = self.world.reserved(&self.account).into_iter().map(|kept| self.kept(kept)).collect();
        yes::<ListReserved>(200, "Reserved IP list", &all)
    }

    pub(super) fn get_reserved(&self, call: &GetReserved) -> Answered {
        let all = self.world.reserved(&self.account);
        let found = all.into_iter().find(|kept| kept.number == call.id.get()).ok_or(No::NotFound)?;
        yes::<GetReserved>(200, "Reserved IP information", &self.kept(found))
    }

    pub(super) fn release_reserved(&mut self, call: &ReleaseReserved) -> Answered {
        self.world.release(&self.account, call.id.get())?;
        done::<ReleaseReserved>(202, "Reserved IP deleting queued")
    }

    pub(super) fn get_local_address(&self, call: &GetLocalAddress) -> Answered {
        self.server(call.id)?;
        yes::<GetLocalAddress>(200, "Server local IP information", &self.local_address(call.id.get()))
    }

    fn connect(&mut self, id: ServerId, is_local: bool) -> Result<(), No> {
        let change = |details: &mut Details| details.is_local = is_local;
        Ok(self.world.change_details(&self.account, id.get(), "local network changed", change)?)
    }

    pub(super) fn create_local_address(&mut self, call: &CreateLocalAddress) -> Answered {
        self.connect(call.id, true)?;
        done::<CreateLocalAddress>(200, "Server local IP creation queued")
    }

    pub(super) fn delete_local_address(&mut self, call: &DeleteLocalAddress) -> Answered {
        self.connect(call.id, false)?;
        done::<DeleteLocalAddress>(200, "Server local IP delete queued")
    }
}

fn check_host(host: &str) -> Result<(), No> {
    if is_domain(host) { Ok(()) } else { Err(No::field("host", "hostname must be a valid domain name")) }
}

fn check_family(family: Option<u64>) -> Result<(), No> {
    if family.is_none_or(|family| family == 4) { Ok(()) } else { Err(No::field("type", "Only 4 is available")) }
}
