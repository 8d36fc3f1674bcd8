//! The record of a mutating call that the hook gets before the first byte is sent.

use std::sync::Arc;

use hostkit_proto::Effect;
use rust_decimal::Decimal;

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
    pub price: Option<Decimal>,
    /// The time of the hook's call.
    pub at: Now,
}

/// A hook that may veto the call with a reason.
pub(crate) type BeforeSend = Arc<dyn Fn(&Intent) -> Result<(), String> + Send + Sync>;
