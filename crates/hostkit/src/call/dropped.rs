//! Cleanup of an exchange that is dropped before its end.

use hostkit_proto::Api;

use super::{Exchange, State};
use crate::call::retry::Class;
use crate::watch::CallOutcome;

impl<A: Api> Drop for Exchange<A> {
    fn drop(&mut self) {
        // A call that was never sent costs nothing; one that was sent counts as spent.
        if let (0, Some(reservation)) = (self.attempts, self.reservation.take()) {
            reservation.give_back();
        }
        if self.begun.is_none() || self.watched.is_recorded {
            return;
        }
        let now = self.core.clock().now().monotonic;
        if let State::SignInFlight(signing, sent, _) = &self.state {
            let (info, took) = (signing.parts.info(), now.since(sent.monotonic));
            self.record_sign_in(info, CallOutcome::Dropped, None, signing.waited, took);
        }
        if self.class == Class::Acting && self.attempts > 0 {
            // A dropped future has no caller left for its outcome, so at least the log records it.
            self.warn(CallOutcome::Dropped, None, None);
        }
        self.record(now, CallOutcome::Dropped, None);
    }
}
