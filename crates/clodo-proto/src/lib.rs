//! Clodo's control API: virtual servers, backups, DNS and storage, in XML and JSON.

mod generated;

pub use generated::*;
