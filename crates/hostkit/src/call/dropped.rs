//! Cleanup of an exchange that is dropped before its end.

use hostkit_proto::Api;

use super::{Exchange, State};
use crate::call::retry::Class;

impl<A: Api> Drop for Exchange<A> {
    fn drop(&mut self) {
        // A call that was never sent costs nothing; one that was sent counts as spent.
        if let (0, Some(reservation)) = (self.attempts, self.reservation.take()) {
            reservation.give_back();
        }
        if self.class == Class::Acting && matches!(self.state, State::Flight(..)) {
            // A dropped future has no caller left for its outcome, so at least the log records it.
            tracing::warn!(
                parent: &self.span,
                endpoint = self.info.name,
                reconcile = self.info.reconcile,
                "dropped while under way: it may have happened",
            );
        }
    }
}
