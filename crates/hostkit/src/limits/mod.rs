//! Limits on calls: rate limits, within a process and between processes, and prices.

pub(crate) mod price;
pub(crate) mod rate;
pub(crate) mod shared;
