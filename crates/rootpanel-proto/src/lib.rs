//! ROOTPANEL.NET's control API as Friendhosting runs it, in JSON and PHP serialize.

#[rustfmt::skip]
mod generated;

pub use generated::*;
