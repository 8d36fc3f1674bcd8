//! ROOTPANEL.NET's control API as Friendhosting runs it, in JSON and PHP serialize.

mod generated;

pub use generated::*;
