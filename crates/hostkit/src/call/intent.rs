//! The record of a mutating call that the hook gets before the first byte is sent.

use std::sync::Arc;

use hostkit_proto::{Effect, Money};

use crate::call::ticket::Ticket;
use crate::time::Now;

/// A mutating call that is about to be sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Intent {
    /// The name of the API.
    pub api: &'static str,
    /// The name of the endpoint.
    pub operation: &'static str,
    /// What the call may do.
    pub effect: Effect,
    /// The price that the caller gave.
    pub price: Option<Money>,
    /// The time of the hook's call.
    pub at: Now,
    /// What finds out later whether the call happened, also if this process dies; `None` for a call that is harmless to
    /// repeat. It is of use only once the call has ended or was abandoned: a call that is still to be sent would be
    /// reported as not having happened.
    pub ticket: Option<Ticket>,
}

/// A hook that may veto the call with a reason.
pub(crate) type BeforeSend = Arc<dyn Fn(&Intent) -> Result<(), String> + Send + Sync>;
