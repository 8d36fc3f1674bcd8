//! How an exchange ends, before its value is put together.

use http::HeaderMap;

use crate::call::retry::Stage;
use crate::error::Error;
use crate::time::Now;
use hostkit_proto::Report;

/// How an exchange ended.
pub(crate) enum Ended<C> {
    /// The answer was read; the reader kept the value.
    Read { head: Head, accepted: Option<&'static str> },
    /// A fault that only says that there is nothing.
    Empty { head: Head, failed: Failed<C> },
    /// It has no value.
    Failed(Failed<C>),
}

/// Why there is no value, and what that says about the call.
pub(crate) struct Failed<C> {
    pub(crate) error: Error<C>,
    pub(crate) stage: Stage,
    /// When it was sent for the last time.
    pub(crate) sent: Now,
    pub(crate) ended: Now,
}

/// What is kept of an answer beside its value.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
    pub(crate) report: Report,
}
