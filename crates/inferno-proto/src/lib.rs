//! Inferno Solutions' control API: virtual servers, orders and SSH keys.

#[rustfmt::skip]
mod generated;

pub use generated::*;
