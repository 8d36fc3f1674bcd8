//! Every limit that the document states, one step inside and one step outside, at each host.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hostkit_proto::{Api, EncodeError, Endpoint, Format, Gibibytes, OutOfRange, RequestParts};
use hostkit_testing::{Script, Scripted};
use macloud_proto::dns::{CreateDomain, CreateRecord};
use macloud_proto::ips::{OrderAddresses, RemoveAdditional, SetAddressHost};
use macloud_proto::isos::{CreateIso, GetIsoProgress, StartDownload};
use macloud_proto::schedules::{CreateDailySchedule, CreateMonthlySchedule, CreateWeeklySchedule, GetSchedules};
use macloud_proto::servers::{ChangePlan, CreateServer, ReinstallServer, SetPassword};
use macloud_proto::ssh_keys::CreateKey;
use macloud_proto::types::*;
use macloud_proto::{Credentials, Macloud};

/// `field: rule` of every mistake, by the name on the wire.
fn words(error: &EncodeError) -> String {
    let words = error.mistakes().iter().map(|mistake| format!("{}: {}", mistake.wire_name(), mistake.rule()));
    words.collect::<Vec<_>>().join("; ")
}

/// `field: rule` of the refusals at a host, or nothing.
fn said_at<E: Endpoint<Api = Macloud>>(host: &'static str, call: &E) -> String {
    let mut parts = RequestParts::new(&E::INFO, &Macloud::INFO, Format::Json, host);
    call.encode(&mut parts).err().map_or_else(String::new, |error| words(&error))
}

fn said<E: Endpoint<Api = Macloud>>(call: &E) -> String {
    said_at("macloud", call)
}

const SERVER: ServerId = ServerId::new(1345);

#[test]
fn names_of_hosts_are_domain_names() {
    let order = || CreateServer::new(DatacenterId::new(1), PlanId::new(2));
    assert_eq!(said(&order().host("a.example.net")), "");
    assert_eq!(said(&order().host("bare")), "host: \"bare\" is not a domain name");
    assert_eq!(said(&ReinstallServer::new(SERVER)), "");
    assert_eq!(said(&ReinstallServer::new(SERVER).host("a b.net")), "host: \"a b.net\" is not a domain name");
    assert_eq!(said(&SetAddressHost::new(AddressId::new(1), "-a.net")), "host: \"-a.net\" is not a domain name");
    assert_eq!(said(&CreateDomain::new("example")), "name: \"example\" is not a domain name");
}

#[test]
fn plans_take_no_less_than_one() {
    let order = CreateServer::new(DatacenterId::new(1), PlanId::new(2));
    assert_eq!(said(&order.clone().cpu(1)), "");
    assert_eq!(said(&order.clone().cpu(0)), "cpu: 0 is less than 1");
    assert_eq!(said(&order.ram(Gibibytes(0))), "ram: 0 is less than 1");
    assert_eq!(said(&ChangePlan::new(SERVER, PlanId::new(2)).disk(Gibibytes(0))), "disk: 0 is less than 1");
}

#[test]
fn addresses() {
    let order = |count| OrderAddresses::new(SERVER, count);
    assert_eq!(said(&order(1).family(4)), "");
    assert_eq!(said(&order(1).family(6)), "");
    assert_eq!(said(&order(1).family(5)), "type: 5 is not a multiple of 2");
    assert_eq!(said(&order(1).family(8)), "type: 8 is more than 6");
    assert_eq!(said(&order(0)), "count: 0 is less than 1");
    let none = RemoveAdditional::new(AdditionalId::new(1), Vec::new());
    assert_eq!(said(&none), "delete: is empty, but has to be given");
    let many = |count| RemoveAdditional::new(AdditionalId::new(1), (1..=count).map(AddressId::new).collect());
    assert_eq!(said(&many(1000)), "");
    assert_eq!(said(&many(1001)), "delete: has more than 1000 items");
}

#[test]
fn images() {
    assert_eq!(said(&StartDownload::new("ftps://example.net/a.iso")), "");
    let file = said(&StartDownload::new("file:///a.iso"));
    assert_eq!(file, "url: \"file:///a.iso\" is not an http, https, ftp or ftps link");
    // The path of a download is the path of an image, too: only the key tells them apart.
    let short = || IsoKey::new("12").unwrap();
    assert!(said(&GetIsoProgress::new(short())).starts_with("key: 12 is not of the form"));
    assert!(said(&CreateIso::new(short())).starts_with("key: 12 is not of the form"));
}

#[test]
fn records() {
    let record = |kind, value: &str| said(&CreateRecord::new(DomainId::new(1), "@", kind, value));
    assert_eq!(record(RecordType::A, "192.0.2.7"), "");
    assert!(record(RecordType::A, "2001:db8::7").starts_with("value: \"2001:db8::7\" is not an IPv4 address"));
    assert!(record(RecordType::Aaaa, "192.0.2.7").starts_with("value: \"192.0.2.7\" is not an IPv6 address"));
    assert_eq!(record(RecordType::Txt, "anything at all"), "");
    assert_eq!(record(RecordType::Caa, "ca.example"), "tag: is required if `type=CAA`");
    assert!(record(RecordType::Txt, "").starts_with("value: "));
    assert_eq!(
        said(&CreateDomain::new("example.net").ip("2001:db8::7".parse().unwrap())),
        "ip: \"2001:db8::7\" is not an IPv4 address"
    );
}

#[test]
fn schedules_by_host() {
    let service = ServiceId::new(1);
    let day = |number| BackupDay::new(number).unwrap();
    let hour = |number| BackupHour::new(number).unwrap();
    let copies = |number| BackupCopies::new(number).unwrap();
    let daily = |host, at, kept| said_at(host, &CreateDailySchedule::new(service, hour(at), copies(kept)));
    assert_eq!(daily("macloud", 1, 4), "");
    assert_eq!(daily("macloud", 0, 1), "hour: 0 is less than 1");
    assert_eq!(daily("macloud", 7, 1), "hour: 7 is more than 6");
    assert_eq!(daily("macloud", 1, 5), "left: 5 is more than 4");
    assert_eq!(daily("vdsina_ru", 0, 7), "");
    assert_eq!(daily("vdsina_com", 10, 7), "");
    let weekly = |on| said(&CreateWeeklySchedule::new(service, day(on), hour(1), copies(1)));
    assert_eq!((weekly(7), weekly(8)), (String::new(), "day: 8 is more than 7".to_owned()));
    let monthly = |host, on| said_at(host, &CreateMonthlySchedule::new(service, day(on), hour(1), copies(1)));
    assert_eq!(monthly("macloud", 30), "");
    assert_eq!(monthly("macloud", 31), "day: 31 is more than 30");
    assert_eq!(monthly("vdsina_ru", 31), "");
}

#[test]
fn a_schedule_is_made_of_numbers_within_their_ranges() {
    let refusal = |made: Result<(), OutOfRange>| made.unwrap_err().to_string();
    let day = |number| refusal(BackupDay::new(number).map(drop));
    assert_eq!(day(0), "BackupDay: expected a number from 1 to 31, found 0");
    assert_eq!(day(32), "BackupDay: expected a number from 1 to 31, found 32");
    let hour = refusal(BackupHour::new(11).map(drop));
    assert_eq!(hour, "BackupHour: expected a number from 0 to 10, found 11");
    let copies = refusal(BackupCopies::new(8).map(drop));
    assert_eq!(copies, "BackupCopies: expected a number from 1 to 7, found 8");
}

#[test]
fn a_number_of_an_answer_that_is_out_of_range_is_kept_and_not_sent() {
    let body = r#"{"status":"ok","data":{"day":{"type":"day","hour":23,"left":9}}}"#;
    let answers = Scripted::new([Script::get("/v1/backup.schedule/1").answer(200, body)]);
    let credentials = Credentials::token("example-secret");
    let client = hostkit_ureq::Client::<Macloud>::builder(credentials).transport(answers).build().unwrap();
    let daily = client.call(&GetSchedules::new(ServiceId::new(1))).unwrap().daily.unwrap();
    let (hour, copies) = (daily.hour.unwrap(), daily.copies.unwrap());
    assert_eq!((hour.get(), copies.get()), (23, 9));
    let again = CreateDailySchedule::new(ServiceId::new(1), hour, copies);
    assert_eq!(said_at("vdsina_ru", &again), "hour: 23 is more than 10; left: 9 is more than 7");
}

#[test]
fn texts_that_have_to_be_there() {
    assert!(said(&CreateKey::new("", "ssh-ed25519 AAAA")).starts_with("name: "));
    assert!(said(&CreateKey::new("a", "")).starts_with("data: "));
    let password = said(&SetPassword::new(SERVER, ""));
    assert_eq!(password, "password: is empty");
}
