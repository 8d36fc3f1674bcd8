//! Inferno Solutions' control API: virtual servers, orders and SSH keys.

mod generated;

pub use generated::*;
