//! The calls of Clodo.

use std::net::IpAddr;

use clodo_proto::types::{
    BackupId, ImageId, NewRecord, RecordId, SectionId, ServerId, ServerType, StorageId, TicketId, TypeChangePeriod,
    ZoneId, ZoneType,
};
use clodo_proto::{Clodo, backups, dns, helpdesk, ips, servers, storage};
use hostkit::{Gibibytes, Mebibytes};
use hostkit_sandbox::world::{Record, World};

use super::{Acts, ME, server};

fn with_backup(world: &mut World) -> (ServerId, BackupId) {
    let server = server(world);
    (ServerId::new(server), BackupId::new(world.make_backup(ME, server).unwrap()))
}

fn zone(world: &mut World) -> ZoneId {
    ZoneId::new(world.create_zone(ME, "example.com").unwrap())
}

fn with_type(world: &mut World, server_type: &ServerType) -> ServerId {
    let server = server(world);
    world.remember(format!("server {server}"), "type", server_type.as_str().to_owned());
    ServerId::new(server)
}

pub fn clodo(acts: &mut impl Acts<Api = Clodo>) {
    let id = |world: &mut World| ServerId::new(server(world));
    acts.act(|world| backups::CreateBackup::new(id(world)));
    acts.act(|world| {
        let (server, backup) = with_backup(world);
        backups::DeleteBackup::new(server, backup)
    });
    acts.act(|world| {
        let (server, backup) = with_backup(world);
        backups::OverwriteBackup::new(server, backup)
    });
    acts.act(|world| {
        let (server, backup) = with_backup(world);
        backups::RestoreBackup::new(server, backup)
    });
    acts.act(|_| dns::CreateZone::new("example.com", ZoneType::Master));
    acts.act(|world| {
        let record = |name| NewRecord::new(name, "A", "192.0.2.7");
        dns::AddRecords::new(zone(world), vec![record("a.example.com"), record("b.example.com")])
    });
    acts.act(|world| {
        let zone = zone(world);
        let record = Record { name: "www".to_owned(), kind: "A".to_owned(), ..Record::default() };
        dns::DeleteRecord::new(zone, RecordId::new(world.add_record(ME, zone.get(), record).unwrap()))
    });
    acts.act(|world| dns::DeleteZone::new(zone(world)));
    acts.act(|_| helpdesk::CreateTicket::new(SectionId::new(1), "A question", "Why?"));
    acts.act(|_| helpdesk::CreateVipTicket::new(SectionId::new(1), "A question", "Why?"));
    acts.act(|world| {
        let ticket = world.open_ticket(ME, "A question", "Why?", false).unwrap();
        helpdesk::ReplyTicket::new(TicketId::new(ticket), "Because of this.")
    });
    acts.act(|world| ips::AddIp::new(id(world)));
    acts.act(|world| {
        let server = server(world);
        let ip = world.add_address(ME, server).unwrap();
        ips::DeleteIp::new(ServerId::new(server), IpAddr::V4(ip))
    });
    acts.act(|world| {
        let (from, to) = (server(world), server(world));
        let ip = world.add_address(ME, from).unwrap();
        ips::MoveIp::new(ServerId::new(to), IpAddr::V4(ip))
    });
    acts.act(|world| servers::BuyTraffic::new(id(world), 5));
    acts.act(|world| servers::ChangeServer::new(id(world)).memory(Mebibytes(2048)).disk(Gibibytes(20)));
    acts.act(|world| servers::ChangeToScale::new(with_type(world, &ServerType::Virtual)));
    acts.act(|world| servers::ChangeToVirtual::new(with_type(world, &ServerType::Scale), TypeChangePeriod::Hour));
    acts.act(|_| {
        let (memory, disk) = (Mebibytes(512), Gibibytes(5));
        let os = servers::CreateServerOs::Image(ImageId::new(1));
        servers::CreateServer::new("web-7f3a", ServerType::Virtual, memory, disk, os)
    });
    acts.act(|world| servers::DeleteServer::new(id(world)));
    acts.act(|world| {
        let server = server(world);
        world.change_server(ME, server, "not kept", |server| server.is_prolonged = false).unwrap();
        servers::KeepServer::new(ServerId::new(server))
    });
    acts.act(|world| {
        let server = server(world);
        world.change_server(ME, server, "kept", |server| server.is_prolonged = true).unwrap();
        servers::LetServerExpire::new(ServerId::new(server))
    });
    acts.act(|world| servers::RebootServer::new(id(world)));
    acts.act(|world| servers::RebuildServer::new(id(world), ImageId::new(2)));
    acts.act(|_| storage::CreateStorage::new().title("files"));
    acts.act(|world| storage::DeleteStorage::new(StorageId::new(world.create_storage(ME, "files").unwrap())));
}
