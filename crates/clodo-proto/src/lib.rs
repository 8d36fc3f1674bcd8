//! Clodo's control API: virtual servers, backups, DNS and storage, in XML and JSON.

#[rustfmt::skip]
mod generated;

pub use generated::*;
