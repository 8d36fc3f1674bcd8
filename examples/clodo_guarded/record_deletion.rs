//! Deleting one DNS record, where a lost body deletes the whole zone.

use std::fmt;

use hostkit::transport::Transport;
use hostkit::{Error, Outcome, OutcomeOf};
use hostkit_ureq::Client;

use super::checked::pause;
use clodo_proto::dns::{DeleteRecord, GetZone};
use clodo_proto::types::{NewRecord, Record, RecordId, Zone, ZoneId};
use clodo_proto::{Clodo, Code};

/// How often the zone is read afterwards, while the record is still there.
const LOOKS: u32 = 3;

/// The caller knows: verb and URL of this call are those that delete the whole zone, only a body in a DELETE tells them
/// apart, and whatever stands between client and hoster may drop such a body.
///
/// To overwrite the record with [`UpdateRecords`](clodo_proto::dns::UpdateRecords) is free of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptBodyHazard;

/// A record that was deleted. It was looked at: the zone is there, the record is not, and nothing else is missing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordDeletion {
    /// The zone as it was, to restore it from: see [`restoring`].
    pub zone_before: Zone,
    /// The zone as it is.
    pub zone_after: Zone,
    /// What the answer said. It may be unresolved or a rejection although the record is gone.
    pub outcome: OutcomeOf<DeleteRecord>,
}

/// A record that was not deleted, or with which more went.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordDeletionError {
    /// The zone.
    pub zone: ZoneId,
    /// The record.
    pub record: RecordId,
    /// The zone as it was, to restore it from; none where it could not be read, and then nothing was sent.
    pub zone_before: Option<Zone>,
    /// What the answer said; none where nothing was tried.
    pub outcome: Option<OutcomeOf<DeleteRecord>>,
    /// What was found.
    pub cause: RecordDeletionCause,
}

/// What was found instead of a deleted record.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RecordDeletionCause {
    /// The zone could not be read before. Nothing was sent.
    NoCopy(Error<Code>),
    /// The zone has no such record. Nothing was sent.
    NoSuchRecord,
    /// Nothing was sent; [`RecordDeletionError::outcome`] says why.
    NotSent,
    /// The zone is there, and so is the record. After an unresolved outcome it may still go.
    StillThere,
    /// The whole zone is gone.
    ZoneGone,
    /// More than the record is gone: these others, too. `is_record_gone` says whether the record itself went.
    MoreGone {
        /// What is missing beside the record.
        records: Vec<Record>,
        /// Whether the record itself is gone.
        is_record_gone: bool,
    },
    /// The zone could not be read afterwards. Nobody knows what is left of it.
    Unseen(Error<Code>),
}

impl RecordDeletionError {
    /// Whether more than the record was lost, so that the zone has to be restored.
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

/// Deletes one record of a zone: reads the zone, keeps the copy, deletes, and sees what is left.
///
/// # Errors
/// Everything but "the zone is there, the record is not, and nothing else is missing". The error holds the copy.
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
    let outcome = client.perform(&DeleteRecord::new(zone, record));
    if matches!(outcome, Outcome::NotSent(_)) {
        return Err(failed(Some(before), Some(outcome), RecordDeletionCause::NotSent));
    }
    // A rejection is looked at as well: where a proxy sent the call twice, it answers the second copy.
    let mut look = 1;
    loop {
        let cause = match client.call(&read) {
            Ok(zone_after) => match left(&before, &zone_after, record) {
                None => return Ok(RecordDeletion { zone_before: before, zone_after, outcome }),
                Some(cause) => cause,
            },
            Err(error) if error.is_not_found() => RecordDeletionCause::ZoneGone,
            Err(error) => RecordDeletionCause::Unseen(error),
        };
        // A call that was refused has no reason to act late.
        let may_change = match cause {
            RecordDeletionCause::StillThere => outcome.may_have_happened(),
            RecordDeletionCause::Unseen(_) => true,
            _ => false,
        };
        if !may_change || look == LOOKS {
            return Err(failed(Some(before), Some(outcome), cause));
        }
        pause(client);
        look += 1;
    }
}

/// What is wrong with the zone afterwards.
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

/// What puts the records of a copy back that `after` lacks, but for `deleted`: the input of
/// [`AddRecords`](clodo_proto::dns::AddRecords). Without `after`, the zone is gone: all of them, for a zone created anew.
///
/// Records of which the copy lacks name, type or content are left out; so is the SOA record of a zone created anew,
/// which the hoster makes.
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
