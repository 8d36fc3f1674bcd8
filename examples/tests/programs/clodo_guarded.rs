//! Guarded operations against a scripted hoster: what they find, and that they never act twice.

use std::net::IpAddr;

use clodo_proto::dns::AddRecords;
use clodo_proto::ips::{AddIp, MoveIp};
use clodo_proto::servers::{BuyTraffic, ChangeToVirtual};
use clodo_proto::types::{RecordId, ServerId, TypeChangePeriod, ZoneId};
use clodo_proto::{Clodo, Credentials};
use hostkit::protocol::Method;
use hostkit::time::{Clock, ManualClock, Moment};
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Decimal, Format, Outcome, UnixTime};
use hostkit_examples::clodo_guarded::*;
use hostkit_testing::{Script, Scripted};
use hostkit_ureq::Client;

const ZONE: ZoneId = ZoneId::new(405290);
const RECORD: RecordId = RecordId::new(13);
const SERVER: ServerId = ServerId::new(298);

struct Bench {
    client: Client<Clodo, Scripted>,
    clock: ManualClock,
}

fn bench(script: impl IntoIterator<Item = Script>) -> Bench {
    let clock = ManualClock::new(UnixTime(1_327_400_000));
    let sign_in = Script::get("/")
        .answer(204, "")
        .header("X-Auth-Token", "token")
        .header("X-Server-Management-Url", "https://api.clodo.ru/v1");
    let script = std::iter::once(sign_in).chain(script);
    let transport = Scripted::new(script).with_clock(clock.clone());
    let builder = Client::builder(Credentials::key("login", "key")).clock(clock.clone()).format(Format::Json);
    Bench { client: builder.transport(transport).build().unwrap(), clock }
}

impl Bench {
    fn run<T>(&self, act: impl FnOnce(&Client<Clodo, Scripted>) -> T) -> T {
        let done = act(&self.client);
        assert_eq!(self.client.transport().left(), 0, "all of the script was wanted");
        done
    }

    /// What was sent, without the sign-in.
    fn sent(&self) -> Vec<&'static str> {
        self.client.transport().sent().iter().map(|sent| sent.endpoint).skip(1).collect()
    }

    fn seconds(&self) -> u64 {
        self.clock.now().monotonic.since(Moment::START).as_secs()
    }
}

// DNS.

fn zone(records: &[u64]) -> Script {
    let record =
        |id: &u64| format!(r#"{{"id": {id}, "name": "r{id}.example.com", "type": "A", "content": "192.0.2.17"}}"#);
    let records = records.iter().map(record).collect::<Vec<_>>().join(",");
    Script::get("/dns/405290").answer(200, format!(r#"{{"dns": {{"records": [{records}]}}}}"#))
}

fn no_zone() -> Script {
    let fault = r#"{"NotFound": {"code": 404, "message": "Not Found", "details": "Зона не найдена"}}"#;
    Script::any().answer(404, fault)
}

fn delete() -> Script {
    Script::method(Method::DELETE, "/dns/405290").answer(204, "")
}

fn delete_with(script: impl IntoIterator<Item = Script>) -> (Bench, Result<RecordDeletion, Box<RecordDeletionError>>) {
    let bench = bench(script);
    let result = bench.run(|client| delete_record(client, ZONE, RECORD, AcceptBodyHazard));
    let deletions = bench.sent().iter().filter(|name| **name == "delete_record").count();
    assert!(deletions <= 1, "sent {deletions} times");
    (bench, result)
}

fn ids(records: &[clodo_proto::types::Record]) -> Vec<u64> {
    records.iter().map(|record| record.id.get()).collect()
}

#[test]
fn a_record_is_deleted_and_seen_to_be_gone() {
    let (bench, result) = delete_with([zone(&[12, 13, 14]), delete(), zone(&[12, 14])]);
    let deletion = result.unwrap();
    assert!(deletion.outcome.is_done());
    assert_eq!(
        (ids(&deletion.zone_before.records), ids(&deletion.zone_after.records)),
        (vec![12, 13, 14], vec![12, 14])
    );
    assert_eq!(bench.sent(), ["get_zone", "delete_record", "get_zone"]);
    assert_eq!(bench.client.transport().sent()[2].body, br#"{"delete_record":"13"}"#);
}

#[test]
fn without_a_copy_or_a_record_nothing_is_sent() {
    let (bench, result) = delete_with([no_zone()]);
    let error = result.unwrap_err();
    assert!(matches!(&error.cause, RecordDeletionCause::NoCopy(cause) if cause.is_not_found()));
    assert!(error.zone_before.is_none());
    assert_eq!(bench.sent(), ["get_zone"]);

    let (bench, result) = delete_with([zone(&[12])]);
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "delete record 13 of zone 405290: nothing was sent, the zone has no such record");
    assert_eq!(ids(&error.zone_before.unwrap().records), [12]);
    assert_eq!(bench.sent(), ["get_zone"]);

    let refused = Script::fail(Phase::Connect, TransportErrorKind::Refused);
    let (bench, result) = delete_with([zone(&[13]), refused]);
    let error = result.unwrap_err();
    assert!(matches!(error.cause, RecordDeletionCause::NotSent) && !error.is_loss());
    assert_eq!(bench.sent(), ["get_zone", "delete_record"]);
}

/// The body was lost on the way: the hoster said "done" and meant the zone.
#[test]
fn a_lost_zone_is_said_and_the_copy_restores_it() {
    let (_, result) = delete_with([zone(&[12, 13, 14]), delete(), no_zone()]);
    let error = result.unwrap_err();
    assert!(error.is_loss() && matches!(error.cause, RecordDeletionCause::ZoneGone), "{error}");
    assert!(error.to_string().contains("THE WHOLE ZONE IS GONE"));
    let records = restoring(error.zone_before.as_ref().unwrap(), None, RECORD);
    let names: Vec<_> = records.iter().map(|record| record.name.as_str()).collect();
    assert_eq!(names, ["r12.example.com", "r14.example.com"]);
    assert_eq!(AddRecords::new(ZONE, records).records.len(), 2);
}

/// A proxy lost the body and sent the call twice: the second copy was refused, the zone went with the first.
#[test]
fn a_rejection_is_not_believed() {
    let (_, result) = delete_with([zone(&[12, 13]), no_zone(), no_zone()]);
    let error = result.unwrap_err();
    assert!(matches!(error.cause, RecordDeletionCause::ZoneGone));
    assert!(matches!(error.outcome, Some(Outcome::Rejected(_))));
}

#[test]
fn what_else_went_is_named() {
    let (_, result) = delete_with([zone(&[12, 13, 14]), delete(), zone(&[12])]);
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "delete record 13 of zone 405290: other records went with it: 14; the copy holds them"
    );
    let (_, result) = delete_with([zone(&[12, 13, 14]), delete(), zone(&[12, 13])]);
    let error = result.unwrap_err();
    assert!(error.to_string().contains("other records went instead: 14"), "{error}");
    assert!(error.is_loss());
}

#[test]
fn an_open_end_is_looked_at() {
    let broken = || Script::fail(Phase::Head, TransportErrorKind::Reset);
    let (bench, result) = delete_with([zone(&[12, 13]), broken(), zone(&[12, 13]), zone(&[12])]);
    assert!(result.unwrap().outcome.is_unresolved());
    assert_eq!(bench.sent(), ["get_zone", "delete_record", "get_zone", "get_zone"]);

    let there = || zone(&[12, 13]);
    let (bench, result) = delete_with([there(), broken(), there(), there(), there()]);
    let error = result.unwrap_err();
    assert!(matches!(error.cause, RecordDeletionCause::StillThere));
    assert!(error.to_string().contains("may have happened"), "{error}");
    assert_eq!(bench.seconds(), 4);
}

/// The error holds the copy even if the zone cannot be read afterwards.
#[test]
fn the_copy_is_kept_when_the_zone_cannot_be_read() {
    let broken = || Script::fail(Phase::Head, TransportErrorKind::Reset);
    let (bench, result) = delete_with([zone(&[12, 13]), broken()].into_iter().chain((0..9).map(|_| broken())));
    let error = result.unwrap_err();
    assert!(matches!(&error.cause, RecordDeletionCause::Unseen(cause) if cause.transport().is_some()));
    assert!(matches!(error.outcome, Some(Outcome::Unresolved(_))));
    assert_eq!(ids(&error.zone_before.unwrap().records), [12, 13]);
    // Each read of a safe call is tried three times.
    assert_eq!(bench.sent().len(), 11);
}

// Calls that add, and GETs that act.

fn ips(last: &[u8]) -> Script {
    let ips = last.iter().map(|last| format!(r#"{{"ip": "192.0.2.{last}", "is_primary": false}}"#)).collect::<Vec<_>>();
    Script::get("/servers/298/ips").answer(200, format!(r#"{{"addresses": {{"public": [{}]}}}}"#, ips.join(",")))
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn put(path: &str) -> Script {
    Script::method(Method::PUT, path).answer(204, "")
}

#[test]
fn the_address_that_was_added_is_known() {
    let bench = bench([ips(&[1]), put("/servers/298/ips"), ips(&[1]), ips(&[1, 7])]);
    let checked = bench.run(|client| add_ip(client, AddIp::new(SERVER))).unwrap();
    assert!(checked.outcome.is_done() && checked.change.is_as_asked());
    assert_eq!(checked.added(), [ip(7)]);
    assert_eq!(bench.sent(), ["list_ips", "add_ip", "list_ips", "list_ips"]);
}

/// The proxy sent the PUT twice, the client once: only the reads can tell.
#[test]
fn an_address_that_was_bought_twice_is_seen() {
    let bench = bench([ips(&[1]), put("/servers/298/ips"), ips(&[1, 7, 8])]);
    let checked = bench.run(|client| add_ip(client, AddIp::new(SERVER))).unwrap();
    assert!(checked.outcome.is_done());
    assert!(matches!(&checked.change, Change::Otherwise(what) if what == "2 addresses are new: 192.0.2.7, 192.0.2.8"));
}

#[test]
fn nothing_seen_is_said() {
    let lost = Script::fail(Phase::Body, TransportErrorKind::Closed);
    let bench = bench([ips(&[1]), lost, ips(&[1]), ips(&[1]), ips(&[1])]);
    let checked = bench.run(|client| add_ip(client, AddIp::new(SERVER))).unwrap();
    assert!(checked.outcome.is_unresolved());
    assert!(matches!(checked.change, Change::NotSeen));
    assert_eq!(checked.added(), Vec::<IpAddr>::new());
}

#[test]
fn an_address_is_moved_once() {
    let get = || Script::get("/servers/298/ips/moveip/").answer(204, "");
    let bench1 = bench([ips(&[1]), get(), ips(&[1, 7])]);
    let checked = bench1.run(|client| move_ip(client, MoveIp::new(SERVER, ip(7)))).unwrap();
    assert!(checked.change.is_as_asked());
    let bench2 = bench([ips(&[1, 7])]);
    let error = bench2.run(|client| move_ip(client, MoveIp::new(SERVER, ip(7)))).unwrap_err();
    assert_eq!(error.to_string(), "nothing was sent: server 298 has 192.0.2.7 already");
    let other = bench([ips(&[1]), get(), ips(&[1, 8])]);
    let checked = other.run(|client| move_ip(client, MoveIp::new(SERVER, ip(7)))).unwrap();
    assert!(matches!(checked.change, Change::Otherwise(_)));
}

fn server(kind: &str, traffic: &str) -> Script {
    let body =
        format!(r#"{{"server": {{"id": 298, "status": "is_running", "type": "{kind}", "vps_traff": {traffic}}}}}"#);
    Script::get("/servers/298").answer(200, body)
}

#[test]
fn traffic_that_was_bought_is_measured() {
    let (none, ten, twenty) =
        (|| server("VirtualServer", "null"), || server("VirtualServer", "10"), || server("VirtualServer", "20"));
    let one = bench([none(), put("/servers/298"), ten()]);
    let checked = one.run(|client| buy_traffic(client, BuyTraffic::new(SERVER, 10))).unwrap();
    assert!(checked.change.is_as_asked());
    assert_eq!(checked.traffic_added(), Decimal::from(10));
    let two = bench([none(), put("/servers/298"), twenty()]);
    let checked = two.run(|client| buy_traffic(client, BuyTraffic::new(SERVER, 10))).unwrap();
    assert!(matches!(&checked.change, Change::Otherwise(what) if what.contains("by 20 GB, not by 10 GB")));
}

#[test]
fn a_type_is_not_changed_back() {
    let act = || ChangeToVirtual::new(SERVER, TypeChangePeriod::Hour);
    let same = bench([server("VirtualServer", "null")]);
    let error = same.run(|client| change_to_virtual(client, act())).unwrap_err();
    assert!(matches!(error, CheckError::AlreadySo(_)));
    let get = Script::get("/servers/298/change_type/").answer(204, "");
    let other = bench([server("ScaleServer", "null"), get, server("VirtualServer", "null")]);
    let checked = other.run(|client| change_to_virtual(client, act())).unwrap();
    assert!(checked.change.is_as_asked());
    assert_eq!(other.sent(), ["get_server", "change_to_virtual", "get_server"]);
}
