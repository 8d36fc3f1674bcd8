//! What one read says about a call, whether it follows a lost answer or a refusal.

use std::time::Duration;

use hostkit_proto::evidence::{Baseline, Doubt, Inputs, Shows, Sighting};
use hostkit_proto::{Perform, UnixTime};

use super::reading::{Read, ReadingMachine};
use crate::call::ticket::Ticket;
use crate::call::turns::Others;
use crate::client::ClientCore;
use crate::error::{Cause, ErrorOf};

/// What an answer can show.
#[derive(Clone, Copy)]
pub(crate) struct Quality {
    /// How old it may be.
    pub(crate) age: Duration,
    /// Whether it does not show everything.
    pub(crate) is_partial: bool,
    /// Whether it came from another address than that of the call, where there may be other objects.
    is_elsewhere: bool,
    /// Whether a field whose absence says something could not be read.
    is_unreadable: bool,
}

impl Quality {
    /// The quality of an answer as a witness of the call of a ticket.
    pub(crate) fn of<E: Perform>(reading: &ReadingMachine<E::Reading>, ticket: &Ticket) -> Self {
        let is_elsewhere = |at: &str| reading.bases().iter().any(|base| base.to_string() != at);
        Self {
            age: reading.age(),
            is_partial: reading.unread().is_some(),
            is_unreadable: reading.unreadable(E::FACTS.optional_fields).is_some(),
            is_elsewhere: ticket.read_at().is_some_and(is_elsewhere),
        }
    }
}

/// What is compared with an answer: the call as its ticket has it, and what other calls mean for it.
pub(crate) struct Comparison<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) baseline: &'a Baseline,
    pub(crate) others: Others,
    pub(crate) at: UnixTime,
}

impl Comparison<'_> {
    /// What a read says about the call.
    ///
    /// # Errors
    /// The read failed, or found nothing where that does not show the call.
    pub(crate) fn sighting<E: Perform>(
        self,
        core: &ClientCore<E::Api>,
        read: Read<E::Reading>,
        quality: Quality,
    ) -> Result<Sighting<E::Found>, ErrorOf<E>> {
        let sighting = match read {
            Ok(answer) => {
                let baseline = self.baseline.clone().with_others(self.others.keys);
                let evidence = E::evidence(self.inputs, answer);
                evidence.map_err(|error| core.error(&E::INFO, Cause::Encode(error)))?.sighting(&baseline, self.at)
            }
            Err(error) => match E::not_found().filter(|_| error.is_not_found()) {
                Some(_) if E::FACTS.shows == Shows::Absence && self.baseline.own().is_empty() => {
                    Sighting::Unclear(Doubt::NotThere)
                }
                Some(_) if E::FACTS.shows != Shows::Absence && !self.baseline.own().is_empty() => {
                    Sighting::Unclear(Doubt::WasSo)
                }
                Some(found) => Sighting::Seen(vec![found]),
                // What the call makes is still not there.
                None if error.is_not_found() && E::FACTS.makes && self.baseline.is_lacking() => Sighting::Unseen,
                None => return Err(error),
            },
        };
        Ok(match sighting {
            _ if quality.is_elsewhere => Sighting::Unclear(Doubt::Elsewhere),
            // It may be the value that the call set, or any other.
            _ if quality.is_unreadable => Sighting::Unclear(Doubt::Unread),
            // What cannot be read may be the item that the call made, or the one that has to be gone.
            Sighting::Unseen | Sighting::Part(..) if quality.is_partial => Sighting::Unclear(Doubt::Unread),
            Sighting::Seen(_) if quality.is_partial && E::FACTS.shows == Shows::Absence => {
                Sighting::Unclear(Doubt::Unread)
            }
            Sighting::Seen(_) | Sighting::Part(..) if self.others.may_have_done_it => {
                Sighting::Unclear(Doubt::OtherCall)
            }
            // What was taken back was done.
            Sighting::Unseen | Sighting::Part(..) if self.others.may_have_undone_it => {
                Sighting::Unclear(Doubt::OtherCall)
            }
            Sighting::Seen(_) | Sighting::Part(..) if E::FACTS.is_done_by_itself => Sighting::Unclear(Doubt::ByItself),
            sighting => sighting,
        })
    }
}
