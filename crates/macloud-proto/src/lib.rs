//! Macloud's control API, which VDSina's hosts speak too.

mod generated;

pub use generated::*;
