//! After a call: recovery of its outcome, and waiting for what it started.

mod baseline;
mod pause;
mod reading;
mod recovery;
mod verdict;
mod wait;

pub use baseline::{BeforeMachine, TicketMachine};
pub use recovery::RecoveryMachine;
pub use verdict::{Reconciled, StillOpen};
pub use wait::{WaitError, WaitMachine};

use hostkit_proto::{Api, Endpoint, Evidence};

use crate::call::ticket::Ticket;
use crate::client::ClientCore;
use crate::options::CallOptions;

impl<A: Api> ClientCore<A> {
    /// Finds out whether an unresolved call happened, without sending it again. The deadline covers all reads together.
    pub fn reconcile<E: Evidence + Endpoint<Api = A>>(
        &self,
        ticket: &Ticket,
        options: CallOptions,
    ) -> RecoveryMachine<E> {
        RecoveryMachine::new(self, ticket, options)
    }

    /// Reads the baseline of a call before it is made, for [`Ticket::with_before`].
    pub fn before<E: Evidence + Endpoint<Api = A>>(&self, endpoint: &E, options: CallOptions) -> BeforeMachine<E> {
        BeforeMachine::new(self, endpoint, options)
    }

    /// Makes a ticket with a baseline before the call is made.
    pub fn ticket<E: Evidence + Endpoint<Api = A>>(&self, endpoint: &E, options: CallOptions) -> TicketMachine<E> {
        TicketMachine::new(self, endpoint, options)
    }
}
