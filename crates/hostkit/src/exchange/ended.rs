//! How an exchange ends, before its value is put together.

use http::HeaderMap;

use crate::answer::Report;
use crate::error::Error;
use crate::fault::{Fault, FaultCode, FaultKind};
use crate::info::Emptiness;
use crate::retry::Stage;
use crate::time::Now;

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

/// Whether a fault says only that there is nothing.
pub(crate) fn is_empty<C: FaultCode>(empty: &Emptiness, fault: &Fault<C>) -> bool {
    let code = fault.code.as_ref().map(FaultCode::as_str).unwrap_or_default();
    let texts = [code, fault.message.trim(), fault.details.trim()];
    let is_named = |name: &&str| texts.iter().any(|text| text.eq_ignore_ascii_case(name));
    let is_excepted = |name: &&str| {
        let name = name.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&name))
    };
    let is_listed = empty.statuses.contains(&fault.status) || empty.codes.iter().any(is_named);
    (is_listed || fault.kind == FaultKind::Empty) && !empty.except.iter().any(is_excepted)
}
