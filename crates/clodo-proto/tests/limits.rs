//! Every limit that the document states, one step inside and one step outside.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use clodo_proto::Clodo;
use clodo_proto::backups::ScheduleBackup;
use clodo_proto::dns::{AddRecords, CreateZone, UpdateRecords};
use clodo_proto::helpdesk::{CreateTicket, ReplyTicket};
use clodo_proto::servers::{
    BuyTraffic, ChangeServer, CreateServer, CreateServerOs, DelayChange, DeleteServer, TuneServer,
};
use clodo_proto::storage::UpdateStorage;
use clodo_proto::types::*;
use clodo_proto::user::UpdateUser;
use hostkit_proto::{Api, Decimal, EncodeError, Endpoint, Format, Gibibytes, Mebibytes, RequestParts};

/// `field: rule` of every mistake, by the name on the wire.
fn words(error: &EncodeError) -> String {
    let words = error.mistakes().iter().map(|mistake| format!("{}: {}", mistake.wire_name(), mistake.rule()));
    words.collect::<Vec<_>>().join("; ")
}

/// `field: rule` of the refusals, or nothing.
fn said<E: Endpoint<Api = Clodo>>(call: &E) -> String {
    let mut parts = RequestParts::new(&E::INFO, &Clodo::INFO, Format::Xml, "main");
    call.encode(&mut parts).err().map_or_else(String::new, |error| words(&error))
}

const ID: ServerId = ServerId::new(298);

fn server(kind: ServerType) -> CreateServer {
    CreateServer::new("a", kind, Mebibytes(512), Gibibytes(5), CreateServerOs::Image(ImageId::new(551)))
}

#[test]
fn orders_of_servers() {
    let with = |memory, disk| {
        let mut call = server(ServerType::Virtual);
        (call.memory, call.disk) = (Mebibytes(memory), Gibibytes(disk));
        said(&call)
    };
    assert_eq!(with(128, 5), "");
    assert_eq!(with(0, 5), "vps_memory: 0 is less than 128");
    assert_eq!(with(192, 5), "vps_memory: 192 is not a multiple of 128");
    assert_eq!(with(128, 4), "vps_hdd: 4 is less than 5");
    let mut nameless = server(ServerType::Virtual);
    nameless.name.clear();
    assert!(said(&nameless).starts_with("vps_title: "));

    (nameless.memory, nameless.memory_max) = (Mebibytes(64), Some(Mebibytes(32)));
    let mut parts = RequestParts::new(&CreateServer::INFO, &Clodo::INFO, Format::Xml, "main");
    assert_eq!(
        nameless.encode(&mut parts).unwrap_err().to_string(),
        "create_server: name (`vps_title`): is empty; memory (`vps_memory`): 64 is less than 128; memory_max \
         (`vps_memory_max`): is allowed only if `vps_type=ScaleServer`; memory_max (`vps_memory_max`): 32 is less than \
         `memory`, which is 64"
    );
    assert!(parts.finish(&"https://api.example".parse().unwrap()).is_err(), "what was refused cannot be sent");

    let most = |kind, most| said(&server(kind).memory_max(Mebibytes(most)));
    assert_eq!(most(ServerType::Scale, 512), "");
    assert_eq!(most(ServerType::Scale, 384), "vps_memory_max: 384 is less than `memory`, which is 512");
    assert_eq!(most(ServerType::Virtual, 512), "vps_memory_max: is allowed only if `vps_type=ScaleServer`");

    let paid = |kind, period, months| said(&server(kind).pay_period(period).pay_months(months));
    assert_eq!(paid(ServerType::Virtual, PayPeriod::Month, PayMonths::Twelve), "");
    assert_eq!(paid(ServerType::Virtual, PayPeriod::Hour, PayMonths::One), "");
    let three = "vps_abonement: 3 is more than 1, which the rule for `vps_pay_period=h` forbids";
    assert_eq!(paid(ServerType::Virtual, PayPeriod::Hour, PayMonths::Three), three);
    assert!(paid(ServerType::Scale, PayPeriod::Month, PayMonths::One).contains("vps_type=VirtualServer"));
}

#[test]
fn settings_of_memory() {
    let created = |set: fn(CreateServer) -> CreateServer| said(&set(server(ServerType::Scale)));
    let tuned = |set: fn(TuneServer) -> TuneServer| said(&set(TuneServer::new(ID)));
    assert_eq!(created(|call| call.swap(Mebibytes(128))), "");
    assert_eq!(created(|call| call.swap(Mebibytes(127))), "vps_swapsize: 127 is less than 128");
    assert_eq!(tuned(|call| call.swap(Mebibytes(6144))), "");
    assert_eq!(tuned(|call| call.swap(Mebibytes(6145))), "vps_swapsize: 6145 is more than 6144");
    assert_eq!(created(|call| call.memory_block(Mebibytes(2048))), "");
    assert_eq!(created(|call| call.memory_block(Mebibytes(0))), "vps_memblocksize: 0 is less than 1");
    assert_eq!(tuned(|call| call.memory_block(Mebibytes(2049))), "vps_memblocksize: 2049 is more than 2048");
    assert_eq!(created(|call| call.memory_reserve(Mebibytes(1025))), "vps_minfreebytes: 1025 is more than 1024");
    assert_eq!(tuned(|call| call.memory_reserve(Mebibytes(1))), "");
    assert_eq!(tuned(|call| call.day_limit(Decimal::NEGATIVE_ONE.into())), "vps_daylimit: -1 is less than 0");
}

#[test]
fn changes_that_change_something() {
    assert!(said(&ChangeServer::new(ID)).ends_with("at least one of these has to be given"));
    assert_eq!(said(&ChangeServer::new(ID).disk(Gibibytes(5))), "");
    assert_eq!(said(&ChangeServer::new(ID).disk(Gibibytes(4))), "vps_hdd: 4 is less than 5");
    let bounds = ChangeServer::new(ID).memory(Mebibytes(512)).memory_max(Mebibytes(256));
    assert_eq!(said(&bounds), "vps_memory_max: 256 is less than `memory`, which is 512");
    let hours = ChangeServer::new(ID).pay_period(PayPeriod::Hour).pay_months(PayMonths::Six);
    assert!(said(&hours).starts_with("vps_abonement: 6 is more than 1"));
    assert!(said(&TuneServer::new(ID)).starts_with("vps_daylimit, "));
    assert!(said(&UpdateStorage::new(StorageId::new(1))).starts_with("title, "));
    assert!(said(&UpdateUser::new()).starts_with("users_family, "));
    assert_eq!(said(&DelayChange::new(ID, 23)), "");
    assert_eq!(said(&DelayChange::new(ID, 24)), "newconfig_date: 24 is more than 23");
    assert_eq!(said(&BuyTraffic::new(ID, 0)), "vps_traff: 0 is less than 1");
}

#[test]
fn server_zero_is_never_named() {
    assert_eq!(said(&DeleteServer::new(ServerId::new(0))), "id: 0 is less than 1");
    // A ticket about no server says so with 0: the document's own example does.
    let ticket = CreateTicket::new(SectionId::new(1), "a", "b").server(ServerId::new(0));
    assert_eq!(said(&ticket), "");
}

#[test]
fn plans_of_backups() {
    let plan = |days: Vec<Weekday>, time: &str| said(&ScheduleBackup::new(ID, BackupId::new(2), days.into(), time));
    let monday = || vec![Weekday::Monday];
    assert_eq!(plan(vec![Weekday::Monday, Weekday::Sunday], "04:30"), "");
    assert_eq!(plan(vec![Weekday::from_text("0")], "04:30"), "backups_days: 0 is less than 1");
    assert_eq!(plan(vec![Weekday::Monday, Weekday::from_text("8")], "04:30"), "backups_days: 8 is more than 7");
    assert_eq!(plan(Vec::new(), "04:30"), "backups_days: is empty, but has to be given");
    assert_eq!(plan(monday(), "4:30"), "backups_time: \"4:30\" is not of the form `^([01][0-9]|2[0-3]):[0-5][0-9]$`");
    assert_eq!(plan(monday(), "24:00"), "backups_time: \"24:00\" is not of the form `^([01][0-9]|2[0-3]):[0-5][0-9]$`");
}

#[test]
fn zones_records_and_tickets() {
    let master = "192.0.2.1".parse().unwrap();
    assert_eq!(said(&CreateZone::new("example.net", ZoneType::Master)), "");
    assert!(said(&CreateZone::new("example.net", ZoneType::Slave)).contains("is required if"));
    assert!(said(&CreateZone::new("example.net", ZoneType::Master).master(master)).contains("is allowed only if"));
    assert!(said(&CreateZone::new("", ZoneType::Master)).starts_with("newdomain: "));
    let zone = ZoneId::new(1);
    assert_eq!(said(&AddRecords::new(zone, Vec::new())), "records: is empty, but has to be given");
    assert_eq!(said(&UpdateRecords::new(zone, Default::default())), "changes: is empty, but has to be given");
    assert!(said(&ReplyTicket::new(TicketId::new(1), "")).starts_with("text: "));
}
