//! The deletion of a record against a scripted hoster: what it finds, and that it never deletes twice.

use clodo_proto::dns::AddRecords;
use clodo_proto::types::{RecordId, ZoneId};
use clodo_proto::{Clodo, Credentials};
use hostkit::protocol::Method;
use hostkit::time::{Clock, ManualClock, Moment};
use hostkit::transport::{Phase, TransportErrorKind};
use hostkit::{Format, Outcome, UnixTime};
use hostkit_examples::record_deletion::*;
use hostkit_testing::{Script, Scripted};
use hostkit_ureq::Client;

const ZONE: ZoneId = ZoneId::new(405290);
const RECORD: RecordId = RecordId::new(13);

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
