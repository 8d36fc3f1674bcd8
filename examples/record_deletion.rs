//! Deletes one DNS record with a call that deletes the whole zone if its body is lost.
//!
//! `perform` alone keeps no copy of the zone, which only the caller can restore. This takes a blocking client:
//!
//! ```
//! use clodo_proto::Clodo;
//! use clodo_proto::types::{RecordId, ZoneId};
//! use hostkit_examples::record_deletion::{AcceptBodyHazard, RecordDeletion, RecordDeletionError, delete_record};
//!
//! fn delete(client: &hostkit_ureq::Client<Clodo>) -> Result<RecordDeletion, Box<RecordDeletionError>> {
//!     delete_record(client, ZoneId::new(7), RecordId::new(12), AcceptBodyHazard)
//! }
//! ```

use std::fmt;
use std::time::Duration;

use hostkit::transport::Transport;
use hostkit::{CallOptions, Error, Outcome, OutcomeOf};
use hostkit_ureq::Client;

use clodo_proto::dns::{DeleteRecord, GetZone};
use clodo_proto::types::{NewRecord, Record, RecordId, Zone, ZoneId};
use clodo_proto::{Clodo, Code};

/// Reads of the zone after the deletion, at most, while the record is still there.
const READS: u32 = 3;

/// Time between two of these reads.
const BETWEEN: Duration = Duration::from_secs(2);

/// Acknowledges the hazard: the same verb and URL delete the whole zone, only the body of the DELETE makes the
/// difference, and an intermediary may drop such a body.
///
/// Overwriting the record with [`UpdateRecords`](clodo_proto::dns::UpdateRecords) has no such hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptBodyHazard;

/// A deleted record, confirmed by a read: the zone exists, the record does not, and nothing else is missing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordDeletion {
    /// The zone before, to restore from: see [`restoring`].
    pub zone_before: Zone,
    /// The zone after the deletion.
    pub zone_after: Zone,
    /// The outcome according to the answer; it may be unresolved or a rejection although the record is gone.
    pub outcome: OutcomeOf<DeleteRecord>,
}

/// A record that was not deleted, or whose deletion removed more than the record.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordDeletionError {
    /// The zone.
    pub zone: ZoneId,
    /// The record.
    pub record: RecordId,
    /// The zone before, to restore from; `None` if it could not be read, and then nothing was sent.
    pub zone_before: Option<Zone>,
    /// The outcome according to the answer; `None` if the call was not made.
    pub outcome: Option<OutcomeOf<DeleteRecord>>,
    /// What was found afterwards.
    pub cause: RecordDeletionCause,
}

/// What was found instead of the deleted record alone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RecordDeletionCause {
    /// The zone could not be read beforehand; nothing was sent.
    NoCopy(Error<Code>),
    /// The zone has no such record; nothing was sent.
    NoSuchRecord,
    /// Nothing was sent; [`RecordDeletionError::outcome`] says why.
    NotSent,
    /// Zone and record are still there. After an unresolved outcome the record may still go.
    StillThere,
    /// The whole zone is gone.
    ZoneGone,
    /// Other records are gone. `is_record_gone` says whether the record itself is, too.
    MoreGone {
        /// Records that are missing besides the one to delete.
        records: Vec<Record>,
        /// Whether the record itself is gone.
        is_record_gone: bool,
    },
    /// The zone could not be read afterwards, so its state is unknown.
    Unseen(Error<Code>),
}

impl RecordDeletionError {
    /// Whether more than the record was lost, so that the zone needs restoring.
    pub fn is_loss(&self) -> bool {
        matches!(self.cause, RecordDeletionCause::ZoneGone | RecordDeletionCause::MoreGone { .. })
    }
}

impl fmt::Display for RecordDeletionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { zone, record, .. } = self;
        write!(f, "delete record {record} of zone {zone}: ")?;
        match &self.cause {
            RecordDeletionCause::NoCopy(error) => write!(f, "nothing was sent, the zone could not be read: {error}")?,
            RecordDeletionCause::NoSuchRecord => f.write_str("nothing was sent, the zone has no such record")?,
            RecordDeletionCause::NotSent => f.write_str("nothing was sent")?,
            RecordDeletionCause::StillThere => f.write_str("the record is still there")?,
            RecordDeletionCause::ZoneGone => f.write_str("THE WHOLE ZONE IS GONE; the copy holds its records")?,
            RecordDeletionCause::MoreGone { records, is_record_gone } => {
                let others = records.iter().map(|record| record.id.to_string()).collect::<Vec<_>>().join(", ");
                let verb = if *is_record_gone { "went with it" } else { "went instead" };
                write!(f, "other records {verb}: {others}; the copy holds them")?;
            }
            RecordDeletionCause::Unseen(error) => write!(f, "the zone could not be read afterwards: {error}")?,
        }
        match &self.outcome {
            None | Some(Outcome::Done(_) | Outcome::Accepted(..)) => Ok(()),
            Some(Outcome::Rejected(rejection)) => write!(f, " (the answer was {rejection})"),
            Some(Outcome::NotSent(error)) => write!(f, " ({error})"),
            Some(Outcome::Unresolved(ticket)) => write!(f, " ({ticket})"),
        }
    }
}

impl std::error::Error for RecordDeletionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            RecordDeletionCause::NoCopy(error) | RecordDeletionCause::Unseen(error) => Some(error),
            _ => None,
        }
    }
}

/// Deletes one record: reads the zone, deletes the record, and reads the zone again.
///
/// # Errors
/// Any result but the record alone being gone. The error holds a copy of the zone.
pub fn delete_record(
    client: &Client<Clodo, impl Transport>,
    zone: ZoneId,
    record: RecordId,
    accept: AcceptBodyHazard,
) -> Result<RecordDeletion, Box<RecordDeletionError>> {
    let AcceptBodyHazard = accept;
    let failed =
        |zone_before, outcome, cause| Box::new(RecordDeletionError { zone, record, zone_before, outcome, cause });
    let read = GetZone::new(zone);
    let before = match client.call(&read) {
        Ok(before) => before,
        Err(error) => return Err(failed(None, None, RecordDeletionCause::NoCopy(error))),
    };
    if before.records.iter().all(|found| found.id != record) {
        return Err(failed(Some(before), None, RecordDeletionCause::NoSuchRecord));
    }
    let outcome = client.with(CallOptions::new().unread()).perform(&DeleteRecord::new(zone, record));
    if matches!(outcome, Outcome::NotSent(_)) {
        return Err(failed(Some(before), Some(outcome), RecordDeletionCause::NotSent));
    }
    // A rejection is checked as well: where a proxy sent the call twice, it answers the second copy.
    let mut attempt = 1;
    loop {
        let cause = match client.call(&read) {
            Ok(zone_after) => match left(&before, &zone_after, record) {
                None => return Ok(RecordDeletion { zone_before: before, zone_after, outcome }),
                Some(cause) => cause,
            },
            Err(error) if error.is_not_found() => RecordDeletionCause::ZoneGone,
            Err(error) => RecordDeletionCause::Unseen(error),
        };
        // The effect of a rejected call will not come later.
        let may_change = match cause {
            RecordDeletionCause::StillThere => outcome.may_have_happened(),
            RecordDeletionCause::Unseen(_) => true,
            _ => false,
        };
        if !may_change || attempt == READS {
            return Err(failed(Some(before), Some(outcome), cause));
        }
        pause(client);
        attempt += 1;
    }
}

/// Waits until the next read, on the client's clock.
fn pause(client: &Client<Clodo, impl Transport>) {
    let clock = client.core().clock();
    std::thread::sleep(clock.sleep(clock.now().monotonic + BETWEEN));
}

/// What is wrong with the zone after the deletion, if anything.
fn left(before: &Zone, after: &Zone, record: RecordId) -> Option<RecordDeletionCause> {
    let is_there = |id: RecordId| after.records.iter().any(|found| found.id == id);
    let is_record_gone = !is_there(record);
    let missing = before.records.iter().filter(|found| found.id != record && !is_there(found.id));
    let records: Vec<Record> = missing.cloned().collect();
    match (records.is_empty(), is_record_gone) {
        (true, true) => None,
        (true, false) => Some(RecordDeletionCause::StillThere),
        (false, _) => Some(RecordDeletionCause::MoreGone { records, is_record_gone }),
    }
}

/// Input of [`AddRecords`](clodo_proto::dns::AddRecords) that restores the records of a copy that `after` lacks, except
/// `deleted`; all of them if `after` is `None`, for a zone created anew.
///
/// Left out are records whose copy lacks name, type or content and, for a zone created anew, the SOA record, which the
/// hoster makes.
pub fn restoring(copy: &Zone, after: Option<&Zone>, deleted: RecordId) -> Vec<NewRecord> {
    let is_there = |id: RecordId| after.is_some_and(|after| after.records.iter().any(|found| found.id == id));
    let missing = copy.records.iter().filter(|found| found.id != deleted && !is_there(found.id));
    missing
        .filter_map(|lost| {
            let (name, kind, content) = (lost.name.clone()?, lost.kind.clone()?, lost.content.clone()?);
            let mut record = NewRecord::new(name, kind, content);
            record.ttl = lost.ttl;
            record.priority = lost.priority;
            (after.is_some() || record.kind != "SOA").then_some(record)
        })
        .collect()
}
