//! After a call: recovery of its outcome, and waiting for what it started.

mod pause;
pub(crate) mod reading;
mod recovery;
mod seen;
pub(crate) mod sighting;
mod verdict;
mod wait;

pub use recovery::RecoveryMachine;
pub use verdict::Recovery;
pub use wait::{WaitError, WaitMachine};

use hostkit_proto::{Api, Endpoint, Perform};

use crate::call::ticket::Ticket;
use crate::client::ClientCore;
use crate::options::CallOptions;
use crate::watch::RecoveryRead;

impl<A: Api> ClientCore<A> {
    /// Finds out whether an unresolved call happened, without sending it again. The deadline covers all reads together.
    pub fn recover<E: Perform + Endpoint<Api = A>>(&self, ticket: &Ticket, options: CallOptions) -> RecoveryMachine<E> {
        RecoveryMachine::new(self, ticket, options, |_| ())
    }

    /// The same; `on_progress` is told of each read before the verdict, failed ones included.
    pub fn recover_with<E: Perform + Endpoint<Api = A>, F: FnMut(&RecoveryRead)>(
        &self,
        ticket: &Ticket,
        options: CallOptions,
        on_progress: F,
    ) -> RecoveryMachine<E, F> {
        RecoveryMachine::new(self, ticket, options, on_progress)
    }
}
