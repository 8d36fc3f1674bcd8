//! The calls of Macloud.

use std::net::{IpAddr, Ipv4Addr};

use hostkit::Decimal;
use hostkit_sandbox::world::{Cycle, Record, Schedule, World};
use macloud_proto::types::{
    AdditionalId, AddressId, BackupCopies, BackupDay, BackupHour, BackupId, DatacenterId, DomainId, IsoId, IsoKey,
    KeyId, OperationId, PlanId, PtrId, RecordId, RecordType, ReservedId, ScheduleType, ServerId, ServiceId, TemplateId,
};
use macloud_proto::{Macloud, account, backups, dns, ips, isos, operations, schedules, servers, ssh_keys};

use super::{Acts, ME, build, server};

fn id(world: &mut World) -> ServerId {
    ServerId::new(server(world))
}

fn service(world: &mut World) -> ServiceId {
    ServiceId::new(server(world))
}

fn backup(world: &mut World) -> (u64, BackupId) {
    let server = server(world);
    (server, BackupId::new(world.make_backup(ME, server).unwrap()))
}

fn address_id(ip: Ipv4Addr) -> AddressId {
    AddressId::new(u64::from(u32::from(ip)))
}

fn address(world: &mut World) -> Ipv4Addr {
    let server = server(world);
    world.server(ME, server).unwrap().addresses().first().unwrap().ip
}

fn zone(world: &mut World) -> u64 {
    world.create_zone(ME, "example.com").unwrap()
}

fn fetched(world: &mut World) -> String {
    let key = world.fetch_iso(ME, "https://example.org/a.iso").unwrap();
    build(world);
    key
}

fn iso(world: &mut World) -> u64 {
    let key = fetched(world);
    world.make_iso(ME, &key).unwrap()
}

/// A server with a schedule of every kind.
fn scheduled(world: &mut World) -> u64 {
    let server = server(world);
    for (cycle, day) in [(Cycle::Daily, None), (Cycle::Weekly, Some(1)), (Cycle::Monthly, Some(1))] {
        world.add_schedule(ME, server, Schedule { cycle, day, hour: 3, copies: 1 }).unwrap();
    }
    server
}

/// A server with additional addresses: the server, the service, the addresses.
fn addressed(world: &mut World) -> (ServerId, AdditionalId, Vec<AddressId>) {
    let server = server(world);
    let service = world.order_addresses(ME, server, 2).unwrap();
    let found = world.additional(ME, Some(server)).into_iter().find(|found| found.number == service).unwrap();
    (ServerId::new(server), AdditionalId::new(service), found.addresses.iter().map(|ip| address_id(*ip)).collect())
}

pub fn macloud(acts: &mut impl Acts<Api = Macloud>) {
    acts.act(|_| account::Register::new("new@example.org"));
    of_backups(acts);
    of_names(acts);
    of_addresses(acts);
    of_isos_and_money(acts);
    of_schedules(acts);
    of_servers(acts);
}

fn of_backups(acts: &mut impl Acts<Api = Macloud>) {
    acts.act(|world| backups::CopyBackup::new(backup(world).1, DatacenterId::new(1)));
    acts.act(|world| backups::CreateBackup::new(service(world)));
    acts.act(|world| backups::CreateServerBackup::new(id(world)));
    acts.act(|world| backups::DeleteBackup::new(backup(world).1));
    acts.act(|world| backups::EnableBackupAutoprolong::new(backup(world).1));
    acts.act(|world| backups::PrepareDownload::new(backup(world).1));
    acts.act(|world| {
        let (server, backup) = backup(world);
        backups::RestoreBackup::new(backup, ServiceId::new(server))
    });
    acts.act(|world| {
        let (server, backup) = backup(world);
        backups::RestoreBackupOlder::new(backup, ServiceId::new(server))
    });
    acts.act(|world| {
        let (server, backup) = backup(world);
        backups::RestoreServerBackup::new(ServerId::new(server), backup)
    });
}

fn of_names(acts: &mut impl Acts<Api = Macloud>) {
    acts.act(|_| dns::CreateDomain::new("example.com"));
    acts.act(|world| dns::CreateRecord::new(DomainId::new(zone(world)), "www", RecordType::A, "192.0.2.7"));
    acts.act(|world| dns::DeleteDomain::new(DomainId::new(zone(world))));
    acts.act(|world| {
        let zone = zone(world);
        let record = Record { name: "www".to_owned(), kind: "A".to_owned(), ..Record::default() };
        dns::DeleteRecord::new(RecordId::new(world.add_record(ME, zone, record).unwrap()))
    });
    acts.act(|world| {
        let ip = address(world);
        ips::CreatePtrRecord::new(address_id(ip), IpAddr::V4(ip), "a.example.org")
    });
    acts.act(|world| {
        let ip = address(world);
        ips::DeletePtrRecord::new(PtrId::new(world.add_pointer(ME, ip, "a.example.org").unwrap()))
    });
    acts.act(|_| ssh_keys::CreateKey::new("laptop", "ssh-rsa AAAA"));
    acts.act(|world| ssh_keys::DeleteKey::new(KeyId::new(world.add_key(ME, Some("laptop"), "ssh-rsa AAAA").unwrap())));
}

fn of_addresses(acts: &mut impl Acts<Api = Macloud>) {
    let local = |world: &mut World| {
        let server = server(world);
        world.change_details(ME, server, "local", |details| details.is_local = true).unwrap();
        ServerId::new(server)
    };
    acts.act(|world| ips::CreateLocalAddress::new(id(world)));
    acts.act(|world| ips::DeleteLocalAddress::new(local(world)));
    acts.act(|world| ips::DeleteAdditional::new(addressed(world).1));
    acts.act(|world| ips::OrderAddresses::new(id(world), 1));
    acts.act(|world| ips::ReleaseReserved::new(ReservedId::new(world.reserve(ME, Ipv4Addr::new(192, 0, 2, 250)))));
    acts.act(|world| {
        let (_, service, addresses) = addressed(world);
        ips::RemoveAdditional::new(service, addresses.into_iter().take(1).collect())
    });
    acts.act(|world| {
        let (server, _, addresses) = addressed(world);
        ips::RemoveServerAddresses::new(server, addresses)
    });
}

fn of_isos_and_money(acts: &mut impl Acts<Api = Macloud>) {
    acts.act(|world| isos::CreateIso::new(IsoKey::new(&fetched(world)).unwrap()));
    acts.act(|world| isos::DeleteIso::new(IsoId::new(iso(world))));
    acts.act(|_| isos::StartDownload::new("https://example.org/a.iso"));
    acts.act(|world| {
        let (server, iso) = (server(world), iso(world));
        servers::AttachIso::new(ServerId::new(server), IsoId::new(iso))
    });
    acts.act(|world| {
        let (server, iso) = (server(world), iso(world));
        world.attach_iso(ME, server, iso).unwrap();
        servers::DetachIso::new(ServerId::new(server))
    });
    acts.act(|_| operations::CreateTopUp::new(Decimal::from(5).into()));
    acts.act(|world| {
        operations::DeleteOperation::new(OperationId::new(world.make_bill(ME, Decimal::from(5)).unwrap()))
    });
}

fn of_schedules(acts: &mut impl Acts<Api = Macloud>) {
    let day = || BackupDay::new(1).unwrap();
    let hour = || BackupHour::new(3).unwrap();
    let copies = || BackupCopies::new(2).unwrap();
    acts.act(|world| schedules::CreateDailySchedule::new(service(world), hour(), copies()));
    acts.act(|world| schedules::CreateWeeklySchedule::new(service(world), day(), hour(), copies()));
    acts.act(|world| schedules::CreateMonthlySchedule::new(service(world), day(), hour(), copies()));
    acts.act(|world| schedules::CreateServerDailySchedule::new(id(world), hour(), copies()));
    acts.act(|world| schedules::CreateServerWeeklySchedule::new(id(world), day(), hour(), copies()));
    acts.act(|world| schedules::CreateServerMonthlySchedule::new(id(world), day(), hour(), copies()));
    acts.act(|world| schedules::DeleteSchedule::new(ServiceId::new(scheduled(world)), ScheduleType::Weekly));
    acts.act(|world| schedules::DeleteSchedules::new(ServiceId::new(scheduled(world))));
    acts.act(|world| schedules::DeleteServerSchedule::new(ServerId::new(scheduled(world)), ScheduleType::Weekly));
    acts.act(|world| schedules::DeleteServerSchedules::new(ServerId::new(scheduled(world))));
}

fn of_servers(acts: &mut impl Acts<Api = Macloud>) {
    acts.act(|world| servers::ChangePlan::new(id(world), PlanId::new(2)));
    acts.act(|_| {
        let source = servers::CreateServerSource::Template(TemplateId::new(1));
        servers::CreateServer::new(DatacenterId::new(1), PlanId::new(1)).source(source).name("web-7f3a")
    });
    acts.act(|world| servers::DeleteServer::new(id(world)));
    acts.act(|world| {
        let server = server(world);
        world.change_server(ME, server, "not kept", |server| server.is_prolonged = false).unwrap();
        servers::EnableAutoprolong::new(ServerId::new(server))
    });
    acts.act(|world| servers::HardRebootServer::new(id(world)));
    acts.act(|world| servers::ProlongServer::new(id(world)));
    acts.act(|world| servers::RebootServer::new(id(world)));
    acts.act(|world| servers::ReinstallServer::new(id(world)).template(TemplateId::new(2)));
    acts.act(|world| servers::SetAddressReservation::new(id(world), "web", true));
    acts.act(|world| servers::SetPassword::new(id(world), "Passw0rdPassw0rd"));
}
