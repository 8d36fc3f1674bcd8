//! What is left of an exchange that nobody waits for any more.

use hostkit_proto::Api;

use super::{Exchange, State};
use crate::call::retry::Class;

impl<A: Api> Drop for Exchange<A> {
    fn drop(&mut self) {
        // Nobody waits for it any more, and it was never sent: no money is spent. What was sent counts as spent.
        if let (0, Some(reservation)) = (self.attempts, self.reservation.take()) {
            reservation.give_back();
        }
        if self.class == Class::Acting && matches!(self.state, State::Flight(..)) {
            // A dropped future: nobody is left to take the outcome, so at least the log has it.
            tracing::warn!(
                parent: &self.span,
                endpoint = self.info.name,
                reconcile = self.info.reconcile,
                "dropped while under way: it may have happened",
            );
        }
    }
}
