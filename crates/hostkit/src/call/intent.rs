//! What is about to be sent, told to a journal before the first byte.

use std::sync::Arc;

use hostkit_proto::Effect;
use rust_decimal::Decimal;

use crate::time::Now;

/// A call that acts and is about to be sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Intent {
    /// The name of the API.
    pub api: &'static str,
    /// The name of the endpoint.
    pub operation: &'static str,
    /// What the call may do.
    pub effect: Effect,
    /// What the caller says that it costs.
    pub price: Option<Decimal>,
    /// When.
    pub at: Now,
}

/// A hook that may refuse with a reason.
pub(crate) type BeforeSend = Arc<dyn Fn(&Intent) -> Result<(), String> + Send + Sync>;
