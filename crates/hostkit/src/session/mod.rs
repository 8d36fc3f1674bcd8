//! One sign-in for all callers that share a session, within a process and between processes.

pub(crate) mod cell;
pub(crate) mod life;
pub(crate) mod shared;
